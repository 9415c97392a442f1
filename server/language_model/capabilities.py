"""What a server takes: which fields of a request, how many tokens. Learned from its refusals. Pure.

Nothing is taken back once it is learned, so that calls side by side may learn in any order; `make doctor` begins anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from server.language_model.refusals import (
    Refusal,
    context_size,
    fields_named,
    is_about_context,
    is_too_much,
    is_unknown_field,
    most_below,
    prompt_size,
)
from server.language_model.usage import estimated_tokens

Body = dict[str, Any]

_LENGTHS = ("max_tokens", "max_completion_tokens")
_OPTIONAL = ("thinking", "response_format", "stream_options", "temperature", *_LENGTHS)
_LIKELIEST = ("thinking", "stream_options", "response_format", "temperature")
"""What servers that only say "unknown field" are likeliest to mean: what is farthest from the protocol comes first."""
_FEWEST_TOKENS = 32
_FEWEST_HALVED = 128
_SPARE_TOKENS = 16
_MOST_BY_ESTIMATE = 4.0


class PromptTooLong(Exception):
    """The prompt does not fit into the server's context of `context_tokens`; None where that is not known."""

    def __init__(self, context_tokens: int | None) -> None:
        super().__init__("the prompt does not fit into the model's context")
        self.context_tokens = context_tokens


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What is known of one model on one server.

    `without`: what is not sent. "json_object" and "json_schema" stand for the two values of `response_format`,
    "system" for messages with that role. `most_tokens`: of one reply. `tokens_by_estimate`: how many tokens the server
    counts where we estimate one. `thinks`: a short reply needs room for a thought; `thoughts_in`: where they come.
    """

    without: frozenset[str] = frozenset()
    most_tokens: int | None = None
    context_tokens: int | None = None
    tokens_by_estimate: float = 1.0
    thinks: bool = False
    thoughts_in: str = ""
    reports_usage: bool = True

    def merged(self, other: "Capabilities") -> "Capabilities":
        """What either knows."""
        return Capabilities(
            self.without | other.without,
            _least(self.most_tokens, other.most_tokens),
            _least(self.context_tokens, other.context_tokens),
            max(self.tokens_by_estimate, other.tokens_by_estimate),
            self.thinks or other.thinks,
            other.thoughts_in or self.thoughts_in,
            self.reports_usage and other.reports_usage,
        )

    @property
    def json_format(self) -> str | None:
        """The value of `response_format` for JSON; None where the server takes none."""
        return next((name for name in ("json_object", "json_schema") if name not in self.without), None)

    @property
    def length_field(self) -> str | None:
        """The field that says how long a reply may be; None where the server takes none."""
        return next((name for name in _LENGTHS if name not in self.without), None)


def adapted(body: Mapping[str, Any], known: Capabilities) -> Body:
    """The request as this server takes it. `body` has `max_tokens`, and for JSON a `response_format` json_schema.

    Raises `PromptTooLong` where no reply would fit behind the prompt.
    """
    made = {name: value for name, value in body.items() if name not in known.without and name != "max_tokens"}
    if "system" in known.without:
        made["messages"] = without_system(body["messages"])
    if "response_format" in made:
        kind = known.json_format
        if kind is None:
            del made["response_format"]
        elif kind == "json_object":
            made["response_format"] = {"type": "json_object"}
    if known.length_field is not None and "max_tokens" in body:
        made[known.length_field] = _length(body, known)
    return made


def learned(sent: Mapping[str, Any], refusal: Refusal, known: Capabilities) -> Capabilities | None:
    """What is known after a refusal of this request; None where it teaches nothing.

    Raises `PromptTooLong` where only a shorter prompt can help.
    """
    name = next((name for name in _LENGTHS if name in sent), None)
    if name is not None and (lesson := _of_length(sent, name, refusal, known)) is not None:
        return lesson
    if is_about_context(refusal) and name is None:
        raise PromptTooLong(context_size(refusal, 0))
    named = fields_named(refusal, sent, _sent_names(sent))
    if not named and is_unknown_field(refusal):
        named = frozenset([each for each in _LIKELIEST if each in sent][:1])
    dropped = frozenset(_value_of(each, sent) for each in named) - known.without
    return replace(known, without=known.without | dropped) if dropped else None


def without_system(messages: Sequence[Body]) -> list[Body]:
    """The messages with what the system says at the beginning of the first that a person says."""
    system = "\n\n".join(str(message["content"]) for message in messages if message["role"] == "system")
    others = [dict(message) for message in messages if message["role"] != "system"]
    if not system:
        return others
    for message in others:
        if message["role"] == "user":
            message["content"] = f"{system}\n\n{message['content']}"
            return others
    return [{"role": "user", "content": system}, *others]


def to_plain(known: Capabilities) -> dict[str, Any]:
    """As JSON takes it."""
    return asdict(known) | {"without": sorted(known.without)}


def from_plain(plain: Mapping[str, Any]) -> Capabilities:
    """The same again. Raises `ValueError`, `TypeError` or `KeyError` for anything else."""
    if set(plain) != {each.name for each in fields(Capabilities)} or not isinstance(plain["without"], list):
        raise ValueError("not what is known of a server")
    return Capabilities(
        frozenset(str(name) for name in plain["without"]),
        _positive(plain["most_tokens"]),
        _positive(plain["context_tokens"]),
        float(plain["tokens_by_estimate"]),
        bool(plain["thinks"]),
        str(plain["thoughts_in"]),
        bool(plain["reports_usage"]),
    )


def prompt_estimate(messages: Sequence[Mapping[str, Any]]) -> int:
    """About how many tokens the messages have, rather too many."""
    return sum(estimated_tokens(str(message.get("content") or "")) for message in messages)


def _length(body: Mapping[str, Any], known: Capabilities) -> int:
    asked = int(body["max_tokens"])
    most = min(asked, known.most_tokens or asked)
    if known.context_tokens is None:
        return most
    prompt = int(prompt_estimate(body["messages"]) * known.tokens_by_estimate)
    room = known.context_tokens - prompt - _SPARE_TOKENS
    if room < min(_FEWEST_TOKENS, most):
        raise PromptTooLong(known.context_tokens)
    return min(most, room)


def _of_length(sent: Mapping[str, Any], name: str, refusal: Refusal, known: Capabilities) -> Capabilities | None:
    """What is learned of lengths; None where the refusal is not about them."""
    asked = int(sent[name])
    size = context_size(refusal, asked)
    if size is not None:
        return _of_context(sent, asked, size, prompt_size(refusal), known)
    is_named = bool(fields_named(refusal, sent, [name]))
    if not (is_about_context(refusal) or (is_named and is_too_much(refusal))):
        return None
    most = most_below(refusal, asked) if is_named else None
    if most is None and asked <= _FEWEST_HALVED:
        raise PromptTooLong(None)
    return replace(known, most_tokens=most or asked // 2)


def _of_context(
    sent: Mapping[str, Any], asked: int, size: int, counted: int | None, known: Capabilities
) -> Capabilities:
    estimate = prompt_estimate(sent["messages"])
    ratio = max(known.tokens_by_estimate, min(_MOST_BY_ESTIMATE, (counted or 0) / estimate))
    lesson = replace(known, context_tokens=_least(size, known.context_tokens), tokens_by_estimate=ratio)
    if estimate * ratio + asked + _SPARE_TOKENS <= size and lesson == known:
        # Refused although it should have fitted: the server counts more than it says.
        return replace(known, tokens_by_estimate=ratio * 1.25)
    return replace(lesson, tokens_by_estimate=ratio * 1.25) if lesson == known else lesson


def _sent_names(sent: Mapping[str, Any]) -> list[str]:
    names = [name for name in _OPTIONAL if name in sent]
    return [*names, "system"] if any(message["role"] == "system" for message in sent["messages"]) else names


def _value_of(name: str, sent: Mapping[str, Any]) -> str:
    """What is not sent any more: of `response_format` only the value that was refused."""
    return str(sent[name]["type"]) if name == "response_format" else name


def _least(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _positive(value: Any) -> int | None:
    return int(value) if value is not None and int(value) > 0 else None
