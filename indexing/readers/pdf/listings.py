"""Lists in columns whose entries have several lines, without rules: exhibits, officers, schedules. Pure geometry.

An entry begins where there is something in the first column. What stands below in other columns, until the next entry
begins, goes on with the cells above it. Prose in columns is no list: its lines begin at the left in every row. Nor are
labels of several lines: they go on in the first column.
"""

import itertools
import statistics
from collections.abc import Iterator, Sequence

from indexing.readers.pdf.cells import Span, column_of, is_figure, markdown_row, span_of
from indexing.readers.pdf.grids import cell_text
from indexing.readers.pdf.lines import Inset, Row
from indexing.readers.pdf.table_heads import column_names, named_rows
from indexing.readers.pdf.words import Rule, Word

_GAP = 0.7  # sizes between two columns
_LEAST_COLUMNS = 3
_LEAST_ENTRIES = 3
_LONG_ENTRIES = 0.3  # of the entries have several lines
_LINE_STEP = 1.45  # sizes from line to line of an entry
_NEXT_STEP = 2.8  # sizes to the first line of an entry whose number stands further down
_MOST_LINES_ABOVE = 4  # lines of an entry above its number
_ENTRY_STEP = 5.0  # sizes from the last line of an entry to the next one
_WIDER_STEP = 1.15  # times the narrowest: a step between two entries
_HEAD_STEP = 2.0  # sizes between two lines of the names of columns
_MOST_HEAD_ROWS = 4
_WIDE = 0.6  # of the list's width: a line so wide above it is no name
_SAME_EDGE = 0.8  # sizes: texts that begin, or end, so near are in one column
_CROSSING = 0.1  # of the entries may run across a gap
_LONGEST_FIRST = 30  # characters of the first column, usually: lines of prose are longer
_MOST_SMALL = 0.2  # of the entries begin with a small letter
_LEAST_TEXT = 20  # characters of an entry's longest cell, usually
_ALIGNED = 0.8  # of the entries begin, or end, in one place


def find_listings(rows: Sequence[Row], level: Sequence[Rule]) -> list[Inset]:
    """The lists among a page's rows, which no longer belong to its running text."""
    found: list[Inset] = []
    for run in _runs(rows):
        found.extend(_listing(run, rows, level))
    return found


