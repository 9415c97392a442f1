"""Where documents contradict one another both are shown, with their dates, and the newer one is named."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.answering.contradictions import contradict, corrects, versions_differ
from server.answering.document_dates import DocumentAge, age_of, newer
from tests.server.served_folder import served

PAGE = {"Accept": "text/html"}
PAIRS = [
    line.split("\t")
    for line in Path(__file__).with_name("statement_pairs.tsv").read_text(encoding="utf-8").splitlines()
]
OTHER_PAIRS = [
    line.split("\t")
    for line in Path(__file__).with_name("statement_pairs_of_other_kinds.tsv").read_text(encoding="utf-8").splitlines()
]

FIRST_CLASS_ONCE = "First class is reimbursed for journeys of more than three hours."
FIRST_CLASS_NOW = "First class is reimbursed if it is cheaper on the day of booking."
OLD = f"""# Travel policy

Version 1, valid from 1 January 2024.

## 3 Transport

For the use of a private car EUR 0.30 per kilometre is paid. Taxis are paid where there is no bus.
Rail travel is reimbursed in second class. {FIRST_CLASS_ONCE}

## 7 Claims

Claims are submitted within eight weeks after the end of the trip. They are sent to the accounts department.
"""
NEW = f"""# Travel policy

Version 2, valid from 1 July 2025. It replaces version 1.

## 3 Transport

For the use of a private car EUR 0.38 per kilometre is paid. Taxis are paid where there is no bus.
Rail comes first: journeys of up to five hours by train are not flown. Rail travel is reimbursed in second class.
{FIRST_CLASS_NOW}

## 7 Claims

Claims are submitted within four weeks after the end of the trip. They are sent to the accounts department.
"""
ALLOTMENTS = """Rules of the allotments, 3 May 2019

The gate of the allotments is locked at 21:00. Every gardener has a key.
"""
NEIGHBOURS = """Neighbourhood letter, 12 April 2023

The gate of the allotments is locked at 22:00 in the whole year. Every gardener has a key.
"""
SPRING = """Minutes of the board, 11 March 2025

6. BICYCLE STORE
The board resolved to build a covered store for bicycles. The budget of the store is EUR 28,000.

7. ANIMALS
The proposal to permit dogs was rejected.

9. VEHICLE CHARGING
Two charging points of 11 kW are installed in the garage. Their output is enough for a night.
"""
AUTUMN = """Minutes of the board, 23 September 2025

6. BICYCLE STORE
Offers were higher. The resolution of March is revoked. Instead, stands are placed in the yard for EUR 9,600.

7. ANIMALS
The rule was looked at again.

8. MINUTES
The minutes of March are corrected: as to the output of the charging points, it is 22 kW, not 11 kW.
"""
HANDBOOK = """Handbook of the choir

The choir rehearses in the school hall on Tuesday. The annual fee of the choir is 40 euros.
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    files = {
        "travel-policy-v1.md": OLD,
        "travel-policy-v2.md": NEW,
        "allotments.txt": ALLOTMENTS,
        "neighbours.txt": NEIGHBOURS,
        "choir.txt": HANDBOOK,
        "board-2025-03-11.txt": SPRING,
        "board-2025-09-23.txt": AUTUMN,
    }
    with served(tmp_path_factory.mktemp("conflicts"), files) as services:
        yield create_app(services).test_client()


def answer(client: FlaskClient, question: str, **more: Any) -> Any:
    return client.post("/api/query", json={"question": question, **more}).get_json()


def test_nine_of_ten_contradictions_are_found_and_nineteen_of_twenty_agreements_left() -> None:
    differing = [pair for kind, *pair in PAIRS if kind == "differ"]
    agreeing = [pair for kind, *pair in PAIRS if kind == "agree"]
    assert len(differing) == len(agreeing) == 100
    assert sum(contradict(*pair) for pair in differing) >= 90
    assert sum(contradict(*pair) for pair in agreeing) <= 5


def test_pairs_of_other_kinds_and_in_german_are_told_apart_as_well() -> None:
    differing = [pair for kind, *pair in OTHER_PAIRS if kind == "differ"]
    agreeing = [pair for kind, *pair in OTHER_PAIRS if kind == "agree"]
    assert len(differing) == len(agreeing) == 60
    assert sum(contradict(*pair) for pair in differing) >= 54
    assert sum(contradict(*pair) for pair in agreeing) <= 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The rent of house 1 is 60 euros a month.", "The rent of house 2 is 60 euros a month."),
        ("House 4 costs 60 euros.", "House 7 costs 65 euros."),
        ("Branch 12: open from 9:00 to 17:00.", "Branch 14: open from 10:00 to 17:00."),
        ("The membership fee 2025 is 60 euros.", "The membership fee 2026 is 65 euros."),
    ],
)
def test_a_number_may_be_a_name(one: str, other: str) -> None:
    assert not contradict("What does it cost?", one, other)


