"""How large a request's body may be and how slowly a request may come, before anything of it is kept.

waitress 3.0 has one limit for every address, and a client that sends a byte now and then may go on for ever; one that
sends nothing more is never looked at, so `server.http.connections` asks here.
"""

import copy
import json
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask
from waitress.utilities import Error, RequestEntityTooLarge
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from server.http.sign_in import token_of_request
from server.http.translation import accepted_language
from server.language import Language
from server.settings import ServerSettings
from storage.collections import split_address
from storage.message_translation import told
from storage.messages import message

logger = logging.getLogger(__name__)

UPLOAD_PATHS = {"/api/documents", "/uploads"}
FRAME_BYTES = 100_000  # what a form adds to the files in it
_HEADER_SECONDS = 10.0
_PATIENCE_SECONDS = 60.0
_SLOWEST_BYTES_PER_SECOND = 10_000  # once patience is at an end

_PROBLEM_TYPE = "application/problem+json"

_BOTH: tuple[Language, ...] = ("en", "zh")
_TITLES = {
    str(title): title
    for title in (
        message("Bad Request"),
        message("Insufficient Storage"),
        message("Internal Server Error"),
        message("Not Implemented"),
        message("Request Entity Too Large"),
        message("Request Header Fields Too Large"),
        message("Request Timeout"),
    )
}
"""waitress's own words for what it refuses by itself."""

LimitOf = Callable[[str, str, str, str], int | None]
"""(method, path, Authorization, Cookie) -> the bytes that may come, where that is not what other requests may send."""


def upload_bytes(settings: ServerSettings) -> int:
    """The longest body that brings documents."""
    return settings.max_upload_mb * 1_000_000 + FRAME_BYTES


def limit_of_uploads(settings: ServerSettings) -> LimitOf:
    """More than elsewhere, for those alone who may upload."""

    def limit(method: str, path: str, authorization: str, cookies: str) -> int | None:
        is_upload = method == "POST" and split_address(path)[1] in UPLOAD_PATHS and settings.may_upload
        if is_upload and (not settings.tokens or token_of_request(authorization, cookies, settings.tokens)):
            return upload_bytes(settings)
        return None

    return limit


class GuardedParser(HTTPRequestParser):  # type: ignore[misc]
    """A request as it comes: since when, how much of it, and how long its body may be."""

    adj: Any
    completed: bool
    error: Any
    headers_finished: bool
    limit_of: LimitOf

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self.started = time.monotonic()
        self.bytes_received = 0

    def parse_header(self, header_plus: bytes) -> None:
        """As waitress does it, with the limit of this request's body."""
        super().parse_header(header_plus)
        given, cookies = (self.headers.get(name, "") for name in ("AUTHORIZATION", "COOKIE"))
        limit = self.limit_of(self.command, self.path, given, cookies)
        if limit is not None:
            self.adj = copy.copy(self.adj)
            self.adj.max_request_body_size = limit

    def received(self, data: bytes) -> int:
        """As waitress does it, with a sentence of ours for a body that is too long."""
        try:
            consumed: int = super().received(data)
        except OSError as error:  # waitress puts bodies of half a megabyte and more into temporary files
            logger.warning("a request's body cannot be kept: %s", error.strerror or type(error).__name__)
            consumed, self.completed = len(data), True
            self.error = _NoRoom(message("There is no room for what was sent on the server's disk."))
        self.bytes_received += consumed
        if isinstance(self.error, RequestEntityTooLarge):
            most = self.adj.max_request_body_size
            self.error = RequestEntityTooLarge(message("At most {bytes:,} bytes may be sent.", bytes=most))
        if self.error is not None:
            self.expect_continue = False  # else waitress asks for the body it has just refused
        return consumed

    def languages(self) -> tuple[Language, ...]:
        """What to tell whoever sends this: both, where no more than the beginning of the head has come."""
        if not self.headers_finished:
            return _BOTH
        accepted = parse_accept_header(self.headers.get("ACCEPT_LANGUAGE"), LanguageAccept)
        return (accepted_language(accepted),)


class _NoRoom(Error):  # type: ignore[misc]
    code = 507
    reason = "Insufficient Storage"


