"""JSON and JSON Lines: names and values as an outline, or a record on each line. Numbers stay as they are written."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.encoding import read_text
from indexing.readers.rows import line_pages, one_line
from indexing.readers.sections import TextHeading, sectioned_document
from storage.messages import message

_LINES = (".jsonl", ".ndjson")
_LONGEST_LINE = 160  # characters of a value that stands on the line of its name
_LONGEST_RECORD = 2_000
_LONGEST_ITEM = 400  # characters; a shorter object in a list is one line
_DEEPEST_INDENT = 8
_TITLES = ("title", "name")


class _Object(list[tuple[str, Any]]):
    """An object's names and values in their order; a name may come twice."""


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """An outline with the outermost names as headings; JSON Lines as records. What is no JSON stays as it is."""
    text = read_text(path, limits)
    records = list(_records(text)) if path.suffix.lower() in _LINES or _is_lines(text) else []
    if records:
        return ParsedDocument(None, tuple(line_pages(records, name=None)))
    value = _parsed(text)
    if value is None:  # comments, a missing end: what is there can still be read
        return sectioned_document(None, clean_text(text), ())
    lines, headings = _outline(value)
    shown = clean_text("\n".join(lines))
    if not shown:
        raise ParseFailure("empty", message("the file has no values; fill it or remove it"))
    return sectioned_document(_title(value), shown, _places(shown, headings))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_Object, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def _is_lines(text: str) -> bool:
    first, _, rest = text.strip().partition("\n")
    return rest.lstrip().startswith(("{", "[")) and isinstance(_parsed(first), _Object)


def _records(text: str) -> Iterator[tuple[int, str]]:
    """(number of the line, the record on it); a line that is no JSON stays as it is."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            value = _parsed(line)
            shown = line if value is None else "; ".join(_flat(value, ""))
            yield number, " ".join(shown.split())[:_LONGEST_RECORD]


def _flat(value: Any, name: str) -> Iterator[str]:
    """ "berth.depth: 4.2" for each value within."""
    if isinstance(value, _Object):
        for key, inner in value:
            yield from _flat(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and any(isinstance(inner, list) for inner in value):
        for number, inner in enumerate(value, start=1):
            yield from _flat(inner, f"{name}.{number}" if name else str(number))
    else:
        shown = ", ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)
        if shown:
            yield f"{name}: {shown}" if name else shown


def _outline(root: Any) -> tuple[list[str], list[str]]:
    """Lines and the headings among them. Walks with a stack, as JSON may be nested deep."""
    lines: list[str] = []
    headings: list[str] = []
    stack: list[tuple[Any, str, int]] = [(root, "", 0)]
    while stack:
        value, name, depth = stack.pop()
        indent = "  " * min(max(depth - 1, 0), _DEEPEST_INDENT)
        if isinstance(value, _Object):
            inner = [(each, key, depth + 1) for key, each in value]
        elif isinstance(value, list) and any(isinstance(each, list) for each in value):
            inner = [
                (_record(each), "" if _is_record(each) else f"{name} {number}".strip(), depth + 1)
                for number, each in enumerate(value, start=1)
            ]
        else:
            shown = ", ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)
            lines.extend(_value_lines(name, shown, indent))
            continue
        if name and inner:
            lines.append(("\n" if depth <= 2 else "") + f"{indent}{name}")
            if depth == 1 and isinstance(root, _Object):
                headings.append(name)
        stack.extend(reversed(inner))
    return lines, headings


def _is_record(value: Any) -> bool:
    """Whether it is an object short enough for a line."""
    length = 0
    for part in _flat(value, "") if isinstance(value, _Object) else ():
        length += len(part) + 2
        if length > _LONGEST_ITEM:
            return False
    return length > 0


def _record(value: Any) -> Any:
    return "; ".join(" ".join(part.split()) for part in _flat(value, "")) if _is_record(value) else value


def _value_lines(name: str, value: str, indent: str) -> Iterator[str]:
    """A long text keeps its own lines below its name."""
    if not value.strip():
        return
    if "\n" in value.strip() and len(value) > _LONGEST_LINE:
        yield f"{indent}{name}:"
        yield value.strip("\n")
    else:
        yield f"{indent}{name}: {one_line(value)}" if name else f"{indent}{value}"


def _plain(value: Any) -> str:
    return {True: "true", False: "false", None: ""}[value] if value is None or isinstance(value, bool) else str(value)


def _title(value: Any) -> str | None:
    names = dict(value) if isinstance(value, _Object) else {}
    return next((str(names[key]) for key in _TITLES if isinstance(names.get(key), str) and names[key]), None)


def _places(text: str, headings: list[str]) -> list[TextHeading]:
    """The headings by their places; each stands on a line of its own, in this order."""
    found: list[TextHeading] = []
    start = 0
    for heading in headings:
        clean = clean_text(heading).strip()
        place = 0 if not start and text.startswith(f"{clean}\n") else text.find(f"\n{clean}\n", start) + 1
        if clean and (place or text.startswith(f"{clean}\n")):
            found.append(TextHeading(place, 1, clean))
            start = place + len(clean)
    return found
