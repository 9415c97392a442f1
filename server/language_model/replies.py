"""What a server of the OpenAI protocol sends, read as pieces of a reply, whatever form it has. Pure.

Content is a text or a list of parts; thoughts come in fields of several names; why a reply ended has many words; and
what has status 200 may be an error all the same. Knows nothing of markers within the text: see `thoughts`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.language_model.usage import Usage, usage_of

_ENDED = frozenset(
    ("", "stop", "stop_sequence", "end_turn", "end", "eos", "eos_token", "eos_found", "complete", "completed", "done")
) | {"finish", "finished", "finish_reason_stop", "normal", "turn_end"}
_TOO_LONG = frozenset(("length", "max_tokens", "max_output_tokens", "max_length", "model_length", "token_limit"))
_FILTERED = frozenset(("content_filter", "safety", "recitation", "blocklist", "prohibited_content", "sensitive"))
_THOUGHT_FIELDS = ("reasoning_content", "reasoning", "thinking", "thinking_content", "thought", "reasoning_text")
_THOUGHT_PARTS = frozenset(("thinking", "reasoning", "thought", "reasoning_content", "redacted_thinking"))


class ReportedError(Exception):
    """What came with status 200, or within a stream, is an error; `body` is what the server says of it."""

    def __init__(self, body: Any) -> None:
        super().__init__("the server reported an error")
        self.body = body


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a reply, or a whole one. `thought_in` is the field that the thought came in.

    `finish_reason` is in OpenAI's words; "" where the server said an empty one, None where it said nothing.
    """

    text: str = ""
    thought: str = ""
    thought_in: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None


def read_piece(body: Any, *, whole: bool) -> Piece:
    """A reply, or a piece of a stream. Raises `ReportedError`, or `ValueError` for what is not the protocol."""
    if not isinstance(body, dict):
        raise ValueError("no JSON object")
    error = _error_of(body)
    if error is not None:
        raise ReportedError(error)
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    usage = _usage_of(body)
    if not isinstance(choice, dict):
        if whole:
            raise ValueError("a reply without choices")
        return Piece(usage=usage)
    message = choice.get("message") if whole else choice.get("delta")
    if not isinstance(message, dict):
        message = choice.get("delta") or choice.get("message")
    said: Mapping[str, Any] = message if isinstance(message, dict) else {"content": choice.get("text")}
    text, inner = _parts(said.get("content"))
    name, thought = _thought_of(said)
    finish = choice.get("finish_reason")
    return Piece(text, thought or inner, name or ("parts" if inner else ""), _finish(finish), usage)


def _finish(reason: object) -> str | None:
    if not isinstance(reason, str):
        return None
    lowered = reason.strip().lower()
    if lowered == "":
        return ""
    if lowered in _ENDED:
        return "stop"
    if lowered in _TOO_LONG:
        return "length"
    return "content_filter" if lowered in _FILTERED else reason


def _error_of(body: Mapping[str, Any]) -> Any:
    error = body.get("error")
    if error:
        return error
    if body.get("object") == "error":
        return body
    has_words = any(isinstance(body.get(name), str | list | dict) and body[name] for name in ("message", "detail"))
    return body if has_words and not body.get("choices") else None


def _usage_of(body: Mapping[str, Any]) -> Usage | None:
    raw = body.get("usage") or (body.get("x_groq") or {}).get("usage")
    usage = usage_of(raw) if isinstance(raw, dict) else None
    return usage if usage is not None and usage.total_tokens else None


def _thought_of(said: Mapping[str, Any]) -> tuple[str, str]:
    for name in _THOUGHT_FIELDS:
        thought = "".join(_texts(said.get(name)))
        if thought:
            return name, thought
    details = "".join(_texts(said.get("reasoning_details")))
    return ("reasoning_details", details) if details else ("", "")


def _parts(content: Any) -> tuple[str, str]:
    """Text and thought in a content that is a text, one part, or a list of parts."""
    if isinstance(content, str):
        return content, ""
    parts = content if isinstance(content, list) else [content]
    text: list[str] = []
    thought: list[str] = []
    for part in parts:
        is_thought = isinstance(part, dict) and str(part.get("type", "")).lower() in _THOUGHT_PARTS
        (thought if is_thought else text).extend(_texts(part))
    return "".join(text), "".join(thought)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for name in ("text", "content", "thinking", "reasoning", "summary"):
            if value.get(name):
                yield from _texts(value[name])
                return
