"""Where sentences end and what a line is: one place for chunks and for answers, in eight languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.words.lines import CAPTION, is_heading, is_row
from storage.words.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("Der Austritt ist zum 1. Januar möglich.", id="de ordinal with a month"),
        pytest.param("Die Miete ist bis zum 3. Werktag zu zahlen.", id="de ordinal"),
        pytest.param("Die Kündigung ist nur zum 1. eines Monats möglich.", id="de ordinal, small letter"),
        pytest.param("Er wohnt in der 2. Etage links.", id="de floor"),
        pytest.param("Mitglieder ab dem 75. Lebensjahr zahlen nichts.", id="de year of life"),
        pytest.param("Getränke, z. B. Kaffee, sind frei.", id="de z. B."),
        pytest.param("Getränke, z.B. Kaffee, sind frei.", id="de z.B."),
        pytest.param("Das gilt d. h. Mieter und ggf. Gäste zahlen ca. Zehn.", id="de d. h., ggf., ca."),
        pytest.param("Siehe Abs. 2 Nr. 3 und Art. 5 des Vertrags.", id="de Abs., Nr., Art."),
        pytest.param("Der Beitrag beträgt inkl. Porto 5 Euro bzw. Franken.", id="de inkl., bzw."),
        pytest.param("Der Kleingartenverein e. V. Erlengrund hat gem. Satzung Recht.", id="de e. V."),
        pytest.param("Dr. Meier und Hr. Schulz vgl. Müller.", id="de titles"),
        pytest.param("M. Dupont et Mme. Martin habitent av. 3 ici.", id="fr titles"),
        pytest.param("Les boissons, p. ex. Le café, sont offertes.", id="fr p. ex."),
        pytest.param("Voir l'art. 12 et la p. 4 du règlement.", id="fr art."),
        pytest.param("El Sr. García y la Sra. López viven aquí.", id="es titles"),
        pytest.param("Véase el art. 5 y la pág. 7 del contrato.", id="es art., pág."),
        pytest.param("Nodalia Sistemas S. L. Prestador firma aquí.", id="es S. L."),
        pytest.param("Il sig. Rossi e la dott. Bianchi sono qui.", id="it titles"),
        pytest.param("Si veda l'art. 3, pag. 2, cfr. Rossi.", id="it art."),
        pytest.param("O Sr. Silva e a Dra. Costa moram aqui.", id="pt titles"),
        pytest.param("De heer drs. Jansen en mevr. Vries wonen hier.", id="nl titles"),
        pytest.param("Kosten, bijv. Koffie, zie blz. 3 en art. 4.", id="nl bijv., blz."),
        pytest.param("See Fig. 3, Sec. 4 and Eq. 5 by J. Smith et al. 2020.", id="en"),
        pytest.param("It is e.g. Dr. Smith vs. Jones, approx. 5 m.", id="en e.g."),
        pytest.param("He called it an “end.” and went on.", id="quoted end in a sentence"),
    ],
)
def test_no_sentence_is_cut_at_an_abbreviation(sentence: str) -> None:
    assert sentences(f"{sentence} Danach Neues.") == [sentence, "Danach Neues."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("He said no. Then he left.", ["He said no.", "Then he left."], id="no is a word"),
        pytest.param("It is a work of art. She paid.", ["It is a work of art.", "She paid."], id="art is a word"),
        pytest.param("It has 12. Then one more.", ["It has 12.", "Then one more."], id="a number ends it"),
        pytest.param("In 1997. It grew.", ["In 1997.", "It grew."], id="a year"),
        pytest.param("Open until 8 p.m. The rest is closed.", ["Open until 8 p.m.", "The rest is closed."], id="p.m."),
        pytest.param("Es sind 20 Stück. Danach 5.", ["Es sind 20 Stück.", "Danach 5."], id="de"),
        pytest.param("一句。两句！三句？", ["一句。", "两句！", "三句？"], id="zh"),
        pytest.param("“Why?” he asked. Yes.", ["“Why?” he asked.", "Yes."], id="a question inside"),
        pytest.param("One\n\nTwo", ["One", "Two"], id="paragraphs"),
    ],
)
def test_sentences_end_where_they_end(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet="aB1 .\n!?。：•-§z", max_size=80))
def test_the_spans_are_the_text(text: str) -> None:
    assert "".join(text[start:end] for start, end in sentence_spans(text)) == text


@pytest.mark.parametrize(
    "line",
    [
        "## Fees",
        "一、开放时间",
        "（一）申请条件",
        "第三章 装饰装修",
        "4.2 Title of it",
        "4. Use of the Premises",
        "4 Use of it",
        "§ 4 Beiträge und Pflichten",
        "Artículo 5",
        "Chapter 3: Keys",
        "II. Scope",
        "Anhang B",
        "= Keys =",
    ],
)
def test_headings_are_told(line: str) -> None:
    assert is_heading(line, "The rent is due in May.")


@pytest.mark.parametrize(
    ("line", "following"),
    [
        ("4. Unplug the machine", "5. Empty the tank"),
        ("4.1 La cuota mensual asciende a 1.480 euros.", ""),
        ("第七条 逾期未缴的，自逾期之日起按日加收万分之五的违约金；", ""),
        ("一、修理站每周三和周五晚上六点到九点开放。", ""),
        ("The rent is due in May.", ""),
        ("12 euros a year", ""),
        ("4.2 Unsuccessful Attempts . . . . . 15", ""),
        ("4.2 Unsuccessful Attempts … 15", ""),
        ("2025", ""),
        ("", ""),
    ],
)
def test_what_says_something_is_no_heading(line: str, following: str) -> None:
    assert not is_heading(line, following)


def test_rows_and_captions_are_told() -> None:
    assert is_row("| a | b |")
    assert is_row("x 1.0 2.0")
    assert not is_row("It costs 5 euros a year")
    assert CAPTION.match("Table 2 | Results")
    assert CAPTION.match("Abbildung 3: Der Garten")
    assert not CAPTION.match("Table 2 shows that")
