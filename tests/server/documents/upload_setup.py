"""A server that takes documents: real HTTP on loopback, a folder of its own, the real indexing job."""

import http.client
import json
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from waitress import wasyncore
from waitress.server import create_server

from server import create_app
from server.http.body_limits import guarded_channel, limit_of_uploads
from server.http.connections import ConnectionKeeper, connection_limits
from server.http.services import Services

PATIENCE_SECONDS = 1.0
_LARGEST_ELSEWHERE = 8 * 1024 * 1024
_JOB_SECONDS = 120


@dataclass(frozen=True)
class Reply:
    """What a server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class House:
    """A running server and its folder."""

    services: Services
    folder: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
        """One request, the path as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Reply(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def upload(self, *files: tuple[str, bytes], path: str = "/api/documents", **fields: str) -> Reply:
        body, kind = multipart(files, fields)
        return self.send("POST", path, body, {"Content-Type": kind})

    def delete(self, document: str) -> Reply:
        return self.send("DELETE", f"/api/documents/{quote(document)}")

    def index(self) -> None:
        """Press the button and wait until the new index answers."""
        assert self.send("POST", "/reindex").status == 303
        assert self.services.reindexing is not None
        deadline = time.monotonic() + _JOB_SECONDS
        while (state := self.services.reindexing.state()).is_running:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert state.exit_code in (0, 1), state.lines
        self.services.index.refresh()
        assert self.services.index.wait_until_opened(_JOB_SECONDS)

    def ask(self, question: str) -> Any:
        body = json.dumps({"question": question}).encode()
        return self.send("POST", "/api/query", body, {"Content-Type": "application/json"}).json

    def names(self) -> set[str]:
        """What is in the folder, hidden things too."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}


def multipart(files: Sequence[tuple[str, bytes]], fields: dict[str, str]) -> tuple[bytes, str]:
    """A body as browsers send it, and its Content-Type. Names are not escaped beyond quotes and line ends."""
    boundary = secrets.token_hex(16)
    parts = []
    for name, value in fields.items():
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, content in files:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "%0D").replace("\n", "%0A")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{escaped}"\r\n\r\n'
        parts.append(head.encode("utf-8", "surrogatepass") + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


@contextmanager
def served(services: Services) -> Iterator[House]:
    """The server as `server.commands.serve` builds it, with less patience."""
    connections: dict[int, Any] = {}
    server = create_server(
        create_app(services),
        map=connections,
        listen="127.0.0.1:0",
        threads=8,
        max_request_body_size=_LARGEST_ELSEWHERE,
        ident=None,
    )
    server.channel_class = guarded_channel(limit_of_uploads(services.settings), PATIENCE_SECONDS)
    keeper = ConnectionKeeper(connections, connection_limits())
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            keeper.look()
            wasyncore.loop(timeout=0.1, map=connections, use_poll=True, count=1)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield House(services, services.settings.documents_dir, server.effective_port)
    stop.set()
    thread.join(10)
    server.task_dispatcher.shutdown(timeout=5)
    for connection in list(connections.values()):
        connection.close()
