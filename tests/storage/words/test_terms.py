"""The words of the lexical index: what is a phrase, what is dropped, and that stems are SQLite's own."""

import re
import sqlite3

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from storage.words import terms as lexical
from storage.words.english_stems import meaning_stem, stem
from storage.words.frame_words import question_tongue
from storage.words.scripts import MARKS
from storage.words.snowball_stems import native_stem


def phrases(question: str) -> set[str]:
    expression = lexical.match_expression(question)
    return set() if expression is None else {phrase.strip('"') for phrase in expression.split(" OR ")}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        pytest.param("What is the capital of France?", {"capital", "france"}, id="stop words go"),
        pytest.param("what is it", {"what", "is", "it"}, id="nothing but stop words: they stay"),
        pytest.param("DeepSeek-R1-Zero", {"deepseek r1 zero"}, id="an identifier is one phrase"),
        pytest.param("GPT-4o-0513's score", {"gpt 4o 0513", "score"}, id="a possessive is no part of it"),
        pytest.param("How long may I keep a tool?", {"long", "keep", "kept", "tool"}, id="forms that share no stem"),
        pytest.param("the win-rate", {"win rate", "win", "won", "rate"}, id="a compound counts whole and in pieces"),
        pytest.param("87.6% of 32,768", {"87 6", "32768"}, id="numbers, thousands separators"),
        pytest.param('the "reward hacking"', {"reward hacking", "reward", "hacking"}, id="a quoted phrase"),
        pytest.param("《红楼梦》", {"红楼 楼梦", "红楼", "楼梦", "紅樓 樓夢", "紅樓", "樓夢"}, id="a Chinese title"),
        pytest.param("Table 2", {"table 2", "表 2"}, id="a table by number"),
        pytest.param("Fig. 3", {"figure 3", "fig 3", "图 3", "圖 3"}, id="a figure by number"),
        pytest.param("图3", {"figure 3", "fig 3", "图 3", "圖 3"}, id="a figure in Chinese"),
        pytest.param("Section 4.2", {"section 4 2", "sec 4 2", "节 4 2", "節 4 2", "4 2"}, id="a section"),
        pytest.param(
            "训练成本是多少？", {"训练", "訓練", "练成", "練成", "成本"}, id="Chinese bigrams without question words"
        ),
        pytest.param("GRPO的目标", {"grpo", "目标", "目標"}, id="both languages"),
        pytest.param("總經理", {"總經", "总经", "經理", "经理"}, id="traditional finds simplified"),
        pytest.param("头发", {"头发", "頭發", "頭髮"}, id="one simplified form of several characters"),
        pytest.param("ﬁne Ｗｏｒｄｓ", {"fine", "words"}, id="one spelling of a character"),
        pytest.param("isn't it and who'll say why they mustn't", {"say", "said"}, id="contractions are no words"),
        pytest.param("I'm d", {"d"}, id="of a contraction nothing is left"),
        pytest.param("？！ \" ' ()", set(), id="no word at all"),
    ],
)
def test_a_question_becomes_these_phrases(question: str, wanted: set[str]) -> None:
    assert phrases(question) == wanted


@given(st.text(max_size=60))
def test_no_text_breaks_the_search(text: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE terms USING fts5 (words, tokenize='porter unicode61')")
    connection.execute("INSERT INTO terms VALUES (?)", (lexical.index_terms(text),))
    expression = lexical.match_expression(text)
    if expression is not None:
        connection.execute("SELECT * FROM terms WHERE terms MATCH ?", (expression,)).fetchall()
    connection.close()


@given(st.text(max_size=60))
@example("ำ")
@example("ำก น้ำ")
@example("ຳ")
def test_every_word_stands_at_its_place(text: str) -> None:
    assume(
        not re.search(rf"\d[{MARKS}]", text)
    )  # a mark behind a digit, which no language writes, is left out of the index
    starts, words = lexical.placed_words(text)
    assert starts == sorted(starts)
    for start, word in zip(starts, words, strict=True):
        token = re.match(rf"\d{{1,3}}(?:,\d{{3}})+(?![\d,])|(?:[^\W_][{MARKS}]*)+", text[start:])
        assert token is not None
        assert word in lexical.index_terms(token.group()).casefold()


@pytest.mark.parametrize(
    "words",
    [
        "caresses ponies ties cats feed agreed plastered motoring sing conflated troubled sized",
        "hopping falling fizzed failing filing happy sky relational conditional valenci hesitanci",
        "digitizer conformabli radicalli vileli vietnamization predication operator feudalism",
        "decisiveness hopefulness formaliti sensitiviti sensibiliti triplicate formative formalize",
        "electriciti electrical revival allowance inference airliner adjustable defensible irritant",
        "replacement adjustment dependent adoption communism activate angulariti homologous",
        "effective bowdlerize probate rate cease controll roll generalizations optimization policies",
        "being a is x2 café naïve",
    ],
)
def test_stems_are_those_of_the_index(words: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE terms USING fts5 (words, tokenize='porter unicode61')")
    connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab (terms, 'instance')")
    connection.executemany("INSERT INTO terms (rowid, words) VALUES (?, ?)", enumerate(words.split()))
    stored = dict(connection.execute("SELECT doc, term FROM vocabulary"))
    assert {number: stem(word) for number, word in enumerate(words.split())} == stored
    connection.close()


LABELS = "tables figures sections chapters equations algorithms steps stages parts articles pages"
LONGER = "tablet tabled figs section sectional chapter stages party parts article pager stepson"
IN_VES = "shelves halves scarves calves wolves hooves dwarves knives loaves wharves"


@pytest.mark.parametrize(
    ("question", "stems"),
    [
        pytest.param(f"which {word} are there for children", {stem(word), "children", "child"}, id=word)
        for word in LABELS.split()
    ]
    + [pytest.param(f"what is a {word} for", {stem(word)}, id=word) for word in LONGER.split()]
    + [
        pytest.param("which step I take", {"step", "take", "taken", "took"}, id="I is a person"),
        pytest.param("the part a tenant pays", {"part", "tenant", "pays"}, id="a is an article"),
    ],
)
def test_a_plural_or_a_longer_word_is_no_label(question: str, stems: set[str]) -> None:
    assert {stem(word) for word in phrases(question)} == {stem(word) for word in stems}


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("Table A", "table a"),
        ("Tables 2", "table 2"),
        ("appendix b", "appendix b"),
        ("see section a?", "section a"),
        ("Stage I?", "stage i"),
        ("Appendix A.2 says", "appendix a 2"),
        ("Fig.3", "figure 3"),
    ],
)
def test_a_label_is_one(question: str, label: str) -> None:
    assert label in phrases(question)


