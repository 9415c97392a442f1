"""Rows on both sides of a place between columns: what crosses it, and what stands left and right. Pure geometry."""

from collections.abc import Iterator, Sequence

from indexing.readers.pdf.cells import Span, span_of
from indexing.readers.pdf.lines import Row, rows_of

COLUMN_GAP = 0.75  # of the size: the least width of a gap between columns
_TITLE_WHITE = 0.4  # sizes of white above it


def parted(rows: Sequence[Row], gutter: float) -> tuple[list[Row], list[Row]]:
    """What stands left and right of the gutter, each side as rows of its own."""
    words = [word for row in rows for word in row.words]
    tables = [row for row in rows if row.table]
    sides = []
    for is_left in (True, False):
        own = rows_of([word for word in words if ((word.x0 + word.x1) / 2 < gutter) == is_left])
        own += [table for table in tables if ((table.x0 + table.x1) / 2 < gutter) == is_left]
        sides.append(sorted(own, key=lambda row: row.base if row.words else row.top))
    return sides[0], sides[1]


def covered_by(row: Row) -> Iterator[Span]:
    """The stretches where the row has something, gaps too small for columns closed."""
    if not row.words:
        yield row.x0, row.x1
        return
    for words in row.segments(COLUMN_GAP):
        yield span_of(words)


def is_across(row: Row, place: float) -> bool:
    """Whether the row has something at this place."""
    return any(start < place < end for start, end in covered_by(row))


def runs_of(rows: Sequence[Row], gutter: float) -> Iterator[tuple[bool, list[Row]]]:
    """(runs across the gutter, rows) for rows one after the other that do, or do not."""
    run: list[Row] = []
    last = False
    for index, row in enumerate(rows):
        crosses = is_across(row, gutter) or _is_title(rows, index, gutter)
        if run and crosses != last:
            yield last, run
            run = []
        run.append(row)
        last = crosses
    if run:
        yield last, run


def _is_title(rows: Sequence[Row], index: int, gutter: float) -> bool:
    """Whether a row stands in the middle above what runs across, with white space above: it belongs to that."""
    if not 0 < index < len(rows) - 1 or not is_across(rows[index + 1], gutter) or not rows[index].words:
        return False
    above, row, below = rows[index - 1 : index + 2]
    is_centred = abs(row.x0 + row.x1 - below.x0 - below.x1) < 2 * row.size
    return is_centred and len(row.segments(COLUMN_GAP)) == 1 and row.top - above.bottom > _TITLE_WHITE * row.size