def test_what_is_counted_is_no_name() -> None:
    assert contradict("How many beds are there?", "The garden has 12 beds.", "The garden has 14 beds.")
    assert contradict("What does it cost?", "The hut costs 60 euros.", "The hut costs 65 euros.")


@pytest.mark.parametrize(
    ("correction", "statement", "is_corrected"),
    [
        ("The output of the points is 22 kW, not 11 kW.", "Two charging points of 11 kW are installed.", True),
        ("The charge is raised from EUR 4.20 to EUR 4.50.", "The monthly charge is EUR 4.20.", True),
        ("Die Gebühr wird von 30 Euro auf 35 Euro erhöht.", "Die Gebühr beträgt 30 Euro.", True),
        ("押金由50元调整为80元。", "押金为50元。", True),
        ("The output of the points is 22 kW, not 11 kW.", "Two charging points of 7 kW are installed.", False),
        ("A fine is 5 pounds, not 4 pounds.", "The rent is 4 pounds.", False),
        ("The pool is open from 9 to 12.", "The pool is open at 9.", False),
    ],
)
def test_a_correction_names_the_value_that_it_corrects(correction: str, statement: str, is_corrected: bool) -> None:
    assert corrects(correction, statement) == is_corrected


def test_it_does_not_matter_which_statement_comes_first() -> None:
    assert [pair for _, *pair in PAIRS if contradict(*pair) != contradict(pair[0], pair[2], pair[1])] == []


def test_no_statement_contradicts_itself() -> None:
    assert [pair for _, *pair in PAIRS if contradict(pair[0], pair[1], pair[1])] == []
    assert [pair for _, *pair in PAIRS if versions_differ(pair[0], pair[1], pair[1])] == []


def test_two_versions_are_both_quoted_and_the_newer_is_named(client: FlaskClient) -> None:
    body = answer(client, "How much is paid per kilometre for a private car?")
    assert "EUR 0.30" in body["answer"]
    assert "EUR 0.38" in body["answer"]
    (conflict,) = body["conflicts"]
    said = {each["document"]: each for each in conflict["statements"]}
    assert said["travel-policy-v1.md"]["date"] == "2024-01-01"
    assert said["travel-policy-v2.md"]["date"] == "2025-07-01"
    assert conflict["newer"] == said["travel-policy-v2.md"]["source"]
    assert conflict["newer_by"] == "date"
    for each in conflict["statements"]:
        assert body["sources"][each["source"] - 1]["document"] == each["document"]
        assert f"[{each['source']}]" in body["answer"]
    assert "The newest is travel-policy-v2.md, of 2025-07-01." in " ".join(body["notices"])
    assert body["checks"]["unsupported"] == []


def test_the_other_version_is_brought_where_only_one_passage_is_kept(client: FlaskClient) -> None:
    body = answer(client, "How much is paid per kilometre for a private car?", keep=1)
    assert {source["document"] for source in body["sources"]} == {"travel-policy-v1.md", "travel-policy-v2.md"}
    assert len(body["conflicts"]) == 1


def test_what_both_versions_say_alike_is_no_conflict(client: FlaskClient) -> None:
    assert answer(client, "Where are taxis paid?")["conflicts"] == []


def test_a_sentence_about_something_else_makes_no_conflict(client: FlaskClient) -> None:
    assert answer(client, "When are taxis paid?")["conflicts"] == []


def test_the_version_that_is_asked_for_stands_alone(client: FlaskClient) -> None:
    body = answer(client, "How much is paid per kilometre for a private car in the policy of 2024?")
    assert body["conflicts"] == []


def test_unlike_documents_contradict_one_another_too(client: FlaskClient) -> None:
    body = answer(client, "When is the gate of the allotments locked?")
    (conflict,) = body["conflicts"]
    assert {each["document"] for each in conflict["statements"]} == {"allotments.txt", "neighbours.txt"}
    newest = next(each for each in conflict["statements"] if each["source"] == conflict["newer"])
    assert newest["document"] == "neighbours.txt"


