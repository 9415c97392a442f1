"""Markdown, and MDX as far as it is Markdown. The text stays as written, so that formulas and tables do."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers.encoding import read_text
from indexing.readers.markdown_inline import Inline
from indexing.readers.marked_text import shown_text
from indexing.readers.sections import TextHeading

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title[ \t]*[:=][ \t]*(.+?)[ \t]*$\n?", re.MULTILINE | re.IGNORECASE)
_FRONT_REMARK = re.compile(r"^[ \t]*#.*$\n?", re.MULTILINE)
_FRONT_QUOTES = re.compile(r"^([\w -]+[:=][ \t]*)(['\"])(.*)\2[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_INDENTED = re.compile(r"^(?: {4}|\t)")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s")
_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_SETEXT = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?=\W|$)|\{#[\w-]+\}")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Sections by heading; comments, tags and picture addresses are no text. Front matter stands before the text."""
    text = clean_text(read_text(path, limits))
    title, facts, text = _front_matter(text)
    inline = Inline(is_mdx=path.suffix.lower() == ".mdx")
    readable = "".join(piece if is_code else inline.readable(piece) for piece, is_code in by_code(text))
    shown = shown_text("\n\n".join(filter(None, (facts, readable.strip("\n")))), inline.remarks.all)
    return replace(shown, headings=tuple(markdown_headings(shown.text))).document(title)


def by_code(text: str) -> Iterator[tuple[str, bool]]:
    """The text in stretches of prose and of code, fenced or indented."""
    for stretch, is_fenced in _by_fences(text):
        if is_fenced:
            yield stretch, True
        else:
            yield from _by_indent(stretch)


def markdown_headings(text: str) -> Iterator[TextHeading]:
    """The headings outside of code, by their places."""
    offset = 0
    for stretch, is_code in _by_fences(text):
        if not is_code:
            yield from _stretch_headings(stretch, offset)
        offset += len(stretch)


def _front_matter(text: str) -> tuple[str | None, str, str]:
    """Title, the other facts as they are written, and the text after them."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return None, "", text
    matter = match.group(2)
    title = _FRONT_TITLE.search(matter)
    facts = _FRONT_REMARK.sub("", _FRONT_TITLE.sub("", matter, count=1))
    named = title.group(1).strip("\"'") if title else ""
    return named or None, _FRONT_QUOTES.sub(r"\1\3", facts).strip("\n"), text[match.end() :]


def _by_fences(text: str) -> Iterator[tuple[str, bool]]:
    stretch: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if fence:
            stretch.append(line)
            if mark and mark.group(1).startswith(fence) and not line.strip().strip(fence[0]):
                yield "".join(stretch), True
                stretch, fence = [], ""
        elif mark:
            yield "".join(stretch), False
            stretch, fence = [line], mark.group(1)
        else:
            stretch.append(line)
    yield "".join(stretch), bool(fence)


def _by_indent(stretch: str) -> Iterator[tuple[str, bool]]:
    """Indented lines after a blank one are code, but below an item of a list, where they go on with it."""
    lines: list[str] = []
    is_code = in_list = False
    after_blank = True
    for line in stretch.splitlines(keepends=True):
        if line.strip():
            in_list = bool(_ITEM.match(line)) or (in_list and line.startswith((" ", "\t")))
            now_code = bool(_INDENTED.match(line)) and not in_list and (is_code or after_blank)
            if now_code != is_code:
                yield "".join(lines), is_code
                lines, is_code = [], now_code
        lines.append(line)
        after_blank = not line.strip()
    yield "".join(lines), is_code


def _stretch_headings(stretch: str, offset: int) -> Iterator[TextHeading]:
    previous, previous_offset = "", offset
    for line in stretch.splitlines(keepends=True):
        if match := _ATX.match(line):
            yield from _heading(offset, len(match.group(1)), match.group(2))
        elif (match := _SETEXT.match(line)) and _may_be_underlined(previous):
            yield from _heading(previous_offset, 1 if match.group(1)[0] == "=" else 2, previous)
        previous, previous_offset = line, offset
        offset += len(line)


def _heading(offset: int, level: int, text: str) -> Iterator[TextHeading]:
    if plain := " ".join(_MARKS.sub("", _LINK.sub(r"\1", text)).split()):
        yield TextHeading(offset, level, plain)


def _may_be_underlined(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(("#", "-", "*", "+", ">", "|", "<"))
