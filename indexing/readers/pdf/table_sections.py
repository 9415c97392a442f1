"""Tables without rules that white space or a section's heading parts: figures below belong to the header above. Pure.

What may be one table is told from the places of its columns; the table is then laid out once, as a whole.
"""

import itertools
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexing.readers.pdf.cells import Span, cells_of, is_figure, shared_width, span_of
from indexing.readers.pdf.lines import Row, text_of
from indexing.readers.pdf.table_heads import TALLEST_HEAD, YEAR
from indexing.readers.pdf.tables import Columns, columns_of, table_lines
from indexing.readers.pdf.words import Rule, Word

_MOST_LABELS = 3  # lines of headings between two sections
_LABEL_WIDTH = 0.7  # of the table's
_ROW_STEP = 4.0  # sizes from row to row, a section's white space with it
_REMARK_STEP = 2.2  # sizes from a remark ("in millions") to the names of columns
_ALIGNED = 1.2  # sizes
_MOST_ALIGNED = 0.8  # of the figures
_TALLEST_HEADER = 4  # rows
_INDENT = 3.0  # sizes
_LARGER = 1.15  # times the size of a table's text: the heading of what comes after it
_NO_LABEL = re.compile(
    r"[.;!?]$|(?:follows|following|below|folgt|folgende|suit|suivante?s?|siguientes?)\s?[:：]$|(?:table|figure|tabelle|note)\s*\d|\(?\d{1,2}\)\s",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows one after the other within one stretch of the page: what looks like a table, or other text.

    `lines` are those of a table that has been laid out already.
    """

    stretch: int
    is_table: bool
    rows: list[Row]
    lines: tuple[str, ...] = ()


@dataclass(slots=True)
class _Table:
    """A table that may go on: its parts so far, and the columns of that with the header."""

    parts: list[Part]
    columns: Columns | None = None
    is_looked_at: bool = False

    @property
    def rows(self) -> list[Row]:
        return [row for part in self.parts for row in part.rows]

    def known_columns(self) -> Columns | None:
        """Worked out when they are asked for: most tables are followed by no other."""
        if not self.is_looked_at:
            self.columns, self.is_looked_at = columns_of(self.rows), True
        return self.columns


def with_sections(parts: Sequence[Part], level: Sequence[Rule]) -> list[Part]:
    """The parts, those joined that are one table with headings of sections between."""
    whole: list[Part] = []
    table: _Table | None = None
    between: list[Part] = []
    for part in itertools.chain.from_iterable(map(_with_header_apart, parts)):
        if table is not None and _goes_on(table, [row for one in between for row in one.rows], part):
            table.parts += [*between, part]
            between = []
        elif part.is_table or _is_names(part):
            whole += [*_finished(table, level), *between]
            table, between = _Table([part]), []
        else:
            between.append(part)
    return [*whole, *_finished(table, level), *between]


def _finished(table: _Table | None, level: Sequence[Rule]) -> list[Part]:
    """The table as one part with its lines; its parts where it is none as a whole."""
    if table is None or len(table.parts) == 1:
        return table.parts if table else []
    lines = table_lines(table.rows, level)
    return [Part(table.parts[0].stretch, True, table.rows, tuple(lines))] if lines else table.parts


def _with_header_apart(part: Part) -> Iterator[Part]:
    """A text that ends with names of columns in two parts."""
    first = len(part.rows) - 1
    if part.is_table or first < 1 or not _has_names(part.rows[first]):
        yield part
        return
    left = max(word.x1 for word in cells_of(part.rows[first])[0])
    while first > 0 and len(part.rows) - first < _TALLEST_HEADER and part.rows[first - 1].x0 > left:
        if part.rows[first].base - part.rows[first - 1].base > _REMARK_STEP * part.rows[first].size:
            break
        first -= 1
    if first:
        yield Part(part.stretch, False, part.rows[:first])
    yield Part(part.stretch, False, part.rows[first:])


def _is_names(part: Part) -> bool:
    return len(part.rows) <= _TALLEST_HEADER and _has_names(part.rows[-1])


def _has_names(row: Row) -> bool:
    """Whether a row has names of columns in several cells, or years, and no other figures."""
    return len(cells_of(row)) > 1 and _has_names_alone(row)


def _has_names_alone(row: Row) -> bool:
    return not any(is_figure(text) and not YEAR.match(text) for text in map(text_of, cells_of(row)))


def _goes_on(table: _Table, labels: Sequence[Row], part: Part) -> bool:
    above = table.rows
    is_single_row = len(part.rows) == 1 and len(cells_of(part.rows[0])) > 1
    if not (part.is_table or is_single_row) or part.rows[0].table or not _are_near([above[-1], *labels, part.rows[0]]):
        return False
    if len(table.parts) == 1 and _is_header_of(above, labels, part.rows):
        table.is_looked_at = False
        return True
    return (table.parts[0].is_table or len(table.parts) > 1) and _is_section_of(table, above, labels, part.rows)


def _is_section_of(table: _Table, above: Sequence[Row], labels: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether rows of a table go on below the heading of a section."""
    if len(labels) > _MOST_LABELS or _begins_with_names(below):
        return False
    columns = table.known_columns()
    if columns is None:
        return False
    return _are_labels(above, labels, columns) and _are_same(columns, below)


def _begins_with_names(rows: Sequence[Row]) -> bool:
    """Whether the first row with several cells has no figures but years: it names columns of its own."""
    first = next((row for row in rows if len(cells_of(row)) > 1), None)
    return first is None or _has_names(first)


def _is_header_of(above: Sequence[Row], labels: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether there are names of columns alone, then a few lines ("in millions", "Assets"), then the figures."""
    if len(above) > TALLEST_HEAD or len(labels) > _TALLEST_HEADER or any(len(cells_of(row)) > 1 for row in labels):
        return False
    if not all(map(_has_names_alone, above)) or not _has_names(above[-1]) or _begins_with_names(below):
        return False
    left, right = min(row.x0 for row in below), max(row.x1 for row in below)
    is_within = all(
        not row.table and left - _INDENT * row.size < row.x0 and row.x1 < right + row.size for row in labels
    )
    return is_within and _stand_over(above, below)


def _stand_over(above: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether there is a name over the figures of each column, and none beyond the last."""
    columns = columns_of(below)
    figures = [own for own in columns.own[1:] if own[1]] if columns else []
    names = [span_of(cell) for row in above for cell in cells_of(row)]
    em = above[-1].size
    is_named = (any(shared_width(name, own) > -em for name in names) for own in figures)
    return bool(figures) and all(is_named) and all(name[0] < figures[-1][1] for name in names)


def _are_labels(above: Sequence[Row], labels: Sequence[Row], columns: Columns) -> bool:
    left, right = min(row.x0 for row in above), max(row.x1 for row in above)
    size = statistics.median(row.size for row in above)
    figures = min((own[0] for own in columns.own[1:] if own[1]), default=left)
    return all(
        not row.table
        and len(cells_of(row)) == 1
        and (row.x1 - row.x0 < _LABEL_WIDTH * (right - left) or row.x1 < figures)
        and left - _INDENT * row.size < row.x0
        and (row.x0 < left + _INDENT * row.size or row.x1 < figures or _is_centred(row, (left, right)))
        and row.size < _LARGER * size
        and not _NO_LABEL.search(text_of(row.words))
        for row in labels
    )


def _is_centred(row: Row, within: Span) -> bool:
    return abs(row.x0 + row.x1 - sum(within)) < 2 * row.size


def _are_near(rows: Sequence[Row]) -> bool:
    return all(
        0 < row.base - above.base < _ROW_STEP * max(above.size, row.size) for above, row in itertools.pairwise(rows)
    )


def _are_same(columns: Columns, below: Sequence[Row]) -> bool:
    """Whether most figures below end, or begin, where those of one column above do, no two of a row in one column."""
    good = total = 0
    for row in below:
        cells = cells_of(row)
        figures = [cell for number, cell in enumerate(cells) if number or is_figure(text_of(cell))]
        found = [column for cell in figures if (column := _column_above(columns, cell, row.size))]
        if len(set(found)) < len(found):
            return False
        good, total = good + len(found), total + len(figures)
    return good >= max(2, _MOST_ALIGNED * total)


def _column_above(columns: Columns, cell: Sequence[Word], size: float) -> int:
    """The column whose figures begin or end where the cell does, or within which it stands; 0 where there is none."""
    left, right = span_of(cell)
    within = [number for number, own in enumerate(columns.own) if number and own[0] <= left and right <= own[1]]
    if within:
        return within[0]
    near = [(min(abs(own[1] - right), abs(own[0] - left)), number) for number, own in enumerate(columns.own) if number]
    return next((number for distance, number in sorted(near) if distance < _ALIGNED * size), 0)
