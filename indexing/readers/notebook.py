"""Jupyter notebooks: Markdown and code in the order of the cells, and what the cells printed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.encoding import read_text
from indexing.readers.sections import TextHeading, sectioned_document
from storage.messages import message

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_MARKS = re.compile(r"[*_`]+")
_FENCE = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1", re.MULTILINE | re.DOTALL)
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_MOST_OUTPUT = 2_000  # characters of one output: a printed table, not a training log


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Sections by the headings of the Markdown cells. Pictures and other outputs that are no text are left out."""
    cells = _cells(read_text(path, limits))
    text: list[str] = []
    headings: list[TextHeading] = []
    offset = 0
    for cell in cells:
        for piece, is_markdown in _cell_texts(cell):
            clean = clean_text(piece)
            if not clean:
                continue
            headings.extend(_headings(clean, offset) if is_markdown else ())
            text.append(clean)
            offset += len(clean) + 2
    if not text:
        raise ParseFailure("empty", message("the notebook has no text; fill it or remove it"))
    title = headings[0].text if headings else None
    return sectioned_document(title, "\n\n".join(text), headings)


def _cells(text: str) -> list[dict[str, Any]]:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise ParseFailure("damaged", _no_notebook(str(exc))) from exc
    if not isinstance(notebook, dict):
        raise ParseFailure("damaged", _no_notebook(message("it is JSON of another kind")))
    sheets = notebook.get("worksheets") or [notebook]  # format 3 kept its cells in worksheets
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)] if isinstance(sheets, list) else []
    if not any(isinstance(cells, list) for cells in lists):
        raise ParseFailure("damaged", _no_notebook(message("it has no cells")))
    return [cell for cells in lists if isinstance(cells, list) for cell in cells if isinstance(cell, dict)]


def _no_notebook(reason: str) -> str:
    return message("it is no notebook ({reason}); save it anew with Jupyter", reason=reason)


def _cell_texts(cell: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """The cell's texts, and whether they are Markdown."""
    source = _joined(cell.get("source", cell.get("input")))
    if cell.get("cell_type") != "code":
        yield source, cell.get("cell_type") == "markdown"
        return
    if source.strip():
        yield f"```\n{source}\n```", False
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict) and (printed := _output_text(output).strip()):
            yield f"Output:\n{_bounded(printed)}", False


def _output_text(output: dict[str, Any]) -> str:
    data = output.get("data")
    if isinstance(data, dict):
        return _joined(data.get("text/markdown") or data.get("text/plain"))
    if output.get("output_type") == "error":
        return f"{output.get('ename', '')}: {output.get('evalue', '')}"
    return _joined(output.get("text"))


def _joined(source: object) -> str:
    """nbformat writes a text as a string or as a list of lines."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return without_colours(source) if isinstance(source, str) else ""


def without_colours(text: str) -> str:
    """The text without what sets colours in a terminal."""
    return _COLOURS.sub("", text)


def _bounded(text: str) -> str:
    return text if len(text) <= _MOST_OUTPUT else f"{text[:_MOST_OUTPUT]} …"


def _headings(text: str, offset: int) -> Iterator[TextHeading]:
    code = [match.span() for match in _FENCE.finditer(text)]
    for match in _HEADING.finditer(text):
        if not any(start <= match.start() < end for start, end in code):
            title = " ".join(_MARKS.sub("", match.group(2)).split())
            yield TextHeading(offset + match.start(), len(match.group(1)), title)
