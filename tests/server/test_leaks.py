"""Questions cost no handle and no thread that stays, in whatever way they are asked, and whatever is published."""

import gc
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.answering.service import AnswerService
from server.bootstrap import build_services
from server.http.services import Services
from server.settings import ServerSettings
from storage.settings import StorageSettings
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.question_load import Republisher, open_handles, questions

_WARM_UP = 12
_MEASURED = 60
_QUESTIONS_BETWEEN_SWAPS = 12
"""So that one handle for each question of one way, or for each swap, is more than chance."""
_BY_CHANCE = 3  # work that a client left may still go on while the next is begun, and has handles of its own
_ROUNDS = 6

BuildServices = Callable[..., Services]


@pytest.fixture
def build(index_dir: Path, tmp_path: Path) -> Iterator[BuildServices]:
    """Builds a server over an index of its own, ready to answer."""
    shutil.copytree(index_dir, tmp_path / "index")
    built: list[Services] = []

    def build_ready(**settings: object) -> Services:
        storage = StorageSettings(index_dir=tmp_path / "index")
        built.append(replace(build_services(ServerSettings(**settings), storage), reindexing=None))  # type: ignore[arg-type]
        built[-1].load()
        assert built[-1].index.wait_until_opened(90)
        return built[-1]

    yield build_ready
    for services in built:
        services.close()


def ask_json(client: FlaskClient, question: str) -> None:
    answered = client.post("/api/query", json={"question": question})
    assert answered.status_code == 200, answered.get_data(as_text=True)


def ask_for_a_stream(client: FlaskClient, question: str) -> None:
    with closing(client.post("/api/query", json={"question": question, "stream": True})) as response:
        assert "event: done" in response.get_data(as_text=True)


def ask_on_the_page(client: FlaskClient, question: str) -> None:
    led_to = client.post("/ask", data={"question": question})
    assert led_to.status_code == 303
    assert client.get(led_to.headers["Location"]).status_code == 200


def leave_in_the_middle(client: FlaskClient, question: str) -> None:
    with closing(client.post("/api/query", json={"question": question, "stream": True})) as response:
        next(iter(response.response))


WAYS = (ask_json, ask_for_a_stream, ask_on_the_page, leave_in_the_middle)


def ask_many(services: Services, republisher: Republisher, number: int, asked: Iterator[str]) -> None:
    client = create_app(services).test_client()
    for place in range(number):
        WAYS[place % len(WAYS)](client, next(asked))
        if place % _QUESTIONS_BETWEEN_SWAPS == _QUESTIONS_BETWEEN_SWAPS - 1:
            name = republisher.publish()
            services.index.refresh()
            with services.index.acquire() as index:
                assert index.generation.name == name


def held(services: Services) -> tuple[int, int]:
    """Open files and threads of this process, when nothing is being asked.

    Without Chroma's files, which are as many as it likes, and without the connections of the fake model, whose server
    is in this process.
    """
    service = services.answering()
    assert isinstance(service, AnswerService)
    pause = threading.Event()
    for _ in range(6000):
        if service.running == 0:
            break
        pause.wait(0.01)
    gc.collect()
    files = [number for name, number in open_handles().items() if name.startswith("/") and "chroma" not in name]
    threads = [thread for thread in threading.enumerate() if "process_request" not in thread.name]
    return sum(files), len(threads)


_LET_GO_SECONDS = 60.0


def generations_open(index_dir: Path) -> set[str]:
    """Of which generations files are open."""
    folder = f"{index_dir / 'generations'}/"  # the folder itself is open for a moment while it is listed
    return {name.removeprefix(folder).split("/")[0] for name in open_handles() if name.startswith(folder)}


def assert_nothing_grows(services: Services, index_dir: Path, aside: Path, measured: int = _MEASURED) -> None:
    """What grows once was a pool that filled up, as it does later on a busy machine; a leak grows every time."""
    republisher, asked = Republisher(index_dir, aside), questions()
    ask_many(services, republisher, _WARM_UP, asked)
    before = held(services)
    for _ in range(_ROUNDS):
        ask_many(services, republisher, measured, asked)
        before, (handles, threads) = held(services), before
        if before[0] <= handles + _BY_CHANCE and before[1] <= threads + _BY_CHANCE:
            break
    else:
        pytest.fail(f"handles and threads grew in each of {_ROUNDS} rounds, at last {(handles, threads)} -> {before}")
    deadline = time.monotonic() + _LET_GO_SECONDS
    while len(generations_open(index_dir)) > 1:  # what looks at the index by itself may hold the last one for a moment
        assert time.monotonic() < deadline, generations_open(index_dir)
        time.sleep(0.1)


def test_quoted_answers_leave_no_handle_and_no_thread(build: BuildServices, tmp_path: Path) -> None:
    assert_nothing_grows(build(), tmp_path / "index", tmp_path / "aside")


def test_written_answers_leave_no_handle_and_no_thread(build: BuildServices, tmp_path: Path) -> None:
    with FakeDeepSeek() as fake:
        fake.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
        fake.when_answering(Completion("It is 60 euros a year [1]."))
        services = build(deepseek_api_key="sk-x", deepseek_base_url=fake.url)
        assert_nothing_grows(services, tmp_path / "index", tmp_path / "aside", _MEASURED // 2)
