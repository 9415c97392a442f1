"""Three servers over one index with one state database, behind a balancer that knows nothing of who asked where."""

import http.client
import json
import re
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from storage.server_state.evidence_packs import checked_pack
from storage.server_state.shared.database import StateDatabase
from storage.server_state.state import SharedState, State
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import believable
from tests.postgres_process import PASSWORD, PostgresProcess
from tests.server.balancer import Balancer
from tests.server.http.test_proxies import free_port, nginx, running
from tests.server.server_process import ServerProcess, server_process

TOKEN, OTHER_TOKEN = "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba"
_CLIENTS = 8
_QUESTIONS = 160
_KILLED_AFTER = 60
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
_JSON = {"Content-Type": "application/json"}
_ABOUT = "What does the cooperative share cost, number {}?"


@dataclass(frozen=True)
class Reply:
    status: int
    body: str
    location: str = ""


def send(port: int, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return Reply(response.status, response.read().decode(), response.headers.get("Location", ""))
    finally:
        connection.close()


@contextmanager
def three_servers(index_dir: Path, folder: Path, **settings: str) -> Iterator[list[ServerProcess]]:
    """All of them ready."""
    environment = {"INDEX_DIR": str(index_dir), "LOG_LEVEL": "INFO", **settings}
    with ExitStack() as started:
        servers = [
            started.enter_context(server_process(folder / f"server{number}.log", environment)) for number in range(3)
        ]
        for server in servers:
            server.wait_until_ready()
        yield servers


@pytest.fixture
def own_index(index_dir: Path, tmp_path: Path) -> Path:
    """An index of which it can be seen that nobody has written into it."""
    return shutil.copytree(index_dir, tmp_path / "index")


@dataclass
class Crowd:
    """Clients that ask by form and by JSON, one question after the other; a form's answer is read where it leads to."""

    balancer: Balancer
    addresses: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    asked: int = 0
    half_way: threading.Event = field(default_factory=threading.Event)

    def ask(self, number: int) -> None:
        if number % 2:
            body = json.dumps({"question": _ABOUT.format(number)})
            self._note(send(self.balancer.port, "POST", "/api/query", body, _JSON), 200)
        else:
            question = urlencode({"question": _ABOUT.format(number)})
            reply = send(self.balancer.port, "POST", "/ask", question, _FORM)
            if self._note(reply, 303):
                self.addresses.append(place_of(reply))
                self._note(send(self.balancer.port, "GET", self.addresses[-1]), 200)
        if self.asked >= _KILLED_AFTER:
            self.half_way.set()

    def _note(self, reply: Reply, expected: int) -> bool:
        self.asked += 1
        if reply.status != expected:
            self.failed.append(f"{reply.status}: {reply.body[:200]}")
        return reply.status == expected


@pytest.mark.faults("S24")
def test_a_killed_server_costs_what_it_was_answering_and_every_answer_is_on_every_other(
    own_index: Path, tmp_path: Path, postgres_process: PostgresProcess
) -> None:
    settings = {"STATE_URL": postgres_process.new_database(), "STATE_PASSWORD": PASSWORD}
    before = contents(own_index)
    with three_servers(own_index, tmp_path, **settings) as servers:
        with Balancer([server.port for server in servers]) as balancer, ThreadPoolExecutor(_CLIENTS) as clients:
            crowd = Crowd(balancer)
            going = [clients.submit(crowd.ask, number) for number in range(_QUESTIONS)]
            assert crowd.half_way.wait(300)
            servers[0].process.send_signal(signal.SIGKILL)
            for each in going:
                each.result()
        assert len(crowd.failed) == balancer.broken_off[servers[0].port] == sum(balancer.broken_off.values())
        assert len(crowd.failed) <= _CLIENTS
        assert all(failure.startswith("502") for failure in crowd.failed)
        assert all(balancer.answered[server.port] > _KILLED_AFTER / 8 for server in servers)
        assert len(crowd.addresses) >= _QUESTIONS // 2 - _CLIENTS
        for server in servers[1:]:
            assert {send(server.port, "GET", address).status for address in crowd.addresses} == {200}
            listed = json.loads(send(server.port, "GET", "/api/answers").body)["answers"]
            assert {each["url"] for each in listed} >= set(crowd.addresses)
    assert contents(own_index) == before, "nothing of it is written by servers that share a database"


def contents(index_dir: Path) -> dict[str, bytes]:
    """What answers; the files around it are what one machine remembers."""
    return {
        str(file.relative_to(index_dir)): file.read_bytes()
        for file in sorted((index_dir / "generations").rglob("*"))
        if file.is_file()
    }


@pytest.mark.faults("S23")
def test_answers_go_on_while_the_database_is_away_and_are_everywhere_when_it_is_back(
    index_dir: Path, tmp_path: Path, postgres_process: PostgresProcess
) -> None:
    settings = {
        "STATE_URL": postgres_process.new_database(),
        "STATE_PASSWORD": PASSWORD,
        "RATE_LIMIT_PER_MINUTE": "1000",
        "DAILY_TOKEN_BUDGET": "1000",
    }
    question = urlencode({"question": _ABOUT.format(7)})
    with three_servers(index_dir, tmp_path, **settings) as servers:
        before = place_of(send(servers[0].port, "POST", "/ask", question, _FORM))
        postgres_process.stop()
        try:
            during = place_of(send(servers[1].port, "POST", "/ask", question, _FORM))
            shown = send(servers[1].port, "GET", during)
            assert (shown.status, "60 euros" in shown.body, "cannot be used" in shown.body) == (200, True, True)
            ready = send(servers[1].port, "GET", "/readyz")
            assert (ready.status, "state database" in json.loads(ready.body)["notice"]) == (200, True)
            assert [send(server.port, "GET", before).status for server in servers] == [503] * 3
        finally:
            postgres_process.start()
        ends = time.monotonic() + 60
        while {send(server.port, "GET", each).status for server in servers for each in (before, during)} != {200}:
            assert time.monotonic() < ends
            time.sleep(0.1)
        assert all("Traceback" not in server.log.read_text() for server in servers)


def nginx_before(folder: Path, servers: list[ServerProcess]) -> tuple[list[str], int]:
    """The example file with a line for each of the servers, as its remark says; its command and port."""
    port = free_port()
    command = nginx(folder, port, servers[0].port)
    file = folder / "nginx.conf"
    sites = file.read_text()
    for name, server in zip(("10.0.0.7:8000", "10.0.0.8:8000"), servers[1:], strict=True):
        sites = sites.replace(f"# server {name}", f"server 127.0.0.1:{server.port}")
    file.write_text(sites)
    return command, port


@pytest.mark.faults("S24")
def test_the_example_file_of_nginx_passes_over_a_server_that_is_gone(index_dir: Path, tmp_path: Path) -> None:
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    settings = {"STATE_URL": f"sqlite:///{tmp_path}/state.db", "TRUSTED_HOSTS": "pagewise.example.org"}
    headers = {**_FORM, "Host": "pagewise.example.org"}
    with three_servers(index_dir, tmp_path, **settings) as servers:
        command, port = nginx_before(tmp_path, servers)
        with running(command, port):
            addresses = []
            for number in range(9):
                if number == 4:
                    servers[1].process.kill()
                    servers[1].process.wait()
                question = urlencode({"question": _ABOUT.format(number)})
                addresses.append(place_of(send(port, "POST", "/ask", question, headers)))
            assert {send(port, "GET", address, None, headers).status for address in addresses} == {200}
    served = ["POST /ask 303" in (tmp_path / f"server{number}.log").read_text() for number in range(3)]
    assert served == [True] * 3, "each had its turn"


@dataclass(frozen=True)
class Trio:
    """Three servers with tokens, limits, a language model and a budget, and the database that they share."""

    servers: list[ServerProcess]
    model: FakeDeepSeek
    state: State


@pytest.fixture(scope="module")
def trio(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trio]:
    place = tmp_path_factory.mktemp("trio")
    url = f"sqlite:///{place}/state.db"
    with FakeDeepSeek() as model, closing(StateDatabase(url)) as database:
        model.when(lambda _: True, believable)
        settings = {
            "STATE_URL": url,
            "API_TOKENS": f"anna:{TOKEN},bert:{OTHER_TOKEN}",
            "RATE_LIMIT_PER_MINUTE": "20",
            "DEEPSEEK_BASE_URL": model.url,
            "DEEPSEEK_API_KEY": "any",
            "DAILY_TOKEN_BUDGET": "1000000",
        }
        with three_servers(index_dir, place, **settings) as servers:
            yield Trio(servers, model, SharedState(database, "", index_dir))


def test_limits_are_those_of_all_servers_together(trio: Trio) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with Balancer([each.port for each in trio.servers]) as balancer, ThreadPoolExecutor(6) as clients:
        asked = [clients.submit(send, balancer.port, "GET", "/api/status", None, headers) for _ in range(30)]
        assert sorted(each.result().status for each in asked) == [200] * 20 + [429] * 10
    other = {"Authorization": f"Bearer {OTHER_TOKEN}"}
    assert [send(each.port, "GET", "/api/status", None, other).status for each in trio.servers] == [200] * 3


def test_the_tokens_of_a_day_are_spent_by_all_servers_together(trio: Trio) -> None:
    today = datetime.now(UTC).date()
    ledger = trio.state.ledger("day")
    ledger.settle(today, 999_999)
    asked = []
    for number, server in enumerate(trio.servers):
        body = json.dumps({"question": _ABOUT.format(number), "stream": False})
        headers = {**_JSON, "Authorization": f"Bearer {OTHER_TOKEN}"}
        before = len(trio.model.chats())
        assert send(server.port, "POST", "/api/query", body, headers).status == 200
        asked.append(len(trio.model.chats()) - before)
    assert asked[0] > 0, "there was a token left"
    assert asked[1:] == [0, 0], "and it was everybody's"
    ledger.settle(today, 0)


def test_who_signs_in_at_one_server_goes_on_at_any_other(trio: Trio) -> None:
    first, second, third = trio.servers
    connection = http.client.HTTPConnection("127.0.0.1", first.port, timeout=60)
    connection.request("POST", "/sign-in", urlencode({"token": OTHER_TOKEN}), _FORM)
    cookie = (connection.getresponse().headers.get("Set-Cookie") or "").partition(";")[0]
    connection.close()
    signed_in = {**_FORM, "Cookie": cookie}
    answered = send(second.port, "POST", "/ask", urlencode({"question": _ABOUT.format(1)}), signed_in)
    address = place_of(answered)
    follow_up = urlencode({"question": "And who buys it?", "follows": address.rpartition("/")[2]})
    followed = send(third.port, "POST", "/ask", follow_up, signed_in)
    page = send(first.port, "GET", place_of(followed), None, signed_in)
    assert page.status == 200
    assert _ABOUT.format(1) in page.body, "the conversation goes on where it began"
    packs = [checked_pack(content_of(each.port, f"{address}.zip", signed_in)) for each in trio.servers]
    assert [pack.problems for pack in packs] == [()] * 3
    assert {pack.signer for pack in packs} == {trio.state.fingerprint()}


def place_of(reply: Reply) -> str:
    """The path that it leads to."""
    assert reply.status == 303, reply.body
    return re.sub(r"^https?://[^/]+", "", reply.location).partition("#")[0]


def content_of(port: int, path: str, headers: dict[str, str]) -> bytes:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request("GET", path, None, headers)
        response = connection.getresponse()
        assert response.status == 200
        return response.read()
