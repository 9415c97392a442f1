"""Several processes behind one port: what one of them knows the others know, and none is missed when it ends."""

import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest

from storage.server_state.state import STATE_FILE
from tests.server.server_process import ROOT, ServerProcess, server_process
from tests.server.test_several_servers import OTHER_TOKEN, TOKEN, Reply

_WAIT_SECONDS = 90
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
_JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
_ABOUT = "What does the cooperative share cost, number {}?"
_ANSWERED = r"INFO \[(\d)\] server\S+ \S+ POST /api/query 200"
_LOG_LINE = r"INFO \[(\d)\] \S+ {} "


def wait_for(what: Callable[[], bool], seconds: float = _WAIT_SECONDS) -> None:
    ends = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends
        time.sleep(0.05)


@contextmanager
def two_processes(index_dir: Path, folder: Path, **settings: str) -> Iterator[ServerProcess]:
    """Both of them ready."""
    environment = {"INDEX_DIR": str(index_dir), "LOG_LEVEL": "INFO", "SERVER_PROCESSES": "2", **settings}
    with server_process(folder / "log", environment) as server:
        wait_until_both_answer(server)
        yield server


def wait_until_both_answer(server: ServerProcess) -> None:
    """Both take connections."""
    wait_for(lambda: len(children(server)) == 2)
    seen: set[str] = set()
    ends = time.monotonic() + _WAIT_SECONDS
    while seen != {"1", "2"}:
        assert time.monotonic() < ends, server.log.read_text()
        with closing(Client(server.port)) as client, closing(Client(server.port)) as other:
            for each in (client, other):
                if each.ask("GET", "/readyz").status == 200:
                    seen.add(each.look_up(server))


def opened(server: ServerProcess) -> int:
    """How many processes have opened the index until now."""
    return server.log.read_text().count("answering from generation")


def children(server: ServerProcess) -> list[psutil.Process]:
    return psutil.Process(server.process.pid).children()


@dataclass
class Client:
    """One connection, which is kept; `process` answers it."""

    port: int
    connection: http.client.HTTPConnection = field(init=False)
    process: str = ""

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> Reply:
        self.connection.request(method, path, body, {"Authorization": f"Bearer {TOKEN}", **(headers or {})})
        response = self.connection.getresponse()
        self.request_id = response.headers["X-Request-ID"]
        text = response.read().decode()
        return Reply(response.status, text, response.headers.get("Location", "").partition("#")[0])

    def close(self) -> None:
        self.connection.close()

    def look_up(self, server: ServerProcess) -> str:
        """Which process answered the last request, as the log says it."""
        wait_for(lambda: self.request_id in server.log.read_text())
        found = re.search(_LOG_LINE.format(self.request_id), server.log.read_text())
        assert found is not None
        self.process = found[1]
        return self.process


@contextmanager
def clients_of_both(server: ServerProcess) -> Iterator[list[Client]]:
    """Eight clients that keep their connections."""
    clients = [Client(server.port) for _ in range(8)]
    try:
        for client in clients:
            assert client.ask("GET", "/healthz").status == 200
        counted = [client.look_up(server) for client in clients]
        assert {counted.count("1"), counted.count("2")} <= {3, 4, 5}, "they are spread"
        yield clients
    finally:
        for client in clients:
            client.close()


def one_of_each(clients: list[Client]) -> list[Client]:
    return [next(each for each in clients if each.process == process) for process in ("1", "2")]


