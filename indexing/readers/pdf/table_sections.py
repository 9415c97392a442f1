"""Tables without rules that a section's heading parts: figures below it belong to the header above. Pure geometry."""

import itertools
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from indexing.readers.pdf.cells import cells_of, is_figure
from indexing.readers.pdf.lines import Row, text_of
from indexing.readers.pdf.table_heads import YEAR, Rule
from indexing.readers.pdf.tables import Columns, columns_of, table_lines
from indexing.readers.pdf.words import Word

_MOST_LABELS = 2  # lines of a section's heading
_LABEL_WIDTH = 0.7  # of the table's
_ROW_STEP = 3.2  # sizes from row to row, a section's white space with it
_ALIGNED = 1.2  # sizes
_MOST_ALIGNED = 0.8  # of the figures
_TALLEST_HEADER = 4  # rows
_INDENT = 3.0  # sizes
_NO_LABEL = re.compile(r"[.;!?]$|(?:table|figure|tabelle|note)\s*\d|\(?\d{1,2}\)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows one after the other within one stretch of the page: what looks like a table, or other text."""

    stretch: int
    is_table: bool
    rows: list[Row]


def with_sections(parts: Sequence[Part], level: Sequence[Rule]) -> list[Part]:
    """The parts, those joined that are one table with headings of sections between."""
    whole: list[Part] = []
    for part in parts:
        between = 1 if len(whole) > 1 and not whole[-1].is_table else 0
        above = whole[-1 - between] if len(whole) > between else None
        labels = whole[-1].rows if between else []
        is_last_row = len(part.rows) == 1 and not between and len(cells_of(part.rows[0])) > 1
        if (
            above is not None
            and above.is_table
            and (part.is_table or is_last_row)
            and _is_one(above.rows, labels, part.rows, level)
        ):
            del whole[len(whole) - 1 - between :]
            whole.append(Part(above.stretch, True, [*above.rows, *labels, *part.rows]))
        else:
            whole.append(part)
    return whole


def _is_one(above: Sequence[Row], labels: Sequence[Row], below: Sequence[Row], level: Sequence[Rule]) -> bool:
    if not _are_near([above[-1], *labels, below[0]]):
        return False
    if not _is_header_of(above, labels, below) and not _is_section_of(above, labels, below):
        return False
    return bool(table_lines([*above, *labels, *below], level))


def _is_section_of(above: Sequence[Row], labels: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether rows of a table go on below the heading of a section."""
    if len(labels) > _MOST_LABELS or not _are_labels(above, labels):
        return False
    columns, others = columns_of(above), columns_of(below)
    is_headless = others is None or not others.head
    return columns is not None and columns.head > 0 and is_headless and _are_same(columns, below)


def _is_header_of(above: Sequence[Row], labels: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether there are names of columns alone, then a few lines ("in millions"), then as many columns of figures."""
    if len(above) > _TALLEST_HEADER or len(labels) > _TALLEST_HEADER or any(len(cells_of(row)) > 1 for row in labels):
        return False
    cells = [[text_of(cell) for cell in cells_of(row)] for row in above]
    figures = [len([cell for cell in cells_of(row)[1:] if is_figure(text_of(cell))]) for row in below]
    left, right = min(row.x0 for row in below), max(row.x1 for row in below)
    is_within = all(not row.table and left - row.size < row.x0 and row.x1 < right + row.size for row in labels)
    has_names = not any(is_figure(cell) and not YEAR.match(cell) for row in cells for cell in row)
    return is_within and has_names and len(cells[-1]) > 1 and statistics.mode(figures) == len(cells[-1])


def _are_labels(above: Sequence[Row], labels: Sequence[Row]) -> bool:
    left, right = min(row.x0 for row in above), max(row.x1 for row in above)
    return all(
        not row.table
        and len(cells_of(row)) == 1
        and row.x1 - row.x0 < _LABEL_WIDTH * (right - left)
        and abs(row.x0 - left) < _INDENT * row.size
        and not _NO_LABEL.search(text_of(row.words))
        for row in labels
    )


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
    """The column whose figures begin or end where the cell does; 0 where there is none."""
    left, right = min(word.x0 for word in cell), max(word.x1 for word in cell)
    near = [(min(abs(own[1] - right), abs(own[0] - left)), number) for number, own in enumerate(columns.own) if number]
    return next((number for distance, number in sorted(near) if distance < _ALIGNED * size), 0)