@pytest.mark.parametrize("plural", IN_VES.split())
def test_a_plural_in_ves_finds_its_singular(plural: str) -> None:
    singular = [form for form in (plural[:-3] + "f", plural[:-3] + "fe") if form in phrases(plural)]
    assert singular
    assert plural in phrases(singular[0])


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Wie lange kann ich die Wohnung behalten?", {"wohnung", "behalten"}),
        ("Combien de temps puis-je garder les livres ?", {"temps", "garder", "livres", "puis je"}),
        ("¿Cuánto cuesta la cuota mensual?", {"cuesta", "cuota", "mensual"}),
        ("Quanto costa la tessera per gli studenti?", {"costa", "tessera", "studenti"}),
        ("Quanto custa a multa por não devolver?", {"custa", "multa", "devolver"}),
        ("Hoeveel kost het lidmaatschap van de vereniging?", {"kost", "lidmaatschap", "vereniging"}),
        ("How long is the die in the mould?", {"long", "die", "mould"}),
    ],
)
def test_words_that_only_ask_are_dropped_in_six_more_languages(question: str, wanted: set[str]) -> None:
    tongue = question_tongue(question) or "en"
    assert phrases(question) == wanted | {native_stem(word, tongue) for word in wanted if " " not in word}


def test_who_does_a_thing_is_not_doing_it() -> None:
    for doer, doing in (("optimizer", "optimize"), ("optimizers", "optimizes"), ("generator", "generate")):
        assert stem(doer) == stem(doing)
        assert meaning_stem(doer) != meaning_stem(doing)
    assert meaning_stem("optimizers") == meaning_stem("optimizer")
    assert meaning_stem("optimizes") == meaning_stem("optimization")


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        pytest.param("Who won the world cup in 1954?", ["won", "world", "cup", "1954"], id="words, in their order"),
        pytest.param("What does Table 2 say of R1-Zero?", ["Table 2", "say", "R1 Zero"], id="phrases as written"),
        pytest.param('the "cold start"', ["cold start", "cold", "start"], id="a quotation and its words"),
        pytest.param("火星基地的預算是多少？", ["火星基地", "預算"], id="Chinese phrases as they were asked"),
        pytest.param("Wie hoch ist der Mitgliedsbeitrag?", ["hoch", "Mitgliedsbeitrag"], id="German"),
        pytest.param("讲了什么？", [], id="a single character cannot be counted"),
    ],
)
def test_a_question_is_told_in_its_words_and_phrases(question: str, parts: list[str]) -> None:
    assert [part.text for part in lexical.question_parts(question)] == parts


@given(st.text(max_size=80))
def test_whatever_is_told_of_a_question_is_searched_for(question: str) -> None:
    searched = phrases(question)
    for part in lexical.question_parts(question):
        pairs = {word for words in part.spellings for word in words}
        assert {" ".join(words) for words in part.spellings} <= searched or (part.is_run and pairs & searched)


@pytest.mark.parametrize(
    ("question", "tongue"),
    [
        ("What was sold in an auction in Bern in 2019?", None),
        ("Who was an important figure in India?", None),
        ("Theories on trade don't use which country as a model?", None),
        ("Who was de la Cruz?", None),
        ("Was kostet eine Karte in Bern?", "de"),
        ("Was war 2019 los?", "de"),
        ("Wo ist der Schlüssel von Frau Will?", "de"),
        ("¿Cuánto cuesta la entrada?", "es"),
        ("quel est le prix de l'abonnement", "fr"),
        ("Is de trein op tijd?", "nl"),
    ],
)
def test_english_with_words_that_other_languages_have_too_is_english(question: str, tongue: str | None) -> None:
    assert question_tongue(question) == tongue


@pytest.mark.parametrize("year", ["FY2021", "FY21", "fy2021"])
def test_a_fiscal_year_is_looked_for_as_its_calendar_year(year: str) -> None:
    spellings = {spelling for term in lexical.question_terms(f"revenue {year}") for spelling in term.spellings}
    assert ("2021",) in spellings
