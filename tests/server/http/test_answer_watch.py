"""What is kept of answers is held against each new index; history, API, figures and a webhook tell what is lost."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexing.planning.survey import Options
from server import create_app
from server.http.answer_watch import AnswerWatch
from server.http.services import Services
from tests.server.served_folder import index_folder, served

FILES = {
    "fees.md": "# Fees\n\nThe membership fee is 60 euros a year. It is due on 31 March.\n",
    "dogs.md": "# Dogs\n\nDogs are allowed in the garden from 9 to 11 o'clock only.\n",
}
QUESTIONS = ("How much is the membership fee?", "When are dogs allowed in the garden?", "Who won the chess Olympiad?")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("watched")


@pytest.fixture(scope="module")
def services(place: Path) -> Iterator[Services]:
    with served(place, FILES) as services:
        yield services


@pytest.fixture(scope="module")
def told() -> list[tuple[str, dict[str, Any]]]:
    """The events that were told, in their order."""
    return []


def reindex(services: Services, place: Path) -> None:
    report = index_folder(place / "documents", place / "index", Options(allow_removals=True))
    assert report.exit_code in (0, 1)
    services.index.refresh()


def test_each_change_is_told_of_the_answers_that_it_concerns_and_of_no_others(
    services: Services, place: Path, told: list[tuple[str, dict[str, Any]]]
) -> None:
    watch = AnswerWatch(services.index, services.answers, lambda event, data: told.append((event, dict(data))))
    app = create_app(replace(services, answer_watch=watch))
    client = app.test_client()
    for question in QUESTIONS:
        assert client.post("/ask", data={"question": question}).status_code == 303

    def states() -> dict[str, str]:
        return {each["question"]: each["state"] for each in client.get("/api/answers").get_json()["answers"]}

    fee, dogs, chess = QUESTIONS
    assert states() == {fee: "holds", dogs: "holds", chess: "refused"}
    assert told == []

    def write(name: str, text: str) -> None:
        (place / "documents" / name).write_text(text, encoding="utf-8")

    write("fees.md", FILES["fees.md"].replace("# Fees", "# What members pay") + "\nThe office is in the cellar.\n")
    reindex(services, place)
    assert states() == {fee: "holds", dogs: "holds", chess: "refused"}  # nothing that counts has changed

    write("fees.md", FILES["fees.md"].replace("60 euros", "75 euros"))
    (place / "documents" / "dogs.md").unlink()
    (place / "documents" / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    reindex(services, place)
    lost = client.get("/api/answers?state=lost").get_json()["answers"]
    reasons = {each["question"]: each["lost"][0] for each in lost}
    assert reasons[fee]["reason"] == "sentence_gone"
    assert "60 euros" in reasons[fee]["sentence"]
    assert reasons[dogs] == {"document": "dogs.md", "reason": "document_gone", "sentence": ""}
    assert [event for event, _ in told] == ["index.published", "index.published", "document.failed", "answers.changed"]
    assert told[2][1]["path"] == "broken.pdf"
    assert sorted(told[3][1]["answers"]) == sorted(each["id"] for each in lost)

    page = client.get("/history?show=lost", headers={"Accept-Language": "en"}).text
    assert "no longer says" in page
    assert "dogs.md is gone" in page
    assert chess not in page
    assert "pagewise_answers_lost 2.0" in client.get("/metrics").text
    assert client.get("/api/answers?state=odd").status_code == 422
    assert json.loads(client.get("/api/answers?state=refused").text)["answers"][0]["question"] == chess
