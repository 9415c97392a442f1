"""Tables with merged cells as plain rows: a merged cell's text stands in each of its places. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexing.readers.rows import NUMBER, has_header, is_year

_LONGEST_REPEATED = 200  # characters; a longer text stands once
_MOST_HEADER_ROWS = 4


@dataclass(frozen=True, slots=True)
class Region:
    """A merged cell: the rows `top` to `bottom` and the columns `left` to `right`, both ends included, from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that can be read one by one: titles above, the names of the columns, and the rows that they name.

    `body` are the last rows of the table as it was given, as many as it has.
    """

    titles: list[str]
    header: list[str] | None
    body: list[list[str]]


def plain_table(rows: Sequence[Sequence[str]], merged: Sequence[Region], declared_header: int = 0) -> Table:
    """The table with merged cells filled and headers of several rows joined: "Winter" over "Close" is "Winter Close".

    `declared_header` is the number of header rows that the document itself names, 0 if it names none.
    """
    width = max((len(row) for row in rows), default=0)
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    wide = {region.top for region in merged if width > 1 and region.left == 0 and region.right >= width - 1}
    for region in merged:
        _fill(full, region, is_wide=region.top in wide)
    start = 0
    while start < len(full) - 1 and start in wide:
        start += 1
    titles = list(dict.fromkeys(" ".join(filter(None, row)) for row in full[:start]))
    body = full[start:]
    inside = [
        Region(region.top - start, region.left, region.bottom - start, region.right)
        for region in merged
        if region.top >= start and region.top not in wide
    ]
    depth = declared_header - start if declared_header > start else _header_depth(body, inside)
    if not 0 < depth < len(body):
        depth = 1 if has_header(body[:2]) else 0
    header = _joined_header(body[:depth]) if depth else None
    return Table([title for title in titles if title], header, body[depth:])


def _fill(rows: list[list[str]], region: Region, *, is_wide: bool) -> None:
    if region.top >= len(rows) or region.left >= len(rows[region.top]):
        return
    text = rows[region.top][region.left]
    repeated = "" if is_wide or len(text) > _LONGEST_REPEATED else text
    for row in range(region.top, min(region.bottom + 1, len(rows))):
        for column in range(region.left, min(region.right + 1, len(rows[row]))):
            if (row, column) != (region.top, region.left):
                rows[row][column] = repeated


def _header_depth(rows: Sequence[Sequence[str]], merged: Sequence[Region]) -> int:
    """Rows that name the columns together: the first has names over several columns, the next ones name each."""
    if not any(region.top == 0 and region.right > region.left for region in merged):
        return 0
    depth = max([region.bottom + 1 for region in merged if region.top == 0 and region.bottom > 0], default=2)
    while any(region.top == depth - 1 and region.right > region.left for region in merged):
        depth += 1  # the last row of names over single columns is still to come
    if depth > _MOST_HEADER_ROWS or depth >= len(rows):
        return 0
    spanned = {column for each in merged if each.top == 0 for column in range(each.left, each.right + 1)}
    if any(rows[0][column] and rows[1][column] for column in range(len(rows[0])) if column not in spanned):
        return 0  # two rows of their own
    names = [cell for row in rows[:depth] for cell in row if cell]
    return 0 if any(NUMBER.match(cell) and not is_year(cell) for cell in names) else depth


def _joined_header(rows: Sequence[Sequence[str]]) -> list[str]:
    return [" ".join(_different(column)) for column in zip(*rows, strict=True)]


def _different(names: Sequence[str]) -> Iterator[str]:
    last = ""
    for name in names:
        if name and name != last:
            yield name
            last = name
