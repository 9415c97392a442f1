"""Excel workbooks: the sheets as pages, the rows with the names of their columns."""

import datetime
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.containers import open_office_file
from indexing.readers.rows import Row, has_header, line_pages, named_row, one_line
from storage.messages import message
from storage.records import PageRecord

_MOST_ROWS = 20_000  # of a sheet
_MOST_COLUMNS = 100
_MOST_BLANK_ROWS = 1_000  # one after the other; then the sheet is over, whatever it declares
_HEADER_WITHIN = 5  # titles and blank rows may stand above the header
_DAMAGED = (KeyError, ValueError, TypeError, AttributeError, IndexError, ParseError, InvalidFileException, SyntaxError)


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """A page for each sheet that holds anything, more for a long one. Formulas give the values last computed."""
    with open_office_file(path) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl 3.1 warns of styles and extensions it does not know
        try:
            workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            pages, notes = _pages(workbook, limits)
            title = workbook.properties.title
        except _DAMAGED as exc:
            raise ParseFailure(
                "damaged", message("it is no whole workbook ({error}); save it anew with its program", error=str(exc))
            ) from exc
    if not pages:
        raise ParseFailure("empty", message("its sheets have no values; fill it or remove it"))
    return ParsedDocument(title, tuple(pages), notes=tuple(notes))


def _pages(workbook: Any, limits: ReadLimits) -> tuple[list[PageRecord], list[str]]:
    pages: list[PageRecord] = []
    notes: list[str] = []
    for sheet in workbook.worksheets:
        sheet.reset_dimensions()  # what a sheet declares is often wrong
        rows = list(_rows(sheet))
        if len(rows) > _MOST_ROWS:
            notes.append(
                message(
                    "sheet {sheet}: only its first {rows:,} rows are read; split it", sheet=sheet.title, rows=_MOST_ROWS
                )
            )
        if sheet.sheet_state != "visible" and rows:
            notes.append(message("sheet {sheet}: is hidden, and read all the same", sheet=sheet.title))
        lines = _lines(rows[:_MOST_ROWS])
        pages.extend(line_pages(lines, name=f"Sheet {sheet.title}", first_number=len(pages) + 1))
        if sum(len(page.text) for page in pages) > limits.text_characters or len(pages) > limits.pages:
            raise ParseFailure(
                "output_limit",
                message("more than {characters:,} characters; split the workbook", characters=limits.text_characters),
            )
    return pages, notes


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything with their numbers, one more than are read at most."""
    found = blank = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        row = [_cell_text(cell) for cell in cells[:_MOST_COLUMNS]]
        while row and not row[-1]:
            row.pop()
        blank = 0 if row else blank + 1
        if row:
            yield number, row
            found += 1
        if found > _MOST_ROWS or blank > _MOST_BLANK_ROWS:
            return


def _lines(rows: list[tuple[int, list[str]]]) -> list[tuple[int, str]]:
    start = _header_place([row for _, row in rows])
    if start is None:
        return [(number, " | ".join(row)) for number, row in rows]
    above = [(number, " | ".join(filter(None, row))) for number, row in rows[:start]]
    header = rows[start][1]
    return [*above, *((number, named_row(header, row)) for number, row in rows[start + 1 :])]


def _header_place(rows: list[Row]) -> int | None:
    """Which of the first rows names the columns: names for most of what the rows below hold."""
    for place, row in enumerate(rows[:_HEADER_WITHIN]):
        below = rows[place + 1 : place + 20]
        if has_header(rows[place : place + 2]) and sum(map(bool, row)) >= 0.6 * max(map(len, below)):
            return place
    return None


def _cell_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat(" ") if isinstance(value, datetime.datetime) else value.isoformat()
    if isinstance(value, int | float):
        return _number_text(float(value), str(cell.number_format or ""))
    return one_line(str(value))


def _number_text(value: float, number_format: str) -> str:
    """At most 12 digits, as 0.1 + 0.2 is 0.3 for people; per cent where the sheet shows them so."""
    if "%" in number_format:
        return f"{value * 100:.12g}%"
    return f"{value:.12g}" if abs(value) < 1e12 else f"{value:.0f}"
