"""Writes docs/settings.md from the settings' own descriptions (`make docs`); .env.example gives order and headings."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from indexing.settings import IndexingSettings
from server.settings import ServerSettings
from storage.settings import StorageSettings

TARGET = Path("docs/settings.md")
_EXAMPLES = Path(__file__).parents[1] / ".env.example"
_CLASSES = (StorageSettings, IndexingSettings, ServerSettings)
_HEADING = re.compile(r"# ---- (.+)")
_EXAMPLE = re.compile(r"#([A-Z][A-Z_]+)=")
_BOUNDS = {"ge": "from {}", "gt": "more than {}", "le": "to {}", "lt": "less than {}"}
_INTRODUCTION = """\
# Settings

<!-- Written by `make docs` from the descriptions in the code. Do not edit it here. -->

A setting is an environment variable, or a line of a file `.env` beside the `Makefile`: copy
[.env.example](../.env.example) to `.env` and take away the `#` of what you change. The environment wins over `.env`. An
empty value counts as not set. Any setting can be given to `make` for one run:

    make serve PORT=9000

A wrong value ends the command with one sentence for each setting that is wrong, and exit code 2. `make doctor` checks
all of them. Paths may begin with `~`.
"""


def settings_page() -> str:
    """The whole page."""
    lines = [_INTRODUCTION]
    fields = described_settings()
    for heading, names in example_sections():
        lines += [f"## {heading}", "", "| Setting | Default | May be | What it does |", "|---|---|---|---|"]
        lines += [_row(name, fields[name]) for name in names]
        lines.append("")
    return "\n".join(lines)


def described_settings() -> dict[str, FieldInfo]:
    """Variable -> its field. One that several parts of the program read is described the same by all of them."""
    return {str(field.validation_alias): field for settings in _CLASSES for field in settings.model_fields.values()}


def example_sections() -> Iterator[tuple[str, list[str]]]:
    """(heading, variables) as .env.example has them."""
    parts = _HEADING.split(_EXAMPLES.read_text(encoding="utf-8"))
    for heading, text in zip(parts[1::2], parts[2::2], strict=True):
        title = heading.partition(" (")[0]
        yield title, re.findall(_EXAMPLE, text)


def written_default(value: Any) -> str:
    """A default as one would write it into `.env`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if hasattr(value, "get_secret_value"):
        return str(value.get_secret_value())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _row(name: str, field: FieldInfo) -> str:
    default = written_default(field.default)
    return f"| `{name}` | {f'`{default}`' if default else 'empty'} | {_allowed(field)} | {_linked(field)} |"


def _allowed(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(field.annotation))
    if field.annotation is bool:
        return "`0`, `1`"
    bounds = [_BOUNDS[key].format(f"{value:,}") for part in field.metadata for key, value in _limits(part)]
    return " ".join(bounds)


def _limits(part: object) -> list[tuple[str, Any]]:
    return [(key, getattr(part, key)) for key in _BOUNDS if hasattr(part, key)]


def _linked(field: FieldInfo) -> str:
    """The description, the names of other settings in it as code."""
    names = described_settings().keys()
    return re.sub(r"(?<!`)\b[A-Z][A-Z_]+\b(?!`)", lambda word: _code(word[0], names), field.description or "")


def _code(word: str, names: Any) -> str:
    return f"`{word}`" if word in names else word


if __name__ == "__main__":
    TARGET.write_text(settings_page(), encoding="utf-8")
