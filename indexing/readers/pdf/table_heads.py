"""The header of a table without rules: which columns a name stands over, and how it is said. Pure geometry."""

import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexing.readers.pdf.cells import JOINS_NEXT, WORD_GAP, Span, cells_of, column_of, is_figure, markdown_row
from indexing.readers.pdf.lines import Row, text_of
from indexing.readers.pdf.words import Word

_HEAD_GAP = 0.6  # sizes between two names of columns, where no gap goes through
_CENTRED = 8.0  # points: so far off the middle is as good as in it
YEAR = re.compile(r"(?:19|20)\d\d(?:[/–-]\d{2,4})?[EeAaPp]?(?:\s?\^\S+)?$")
_MOST_HEAD_ROWS = 5  # that name the first column, in a header of at most …
_TALLEST_HEAD = 9  # … rows
_WRITTEN = re.compile(r"[^\W\d_]{2}")
_REMARK = re.compile(r"\(.*\)$")  # of all figures: "(in millions)"
_WIDE_HEAD = 250  # characters
LONGEST_HEAD = 400  # characters of a header that is repeated with every few rows
_LINE_STEP = 1.45  # sizes from line to line of one name
_UNDER = 0.9  # sizes: a rule so far below a baseline belongs to the text
_SAME_RULE = 1.5  # points

Rule = tuple[float, float, float, float]  # x0, top, x1, bottom


@dataclass(slots=True)
class _Name:
    """A name in a header, of one line or several; `ruled` are the first and last column over which its rule goes."""

    text: str
    span: Span
    base: float
    ruled: tuple[int, int] | None = None


def column_names(rows: Sequence[Row], body: Sequence[Row], gaps: Sequence[Span], level: Sequence[Rule]) -> list[str]:
    """What each column is called by the rows of a header; what stands over all of a wide table is said once."""
    em = statistics.median(row.size for row in (*rows, *body))
    edges = min(row.x0 for row in (*rows, *body)), max(row.x1 for row in (*rows, *body))
    own = own_spans(body, gaps)
    rules = _whole_rules(level, rows[0].top, rows[-1].base + em)
    above: list[list[str]] = []
    titles: list[list[str]] = []
    for names in _stacked([_names(row, gaps, em, own) for row in rows], gaps, em, rules):
        for name in names:
            name.ruled = _ruled(name, names, rules, own, em)
        is_remark = len(names) == 1 and len(gaps) > 1 and _REMARK.match(names[0].text)
        line = _said_once(names[0].text, gaps) if is_remark else _spread(names, gaps, edges, em, own)
        above.append(line)
        is_title = len(gaps) > 1 and len(set(line[1:])) == 1 and sum(name.text == line[1] for name in names) == 1
        titles.append(_said_once(f"{line[1]} {line[0]}".strip(), gaps) if is_title else line)
    names_said = _joined(above)
    return names_said if len(markdown_row(names_said)) <= _WIDE_HEAD else _joined(titles)


def _said_once(text: str, gaps: Sequence[Span]) -> list[str]:
    """What stands over all columns, put where the first one is named."""
    return [text, *("" for _ in gaps)]


