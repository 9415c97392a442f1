"""One short call of the rewriting model on the way to an answer, in a bounded share of the question's time."""

from collections.abc import Sequence

from llama_index.core.base.llms.types import ChatMessage

from server.deadline import Cancelled, TimeUp, current_deadline, until
from server.language_model.client import LanguageModels
from server.language_model.errors import LanguageModelError
from server.language_model.received import Reply
from server.language_model.usage import Usage
from storage.messages import message


class NoReply(Exception):
    """The model wrote nothing that can be used. `why` is for people; `usage` is what was spent, where it is known."""

    def __init__(self, why: str, usage: Usage | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.usage = usage


def short_reply(models: LanguageModels, messages: Sequence[ChatMessage], most_seconds: float, share: float) -> Reply:
    """The reply, in at most so many seconds and such a share of the time left. Raises `NoReply` or `Cancelled`."""
    deadline = current_deadline()
    if deadline is None:
        raise LookupError("a question is answered with a deadline")
    try:
        with until(deadline.within(min(most_seconds, deadline.remaining() * share))):
            reply = models.complete(messages, json_mode=False, role="rewriting")
    except Cancelled:
        raise
    except LanguageModelError as error:
        raise NoReply(str(error)) from error
    except TimeUp as error:
        raise NoReply(message("it took too long")) from error
    if reply.problem is not None:
        raise NoReply(str(reply.problem), reply.usage)
    return reply
