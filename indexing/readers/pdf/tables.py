"""Tables without rules: columns are where most of the rows have a gap. Pure geometry.

Only rows with about the usual number of cells say where columns are; a sign of a currency belongs to its figure. The
lines above the first row with figures are one header. What has gaps like a table and is none (ticks and legends of
charts, display formulas) is told apart.
"""

import itertools
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexing.readers.pdf.cells import (
    JOINS_NEXT,
    WORD_GAP,
    Span,
    below_one_another,
    by_column,
    cells_of,
    column_of,
    is_figure,
    markdown_row,
    span_of,
    with_whole_cells,
)
from indexing.readers.pdf.lines import Row, text_of
from indexing.readers.pdf.side_labels import with_group_heads, with_shared_labels
from indexing.readers.pdf.table_heads import YEAR, column_names, head_rows, named_rows, own_spans, rows_above_rule
from indexing.readers.pdf.words import Rule, Word

_FORMULA = re.compile("[=√∑∏∫−×∈≤≥≈→∥\u0391-\u03c9\U0001d400-\U0001d7ff]|[(){}\\[\\],.|!]+$")
_WRITTEN = re.compile(r"[^\W\d_]{3}")
_FORMULA_SIGNS, _FORMULA_WORDS = 0.3, 0.25  # of the words
_SCATTERED = 0.5  # of the cells filled, in a table of at least …
_CHART_ROWS, _CHART_COLUMNS = 3, 3
_CHART_CELL = 18  # characters of a usual cell: those of a list in columns are longer


def is_formula(rows: Sequence[Row]) -> bool:
    """Whether signs and letters of mathematics stand there, and hardly a word."""
    words = [word.text for row in rows for word in row.words]
    signs = sum(_FORMULA.search(word) is not None and not _IS_AMOUNT.match(word) for word in words)
    written = sum(_WRITTEN.search(word) is not None for word in words)
    return signs >= _FORMULA_SIGNS * len(words) and written < _FORMULA_WORDS * len(words)


def is_scattered(table: Sequence[Sequence[str]]) -> bool:
    """Whether few cells are filled and most rows have no label: ticks of a chart, names in a drawing."""
    if len(table) < _CHART_ROWS or len(table[0]) < _CHART_COLUMNS:
        return False
    filled = sum(bool(cell) for cells in table for cell in cells)
    labels = sum(bool(cells[0]) for cells in table)
    is_short = statistics.median(len(cell) for cells in table for cell in cells if cell) <= _CHART_CELL
    return is_short and filled <= _SCATTERED * len(table) * len(table[0]) and labels * 2 < len(table)


_VOTERS = 0.6  # of the usual number of cells
_CROSSING = 0.15  # of the voting rows may run across a gap between columns
_NARROWEST = 0.5  # sizes: of a gap between columns
_IS_AMOUNT = re.compile(r"(?:[$€£¥]|US\$)$|[-–—(+]*[$€£¥]?\(?\d(?:[\d.,]*\d)?[)%]*$|[-–—]$")
_ENDS_AMOUNT = re.compile(r"[-–—(+]*\(?\d[\d.,]*[)%]*$|[)%]+$")
_HEADING_STEP = 1.45  # sizes from the row above
_NOTE_MARK = re.compile(r"\(\w\)$")
_MOST_BETWEEN = 0.6  # of the rows: so many have figures on both sides of a narrow gap
_INDENT = 3.0  # sizes from the left edge: no label
_REACH = 2  # rows with one cell that may stand between rows of a table
_SAME_LINE = 0.8  # sizes: rows so near overlap, as where names on two lines stand around one on a single line
_WIDE = 0.8  # of the stretch: a line with one cell so wide is running text
_OVERLAP = 0.25  # sizes that two rows share in height, when one has the label and one the figures
_SUM_ASIDE = 0.6  # sizes between the right edges of a sum and of the figure above
_FAR = 2.6  # sizes from line to line: another table


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
        first = _table_start(rows, counts, (index, end), plain)
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
        if counts[index] >= 2 or (index == end and _is_sum(row, above)):
            end = index + 1
        elif row.x1 - row.x0 > _WIDE * width:
            break
        index += 1
    return end


def _is_sum(row: Row, above: Row) -> bool:
    """Whether a row has a figure and no label, below the last figure of the row above."""
    is_below = row.x0 > cells_of(above)[0][-1].x1 and abs(row.x1 - above.x1) < _SUM_ASIDE * row.size
    return is_below and all(map(_is_amount, row.words))


