"""Rows on both sides of a place between columns: what crosses it, and what stands left and right. Pure geometry.

A text beside something else may go on below it in full lines: it is read whole, apart from that.
"""

from collections.abc import Iterator, Sequence

from indexing.readers.pdf.cells import Span, span_of
from indexing.readers.pdf.lines import Row, rows_of
from indexing.readers.pdf.sides import is_prose, pitch

COLUMN_GAP = 0.75  # of the size: the least width of a gap between columns
_TITLE_WHITE = 0.4  # sizes of white above it
_LINE_STEP = 1.3  # of a side's usual step from line to line


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


def texts_that_flow(
    rows: Sequence[Row], gutter: float | None, found: tuple[int, int, float] | None
) -> Iterator[list[list[Row]]]:
    """Where a text goes on below what stands beside it, on either side of a page's gutter or of a part's."""
    if found is not None and (parts := _flowing(rows, *found)):
        yield parts
    end = 0
    for crosses, run in runs_of(rows, gutter) if gutter is not None else ():
        first, end = end, end + len(run)
        if not crosses and gutter is not None and (parts := _flowing(rows, first, end, gutter)):
            yield parts


def _flowing(rows: Sequence[Row], first: int, end: int, place: float) -> list[list[Row]]:
    """What stands beside a text apart from that text, whole, where it goes on below in full lines; else nothing."""
    left, right = parted(rows[first:end], place)
    if end == len(rows) or not is_prose(left) or not right or not (left[-1].words and rows[end].words):
        return []
    if rows[end].base - left[-1].base > _LINE_STEP * pitch(left) * left[-1].size or not _goes_on(left[-1], rows[end]):
        return []
    if is_prose(right) and right[-1].words and _goes_on(right[-1], rows[end]):
        return []  # columns that are read one after the other, then what stands below
    if first and rows[first - 1].words and left[0].words and _goes_on(rows[first - 1], left[0]):
        return [right, [*rows[:first], *left, *rows[end:]]]
    return [part for part in (list(rows[:first]), right, [*left, *rows[end:]]) if part]


def _goes_on(above: Row, below: Row) -> bool:
    """Whether a sentence goes on from the end of one line in the other."""
    end, begin = above.words[-1].text, below.words[0].text
    return begin[0].islower() and (end[-1].isalnum() or end[-1] in "-‐,;")


def with_lines_above(rows: Sequence[Row], first: int, place: float) -> int:
    """Where columns begin, with the lines of the left one that stand higher than the right one."""
    left, _ = parted(rows[first:], place)
    step = _LINE_STEP * pitch(left)
    while first > 0 and rows[first - 1].words and rows[first - 1].x1 < place:
        below = next((row for row in left if row.words), rows[first])
        if abs(rows[first - 1].size - below.size) > 0.1 * below.size:
            break
        if below.base - rows[first - 1].base > step * below.size:
            break
        first -= 1
        left.insert(0, rows[first])
    return first
