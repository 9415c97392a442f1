"""What has changed between two editions of a document is told statement by statement, each with its page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.answering.edition_changes import (
    MOST_TOLD,
    Change,
    asks_for_changes,
    changes_between,
    most_telling,
    topic_of_changes,
)
from server.answering.whole_document import Line
from server.answers import Answer, Question
from server.http.services import Services
from tests.server.served_folder import served

OLD = """# Rules of the climbing hut

Adopted on 12 March 2022.

## Nights

A member pays 7 pounds a night. A guest pays 12 pounds a night. Bookings are made by telephone.

## Animals

Dogs are admitted to the porch on a lead.

## Fire

The stove may be lit with seasoned wood. Ashes are carried outside every morning.

## Loans

The loan period is fourteen days. Helmets are withdrawn from use after ten years.
"""
NEW = """# Rules of the climbing hut

Adopted on 8 March 2025.

## Nights

A member pays 9 pounds a night. A guest pays 12 pounds a night. Bookings are made in the online calendar.

## Animals

Dogs are excluded from every part of the hut.

## Fire

The stove may be lit with seasoned wood. Ashes are carried outside every morning.

## Loans

The loan period is seven days. Helmets are withdrawn from use after ten years. A head torch costs 3 pounds.
"""
OTHER = """# Timetable of the ferry