class _ProblemTask(ErrorTask):  # type: ignore[misc]
    """What waitress refuses by itself, in the form of all other refusals."""

    def execute(self) -> None:
        error = self.request.error
        body = _problem(error.code, error.reason, error.body, self.request.languages())
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", _PROBLEM_TYPE))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class GuardedChannel(HTTPChannel):  # type: ignore[misc]
    """A connection that tells since when too little has come. Moments are those of `time.monotonic`."""

    addr: Any
    connected: bool
    request: GuardedParser | None
    requests: Any
    error_task_class = _ProblemTask
    header_seconds = _HEADER_SECONDS
    patience_seconds = _PATIENCE_SECONDS
    is_for_another: Callable[[], bool] = staticmethod(bool)
    """Whether whoever asked shall connect anew for the next request, to reach another process."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.waiting_since = time.monotonic()  # when it was opened, later when it was answered last
        super().__init__(*arguments, **named)

    def service(self) -> None:
        """Answer a request, as waitress does it."""
        if len(self.requests) == 1 and self.is_for_another():
            self.requests[0].headers["CONNECTION"] = "close"  # as if the client had asked for that
        super().service()
        self.waiting_since = time.monotonic()

    def is_waiting(self) -> bool:
        """Whether no request is being answered and no more than the beginning of a request's head has come."""
        is_idle = not (self.requests or self.total_outbufs_len or self.close_when_flushed)
        return is_idle and (self.request is None or not self.request.headers_finished)

    def is_receiving_body(self) -> bool:
        """Whether a request's head has come and its body is coming."""
        return not self.requests and self.request is not None and self.request.headers_finished

    def is_overdue(self, now: float) -> bool:
        """Whether the request that is coming takes longer than it may."""
        if self.request is None or self.requests or self.close_when_flushed:
            return False
        allowed_seconds = self.header_seconds
        if self.request.headers_finished:
            allowed_seconds = self.patience_seconds + self.request.bytes_received / _SLOWEST_BYTES_PER_SECOND
        return self._coming_seconds(now) > allowed_seconds

    def bytes_per_second(self, now: float) -> float:
        """How fast the request comes that is coming."""
        return self.request.bytes_received / max(0.001, self._coming_seconds(now)) if self.request else 0.0

    def silent_seconds(self, now: float) -> float:
        """For how long nothing has happened: no request was begun, or nothing taken of an answer that is there."""
        if self.total_outbufs_len:
            return time.time() - float(self.last_activity)
        return now - self.waiting_since if self.is_waiting() else 0.0

    def refuse_slow(self) -> None:
        """Say that the request comes too slowly, and close. Needs no thread: all of them may be at work."""
        languages = self.request.languages() if self.request else _BOTH
        body = _problem(408, "Request Timeout", message("The request came too slowly."), languages)
        head = f"HTTP/1.1 408 Request Timeout\r\nContent-Type: {_PROBLEM_TYPE}\r\nContent-Length: {len(body)}\r\n"
        said = f"{head}Connection: close\r\n\r\n".encode() + body
        with self.requests_lock, self.outbuf_lock:
            if self.request is not None:
                self.request.close()
                self.request = None
            self.outbufs[-1].append(said)
            self.total_outbufs_len += len(said)
            self.close_when_flushed = True

    def _coming_seconds(self, now: float) -> float:
        assert self.request is not None
        return now - max(self.request.started, self.waiting_since)


def guarded_channel(
    limit_of: LimitOf, patience_seconds: float = _PATIENCE_SECONDS, header_seconds: float = _HEADER_SECONDS
) -> type[GuardedChannel]:
    """Connections for waitress whose requests are limited so, where a `ConnectionKeeper` looks at them."""
    parser = type("Parser", (GuardedParser,), {"limit_of": staticmethod(limit_of)})
    limits = {"parser_class": parser, "patience_seconds": patience_seconds, "header_seconds": header_seconds}
    return type("Channel", (GuardedChannel,), limits)


def _problem(status: int, title: str, detail: str, languages: Sequence[Language]) -> bytes:
    """The problem as JSON, in each of the languages one after another."""
    code = title.lower().replace(" ", "_")
    problem = {
        "type": f"urn:pagewise:problem:{code}",
        "title": " ".join(told(_TITLES.get(title, title), language) for language in languages),
        "status": status,
        "detail": " ".join(dict.fromkeys(told(detail, language) for language in languages)),
        "code": code,
    }
    return json.dumps(problem).encode()
