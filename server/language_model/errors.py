"""What can go wrong with a language model, as one small family.

Every member says what happened in its message, what to do in `help`, and whether trying again may work. No message
carries the key.
"""

from typing import ClassVar

from server.passages import Passage
from storage.messages import message


class LanguageModelError(Exception):
    """The language model did not do what it was asked.

    `passages`, when there are some, are those the answer should have been written from.
    """

    code: str = "language_model_failed"
    retryable: ClassVar[bool] = False
    attempts: ClassVar[int] = 3
    default_help: ClassVar[str] = message("Try again later.")

    def __init__(self, sentence: str, *, help: str = "", retry_after_seconds: float | None = None) -> None:
        super().__init__(sentence)
        self.help = help or self.default_help
        self.retry_after_seconds = retry_after_seconds
        self.passages: tuple[Passage, ...] = ()


class KeyRejected(LanguageModelError):
    """The server does not accept the key."""

    code = "key_rejected"
    default_help = message("Check DEEPSEEK_API_KEY and restart the server.")


class NoBalance(LanguageModelError):
    """The account has no money left."""

    code = "no_balance"
    default_help = message("Top up the account of DEEPSEEK_API_KEY.")


class ModelNotOffered(LanguageModelError):
    """The server has no model of this name."""

    code = "model_not_offered"
    default_help = message("Set DEEPSEEK_MODEL to a model that the server offers and restart.")


class RequestRejected(LanguageModelError):
    """The server finds fault with the request itself."""

    code = "request_rejected"
    default_help = message("Check DEEPSEEK_BASE_URL and the prompt files.")


class PromptDoesNotFit(RequestRejected):
    """The prompt is longer than what the model reads."""

    code = "prompt_too_long"
    default_help = message("Set LANGUAGE_MODEL_CONTEXT to what the server reads, or give the model more context there.")


class EndlessThought(LanguageModelError):
    """The model thinks longer about a short reply than it may write."""

    code = "endless_thought"
    default_help = message("Set SCORING_MODEL to a model that does not think, or RELEVANCE_SCORER=local.")


class ContentRisk(LanguageModelError):
    """The provider refuses to read what it was sent."""

    code = "content_risk"
    default_help = message("Ask in other words, or leave out the document that the provider refuses.")


class RateLimited(LanguageModelError):
    """Too many requests at a time."""

    code = "rate_limited"
    retryable = True
    default_help = message("Wait a little and ask again.")


class Unavailable(LanguageModelError):
    """The server cannot be reached or fails."""

    code = "language_model_unavailable"
    retryable = True
    default_help = message("Check that DEEPSEEK_BASE_URL can be reached, or try again later.")


class UnreadableReply(LanguageModelError):
    """What came back is not the protocol."""

    code = "unreadable_reply"
    retryable = True
    attempts = 2
    default_help = message("Check DEEPSEEK_BASE_URL: it may be a proxy or a login page that answers.")


class IncompleteAnswer(LanguageModelError):
    """The answer ended before its end."""

    code = "incomplete_answer"
    default_help = message("Ask again, or ask for less at a time.")


class EmptyAnswer(LanguageModelError):
    """The model thought, or did nothing, and wrote no answer."""

    code = "empty_answer"
    retryable = True
    attempts = 2
    default_help = message("Ask again, or use the chat model.")


class Paused(LanguageModelError):
    """The model is left alone for a while after `cause`."""

    def __init__(self, cause: LanguageModelError, retry_after_seconds: float) -> None:
        super().__init__(str(cause), help=cause.help, retry_after_seconds=retry_after_seconds)
        self.cause = cause
        self.code = cause.code


class BudgetSpent(LanguageModelError):
    """The tokens of the day are used up."""

    code = "budget_spent"
    default_help = message("Ask again tomorrow, or raise DAILY_TOKEN_BUDGET.")


class BudgetUnknown(LanguageModelError):
    """What was spent today is not known, so that no more is spent."""

    code = "budget_unknown"
    default_help = message("It is looked at again every 30 seconds.")


class CutOff(IncompleteAnswer):
    """The connection ended without a word."""

    retryable = True
    attempts = 2


class OutOfResources(IncompleteAnswer):
    """The provider broke off for want of resources."""

    code = "insufficient_system_resource"
    retryable = True
    attempts = 2


_FINISHES: dict[str, tuple[type[IncompleteAnswer], str]] = {
    "length": (IncompleteAnswer, message("the answer is cut off: it grew longer than the model may write")),
    "content_filter": (IncompleteAnswer, message("the provider's content filter cut the answer off")),
    "insufficient_system_resource": (
        OutOfResources,
        message("the provider broke the answer off for want of resources"),
    ),
}


def finish_problem(finish_reason: str | None) -> LanguageModelError | None:
    """What is wrong with an answer that ended so; None for "stop". An absent reason means a cut connection."""
    if finish_reason == "stop":
        return None
    if finish_reason is None:
        return CutOff(message("the connection ended before the answer did"))
    kind, sentence = _FINISHES.get(
        finish_reason,
        (
            IncompleteAnswer,
            message("the answer ended for an unknown reason ({reason})", reason=repr(finish_reason[:40])),
        ),
    )
    return kind(sentence)
