"""How large a request's body may be and how slowly it may come, before anything of it is kept.

waitress 3.0 has one limit for every address, and a client that sends a byte now and then may go on for ever.
"""

import copy
import logging
import time
from collections.abc import Callable
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import Error, RequestEntityTooLarge

from server.security import given_token
from server.settings import ServerSettings, known_token

logger = logging.getLogger(__name__)

UPLOAD_PATHS = {"/api/documents", "/uploads"}
FRAME_BYTES = 100_000  # what a form adds to the files in it
_PATIENCE_SECONDS = 60.0
_SLOWEST_BYTES_PER_SECOND = 10_000  # once patience is at an end

LimitOf = Callable[[str, str, str], int | None]
"""(method, path, Authorization) -> the bytes that may come, where that is not what other requests may send."""


def upload_bytes(settings: ServerSettings) -> int:
    """The longest body that brings documents."""
    return settings.max_upload_mb * 1_000_000 + FRAME_BYTES


def limit_of_uploads(settings: ServerSettings) -> LimitOf:
    """More than elsewhere, for those alone who may upload."""

    def limit(method: str, path: str, authorization: str) -> int | None:
        is_upload = method == "POST" and path in UPLOAD_PATHS and settings.may_upload
        if is_upload and (not settings.tokens or known_token(given_token(authorization), settings.tokens)):
            return upload_bytes(settings)
        return None

    return limit


def guarded_channel(limit_of: LimitOf, patience_seconds: float = _PATIENCE_SECONDS) -> type[HTTPChannel]:
    """Connections for waitress whose requests are limited so; a request that comes too slowly gets 408."""

    class GuardedParser(HTTPRequestParser):  # type: ignore[misc]
        adj: Any
        completed: bool

        def __init__(self, adj: Any) -> None:
            super().__init__(adj)
            self._started = time.monotonic()
            self._bytes = 0

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            limit = limit_of(self.command, self.path, self.headers.get("AUTHORIZATION", ""))
            if limit is not None:
                self.adj = copy.copy(self.adj)
                self.adj.max_request_body_size = limit

        def received(self, data: bytes) -> int:
            try:
                consumed: int = super().received(data)
            except OSError as error:  # waitress puts bodies of half a megabyte and more into temporary files
                logger.warning("a request's body cannot be kept: %s", error.strerror or type(error).__name__)
                consumed, self.completed = len(data), True
                self.error = _NoRoom("There is no room for what was sent on the server's disk.")
            self._bytes += consumed
            allowed_seconds = patience_seconds + self._bytes / _SLOWEST_BYTES_PER_SECOND
            if not self.completed and time.monotonic() - self._started > allowed_seconds:
                self.error = _TooSlow("The request came too slowly.")
                self.completed = True
            elif isinstance(self.error, RequestEntityTooLarge):
                self.error = RequestEntityTooLarge(f"At most {self.adj.max_request_body_size:,} bytes may be sent.")
            if self.error is not None:
                self.expect_continue = False  # else waitress asks for the body it has just refused
            return consumed

    class GuardedChannel(HTTPChannel):  # type: ignore[misc]
        parser_class = GuardedParser

    return GuardedChannel


class _NoRoom(Error):  # type: ignore[misc]
    code = 507
    reason = "Insufficient Storage"


class _TooSlow(Error):  # type: ignore[misc]
    code = 408
    reason = "Request Timeout"
