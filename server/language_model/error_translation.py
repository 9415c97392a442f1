"""How the exceptions of openai, httpx and LlamaIndex map onto the family of `errors`."""

import logging
import re

import httpx
import openai

from server.deadline import TimeUp
from server.language_model.errors import (
    ContentRisk,
    KeyRejected,
    LanguageModelError,
    ModelNotOffered,
    NoBalance,
    RateLimited,
    RequestRejected,
    Unavailable,
    UnreadableReply,
)
from storage.messages import message

logger = logging.getLogger(__name__)

LIBRARY_ERRORS = (
    openai.OpenAIError,
    httpx.HTTPError,
    httpx.StreamError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)
"""What openai 2.54 and llama-index-llms-openai 0.7 raise for what a server does: the last four when the reply has an
unexpected shape (an HTML page with status 200, no `choices`, a broken chunk in a stream)."""

_LONGEST_EXCERPT = 200
_CONTENT_RISK = re.compile(r"content exists risk", re.IGNORECASE)
_MODEL_NAME = re.compile(r"supported api model names|model.{0,40}(not exist|not found|not supported)", re.IGNORECASE)


def translated(error: Exception, model: str, key: str) -> Exception:
    """The member of the family, or the deadline, that a library's exception stands for; `key` is kept out of it."""
    time_up = _time_up(error)
    if time_up is not None:
        return time_up
    if isinstance(error, openai.APIStatusError):
        found = _of_status(error, model, key)
        logger.warning(
            "language model: HTTP %s, %s, request %s", error.status_code, found.code, error.request_id or "without id"
        )
        return found
    if isinstance(error, openai.APIConnectionError | httpx.HTTPError | httpx.StreamError):
        return Unavailable(message("the language model cannot be reached or broke the connection off"))
    if isinstance(error, openai.APIError):
        return _of_message(str(error.message), model) or Unavailable(message("the language model reported an error"))
    return UnreadableReply(message("what came back is no reply of a language model"))


def _time_up(error: BaseException | None) -> TimeUp | None:
    while error is not None:
        if isinstance(error, TimeUp):
            return error
        error = error.__cause__ or error.__context__
    return None


def _of_status(error: openai.APIStatusError, model: str, key: str) -> LanguageModelError:
    status = error.status_code
    if status in (401, 403):
        return KeyRejected(message("the language model's server rejects the key"))
    if status == 402:
        return NoBalance(message("the account at the language model's provider has no balance"))
    if status == 429:
        return RateLimited(
            message("the language model's server is asked too often"), retry_after_seconds=_retry_after(error)
        )
    if status >= 500 or status in (408, 409):
        return Unavailable(
            message("the language model's server fails (HTTP {status})", status=status),
            retry_after_seconds=_retry_after(error),
        )
    said = _server_message(error).replace(key, "…")
    return _of_message(said, model) or RequestRejected(
        message(
            "the language model's server rejects the request (HTTP {status}): {said}",
            status=status,
            said=" ".join(said.split())[:_LONGEST_EXCERPT],
        )
    )


def _of_message(said: str, model: str) -> LanguageModelError | None:
    if _CONTENT_RISK.search(said):
        return ContentRisk(message("the language model's provider refuses this content"))
    if _MODEL_NAME.search(said):
        return _not_offered(model)
    return None


def _not_offered(model: str) -> ModelNotOffered:
    return ModelNotOffered(message('the configured model "{model}" is not offered by the server', model=model))


def _server_message(error: openai.APIStatusError) -> str:
    body: object = error.body
    said = body.get("message") if isinstance(body, dict) else None
    return str(said or error.message)


def _retry_after(error: openai.APIStatusError) -> float | None:
    try:
        seconds = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 86400 else None
