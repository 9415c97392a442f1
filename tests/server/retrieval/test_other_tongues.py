"""Passages in another language than the question's, where documents speak that one as well."""

from collections.abc import Collection

import pytest

from server.evidence.examination import profile_of
from server.retrieval.other_tongues import in_another_tongue
from storage.records import ChunkRecord

SPANISH = "El Prestador responde en una hora cuando se cae el servicio y avisa al Cliente por correo."
ENGLISH = "The sum insured is adjusted every year to the price index; you may object within one month."
GERMAN = "Der Verein erhebt einen Beitrag, der bis zum Ende des Jahres zu zahlen ist."
CHINESE = "公司实行每周五天工作制，上班时间为九点，下班时间为十八点。"
SPOKEN = {"es": 0.3, "en": 0.4, "zh": 0.3}
TITLES = {"a.md": "Home contents terms", "b.md": "Contrato de servicios"}


def chunk(text: str, document: str = "a.md") -> ChunkRecord:
    return ChunkRecord("1", document, 0, text, "", (), 1.0)


def told(
    question: str,
    text: str,
    spoken: Collection[str] = tuple(SPOKEN),
    named: Collection[str] = (),
    also: tuple[str, ...] = (),
    held: tuple[str, ...] = (),
) -> bool:
    profile = profile_of(question, lambda stems: dict.fromkeys(stems, 1), 100)
    (found,) = in_another_tongue(
        (question, *also), profile, [chunk(text)], spoken, TITLES, named, lambda name: {"a.md"} & {*held}
    )
    return found


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_a_spanish_question_means_spanish_documents(text: str) -> None:
    assert told("¿Suben el precio cada año para nosotros?", text)
    assert not told("¿Suben el precio cada año para nosotros?", SPANISH)


def test_where_no_document_speaks_the_language_every_passage_may_be_meant() -> None:
    assert not told("¿Suben el precio cada año para nosotros?", ENGLISH, spoken=("en", "zh"))


def test_where_a_wording_is_in_the_language_of_the_passage_it_is_meant() -> None:
    assert not told("¿Suben el precio cada año?", ENGLISH, also=("Is the price raised every year for us?",))


def test_what_the_question_names_is_meant() -> None:
    question = "¿Cuánto paga Ostrelle por el hotel de los clientes?"
    assert told(question, ENGLISH)
    assert not told(question, ENGLISH, named=("a.md",))
    assert not told(question, ENGLISH, held=("a.md",))


def test_a_word_in_letters_is_a_name_among_chinese_characters() -> None:
    assert told("那里一晚最多报多少", ENGLISH)
    assert not told("Ostrelle那里一晚最多报多少", ENGLISH, held=("a.md",))


def test_words_that_both_languages_have_are_enough() -> None:
    assert not told(
        "Was soll ich tun, wenn das Chloroform in dem Labor ausläuft?",
        "Spilled chloroform is covered with sand in the lab at once.",
        spoken=("de", "en"),
    )
    assert told("Was soll ich tun, wenn in dem Haus die Leitung bricht?", ENGLISH, spoken=("de", "en"))
    assert not told("Was steht in den home Bedingungen, die wir haben?", ENGLISH, spoken=("de", "en"))  # of its title


def test_a_text_of_unknown_language_is_meant() -> None:
    assert not told("¿Suben el precio cada año para nosotros?", "| 2021 | 14 | 3.5 |")
