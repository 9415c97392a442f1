"""Tables of Word documents: rows of cells with their merging, as blocks of lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from indexing.readers.office.grids import Region, plain_table
from indexing.readers.office.package import is_on, qn
from indexing.readers.office.pieces import DRAWN_BREAK, HARD_BREAK, Kind
from indexing.readers.rows import table_text
from indexing.readers.word.paragraphs import write_check_box

_MOST_COLUMNS = 1_000  # what a cell's span may claim


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    column: int
    span: int
    continues_above: bool


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as it is shown; `inner` are the tables inside its cells."""

    cells: list[_Cell]
    inner: list[Element]
    is_header: bool
    breaks: str


def read_rows(
    table: Element, cell_text: Callable[[Element], str], left_out: Callable[[Kind, str], str]
) -> list[TableRow]:
    """The rows that are neither deleted nor hidden; `left_out` is told of the others."""
    rows = []
    for row in _inside(table, qn("w:tr")):
        properties = row.find(qn("w:trPr"))
        kind: Kind | None = None
        if properties is not None:
            kind = "deleted" if properties.find(qn("w:del")) is not None else None
            kind = "hidden" if is_on(properties.find(qn("w:hidden"))) else kind
        if kind is not None:
            left_out(kind, " | ".join(cell_text(cell) for cell in _inside(row, qn("w:tc"))))
            continue
        rows.append(_row(row, properties, cell_text))
    return rows


def table_blocks(rows: list[TableRow]) -> Iterator[str | list[Element]]:
    """Stretches of lines, and tables that stand inside a cell, after the row that holds them.

    A page that begins within the table begins before the row; the names of the columns are repeated there.
    """
    headers = 0
    while headers < len(rows) and rows[headers].is_header:
        headers += 1
    texts, regions = _grid(rows)
    table = plain_table(texts, regions, headers)
    above = len(rows) - len(table.body)  # rows of titles and names
    start = 0
    for end, row in enumerate(rows, start=1):
        is_cut = above < end < len(rows) and rows[end].breaks
        if row.inner or is_cut or end == len(rows):
            body = table.body[max(start - above, 0) : max(end - above, 0)]
            named = table.header if table.header and (start == 0 or rows[start].breaks) else None
            lines = [*(table.titles if start == 0 else ()), table_text([named, *body] if named else body)]
            yield rows[start].breaks + "\n".join(filter(None, lines))
            start = end
        if row.inner:
            yield row.inner


def _grid(rows: list[TableRow]) -> tuple[list[list[str]], list[Region]]:
    texts: list[list[str]] = []
    regions: list[Region] = []
    open_above: dict[int, Region] = {}  # first column -> the merged cell that may go on downwards
    for number, row in enumerate(rows):
        line = [""] * max((cell.column + cell.span for cell in row.cells), default=0)
        here: dict[int, Region] = {}
        for cell in row.cells:
            above = open_above.get(cell.column) if cell.continues_above else None
            region = Region(above.top if above else number, cell.column, number, cell.column + cell.span - 1)
            line[cell.column] = "" if above else cell.text
            here[cell.column] = region
            if above in regions:
                regions.remove(above)
            if (region.top, region.left) != (region.bottom, region.right):
                regions.append(region)
        open_above = here
        texts.append(line)
    return texts, regions


def _row(row: Element, properties: Element | None, cell_text: Callable[[Element], str]) -> TableRow:
    before = properties.find(qn("w:gridBefore")) if properties is not None else None
    column = _number(before)
    cells: list[_Cell] = []
    inner: list[Element] = []
    breaks = ""
    for cell in _inside(row, qn("w:tc")):
        own = cell.find(qn("w:tcPr"))
        span = _number(own.find(qn("w:gridSpan"))) if own is not None else 0
        across = own.find(qn("w:hMerge")) if own is not None else None
        down = own.find(qn("w:vMerge")) if own is not None else None
        text = cell_text(cell)
        breaks = breaks or "".join(mark for mark in text if mark in (DRAWN_BREAK, HARD_BREAK))[:1]
        text = text.replace(DRAWN_BREAK, " ").replace(HARD_BREAK, " ")
        if across is not None and across.get(qn("w:val")) != "restart" and cells:
            last = cells[-1]
            cells[-1] = _Cell(last.text, last.column, last.span + 1, last.continues_above)
        else:
            goes_on = down is not None and down.get(qn("w:val")) != "restart"
            cells.append(_Cell(text, column, max(1, span), goes_on))
        column += max(1, span)
        inner.extend(_inside(cell, qn("w:tbl")))
    is_header = properties is not None and is_on(properties.find(qn("w:tblHeader")))
    return TableRow(cells, inner, is_header, breaks)


def _number(element: Element | None) -> int:
    value = element.get(qn("w:val"), "") if element is not None else ""
    return min(int(value), _MOST_COLUMNS) if value.isdecimal() else 0


def _inside(element: Element, tag: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, also inside content controls and tracked insertions."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag == qn("w:sdt"):
            write_check_box(child)
            yield from _inside(child, tag)
        elif child.tag in (qn("w:sdtContent"), qn("w:customXml"), qn("w:ins"), qn("w:moveTo"), qn("w:smartTag")):
            yield from _inside(child, tag)
