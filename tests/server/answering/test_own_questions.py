"""Questions that measure a folder: proposed with page and quotation, settled on a page, and what they show."""

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.answering.absent_subjects import subjects
from server.answering.own_measuring import measured, says
from server.answering.own_questions import answerable_questions, holds, unanswerable_questions
from server.answers import Answer, Question
from server.http.services import Services
from storage.catalogue.catalogue import Catalogue
from storage.server_state.own_questions import (
    Measured,
    OwnQuestion,
    change_own_questions,
    figure_lines,
    read_own_questions,
)
from tests.server.conftest import ROOT
from tests.server.served_folder import served
from tests.storage.conftest import document

HOUSE = """# Rules of the boat house

## Fees

A day ticket costs 12 euros. The deposit is 40 euros. Every boat carries a life ring.

## Opening hours of the boat house

The boat house opens at 7 in the morning. It stays closed on the first Monday of every month in the winter.
"""
COSTS = "A day ticket costs 12 euros."
CLUB = """# Statutes of the rowing club

## Membership of the club

Everybody who can swim may become a member of the club. The Torvan Rowing Club is a registered society.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with served(tmp_path_factory.mktemp("own"), {"house.md": HOUSE, "club.md": CLUB}) as services:
        yield services


@pytest.fixture
def client(folder: Services) -> FlaskClient:
    return create_app(folder).test_client()


def try_out(folder: Services, question: str) -> Answer:
    service = folder.answering()
    return service.answer(Question(question))


def proposed(folder: Services) -> list[OwnQuestion]:
    with folder.index.acquire() as index:
        catalogue = index.generation.catalogue
        found = list(answerable_questions(catalogue, lambda text: try_out(folder, text), lambda _: ""))
        return [*found, *unanswerable_questions(catalogue)]


def test_what_is_proposed_names_the_page_and_quotes_it(folder: Services) -> None:
    answerable = [each for each in proposed(folder) if not each.unanswerable]
    asked = {each.question: each for each in answerable}
    assert asked["What does a day ticket cost?"].answers == ("12 euros",)
    assert asked["When does the boat house open?"].quote == "The boat house opens at 7 in the morning."
    assert {each.made_from for each in answerable} >= {"number", "heading"}
    with folder.index.acquire() as index:
        for each in answerable:
            text = " ".join(page.text for page in index.generation.catalogue.pages(each.document))
            assert holds(text, each.quote), each
            assert each.pages, each


def test_no_word_of_what_is_unanswerable_stands_in_a_document(folder: Services) -> None:
    unanswerable = [each for each in proposed(folder) if each.unanswerable]
    assert len(unanswerable) == 20
    text = f"{HOUSE} {CLUB}".casefold()
    assert [each.question for each in unanswerable if each.made_from.casefold() in text] == []
    assert len({each.question for each in unanswerable}) == 20


def test_a_subject_that_stands_in_a_document_in_another_form_is_not_asked(tmp_path: Path) -> None:
    text = "# Rules\n\nA car is parked behind the hall. Our robotic arm paints. 本站禁止吸烟。\n"
    with served(tmp_path, {"rules.md": text}) as services, services.index.acquire() as index:
        subjects = {each.made_from for each in unanswerable_questions(index.generation.catalogue, most=40)}
    assert subjects
    assert not subjects & {"parking", "robots", "tobacco", "停车", "机器人", "吸烟"}


def test_a_model_may_only_quote_what_is_there(folder: Services) -> None:
    replies = iter(
        [
            '{"question": "Who may become a member?", "quote": "Everybody who can swim may", "answer": "can swim"}',
            '{"question": "What is made up?", "quote": "The moon is a boat.", "answer": "moon"}',
            "no JSON",
        ]
    )
    with folder.index.acquire() as index:
        found = list(
            answerable_questions(
                index.generation.catalogue, lambda text: try_out(folder, text), lambda _: next(replies, "")
            )
        )
    by_model = [each for each in found if each.made_from == "model"]
    assert [(each.question, each.answers) for each in by_model] == [("Who may become a member?", ("can swim",))]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.create(tmp_path / "catalogue.db") as made:
        yield made


def add(catalogue: Catalogue, path: str, *pages: str) -> None:
    with catalogue.transaction():
        catalogue.replace_document(*document(path, list(pages)))


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        pytest.param("Der Tiergarten hat einen Hundeplatz und ist für die Mitglieder da.", "dogs", id="within another"),
        pytest.param("Die Impfung ist für alle Kinder des Vereins da.", "vaccination", id="another form"),
        pytest.param("Wir fahren mit dem Wohnwagenanhänger und sind im Sommer da.", "caravans", id="composed"),
        pytest.param("Die Satellitenschüssel ist auf dem Dach des Hauses.", "satellites", id="composed, another form"),
    ],
)
def test_a_subject_that_stands_in_a_german_word_is_not_asked(catalogue: Catalogue, text: str, subject: str) -> None:
    add(catalogue, "tor.md", "This page says hardly anything.")
    before = {each.made_from for each in unanswerable_questions(catalogue, most=40)}
    add(catalogue, "regeln.md", text)
    after = {each.made_from for each in unanswerable_questions(catalogue, most=40)}
    named = {words["de"][0] for words in subjects() if subject in words["en"]} | {subject}
    assert before & named
    assert not after & named


def test_the_model_is_shown_no_passage_twice(catalogue: Catalogue) -> None:
    for name in ("a.md", "b.md"):
        add(catalogue, name, *(f"Passage {number} of {name}." for number in range(5)))
    shown: list[str] = []

    def complete(messages: Sequence[tuple[str, str]]) -> str:
        shown.append(messages[-1][1])
        return "no JSON"

    assert list(answerable_questions(catalogue, lambda _: pytest.fail("nothing to try"), complete)) == []
    assert sorted(shown) == sorted(
        {f"\n\nPassage {number} of {name}." for number in range(5) for name in ("a.md", "b.md")}
    )


@pytest.mark.parametrize("count", [2, 7, 14])
def test_what_nothing_answers_is_asked_of_all_documents_in_turn(catalogue: Catalogue, count: int) -> None:
    for number in range(count):
        add(catalogue, f"file-{number}.md", "This page says hardly anything.")
    asked = [each.question for each in unanswerable_questions(catalogue)]
    assert {number for number in range(count) if any(f"file-{number}.md" in question for question in asked)} == {
        *range(count)
    }


# -- the page --------------------------------------------------------------------------------------


@pytest.fixture
def kept(folder: Services) -> Iterator[list[OwnQuestion]]:
    questions = [
        OwnQuestion("a", "What does a day ticket cost?", "house.md", (1,), COSTS, ("12 euros",)),
        OwnQuestion("b", "What is <b>bold</b>?", "club.md", (1,), "The Torvan Rowing Club", made_from="heading"),
        OwnQuestion("c", "Who painted the Mona Lisa?", unanswerable=True, made_from="Mona Lisa"),
    ]
    yield change_own_questions(folder.index.index_dir, lambda _: questions)
    change_own_questions(folder.index.index_dir, lambda _: [])


def states(folder: Services) -> dict[str, str]:
    return {each.id: each.state for each in read_own_questions(folder.index.index_dir)}


def test_the_page_shows_what_is_proposed_with_its_passage(client: FlaskClient, kept: list[OwnQuestion]) -> None:
    page = client.get("/questions").get_data(as_text=True)
    assert 'value="What does a day ticket cost?"' in page
    assert "A day ticket costs 12 euros." in page
    assert "&lt;b&gt;bold" in page
    assert "“Mona Lisa” stands in no document" in page
    (address,) = re.findall(r'href="(/documents/house\.md\?[^"]+)"', page)
    assert client.get(address.replace("&amp;", "&")).status_code == 200


def test_each_is_accepted_changed_or_rejected(client: FlaskClient, folder: Services, kept: list[OwnQuestion]) -> None:
    changed = {"id": "a", "deed": "accept", "question": "What is a day ticket?", "answer": "12"}
    assert client.post("/questions", data=changed).status_code == 303
    assert client.post("/questions", data={"id": "b", "deed": "reject"}).status_code == 303
    assert states(folder) == {"a": "accepted", "b": "rejected", "c": "proposed"}
    accepted = read_own_questions(folder.index.index_dir)[0]
    assert (accepted.question, accepted.answers) == ("What is a day ticket?", ("12",))
    assert "What is a day ticket?" in client.get("/questions?show=accepted").get_data(as_text=True)
    assert client.post("/questions", data={"deed": "accept_all"}).status_code == 303
    assert states(folder) == {"a": "accepted", "b": "rejected", "c": "accepted"}


def test_an_answer_keeps_all_its_ways_of_saying_it_until_its_field_is_changed(
    client: FlaskClient, folder: Services, kept: list[OwnQuestion]
) -> None:
    ways = ("12 euros", "EUR 12, all included", "twelve\teuros")
    change_own_questions(folder.index.index_dir, lambda _: [replace(kept[0], answers=ways)])
    page = html.unescape(client.get("/questions").get_data(as_text=True))
    (shown,) = re.findall(r'name="answer" maxlength="500" value="([^"]*)"', page)
    form = {"id": "a", "deed": "accept", "question": kept[0].question}
    client.post("/questions", data={**form, "answer": shown})
    assert read_own_questions(folder.index.index_dir)[0].answers == ways
    client.post("/questions", data={**form, "answer": "12, 13"})
    assert read_own_questions(folder.index.index_dir)[0].answers == ("12, 13",)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"id": "a", "deed": "burn"}, 422),
        ({"id": "a", "deed": "accept", "question": " "}, 422),
        ({"id": "gone", "deed": "reject"}, 404),
    ],
)
def test_what_cannot_be_done_is_said(
    client: FlaskClient, folder: Services, kept: list[OwnQuestion], form: dict[str, str], status: int
) -> None:
    assert client.post("/questions", data=form).status_code == status
    assert set(states(folder).values()) == {"proposed"}


def test_lines_that_cannot_be_read_are_left_out(folder: Services, kept: list[OwnQuestion]) -> None:
    file = folder.index.index_dir / "own_questions.jsonl"
    file.write_text(f"no JSON\n{file.read_text()}[1]\n", encoding="utf-8")
    assert read_own_questions(folder.index.index_dir) == kept


# -- measuring -------------------------------------------------------------------------------------


def test_the_figures_tell_right_wrong_and_refused(folder: Services, kept: list[OwnQuestion]) -> None:
    day, _, painted = (replace(each, state="accepted") for each in kept)
    wrong = replace(day, id="d", answers=("13 euros",))
    elsewhere = replace(day, id="e", answers=(), document="club.md")
    refused = replace(day, id="f", question="Who won the football world cup in 1954?")
    known = replace(painted, id="g", question="What does a day ticket cost?")
    ignored = replace(day, id="h", state="rejected")
    found = measured([day, wrong, elsewhere, refused, painted, known, ignored], lambda text: try_out(folder, text))
    assert (found.answerable, found.right, found.wrong, found.refused) == (4, 1, 2, 1)
    assert (found.found_first, found.cited) == (2, 2)
    assert (found.unanswerable, found.refused_rightly) == (2, 1)
    assert len(found.failed) == 4


@pytest.mark.parametrize(
    ("answer", "expected", "is_said"),
    [
        ("A ticket costs 12\neuros. [1]", "12 euros", True),
        ("Zwölf EURO.", "zwölf Euro", True),
        ("It opens at nine [1].", "1", False),
        ("It opens at nine 【7†source】.", "7", False),
        ("The fee is 130 euros.", "13", False),
        ("The fee is 112 euros.", "12 euros", False),
        ("The fee is 12.5 euros.", "12", False),
        ("The fee is 1,300 euros.", "300", False),
        ("It opens at 7:30.", "7", False),
        ("The fee is 13, no more.", "13", True),
        ("The fee is (13).", "13", True),
        ("Hier stehen Parkplätze.", "Park", False),
        ("费用为12元。", "12", True),
        ("费用为112元。", "12", False),
        ("图书馆每周三开门。", "周三", True),
        ("It costs €40.", "€40", True),
        ("It costs €400.", "€40", False),
        ("It costs 12 [1] euros.", "12 euros", True),
        ("Anything.", "", False),
    ],
)
def test_an_answer_says_words_and_numbers_that_stand_by_themselves(answer: str, expected: str, is_said: bool) -> None:
    assert says(answer, expected) is is_said


def test_nothing_is_said_where_nothing_was_accepted() -> None:
    assert list(figure_lines(Measured())) == []


def run(module: str, *arguments: str, **settings: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, env=os.environ | settings, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_command_proposes_and_the_job_tells_how_accepted_ones_are_answered(tmp_path: Path) -> None:
    documents, index = tmp_path / "documents", tmp_path / "index"
    documents.mkdir()
    (documents / "house.md").write_text(HOUSE, encoding="utf-8")
    settings = {"DOCUMENTS_DIR": str(documents), "INDEX_DIR": str(index), "EMBED_MODEL": "packaged"}
    run("indexing", **settings)
    said = run("server", "questions", **settings)
    assert "20 that they do not" in said
    change_own_questions(index, lambda all_: [replace(each, state="accepted") for each in all_])
    before = read_own_questions(index)
    figures = json.loads(run("server", "questions", "--measure", "--json", **settings))
    assert figures["answerable"] == figures["right"] == sum(not each.unanswerable for each in before)
    (documents / "house.md").write_text(HOUSE.replace("12 euros", "15 euros"), encoding="utf-8")
    of_a_server = {"HOST": "0.0.0.0", "API_TOKENS": f"anna:{'x' * 22}"}
    of_a_server |= {"WEBHOOK_URL": "http://127.0.0.1:9", "WEBHOOK_SECRET": "secret"}
    told = run("indexing", EVAL_AFTER_INDEX="1", **settings, **of_a_server)
    assert f"{figures['right'] - 1} right" in told
    assert "Not as it should be: What does a day ticket cost?" in told
    assert "Your own questions" not in run("indexing", EVAL_AFTER_INDEX="1", **settings)  # nothing was published
    run("server", "questions", **settings)
    assert [each for each in read_own_questions(index) if each.state == "accepted"] == before
