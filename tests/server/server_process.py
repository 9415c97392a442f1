"""A server as a process of its own, on a port of its own, with as many handles as a test gives it."""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_READY_SECONDS = 90


@dataclass(frozen=True)
class ServerProcess:
    """A running server."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def get(self, path: str, seconds: float = 30) -> tuple[int, bytes]:
        """Status and body of one request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait_until_ready(self) -> None:
        """Until questions are answered."""
        deadline = time.monotonic() + _READY_SECONDS
        while self.get("/readyz")[0] != 200:
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)


@contextmanager
def server_process(log: Path, environment: Mapping[str, str], *, handles: int = 1024) -> Iterator[ServerProcess]:
    """The server with these settings; what it says on standard error goes to `log`."""
    command = ["bash", "-c", f'ulimit -n {handles}; exec "$0" -m server', sys.executable]
    settings = os.environ | {"HOST": "127.0.0.1", "PORT": "0"} | dict(environment)
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=errors)
    try:
        assert process.stdout is not None
        address = re.search(rb":(\d+)\n", process.stdout.readline())
        assert address is not None, log.read_text()
        yield ServerProcess(process, int(address[1]), log)
    finally:
        process.kill()
        process.communicate()
