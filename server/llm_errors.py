"""What can go wrong with a language model, as one small family; and how the libraries' exceptions map onto it.

Every member says what happened in its message, what to do in `help`, and whether trying again may work. No message
carries the key.
"""

import json
import logging
import re
from typing import ClassVar

import httpx
import openai

from server.deadline import TimeUp
from server.passages import Passage

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


class LanguageModelError(Exception):
    """The language model did not do what it was asked.

    `passages`, when there are some, are those the answer should have been written from.
    """

    code: ClassVar[str] = "language_model_failed"
    retryable: ClassVar[bool] = False
    attempts: ClassVar[int] = 3
    default_help: ClassVar[str] = "Try again later."

    def __init__(self, message: str, *, help: str = "", retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.help = help or self.default_help
        self.retry_after_seconds = retry_after_seconds
        self.passages: tuple[Passage, ...] = ()


class KeyRejected(LanguageModelError):
    """The server does not accept the key."""

    code = "key_rejected"
    default_help = "Check DEEPSEEK_API_KEY and restart the server."


class NoBalance(LanguageModelError):
    """The account has no money left."""

    code = "no_balance"
    default_help = "Top up the account of DEEPSEEK_API_KEY."


class ModelNotOffered(LanguageModelError):
    """The server has no model of this name."""

    code = "model_not_offered"
    default_help = "Set DEEPSEEK_MODEL to a model that the server offers and restart."


class RequestRejected(LanguageModelError):
    """The server finds fault with the request itself."""

    code = "request_rejected"
    default_help = "Check DEEPSEEK_BASE_URL and the prompt files."


class ContentRisk(LanguageModelError):
    """The provider refuses to read what it was sent."""

    code = "content_risk"
    default_help = "Ask in other words, or leave out the document that the provider refuses."


class RateLimited(LanguageModelError):
    """Too many requests at a time."""

    code = "rate_limited"
    retryable = True
    default_help = "Wait a little and ask again."


class Unavailable(LanguageModelError):
    """The server cannot be reached or fails."""

    code = "language_model_unavailable"
    retryable = True
    default_help = "Check that DEEPSEEK_BASE_URL can be reached, or try again later."


class UnreadableReply(LanguageModelError):
    """What came back is not the protocol."""

    code = "unreadable_reply"
    retryable = True
    attempts = 2
    default_help = "Check DEEPSEEK_BASE_URL: it may be a proxy or a login page that answers."


class IncompleteAnswer(LanguageModelError):
    """The answer ended before its end."""

    code = "incomplete_answer"
    default_help = "Ask again, or ask for less at a time."


class EmptyAnswer(LanguageModelError):
    """The model thought, or did nothing, and wrote no answer."""

    code = "empty_answer"
    retryable = True
    attempts = 2
    default_help = "Ask again, or use the chat model."


class CutOff(IncompleteAnswer):
    """The connection ended without a word."""

    retryable = True
    attempts = 2


class OutOfResources(IncompleteAnswer):
    """The provider broke off for want of resources."""

    code = "insufficient_system_resource"
    retryable = True
    attempts = 2


_CONTENT_RISK = re.compile(r"content exists risk", re.IGNORECASE)
_MODEL_NAME = re.compile(r"supported api model names|model.{0,40}(not exist|not found|not supported)", re.IGNORECASE)
_FINISHES: dict[str, tuple[type[IncompleteAnswer], str]] = {
    "length": (IncompleteAnswer, "the answer is cut off: it grew longer than the model may write"),
    "content_filter": (IncompleteAnswer, "the provider's content filter cut the answer off"),
    "insufficient_system_resource": (OutOfResources, "the provider broke the answer off for want of resources"),
}


def finish_problem(finish_reason: str | None) -> LanguageModelError | None:
    """What is wrong with an answer that ended so; None for "stop". An absent reason means a cut connection."""
    if finish_reason == "stop":
        return None
    if finish_reason is None:
        return CutOff("the connection ended before the answer did")
    kind, sentence = _FINISHES.get(
        finish_reason, (IncompleteAnswer, f"the answer ended for an unknown reason ({finish_reason[:40]!r})")
    )
    return kind(sentence)


def translated(error: Exception, model: str) -> Exception:
    """The member of the family, or the deadline, that a library's exception stands for."""
    time_up = _time_up(error)
    if time_up is not None:
        return time_up
    if isinstance(error, openai.APIStatusError):
        found = _of_status(error, model)
        logger.warning(
            "language model: HTTP %s, %s, request %s", error.status_code, found.code, error.request_id or "without id"
        )
        return found
    if isinstance(error, openai.APIConnectionError | httpx.HTTPError | httpx.StreamError):
        return Unavailable("the language model cannot be reached or broke the connection off")
    if isinstance(error, openai.APIError):
        return _of_message(str(error.message), model) or Unavailable("the language model reported an error")
    if isinstance(
        error, json.JSONDecodeError | openai.OpenAIError | ValueError | LookupError | TypeError | AttributeError
    ):
        return UnreadableReply("what came back is no reply of a language model")
    return error


def _time_up(error: BaseException | None) -> TimeUp | None:
    while error is not None:
        if isinstance(error, TimeUp):
            return error
        error = error.__cause__ or error.__context__
    return None


def _of_status(error: openai.APIStatusError, model: str) -> LanguageModelError:
    status = error.status_code
    if status in (401, 403):
        return KeyRejected("the language model's server rejects the key")
    if status == 402:
        return NoBalance("the account at the language model's provider has no balance")
    if status == 429:
        return RateLimited("the language model's server is asked too often", retry_after_seconds=_retry_after(error))
    if status >= 500 or status in (408, 409):
        return Unavailable(
            f"the language model's server fails (HTTP {status})", retry_after_seconds=_retry_after(error)
        )
    return (
        _of_message(_server_message(error), model)
        or (_not_offered(model) if status == 404 else None)
        or RequestRejected(f"the language model's server rejects the request (HTTP {status})")
    )


def _of_message(message: str, model: str) -> LanguageModelError | None:
    if _CONTENT_RISK.search(message):
        return ContentRisk("the language model's provider refuses this content")
    if _MODEL_NAME.search(message):
        return _not_offered(model)
    return None


def _not_offered(model: str) -> ModelNotOffered:
    return ModelNotOffered(f'the configured model "{model}" is not offered by the server')


def _server_message(error: openai.APIStatusError) -> str:
    return f"{error.message} {error.body}"


def _retry_after(error: openai.APIStatusError) -> float | None:
    try:
        seconds = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 86400 else None
