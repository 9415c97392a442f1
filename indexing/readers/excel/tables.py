"""The tables on a sheet as lines that can be read by themselves: each cell with the name of its column. Pure.

Blank rows and columns part tables; a title may stand above, and a header may have several rows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexing.readers.excel.sheets import Cells, SheetRow
from indexing.readers.office.grids import Region, plain_table
from indexing.readers.rows import NUMBER, has_header, named_row

_HEADER_WITHIN = 5  # titles may stand above the header
_HEADER_ROWS = 8  # looked at to find it
_LARGEST_MERGED = 100_000  # cells; a larger one is decoration
_LONGEST_REPEATED = 200  # characters; a longer text stands once
_DAY = re.compile(r"\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}[-/.](?:\d{1,2}[-/.])?(?:\d{4}|\d{2})")
_NAMED_SHARE = 0.6  # of the columns below that a header names

Line = tuple[int, str]
"""The number of a row, from 1, and its text."""


@dataclass(frozen=True, slots=True)
class _Header:
    names: dict[int, str]
    columns: frozenset[int]


def sheet_lines(rows: Sequence[SheetRow], merged: Sequence[Region]) -> Iterator[Line]:
    """The lines of all tables, in their order; tables side by side one after another."""
    filled = _filled(rows, merged)
    headers: list[_Header] = []
    for band in _bands(filled):
        for table in _side_by_side(band):
            yield from _table_lines(table, merged, headers)


def _filled(rows: Sequence[SheetRow], merged: Sequence[Region]) -> list[SheetRow]:
    """Merged cells' texts in each of their places; a title over the whole width stays where it is."""
    by_number = {row.number: row for row in rows}
    for region in merged:
        source = by_number.get(region.top + 1)
        text = source.cells.get(region.left, "") if source else ""
        size = (region.bottom - region.top + 1) * (region.right - region.left + 1)
        if source is None or not text or size > _LARGEST_MERGED or len(text) > _LONGEST_REPEATED:
            continue
        is_alone = len(source.cells) == 1
        columns = range(region.left, region.left + 1 if is_alone else region.right + 1)
        for number in range(region.top + 1, region.bottom + 2):
            if (row := by_number.get(number)) is not None:
                row.cells |= {column: text for column in columns if column not in row.cells}
    return [row for row in rows if row.cells]


def _bands(rows: Sequence[SheetRow]) -> Iterator[list[SheetRow]]:
    """Rows without a blank row between them."""
    band: list[SheetRow] = []
    for row in rows:
        if band and row.number > band[-1].number + 1:
            yield band
            band = []
        band.append(row)
    if band:
        yield band


def _side_by_side(band: list[SheetRow]) -> list[list[SheetRow]]:
    """The tables beside one another: apart by a blank column, each with a header and names in its first column."""
    columns = sorted({column for row in band for column in row.cells})
    groups: list[list[int]] = []
    for column in columns:
        if groups and column == groups[-1][-1] + 1:
            groups[-1].append(column)
        else:
            groups.append([column])
    if len(groups) < 2 or not all(_stands_alone(band, group) for group in groups):
        return [band]
    return [[part for row in band if (part := _part(row, group)).cells] for group in groups]


def _part(row: SheetRow, columns: list[int]) -> SheetRow:
    return SheetRow(row.number, {column: row.cells[column] for column in columns if column in row.cells}, row.is_bold)


def _stands_alone(band: list[SheetRow], columns: list[int]) -> bool:
    rows = [[row.cells.get(column, "") for column in columns] for row in band]
    rows = [row for row in rows if any(row)]
    while len(rows) > 2 and sum(map(bool, rows[0])) == 1:
        rows = rows[1:]  # a title
    if len(columns) < 2 or len(rows) < 2 or not has_header(rows):
        return False
    first = [row[0] for row in rows[1:] if row[0]]
    return bool(first) and sum(not NUMBER.match(cell) for cell in first) * 2 > len(first)


def _table_lines(table: list[SheetRow], merged: Sequence[Region], headers: list[_Header]) -> list[Line]:
    """The lines of a table; its header is added to the known ones. Without one of its own it goes on with one above."""
    columns = sorted({column for row in table for column in row.cells})
    above = next((header for header in reversed(headers) if set(columns) <= header.columns), None)
    found = _find_header(table, columns, merged, above)
    if found is None:
        if above is not None and len(columns) > 1:
            return [(row.number, _named(above, row.cells)) for row in table]
        return [(row.number, " | ".join(_dense(row.cells, columns))) for row in table]
    start, depth, header = found
    headers.append(header)
    titles = [(row.number, " | ".join(dict.fromkeys(row.cells.values()))) for row in table[:start]]
    return [*titles, *((row.number, _named(header, row.cells)) for row in table[start + depth :])]