def _runs(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows with several cells, with the rows between them that go on below some of their columns."""
    run: list[Row] = []
    for row in rows:
        is_entry = len(row.segments(_GAP)) >= _LEAST_COLUMNS
        if run and not (_follows(run, row) if is_entry else _goes_on(run, row)):
            yield _without_far_lines(run)
            run = []
        if is_entry or run:
            run.append(row)
    if run:
        yield _without_far_lines(run)


def _without_far_lines(run: list[Row]) -> list[Row]:
    """The rows down to white space below which no entry, or a paragraph, follows."""
    end = far = len(run)
    for number in range(len(run) - 1, 0, -1):
        if len(run[number].segments(_GAP)) >= _LEAST_COLUMNS:
            far = number
        elif run[number].base - run[number - 1].base > _LINE_STEP * run[number].size:
            end = number if far - number > _MOST_LINES_ABOVE or far == len(run) else end
    return run[:end]


def _follows(run: Sequence[Row], row: Row) -> bool:
    return row.base - run[-1].base < _ENTRY_STEP * row.size and abs(row.size - run[0].size) < 0.15 * row.size


def _goes_on(run: Sequence[Row], row: Row) -> bool:
    """Whether each text of the row begins where one above does, right of the first column."""
    if not row.words:
        return False
    entries = [cells for one in run if len(cells := one.segments(_GAP)) >= _LEAST_COLUMNS]
    starts = [words[0].x0 for cells in entries for words in cells[1:]]
    if row.base - run[-1].base >= _NEXT_STEP * max(row.size, run[-1].size):
        return False
    first, second = entries[-1][:2]
    is_between = first[-1].x1 + _GAP * row.size < row.x0 and row.x1 + _GAP * row.size < second[0].x0
    begins = [words[0].x0 for words in row.segments(_GAP)]
    return is_between or all(any(abs(x - start) < _SAME_EDGE * row.size for start in starts) for x in begins)


def _listing(run: list[Row], rows: Sequence[Row], level: Sequence[Rule]) -> Iterator[Inset]:
    head, run = _with_head(_with_lines_above(run, rows), rows, level)
    entries = [row for row in run if len(row.segments(_GAP)) >= _LEAST_COLUMNS]
    if len(entries) == len(run) or len(entries) < _LEAST_ENTRIES or not _begin_in_line(entries):
        return
    long = sum(row in entries and other not in entries for row, other in itertools.pairwise(run))
    gaps = _gaps(entries, [row for row in head if len(row.segments(_GAP)) >= _LEAST_COLUMNS][-1:])
    if long < _LONG_ENTRIES * len(entries) or len(gaps) + 1 < _LEAST_COLUMNS:
        return
    body = list(_entries(run, entries, gaps))
    if not _is_list(body):
        return
    names = column_names(head, entries, gaps, level) if head else []
    lines = [markdown_row(cells) for cells in (named_rows(names, body) if head else body)]
    used = tuple(word for row in (*head, *run) for word in row.words)
    box = min(w.x0 for w in used), min(w.top for w in used), max(w.x1 for w in used), max(w.bottom for w in used)
    yield Inset(box, tuple(lines), used)


def _begin_in_line(entries: Sequence[Row]) -> bool:
    """Whether the entries' first cells begin, or end, in one place."""
    firsts = [span_of(row.segments(_GAP)[0]) for row in entries]
    for side in (0, 1):
        usual = statistics.median(span[side] for span in firsts)
        near = sum(abs(span[side] - usual) < _SAME_EDGE * entries[0].size for span in firsts)
        if near >= _ALIGNED * len(firsts):
            return True
    return False


def _with_lines_above(run: list[Row], rows: Sequence[Row]) -> list[Row]:
    """The run with the lines of its first entry that stand above its number, where those of others do."""
    begins = [number for number, row in enumerate(run) if len(row.segments(_GAP)) >= _LEAST_COLUMNS]
    if not any(_last_line(run, one, other) + 1 < other for one, other in itertools.pairwise(begins)):
        return run
    first = next(number for number, row in enumerate(rows) if row is run[0])
    columns = [row.x0 for number, row in enumerate(run) if number not in begins]
    while first and run[0].base - rows[first - 1].base < _LINE_STEP * run[0].size:
        above = rows[first - 1]
        is_elsewhere = not any(abs(above.x0 - column) < _SAME_EDGE * above.size for column in columns)
        if not above.words or is_elsewhere or len(above.segments(_GAP)) > 1:
            break
        first -= 1
        run = [above, *run]
    return run


def _with_head(run: list[Row], rows: Sequence[Row], level: Sequence[Rule]) -> tuple[list[Row], list[Row]]:
    """The rows with the names of the columns, and the entries below."""
    first = next(number for number, row in enumerate(rows) if row is run[0])
    width = max(row.x1 for row in run) - min(row.x0 for row in run)
    head: list[Row] = []
    for row in reversed(rows[max(0, first - _MOST_HEAD_ROWS) : first]):
        below = head[0] if head else run[0]
        most = _HEAD_STEP if head else _ENTRY_STEP
        segments = row.segments(_GAP)
        is_wide = any(words[-1].x1 - words[0].x0 > _WIDE * width for words in segments)
        is_sentence = row.words and row.words[-1].text[-1] in ".:;"
        if below.base - row.base > most * max(row.size, below.size) or is_wide or (not head and len(segments) < 2):
            break
        if is_sentence:
            break
        head.insert(0, row)
    if head and _is_name_row(run, head[-1], level):
        return [*head, run[0]], run[1:]
    return head, run


def _is_name_row(run: Sequence[Row], above: Row, level: Sequence[Rule]) -> bool:
    """Whether the first row of a run is the last line of the names, which has one for each column."""
    are_full = len(run) > 1 and all(len(row.segments(_GAP)) >= _LEAST_COLUMNS for row in run[:2])
    is_ruled = any(above.base < rule[1] < run[0].base - 0.5 * run[0].size for rule in level)
    return are_full and not is_ruled and run[0].base - above.base < _LINE_STEP * run[0].size


def _gaps(entries: Sequence[Row], names: Sequence[Row]) -> list[Span]:
    """The places that hardly an entry runs across, and no name; a column may be empty below its name."""
    most = int(_CROSSING * len(entries))
    rows = [*entries, *(row for row in names for _ in range(most + 1))]
    edges = sorted((edge, change) for row in rows for words in row.segments(_GAP) for edge, change in _edges(words))
    gaps: list[Span] = []
    covering, begin = 0, None
    for place, change in edges:
        before, covering = covering, covering + change
        if covering <= most < before:
            begin = place
        elif before <= most < covering and begin is not None:
            gaps.append((begin, place))
    return gaps


def _edges(words: Sequence[Word]) -> tuple[tuple[float, int], tuple[float, int]]:
    start, end = span_of(words)
    return (start, 1), (end, -1)


def _entries(run: Sequence[Row], entries: Sequence[Row], gaps: Sequence[Span]) -> Iterator[list[str]]:
    """The cells of each entry. Lines between two entries belong to the upper one down to the widest step."""
    first = {id(row) for row in entries if _has_first(row, gaps)}
    begins = [number for number, row in enumerate(run) if id(row) in first] or [0]
    ends = [_last_line(run, one, other) + 1 for one, other in itertools.pairwise(begins)]
    for start, end in itertools.pairwise([0, *ends, len(run)]):
        columns: list[list[Word]] = [[] for _ in range(len(gaps) + 1)]
        for words in itertools.chain.from_iterable(row.segments(_GAP) for row in run[start:end]):
            columns[column_of(gaps, words[0].x0 + 0.1)].extend(words)
        yield [cell_text(words) for words in columns]


def _last_line(run: Sequence[Row], one: int, other: int) -> int:
    """The number of the last row of the entry that begins at row `one`; the next one is named at row `other`."""
    steps = [below.base - above.base for above, below in itertools.pairwise(run[one : other + 1])]
    widest = max(steps)
    return one + (steps.index(widest) if widest > _WIDER_STEP * min(steps) else len(steps) - 1)


def _has_first(row: Row, gaps: Sequence[Span]) -> bool:
    return column_of(gaps, row.words[0].x0) == 0


def _is_list(body: Sequence[Sequence[str]]) -> bool:
    """Whether most entries say something in words, and begin with a name or a number and with no line of prose."""
    firsts = [cells[0] for cells in body]
    small = sum(text[:1].islower() for text in firsts)
    if statistics.median(map(len, firsts)) > _LONGEST_FIRST or small > _MOST_SMALL * len(firsts):
        return False
    longest = [max((len(cell) for cell in cells if not is_figure(cell)), default=0) for cells in body]
    return len(body) >= _LEAST_ENTRIES and statistics.median(longest) > _LEAST_TEXT
