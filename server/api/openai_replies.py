"""An answer in each form of OpenAI's protocol, whole and as the pieces of a stream: chat, completions, responses.

Each form turns pieces of text into lines of its stream; what text there is and where it ends is decided before.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

from server.api.openai_schema import (
    ChatCompletion,
    ChatReply,
    Choice,
    Ours,
    ResponseObject,
    TextChoice,
    TextCompletion,
    TokenUsage,
)
from server.http import error_responses
from server.http.problems import problem_of


@dataclass(frozen=True, slots=True)
class End:
    """What is known once a text is complete. `finish` is "stop" or "length"."""

    finish: Any
    usage: TokenUsage
    ours: Ours


class Form(Protocol):
    """One form of the protocol, for one request."""

    def whole(self, text: str, reasoning: str | None, end: End) -> BaseModel:
        """The reply without a stream."""

    def begin(self) -> str:
        """The lines before the first text."""

    def text(self, piece: str) -> str:
        """A line for a further piece."""

    def reasoning(self, piece: str) -> str:
        """A line for what the model thought."""

    def end(self, text: str, end: End) -> str:
        """The last lines, after all of the text."""

    def error(self, error: Exception) -> str:
        """The last line of a stream that failed."""


class ChatForm:
    """`/v1/chat/completions`."""

    def __init__(self, request_id: str, model: str, *, wants_usage: bool) -> None:
        self._wants_usage = wants_usage
        self._frame: dict[str, Any] = {
            "id": f"chatcmpl-{request_id}",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": model,
        }
        self._first: dict[str, str] = {"role": "assistant"}

    def whole(self, text: str, reasoning: str | None, end: End) -> ChatCompletion:
        """The reply without a stream."""
        message = ChatReply(content=text, reasoning_content=reasoning)
        return ChatCompletion(
            **self._frame | {"object": "chat.completion"},
            choices=[Choice(message=message, finish_reason=end.finish)],
            usage=end.usage,
            **dict(end.ours),
        )

    def begin(self) -> str:
        """Nothing: the first piece says whose it is."""
        return ""

    def text(self, piece: str) -> str:
        """A chunk."""
        return self._delta(content=piece)

    def reasoning(self, piece: str) -> str:
        """A chunk of what the model thought."""
        return self._delta(reasoning_content=piece)

    def end(self, text: str, end: End) -> str:
        """The last chunks."""
        first, self._first = self._first, {}
        choice = {"index": 0, "delta": first, "finish_reason": end.finish}
        lines = [_data(self._frame | {"choices": [choice]} | end.ours.model_dump())]
        if self._wants_usage:
            lines.append(_data(self._frame | {"choices": [], "usage": end.usage.model_dump()}))
        return "".join([*lines, "data: [DONE]\n\n"])

    def error(self, error: Exception) -> str:
        """An error instead of a chunk."""
        return _data(error_responses.openai_body(problem_of(error)))

    def _delta(self, **delta: str) -> str:
        first, self._first = self._first, {}
        choice = {"index": 0, "delta": first | delta, "finish_reason": None}
        return _data(self._frame | {"choices": [choice]})


class CompletionForm:
    """`/v1/completions`."""

    def __init__(self, request_id: str, model: str, *, wants_usage: bool) -> None:
        self._wants_usage = wants_usage
        self._frame: dict[str, Any] = {
            "id": f"cmpl-{request_id}",
            "object": "text_completion",
            "created": int(time.time()),
            "model": model,
        }

    def whole(self, text: str, reasoning: str | None, end: End) -> TextCompletion:
        """The reply without a stream; thoughts have no place in it."""
        choices = [TextChoice(text=text, finish_reason=end.finish)]
        return TextCompletion(**self._frame, choices=choices, usage=end.usage, **dict(end.ours))

    def begin(self) -> str:
        """Nothing."""
        return ""

    def text(self, piece: str) -> str:
        """A chunk."""
        return self._chunk(piece, None)

    def reasoning(self, piece: str) -> str:
        """Nothing."""
        return ""

    def end(self, text: str, end: End) -> str:
        """The last chunks."""
        lines = [self._chunk("", end.finish, **end.ours.model_dump())]
        if self._wants_usage:
            lines.append(_data(self._frame | {"choices": [], "usage": end.usage.model_dump()}))
        return "".join([*lines, "data: [DONE]\n\n"])

    def error(self, error: Exception) -> str:
        """An error instead of a chunk."""
        return _data(error_responses.openai_body(problem_of(error)))

    def _chunk(self, text: str, finish: str | None, **ours: Any) -> str:
        choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}
        return _data(self._frame | {"choices": [choice]} | ours)


class ResponsesForm:
    """`/v1/responses`."""

    def __init__(self, request_id: str, model: str) -> None:
        self._frame: dict[str, Any] = {"id": f"resp_{request_id}", "created_at": int(time.time()), "model": model}
        self._item_id = f"msg_{request_id}"
        self._number = 0

    def whole(self, text: str, reasoning: str | None, end: End) -> ResponseObject:
        """The reply without a stream."""
        is_whole = end.finish == "stop"
        return ResponseObject(
            **self._frame,
            status="completed" if is_whole else "incomplete",
            incomplete_details=None if is_whole else {"reason": "max_output_tokens"},
            output=[self._item("completed" if is_whole else "incomplete", [_output_text(text)])],
            usage={
                "input_tokens": end.usage.prompt_tokens,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": end.usage.completion_tokens,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": end.usage.total_tokens,
            },
            **dict(end.ours),
        )

    def begin(self) -> str:
        """The response, its message and its text are announced, all empty."""
        empty = ResponseObject(**self._frame, status="in_progress", output=[]).model_dump()
        return "".join(
            [
                self._event("response.created", response=empty),
                self._event("response.in_progress", response=empty),
                self._event("response.output_item.added", output_index=0, item=self._item("in_progress", [])),
                self._event("response.content_part.added", **self._place(), part=_output_text("")),
            ]
        )

    def text(self, piece: str) -> str:
        """A delta."""
        return self._event("response.output_text.delta", **self._place(), delta=piece, logprobs=[])

    def reasoning(self, piece: str) -> str:
        """Nothing."""
        return ""

    def end(self, text: str, end: End) -> str:
        """Text, message and response are complete."""
        whole = self.whole(text, None, end)
        name = "response.completed" if whole.status == "completed" else "response.incomplete"
        return "".join(
            [
                self._event("response.output_text.done", **self._place(), text=text, logprobs=[]),
                self._event("response.content_part.done", **self._place(), part=_output_text(text)),
                self._event("response.output_item.done", output_index=0, item=whole.output[0]),
                self._event(name, response=whole.model_dump()),
            ]
        )

    def error(self, error: Exception) -> str:
        """The event `error`."""
        body = error_responses.openai_body(problem_of(error))["error"]
        return self._event("error", code=body["code"], message=body["message"], param=body["param"])

    def _place(self) -> dict[str, Any]:
        return {"item_id": self._item_id, "output_index": 0, "content_index": 0}

    def _item(self, status: str, content: list[dict[str, Any]]) -> dict[str, Any]:
        return {"id": self._item_id, "type": "message", "role": "assistant", "status": status, "content": content}

    def _event(self, name: str, **data: Any) -> str:
        numbered = {"type": name, "sequence_number": self._number} | data
        self._number += 1
        return f"event: {name}\n{_data(numbered)}"


def lines_of(form: Form, text: str, end: End) -> Iterator[str]:
    """The stream of a text that is there already."""
    yield form.begin()
    if text:
        yield form.text(text)
    yield form.end(text, end)


def _output_text(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": []}


def _data(data: Any) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
