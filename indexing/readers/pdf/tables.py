"""Tables without rules: columns are where most of the rows have a gap. Pure geometry.

Only rows with about the usual number of cells say where columns are; a sign of a currency belongs to its figure. The
lines above the first row with figures are one header. What has gaps like a table and is none (ticks and legends of
charts, display formulas) is told apart.
"""

import re
import statistics
from collections.abc import Iterator, Sequence

from indexing.readers.pdf.lines import Row, has_leader, text_of
from indexing.readers.pdf.words import Word

_FORMULA = re.compile("[=√∑∏∫\U0001d400-\U0001d7ff]")
_WRITTEN = re.compile(r"[^\W\d_]{3}")
_FORMULA_SIGNS, _FORMULA_WORDS = 0.3, 0.2  # of the words
_SCATTERED = 0.4  # of the cells filled, in a table of at least …
_CHART_ROWS, _CHART_COLUMNS = 4, 3


def is_formula(rows: Sequence[Row]) -> bool:
    """Whether signs and letters of mathematics stand there, and hardly a word."""
    words = [word.text for row in rows for word in row.words]
    signs = sum(_FORMULA.search(word) is not None for word in words)
    written = sum(_WRITTEN.search(word) is not None for word in words)
    return signs >= _FORMULA_SIGNS * len(words) and written < _FORMULA_WORDS * len(words)


def is_scattered(table: Sequence[Sequence[str]]) -> bool:
    """Whether few cells are filled and most rows have no label: the ticks and legends of a chart."""
    if len(table) < _CHART_ROWS or len(table[0]) < _CHART_COLUMNS:
        return False
    filled = sum(bool(cell) for cells in table for cell in cells)
    labels = sum(bool(cells[0]) for cells in table)
    return filled <= _SCATTERED * len(table) * len(table[0]) and labels * 2 < len(table)


_CELL_GAP = 0.9  # sizes between two cells of a row
_WORD_GAP = 0.38  # sizes between two words of a cell
_VOTERS = 0.6  # of the usual number of cells
_HEAD_GAP = 0.6  # sizes between two names of columns, where no gap goes through
_CENTRED = 8.0  # points: so far off the middle is as good as in it
_CROSSING = 0.15  # of the voting rows may run across a gap between columns
_NARROWEST = 0.5  # sizes: of a gap between columns
_FIRST_MARK = re.compile(
    r"(?:[•●▪◦‣∙·*–-]|\(?[\dA-Za-z]{1,3}[.)]|\d{1,2}(?:\.\d{1,2})+\.?|\^\S{1,3}|[□☐☑☒✓■]|\[[ x]\]"
    r"|\[[\w+.:-]{1,12}\])$"
)
_JOINS_NEXT = re.compile(r"[$€£¥(]+$|US\$$")
_JOINS_LAST = re.compile(r"[)%]+$")
_FIGURE = re.compile(r"[-–—(+<>~≤≥±]*[$€£¥]?\s?\(?\d[-\d.,:/\s’']*[)%*]*(?:\^\S+)?$|[-–—]+$|n/?[am]$", re.IGNORECASE)
_IS_AMOUNT = re.compile(r"(?:[$€£¥]|US\$)$|[-–—(+]*[$€£¥]?\(?\d[\d.,]*[)%]*$|[-–—]$")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[/–-]\d{2,4})?[EeAaPp]?(?:\s?\^\S+)?$")
_EQUATION_NUMBER = re.compile(r"\([A-Z]?\d{1,3}(?:\.\d{1,3})?[a-z]?\)$")
_MATHEMATICS = re.compile("[=<>≤≥≈∈∑∏∫±→∝≡\U0001d400-\U0001d7ff]")
_MOST_HEAD_ROWS = 5
_REACH = 2  # rows with one cell that may stand between rows of a table
_WIDE = 0.8  # of the stretch: a line with one cell so wide is running text
_OVERLAP = 0.25  # sizes that two rows share in height, when one has the label and one the figures
_FAR = 2.6  # sizes from line to line: another table

Span = tuple[float, float]


def markdown_row(cells: Sequence[str]) -> str:
    """One row of a table as one line; what stands in it alone at the beginning needs no further bars."""
    texts = [" ".join(cell.replace("|", "¦").split()) for cell in cells]
    while len(texts) > 1 and not texts[-1]:
        texts.pop()
    return f"| {' | '.join(texts)} |"


