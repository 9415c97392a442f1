"""The cells of one sheet as texts, row by row, with what is merged, hidden, commented and left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from openpyxl.formula.translate import Translator, TranslatorError

from indexing.documents import ParseFailure
from indexing.readers.containers import local_name
from indexing.readers.excel.number_formats import shown_number, shown_text
from indexing.readers.excel.workbook import CellComment, SharedText, SheetPlace, Workbook, read_comments, rich_text
from indexing.readers.office.grids import Region
from indexing.readers.office.package import qn
from indexing.readers.rows import one_line

_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_TRUTH = {"0": "FALSE", "1": "TRUE"}
_MOST_COLUMNS = 16_384

Cells = dict[int, str]
"""Column, counted from 0 -> text; only cells that show something."""


@dataclass(slots=True)
class SheetRow:
    """A row with its number as the sheet counts, from 1."""

    number: int
    cells: Cells
    is_bold: bool = False
    is_hidden: bool = False
    formulas: list[str] = field(default_factory=list)
    """Names of the cells whose formula is shown, because the file holds no value for it."""
    struck: list[str] = field(default_factory=list)
    unshown: list[str] = field(default_factory=list)
    """Names of the cells whose format hides what they hold."""


@dataclass(slots=True)
class Sheet:
    """A sheet as read."""

    rows: list[SheetRow] = field(default_factory=list)
    merged: list[Region] = field(default_factory=list)
    comments: dict[str, list[CellComment]] = field(default_factory=dict)
    hidden_columns: list[str] = field(default_factory=list)
    is_whole: bool = True
    is_damaged: bool = False
    boxes: list[str] = field(default_factory=list)
    """The texts of boxes that are drawn over the cells."""


class SheetReader:
    """Reads one sheet from beginning to end."""

    def __init__(self, book: Workbook, place: SheetPlace) -> None:
        self._book = book
        self._place = place
        self._shared: dict[str, tuple[str, str]] = {}  # of many cells: text, and its own cell

    def parts(self) -> Iterator[SheetRow | Region | str]:
        """Rows that hold anything in their order, then merged cells; the names of hidden columns as texts."""
        number = 0
        for element in self._book.package.elements(self._place.part, "row", "mergeCell", "col"):
            name = local_name(element)
            if name == "row":
                number = _number(element.get("r"), number + 1)
                row = self._row(element, number)
                if row.cells or row.struck or row.unshown:
                    yield row
            elif name == "mergeCell":
                if (region := region_of(element.get("ref", ""))) is not None:
                    yield region
            elif element.get("hidden") in ("1", "true"):
                yield from _column_names(element)

    def comments(self) -> dict[str, list[CellComment]]:
        """The comments by the names of their cells."""
        return read_comments(self._book.package, self._place.part)

    def boxes(self) -> list[str]:
        """The texts of boxes that are drawn over the cells, in their order."""
        package = self._book.package
        part = package.related(self._place.part, "drawing")
        root = package.root(part) if part else None
        texts = []
        for body in root.iter() if root is not None else ():
            if local_name(body) == "txBody":
                paragraphs = (
                    "".join(each.text or "" for each in line.iter(qn("a:t"))) for line in body.iter(qn("a:p"))
                )
                texts.append(one_line(" ".join(paragraphs)))
        return [text for text in texts if text]

    def _row(self, element: Element, number: int) -> SheetRow:
        row = SheetRow(number, {}, is_hidden=element.get("hidden") in ("1", "true"))
        bold = 0
        column = -1
        for cell in element:
            match = _PLACE.fullmatch(cell.get("r", ""))
            column = column_number(match.group(1)) if match else column + 1
            text = self._text(cell, row, f"{column_name(column)}{number}")
            if text and column < _MOST_COLUMNS:
                row.cells[column] = text
                bold += self._book.style(_number(cell.get("s"), 0)).is_bold
        row.is_bold = bool(row.cells) and bold == len(row.cells)
        return row

    def _text(self, cell: Element, row: SheetRow, name: str) -> str:
        style = self._book.style(_number(cell.get("s"), 0))
        value, formula, inline = _contents(cell)
        shared = self._words(cell.get("t", "n"), value, inline)
        if shared is not None:
            text = shown_text(shared.text, style.format)
            if shared.struck.strip():
                row.struck.append(one_line(shared.struck))
        elif value is None or not value.strip():
            text = self._formula(formula, name) if formula is not None else ""
            if text:
                row.formulas.append(name)
        else:
            text = self._value(cell.get("t", "n"), value.strip(), style.format)
            if not text.strip():
                row.unshown.append(name)
        text = one_line(text)
        if style.is_struck and text:
            row.struck.append(text)
            return ""
        return text

    def _words(self, kind: str, value: str | None, inline: Element | None) -> SharedText | None:
        """The text of a cell that holds one; None for numbers and the like."""
        if kind == "s" and value is not None:
            place = _number(value, -1)
            return self._book.texts[place] if 0 <= place < len(self._book.texts) else SharedText("")
        if kind == "inlineStr" and inline is not None:
            return rich_text(inline)
        return SharedText(value) if kind == "str" and value else None

    def _value(self, kind: str, value: str, code: str) -> str:
        if kind == "b":
            return _TRUTH.get(value, value)
        if kind == "d":
            return value.removesuffix("T00:00:00").replace("T", " ")
        if kind == "e":
            return value
        try:
            return shown_number(float(value), code, is_1904=self._book.is_1904)
        except (ValueError, OverflowError):
            return value

    def _formula(self, formula: Element, name: str) -> str:
        text = (formula.text or "").strip()
        group = formula.get("si") if formula.get("t") == "shared" else None
        if group is not None and text:
            self._shared[group] = (text, name)
        elif group is not None and group in self._shared:
            text, origin = self._shared[group]
            try:
                return str(Translator(f"={text}", origin).translate_formula(name))
            except (TranslatorError, ValueError, KeyError, TypeError):
                return f"={text}"
        return f"={text}" if text else ""


def read_sheet(reader: SheetReader) -> Iterator[Sheet]:
    """The sheet as far as read, again after every row, so that whoever asks can stop."""
    sheet = Sheet()
    for part in _as_far_as_whole(reader, sheet):
        if isinstance(part, SheetRow):
            sheet.rows.append(part)
        elif isinstance(part, Region):
            sheet.merged.append(part)
        else:
            sheet.hidden_columns.append(part)
        yield sheet
    sheet.comments = reader.comments()
    sheet.boxes = reader.boxes()
    yield sheet


def _as_far_as_whole(reader: SheetReader, sheet: Sheet) -> Iterator[SheetRow | Region | str]:
    """The parts before the place where the sheet is damaged, if it is."""
    try:
        yield from reader.parts()
    except ParseFailure as failure:
        if failure.category != "damaged":
            raise
        sheet.is_damaged = True


def region_of(reference: str) -> Region | None:
    """ "A4:B6" as a region, rows and columns counted from 0; None for anything else."""
    first, _, last = reference.partition(":")
    start, end = _PLACE.fullmatch(first), _PLACE.fullmatch(last)
    if start is None or end is None:
        return None
    return Region(
        int(start.group(2)) - 1, column_number(start.group(1)), int(end.group(2)) - 1, column_number(end.group(1))
    )


def column_number(letters: str) -> int:
    """ "A" is 0, "AA" is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def column_name(number: int) -> str:
    """The inverse of `column_number`."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _contents(cell: Element) -> tuple[str | None, Element | None, Element | None]:
    """The value, the formula and the text that the cell itself holds."""
    value = formula = inline = None
    for child in cell:
        name = local_name(child)
        if name == "v":
            value = child.text or ""
        elif name == "f":
            formula = child
        elif name == "is":
            inline = child
    return value, formula, inline


def _column_names(element: Element) -> Iterator[str]:
    first, last = _number(element.get("min"), 1), _number(element.get("max"), 1)
    if last - first < _MOST_COLUMNS // 2:  # the rest of a sheet is often hidden to make it look small
        yield from (column_name(number - 1) for number in range(first, last + 1))


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isdecimal() else default
