"""Connections that are held open take no places from others: idle ones, half a head, slow bodies."""

import contextlib
import http.client
import json
import math
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from server.http.connections import connection_limits
from tests.server.server_process import ServerProcess, server_process

_HEAD = b"POST /api/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
_HALF_HEAD = b"GET /healthz HTTP/1.1\r\nHost: loc"
_SLOW_BODY = _HEAD + b"Content-Length: 1000\r\n\r\n{"
_LOOKS = 100


@pytest.fixture(scope="module", params=[1024, 256], ids=["1024 handles", "256 handles"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("server")
    with server_process(folder / "log", {"INDEX_DIR": str(folder / "index")}, handles=request.param) as process:
        yield process


@contextmanager
def held(server: ServerProcess, number: int, sent: bytes = b"") -> Iterator[list[socket.socket]]:
    """So many connections that have sent this, and nothing more."""
    with contextlib.ExitStack() as stack:
        sockets = []
        for _ in range(number):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            with contextlib.suppress(OSError):  # the server may have closed it to make room
                connection.sendall(sent)
            sockets.append(connection)
        yield sockets


def seconds_of_health(server: ServerProcess) -> list[float]:
    """How long `/healthz` takes, over a new connection each time, fastest first."""
    took = []
    for _ in range(_LOOKS):
        started = time.monotonic()
        assert server.get("/healthz")[0] == 200
        took.append(time.monotonic() - started)
    return sorted(took)


def reply(connection: socket.socket, seconds: float) -> bytes:
    """All that comes until the server closes; fails when it does not."""
    connection.settimeout(seconds)
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(4096):
            said += piece
    return said


@pytest.mark.parametrize("number", [150, 500])
@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="idle"),
        pytest.param(_HALF_HEAD, id="half a head"),
        pytest.param(_SLOW_BODY, id="a slow body"),
        pytest.param(b"\r\n\r\n", id="blank lines"),
    ],
)
def test_health_is_reachable_whatever_is_held_open(server: ServerProcess, number: int, sent: bytes) -> None:
    with held(server, number, sent):
        took = seconds_of_health(server)
    assert took[math.ceil(_LOOKS * 0.99) - 1] <= 3.0  # those that are held would be waited for 10 s


def test_a_connection_in_use_outlives_a_crowd_of_idle_ones(server: ServerProcess) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.connect()
    own = connection.sock.getsockname()
    for _ in range(6):
        with held(server, 90):
            connection.request("GET", "/healthz")
            assert connection.getresponse().read()
    assert connection.sock.getsockname() == own  # http.client connects anew where it was closed
    connection.close()


def test_a_crowd_from_one_address_closes_nobody_elses_connection(server: ServerProcess) -> None:
    mine = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    mine.connect()
    own = mine.sock.getsockname()
    with contextlib.ExitStack() as stack:
        for _ in range(900):
            theirs = socket.create_connection(("127.0.0.1", server.port), 30, source_address=("127.0.0.2", 0))
            stack.enter_context(theirs)
        mine.request("GET", "/healthz")
        assert mine.getresponse().read()
    assert mine.sock.getsockname() == own  # http.client connects anew where it was closed
    mine.close()


@pytest.mark.parametrize("writes_on", [False, True], ids=["silent", "a byte now and then"])
def test_a_head_that_does_not_end_is_refused_soon(server: ServerProcess, writes_on: bool) -> None:
    started = time.monotonic()
    with held(server, 1, _HALF_HEAD) as (connection,):
        connection.settimeout(0.5)
        said = b""
        while not said and time.monotonic() - started < 40:
            if writes_on:
                connection.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                said = connection.recv(4096)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert json.loads(said.partition(b"\r\n\r\n")[2])["detail"] == "The request came too slowly. 请求发送得太慢。"
    assert 9 < time.monotonic() - started < 30


def test_slow_bodies_beyond_a_share_of_the_places_are_refused_with_a_problem(server: ServerProcess) -> None:
    started = time.monotonic()
    with held(server, 260, _SLOW_BODY) as connections:
        head, _, body = reply(connections[0], 40).partition(b"\r\n\r\n")
    assert time.monotonic() - started < 30
    assert b"application/problem+json" in head
    assert json.loads(body)["code"] == "request_timeout"
    assert json.loads(body)["detail"] == "The request came too slowly."


def test_places_leave_room_for_the_rest_of_the_work() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        for handles, places in ((128, 64), (256, 128), (1024, 864)):
            resource.setrlimit(resource.RLIMIT_NOFILE, (handles, hard))
            assert connection_limits().places == places
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_log_tells_of_no_failure(server: ServerProcess) -> None:
    assert "Traceback" not in server.log.read_text()
