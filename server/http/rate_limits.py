"""How often one client may ask: flask-limiter counts by token, or by address where no token is asked for.

In memory, or for several servers together where they share a database. While that is away each counts by itself.
"""

import math
import time
from typing import Any

from flask import Flask, current_app, g, request
from flask_limiter import ApplicationLimit, Limiter
from flask_limiter.util import get_remote_address
from limits.storage import MemoryStorage, MovingWindowSupport, Storage

from server.http.scopes import asks_by_tool
from server.settings import ServerSettings
from storage.server_state.shared.database import StateUnavailable
from storage.server_state.shared.requests import SharedRequests

_UNLIMITED = {"static", "api.healthz", "api.readyz", "api.metrics"}
_QUESTIONS = {"api.query", "openai.chat_completions", "openai.completions", "openai.responses", "web.ask", "web.find"}
_EXTENSION = "pagewise-limiter"
_SHARED = "pagewise-shared"


def limit(app: Flask, settings: ServerSettings, shared: SharedRequests | None = None) -> None:
    """Count the requests of each client from now on, with those of others that count in `shared`.

    Must come after the check of the token.
    """
    limits = []
    if settings.requests_per_minute:
        limits.append(
            ApplicationLimit(
                f"{settings.requests_per_minute}/minute",
                scope="requests",
                exempt_when=lambda: request.endpoint in _UNLIMITED,
            )
        )
    if settings.questions_per_minute:
        limits.append(
            ApplicationLimit(
                f"{settings.questions_per_minute}/minute",
                scope="questions",
                exempt_when=lambda: not _is_question(),
            )
        )
    options: dict[str, Any] = {"shared": shared} if shared is not None else {}
    app.extensions[_EXTENSION] = Limiter(
        _client,
        app=app,
        storage_uri=f"{_SHARED}://" if shared is not None else "memory://",
        storage_options=options,
        strategy="moving-window",
        application_limits=[*limits],
    )


def seconds_to_wait() -> int:
    """Until the client whose request was one too many may ask again."""
    limiter: Limiter = current_app.extensions[_EXTENSION]
    reached = limiter.current_limit
    return max(1, math.ceil(reached.reset_at - time.time())) if reached else 60


def _is_question() -> bool:
    return request.endpoint in _QUESTIONS or asks_by_tool()


def _client() -> str:
    name: str | None = g.get("token_name")
    return f"token {name}" if name else f"address {get_remote_address()}"


class RequestsOfAllServers(Storage, MovingWindowSupport):
    """What flask-limiter asks, answered by the shared database; while that is away, by what this server was asked."""

    STORAGE_SCHEME = [_SHARED]  # noqa: RUF012 - limits 5.8 reads it so

    def __init__(self, uri: str | None = None, *, shared: SharedRequests, **_options: Any) -> None:
        super().__init__(uri)
        self._shared = shared
        self._alone = MemoryStorage()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What it raises."""
        return StateUnavailable

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Whether one more may be asked within `expiry` seconds; it is counted then."""
        try:
            return self._shared.acquire(key, limit, expiry, amount)
        except StateUnavailable:
            return self._alone.acquire_entry(key, limit, expiry, amount)

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest request that counts came, and how many do."""
        try:
            return self._shared.window(key, expiry)
        except StateUnavailable:
            return self._alone.get_moving_window(key, limit, expiry)

    def check(self) -> bool:
        """It counts always, if need be alone."""
        return True

    def reset(self) -> int | None:
        """As if nobody had asked anything."""
        self._shared.forget()
        return self._alone.reset()

    def clear(self, key: str) -> None:
        """As if this client had asked nothing."""
        self._shared.forget(key)
        self._alone.clear(key)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Of other strategies than the moving window."""
        raise NotImplementedError

    def get(self, key: str) -> int:
        """Of other strategies than the moving window."""
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        """Of other strategies than the moving window."""
        raise NotImplementedError