def _table_start(rows: Sequence[Row], counts: Sequence[int], table: tuple[int, int], lowest: int) -> int:
    """With the lines of a header that stand over some of the columns."""
    first = start = table[0]
    left = cells_of(rows[start])[0][-1].x1
    if _is_without_label(rows[start], rows[start + 1 : table[1]]):
        left = rows[start].x0 - _INDENT * rows[start].size
    while first > lowest and start - first < 3:
        above = rows[first - 1]
        step = (rows[first].base - above.base) / max(above.size, rows[first].size)
        is_aside = counts[first - 1] != 1 or above.x0 < min(left, rows[start].x1)
        if above.table or step >= 2.2 or (is_aside and step > _SAME_LINE):
            break
        first -= 1
    return first


def _is_without_label(names: Row, below: Sequence[Row]) -> bool:
    """Whether a row names columns alone: it begins right of the labels of most rows with figures."""
    figures = [row for row in below if any(is_figure(text_of(cell)) for cell in cells_of(row)[1:])]
    further = sum(row.x0 < names.x0 - _INDENT * names.size for row in figures)
    return 2 * further > len(figures)


def _may_be_table(rows: Sequence[Row], counts: Sequence[int]) -> bool:
    gappy = [row for row, count in zip(rows, counts, strict=True) if count > 1]
    if len(gappy) < 2 or is_formula(rows):
        return False
    return len(gappy) > 2 or any(is_figure(text_of(cell)) for row in gappy for cell in cells_of(row)[1:])


def table_lines(rows: Sequence[Row], level: Sequence[Rule] = ()) -> list[str]:
    """The rows as lines of a table, its level rules given; [] where no gap goes through them."""
    em = statistics.median(row.size for row in rows)
    rows = with_group_heads(rows, level)
    gaps = _gaps_between_columns(rows, em)
    if not gaps:
        return []
    table = [_placed(row, gaps, em) for row in rows]
    needed = _without_names_alone(table, gaps)
    if len(needed) < len(gaps):
        gaps, table = needed, [_placed(row, needed, em) for row in rows]
    rows, table = _with_labels(rows, _with_headings(rows, table))
    head = rows_above_rule(rows, table, head_rows(table), level)
    if is_scattered([*table[:head], *with_whole_cells(rows[head:], table[head:])]):
        return []
    body = with_whole_cells(*with_shared_labels(rows[head:], table[head:], gaps, level))
    if not head:
        return [markdown_row(cells) for cells in body]
    again = _header_again(table, head)
    if again:
        return [*table_lines(rows[:again], level), "", *table_lines(rows[again:], level)]
    names = column_names(rows[:head], rows[head:], gaps, level)
    return [markdown_row(cells) for cells in named_rows(names, body)]


def _header_again(table: Sequence[Sequence[str]], head: int) -> int:
    """The row from which names of columns are said again, what stands over them included; 0 where there is none."""
    names = list(table[head - 1])
    first = next((number for number in range(head + 1, len(table)) if list(table[number]) == names), 0)
    while first and sum(map(bool, names)) > 2 and not table[first - 1][0] and not any(map(is_figure, table[first - 1])):
        first -= 1
    return first if sum(map(bool, names)) > 2 and first > head else 0


@dataclass(frozen=True, slots=True)
class Columns:
    """How many rows are a header, and from where to where each column's text reaches below; (0, 0): nowhere."""

    head: int
    own: list[Span]


def columns_of(rows: Sequence[Row]) -> Columns | None:
    """The columns of what looks like a table; None where no gap goes through it."""
    em = statistics.median(row.size for row in rows)
    gaps = _gaps_between_columns(rows, em)
    if not gaps:
        return None
    head = head_rows([_placed(row, gaps, em) for row in rows])
    return Columns(head, own_spans(rows[head:], gaps))


def _without_names_alone(table: Sequence[Sequence[str]], gaps: list[Span]) -> list[Span]:
    """Without the gap between a name of a column and its figures, which stand further right and not below it."""
    head = head_rows(table)
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


def _with_headings(rows: Sequence[Row], table: Sequence[list[str]]) -> list[list[str]]:
    """The cells by row, headings of sections in the middle of the table put where labels are."""
    names = next((number for number, row in enumerate(rows) if len(cells_of(row)) > 1), len(rows))
    middle = min(row.x0 for row in rows) + max(row.x1 for row in rows)
    headed = [list(cells) for cells in table]
    for number in range(names + 1, len(rows)):
        row, text = rows[number], text_of(rows[number].words)
        is_far = row.base - rows[number - 1].base > _HEADING_STEP * row.size
        is_centred = abs(row.x0 + row.x1 - middle) < 2 * row.size
        if is_far and is_centred and len(cells_of(row)) == 1 and _WRITTEN.search(text) and text[0] not in "(*":
            headed[number] = [text, *("" for _ in table[number][1:])]
    return headed


