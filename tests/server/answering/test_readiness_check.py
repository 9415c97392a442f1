"""A server that cannot answer says so: handles used up, an index moved away, a question of its own that fails."""

import resource
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from server import create_app
from server.answering.readiness_check import CannotAnswer, SelfCheck
from server.bootstrap import build_services
from server.http.services import Services
from server.retrieval.index_holder import IndexNotReady
from server.settings import ServerSettings
from storage.failures import INDEX_AWAY, IndexUnreadable
from storage.messages import message
from storage.settings import StorageSettings
from tests.server.server_under_load import RunningServer, running_server


def failing(error: Exception) -> Callable[[], object]:
    def ask() -> object:
        raise error

    return ask


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(IndexUnreadable(INDEX_AWAY), INDEX_AWAY, id="files"),
        pytest.param(CannotAnswer("questions hang"), "questions hang", id="threads"),
        pytest.param(sqlite3.OperationalError("secret"), "failed (OperationalError)", id="whatever it is"),
    ],
)
def test_a_question_that_fails_is_a_problem_until_one_is_answered(error: Exception, said: str) -> None:
    asked: list[Callable[[], object]] = [failing(error), int]
    check = SelfCheck(lambda: asked.pop(0)())
    assert check.problem() is None
    check.look()
    assert said in (check.problem() or "")
    assert "secret" not in (check.problem() or "")
    check.look()
    assert check.problem() is None


def test_what_the_index_says_itself_is_not_said_twice() -> None:
    check = SelfCheck(failing(IndexNotReady("no index")))
    check.look()
    assert check.problem() is None


def test_a_question_without_an_answer_is_a_problem_while_it_lasts() -> None:
    begun, release = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        release.wait(60)

    check = SelfCheck(hang, patience_seconds=0.0)
    looking = threading.Thread(target=check.look)
    looking.start()
    assert begun.wait(60)
    assert "no answer for long" in (check.problem() or "")
    release.set()
    looking.join()
    assert check.problem() is None


def test_it_asks_in_the_background_until_it_is_closed() -> None:
    asked = threading.Semaphore(0)
    check = SelfCheck(asked.release, every_seconds=0.01)
    check.start()
    assert all(asked.acquire(timeout=60) for _ in range(3))
    check.close()


def test_a_failing_question_is_asked_again_soon() -> None:
    asked = threading.Semaphore(0)

    def ask() -> None:
        asked.release()
        raise CannotAnswer("not now")

    check = SelfCheck(ask, every_seconds=0.01, again_seconds=0.02)
    check.start()
    assert all(asked.acquire(timeout=60) for _ in range(3))
    check.close()


@pytest.fixture
def few_handles() -> Iterator[None]:
    """Little more than are open may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("few_handles")
def test_a_server_whose_handles_are_nearly_used_up_is_not_ready(quoting_services: Services) -> None:
    client = create_app(quoting_services).test_client()
    assert client.get("/readyz").status_code == 200
    with ExitStack() as stack:
        for _ in range(140):
            stack.enter_context(Path("/dev/null").open())
        for _ in range(200):
            if client.get("/readyz").status_code == 503:
                break
            stack.enter_context(Path("/dev/null").open())
        told = client.get("/readyz").get_json()
        assert told["code"] == "cannot_answer"
        assert "of 256 file handles" in told["detail"]
        assert client.get("/api/status").get_json()["ready"] is False
        assert "file handles" in client.get("/", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert client.get("/readyz").status_code == 200


def test_readiness_tells_of_a_question_that_failed(quoting_services: Services) -> None:
    check = SelfCheck(
        failing(CannotAnswer(message("questions hang, and no thread is left to answer others; restart the server")))
    )
    client = create_app(replace(quoting_services, self_check=check)).test_client()
    assert client.get("/readyz").status_code == 200
    check.look()
    assert client.get("/readyz").status_code == 503
    chinese = client.get("/readyz", headers={"Accept-Language": "zh"}).get_json()
    assert chinese["detail"].startswith("有问题卡住")


def test_the_question_it_asks_itself_finds_passages_and_is_counted_nowhere(quoting_services: Services) -> None:
    client = create_app(quoting_services).test_client()
    quoting_services.answering().ask_itself()  # type: ignore[attr-defined]
    figures = client.get("/metrics").get_data(as_text=True)
    assert "pagewise_step_seconds_count" not in figures
    assert "pagewise_answers_total{" not in figures


# ---- The index moved away


@pytest.fixture
def own_index(index_dir: Path, tmp_path: Path) -> Path:
    """An index that nobody else has open."""
    return shutil.copytree(index_dir, tmp_path / "index")


def assert_away(server: RunningServer, number: int) -> None:
    """Each way of asking is told the truth, by 503."""
    question = f"Who may borrow the {number} tools of the house?"
    replies = [
        server.get("/readyz"),
        server.ask(question),
        server.ask(question, stream=True),
        server.ask_on_the_page(question),
    ]
    for reply in replies:
        assert reply.status == 503
        assert "is not where it was" in reply.body


def test_an_index_that_was_moved_away_is_said_to_be_away_until_it_is_back(own_index: Path, tmp_path: Path) -> None:
    with running_server(own_index) as server:
        assert server.ask("Who may borrow the tools of the house?").status == 200
        own_index.rename(tmp_path / "away")
        for number in range(40):
            assert_away(server, number)
        assert "Nothing is indexed yet" not in server.get("/").body
        assert not own_index.exists()
        (tmp_path / "away").rename(own_index)
        server.wait_until("/readyz", 200)
        assert server.ask("Who may borrow the tools of the house?").status == 200


def test_a_generation_that_was_lost_under_an_open_index_is_never_a_mistake_of_the_server(
    own_index: Path, tmp_path: Path
) -> None:
    services = replace(build_services(ServerSettings(), StorageSettings(index_dir=own_index)), reindexing=None)
    services.load()
    assert services.index.wait_until_opened(90)
    client = create_app(services).test_client()
    with services.index.acquire() as index:
        catalogue = index.generation.catalogue
        index.generation.directory.rename(tmp_path / "lost")
        reading = [catalogue.iter_chunks() for _ in range(20)]  # each keeps a connection
        with pytest.raises(IndexUnreadable):
            list(map(next, reading))
        answered = client.post("/api/query", json={"question": "Who may borrow the tools?"})
        for chunks in reading:
            chunks.close()  # type: ignore[attr-defined]
    services.close()
    assert answered.status_code == 503
    assert "is not where it was" in answered.get_json()["detail"]