def cells_of(row: Row, gap: float = _CELL_GAP) -> list[list[Word]]:
    """The row's words by cell. A bullet or number before a text, and dots before a page number, part nothing."""
    if not row.words:
        return []
    if has_leader(row.words):
        return [row.words]
    cells: list[list[Word]] = []
    for words in row.segments(gap):
        is_attached = cells and (_JOINS_NEXT.match(cells[-1][-1].text) or _JOINS_LAST.match(words[0].text))
        if is_attached or (len(cells) == 1 and len(cells[0]) == 1 and _FIRST_MARK.match(cells[0][0].text)):
            cells[-1] = [*cells[-1], *words]
        else:
            cells.append(list(words))
    return [row.words] if len(cells) == 2 and _is_equation(cells) else cells


def _is_equation(cells: Sequence[Sequence[Word]]) -> bool:
    """A formula with its number in brackets at the end of the line."""
    is_numbered = len(cells[1]) == 1 and _EQUATION_NUMBER.match(cells[1][0].text)
    return bool(is_numbered) and any(_MATHEMATICS.search(word.text) for word in cells[0])


def table_stretches(rows: Sequence[Row]) -> Iterator[tuple[bool, list[Row]]]:
    """(is a table, rows) in order: where rows with several cells follow one another, and what belongs between them."""
    counts = [len(cells_of(row)) for row in rows]
    width = max((row.x1 for row in rows), default=0.0) - min((row.x0 for row in rows), default=0.0)
    index = plain = 0
    while index < len(rows):
        if counts[index] < 2:
            index += 1
            continue
        end = _table_end(rows, counts, index, width)
        first = _table_start(rows, counts, index, plain)
        if _may_be_table(rows[index:end], counts[index:end]):
            if first > plain:
                yield False, list(rows[plain:first])
            yield True, list(rows[first:end])
            plain = end
        index = end
    if plain < len(rows):
        yield False, list(rows[plain:])


def _table_end(rows: Sequence[Row], counts: Sequence[int], start: int, width: float) -> int:
    end = index = start + 1
    while index < len(rows) and index - end <= _REACH:
        row, above = rows[index], rows[index - 1]
        is_far = row.base - above.base > _FAR * max(row.size, above.size)
        if row.table or (is_far and counts[index] < 2) or row.base - above.base > 2 * _FAR * row.size:
            break
        if counts[index] >= 2:
            end = index + 1
        elif row.x1 - row.x0 > _WIDE * width:
            break
        index += 1
    return end


def _table_start(rows: Sequence[Row], counts: Sequence[int], start: int, lowest: int) -> int:
    """With the lines of a header that stand over some of the columns."""
    first = start
    left = cells_of(rows[start])[0][-1].x1
    while first > lowest and start - first < 3:
        above = rows[first - 1]
        is_near = rows[first].base - above.base < 2.2 * max(above.size, rows[first].size)
        if above.table or not is_near or counts[first - 1] != 1 or above.x0 < min(left, rows[start].x1):
            break
        first -= 1
    return first


def _may_be_table(rows: Sequence[Row], counts: Sequence[int]) -> bool:
    gappy = [row for row, count in zip(rows, counts, strict=True) if count > 1]
    if len(gappy) < 2 or is_formula(rows):
        return False
    return len(gappy) > 2 or any(is_figure(text_of(cell)) for row in gappy for cell in cells_of(row)[1:])


def is_figure(text: str) -> bool:
    """Whether a cell holds a number, an amount, a share, or a dash in the place of one; years too."""
    return _FIGURE.match(text) is not None


def table_lines(rows: Sequence[Row]) -> list[str]:
    """The rows as lines of a table; [] where no gap goes through them."""
    em = statistics.median(row.size for row in rows)
    gaps = _gaps_between_columns(rows, em)
    if not gaps:
        return []
    gaps = _without_names_alone(rows, gaps, em)
    rows, table = _with_labels(rows, [_placed(row, gaps, em) for row in rows])
    if is_scattered(table):
        return []
    head = _head_rows(table)
    if not head:
        return [markdown_row(cells) for cells in table]
    edges = min(row.x0 for row in rows), max(row.x1 for row in rows)
    own = _own_spans(rows[head:], gaps)
    above = [_spread(row, gaps, edges, em, own) for row in rows[:head]]
    joined = [" ".join(_distinct(line[column] for line in above)) for column in range(len(gaps) + 1)]
    return [markdown_row(joined), *(markdown_row(cells) for cells in table[head:])]


