"""A small load balancer for tests: each request goes to the next server; one that refuses a connection is taken out.

As nginx with `proxy_next_upstream error` does for what has not been sent yet: a request that was under way on a server
that ends is not sent to another one, for it may have been carried out. It gets 502, and is counted.
"""

import http.client
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from tests.serving import PlayedServer

_PATIENCE_SECONDS = 120


class Balancer(PlayedServer):
    """Use it in a `with` block. `broken_off` counts, by port, the requests that were under way when a server ended."""

    _server: "_Server"

    def __init__(self, ports: Sequence[int]) -> None:
        self.answered: Counter[int] = Counter()
        self.broken_off: Counter[int] = Counter()
        self.under_way: Counter[int] = Counter()
        self._ports = list(ports)
        self._turn = 0
        self._lock = threading.Lock()
        self._server = _Server(self)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def ports(self) -> list[int]:
        """The servers that it sends requests to."""
        with self._lock:
            return list(self._ports)

    def next_port(self) -> int:
        """The server whose turn it is; a request is under way there from now on."""
        with self._lock:
            self._turn += 1
            port = self._ports[self._turn % len(self._ports)]
            self.under_way[port] += 1
            return port

    def note(self, port: int, *, answered: bool, broken_off: bool = False) -> None:
        """What became of the request."""
        with self._lock:
            self.under_way[port] -= 1
            self.answered[port] += answered
            self.broken_off[port] += broken_off
            if not answered and port in self._ports:
                self._ports.remove(port)

    def __enter__(self) -> Self:
        return super().__enter__()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, balancer: Balancer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.balancer = balancer


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""

    def _pass_on(self) -> None:
        """To one server after the other, until one takes it."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        balancer = self.server.balancer
        while not self._is_taken(balancer, balancer.next_port(), body):
            pass

    def _is_taken(self, balancer: Balancer, port: int, body: bytes) -> bool:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)) as connection:
            try:
                connection.connect()
            except ConnectionError:  # nothing has been sent
                balancer.note(port, answered=False)
                return False
            try:
                connection.request(self.command, self.path, body, dict(self.headers))
                response = connection.getresponse()
                content = response.read()
            except (OSError, http.client.HTTPException):
                balancer.note(port, answered=False, broken_off=True)
                self.send_error(502)
                return True
        balancer.note(port, answered=True)
        self._answer(response, content)
        return True

    def _answer(self, response: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
