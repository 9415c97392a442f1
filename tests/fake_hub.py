"""A model hub on loopback with one model: what `huggingface_hub` 2.4 asks for when it downloads, ranges included."""

import hashlib
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.serving import PlayedServer

LARGE = ("pytorch_model.bin", "model.safetensors")


class FakeHub(PlayedServer):
    """Serves the files of a folder as the model `name`. Use it in a `with` block.

    `cut_after`: after so many bytes of the weights the connection breaks, once. `damages`: they arrive as zeros.
    """

    def __init__(self, folder: Path, name: str, revision: str) -> None:
        self.folder = folder
        self.name = name
        self.revision = revision
        self.cut_after: int | None = None
        self.damages = False
        self.sent: dict[str, int] = {}
        """Bytes by file."""
        self._server = _Server(self)

    def tree(self) -> list[dict[str, Any]]:
        """The files as the hub lists them."""
        return [self._entry(file) for file in sorted(self.folder.rglob("*")) if file.is_file()]

    def _entry(self, file: Path) -> dict[str, Any]:
        size, digest = file.stat().st_size, etag_of(file)
        entry = {"type": "file", "path": file.relative_to(self.folder).as_posix(), "size": size, "oid": digest[:40]}
        return entry | ({"lfs": {"oid": digest, "size": size, "pointerSize": 130}} if file.name in LARGE else {})


def etag_of(file: Path) -> str:
    """The hub's name for the contents: for large files, the sum."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


class _Server(ThreadingHTTPServer):
    def __init__(self, hub: FakeHub) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub = hub


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.0: a connection for each request, so that closing the server leaves none open."""

    server: _Server

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        hub, path = self.server.hub, self.path.partition("?")[0]
        files = f"/{hub.name}/resolve/{hub.revision}/"
        if path == f"/api/models/{hub.name}/tree/{hub.revision}":
            self._reply(json.dumps(hub.tree()).encode())
        elif path.startswith(f"/api/models/{hub.name}"):
            self._reply(json.dumps({"id": hub.name, "sha": hub.revision}).encode())
        elif path.startswith(files):
            self._file(hub.folder / path.removeprefix(files))
        else:
            self.send_error(404)

    def _reply(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _file(self, file: Path) -> None:
        content = file.read_bytes()
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        begin = int(wanted[1]) if wanted else 0
        self.send_response(206 if begin else 200)
        self.send_header("X-Repo-Commit", self.server.hub.revision)
        self.send_header("ETag", f'"{etag_of(file)}"')
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        if self.command == "GET":
            self._send(file.name, content[begin:])

    def _send(self, name: str, content: bytes) -> None:
        hub = self.server.hub
        now = content[: hub.cut_after] if name in LARGE else content
        hub.sent[name] = hub.sent.get(name, 0) + len(now)  # before: whoever breaks off may look while this still writes
        self.wfile.write(bytes(len(now)) if hub.damages and name in LARGE else now)
        if len(now) < len(content):
            hub.cut_after = None

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