def test_what_the_section_of_the_same_heading_revokes_is_told(client: FlaskClient) -> None:
    body = answer(client, "What is the budget of the bicycle store?")
    assert "EUR 28,000" in body["answer"]
    assert "is revoked" in body["answer"]
    assert "EUR 9,600" in body["answer"]
    assert body["sources"][body["conflicts"][0]["newer"] - 1]["document"] == "board-2025-09-23.txt"


def test_what_corrects_a_statement_is_told_whatever_section_it_stands_in(client: FlaskClient) -> None:
    body = answer(client, "What is the output of the charging points?")
    assert "11 kW are installed" in body["answer"]
    assert "it is 22 kW, not 11 kW" in body["answer"]
    assert body["sources"][body["conflicts"][0]["newer"] - 1]["document"] == "board-2025-09-23.txt"


def test_a_statement_is_not_held_against_what_belongs_to_another_one(client: FlaskClient) -> None:
    body = answer(client, "Do you pay for first class on a train?")
    said = [{each["quote"] for each in conflict["statements"]} for conflict in body["conflicts"]]
    assert {FIRST_CLASS_ONCE, FIRST_CLASS_NOW} in said
    assert not any(FIRST_CLASS_ONCE in quotes and FIRST_CLASS_NOW not in quotes for quotes in said)


def test_two_parts_of_a_question_may_both_be_answered_otherwise(client: FlaskClient) -> None:
    body = answer(
        client, "What is paid per kilometre for a private car, and within how many weeks are claims submitted?"
    )
    said = {each["quote"] for conflict in body["conflicts"] for each in conflict["statements"]}
    assert any("0.38" in quote for quote in said)
    assert any("0.30" in quote for quote in said)
    assert len(body["conflicts"]) == len(
        {tuple(sorted(c["quote"] for c in each["statements"])) for each in body["conflicts"]}
    )


def test_where_one_document_answers_there_is_no_conflict(client: FlaskClient) -> None:
    body = answer(client, "How much is the annual fee of the choir?")
    assert "40 euros" in body["answer"]
    assert body["conflicts"] == []


def test_the_page_shows_both_statements(client: FlaskClient) -> None:
    asked = {"question": "How much is paid per kilometre for a private car?"}
    text = client.post("/ask", data=asked, headers=PAGE, follow_redirects=True).get_data(as_text=True)
    section = text[text.index('class="conflict"') : text.index("</section>", text.index('class="conflict"'))]
    assert "EUR 0.30" in section
    assert "EUR 0.38" in section
    assert section.count("newest, by its date") == 1


@pytest.mark.parametrize(
    ("path", "title", "text", "day", "version"),
    [
        pytest.param("minutes-2025-09-23.txt", None, "", (2025, 9, 23), (), id="day in the name"),
        pytest.param("report 2024.pdf", None, "", (2024, 0, 0), (), id="year in the name"),
        pytest.param("policy-v2.docx", None, "", None, (2,), id="version in the name"),
        pytest.param("a.txt", "Prices 2023", "", (2023, 0, 0), (), id="year in the title"),
        pytest.param("a.txt", None, "Printed 3 May 2019. Valid from 1 July 2025.", (2025, 7, 1), (), id="valid from"),
        pytest.param("规定.txt", None, "本规定自2024年3月1日起施行。", (2024, 3, 1), (), id="Chinese"),
        pytest.param("satzung.md", None, "Fassung vom 12.04.2021", (2021, 4, 12), (), id="German"),
        pytest.param("notes.txt", None, "Nothing of the kind.", None, (), id="nothing"),
    ],
)
def test_a_documents_age_is_read_from_its_words(
    path: str, title: str | None, text: str, day: tuple[int, int, int] | None, version: tuple[int, ...]
) -> None:
    age = age_of(path, title, text, 0)
    assert age.day == day
    assert age.version == version


def test_what_was_replaced_is_older_whatever_its_date() -> None:
    old, new = DocumentAge(stated=(2025, 5, 1), is_superseded=True), DocumentAge(stated=(2024, 1, 1))
    assert newer(old, new) == (1, "superseded")
    assert newer(new, old) == (0, "superseded")


def test_the_files_time_decides_only_where_nothing_else_does() -> None:
    assert newer(DocumentAge(file_time_ns=5), DocumentAge(file_time_ns=9)) == (1, "file time")
    assert newer(DocumentAge(version=(2,), file_time_ns=5), DocumentAge(version=(1,), file_time_ns=9)) == (0, "version")
    assert newer(DocumentAge(), DocumentAge()) is None
