"""The disk is full, a file of the server is damaged or held: however it is asked, an answer comes and is not lost."""

import html
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.bootstrap import build_answer_service, build_services
from server.http.services import Services
from server.settings import ServerSettings
from storage.server_state.answers import AnswerStore
from storage.server_state.token_budget import BudgetLedger
from storage.settings import StorageSettings
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.storage.damage import WAYS, fill, small_disk

QUESTION = "How much is the cooperative share that every member buys?"
ANSWER = "It is 60 euros [1]."
EVENTS = {"Accept": "text/event-stream"}
PAGE = {"Accept": "text/html", "Accept-Language": "en"}
TALK = {"model": "pagewise", "messages": [{"role": "user", "content": QUESTION}]}


def by_page(client: FlaskClient) -> str:
    sent = client.post("/ask", data={"question": QUESTION}, headers=PAGE)
    assert sent.status_code == 303
    shown = client.get(sent.headers["Location"], headers=PAGE)
    assert shown.status_code == 200
    return shown.get_data(as_text=True)


def by_page_stream(client: FlaskClient) -> str:
    return streamed(client, "/ask", data={"question": QUESTION}, headers=PAGE | EVENTS)


def by_json(client: FlaskClient) -> str:
    return answered(client, "/api/query", json={"question": QUESTION})


def by_json_stream(client: FlaskClient) -> str:
    return streamed(client, "/api/query", json={"question": QUESTION, "stream": True})


def by_openai(client: FlaskClient) -> str:
    return answered(client, "/v1/chat/completions", json=TALK)


def by_openai_stream(client: FlaskClient) -> str:
    return answered(client, "/v1/chat/completions", json=TALK | {"stream": True})


def answered(client: FlaskClient, path: str, **sent: object) -> str:
    response = client.post(path, **sent)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def streamed(client: FlaskClient, path: str, **sent: object) -> str:
    body = answered(client, path, **sent)
    assert (body.count("event: done"), body.count("event: error")) == (1, 0)
    return body


NEVER = date(2020, 1, 1)
PAGES = [by_page, by_page_stream]
ASKING = [*PAGES, by_json, by_json_stream, by_openai, by_openai_stream]


@dataclass
class Desk:
    """A server over an index of its own, that asks a language model with a daily limit."""

    index_dir: Path
    opened: Services
    model: FakeDeepSeek
    stack: ExitStack

    def open(self, wait_seconds: float = 5.0) -> FlaskClient:
        """Start answering, as after a restart."""
        settings = ServerSettings(
            deepseek_api_key=SecretStr("sk-fake"), deepseek_base_url=self.model.url, daily_token_budget=10**6
        )
        service = self.stack.enter_context(closing(build_answer_service(settings, self.opened.index)))
        changed = replace(
            self.opened,
            settings=settings,
            answering=lambda: service,
            answers=AnswerStore(self.index_dir / "answers.db", most_held=2, wait_seconds=wait_seconds),
            language_model=settings.language_model,
        )
        return create_app(changed).test_client()


def opened_in(folder: Path, index_dir: Path) -> Services:
    shutil.copytree(index_dir, folder / "index", ignore=shutil.ignore_patterns("answers.db*", "budget.db*"))
    services = replace(
        build_services(ServerSettings(), StorageSettings(index_dir=folder / "index")),
        reindexing=None,
    )
    services.load()
    assert services.index.wait_until_opened(90)
    return services


