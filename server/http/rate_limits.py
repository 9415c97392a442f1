"""How often one client may ask: flask-limiter counts by token, or by address where no token is asked for."""

import math
import time

from flask import Flask, current_app, g, request
from flask_limiter import ApplicationLimit, Limiter
from flask_limiter.util import get_remote_address

from server.http.scopes import asks_by_tool
from server.settings import ServerSettings

_UNLIMITED = {"static", "api.healthz", "api.readyz", "api.metrics"}
_QUESTIONS = {"api.query", "openai.chat_completions", "openai.completions", "openai.responses", "web.ask", "web.find"}
_EXTENSION = "pagewise-limiter"


def limit(app: Flask, settings: ServerSettings) -> None:
    """Count the requests of each client from now on; must come after the check of the token."""
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
    app.extensions[_EXTENSION] = Limiter(
        _client, app=app, storage_uri="memory://", strategy="moving-window", application_limits=[*limits]
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
