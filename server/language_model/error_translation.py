"""How what a server says, and what httpx raises, map onto the family of `errors`."""

import logging
from collections.abc import Mapping
from typing import Any

import httpx

from server.deadline import TimeUp
from server.language_model.capabilities import PromptTooLong
from server.language_model.chat_server import ServerRefused
from server.language_model.errors import (
    ContentRisk,
    KeyRejected,
    LanguageModelError,
    ModelNotOffered,
    NoBalance,
    PromptDoesNotFit,
    RateLimited,
    RequestRejected,
    Unavailable,
    UnreadableReply,
)
from server.language_model.refusals import is_content_risk, is_model_name, said_of
from server.language_model.replies import ReportedError
from storage.messages import message

logger = logging.getLogger(__name__)

FOREIGN_ERRORS = (
    ServerRefused,
    ReportedError,
    PromptTooLong,
    httpx.HTTPError,
    httpx.StreamError,
    httpx.InvalidURL,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)
"""What asking a server raises: the last four when the reply has an unexpected shape (an HTML page with status 200, no
`choices`, a broken chunk in a stream)."""

_LONGEST_EXCERPT = 200


def translated(error: Exception, model: str, key: str) -> Exception:
    """The member of the family, or the deadline, that an exception stands for; `key` is kept out of it."""
    time_up = _time_up(error)
    if time_up is not None:
        return time_up
    if isinstance(error, ServerRefused):
        found = _of_status(error.status, error.body, error.headers, model, key)
        request = error.headers.get("x-request-id") or "without id"
        logger.warning("language model: HTTP %s, %s, request %s", error.status, found.code, request)
        return found
    if isinstance(error, ReportedError):
        return _of_reported(error.body, model, key)
    if isinstance(error, PromptTooLong):
        return PromptDoesNotFit(message("the prompt does not fit into the model's context"))
    if isinstance(error, httpx.HTTPError | httpx.StreamError):
        return Unavailable(message("the language model cannot be reached or broke the connection off"))
    return UnreadableReply(message("what came back is no reply of a language model"))


def excerpt(body: Any, key: str) -> str:
    """The server's own words, in short and without the key; empty where it says nothing, or sends a page."""
    said = " ".join(said_of(body).split())
    if said.startswith("<!") or said.lower().startswith("<html"):
        return ""
    return (said.replace(key, "…") if key else said)[:_LONGEST_EXCERPT]


def _time_up(error: BaseException | None) -> TimeUp | None:
    while error is not None:
        if isinstance(error, TimeUp):
            return error
        error = error.__cause__ or error.__context__
    return None


def _of_status(status: int, body: Any, headers: Mapping[str, str], model: str, key: str) -> LanguageModelError:
    if status in (401, 403):
        return KeyRejected(message("the language model's server rejects the key"))
    if status == 402:
        return NoBalance(message("the account at the language model's provider has no balance"))
    if status == 429:
        return RateLimited(
            message("the language model's server is asked too often"), retry_after_seconds=_retry_after(headers)
        )
    said = excerpt(body, key)
    if status >= 500 or status in (408, 409):
        return Unavailable(_failing(status, said), retry_after_seconds=_retry_after(headers))
    return _of_words(said_of(body), model) or RequestRejected(
        message("the language model's server rejects the request (HTTP {status}): {said}", status=status, said=said)
    )


def _failing(status: int, said: str) -> str:
    if not said:
        return message("the language model's server fails (HTTP {status})", status=status)
    return message("the language model's server fails (HTTP {status}): {said}", status=status, said=said)


def _of_reported(body: Any, model: str, key: str) -> LanguageModelError:
    """An error that came with status 200, or within a stream; some say in it which status they mean."""
    said = excerpt(body, key)
    logger.warning("language model: an error within a reply")
    known = _of_words(said_of(body), model)
    if known is not None:
        return known
    code = body.get("code") if isinstance(body, dict) else None
    if str(code).isdigit() and 400 <= int(str(code)) < 500 and int(str(code)) not in (408, 409):
        return _of_status(int(str(code)), body, {}, model, key)
    if not said:
        return Unavailable(message("the language model reported an error"))
    return Unavailable(message("the language model's server reports an error: {said}", said=said))


def _of_words(words: str, model: str) -> LanguageModelError | None:
    if is_content_risk(words):
        return ContentRisk(message("the language model's provider refuses this content"))
    if is_model_name(words):
        return _not_offered(model)
    return None


def _not_offered(model: str) -> ModelNotOffered:
    return ModelNotOffered(message('the configured model "{model}" is not offered by the server', model=model))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 86400 else None
