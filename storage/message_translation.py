"""Messages told in the language of whoever reads them: English as they are, Chinese from `translations/zh.po`.

Translated is the template, not the text: a value is put in as it is, and a value that is a message is told in turn.
What has no translation, and what is no message, stays as it is.
"""

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from storage.messages import Message, decoded

Language = Literal["en", "zh"]

TRANSLATIONS = Path(__file__).parent / "translations"
_ONLY_GAPS = re.compile(r"(?:\{\w+\}|[ ,;])*")
_CHINESE_SEPARATORS = {"; ": "；", ", ": "、", " ": ""}
_ENVIRONMENT = ("LC_ALL", "LC_MESSAGES", "LANG")  # in this order, as in POSIX


def told(text: str, language: Language) -> str:
    """The text in that language; it may be encoded."""
    text = decoded(text)
    if language == "en" or not isinstance(text, Message):
        return text
    values = {name: told(value, language) if isinstance(value, str) else value for name, value in text.values.items()}
    template = _template(text.template)
    return template.format_map(values) if values else template


def is_only_gaps(template: str) -> bool:
    """Whether a template holds no words, so that no translation of it is needed."""
    return bool(_ONLY_GAPS.fullmatch(template))


def terminal_language(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of whoever sits at this terminal, as the environment says it."""
    chosen = next((environment[name] for name in _ENVIRONMENT if environment.get(name)), "")
    return "zh" if chosen.lower().startswith("zh") else "en"


def translations() -> dict[str, str]:
    """Template -> its Chinese. Raises `OSError` where the file is missing."""
    from babel.messages.pofile import read_po

    with (TRANSLATIONS / "zh.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id and entry.string}


_known = cache(translations)


def _template(english: str) -> str:
    if is_only_gaps(english):
        inner = english.lstrip(" ")
        indentation = english[: len(english) - len(inner)]
        for separator, chinese in _CHINESE_SEPARATORS.items():
            inner = inner.replace(separator, chinese)
        return indentation + inner
    return _known().get(english, english)