def named_rows(names: Sequence[str], table: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """The header and its rows; where it is too long to be repeated with every few rows, each cell says its own name."""
    if len(markdown_row(names)) <= LONGEST_HEAD:
        yield list(names)
        yield from map(list, table)
        return
    if names[0]:
        yield [names[0]]
    for cells in table:
        pairs = zip(cells[1:], names[1:], strict=True)
        yield [cells[0], *(f"{name.rstrip(':')}: {cell}" if name and cell else cell for cell, name in pairs)]


def _joined(lines: Sequence[Sequence[str]]) -> list[str]:
    return [" ".join(dict.fromkeys(text for text in texts if text)) for texts in zip(*lines, strict=True)]


def _names(row: Row, gaps: Sequence[Span], em: float, own: Sequence[Span]) -> list[_Name]:
    cells = _head_cells(row, gaps, em, own)
    return [
        _Name(text_of(cell), (min(word.x0 for word in cell), max(word.x1 for word in cell)), row.base) for cell in cells
    ]


def _stacked(
    lines: Sequence[list[_Name]], gaps: Sequence[Span], em: float, rules: Sequence[Rule]
) -> Iterator[list[_Name]]:
    """The lines, those joined that hold the names' second halves: each stands below one name, and no rule between."""
    stack: list[_Name] = []
    for line in lines:
        pairs = _pairs(stack, [name for name in line if column_of(gaps, sum(name.span) / 2) > 0], em, rules)
        if not pairs:
            if stack:
                yield stack
            stack = line
            continue
        for above, below in pairs:
            above.text = f"{above.text} {below.text}"
            above.span = min(above.span[0], below.span[0]), max(above.span[1], below.span[1])
            above.base = below.base
        joined = {id(below) for _, below in pairs}
        stack = sorted([*stack, *(name for name in line if id(name) not in joined)], key=lambda name: name.span)
    yield stack


def _pairs(
    stack: Sequence[_Name], line: Sequence[_Name], em: float, rules: Sequence[Rule]
) -> list[tuple[_Name, _Name]]:
    """(name, its second half) for all of the line; [] where one of them is no second half."""
    pairs: list[tuple[_Name, _Name]] = []
    for below in line:
        over = [name for name in stack if _shared(name.span, below.span) > 0]
        if not over:
            continue
        if len(over) > 1 or any(over[0] is name for name, _ in pairs):
            return []
        step = below.base - over[0].base
        is_aside = abs(sum(over[0].span) - sum(below.span)) / 2 > em
        is_parted = any(_is_below(rule, over[0], em) for rule in rules)
        if not 0 < step < _LINE_STEP * em or is_aside or is_parted or not _WRITTEN.search(below.text):
            return []
        pairs.append((over[0], below))
    others = sum(name.base == pairs[0][0].base for name in stack) if pairs else 0
    is_alone = others == 1 and _is_wider(pairs) == (len(line) > 1)
    return pairs if len(pairs) > 1 or is_alone else []


def _is_wider(pairs: Sequence[tuple[_Name, _Name]]) -> bool:
    """Whether a name stands over more than what is below it: then it may stand over other columns too."""
    return any(above.span[1] - above.span[0] > below.span[1] - below.span[0] for above, below in pairs)


def _shared(one: Span, other: Span) -> float:
    return min(one[1], other[1]) - max(one[0], other[0])


def _whole_rules(level: Sequence[Rule], top: float, bottom: float) -> list[Rule]:
    """The level rules between these heights, what is drawn column by column without a gap as one."""
    lines: list[list[Rule]] = []
    for rule in sorted((rule for rule in level if top <= rule[1] <= bottom), key=lambda rule: rule[1]):
        if lines and rule[1] - lines[-1][0][1] <= _SAME_RULE:
            lines[-1].append(rule)
        else:
            lines.append([rule])
    return [whole for line in lines for whole in _merged(line)]


def _merged(line: Sequence[Rule]) -> Iterator[Rule]:
    whole: Rule | None = None
    for rule in sorted(line):
        if whole and rule[0] <= whole[2] + _SAME_RULE:
            whole = whole[0], whole[1], max(whole[2], rule[2]), whole[3]
        else:
            if whole:
                yield whole
            whole = rule
    if whole:
        yield whole


def _is_below(rule: Rule, name: _Name, em: float) -> bool:
    return -0.1 * em < rule[1] - name.base < _UNDER * em and _shared((rule[0], rule[2]), name.span) > 0


def _ruled(
    name: _Name, names: Sequence[_Name], rules: Sequence[Rule], own: Sequence[Span], em: float
) -> tuple[int, int] | None:
    """The first and last column over which the rule below a name goes; None where the rule is below others too."""
    for rule in rules:
        span = rule[0], rule[2]
        is_around = span[0] < name.span[0] + 0.5 * em and name.span[1] - 0.5 * em < span[1]
        is_shared = any(_shared(span, other.span) > 0 for other in names if other is not name)
        if is_around and not is_shared and _is_below(rule, name, em):
            under = [column for column, text in enumerate(own) if 2 * _shared(span, text) > text[1] - text[0] > 0]
            if under:
                return under[0], under[-1]
    return None


def own_spans(rows: Sequence[Row], gaps: Sequence[Span]) -> list[Span]:
    """From where to where each column's own text reaches below the header; (0, 0) where there is none."""
    columns: list[list[Word]] = [[] for _ in range(len(gaps) + 1)]
    for row in rows:
        column = 0
        for word in reversed(row.words) if len(cells_of(row)) > 1 else ():
            if not JOINS_NEXT.match(word.text):  # a sign of a currency goes with its figure
                column = column_of(gaps, (word.x0 + word.x1) / 2)
            columns[column].append(word)
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


def _spread(names: Sequence[_Name], gaps: Sequence[Span], edges: Span, em: float, own: Sequence[Span]) -> list[str]:
    """A line of names by column; one that stands over several columns is repeated in each."""
    texts: list[list[str]] = [[] for _ in range(len(gaps) + 1)]
    spans = [name.span for name in names]
    ranges = [(column_of(gaps, left + 0.2 * em), column_of(gaps, right - 0.2 * em)) for left, right in spans]
    ranges = [name.ruled or one for name, one in zip(names, _parted(ranges, spans, own), strict=True)]
    for number, (name, (first, last)) in enumerate(zip(names, ranges, strict=True)):
        if last > first and not name.ruled:
            lowest = max([1, *(other + 1 for _, other in ranges[:number])]) if first else 0
            highest = min([len(gaps), *(other - 1 for other, _ in ranges[number + 1 :])])
            first, last = _centred((first, last), (min(lowest, first), max(highest, last)), name.span, gaps, edges)
        for column in range(first, max(first, last) + 1):
            texts[column].append(name.text)
    return [" ".join(dict.fromkeys(column)) for column in texts]


def _unrepeated(cells: Sequence[list[Word]], gaps: Sequence[Span]) -> Iterator[list[Word]]:
    """The cells, one that says a name again over the next column parted there: "Fiscal Year Fiscal Year"."""
    for words in cells:
        begin = 0
        for index in range(1, len(words)):
            one, other = words[begin], words[index]
            is_far = column_of(gaps, (one.x0 + one.x1) / 2) < column_of(gaps, (other.x0 + other.x1) / 2)
            if one.text == other.text and is_far:
                yield words[begin:index]
                begin = index
        yield words[begin:]


def _head_cells(row: Row, gaps: Sequence[Span], em: float, own: Sequence[Span]) -> list[list[Word]]:
    """A header's words stand closer than figures: a small gap parts them between the figures of two columns."""
    cells: list[list[Word]] = []
    for words in _unrepeated(cells_of(row, WORD_GAP * em / max(row.size, 1.0)), gaps):
        if cells:
            end, start = max(word.x1 for word in cells[-1]), min(word.x0 for word in words)
            is_parted = any(end <= (gap[0] + gap[1]) / 2 <= start for gap in gaps)
            is_parted = is_parted or _stand_over_two(_span_of(cells[-1]), _span_of(words), own)
            is_again = words[0].text == cells[-1][0].text
            if start - end < _HEAD_GAP * em and not is_parted and not is_again:
                cells[-1] = [*cells[-1], *words]
                continue
        cells.append(list(words))
    return cells


def _span_of(words: Sequence[Word]) -> Span:
    return min(word.x0 for word in words), max(word.x1 for word in words)


def _stand_over_two(left: Span, right: Span, own: Sequence[Span]) -> bool:
    """Whether each of two names covers all the figures of one column, and not of the same."""
    covered = [
        [number for number, text in enumerate(own) if text[1] > text[0] and name[0] <= text[0] and text[1] <= name[1]]
        for name in (left, right)
    ]
    return len(covered[0]) == len(covered[1]) == 1 and covered[0] != covered[1]


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


def head_rows(table: Sequence[Sequence[str]]) -> int:
    """How many rows stand above the first one with figures and name columns; 0 where there is no header.

    A label alone between the names and the figures heads a section, or begins the label of the first row.
    """
    labels = 0
    for number, cells in enumerate(table[: _TALLEST_HEAD + 1]):
        labels += bool(cells[0])
        figures = [cell for cell in cells[1:] if cell and is_figure(cell) and not YEAR.match(cell)]
        if figures:
            return max((row + 1 for row in range(number) if any(table[row][1:])), default=0)
        if labels > _MOST_HEAD_ROWS:
            break
    has_names = sum(bool(cell) for cell in table[0]) > 1
    return 1 if has_names else 0