def _find_header(
    table: list[SheetRow], columns: list[int], merged: Sequence[Region], above: _Header | None
) -> tuple[int, int, _Header] | None:
    """Which of the first rows name the columns, and how many they are."""
    if _is_form(table, columns):
        return None
    for start in range(min(_HEADER_WITHIN, len(table) - 1)):
        rows = [_dense(row.cells, columns) for row in table[start : start + _HEADER_ROWS]]
        if len(set(filter(None, rows[0]))) < 2:
            continue
        names, depth = _names(rows, _regions(merged, table, start, columns))
        if not names or not _names_most(names, rows[depth:]):
            if _names_most(rows[0], rows[1:]):
                return None  # a row like those below: nothing names them
            continue
        if above is not None and not _is_new_header(table, start):
            return None
        header = _Header(dict(zip(columns, names, strict=True)), frozenset(columns))
        return start, depth, header
    return None


def _is_form(table: list[SheetRow], columns: list[int]) -> bool:
    """Two columns, of which the left one names what stands at its right: figures and texts by turns, or with colons."""
    if len(columns) != 2 or (table[0].is_bold and not table[-1].is_bold):
        return False
    left, right = ([row.cells[column] for row in table if column in row.cells] for column in columns)
    has_colons = sum(cell.endswith((":", "：")) for cell in left) * 2 > len(left)
    figures = sum(bool(NUMBER.match(cell)) for cell in right[1:])
    return has_colons or 0 < figures < len(right) - 1


def _names(rows: list[list[str]], regions: list[Region]) -> tuple[list[str], int]:
    """The names of the columns and the number of rows that they take; none if the first rows name nothing."""
    over, below = rows[0], rows[1] if len(rows) > 2 else []
    is_group = below and sum(map(bool, over)) < sum(map(bool, below)) and len(set(below)) < len(below)
    if is_group and not regions and not any(NUMBER.match(cell) for cell in (*over, *below) if cell):
        return [" ".join(filter(None, pair)) for pair in zip(_carried(over), below, strict=True)], 2
    table = plain_table(rows, regions)
    if table.header is not None and not table.titles:
        return table.header, len(rows) - len(table.body)
    return (rows[0], 1) if _are_days(rows) else ([], 0)


def _are_days(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns by days or months, and what stands below are none."""
    if len(rows) < 2 or any(_DAY.fullmatch(cell) for cell in rows[1]):
        return False
    return has_header([[f"on {cell}" if _DAY.fullmatch(cell) else cell for cell in rows[0]], rows[1]])


def _carried(names: Sequence[str]) -> list[str]:
    """A name over several columns holds until the next one."""
    carried: list[str] = []
    for name in names:
        carried.append(name or (carried[-1] if carried else ""))
    return carried


def _names_most(names: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    widest = max((sum(map(bool, row)) for row in below), default=0)
    return widest > 0 and sum(map(bool, names)) >= _NAMED_SHARE * widest


def _is_new_header(table: list[SheetRow], start: int) -> bool:
    """Whether a row of texts below a blank row names columns: it is set in bold, or numbers stand below its texts."""
    first, second = table[start], table[start + 1]
    if first.is_bold and not second.is_bold:
        return True
    return any(NUMBER.match(second.cells[column]) for column in first.cells if column in second.cells)


def _regions(merged: Sequence[Region], table: list[SheetRow], start: int, columns: list[int]) -> list[Region]:
    """The merged cells among the first rows, in places of the rows and columns that are looked at."""
    places = {column: place for place, column in enumerate(columns)}
    numbers = {row.number: place for place, row in enumerate(table[start : start + _HEADER_ROWS])}
    found = []
    for region in merged:
        top, left = numbers.get(region.top + 1), places.get(region.left)
        if top is None or left is None:
            continue
        right = max(place for column, place in places.items() if region.left <= column <= region.right)
        bottom = max(place for number, place in numbers.items() if region.top < number <= region.bottom + 1)
        found.append(Region(top, left, bottom, right))
    return found


def _dense(cells: Cells, columns: Sequence[int]) -> list[str]:
    return [cells.get(column, "") for column in columns]


def _named(header: _Header, cells: Cells) -> str:
    columns = sorted(cells)
    return named_row([header.names.get(column, "") for column in columns], [cells[column] for column in columns])
