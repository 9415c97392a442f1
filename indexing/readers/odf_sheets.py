"""OpenDocument sheets: rows as they are seen, with the names of their columns; also tables within texts and slides."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.containers import local_attribute, local_name
from indexing.readers.marked_text import shown_text
from indexing.readers.odf import OdfFile, body, comment_text, open_odf, paragraphs
from indexing.readers.rows import Row, has_header, line_pages, named_row, one_line, reaching_cells
from storage.messages import message
from storage.records import PageRecord

_MOST_ROWS = 20_000  # of a sheet
_MOST_COLUMNS = 1_000
_MOST_REPEATED = 1_000  # equal rows; what a sheet repeats oftener is its blank rest
_HEADER_WITHIN = 5  # titles may stand above the header
_GROUPS = ("table-header-rows", "table-row-group", "table-rows", "table-header-columns")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """A page for each sheet that holds anything, more for a long one."""
    pages: list[PageRecord] = []
    notes: list[str] = []
    with open_odf(path) as file:
        hidden = _hidden_styles(file)
        for sheet in (each for each in body(file, "spreadsheet") if local_name(each) == "table"):
            name = local_attribute(sheet, "name")
            rows = table_rows(file, sheet)
            if len(rows) > _MOST_ROWS:
                notes.append(
                    message("sheet {name}: only its first {count} rows are read; split it", name=name, count=_MOST_ROWS)
                )
            remarks = _remarks(file, sheet, name) if any(map(any, rows)) else []
            if local_attribute(sheet, "style-name") in hidden and any(map(any, rows)):
                remarks.append(message("sheet {name} is hidden, and read all the same", name=name))
            notes.extend(remarks)
            made = line_pages(sheet_lines(rows[:_MOST_ROWS]), name=f"Sheet {name}", first_number=len(pages) + 1)
            pages.extend(replace(page, remarks=tuple(remarks)) for page in made)
            if sum(len(page.text) for page in pages) > limits.text_characters or len(pages) > limits.pages:
                count = f"{limits.text_characters:,}"
                raise ParseFailure(
                    "output_limit", message("more than {count} characters; split the workbook", count=count)
                )
        title = file.title
    if not pages:
        raise ParseFailure("empty", message("its sheets have no values; fill it or remove it"))
    return ParsedDocument(title, tuple(pages), notes=tuple(notes))


def table_rows(file: OdfFile, table: Element) -> list[list[str]]:
    """The rows of a table; cells over several rows or columns stand in each of them."""
    grid: list[list[str]] = []
    waiting: dict[int, tuple[int, str]] = {}  # column → rows below that the cell above reaches into, its text
    for row in _rows(table):
        texts = dict(reaching_cells(waiting))
        column = 0
        for cell in row:
            if local_name(cell) not in ("table-cell", "covered-table-cell"):
                continue
            repeated = min(_number(cell, "number-columns-repeated"), _MOST_COLUMNS)
            text = "" if local_name(cell) == "covered-table-cell" else _cell_text(file, cell)
            width = min(_number(cell, "number-columns-spanned"), _MOST_COLUMNS)
            height = _number(cell, "number-rows-spanned")
            for place in range(column, min(column + max(repeated, width), _MOST_COLUMNS)):
                if text:
                    texts[place] = text
                    if height > 1:
                        waiting[place] = (height - 1, text)
            column += repeated
        line = [texts.get(place, "") for place in range(max(texts, default=-1) + 1)]
        grid.extend([line] * (min(_number(row, "number-rows-repeated"), _MOST_REPEATED) if any(line) else 1))
    return grid


def sheet_lines(rows: list[list[str]]) -> list[tuple[int, str]]:
    """Numbered lines; where a row names the columns, those below it are "Name: value; …"."""
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    start = _header_place([row for _, row in filled])
    if start is None:
        return [(number, " | ".join(row)) for number, row in filled]
    above = [(number, " | ".join(dict.fromkeys(filter(None, row)))) for number, row in filled[:start]]
    header = filled[start][1]
    return [*above, *((number, named_row(header, row)) for number, row in filled[start + 1 :])]


def _header_place(rows: list[list[str]]) -> int | None:
    """Which of the first rows names the columns: names for most of what the rows below hold."""
    for place, row in enumerate(rows[:_HEADER_WITHIN]):
        below: list[Row] = [*rows[place + 1 : place + 20]]
        if has_header(rows[place : place + 2]) and sum(map(bool, row)) >= 0.6 * max(map(len, below)):
            return place
    return None


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if local_name(child) == "table-row":
            yield child
        elif local_name(child) in _GROUPS:
            yield from _rows(child)


def _cell_text(file: OdfFile, cell: Element) -> str:
    """The cell as it is seen; one without a value shows its formula."""
    shown = one_line(" ".join(_cell_parts(file, cell)))
    if not shown:
        shown = next(
            filter(None, (local_attribute(cell, name) for name in ("string-value", "date-value", "value"))), ""
        )
    if not shown and (formula := local_attribute(cell, "formula")):
        shown = "=" + formula.partition("=")[2]
    comments = "".join(comment_text(file, each) for each in cell if local_name(each) == "annotation")
    text = (
        shown_text(f"{shown}{comments}".strip(), file.remarks.all).text if "\ue003" in shown else f"{shown}{comments}"
    )
    return text.strip()


def _cell_parts(file: OdfFile, cell: Element) -> Iterator[str]:
    yield from paragraphs(file, cell)
    for inner in (each for each in cell if local_name(each) == "table"):
        yield "; ".join(" | ".join(row) for row in table_rows(file, inner))


def _number(element: Element, name: str) -> int:
    value = local_attribute(element, name)
    return int(value) if value.isdigit() else 1


def _remarks(file: OdfFile, sheet: Element, name: str) -> list[str]:
    cells = [cell for cell in sheet.iter() if local_attribute(cell, "formula")]
    without = sum(1 for cell in cells if not list(paragraphs(file, cell)) and not local_attribute(cell, "value"))
    if not without:
        return []
    return [
        message(
            "sheet {name}: {count} formulas have no computed value and are shown as formulas", name=name, count=without
        )
    ]


def _hidden_styles(file: OdfFile) -> set[str]:
    return {
        local_attribute(style, "name")
        for style in file.content.iter()
        if local_name(style) == "style"
        for properties in style
        if local_name(properties) == "table-properties" and local_attribute(properties, "display") == "false"
    }
