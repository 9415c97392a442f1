"""The order in which a page is read: columns of prose, blocks side by side, footnotes. Pure geometry.

Two sides of a gap are columns where an upright rule stands between them, where both are prose, or where the page draws
one side and then the other. A table is drawn row by row, and its figures are no prose. Taking a table for columns parts
labels from their figures; taking columns for a table makes one sentence of two.
"""

import itertools
import re
import statistics
from collections.abc import Iterator, Sequence

from indexing.readers.pdf.cells import Span
from indexing.readers.pdf.gutters import (
    COLUMN_GAP,
    covered_by,
    is_across,
    parted,
    runs_of,
    texts_that_flow,
    with_lines_above,
)
from indexing.readers.pdf.lines import Row
from indexing.readers.pdf.sides import WIDEST_PITCH, are_parties, is_figures, is_prose, pitch
from indexing.readers.pdf.words import Rule, Word

_CROSSING = 0.25  # at most this share of the rows may run across the gap (titles, wide captions)
_COLUMN_ROWS = 4
_BLOCK_ROWS = 2  # of an address beside another
_STEP = 2.0  # points between the places looked at
_SWITCHES = 0.05  # of the rows: how often the drawing may go from one side to the other
_NEW_STRETCH = 1.1  # sizes of white between two stretches of rows
_MUCH_WHITE = 5.0  # sizes: columns on a part of a page end there
_FURTHER = 1.35  # of the usual step from row to row
_FOOTNOTE_SIZE = 0.9  # of the page's
_FOOTNOTE = re.compile(r"(?:\^\d{1,3}|\d{1,3}\b|\^[a-z]\b|[*†‡§¶]|\(\d{1,2}\)|[a-z]\)|①|②|③|注)")
_TOP_ROWS = 7  # of a column: their size is that of its text
_RULE_SLACK = 0.06  # of the width: how much shorter a rule from edge to edge may be
_MOST_ROWS = 400
_DEEPEST = 6


def in_reading_order(
    rows: Sequence[Row],
    level: Sequence[Rule],
    upright: Sequence[Rule],
    depth: int = 0,
    notes: list[list[Row]] | None = None,
) -> Iterator[list[Row]]:
    """Stretches of rows that are read one after the other, each of one column.

    Footnotes of columns go into `notes`, where the caller reads them after its own columns.
    """
    gutter = _page_gutter(rows, level, upright) if depth < _DEEPEST else None
    found = _local_columns(rows, level, upright) if gutter is None and depth < _DEEPEST else None
    for around in texts_that_flow(rows, gutter, found):
        for part in around:
            yield from in_reading_order(part, level, upright, depth + 1, notes)
        return
    if gutter is not None:
        yield from _bands(rows, gutter, level, upright, depth, notes)
        return
    if found is not None:
        first, end, place = found
        if first:
            yield from in_reading_order(rows[:first], level, upright, depth + 1, notes)
        yield from _sides(rows[first:end], place, level, upright, depth, notes)
        if end < len(rows):
            yield from in_reading_order(rows[end:], level, upright, depth + 1, notes)
        return
    for stretch in _stretches(rows):
        inner = _block_gutter(stretch, level, upright) if depth < _DEEPEST else None
        if inner is None:
            yield stretch
        else:
            yield from _sides(stretch, inner, level, upright, depth, notes)


def _bands(
    rows: Sequence[Row],
    gutter: float,
    level: Sequence[Rule],
    upright: Sequence[Rule],
    depth: int,
    notes: list[list[Row]] | None,
) -> Iterator[list[Row]]:
    """Rows across the gutter by themselves, the columns between them side by side."""
    for crosses, run in runs_of(rows, gutter):
        if crosses or not _are_sides(run, gutter, level, upright, is_known=True):
            yield from in_reading_order(run, level, upright, depth + 1, notes) if len(run) < len(rows) else [run]
        else:
            yield from _sides(run, gutter, level, upright, depth, notes)


def _sides(
    rows: Sequence[Row],
    gutter: float,
    level: Sequence[Rule],
    upright: Sequence[Rule],
    depth: int,
    outer_notes: list[list[Row]] | None,
) -> Iterator[list[Row]]:
    """The left side, then the right side, above a rule across both before below it; the footnotes after all columns."""
    notes: list[list[Row]] = [] if outer_notes is None else outer_notes
    usual = statistics.median(word.size for row in rows for word in row.words) if any(r.words for r in rows) else 0.0
    for part in _between_rules(rows, gutter, level):
        for side in parted(part, gutter):
            body = _body_rows(side, usual)
            if body < len(side) and _page_gutter(side, level, upright) is not None:
                body = len(side)  # each of its columns has notes of its own
            if body < len(side):
                notes.append(side[body:])
            if body:
                yield from in_reading_order(side[:body], level, upright, depth + 1, notes)
    if outer_notes is None:
        yield from notes