def _without_names_alone(rows: Sequence[Row], gaps: list[Span], em: float) -> list[Span]:
    """Without the gap between a name of a column and its figures, which stand further right and not below it."""
    table = [_placed(row, gaps, em) for row in rows]
    head = _head_rows(table)
    if not head or head == len(table):
        return gaps
    kept = list(gaps)
    for column in range(len(gaps), 0, -1):
        is_named_alone = not any(cells[column] for cells in table[head:])
        beside = column + 1 if column < len(gaps) else column - 1
        both = any(cells[column] and cells[beside] for cells in table[:head])
        if is_named_alone and not both and beside > 0:
            kept.remove(gaps[min(column, beside)])
    return kept


def _with_labels(rows: Sequence[Row], table: Sequence[list[str]]) -> tuple[list[Row], list[list[str]]]:
    """Rows of figures joined to their label, where it has two lines and the figures stand between them."""
    kept_rows: list[Row] = []
    kept: list[list[str]] = []
    for row, cells in zip(rows, table, strict=True):
        above = kept[-1] if kept else []
        overlaps = bool(kept) and row.top < kept_rows[-1].bottom - _OVERLAP * row.size
        is_label = not any(cells[1:]) and cells[0] != ""
        if overlaps and (is_label or (not any(above[1:]) and not cells[0])):
            kept[-1] = [f"{one} {other}".strip() for one, other in zip(above, cells, strict=True)]
            kept_rows[-1] = Row([*kept_rows[-1].words, *row.words])
        else:
            kept_rows.append(row)
            kept.append(cells)
    return kept_rows, kept