@pytest.fixture(scope="module")
def server(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    place = tmp_path_factory.mktemp("processes")
    own_index = shutil.copytree(index_dir, place / "index")
    settings = {"API_TOKENS": f"anna:{TOKEN},bert:{OTHER_TOKEN}", "RATE_LIMIT_PER_MINUTE": "200"}
    with two_processes(own_index, place, AUDIT_LOG=str(place / "audit"), **settings) as running:
        yield running


def test_each_process_answers_and_each_shows_every_answer(server: ServerProcess) -> None:
    with clients_of_both(server) as clients:
        each = one_of_each(clients)
        addresses = []
        for number, client in enumerate(each):
            reply = client.ask("POST", "/ask", urlencode({"question": _ABOUT.format(number)}), _FORM)
            assert reply.status == 303
            addresses.append(reply.location)
        for number, address in enumerate(addresses):
            for client in each:
                page = client.ask("GET", address, "", _FORM)
                assert (page.status, _ABOUT.format(number) in page.body, "60 euros" in page.body) == (200, True, True)
        followed = urlencode({"question": "And who buys it?", "follows": addresses[0].rpartition("/")[2]})
        page = each[0].ask("GET", each[1].ask("POST", "/ask", followed, _FORM).location, "", _FORM)
        assert _ABOUT.format(0) in page.body, "the conversation goes on in another process"
        listed = [json.loads(client.ask("GET", "/api/answers").body)["answers"] for client in each]
        assert listed[0] == listed[1]
        call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        assert [client.ask("POST", "/mcp", call, _JSON).status for client in each] == [200, 200]


def test_limits_are_those_of_all_processes_together(server: ServerProcess) -> None:
    other = {"Authorization": f"Bearer {OTHER_TOKEN}"}
    with clients_of_both(server) as clients:
        statuses = [clients[number % 8].ask("GET", "/api/status", "", other).status for number in range(210)]
    assert [statuses.count(200), statuses.count(429)] == [200, 10]


def test_a_scrape_of_any_process_tells_the_figures_of_all_and_none_is_lost_with_a_process(
    server: ServerProcess,
) -> None:
    def searched(client: Client) -> float:
        figures = client.ask("GET", "/metrics").body
        found = re.search(r'^pagewise_requests_total\{.*route="/api/retrieve".*} (\S+)$', figures, re.MULTILINE)
        return float(found[1]) if found else 0.0

    def search(client: Client) -> None:
        assert client.ask("POST", "/api/retrieve", json.dumps({"question": "Who buys a share?"}), _JSON).status == 200

    with clients_of_both(server) as clients:
        each = one_of_each(clients)
        before = searched(each[0])
        for client in (*each, *each):
            search(client)
        for client in each:
            wait_for(lambda client=client: searched(client) == before + 4)  # type: ignore[misc]
            figures = client.ask("GET", "/metrics").body
            assert "pagewise_index_ready 1.0" in figures
            assert "pagewise_processes 2.0" in figures
        children(server)[1].kill()
        assert searched(each[0]) == before + 4
    wait_until_both_answer(server)
    with clients_of_both(server) as clients:
        for client in (each := one_of_each(clients)):
            search(client)
        for client in each:
            wait_for(lambda client=client: searched(client) == before + 6)  # type: ignore[misc]


def test_the_processes_write_one_audit_log(server: ServerProcess) -> None:
    with clients_of_both(server) as clients:
        for client in clients:
            client.ask("POST", "/api/retrieve", json.dumps({"question": "Who buys a share?"}), _JSON)
            line = json.loads((server.log.parent / "audit").read_text().splitlines()[-1])
            assert (line["action"], line["request_id"]) == ("search", client.request_id)


@dataclass
class Crowd:
    """Clients that keep their connections and ask one question after the other."""

    port: int
    stop: threading.Event = field(default_factory=threading.Event)
    answered: int = 0
    failed: list[str] = field(default_factory=list)

    def ask(self, number: int) -> None:
        client = Client(self.port)
        while not self.stop.is_set():
            body = json.dumps({"question": _ABOUT.format(number)})
            try:
                reply = client.ask("POST", "/api/query", body, _JSON)
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
                client.close()
                continue
            self.answered += 1
            if reply.status != 200:
                self.failed.append(f"{reply.status} {reply.body[:200]}")
        client.close()


@pytest.mark.faults("S26")
def test_a_process_that_is_killed_under_load_costs_what_it_was_answering_and_another_takes_its_place(
    index_dir: Path, tmp_path: Path
) -> None:
    own_index = shutil.copytree(index_dir, tmp_path / "index")
    with two_processes(own_index, tmp_path) as server, ExitStack() as stack:
        crowd = Crowd(server.port)
        threads = [threading.Thread(target=crowd.ask, args=(number,)) for number in range(6)]
        for thread in threads:
            stack.callback(thread.join)
        stack.callback(crowd.stop.set)
        for thread in threads:
            thread.start()
        wait_for(lambda: crowd.answered > 30)
        killed = children(server)[0]
        killed.kill()
        asked = crowd.answered
        wait_for(lambda: opened(server) == 3)
        wait_for(lambda: crowd.answered > asked + 60)
        wait_for(lambda: {"1", "2"} == {*re.findall(_ANSWERED, server.log.read_text().partition("SIGKILL")[2])})
        crowd.stop.set()
        for thread in threads:
            thread.join()
        assert 1 <= len(crowd.failed) <= 4, "its share of the six clients, or one more"
        assert not any(failure[0].isdigit() for failure in crowd.failed), "nobody is told that a process begins"
        log = server.log.read_text()
        assert "process 1 of 2 ended" in log
        assert "SIGKILL" in log
        assert "Traceback" not in log
        assert killed.pid not in {each.pid for each in children(server)}
        ended = children(server)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(_WAIT_SECONDS) == 0
        assert not any(each.is_running() for each in ended)


@pytest.mark.faults("S26")
def test_no_process_outlives_the_one_that_watches_it(index_dir: Path, tmp_path: Path) -> None:
    own_index = shutil.copytree(index_dir, tmp_path / "index")
    with two_processes(own_index, tmp_path, STATE_URL=f"sqlite:///{tmp_path}/state.db") as server:
        orphans = children(server)
        assert len(orphans) == 2
        server.process.kill()
        _, alive = psutil.wait_procs(orphans, timeout=_WAIT_SECONDS)
        assert alive == []
    assert not (own_index / STATE_FILE).exists(), "STATE_URL names another place"


def test_what_was_kept_by_several_processes_is_there_for_one(index_dir: Path, tmp_path: Path) -> None:
    own_index = shutil.copytree(index_dir, tmp_path / "index")
    for answers in own_index.glob("answers.db*"):  # other tests asked this index too
        answers.unlink()
    (own_index / STATE_FILE).write_bytes(b"no database at all, but as long as one begins: " * 20)
    with two_processes(own_index, tmp_path) as server, closing(Client(server.port).connection) as connection:
        connection.request("POST", "/ask", urlencode({"question": _ABOUT.format(1)}), _FORM)
        address = connection.getresponse().headers["Location"].partition("#")[0]
        assert "state.db.damaged-" in server.log.read_text(), "a new one was begun, and it is said"
    with server_process(tmp_path / "log of one", {"INDEX_DIR": str(own_index)}) as server:
        server.wait_until_ready()
        assert server.get(address)[0] == 200
        assert children(server) == [], "one process, as ever"
    with closing(sqlite3.connect(own_index / STATE_FILE)) as state:
        assert state.execute("SELECT count(*) FROM pagewise_answers").fetchone() == (1,)
    assert not (own_index / "answers.db").exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param({"INDEX_DIR": "{folder}/file/index"}, "set STATE_URL, or SERVER_PROCESSES=1", id="no place"),
        pytest.param(
            {"ANSWER_PROMPT_FILE": "{folder}/prompt"},
            "ANSWER_PROMPT_FILE: prompt lacks",
            id="settings of the processes",
        ),
    ],
)
def test_what_no_process_could_serve_with_is_said_once(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "prompt").write_text("{no_such_variable}")
    named = {name: value.format(folder=tmp_path) for name, value in settings.items()}
    environment = {"INDEX_DIR": str(tmp_path / "index"), "SERVER_PROCESSES": "2", "PORT": "0", **named}
    ended = subprocess.run(
        [sys.executable, "-m", "server"], cwd=ROOT, env=os.environ | environment, capture_output=True, timeout=60
    )
    assert ended.returncode == 2
    assert ended.stderr.decode().count(said.format(folder=tmp_path)) == 1
    assert b"Traceback" not in ended.stderr
