"""Sentences for people as a template with values, so that they can be told in another language where they are shown.

A `Message` is the English text, and remembers how it was made. It is kept and sent as one line (`encoded`), and comes
back from it as it was. Pure; see `message_translation` for the languages.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_MARK = "\x1e"  # ASCII's "record separator": begins no sentence that a person or a document wrote
# What is decoded may come from a process that read a hostile document: no attributes, no widths, nothing but these.
_TEMPLATE = re.compile(r"(?:[^{}]|\{\{|\}\}|\{\w+(?::,?(?:\.\d)?[fg%]?)?\})*")


class Message(str):
    """An English sentence made of `template`, whose `{gaps}` hold `values`: texts, numbers or other messages."""

    template: str
    values: Mapping[str, object]

    __slots__ = ("template", "values")

    def __new__(cls, template: str, values: Mapping[str, object]) -> "Message":
        made = super().__new__(cls, template.format_map(values) if values else template)
        made.template = template
        made.values = dict(values)
        return made

    def __str__(self) -> str:
        return self  # so that str(error) of an exception with a message is that message

    def __reduce__(self) -> tuple[Any, ...]:
        return Message, (self.template, dict(self.values))


def message(template: str, /, **values: object) -> Message:
    """A sentence of our own for people: `message("{path}: it is encrypted", path=path)`.

    The template is a literal with named gaps and stands, with the same gaps, in `storage/translations/zh.po`.
    """
    return Message(template, values)


def joined(parts: Iterable[str], separator: str = " ") -> str:
    """Texts and messages one after another; " ", ", " and "; " between them are written as each language does."""
    named = {f"part{number}": part for number, part in enumerate(parts) if part}
    if len(named) == 1:
        return next(iter(named.values()))
    return Message(separator.join(f"{{{name}}}" for name in named), named)


def encoded(text: str) -> str:
    """One text from which `decoded` makes the message again; a plain text is itself."""
    return _MARK + json.dumps(_plain(text), ensure_ascii=False) if isinstance(text, Message) else text


def decoded(text: str) -> str:
    """What was encoded; any other text is itself, also one that only begins like a message."""
    if not text.startswith(_MARK):
        return text
    try:
        return _message_of(json.loads(text[len(_MARK) :]))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return text


def changed(text: str, change: Callable[[str], str]) -> str:
    """The message with every text in its values changed, those of messages in it too; of a plain text, itself."""
    if not isinstance(text, Message):
        return change(text)
    values = {name: changed(each, change) if isinstance(each, str) else each for name, each in text.values.items()}
    return Message(text.template, values)


def _plain(value: object) -> object:
    if isinstance(value, Message):
        return {"template": value.template, "values": {name: _plain(each) for name, each in value.values.items()}}
    return value if isinstance(value, int | float | str) else str(value)


def _message_of(raw: Mapping[str, Any]) -> Message:
    if not _TEMPLATE.fullmatch(raw["template"]):
        raise ValueError("a template of another kind")
    values = {name: _message_of(each) if isinstance(each, dict) else each for name, each in raw["values"].items()}
    return Message(raw["template"], values)
