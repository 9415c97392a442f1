"""Attacks on the server as a process: slow and oversized bodies, a debugger in the environment, surprise egress.

docs/faults.md X12, X16 and X23; what needs no process is in test_security.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server import create_app
from server.__main__ import main
from server.http.services import Services

ROOT = Path(__file__).parents[3]
_GUARD = "from tests.isolation import block_network; block_network(); "
_MAIN = "import sys; from server.__main__ import main; sys.exit(main([]))"


@pytest.fixture(scope="module")
def port(index_dir: Path) -> Iterator[int]:
    """A server whose sockets are guarded, started with Flask's debugger asked for."""
    environment = {"INDEX_DIR": str(index_dir), "PORT": "0", "FLASK_DEBUG": "1", "FLASK_ENV": "development"}
    process = subprocess.Popen(
        [sys.executable, "-c", _GUARD + _MAIN],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
    assert address is not None
    yield int(address[1])
    process.terminate()
    _, errors = process.communicate(timeout=60)
    assert "NetworkBlocked" not in errors


def answer(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    response = connection.getresponse()
    shown = response.read().decode()
    connection.close()
    return response.status, shown


def raw(port: int, head: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(head.replace("\n", "\r\n").encode())
    return connection


def head_of(path: str, **headers: object) -> str:
    lines = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\nHost: localhost\nContent-Type: application/json\n{lines}\n"


@pytest.mark.faults("X12")
@pytest.mark.parametrize("path", ["/api/query", "/v1/chat/completions", "/ask"])
def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(port: int, path: str) -> None:
    started = time.monotonic()
    with raw(port, head_of(path, Content_Length=51 * 1024 * 1024)) as connection:
        assert b" 413 " in connection.recv(4096)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("language", "title", "detail"),
    [
        ("en", "Request Entity Too Large", "bytes may be sent."),
        ("zh-CN,en;q=0.5", "请求过大", "最多可发送"),
    ],
)
def test_what_is_refused_before_it_comes_is_told_in_the_language_that_was_asked_for(
    port: int, language: str, title: str, detail: str
) -> None:
    head = head_of("/api/query", Content_Length=51 * 1024 * 1024, Accept_Language=language)
    with raw(port, head) as connection:
        problem = json.loads(connection.makefile("rb").read().partition(b"\r\n\r\n")[2])
    assert problem["title"] == title
    assert detail in problem["detail"]
    assert problem["code"] == "request_entity_too_large"


@pytest.mark.faults("X12")
def test_chunks_without_end_are_refused(port: int) -> None:
    with raw(port, head_of("/api/query", Transfer_Encoding="chunked")) as connection:
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        try:
            for _ in range(51 * 16):
                connection.sendall(chunk)
            connection.sendall(b"0\r\n\r\n")
        except OSError:
            return  # the server has closed the connection
        assert b" 413 " in connection.recv(4096)


@pytest.mark.faults("X12")
def test_a_body_that_trickles_in_keeps_nobody_waiting(port: int) -> None:
    slow = [raw(port, head_of("/api/query", Content_Length=1000)) for _ in range(40)]
    for connection in slow:
        connection.sendall(b"{")
    started = time.monotonic()
    assert answer(port, "GET", "/healthz")[0] == 200
    assert time.monotonic() - started < 30
    for connection in slow:
        connection.close()


@pytest.mark.faults("X16")
@pytest.mark.parametrize("path", ["/console", "/?__debugger__=yes&cmd=resource&f=debugger.js"])
def test_a_debugger_asked_for_in_the_environment_is_not_there(port: int, path: str) -> None:
    _, shown = answer(port, "GET", path)
    assert "EVALEX" not in shown  # Werkzeug's debugger and its script
    assert "Traceback" not in shown


@pytest.mark.faults("X23")
def test_questions_reach_nobody_else(port: int) -> None:
    deadline = time.monotonic() + 60
    while answer(port, "GET", "/readyz")[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    status, shown = answer(port, "POST", "/api/query", '{"question": "How much is the cooperative share?"}')
    assert status == 200
    assert "60 euros" in shown


@pytest.mark.faults("X16")
def test_a_debugger_beyond_this_machine_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("API_TOKENS", "abcdefghijklmnopqrstuvwxyz")
    assert main([]) == 2
    assert "FLASK_DEBUG" in capsys.readouterr().err


@pytest.mark.faults("X16")
def test_the_application_is_never_in_debug_mode(monkeypatch: pytest.MonkeyPatch, empty_services: Services) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert not create_app(empty_services).debug
