"""A refusal says what was searched: of each word how often it stands in the documents, and what was not read."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import docx
import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.answering.absence import searched as count_searched
from server.deadline import Deadline, until
from server.http.services import Services
from storage.catalogue.catalogue import Catalogue
from storage.generations.published import CATALOGUE
from storage.records import DocumentRecord
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.conftest import DOCUMENTS
from tests.server.served_folder import served

UNANSWERABLE = "Who won the football world cup in Torvan in 1954?"
FILES = {
    "ferry.md": "# The ferry\n\nThe ferry to Torvan leaves at nine. Ferries carry bicycles.\n",
    "harbour.md": "# Harbour\n\nThe harbour of Torvan has two cranes.\n",
    "zh.md": "# 修理站\n\n修理站每週三開門，備有工具。\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with served(tmp_path_factory.mktemp("absence"), FILES) as services:
        yield create_app(services).test_client()


def searched(client: FlaskClient, question: str, **more: Any) -> dict[str, Any]:
    body = client.post("/api/query", json={"question": question, **more}).get_json()
    assert body["refused"], body["answer"]
    found: dict[str, Any] = body["searched"]
    return found


def words(found: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {word["text"]: (word["passages"], word["documents"]) for word in found["wordings"][0]["words"]}


def test_each_word_of_a_refused_question_is_counted_in_the_index(folder: FlaskClient) -> None:
    found = searched(folder, UNANSWERABLE)
    assert words(found) == {"won": (0, 0), "football": (0, 0), "world": (0, 0), "cup": (0, 0), "Torvan": (2, 2)} | {
        "1954": (0, 0)
    }
    (torvan,) = [word for word in found["wordings"][0]["words"] if word["text"] == "Torvan"]
    assert torvan["best"]["document"] in ("ferry.md", "harbour.md")
    assert "Torvan" in folder.get(torvan["best"]["url"]).get_data(as_text=True)
    assert (found["documents"], found["complete"]) == (3, True)
    assert set(found["languages"]) == {"en", "zh"}
    assert found["wordings"][0]["language"] == "en"


def test_an_answer_does_not_say_what_was_searched(folder: FlaskClient) -> None:
    body = folder.post("/api/query", json={"question": "When does the ferry to Torvan leave?"}).get_json()
    assert not body["refused"]
    assert body["searched"] is None


def test_only_the_documents_that_were_asked_are_counted(folder: FlaskClient) -> None:
    found = searched(folder, UNANSWERABLE, documents=["harbour.md"])
    assert words(found)["Torvan"] == (1, 1)
    assert found["documents"] == 1


def test_no_word_is_nowhere_when_there_is_no_time_left_to_look(folder: FlaskClient) -> None:
    services: Services = folder.application.extensions["pagewise"]
    with services.index.acquire() as index, until(Deadline(0)):
        found = count_searched([UNANSWERABLE], index.generation, ["harbour.md"], {})
    assert (found.wordings[0].words, found.complete) == ((), False)


class _Path(str):
    """A path that counts how often it is looked up."""

    looks = 0

    def __hash__(self) -> int:
        _Path.looks += 1
        return super().__hash__()


class _ManyDocuments(Catalogue):
    """Says that there are many documents."""

    def documents(self) -> list[DocumentRecord]:
        (record, *_) = super().documents()
        return [replace(record, path=_Path(f"{number}.md")) for number in range(1000)]


def test_each_of_many_documents_is_looked_up_a_few_times(folder: FlaskClient) -> None:
    services: Services = folder.application.extensions["pagewise"]
    with (
        services.index.acquire() as index,
        _ManyDocuments.open(index.generation.directory / CATALOGUE) as catalogue,
    ):
        found = count_searched(["Torvan"], replace(index.generation, catalogue=catalogue), ["*.md"], {})
    assert found.documents == 1000
    assert _Path.looks <= 3000


def test_of_a_chinese_phrase_that_stands_nowhere_its_pieces_are_counted(folder: FlaskClient) -> None:
    found = words(searched(folder, "月球修理站的主席是谁？"))
    assert found["月球修理站"] == (0, 0)
    assert found["修理站"] == (1, 1)
    assert found["月球"] == (0, 0)
    assert found["主席"] == (0, 0)
    assert words(searched(folder, "工具的月球主席是谁？"))["工具"] == (1, 1)


def test_what_could_not_be_read_is_named(client: FlaskClient) -> None:
    found = searched(client, UNANSWERABLE)
    assert found["documents"] == DOCUMENTS
    assert (found["unread"], found["unread_files"]) == (["empty.pdf"], 1)


def test_a_model_that_finds_nothing_in_the_passages_says_so_too(start: Callable[..., Services]) -> None:
    with FakeDeepSeek() as fake:
        fake.when_scoring(Completion('{"score": 8, "reason": "the topic"}'))
        fake.when_answering(Completion("The documents do not contain the answer to this question."))
        settings = {"deepseek_api_key": SecretStr("sk-fake"), "deepseek_base_url": fake.url}
        found = searched(create_app(start(**settings)).test_client(), "What does the dragon of Torvan eat?")
    assert words(found)["dragon"] == (0, 0)
    assert words(found)["Torvan"][0] > 0


def _address(client: FlaskClient, language: str) -> str:
    client.set_cookie("language", language)
    asked = client.post("/ask", data={"question": UNANSWERABLE})
    return str(asked.headers["Location"]).partition("#")[0]


def test_the_page_and_everything_taken_away_show_it(folder: FlaskClient) -> None:
    address = _address(folder, "en")
    page = folder.get(address).get_data(as_text=True)
    (shown,) = re.findall(r'<details class="searched">.*?</details>', page, re.DOTALL)
    assert "What was searched: 3 documents" in shown
    assert re.search(r"football</th><td>nowhere", shown)
    assert re.search(r"Torvan</th><td>in 2 passages of 2 documents, <a href=\"/documents/(ferry|harbour)\.md", shown)
    assert "English" in shown
    with zipfile.ZipFile(io.BytesIO(folder.get(f"{address}.zip").data)) as pack:
        told, markdown, html = (pack.read(name) for name in ("answer.json", "answer.md", "index.html"))
    assert json.loads(told)["response"]["searched"]["wordings"][0]["words"]
    assert "“football”: nowhere" in markdown.decode()
    assert re.search(r"football</th><td>nowhere", html.decode())
    assert "href" not in html.decode().partition("What was searched")[2].partition("<h2>")[0]
    word = docx.Document(io.BytesIO(folder.get(f"{address}.docx").data))
    assert any("“football”: nowhere" in paragraph.text for paragraph in word.paragraphs)


def test_the_page_shows_it_in_chinese(folder: FlaskClient) -> None:
    page = folder.get(_address(folder, "zh")).get_data(as_text=True)
    assert "检索范围：3 个文档" in page
    assert "football</th><td>均未出现" in page
    assert "英语" in page
