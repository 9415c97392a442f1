"""AsciiDoc: headings, tables, lists and links as text; attributes are facts, comments and delimiters go."""

import re
from collections.abc import Iterator
from pathlib import Path

from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers.encoding import read_text
from indexing.readers.marked_text import Remarks, clear_marks, heading_mark, shown_text
from indexing.readers.rows import table_text
from storage.messages import message

_HEADING = re.compile(r"^(={1,6}|#{1,6})\s+(\S.*?)(?:\s+\1)?\s*$")
_ATTRIBUTE = re.compile(r"^:(!?[\w-]+!?):(?:\s+(.*))?$")
_FACTS = ("author", "email", "revdate", "revnumber", "description", "keywords", "status", "version", "date")
_DELIMITER = re.compile(r"^(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|--|`{3,})\w*\s*$")
_LITERAL = ("-", ".", "+", "`")
_COMMENT_BLOCK = re.compile(r"^/{4,}\s*$")
_COMMENT = re.compile(r"^//(?!/)")
_BLOCK_ATTRIBUTES = re.compile(r"^\[[^\]]*\]\s*$")
_ADMONITION = re.compile(r"^\[(NOTE|TIP|WARNING|IMPORTANT|CAUTION)\]\s*$")
_BLOCK_TITLE = re.compile(r"^\.(?![.\s])(.+)$")
_PICTURE = re.compile(r"image::?[^\[\s]*\[([^\],]*)[^\]]*\]")
_INCLUDE = re.compile(r"^include::([^\[]+)\[.*\]\s*$")
_CONDITION = re.compile(r"^(?:ifdef|ifndef|ifeval|endif)::.*$")
_LINK = re.compile(r"(?:link:|(?=https?://|mailto:))([^\s\[\]]+)\[([^\]]*)\]")
_REFERENCE = re.compile(r"<<#?([^,>]+)(?:,\s*([^>]+))?>>|xref:([^\[\s]+)\[([^\]]*)\]")
_NOTE = re.compile(r"footnote:\w*\[([^\]]*)\]")
_STRUCK = re.compile(r"\[\.?(?:line-through|\.line-through)\]#+([^#]+)#+")
_ROLE = re.compile(r"\[\.?[\w.-]+\]#+([^#]+)#+")
_ANCHOR = re.compile(r"\[\[[^\]]*\]\]")
_ATTRIBUTE_USE = re.compile(r"\{([\w-]+)\}")
_CELL = re.compile(r"(?:^|(?<=\s))(?:(\d+)\*|(\d*)(?:\.(\d+))?\+)?[<^>.]*[a-z]?\|")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Sections by heading. The title is the document's own, the one heading of the highest level."""
    remarks = Remarks()
    text = "\n".join(_Reading(remarks).lines(clear_marks(read_text(path, limits)).splitlines()))
    return shown_text(text, remarks.all).document()


class _Reading:
    """One pass over the lines."""

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks
        self._attributes: dict[str, str] = {}

    def lines(self, source: list[str]) -> Iterator[str]:
        """The lines that are text."""
        lines = iter(source)
        for line in lines:
            if _COMMENT_BLOCK.match(line):
                for _ in _until(lines, line):
                    pass
            elif line.startswith(("|===", ",===", "!===")):
                yield from ("", self._table(list(_until(lines, line))), "")
            elif (delimiter := _DELIMITER.match(line)) and delimiter.group(1)[0] in _LITERAL and len(line.strip()) > 2:
                yield from _until(lines, line)
            elif not delimiter:
                yield from self._line(line)

    def _line(self, line: str) -> Iterator[str]:
        if attribute := _ATTRIBUTE.match(line):
            name, value = attribute.group(1).lower(), (attribute.group(2) or "").strip()
            self._attributes[name] = value
            if value and name in _FACTS:
                yield f"{name}: {value}"
        elif include := _INCLUDE.match(line):
            remark = message("another file that belongs here was not read: {name}", name=include.group(1))
            yield self._remarks.mark(remark)
        elif heading := _HEADING.match(line):
            yield heading_mark(len(heading.group(1)), self._inline(heading.group(2)))
        elif admonition := _ADMONITION.match(line):
            yield f"{admonition.group(1).capitalize()}:"
        elif title := _BLOCK_TITLE.match(line):
            yield self._inline(title.group(1))
        elif not any(silent.match(line) for silent in (_COMMENT, _BLOCK_ATTRIBUTES, _CONDITION)) and line != "+":
            yield self._inline(line)

    def _inline(self, text: str) -> str:
        text = _STRUCK.sub(lambda match: self._remarks.struck(match.group(1)), text)
        text = _ANCHOR.sub("", _ROLE.sub(r"\1", _PICTURE.sub(r"\1", text)))
        text = _NOTE.sub(r" [\1]", text)
        text = _REFERENCE.sub(lambda match: match[2] or match[4] or match[1] or match[3], text)
        text = _LINK.sub(lambda match: f"{match[2].rstrip('^')} ({match[1]})" if match[2] else match[1], text)
        return _ATTRIBUTE_USE.sub(lambda match: self._attributes.get(match[1].lower()) or match[0], text)

    def _table(self, lines: list[str]) -> str:
        """Rows of the table. How many columns it has is what its first line of cells has."""
        first = next((line for line in lines if line.strip()), "")
        columns = max(len(_cells(first)), 1)
        if columns == 1:  # a cell on each line: a blank line ends the first row
            columns = next((number for number, line in enumerate(lines) if number and not line.strip()), 1)
        cells: list[str] = []
        for line in lines:
            found = _cells(line)
            if not found and line.strip() and cells:
                cells[-1] += f" {line.strip()}"
            cells.extend(found)
        texts = [self._inline(cell) for cell in cells]
        return table_text([texts[start : start + columns] for start in range(0, len(texts), columns)])


def _until(lines: Iterator[str], end: str) -> Iterator[str]:
    for line in lines:
        if line.rstrip() == end.rstrip() or (end.startswith("```") and line.startswith("```")):
            return
        yield line


def _cells(line: str) -> list[str]:
    """The cells that begin on a line; one over several columns stands in each."""
    marks = list(_CELL.finditer(line))
    if not marks or line[: marks[0].start()].strip():
        return []
    ends = [*(mark.start() for mark in marks[1:]), len(line)]
    return [
        line[mark.end() : end].strip()
        for mark, end in zip(marks, ends, strict=True)
        for _ in range(min(int(mark.group(1) or mark.group(2) or 1), 100))
    ]