The ferry leaves at 9:00 and returns at 17:00. A ticket costs 5 pounds. Bicycles are carried free of charge.
"""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    texts = {"hut-rules-2022.md": OLD, "hut-rules-2025.md": NEW, "ferry.md": OTHER}
    with served(tmp_path_factory.mktemp("editions"), texts) as found:
        yield found


@pytest.fixture(scope="module")
def client(services: Services) -> FlaskClient:
    return create_app(services).test_client()


def ask(services: Services, question: str) -> Answer:
    return services.answering().answer(Question(question))


@pytest.mark.parametrize(
    "question",
    [
        "What has changed in the hut rules?",
        "what's new in the 2025 hut rules compared with before",
        "Which differences are there between the old and the new hut rules?",
        "Was hat sich in den hut rules geändert?",
        "Qu'est-ce qui a changé dans les hut rules ?",
        "¿Qué ha cambiado en las hut rules?",
    ],
)
def test_every_change_is_told_with_what_was_said_before(services: Services, question: str) -> None:
    answer = ask(services, question)
    for said in (
        "9 pounds",
        "7 pounds",
        "online calendar",
        "by telephone",
        "excluded",
        "on a lead",
        "seven",
        "fourteen",
    ):
        assert said in answer.answer, said
    assert "head torch" in answer.answer  # what is new
    for same in ("A guest pays", "stove", "Ashes", "Helmets"):
        assert same not in answer.answer, same


def test_each_statement_is_marked_with_its_edition_and_cited_from_it(services: Services) -> None:
    answer = ask(services, "What has changed in the hut rules?")
    documents = {number: source.document for number, source in enumerate(answer.sources, start=1)}
    lines = [line for line in answer.answer.splitlines() if line.startswith(("2022: ", "2025: "))]
    assert len(lines) >= 8
    for line in lines:
        number = int(line.rpartition("[")[2].rstrip("]"))
        assert documents[number] == f"hut-rules-{line[:4]}.md"
    assert answer.whole_reading is not None
    assert set(answer.whole_reading.documents) == {"hut-rules-2022.md", "hut-rules-2025.md"}


def test_of_a_topic_only_its_changes_are_told(services: Services) -> None:
    answer = ask(services, "What has changed for dogs in the hut rules?")
    assert "excluded" in answer.answer
    assert "pounds" not in answer.answer


def test_a_document_without_another_edition_is_asked_as_always(services: Services) -> None:
    assert ask(services, "What has changed in the timetable of the ferry?").whole_reading is None


def test_the_page_shows_both_editions(client: FlaskClient) -> None:
    asked = {"question": "What has changed in the hut rules?"}
    page = client.post("/ask", data=asked, headers={"Accept": "text/html"}, follow_redirects=True).text
    assert "9 pounds" in page
    assert "7 pounds" in page


def test_a_summary_is_of_the_newest_edition_unless_another_is_named(services: Services) -> None:
    newest, named = ask(services, "Summarise the hut rules"), ask(services, "Summarise the hut rules of 2022")
    assert {source.document for source in newest.sources} == {"hut-rules-2025.md"}
    assert {source.document for source in named.sources} == {"hut-rules-2022.md"}


def test_what_both_editions_say_revokes_nothing(services: Services) -> None:
    """That helmets are withdrawn after ten years stands in both: it is not what the other says of the loan period."""
    answer = ask(services, "How long is the loan period in the hut?")
    assert "seven days" in answer.answer
    assert "fourteen days" in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "What is the difference between a half plot and a full plot?",
        "How do I change my booking?",
        "What is a new key?",
        "Can I change rooms?",
        "Was kostet ein neuer Schlüssel?",
        "Qu'est-ce qu'un nouveau membre doit payer ?",
        "¿Qué es una parcela nueva?",
        "怎么改预约",
        "When was the rule changed?",
        "How do I change the filter?",
        "What happens if I change my address?",
        "What is the change fee?",
        "What has to be changed before winter?",
        "What is the difference between the two tickets?",
        "What time does the new in-house shop open?",
        "Was ist zu tun, wenn ich neu bin?",
        "Quels changements dois-je signaler ?",
        "¿Qué cambia el filtro?",
        "老人票和成人票有什么区别？",
        "新员工和老员工的年假有什么不同？",
        "需要修改什么资料？",
    ],
)
def test_an_ordinary_question_asks_for_no_changes(question: str) -> None:
    assert not asks_for_changes(question)


def line(text: str, heading: str = "", place: int = 0) -> Line:
    return Line(0, place, heading, text, 0.0, False)


def test_a_statement_is_held_against_the_one_that_is_most_like_it() -> None:
    old = [line("Dogs pay 3 euros.", "Fees"), line("Children pay 2 euros.", "Fees")]
    new = [line("Children pay 4 euros.", "Fees"), line("Dogs pay 3 euros.", "Fees")]
    (change,) = changes_between(old, new, lambda _: False)
    assert (change.new, change.old) == (new[0], old[1])


def test_what_is_gone_and_what_is_new_stand_alone() -> None:
    old, new = [line("Smoking is allowed on the balcony.")], [line("Parcels are handed out at the desk from ten.")]
    added, gone = changes_between(old, new, lambda _: False)
    assert (added.new, added.old) == (new[0], None)
    assert (gone.new, gone.old) == (None, old[0])


def test_a_number_that_a_statement_begins_with_is_no_number_of_an_item() -> None:
    old, new = [line("14 days' notice must be given.")], [line("30 days' notice must be given.")]
    (change,) = changes_between(old, new, lambda _: False)
    assert (change.new, change.old) == (new[0], old[0])


def test_those_that_count_most_are_told() -> None:
    numbers = [Change(line(f"It costs {n} euros."), line(f"It costs {n + 1} euros.")) for n in range(MOST_TOLD)]
    words = [Change(line("Parcels are handed out at the desk."), None)] * 5
    assert most_telling([*words, *numbers]) == numbers


def test_editions_stand_in_one_folder_and_a_named_one_stays(tmp_path: Path) -> None:
    def lease(name: str, rent: int) -> str:
        return f"# Lease of {name}\n\nThe rent is {rent} pounds a month. The tenant {name} keeps the garden tidy.\n"

    texts = {"alice/lease.md": lease("Alice", 500), "bob/lease.md": lease("Bob", 600)}
    for year in (2023, 2024, 2025):
        texts[f"house-rules-{year}.md"] = (
            f"# House rules\n\nValid from 1 January {year}. Silence begins at {year - 2003}.\n"
        )
    with served(tmp_path, texts) as services:
        alice = ask(services, "Summarise Alice's lease")
        named = ask(services, "Summarise the 2023 house rules")
        newest = ask(services, "Summarise the house rules")
    assert {source.document for source in alice.sources} <= {"alice/lease.md"}
    assert {source.document for source in named.sources} == {"house-rules-2023.md"}
    assert {source.document for source in newest.sources} == {"house-rules-2025.md"}


def test_numbers_of_items_and_blanks_are_no_change() -> None:
    old, new = [line("3.1 The door  is locked at ten.")], [line("(4) The door is locked at ten.")]
    assert changes_between(old, new, lambda _: True) == []


def test_the_topic_is_what_changes_are_wanted_of() -> None:
    assert topic_of_changes("What has changed for visitors since the old version?") == {"visitor"}
    assert topic_of_changes("What has changed?") == frozenset()
