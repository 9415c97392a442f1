"""Where nothing answers, the question is asked again in the documents' words and languages, with the packaged model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.answers import Answer, Answered, PassagesFound, Question
from server.http.services import Services
from tests.server.served_folder import served

HARBOUR = """# Rules of the Torvan boat house

## Fees and deposit

For each key a deposit of 40 euros is paid. The deposit is returned within two weeks after the key was handed over.

## Animals

Dogs may not be taken into the boats. A dog on the landing stage is kept on a lead.

## Insurance

The insurance of the club covers damage to other boats up to 5,000 euros.

## Receipts

Claims for fuel are submitted within six weeks after the trip. Lost keys are handed in at the office.
"""
SAUNA = """# Hausordnung der Sauna Birkenau

## Eintritt

Eine Tageskarte kostet 18 Euro. Wer die Karte verliert, zahlt eine Gebühr von 25 Euro.

## Ruhe

In den Ruheräumen sind Telefone nicht gestattet.
"""
INN = """# The inn at Torvan

Breakfast is served from seven to ten in the garden room.
"""


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with served(tmp_path_factory.mktemp("english"), {"harbour.md": HARBOUR}) as services:
        yield services


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with served(tmp_path_factory.mktemp("both"), {"harbour.md": HARBOUR, "sauna.md": SAUNA}) as services:
        yield services


def ask(services: Services, question: str, documents: tuple[str, ...] = ()) -> Answer:
    return services.answering().answer(Question(question, documents=documents))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Wie hoch ist die Kaution für einen Schlüssel?", "40 euros"),
        ("Darf mein Hund mit ins Boot?", "Dogs may not"),
        ("Quel est le montant de la caution pour une clé ?", "40 euros"),
        ("¿Cuánto es la fianza por una llave?", "40 euros"),
        ("钥匙的押金是多少", "40 euros"),
    ],
)
def test_documents_of_another_language_answer(english: Services, question: str, said: str) -> None:
    answer = ask(english, question)
    assert not answer.refused
    assert said in answer.answer


def test_what_was_asked_instead_is_told(english: Services) -> None:
    told = [ask(english, question).also_searched_as for question in ("钥匙的押金是多少", "How much is the deposit?")]
    assert told[1] == ()
    assert told[0] == () or "deposit" in told[0][0]


def test_a_question_means_documents_of_its_own_language(both: Services) -> None:
    assert ask(both, "Wie hoch ist die Kaution für einen Schlüssel?").refused


def test_unless_it_names_what_only_another_one_names(both: Services) -> None:
    answer = ask(both, "Wie hoch ist bei Torvan die Kaution für einen Schlüssel?")
    assert "40 euros" in answer.answer
    assert {source.document for source in answer.sources} == {"harbour.md"}


def test_only_the_documents_that_were_asked_are_searched(both: Services) -> None:
    question = "Wie hoch ist bei Torvan die Kaution für einen Schlüssel?"
    assert ask(both, question, documents=("sauna.md",)).refused


def test_phrases_that_documents_say_of_something_else_are_replaced_when_nothing_answers(english: Services) -> None:
    answer = ask(english, "when do I hand in claims for fuel")
    assert "six weeks" in answer.answer


def test_who_is_asked_for_is_nobody_else(both: Services) -> None:
    assert ask(both, "Wie heißt der Bademeister?").refused


@pytest.mark.parametrize(
    "question", ["Wer hat den Turm von Pisa gebaut?", "¿Cuál es la capital de Mongolia?", "明天天气怎么样"]
)
def test_what_no_document_answers_is_refused_in_every_wording(english: Services, question: str) -> None:
    answer = ask(english, question)
    assert answer.refused
    assert answer.question == question
    assert answer.also_searched_as == ()


def test_what_is_found_for_another_wording_takes_the_place_of_what_was_found_before(english: Services) -> None:
    events = list(english.answering().events(Question("Wie hoch ist die Kaution für einen Schlüssel?")))
    found = [event for event in events if isinstance(event, PassagesFound)]
    (answered,) = [event.answer for event in events if isinstance(event, Answered)]
    assert len(found) == 2
    assert answered.sources
    assert {source.id for source in answered.sources} <= {passage.id for passage in found[-1].passages}


def test_what_is_gone_is_counted_once_however_often_it_is_searched(tmp_path: Path) -> None:
    with served(tmp_path, {"harbour.md": HARBOUR, "inn.md": INN}) as services:
        (tmp_path / "documents" / "harbour.md").unlink()
        ours = ask(services, "Wie hoch ist die Kaution für einen Schlüssel?")
        assert ours.refused
        assert ours.notices == ask(services, "How much is the deposit for a key?").notices != ()
