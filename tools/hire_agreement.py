"""Makes documents/boat-hire-agreement.docx of hire_agreement.txt, always with the same parts.

`make sample-documents` writes it.
"""

import io
import zipfile
from datetime import datetime
from pathlib import Path

import docx
from docx.document import Document

FILE_NAME = "boat-hire-agreement.docx"
_TEXT = Path(__file__).with_name("hire_agreement.txt")
_MADE = datetime(2026, 11, 1)
_COLUMN = " | "


def hire_agreement() -> bytes:
    """The document: an agreement of twelve clauses with two schedules, as a Word file."""
    document = docx.Document()
    core = document.core_properties
    core.title, core.author, core.created, core.modified = "Boat hire agreement", "The Pagewise project", _MADE, _MADE
    for block in _TEXT.read_text(encoding="utf-8").strip().split("\n\n"):
        marks, _, heading = block.partition(" ")
        if set(marks) == {"#"}:
            document.add_heading(heading, len(marks) - 1)
        elif _COLUMN in block:
            _add_table(document, [line.split(_COLUMN) for line in block.splitlines()])
        else:
            document.add_paragraph(" ".join(block.split()))
    return _without_the_hour(document)


def _add_table(document: Document, rows: list[list[str]]) -> None:
    table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def _without_the_hour(document: Document) -> bytes:
    """The file with its parts in order and without the time of writing."""
    made, written = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(parts.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            target.writestr(zipfile.ZipInfo(name, _MADE.timetuple()[:6]), parts.read(name), zipfile.ZIP_DEFLATED)
    return written.getvalue()