def _between_rules(rows: Sequence[Row], gutter: float, level: Sequence[Rule]) -> Iterator[list[Row]]:
    """The rows parted where a rule goes from edge to edge: no column goes on below it."""
    left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
    slack = _RULE_SLACK * (right - left)
    places = sorted(
        rule[1] for rule in level if rule[0] < left + slack and rule[2] > right - slack and rule[0] < gutter < rule[2]
    )
    part: list[Row] = []
    for row in rows:
        if part and any(part[-1].base <= place <= row.base for place in places):
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def _body_rows(side: Sequence[Row], usual: float) -> int:
    """How many rows come before the footnotes at the end of a column, which may be most of it."""
    top = [row.size for row in side[:_TOP_ROWS] if row.words]
    small = _FOOTNOTE_SIZE * max(usual, statistics.median(top) if top else 0.0)
    first, has_mark = len(side), False
    for index in range(len(side) - 1, 0, -1):
        row = side[index]
        if not row.words or row.size > small:
            break
        first = index
        has_mark = has_mark or _FOOTNOTE.match(row.words[0].text) is not None
    return first if has_mark else len(side)


def _stretches(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows with white space above and below."""
    stretch: list[Row] = []
    steps = [other.base - one.base for one, other in itertools.pairwise(rows)]
    usual = statistics.median_low(steps) if steps else 0.0  # wide where lines are double-spaced
    for row in rows:
        white = row.top - max((one.bottom for one in stretch[-3:]), default=row.top)
        if stretch and white > _NEW_STRETCH * max(row.size, 6.0) and row.base - stretch[-1].base > _FURTHER * usual:
            yield stretch
            stretch = []
        stretch.append(row)
    if stretch:
        yield stretch


def _page_gutter(rows: Sequence[Row], level: Sequence[Rule], upright: Sequence[Rule]) -> float | None:
    if len(rows) < _COLUMN_ROWS:
        return None
    most = max(1, int(len(rows) * _CROSSING))
    for gutter in _gaps(rows, most):
        beside = [row for row in rows if not is_across(row, gutter)]
        if _are_sides(beside, gutter, level, upright, least=_COLUMN_ROWS):
            return gutter
    return None


def _block_gutter(rows: Sequence[Row], level: Sequence[Rule], upright: Sequence[Rule]) -> float | None:
    if len(rows) < _BLOCK_ROWS or any(row.table for row in rows):
        return None
    gaps = (gap for gap in _gaps(rows, 0) if _are_sides(rows, gap, level, upright, least=_BLOCK_ROWS))
    return next(gaps, None)


def _local_columns(
    rows: Sequence[Row], level: Sequence[Rule], upright: Sequence[Rule]
) -> tuple[int, int, float] | None:
    """(first row, end, place of the gap) of columns on a part of the page: text beside a figure and its caption."""
    if not 2 * _COLUMN_ROWS <= len(rows) <= _MOST_ROWS:
        return None
    edges = min(row.x0 for row in rows), max(row.x1 for row in rows)
    free = [_free(row, *edges) for row in rows]
    first = 0
    while first < len(rows):
        if not any(_is_gutter(gap, rows[first], edges) for gap in free[first]):
            first += 1  # text across, or on the left side alone
            continue
        end, common = first, [edges]
        while end < len(rows) and (narrower := _common(common, free[end], rows[end].size)):
            end, common = end + 1, narrower
        places = [(left + right) / 2 for left, right in common if edges[0] < left and right < edges[1]]
        for stop in sorted({end, _end_before_white(rows, first, end)}, reverse=True):
            for place in places if stop - first >= _COLUMN_ROWS else []:
                if _are_sides(rows[first:stop], place, level, upright, least=_COLUMN_ROWS):
                    return with_lines_above(rows, first, place), stop, place
        first = _next_block(rows, first, end)
    return None


def _next_block(rows: Sequence[Row], first: int, end: int) -> int:
    """Where to look next: after the next white space within the run, else after it."""
    for index in range(first + 1, end):
        if rows[index].top - rows[index - 1].bottom > _NEW_STRETCH * max(rows[index].size, 6.0):
            return index
    return max(first + 1, end)


def _end_before_white(rows: Sequence[Row], first: int, end: int) -> int:
    """Where the run of rows from the first one ends at the latest: before much white."""
    bottom = rows[first].bottom
    for index in range(first + 1, end):
        if rows[index].top - bottom > _MUCH_WHITE * max(rows[index].size, 6.0):
            return index
        bottom = max(bottom, rows[index].bottom)
    return end


def _is_gutter(gap: Span, row: Row, edges: Span) -> bool:
    """Whether there is text on the right of it, and text or much room on its left."""
    is_wide = gap[1] - gap[0] >= COLUMN_GAP * max(row.size, 4.0)
    return is_wide and gap[1] < edges[1] and (gap[0] > edges[0] or gap[1] - edges[0] > 0.3 * (edges[1] - edges[0]))


def _free(row: Row, left: float, right: float) -> list[Span]:
    """The stretches between the page's edges where the row has nothing."""
    free, last = [], left
    for start, end in sorted(covered_by(row)):
        if start > last:
            free.append((last, start))
        last = max(last, end)
    return [*free, (last, right)] if last < right else free


def _common(one: Sequence[Span], other: Sequence[Span], size: float) -> list[Span]:
    """What is free in both and wide enough."""
    shared = [(max(a, c), min(b, d)) for a, b in one for c, d in other]
    return [(left, right) for left, right in shared if right - left >= COLUMN_GAP * max(size, 4.0)]


def _gaps(rows: Sequence[Row], most_crossing: int) -> list[float]:
    """Places that few rows run across, the best first: fewest rows, then near the middle."""
    left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
    count = int((right - left) / _STEP) + 1
    if count < 10 or count > 5_000:
        return []
    changes = [0] * (count + 1)
    covered = [list(covered_by(row)) for row in rows]
    for own in covered:
        for start, end in own:
            changes[max(0, int((start - left) / _STEP))] += 1
            changes[min(count, int((end - left) / _STEP) + 1)] -= 1
    covering = list(itertools.accumulate(changes[:count]))
    found: list[tuple[int, float, float]] = []
    for is_free, run in itertools.groupby(range(count), lambda index: covering[index] <= most_crossing):
        if is_free:
            middle = left + (_clearest(list(run), covering) + 0.5) * _STEP
            if 0.1 < (middle - left) / (right - left) < 0.9:
                crossing = sum(any(start < middle < end for start, end in own) for own in covered)
                found.append((crossing, abs(middle - (left + right) / 2), middle))
    return [place for _, _, place in sorted(found)[:6]]


def _clearest(run: Sequence[int], covering: Sequence[int]) -> float:
    """The middle of the widest part of a gap that the fewest rows run into."""
    fewest = min(covering[index] for index in run)
    parts = [list(part) for best, part in itertools.groupby(run, lambda index: covering[index] == fewest) if best]
    widest = max(parts, key=len)
    return (widest[0] + widest[-1]) / 2


def _are_sides(
    rows: Sequence[Row],
    gutter: float,
    level: Sequence[Rule],
    upright: Sequence[Rule],
    *,
    least: int = 1,
    is_known: bool = False,
) -> bool:
    """Whether what stands left and right of the gutter is read one after the other."""
    left, right = parted(rows, gutter)
    if min(len(left), len(right)) < least or not left or not right:
        return is_known
    if min(len(left), len(right)) < 2:
        return is_known and not _is_row_of_table(left, right)
    top, bottom = min(row.top for row in rows), max(row.bottom for row in rows)
    inside = [
        rule for rule in level if rule[0] < gutter - 2 and rule[2] > gutter + 2 and top + 2 < rule[1] < bottom - 2
    ]
    if len(inside) >= 2:
        return False
    words = sorted((word for row in rows for word in row.words), key=lambda word: word.order)
    switches = _switches(words, gutter)
    if not inside and switches < 0.5 * len(left) and _has_upright_rule(upright, gutter, (top, bottom), left, right):
        return True
    if least == _BLOCK_ROWS and are_parties(left, right):
        return True
    if all(is_prose(side) or _has_prose_columns(side) for side in (left, right)):
        return True
    if not _is_drawn_aside(switches, left, right):
        return False
    if any(map(is_prose, (left, right))) and not _do_lines_meet(left, right):
        return True  # text beside a chart, whose labels stand where they like
    return not any(map(is_figures, (left, right)))


def _is_row_of_table(left: Sequence[Row], right: Sequence[Row]) -> bool:
    return is_figures(right) or is_figures(left)


def _has_upright_rule(
    upright: Sequence[Rule], gutter: float, span: Span, left: Sequence[Row], right: Sequence[Row]
) -> bool:
    inner = max(row.x1 for row in left), min(row.x0 for row in right)
    length = sum(
        min(rule[3], span[1]) - max(rule[1], span[0])
        for rule in upright
        if inner[0] - 2 <= rule[0] <= inner[1] + 2 and rule[1] < span[1] and rule[3] > span[0]
    )
    return length > 0.6 * (span[1] - span[0]) and not any(map(is_figures, (left, right)))


def _switches(words: Sequence[Word], gutter: float) -> int:
    sides = [(word.x0 + word.x1) / 2 < gutter for word in words]
    return sum(one != other for one, other in itertools.pairwise(sides))


def _is_drawn_aside(switches: int, left: Sequence[Row], right: Sequence[Row]) -> bool:
    """One side drawn after the other, in lines as near as those of prose are."""
    if switches > max(2, _SWITCHES * min(len(left), len(right)) * 2):
        return False
    return min(pitch(left), pitch(right)) < WIDEST_PITCH


def _do_lines_meet(left: Sequence[Row], right: Sequence[Row]) -> bool:
    """Whether most lines of the side with fewer ones have a neighbour on the same baseline."""
    fewer, more = sorted((left, right), key=len)
    bases = [row.base for row in more]
    meeting = sum(min(abs(row.base - base) for base in bases) < 0.15 * max(row.size, 1.0) for row in fewer)
    return meeting * 2 > len(fewer)


def _has_prose_columns(rows: Sequence[Row]) -> bool:
    """Whether a side has columns of its own: newspapers have three and more."""
    gaps = _gaps(rows, int(len(rows) * _CROSSING))[:2] if len(rows) >= _COLUMN_ROWS else []
    return any(all(is_prose(side) for side in parted(rows, gap)) for gap in gaps)