def _with_labels(rows: Sequence[Row], table: Sequence[list[str]]) -> tuple[list[Row], list[list[str]]]:
    """Rows of figures joined to their label, where it has two lines and the figures stand between them."""
    kept_rows: list[Row] = []
    kept: list[list[str]] = []
    for row, cells in zip(rows, table, strict=True):
        above = kept[-1] if kept else []
        overlaps = bool(kept) and row.top < kept_rows[-1].bottom - _OVERLAP * row.size
        is_label = not any(cells[1:]) and cells[0] != ""
        if overlaps and (is_label or (not any(above[1:]) and not cells[0])):
            kept[-1] = [below_one_another(one, other) for one, other in zip(above, cells, strict=True)]
            kept_rows[-1] = Row(sorted([*kept_rows[-1].words, *row.words], key=lambda word: word.x0))
        else:
            kept_rows.append(row)
            kept.append(cells)
    return kept_rows, kept


def _gaps_between_columns(rows: Sequence[Row], em: float) -> list[Span]:
    counts = [len(cells_of(row)) for row in rows]
    if max(counts) < 2:  # the names beside the rows were all that had a cell of its own
        return []
    usual = statistics.median(count for count in counts if count > 1)
    voters = [row for row, count in zip(rows, counts, strict=True) if count >= max(2.0, _VOTERS * usual)]
    written = [row for row in voters if _has_amounts(row)]
    if len(written) > 1 and (2 * len(written) >= len(voters) or _have_more_cells(written, voters)):
        voters = written  # names stand closer than figures
    voting = set(map(id, voters))
    others = [row for row in rows if id(row) not in voting]
    gaps, bare = (_needed(_free(voters, others, em, with_signs=signs), voters, others, em) for signs in (True, False))
    gaps = sorted([*gaps, *(gap for gap in bare if _is_of_signs(gap, gaps, voters))])
    names = max(others, key=lambda row: len(cells_of(row)), default=None)
    if names is not None and len(cells_of(names)) > len(gaps) + 1 > 2:
        named = _needed(_free(voters, others, em, names=names), [*voters, names], others, em)
        return named if len(named) + 1 == len(cells_of(names)) else gaps
    return gaps


def _is_of_signs(gap: Span, gaps: Sequence[Span], voters: Sequence[Row]) -> bool:
    """Whether a gap is one only where signs of a currency, which stand far from their figures, are left out."""
    middle = sum(gap) / 2
    white = [span for row in voters for span in _between_cells(row) if span[0] <= middle <= span[1]]
    before = [word for row in voters for word in row.words if word.x1 <= middle and not JOINS_NEXT.match(word.text)]
    is_other = not any(span[0] <= sum(other) / 2 <= span[1] for span in white for other in gaps)
    return is_other and len({word.base for word in before}) > 1


def _free(
    voters: Sequence[Row], others: Sequence[Row], em: float, *, with_signs: bool = True, names: Row | None = None
) -> list[Span]:
    """The places that hardly one of these rows runs across, and none of the names.

    Signs of a currency may stand at the edge of the labels.
    """
    most = int(len(voters) * _CROSSING)
    spans = [span for row in voters for span in _spans(row, em, with_signs=with_signs)]
    spans += [span_of(cell) for cell in cells_of(names) for _ in range(most + 1)] if names else []
    edges = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    counted = itertools.accumulate(change for _, change in edges)
    first = next((place for (place, _), count in zip(edges, counted, strict=True) if count > most), 0.0)
    gaps: list[Span] = []
    covering, begin = 0, _end_of_labels([*others, *voters], first)
    for place, change in edges:
        before, covering = covering, covering + change
        if covering <= most < before:
            begin = place
        elif before <= most < covering and begin is not None and place - begin >= WORD_GAP * em:
            gaps.append((begin, place))
    return gaps


def _end_of_labels(rows: Sequence[Row], place: float) -> float | None:
    """Where the last cell ends that stands left of the column at this place: few rows may have a label there."""
    return max((end for row in rows for _, end in map(span_of, cells_of(row)) if end <= place), default=None)


def _is_amount(word: Word) -> bool:
    """Whether a word is a figure and no year: years name columns."""
    return _IS_AMOUNT.match(word.text) is not None and not YEAR.match(word.text)


