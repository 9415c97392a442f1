"""A question word by word in another language."""

from collections.abc import Collection

import pytest

from server.retrieval.everyday_words import IsSaid
from server.retrieval.glosses import gloss, in_terms_of_documents, share_held, unknown_words
from server.retrieval.other_wordings import signs_of


def told_in(question: str, language: str, other: str, is_said: IsSaid) -> str | None:
    found = gloss(question, language, other, is_said)
    return found.question if found is not None else None


def all_said(phrase: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("question", "language", "other", "words"),
    [
        ("Wie viel kostet die Waschmaschine?", "de", "en", ("how much", "washing machine")),
        ("Wann gebe ich den Schlüssel zurück?", "de", "en", ("when", "return", "key")),
        ("Wem gehört der Hund?", "de", "fr", ("qui", "chien")),
        ("Combien coûte l'assurance ?", "fr", "en", ("how much", "insur")),
        ("¿Cuándo se devuelve la fianza?", "es", "de", ("wann", "Kaution")),
        ("押金是多少？", "zh", "en", ("deposit", "how much")),
        ("洗衣機什麼時候可以用", "zh", "en", ("washing machine", "when", "use")),
        ("When is the rent paid?", "en", "zh", ("租", "支付", "时候")),
    ],
)
def test_known_words_are_told_and_words_that_only_ask_as_well(
    question: str, language: str, other: str, words: Collection[str]
) -> None:
    told = told_in(question, language, other, all_said)
    assert told is not None
    assert [word for word in words if word not in told] == []


def test_names_and_figures_stay_as_they_are() -> None:
    told = told_in("Combien coûte une chambre au Harrow Mead avec LP-14 pour 3 jours ?", "fr", "en", all_said)
    assert told is not None
    assert {"Harrow", "Mead", "LP-14", "3"} <= set(told.split())


def test_of_several_terms_the_one_that_some_document_says_is_taken() -> None:
    first = told_in("Wann wird die Miete erhöht?", "de", "en", all_said)
    second = told_in("Wann wird die Miete erhöht?", "de", "en", lambda phrase: phrase in ("raise", "rent"))
    assert first != second
    assert second is not None
    assert "raise" in second


def test_both_parts_of_a_german_compound_are_told() -> None:
    told = told_in("Wie hoch ist die Schlüsselgebühr?", "de", "en", all_said)
    assert told is not None
    assert "key" in told
    assert "fee" in told


def test_what_no_document_says_is_no_word_that_is_known() -> None:
    assert told_in("Was kostet eine Sauna?", "de", "en", lambda phrase: phrase == "fee") is None


@pytest.mark.parametrize(
    ("question", "language", "other"),
    [
        pytest.param("Welchen Zworf knimmelt der Blonk?", "de", "en", id="nothing is known"),
        pytest.param("Wann ist das?", "de", "en", id="nothing is asked about"),
        pytest.param("Wann ist das Harrow Mead?", "de", "en", id="nothing but names"),
        pytest.param("Was kostet der Hund?", "de", "de", id="the same language"),
        pytest.param("Was kostet der Hund?", "de", "it", id="a language that the lexicon lacks"),
        pytest.param("Quanto costa il cane?", "it", "de", id="from such a language"),
        pytest.param("Hund " * 100, "de", "en", id="a text and no question"),
        pytest.param("", "de", "en", id="no word"),
    ],
)
def test_there_is_no_gloss_of_what_is_not_understood(question: str, language: str, other: str) -> None:
    assert told_in(question, language, other, all_said) is None


def test_unknown_words_are_names_mostly() -> None:
    assert unknown_words("Wem gehört die Katze bei Brindlewood in Haus 7?", "de") == ["Brindlewood"]
    assert unknown_words("Brindlewood的押金是多少", "zh") == ["Brindlewood"]
    assert unknown_words("Di chi è il cane?", "it") == []


@pytest.mark.parametrize(
    ("terms", "text", "language", "share"),
    [
        (("Hund", "Garten"), "Hunde sind an der Leine zu führen.", "de", 0.5),
        (("washing machine",), "The washing machines stand below.", "en", 1.0),
        (("洗衣机", "网络"), "洗衣機可連接無線網絡。", "zh", 1.0),
        ((), "Anything.", "en", 1.0),
    ],
)
def test_how_many_terms_a_passage_holds(terms: tuple[str, ...], text: str, language: str, share: float) -> None:
    assert share_held(terms, text, language) == share


def test_chinese_names_are_known_in_latin_letters() -> None:
    titles = {"a.txt": "翠湖苑小区物业管理规定", "b.md": "Cuihuyuan garden", "c.md": "云沐滚筒洗衣机"}
    assert signs_of("Cuihuyuan", titles) == {"a.txt": "翠湖苑"}
    assert signs_of("yunmu", titles) == {"c.md": "云沐"}
    assert signs_of("Brindlewood", titles) == {}
    assert signs_of("yun", titles) == {}


@pytest.mark.parametrize(
    ("question", "language", "documents_say", "worded"),
    [
        ("mon frigo est en panne", "fr", {"réfrigérateur"}, "mon réfrigérateur est en panne"),
        ("Wo ist mein Schlüssel?", "de", {"Schlüssel"}, "Wo ist mein Schlüssel?"),
        ("Who took the bust fridge?", "en", set(), "Who took the bust fridge?"),
        ("How long may I keep a violin?", "en", {"musical instrument"}, "How long may I keep a musical instrument?"),
        pytest.param("Who pays for the lift?", "en", {"raise"}, "Who pays for the lift?", id="means several things"),
        pytest.param("Is it a forested area?", "en", {"tree"}, "Is it a forested area?", id="another form of a term"),
        ("Dov'è la chiave?", "it", {"llave"}, "Dov'è la chiave?"),
    ],
)
def test_what_people_say_is_replaced_by_what_documents_say(
    question: str, language: str, documents_say: Collection[str], worded: str
) -> None:
    assert in_terms_of_documents(question, language, lambda phrase: phrase in documents_say) == worded
