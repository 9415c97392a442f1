"""Markdown, and MDX as far as it is Markdown. The text stays as written, so that formulas and tables do."""

import re
from collections.abc import Iterator
from pathlib import Path

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers.encoding import read_text
from indexing.readers.sections import TextHeading, sectioned_document

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_SETEXT = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_COMMENT = re.compile(r"<!--.*?-->|\{/\*.*?\*/\}", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][\w.-]*(?:\s+[^<>\n]*|\s*)/?>")
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\((?:<[^>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"\n]*\")?\)")
_IMPORT = re.compile(r"^(?:import|export) .*(?:from ['\"].*['\"];?|[{(=].*)$")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?=\W|$)|\{#[\w-]+\}")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Sections by heading; comments, tags, picture addresses and front matter are no text."""
    text = clean_text(read_text(path, limits))
    title, text = _without_front_matter(text)
    text = clean_text("".join(_readable(piece, is_code) for piece, is_code in _by_fences(text)))
    headings = list(_headings(text))
    return sectioned_document(title or (headings[0].text if headings else None), text, headings)


def _without_front_matter(text: str) -> tuple[str | None, str]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return None, text
    title = _FRONT_TITLE.search(match.group(1))
    return (title.group(1).strip("\"'") or None) if title else None, text[match.end() :]


def _by_fences(text: str) -> Iterator[tuple[str, bool]]:
    """The text in stretches of prose and of fenced code."""
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


def _readable(text: str, is_code: bool) -> str:
    if is_code:
        return text
    text = _IMAGE.sub(r"\1", _COMMENT.sub("", text))
    text = _TAG.sub("", text)
    return "".join(line for line in text.splitlines(keepends=True) if not _IMPORT.match(line))


def _headings(text: str) -> Iterator[TextHeading]:
    offset = 0
    for stretch, is_code in _by_fences(text):
        if not is_code:
            yield from _stretch_headings(stretch, offset)
        offset += len(stretch)


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
