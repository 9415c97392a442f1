"""Excel workbooks: the sheets as pages, the rows with the names of their columns, the values as they are seen."""

import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.announced_parts import all_parts_read, loss_of_part
from indexing.readers.excel.sheets import Sheet, SheetReader, SheetRow, column_number, read_sheet
from indexing.readers.excel.tables import Line, sheet_lines
from indexing.readers.excel.workbook import SheetPlace, read_workbook
from indexing.readers.office.package import open_package
from indexing.readers.rows import line_pages
from storage.messages import message
from storage.records import PageRecord

_TIME_SHARE = 0.6  # of what the file may cost: what is read by then is kept
_MOST_NAMES = 10  # cells or rows that a remark names
_ROWS_BETWEEN_LOOKS = 200


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """A page for each sheet that holds anything, more for a long one; what is beyond the limits is named in a note."""
    budget = _Budget(limits.text_characters, limits.pages, time.process_time() + limits.cpu_seconds * _TIME_SHARE)
    pages: list[PageRecord] = []
    notes: list[str] = []
    with open_package(path) as package:
        book = read_workbook(package)
        title = package.title()
        for number, place in enumerate(book.sheets, start=1):
            if loss := loss_of_part(number, len(book.sheets)):
                notes.append(message("sheet {sheet}: {why}", sheet=place.name, why=loss.why))
                continue
            budget.until = time.process_time() + limits.cpu_seconds * _TIME_SHARE
            if budget.is_spent():
                notes.append(message("sheet {sheet}: not read, the workbook is too long; split it", sheet=place.name))
                continue
            sheet = _read(SheetReader(book, place), budget)
            found = _pages(sheet, place, len(pages) + 1)
            kept = budget.take(found)
            pages.extend(kept)
            notes.extend(_notes(sheet, place, is_cut=len(kept) < len(found) or not sheet.is_whole))
        all_parts_read(len(book.sheets))
        notes.extend(package.notes())
    if not pages and budget.is_spent():
        most = f"{limits.text_characters:,}"
        raise ParseFailure("output_limit", message("more than {count} characters; split the workbook", count=most))
    if not pages:
        raise ParseFailure("empty", message("its sheets have no values; fill it or remove it"))
    return ParsedDocument(title or None, tuple(pages), notes=tuple(notes))


@dataclass(slots=True)
class _Budget:
    characters: int
    pages: int
    until: float

    def is_spent(self) -> bool:
        return self.characters <= 0 or self.pages <= 0 or time.process_time() > self.until

    def take(self, pages: list[PageRecord]) -> list[PageRecord]:
        """The pages that are within the limits."""
        kept = []
        for page in pages:
            self.characters -= len(page.text)
            if self.characters < 0 or self.pages <= 0:
                self.characters = 0
                break
            self.pages -= 1
            kept.append(page)
        return kept


def _read(reader: SheetReader, budget: _Budget) -> Sheet:
    sheet = Sheet()
    size = seen = 0
    for sheet in read_sheet(reader):
        if len(sheet.rows) == seen:
            continue
        seen = len(sheet.rows)
        size += sum(map(len, sheet.rows[-1].cells.values()))
        if size > budget.characters or (seen % _ROWS_BETWEEN_LOOKS == 0 and budget.is_spent()):
            sheet.is_whole = False
            break
    return sheet


def _pages(sheet: Sheet, place: SheetPlace, first_number: int) -> list[PageRecord]:
    rest = deque(sheet.rows)
    lines = _with_comments(list(sheet_lines(sheet.rows, sheet.merged)), sheet)
    last = sheet.rows[-1].number if sheet.rows else 1
    lines.extend((last, box) for box in sheet.boxes)
    hidden = message("this sheet is hidden") if place.is_hidden else None
    columns = [column for column in sheet.hidden_columns if _holds(sheet, column)]

    def remarks(numbers: Sequence[int]) -> tuple[str, ...]:
        found = []
        while rest and rest[0].number <= max(numbers):  # rows that name columns have no line of their own
            found.append(rest.popleft())
        said = [hidden] if hidden else []
        if columns:
            said.append(message("hidden columns, read all the same: {columns}", columns=_listed(columns)))
        return (*said, *_row_remarks(found))

    pages = line_pages(lines, name=f"Sheet {place.name}", first_number=first_number, remarks=remarks)
    if pages and rest:
        pages[-1] = replace(pages[-1], remarks=tuple(dict.fromkeys((*pages[-1].remarks, *_row_remarks(rest)))))
    return pages


def _holds(sheet: Sheet, column: str) -> bool:
    number = column_number(column)
    return any(number in row.cells for row in sheet.rows)


def _with_comments(lines: list[Line], sheet: Sheet) -> list[Line]:
    """Each comment on a line of its own below the row of its cell."""
    by_row: dict[int, list[str]] = {}
    for cell, comments in sheet.comments.items():
        number = int("".join(filter(str.isdecimal, cell)) or 0)
        for comment in comments:
            author = f" by {comment.author}" if comment.author else ""
            by_row.setdefault(number, []).append(f"Comment on {cell}{author}: {comment.text}")
    shown = {number for number, _ in lines}
    alone = deque(sorted(number for number in by_row if number not in shown))  # their rows have no line
    found: list[Line] = []
    for number, text in lines:
        while alone and alone[0] < number:
            earlier = alone.popleft()
            found.extend((earlier, each) for each in by_row.pop(earlier))
        found.append((number, text))
        found.extend((number, each) for each in by_row.pop(number, ()))
    found.extend((number, each) for number in alone for each in by_row[number])
    return found


def _row_remarks(read: Iterable[SheetRow]) -> list[str]:
    rows = list(read)
    said: list[str] = []
    if formulas := [cell for row in rows for cell in row.formulas]:
        said.append(message("formulas without values, shown as formulas: {cells}", cells=_listed(formulas)))
    if hidden := [str(row.number) for row in rows if row.is_hidden]:
        said.append(message("hidden rows, read all the same: {rows}", rows=_listed(hidden)))
    if unshown := [cell for row in rows for cell in row.unshown]:
        said.append(message("values that their format hides are left out: {cells}", cells=_listed(unshown)))
    said.extend(message("struck out and left out: “{text}”", text=text[:80]) for row in rows for text in row.struck)
    return said


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMES]) + (f", … ({len(names)})" if len(names) > _MOST_NAMES else "")


def _notes(sheet: Sheet, place: SheetPlace, *, is_cut: bool) -> list[str]:
    notes: list[str] = []
    if is_cut:
        last = sheet.rows[-1].number if sheet.rows else 0
        told = message("sheet {sheet}: read to row {row} at most, it is too long; split it", sheet=place.name, row=last)
        notes.append(told)
    if sheet.is_damaged:
        last = sheet.rows[-1].number if sheet.rows else 0
        notes.append(message("sheet {sheet}: it is damaged after row {row}", sheet=place.name, row=last))
    if place.is_hidden and sheet.rows:
        notes.append(message("sheet {sheet}: is hidden, and read all the same", sheet=place.name))
    if count := sum(len(row.formulas) for row in sheet.rows):
        notes.append(
            message(
                "sheet {sheet}: {count} formulas have no values, and are shown as formulas; "
                "open and save the workbook with its program",
                sheet=place.name,
                count=count,
            )
        )
    return notes
