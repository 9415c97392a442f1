"""Rows of cells as text that can be found, read and quoted. Pure; for every reader that meets a table.

A row is one line of the text. A chunk holds a few hundred characters, so the header line comes again before every
stretch of rows: no number stands without its column's name nearby.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from indexing.cleaning.text import clean_text
from storage.records import PageRecord

Row = Sequence[str]

_STRETCH = 600  # characters of rows between two headers
_LONGEST_HEADER = 200  # a longer one stands once on each page
_LONGEST_CELL = 2_000
_PAGE = 4_000  # characters of a long table on one page
NUMBER = re.compile(r"[-+(]?[$€£¥]?\s?\d[\d.,:/\s-]*[%)]?$")


def has_header(rows: Sequence[Row]) -> bool:
    """Whether the first row names the columns: at least two names, none twice, no number but years over figures."""
    if len(rows) < 2:
        return False
    names = [cell for cell in rows[0] if cell]
    numbers = [place for place, cell in enumerate(rows[0]) if NUMBER.match(cell)]
    are_years = all(is_year(rows[0][at]) and at < len(rows[1]) and not is_year(rows[1][at]) for at in numbers)
    return len(names) >= 2 and len(set(names)) == len(names) and are_years


def is_year(cell: str) -> bool:
    """Whether the cell holds a year, as columns of reports are named."""
    return len(cell) == 4 and cell.isdecimal() and cell.startswith(("19", "20"))


def table_text(rows: Sequence[Row], separator: str = " | ") -> str:
    """A table inside a document: one line a row, the header repeated in a long one."""
    lines = [separator.join(one_line(cell) for cell in row) for row in rows if any(cell.strip() for cell in row)]
    if not lines or not has_header([[cell.strip() for cell in row] for row in rows[:2]]):
        return "\n".join(lines)
    return "\n".join(_with_headers(lines[0], lines[1:]))


def named_row(header: Row, row: Row) -> str:
    """ "Item: Apple; Price: 3.20": readable by itself, however wide the table. Empty cells are left out."""
    cells = [*row, *[""] * (len(header) - len(row))]
    names = [*header, *[""] * (len(row) - len(header))]
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=True) if cell)


def one_line(cell: str) -> str:
    """The cell's text without line breaks, cut where it is no cell any more."""
    return " ".join(cell.split())[:_LONGEST_CELL]


def line_pages(
    lines: Iterable[tuple[int, str]],
    *,
    name: str | None,
    header: str | None = None,
    first_number: int = 1,
    remarks: Callable[[Sequence[int]], tuple[str, ...]] | None = None,
) -> list[PageRecord]:
    """Numbered lines of a long table as pages labelled "Sheet Prices, rows 2–90", or by the name alone if it is one.

    `header` is repeated among the lines; None where the lines need none. `remarks` says what a person should know of
    the lines with these numbers.
    """
    pages: list[PageRecord] = []
    stretches = list(_stretches(lines))
    for number, stretch in enumerate(stretches, start=first_number):
        numbers = [each for each, _ in stretch]
        first, last = min(numbers), max(numbers)
        label = f"{name}, rows {first}–{last}" if name else f"rows {first}–{last}"
        body = [text for _, text in stretch]
        text = clean_text("\n".join(_with_headers(header, body) if header else body))
        said = remarks(numbers) if remarks is not None else ()
        pages.append(PageRecord(number, text, label=label if len(stretches) > 1 else name, remarks=said))
    return pages


def _stretches(lines: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    stretch: list[tuple[int, str]] = []
    size = 0
    for number, text in lines:
        if stretch and size + len(text) > _PAGE:
            yield stretch
            stretch, size = [], 0
        stretch.append((number, text))
        size += len(text) + 1
    if stretch:
        yield stretch


def _with_headers(header: str, lines: Sequence[str]) -> Iterator[str]:
    yield header
    size = 0
    for line in lines:
        if size + len(line) > _STRETCH and size and len(header) <= _LONGEST_HEADER:
            yield header
            size = 0
        yield line
        size += len(line) + 1


def reaching_cells(waiting: dict[int, tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The cells of earlier rows that reach into this one; each then reaches one row less."""
    for column, (height, text) in list(waiting.items()):
        yield column, text
        if height > 1:
            waiting[column] = (height - 1, text)
        else:
            del waiting[column]
