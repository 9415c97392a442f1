"""Everyday words of a question are looked for as the words that the documents use, and only where they must be."""

from collections.abc import Callable

import pytest

from server.retrieval.everyday_words import in_words_of_documents


def said(*phrases: str) -> Callable[[str], bool]:
    return lambda phrase: phrase.casefold() in phrases


@pytest.mark.parametrize(
    ("question", "phrases", "worded"),
    [
        ("When do I hand in receipts?", ("submit",), "When do I submit receipts?"),
        ("When must I hand my own receipts in?", ("submit",), "When must I submit my own receipts?"),
        ("May grown-ups swim?", ("adults",), "May adults swim?"),
        ("Can I keep the air miles?", ("bonus points",), "Can I keep the bonus points?"),
        ("Darf ich filmen?", ("aufnahmen",), "Darf ich Aufnahmen?"),
        ("抽烟罚多少", ("吸烟",), "吸烟罚多少"),
        ("Was kostet die B2-Prüfung?", ("b2",), "Was kostet die B2 Prüfung?"),
    ],
)
def test_what_no_document_says_is_replaced_by_what_one_says(question: str, phrases: tuple[str], worded: str) -> None:
    assert in_words_of_documents(question, said(*phrases)) == worded


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        pytest.param("When do I hand in receipts?", ("submit", "hand in"), id="some document says it"),
        pytest.param("When do I hand in receipts?", (), id="no document says the other words"),
        pytest.param("Must I submit what I hand in?", ("submit",), id="the question says both"),
        pytest.param("Is the handrail in order?", ("submit",), id="within another word"),
        pytest.param("生孩子可以休几天", ("儿童",), id="part of another phrase"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_everything_else_stays_as_it_was_asked(question: str, phrases: tuple[str, ...]) -> None:
    assert in_words_of_documents(question, said(*phrases)) is None


def test_of_several_words_the_first_that_is_said_is_taken() -> None:
    assert in_words_of_documents("Are kids free?", said("juniors", "minors")) == "Are minors free?"


@pytest.mark.parametrize(
    ("question", "worded"),
    [
        ("When do I hand in receipts?", "When do I submit receipts?"),
        ("How is cash counted?", None),  # of one word what documents say is what they mean
    ],
)
def test_who_found_nothing_has_phrases_replaced_that_documents_say(question: str, worded: str | None) -> None:
    says = said("submit", "hand in", "cash", "coins")
    assert in_words_of_documents(question, says) is None
    assert in_words_of_documents(question, says, even_if_said=True) == worded
