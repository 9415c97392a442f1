"""A text beside something else that goes on below it in full lines: it is read whole. Pure geometry."""

from collections.abc import Iterator, Sequence

from indexing.readers.pdf.gutters import parted, runs_of
from indexing.readers.pdf.lines import Row
from indexing.readers.pdf.sides import is_prose, pitch

_LINE_STEP = 1.3  # of a side's usual step from line to line


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