def _distinct(texts: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _gaps_between_columns(rows: Sequence[Row], em: float) -> list[Span]:
    counts = [len(cells_of(row)) for row in rows]
    usual = statistics.median(count for count in counts if count > 1)
    voters = [row for row, count in zip(rows, counts, strict=True) if count >= max(2.0, _VOTERS * usual)]
    spans = sorted(span for row in voters for span in _spans(row, em))
    edges = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    most = int(len(voters) * _CROSSING)
    gaps: list[Span] = []
    covering, begin = 0, None
    for place, change in edges:
        before, covering = covering, covering + change
        if covering <= most < before:
            begin = place
        elif before <= most < covering and begin is not None and place - begin >= _NARROWEST * em:
            gaps.append((begin, place))
    return _needed(gaps, voters)


def _spans(row: Row, em: float) -> Iterator[Span]:
    """The stretches of a row that hold text, small gaps within cells closed."""
    for cell in cells_of(row, _WORD_GAP * em / max(row.size, 1.0)):
        yield min(word.x0 for word in cell), max(word.x1 for word in cell)


def _needed(gaps: Sequence[Span], voters: Sequence[Row]) -> list[Span]:
    """Those beside which some row has two cells: a gap by chance between the words of a label parts nothing."""
    needed: list[Span] = []
    for gap in gaps:
        middle = (gap[0] + gap[1]) / 2
        parted = 0
        for row in voters:
            cells = cells_of(row)
            ends = [max(word.x1 for word in cell) for cell in cells]
            starts = [min(word.x0 for word in cell) for cell in cells]
            parted += any(end <= middle <= start for end, start in zip(ends, starts[1:], strict=False))
        if parted >= max(1, 0.3 * len(voters)):
            needed.append(gap)
    return needed


def _column(gaps: Sequence[Span], place: float) -> int:
    return sum((gap[0] + gap[1]) / 2 < place for gap in gaps)


def _placed(row: Row, gaps: Sequence[Span], em: float) -> list[str]:
    """The row's cells by column. What runs across a gap without one of its own stays whole where it begins."""
    columns: list[list[Word]] = [[] for _ in range(len(gaps) + 1)]
    for words in cells_of(row, _WORD_GAP * em / max(row.size, 1.0)):
        first, last = words[0], words[-1]
        middles = {_column(gaps, (first.x0 + first.x1) / 2), _column(gaps, (last.x0 + last.x1) / 2)}
        if len(middles) > 1 and all(_IS_AMOUNT.match(word.text) for word in words):
            for column, word in _amounts(words, gaps):
                columns[column].append(word)
            continue
        column = min(middles)
        if len(middles) == 1:
            column = _column(gaps, (min(w.x0 for w in words) + max(w.x1 for w in words)) / 2)
        columns[column].extend(words)
    return [text_of(sorted(words, key=lambda word: word.x0)) for words in columns]


def _amounts(words: Sequence[Word], gaps: Sequence[Span]) -> Iterator[tuple[int, Word]]:
    """(column, word) of figures so near one another that only their columns part them; a sign goes with its figure."""
    column = 0
    for word in reversed(words):
        if not _JOINS_NEXT.match(word.text):
            column = _column(gaps, (word.x0 + word.x1) / 2)
        yield column, word


def _own_spans(rows: Sequence[Row], gaps: Sequence[Span]) -> list[Span]:
    """From where to where each column's own text reaches below the header; (0, 0) where there is none."""
    columns: list[list[Word]] = [[] for _ in range(len(gaps) + 1)]
    for row in rows:
        for word in row.words:
            columns[_column(gaps, (word.x0 + word.x1) / 2)].append(word)
    return [
        (min(word.x0 for word in words), max(word.x1 for word in words)) if words else (0.0, 0.0) for words in columns
    ]


def _parted(ranges: Sequence[tuple[int, int]], spans: Sequence[Span], own: Sequence[Span]) -> list[tuple[int, int]]:
    """The columns that each cell of a header covers, without those over whose text another cell stands more."""
    shared = [[min(span[1], text[1]) - max(span[0], text[0]) for text in own] for span in spans]
    parted = []
    for number, (first, last) in enumerate(ranges):
        others = [other for index, other in enumerate(shared) if index != number]
        is_anothers = [
            any(one[column] > max(shared[number][column], 0.0) for one in others) for column in range(len(own))
        ]
        while last > first and is_anothers[first]:
            first += 1
        while last > first and is_anothers[last]:
            last -= 1
        parted.append((first, last))
    return parted


def _spread(row: Row, gaps: Sequence[Span], edges: Span, em: float, own: Sequence[Span]) -> list[str]:
    """A header's cells by column; one that stands over several columns is repeated in each."""
    texts: list[list[str]] = [[] for _ in range(len(gaps) + 1)]
    cells = _head_cells(row, gaps, em)
    spans = [(min(word.x0 for word in cell), max(word.x1 for word in cell)) for cell in cells]
    ranges = [(_column(gaps, left + 0.2 * em), _column(gaps, right - 0.2 * em)) for left, right in spans]
    ranges = _parted(ranges, spans, own)
    for number, (words, span, (first, last)) in enumerate(zip(cells, spans, ranges, strict=True)):
        if last > first:
            lowest = max([1, *(other + 1 for _, other in ranges[:number])]) if first else 0
            highest = min([len(gaps), *(other - 1 for other, _ in ranges[number + 1 :])])
            first, last = _centred((first, last), (min(lowest, first), max(highest, last)), span, gaps, edges)
        for column in range(first, max(first, last) + 1):
            texts[column].append(text_of(words))
    return [" ".join(own) for own in texts]


def _head_cells(row: Row, gaps: Sequence[Span], em: float) -> list[list[Word]]:
    """A header's words stand closer than figures: a small gap parts them where a gap between columns is."""
    cells: list[list[Word]] = []
    for words in cells_of(row, _WORD_GAP * em / max(row.size, 1.0)):
        if cells:
            end, start = max(word.x1 for word in cells[-1]), min(word.x0 for word in words)
            is_parted = any(end <= (gap[0] + gap[1]) / 2 <= start for gap in gaps)
            if start - end < _HEAD_GAP * em and not is_parted:
                cells[-1] = [*cells[-1], *words]
                continue
        cells.append(list(words))
    return cells


def _centred(
    covered: tuple[int, int], most: tuple[int, int], span: Span, gaps: Sequence[Span], edges: Span
) -> tuple[int, int]:
    """The columns over whose middle a header stands: those that it covers, and as many more as keep it there."""
    starts = [edges[0], *(end for _, end in gaps)]
    ends = [*(start for start, _ in gaps), edges[1]]
    ranges = [(a, b) for a in range(most[0], covered[0] + 1) for b in range(covered[1], most[1] + 1)]
    return min(
        ranges,
        key=lambda one: (round(abs(starts[one[0]] + ends[one[1]] - sum(span)) / 2 / _CENTRED), one[0] - one[1]),
    )


def _head_rows(table: Sequence[Sequence[str]]) -> int:
    """How many rows stand above the first one with figures; 0 where there is no header."""
    for number, cells in enumerate(table[: _MOST_HEAD_ROWS + 1]):
        figures = [cell for cell in cells[1:] if cell and is_figure(cell) and not _YEAR.match(cell)]
        if figures:
            return number
    has_names = sum(bool(cell) for cell in table[0]) > 1
    return 1 if has_names else 0
