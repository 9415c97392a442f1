"""A server that is told to stop ends in ten seconds, whatever hangs: streams, a silent model, slow pictures, a plan."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.documents.child_processes import Children, ChildrenEnded
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.served_folder import index_folder
from tests.server.server_process import ROOT, ServerProcess, server_process
from tests.server.slow_pdf import slow_pdf

_QUESTION = "What colour is the parrot?"
_STREAMS, _PICTURES = 16, 6
_MOST_SECONDS = 10


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of a document whose pages take long to draw."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "slow.pdf").write_bytes(slow_pdf(_PICTURES))
    index = tmp_path_factory.mktemp("index")
    assert index_folder(folder, index).exit_code == 0
    return index


@pytest.fixture
def deepseek() -> Iterator[FakeDeepSeek]:
    """A model that judges, begins to write, and falls silent."""
    with FakeDeepSeek() as fake:
        fake.when_scoring(Completion('{"score": 9, "reason": "names it"}'))
        fake.when_answering(Completion("It is green [1]. " * 8, stall_after=2))
        yield fake


@pytest.fixture
def server(index_dir: Path, deepseek: FakeDeepSeek, tmp_path: Path) -> Iterator[ServerProcess]:
    model = {"DEEPSEEK_API_KEY": "sk-x", "DEEPSEEK_BASE_URL": deepseek.url}
    settings = {"INDEX_DIR": str(index_dir), "THREADS": "40"} | model
    with server_process(tmp_path / "log", settings) as process:
        process.wait_until_ready()
        yield process


class Asking(threading.Thread):
    """A client of its own that asks and keeps what came."""

    def __init__(self, server: ServerProcess, path: str, body: object = None) -> None:
        super().__init__(daemon=True)
        data = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{server.port}{path}"
        self._request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
        self.status, self.body = 0, ""
        self.start()

    def run(self) -> None:
        try:
            with urllib.request.urlopen(self._request, timeout=60) as response:
                self.status, self.body = response.status, response.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            with error:
                self.status, self.body = error.code, error.read().decode()


def drawing(server: ServerProcess) -> int:
    """How many pictures are being drawn."""
    found = 0
    for stat in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += b"server.documents.draw_page" in stat.read_bytes() and _parent(stat.parent) == server.process.pid
        except OSError:
            continue  # it has ended meanwhile
    return found


def _parent(process: Path) -> int:
    return int((process / "stat").read_text().rpartition(")")[2].split()[1])


def stopped(server: ServerProcess) -> float:
    """Tell the server to stop; the seconds until it has, with exit code 0."""
    started = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0, server.log.read_text()
    return time.monotonic() - started


def test_streams_and_pictures_end_within_ten_seconds(server: ServerProcess, deepseek: FakeDeepSeek) -> None:
    pictures = [Asking(server, f"/page-pictures/slow.pdf?page={number + 1}") for number in range(_PICTURES)]
    streams = [Asking(server, "/api/query", {"question": _QUESTION, "stream": True}) for _ in range(_STREAMS)]
    assert deepseek.wait_for(lambda: len(deepseek.answerings()) == _STREAMS and drawing(server) > 0, 30)
    seconds = stopped(server)
    assert seconds <= _MOST_SECONDS, server.log.read_text()
    for client in (*streams, *pictures):
        client.join(30)
    for stream in streams:
        assert stream.body.count("event: done") + stream.body.count("event: error") == 1
        last = stream.body.rstrip().rsplit("\n\n", 1)[-1]
        assert last.startswith("event: error")
        assert json.loads(last.partition("data: ")[2])["code"] == "stopping"
    assert {picture.status for picture in pictures} == {503}
    assert drawing(server) == 0
    assert "did not end in time" not in server.log.read_text()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("/api/query", {"question": _QUESTION}, id="an answer in one piece"),
        pytest.param(
            "/v1/chat/completions",
            {"model": "pagewise", "messages": [{"role": "user", "content": _QUESTION}]},
            id="OpenAI's protocol",
        ),
        pytest.param("/api/retrieve", {"question": _QUESTION, "score": True}, id="judged passages"),
    ],
)
def test_a_silent_model_holds_nobody_back(
    server: ServerProcess, deepseek: FakeDeepSeek, path: str, body: object
) -> None:
    deepseek.when_scoring(Completion('{"score": 9, "reason": "names it"}', delay_seconds=60))
    clients = [Asking(server, path, body) for _ in range(4)]
    assert deepseek.wait_for(lambda: len(deepseek.scorings()) >= 1, 30)
    assert stopped(server) <= _MOST_SECONDS
    for client in clients:
        client.join(30)
        assert client.status == 503
        assert "stopping" in client.body


def test_readiness_goes_first_while_health_stays(server: ServerProcess) -> None:
    server.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 0.8
    while (answer := server.get("/readyz"))[0] == 200:
        assert time.monotonic() < deadline
    assert answer[0] == 503
    assert json.loads(answer[1])["code"] == "stopping"
    assert server.get("/healthz")[0] == 200
    assert server.process.wait(_MOST_SECONDS) == 0


def test_a_thread_that_hangs_does_not_keep_the_server_from_ending(tmp_path: Path) -> None:
    program = f"""
import threading
from pathlib import Path
from server.bootstrap import build_services, prepare_logging
from server.settings import ServerSettings
from server.commands.stop import StoppingTimes, stop_serving
from storage.settings import StorageSettings

prepare_logging("INFO")
services = build_services(ServerSettings(), StorageSettings(index_dir=Path({str(tmp_path)!r})))
threading.Thread(target=threading.Event().wait).start()
stop_serving(lambda: None, {{}}, services, StoppingTimes(0.1, 0.2, 0.3, 0.5))
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert b"something did not end in time" in ended.stderr


def test_children_end_with_their_own_children(tmp_path: Path) -> None:
    children = Children()
    marker = tmp_path / "begun"
    program = f"import subprocess, sys; subprocess.run(['sh', '-c', 'echo > {marker}; sleep 60'])"
    raised: list[BaseException] = []

    def run() -> None:
        try:
            children.run([sys.executable, "-c", program], os.environ, seconds=60, cwd=tmp_path)
        except ChildrenEnded as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 60
    while not marker.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    children.close()
    thread.join(30)
    assert not thread.is_alive()
    assert len(raised) == 1
    with pytest.raises(ChildrenEnded):
        children.run([sys.executable, "-c", ""], os.environ, seconds=60, cwd=tmp_path)


def test_a_child_that_takes_too_long_is_ended_with_all_it_began(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        Children().run(["sh", "-c", "sleep 60 & sleep 60"], os.environ, seconds=0.5, cwd=tmp_path)
    assert time.monotonic() - started < 40