@pytest.fixture(scope="module")
def usual(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """An open index in a folder."""
    with closing(opened_in(tmp_path_factory.mktemp("usual"), index_dir)) as services:
        yield services


@pytest.fixture(scope="module")
def on_small_disk(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """An open index on a disk that can be filled."""
    with (
        small_disk(tmp_path_factory.mktemp("disks") / "small", 60) as disk,
        closing(opened_in(disk, index_dir)) as services,
    ):
        yield services


def desk_over(services: Services) -> Iterator[Desk]:
    folder = services.index.index_dir
    with ExitStack() as stack:
        model = stack.enter_context(FakeDeepSeek())
        model.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
        model.when_answering(Completion(ANSWER))
        yield Desk(folder, services, model, stack)
    for left in [*folder.glob("answers.db*"), *folder.glob("budget.db*")]:
        shutil.rmtree(left) if left.is_dir() else left.unlink()


@pytest.fixture
def desk(usual: Services) -> Iterator[Desk]:
    yield from desk_over(usual)


@pytest.fixture
def full_desk(on_small_disk: Services) -> Iterator[Desk]:
    for desk in desk_over(on_small_disk):
        yield desk
        (desk.index_dir.parent / "filler").unlink(missing_ok=True)


def assert_written(body: str) -> None:
    """It is the language model's answer, not a refusal and not a quotation."""
    assert "60 euros" in body
    assert "Sorry" not in body
    assert "Quoted from the documents" not in body


@pytest.mark.parametrize("asking", ASKING)
@pytest.mark.parametrize("is_first", [True, False], ids=["full from the start", "full later"])
def test_a_full_disk_loses_no_answer(full_desk: Desk, asking: Callable[[FlaskClient], str], is_first: bool) -> None:
    if not is_first:
        by_page(full_desk.open())
    fill(full_desk.index_dir.parent)
    client = full_desk.open()
    body = asking(client)
    assert_written(body)
    assert ("This answer could not be stored" in body) == (asking in PAGES)
    assert ("Link to this answer" in body) is False
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert "Answers cannot be stored" in ready.get_json()["notice"] or asking not in PAGES
    assert "counted in memory" in ready.get_json()["notice"]


@pytest.mark.parametrize("asking", ASKING)
@pytest.mark.parametrize("damage", WAYS)
def test_a_damaged_store_of_answers_loses_no_answer(
    desk: Desk, asking: Callable[[FlaskClient], str], damage: Callable[[Path], None]
) -> None:
    before = AnswerStore(desk.index_dir / "answers.db")
    for number in range(5):
        before.put(f"old-{number}", "x" * 4_000)
    damage(desk.index_dir / "answers.db")
    client = desk.open()
    body = asking(client)
    assert_written(body)
    assert "could not be stored" not in body
    gone = client.get("/answers/old-3", headers=PAGE)
    assert gone.status_code == 404, gone.get_data(as_text=True)
    assert by_page(client)


@pytest.mark.parametrize("asking", ASKING)
def test_a_store_of_answers_that_is_held_loses_no_answer(desk: Desk, asking: Callable[[FlaskClient], str]) -> None:
    with closing(AnswerStoreHolder(desk.index_dir / "answers.db")):
        client = desk.open(wait_seconds=0.2)
        body = asking(client)
        assert_written(body)
        assert ("another program holds the file" in body) == (asking in PAGES)
        held = client.get("/answers/old", headers=PAGE)
        assert held.status_code == 503
        assert "The kept answers cannot be read" in held.get_data(as_text=True)


class AnswerStoreHolder:
    """Another program that holds the file of an answer."""

    def __init__(self, file: Path) -> None:
        AnswerStore(file).put("old", "{}")
        self._connection = sqlite3.connect(file)
        self._connection.execute("BEGIN EXCLUSIVE")

    def close(self) -> None:
        self._connection.close()


@pytest.mark.parametrize("asking", ASKING)
def test_with_a_damaged_ledger_nothing_is_spent_and_the_documents_are_quoted(
    desk: Desk, asking: Callable[[FlaskClient], str]
) -> None:
    (desk.index_dir / "budget.db").write_bytes(b"not a database" * 1_000)
    client = desk.open()
    body = asking(client)
    assert "60 euros" in body
    said = html.unescape(body)
    assert "what was spent of today's tokens is not known: budget.db was damaged" in said
    assert "delete budget.db" in body
    assert desk.model.chats() == []
    assert "is not known" in client.get("/readyz").get_json()["notice"]


@pytest.mark.parametrize("asking", ASKING)
@pytest.mark.parametrize("damage", WAYS)
def test_a_ledger_that_goes_bad_in_use_stops_no_answer(
    desk: Desk, asking: Callable[[FlaskClient], str], damage: Callable[[Path], None]
) -> None:
    with closing(BudgetLedger(desk.index_dir / "budget.db")) as ledger:
        ledger.add(NEVER, 40)
    client = desk.open()
    by_json(client)
    for ending in ("-wal", "-shm"):
        (desk.index_dir / f"budget.db{ending}").unlink(missing_ok=True)
    (desk.index_dir / "budget.db").rename(desk.index_dir / "budget.db.elsewhere")
    shutil.copy(desk.index_dir / "budget.db.elsewhere", desk.index_dir / "budget.db")
    damage(desk.index_dir / "budget.db")
    assert_written(asking(client))


def test_a_follow_up_goes_on_from_an_answer_that_could_not_be_stored(full_desk: Desk) -> None:
    fill(full_desk.index_dir.parent)
    client = full_desk.open()
    first = client.post("/ask", data={"question": QUESTION}, headers=PAGE).headers["Location"]
    full_desk.model.when("", Completion("How much is the share for students?"))
    full_desk.model.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
    full_desk.model.when_answering(Completion(ANSWER))
    follow = {"question": "And for students?", "follows": first.rsplit("/", 1)[-1]}
    second = client.post("/ask", data=follow, headers=PAGE)
    assert "Asked before" in client.get(second.headers["Location"], headers=PAGE).get_data(as_text=True)


def test_a_follow_up_whose_conversation_cannot_be_read_is_answered_by_itself_and_says_so(desk: Desk) -> None:
    with closing(AnswerStoreHolder(desk.index_dir / "answers.db")):
        client = desk.open(wait_seconds=0.2)
        follow = {"question": QUESTION, "follows": "old"}
        body = streamed(client, "/ask", data=follow, headers=PAGE | EVENTS)
    assert_written(body)
    assert "answered by itself, without the conversation before it" in body


def test_an_answer_whose_bytes_were_overwritten_is_not_kept_any_more(desk: Desk) -> None:
    client = desk.open()
    AnswerStore(desk.index_dir / "answers.db").put("broken", '{"id": "bro')
    assert client.get("/answers/broken", headers=PAGE).status_code == 404
