"""An HTTP client whose every wait ends with the current deadline, whatever the other side sends or does not send.

httpx 0.28 limits the gap between two reads only: blank lines and keep-alive comments extend it without end, and a wait
cannot be cancelled. Here each read is cut into short waits, and the deadline is looked at between them.
"""

import ssl
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from server.deadline import current_deadline
from storage.servers import is_loopback

_LONGEST_WAIT_SECONDS = 0.05
_CONNECT_SECONDS = 10.0
_WITHOUT_DEADLINE_SECONDS = 60.0

_responses: ContextVar[list[httpx.Response] | None] = ContextVar("responses", default=None)


def build_http_client(base_url: str, connections: int) -> httpx.Client:
    """A client for one server; the environment's proxy is used except for this machine itself."""
    transport = httpx.HTTPTransport(
        verify=not _is_plain_and_here(base_url),  # reading the certificates takes 30 ms
        proxy=_proxy_for(base_url),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=30),
    )
    _set_network_backend(transport)
    return httpx.Client(
        transport=transport,
        timeout=httpx.Timeout(_WITHOUT_DEADLINE_SECONDS, connect=_CONNECT_SECONDS),
        event_hooks={"response": [_note_response]},
    )


def _set_network_backend(transport: httpx.HTTPTransport) -> None:
    """httpx 0.28 has no argument for httpcore's network backend. The one place that knows their inside."""
    pool: Any = transport._pool
    pool._network_backend = _DeadlineBackend(pool._network_backend)


@contextmanager
def responses_closed() -> Iterator[None]:
    """Close, at the end of the block, every response that came in it: one left half-read loses its connection.

    LlamaIndex 0.14 leaves a stream that is given up open until it is garbage-collected, and the provider goes on
    writing, which is paid for.
    """
    received: list[httpx.Response] = []
    token = _responses.set(received)
    try:
        yield
    finally:
        _responses.reset(token)
        for response in received:
            response.close()


def _note_response(response: httpx.Response) -> None:
    received = _responses.get()
    if received is not None:
        received.append(response)


def _is_plain_and_here(base_url: str) -> bool:
    parts = urlsplit(base_url)
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def _proxy_for(base_url: str) -> str | None:
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get(parts.scheme)


class _DeadlineStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        deadline = current_deadline()
        if deadline is None:
            return self._stream.read(max_bytes, timeout)
        while True:
            deadline.check()
            try:
                return self._stream.read(max_bytes, _LONGEST_WAIT_SECONDS)
            except httpcore.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _shortened(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, _shortened(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _DeadlineBackend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        timeout = _shortened(min(timeout or _CONNECT_SECONDS, _CONNECT_SECONDS))
        return _DeadlineStream(self._backend.connect_tcp(host, port, timeout, local_address, socket_options))


def _shortened(timeout: float | None) -> float | None:
    deadline = current_deadline()
    if deadline is None:
        return timeout
    deadline.check()
    left = deadline.remaining() + 0.001
    return left if timeout is None else min(timeout, left)
