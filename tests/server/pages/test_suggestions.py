"""Suggested questions, tried against a real index: none of them is refused, and they follow the documents."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.answering.suggestions import MOST_SHOWN, Suggestions
from server.http.services import Services
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.pages.test_pages import ask

_PATIENCE_SECONDS = 240


def suggestions_of(services: Services, place: Path, *, with_model: bool = False) -> Suggestions:
    return Suggestions(services.answering, services.index, place / "kept.json", 4, with_model=with_model)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def suggestions(quoting_services: Services, tmp_path_factory: pytest.TempPathFactory) -> Suggestions:
    return suggestions_of(quoting_services, tmp_path_factory.mktemp("suggestions"))


@pytest.fixture
def desk(quoting_services: Services, suggestions: Suggestions) -> FlaskClient:
    return create_app(replace(quoting_services, suggestions=suggestions)).test_client()


def offered(html: str) -> list[str]:
    piece = html.split('class="suggestions"')[1].split("</section>")[0] if 'class="suggestions"' in html else ""
    return [unescape(question) for question in re.findall(r'name="question" value="([^"]+)"', piece)]


def test_the_empty_page_suggests_what_the_documents_answer(desk: FlaskClient, suggestions: Suggestions) -> None:
    first = desk.get("/").text
    if "data-later" in first:
        later = re.search(r'data-later="([^"]+)"', first)
        assert later
        assert desk.get(later[1]).status_code in (200, 204)
    suggestions.wait(_PATIENCE_SECONDS)
    questions = offered(desk.get("/").text)
    assert len(questions) == MOST_SHOWN
    assert questions == offered(desk.get("/suggestions").text)
    for question in questions:
        assert 'class="prose refused"' not in ask(desk, question).text, question


def test_after_an_answer_its_documents_are_asked_more(desk: FlaskClient, suggestions: Suggestions) -> None:
    question = "Wie teuer ist ein Anteil der Genossenschaft?"
    asked = ask(desk, question, documents="waldbad-badeordnung.md").request.path
    desk.get(asked)
    suggestions.wait(_PATIENCE_SECONDS)
    questions = offered(desk.get(asked).text)
    assert questions
    assert all("Badeordnung" in question or question.startswith("Was ") for question in questions)
    again = ask(desk, questions[0], documents="waldbad-badeordnung.md").request.path
    desk.get(again)
    suggestions.wait(_PATIENCE_SECONDS)
    assert questions[0] not in offered(desk.get(again).text)


def test_what_was_made_is_kept_for_the_generation(
    quoting_services: Services, tmp_path: Path, suggestions: Suggestions
) -> None:
    made = suggestions.shown()
    kept = suggestions_of(quoting_services, tmp_path)
    (tmp_path / "kept.json").write_bytes(suggestions._file.read_bytes())
    assert kept.shown() is None
    kept.wait(_PATIENCE_SECONDS)
    assert kept.shown() == made


def test_a_model_proposes_and_what_the_documents_do_not_answer_is_dropped(
    start: Callable[..., Services], tmp_path: Path
) -> None:
    with FakeDeepSeek() as deepseek:
        services = start(deepseek_api_key=SecretStr("sk-fake"), deepseek_base_url=deepseek.url)
        lines = [
            f"{number}\t{question}"
            for number in range(1, 9)
            for question in ("Who won the football world cup in 1954?", "How much is the cooperative share?")
        ]
        deepseek.when(lambda asked: "Write one question" in asked.prompt, Completion("\n".join(lines)))
        proposing = suggestions_of(services, tmp_path, with_model=True)
        assert proposing.shown() is None
        proposing.wait(_PATIENCE_SECONDS)
        shown = proposing.shown() or []
        assert shown[0] == "How much is the cooperative share?"
        assert not [question for question in shown if "football" in question]
        assert len(deepseek.chats()) == 1