def _have_more_cells(written: Sequence[Row], voters: Sequence[Row]) -> bool:
    """Whether each of these rows has more cells than any other voter."""
    ours = set(map(id, written))
    most = max(len(cells_of(row)) for row in voters if id(row) not in ours)
    return all(len(cells_of(row)) > most for row in written)


def _has_amounts(row: Row) -> bool:
    """Whether a cell begins or ends with an amount; that in "less than 12 months" is part of a name."""
    ends = (word for cell in map(_without_sign, cells_of(row)) for word in (cell[0], cell[-1]))
    return any(word is not row.words[0] and _is_amount(word) and not JOINS_NEXT.match(word.text) for word in ends)


def _spans(row: Row, em: float, *, with_signs: bool) -> Iterator[Span]:
    """The stretches of a row that hold text, small gaps within cells closed."""
    for cell in cells_of(row, WORD_GAP * em / max(row.size, 1.0)):
        yield span_of(cell if with_signs else _without_sign(cell))


def _without_sign(cell: Sequence[Word]) -> Sequence[Word]:
    """Without the sign of a currency before a figure, which may stand far from it, at the edge of the label."""
    return cell[1:] if len(cell) > 1 and JOINS_NEXT.match(cell[0].text) else cell


def _needed(gaps: Sequence[Span], voters: Sequence[Row], others: Sequence[Row], em: float) -> list[Span]:
    """Those beside which some row has two cells: a gap by chance between the words of a label parts nothing."""
    needed: list[Span] = []
    white = [_between_cells(row) for row in voters]
    other_white = [_between_cells(row) for row in others]
    for gap in gaps:
        middle = (gap[0] + gap[1]) / 2
        parted = [row for row, own in zip(voters, white, strict=True) if any(a <= middle <= b for a, b in own)]
        is_named = any(a <= middle <= b for own in other_white for a, b in own)
        is_sure = len(parted) > 1 or is_named or any(_is_amount_behind(row, middle) for row in parted)
        beside = sum(row.x0 < middle < row.x1 for row in voters)  # a group may have one label for many rows
        least = 0.3 * (beside if is_sure else len(voters))
        is_parted = len(parted) >= max(1, least) or (is_named and not beside)
        is_wide = gap[1] - gap[0] >= _NARROWEST * em
        between = sum(_is_between_amounts(row, middle) for row in voters)
        if (is_wide and is_parted) or between >= max(2.0, _MOST_BETWEEN * len(voters)):
            needed.append(gap)
    return needed


def _between_cells(row: Row) -> list[Span]:
    """From the end of each cell of the row to the beginning of the next."""
    return [(one[1], other[0]) for one, other in itertools.pairwise(map(span_of, map(_without_sign, cells_of(row))))]


def _is_between_amounts(row: Row, place: float) -> bool:
    """Whether a figure ends before the place and another begins behind it, however near."""
    before = [word for word in row.words if word.x1 <= place]
    after = [word for word in row.words if word.x0 >= place]
    return bool(before and after) and _ENDS_AMOUNT.match(before[-1].text) is not None and _is_amount_behind(row, place)


def _is_amount_behind(row: Row, place: float) -> bool:
    after = next(word for word in row.words if word.x0 >= place)
    return _IS_AMOUNT.match(after.text) is not None


def _placed(row: Row, gaps: Sequence[Span], em: float) -> list[str]:
    """The row's cells by column. What runs across a gap without one of its own stays whole where it begins."""
    columns: list[list[Word]] = [[] for _ in range(len(gaps) + 1)]
    for words in cells_of(row, WORD_GAP * em / max(row.size, 1.0)):
        first, last = _without_sign(words)[0], words[-1]
        middles = {column_of(gaps, (first.x0 + first.x1) / 2), column_of(gaps, (last.x0 + last.x1) / 2)}
        if len(middles) > 1 and all(_IS_AMOUNT.match(word.text) for word in words):
            for column, word in by_column(words, gaps):  # so near one another that only their columns part them
                columns[column].append(word)
            continue
        begins = sum(gap[0] <= first.x0 for gap in gaps)  # within a gap: right of it
        column = min(max(middles), max(min(middles), begins))
        if len(middles) == 1:
            column = column_of(gaps, sum(span_of(_without_sign(words))) / 2)
        is_figure_next = column > 0 and is_figure(text_of(words))
        if is_figure_next and len(columns[column]) == 1 and _NOTE_MARK.match(columns[column][0].text):
            columns[column - 1].extend(columns[column])  # between two columns: it belongs to the left one
            columns[column] = []
        columns[column].extend(words)
    return [text_of(sorted(words, key=lambda word: word.x0)) for words in columns]
