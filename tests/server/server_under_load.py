"""The server as a process of its own, to be asked over HTTP."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil

from tests.repository import ROOT

_READY_SECONDS = 90
_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    body: str
    location: str = ""

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class RunningServer:
    """A server that listens on a port of this machine."""

    process: psutil.Process
    port: int

    def get(self, path: str) -> Reply:
        """GET, over a connection of its own."""
        return self._send("GET", path, None, {})

    def ask(self, question: str, **options: Any) -> Reply:
        """POST /api/query."""
        body = json.dumps({"question": question} | options)
        return self._send("POST", "/api/query", body, {"Content-Type": "application/json"})

    def ask_on_the_page(self, question: str) -> Reply:
        """POST /ask, and the answer's own page where it leads to one."""
        form = urlencode({"question": question})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
        reply = self._send("POST", "/ask", form, headers)
        return self.get(reply.location) if reply.status == 303 else reply

    def leave_in_the_middle(self, question: str) -> int:
        """Ask for a stream and go after its first bytes; gives the status."""
        body = json.dumps({"question": question, "stream": True})
        with closing(self._connection()) as connection:
            connection.request("POST", "/api/query", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read(20)
            return response.status

    def wait_until(self, path: str, status: int) -> Reply:
        """The reply once it has this status."""
        ends_at = time.monotonic() + _READY_SECONDS
        while (reply := self.get(path)).status != status:
            assert time.monotonic() < ends_at, reply
            time.sleep(0.1)
        return reply

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_SECONDS)

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Reply:
        with closing(self._connection()) as connection:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Reply(response.status, response.read().decode(), response.headers.get("Location", ""))


@contextmanager
def running_server(index_dir: Path, *, handles: int = 1024, **settings: str) -> Iterator[RunningServer]:
    """A server over this index that may hold so many handles open; it is killed in the end."""
    environment = os.environ | {"INDEX_DIR": str(index_dir), "PORT": "0", "LOG_LEVEL": "WARNING"} | settings
    started = subprocess.Popen(
        ["/bin/sh", "-c", f'ulimit -n {handles} && exec "$0" -m server', sys.executable],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert started.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:(\d+)", started.stdout.readline())
        assert address is not None
        server = RunningServer(psutil.Process(started.pid), int(address[1]))
        server.wait_until("/readyz", 200)
        yield server
    finally:
        started.kill()
        started.communicate()
