"""Org files of Emacs: headings, tables, links and facts as text; comments and the marks of blocks and drawers go."""

import re
from collections.abc import Iterator
from pathlib import Path

from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers.encoding import read_text
from indexing.readers.marked_text import Remarks, clear_marks, heading_mark, shown_text

_HEADING = re.compile(r"^(\*+)\s+(.+?)\s*$")
_FACT = re.compile(
    r"^#\+(TITLE|AUTHOR|DATE|EMAIL|DESCRIPTION|KEYWORDS|SUBTITLE|CAPTION|FILETAGS):\s*(.+?)\s*$", re.IGNORECASE
)
_BLOCK = re.compile(r"^\s*#\+(BEGIN|END)_(\w+)", re.IGNORECASE)
_SETTING = re.compile(r"^\s*#\+\w[\w-]*(?:\[.*?\])?:.*$")
_COMMENT = re.compile(r"^\s*#(?:\s|$)")
_DRAWER_MARK = re.compile(r"^\s*:(?:PROPERTIES|LOGBOOK|END):\s*$", re.IGNORECASE)
_PROPERTY = re.compile(r"^\s*:([\w-]+):\s+(\S.*)$")
_RULE = re.compile(r"^\s*\|[-+]+\|?\s*$")
_LINK = re.compile(r"\[\[([^\]]+)\](?:\[([^\]]+)\])?\]")
_STRUCK = re.compile(r"(?:(?<=[\s(\"'])|^)\+(?=\S)([^+\n]*[^\W\d_][^+\n]*?)(?<=\S)\+(?=[\s).,;:!?\"']|$)")
_CODE = ("SRC", "EXAMPLE", "EXPORT", "COMMENT")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Sections by heading. The title is the file's own, else its first heading."""
    remarks = Remarks()
    facts: dict[str, str] = {}
    text = "\n".join(_lines(clear_marks(read_text(path, limits)), facts, remarks))
    title = facts.pop("title", None)
    above = "\n".join(f"{name}: {value}" for name, value in facts.items())
    return shown_text(f"{above}\n\n{text}", remarks.all).document(title)


def _lines(text: str, facts: dict[str, str], remarks: Remarks) -> Iterator[str]:
    """The lines that are text; what is said of the whole file goes into `facts`."""
    block = ""
    for line in text.splitlines():
        mark = _BLOCK.match(line)
        if mark:
            name = mark.group(2).upper()
            block = name if mark.group(1).upper() == "BEGIN" and name in _CODE else "" if name == block else block
        elif block:
            if block != "COMMENT":
                yield line
        elif fact := _FACT.match(line):
            name = fact.group(1).lower()
            if name == "caption":
                yield _inline(fact.group(2), remarks)
            else:
                facts[name] = fact.group(2)
        elif heading := _HEADING.match(line):
            yield heading_mark(len(heading.group(1)), _inline(heading.group(2), remarks))
        elif not any(silent.match(line) for silent in (_SETTING, _COMMENT, _DRAWER_MARK, _RULE)):
            yield _inline(_PROPERTY.sub(r"\1: \2", line), remarks)


def _inline(line: str, remarks: Remarks) -> str:
    line = _STRUCK.sub(lambda match: remarks.struck(match.group(1)), line)
    return _LINK.sub(_link, line)


def _link(match: re.Match[str]) -> str:
    address, text = match.groups()
    address = address.removeprefix("file:")
    return f"{text} ({address})" if text and "://" in address else text or address
