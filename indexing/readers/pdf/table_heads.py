"""The header of a table without rules: which columns a name stands over, and how it is said. Pure geometry."""

import math
import re
import statistics
from collections.abc import Iterator, Sequence
from functools import reduce

from indexing.readers.pdf.cells import (
    WORD_GAP,
    Span,
    below_one_another,
    by_column,
    cells_of,
    column_of,
    is_figure,
    markdown_row,
    shared_width,
    span_of,
)
from indexing.readers.pdf.head_columns import HeadColumns, HeadName, Range
from indexing.readers.pdf.lines import Row, text_of
from indexing.readers.pdf.words import Rule, Word

_HEAD_GAP = 0.6  # sizes between two names of columns, where no gap goes through
YEAR = re.compile(
    r"(?:(?:\d{1,2},\s)?(?:19|20)\d\d(?:[/–-]\d{2,4})?[EeAaPp]?|\d{1,2}([/.-])\d{1,2}\1(?:(?:19|20)\d\d|\d\d))(?:\s?\^\S+)?$"
)
_MOST_HEAD_ROWS = 5  # that name the first column, in a header of at most …
TALLEST_HEAD = 12  # … rows
_WRITTEN = re.compile(r"[^\W\d_]{2}")
_REMARK = re.compile(r"\([^()]*\)$")  # of all figures: "(in millions)"
_WIDE_HEAD = 250  # characters
LONGEST_HEAD = 400  # characters of a header that is repeated with every few rows
_LINE_STEP = 1.45  # sizes from line to line of one name
_UNDER = 0.9  # sizes: a rule so far below a baseline belongs to the text
_SAME_RULE = 1.5  # points
_WIDE_RULE = 0.9  # of the table's width
_MOST_NAMES_MORE = 2  # rows of a header that look like figures
_MOSTLY_NAMED = 0.8  # of the columns
_OFF_COLUMN = 0.4  # sizes: so far off the middle of a column is as good as in it
_OFF_RULE = 0.15  # of a rule's length: so far off its middle is as good as in it


def column_names(rows: Sequence[Row], body: Sequence[Row], gaps: Sequence[Span], level: Sequence[Rule]) -> list[str]:
    """What each column is called by the rows of a header; what stands over all of a wide table is said once."""
    em = statistics.median(row.size for row in (*rows, *body))
    edges = min(row.x0 for row in (*rows, *body)), max(row.x1 for row in (*rows, *body))
    own = own_spans(body, gaps)
    rules = _whole_rules(level, rows[0].top, rows[-1].base + em)
    columns = HeadColumns(own, gaps, edges)
    above: list[list[str]] = []
    titles: list[list[str]] = []
    lines = list(_stacked([_names(row, gaps, em, own) for row in rows], gaps, em, rules))
    everyone = [name for names in lines for name in names]
    for names in reversed(lines):
        for name in names:
            name.ruled = _ruled(name, everyone, rules, own, em)
            from_labels = [rule for rule in rules if rule[0] < own[0][1]]  # such a line is drawn anew for each group
            name.most = next((under for rule in from_labels if (under := _under(name, rule, own, em))), None)
        is_remark = len(gaps) > 1 and _is_remark(names)
        line = _said_once(names[0].text, gaps) if is_remark else columns.placed(names, em)
        above.insert(0, line)
        is_title = len(gaps) > 1 and len(set(line[1:])) == 1
        titles.insert(0, _said_once(f"{line[1]} {line[0]}".strip(), gaps) if is_title else line)
    names_said = _joined(above)
    return names_said if len(markdown_row(names_said)) <= _WIDE_HEAD else _joined(titles)


def _is_remark(names: Sequence[HeadName]) -> bool:
    return len(names) == 1 and _REMARK.match(names[0].text) is not None


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
    return [
        reduce(below_one_another, dict.fromkeys(text for text in texts if text), "")
        for texts in zip(*lines, strict=True)
    ]


def _names(row: Row, gaps: Sequence[Span], em: float, own: Sequence[Span]) -> list[HeadName]:
    cells = _head_cells(row, gaps, em, own)
    return [HeadName(text_of(cell), span_of(cell), row.base) for cell in cells]


def _stacked(
    lines: Sequence[list[HeadName]], gaps: Sequence[Span], em: float, rules: Sequence[Rule]
) -> Iterator[list[HeadName]]:
    """The lines, those joined that hold the names' second halves: each stands below one name, and no rule between."""
    stack: list[HeadName] = []
    for line in lines:
        named = [name for name in line if column_of(gaps, sum(name.span) / 2) > 0]
        pairs = [] if _is_remark(stack) else _pairs(stack, named, em, rules)
        if not pairs:
            if stack:
                yield stack
            stack = line
            continue
        for above, below in pairs:
            above.text = below_one_another(above.text, below.text)
            above.span = min(above.span[0], below.span[0]), max(above.span[1], below.span[1])
            above.base = below.base
        joined = {id(below) for _, below in pairs}
        stack = [*stack, *(name for name in line if id(name) not in joined)]
        stack.sort(key=lambda name: (column_of(gaps, sum(name.span) / 2), name.base, name.span))
    yield stack


def _pairs(
    stack: Sequence[HeadName], line: Sequence[HeadName], em: float, rules: Sequence[Rule]
) -> list[tuple[HeadName, HeadName]]:
    """(name, its second half) for all of the line; [] where one of them is no second half."""
    pairs: list[tuple[HeadName, HeadName]] = []
    for below in line:
        over = [name for name in stack if shared_width(name.span, below.span) > 0]
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


def _is_wider(pairs: Sequence[tuple[HeadName, HeadName]]) -> bool:
    """Whether a name stands over more than what is below it: then it may stand over other columns too."""
    return any(above.span[1] - above.span[0] > below.span[1] - below.span[0] for above, below in pairs)


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


def _is_below(rule: Rule, name: HeadName, em: float) -> bool:
    return -0.1 * em < rule[1] - name.base < _UNDER * em and shared_width((rule[0], rule[2]), name.span) > 0


def _ruled(
    name: HeadName, names: Sequence[HeadName], rules: Sequence[Rule], own: Sequence[Span], em: float
) -> Range | None:
    """The first and last column over which the rule below a name goes; None where the rule is below others too.

    The labels are no such column: over a rule that begins with them a name is in the middle of the others.
    """
    for rule in rules:
        span = rule[0], rule[2]
        labels_end = own[0][1] if span[0] < own[0][1] < name.span[0] else -math.inf
        others = (other for other in names if other is not name and other.span[0] >= labels_end)
        under = _under(name, rule, own, em)
        if under is None or any(_is_below(rule, other, em) for other in others):
            continue
        columns = own[under[0]][0], own[under[1]][1]
        is_in_middle = abs(sum(name.span) - sum(columns)) / 2 < em
        if is_in_middle if labels_end > -math.inf else _is_at_home(name.span, columns, span, em):
            return under
    return None


def _under(name: HeadName, rule: Rule, own: Sequence[Span], em: float) -> Range | None:
    """The first and last column of figures under a rule, where that is below the name and reaches as far."""
    span = rule[0], rule[2]
    is_around = span[0] < name.span[0] + 0.5 * em and name.span[1] - 0.5 * em < span[1]
    if not is_around or not _is_below(rule, name, em):
        return None
    under = [column for column, text in enumerate(own) if 2 * shared_width(span, text) > text[1] - text[0] > 0]
    under = under[under[:1] == [0] :]
    return (under[0], under[-1]) if under else None


def _is_at_home(name: Span, columns: Span, rule: Span, em: float) -> bool:
    """Whether a name is in the middle of the columns over its rule, or of the rule, or at one end of it."""
    off = min(abs(sum(name) - sum(columns)), abs(sum(name) - sum(rule))) / 2
    at_end = min(abs(name[0] - rule[0]), abs(name[1] - rule[1]))
    return off < max(_OFF_RULE * (rule[1] - rule[0]), em) or at_end < em


def own_spans(rows: Sequence[Row], gaps: Sequence[Span]) -> list[Span]:
    """From where to where each column's own text reaches below the header; (0, 0) where there is none."""
    columns: list[list[Word]] = [[] for _ in range(len(gaps) + 1)]
    for row in rows:
        cells = cells_of(row)
        label = {id(word) for word in cells[0] if not is_figure(word.text)} if len(cells) > 1 else set()
        for column, word in by_column(row.words, gaps) if len(cells) > 1 else ():
            columns[0 if id(word) in label and cells[0][0].x0 < gaps[0][0] else column].append(word)
    return [span_of(words) if words else (0.0, 0.0) for words in columns]


def _parted(cells: Sequence[list[Word]], gaps: Sequence[Span], own: Sequence[Span]) -> Iterator[list[Word]]:
    """The cells, parted before a name said again over the next column, and between names each over its own figures.

    "Fiscal Year Fiscal Year"; "Condom/ modern" as second lines of two names near one another.
    """
    for words in cells:
        begin = 0
        for index in range(1, len(words)):
            one, other = words[begin], words[index]
            is_far = column_of(gaps, (one.x0 + one.x1) / 2) < column_of(gaps, (other.x0 + other.x1) / 2)
            is_again = one.text == other.text
            left, right = span_of(words[begin:index]), span_of(words[index : index + 1])
            if is_far and (is_again or _are_centred_over_two(left, right, own, one.size)):
                yield words[begin:index]
                begin = index
        yield words[begin:]


def _head_cells(row: Row, gaps: Sequence[Span], em: float, own: Sequence[Span]) -> list[list[Word]]:
    """A header's words stand closer than figures: a small gap parts them between the figures of two columns."""
    cells: list[list[Word]] = []
    for words in _parted(cells_of(row, WORD_GAP * em / max(row.size, 1.0)), gaps, own):
        if cells:
            left, right = span_of(cells[-1]), span_of(words)
            is_parted = any(left[1] <= (gap[0] + gap[1]) / 2 <= right[0] for gap in gaps)
            is_parted = is_parted or _stand_over_two(left, right, own)
            is_again = words[0].text == cells[-1][0].text
            if right[0] - left[1] < _HEAD_GAP * em and not is_parted and not is_again:
                cells[-1] = [*cells[-1], *words]
                continue
        cells.append(list(words))
    return cells


def _stand_over_two(left: Span, right: Span, own: Sequence[Span]) -> bool:
    """Whether each of two names covers all the figures of one column, and not of the same."""
    covered = [
        [number for number, text in enumerate(own) if text[1] > text[0] and name[0] <= text[0] and text[1] <= name[1]]
        for name in (left, right)
    ]
    return len(covered[0]) == len(covered[1]) == 1 and covered[0] != covered[1]


def _are_centred_over_two(left: Span, right: Span, own: Sequence[Span], size: float) -> bool:
    """Whether each of two names is in the middle over the figures of one column, and covers them."""
    middles = [sum(text) / 2 for text in own[1:] if text[1] > text[0]]
    off = [min((abs(sum(name) / 2 - middle) for middle in middles), default=size) for name in (left, right)]
    return _stand_over_two(left, right, own) and max(off) < _OFF_COLUMN * size


def head_rows(table: Sequence[Sequence[str]]) -> int:
    """How many rows stand above the first one with figures and name columns; 0 where there is no header.

    A label alone between the names and the figures heads a section, or begins the label of the first row.
    """
    labels = 0
    for number, cells in enumerate(table[: TALLEST_HEAD + 1]):
        labels += bool(cells[0])
        figures = [cell for cell in cells[1:] if cell and is_figure(cell) and not YEAR.match(cell)]
        are_names = not cells[0] and len(figures) * 2 < sum(map(bool, cells))  # "V2", "0513"
        if figures and not are_names:
            return max((row + 1 for row in range(number) if any(table[row][1:])), default=0)
        if labels > _MOST_HEAD_ROWS:
            break
    has_names = sum(bool(cell) for cell in table[0]) > 1
    return 1 if has_names else 0


def rows_above_rule(rows: Sequence[Row], table: Sequence[Sequence[str]], head: int, level: Sequence[Rule]) -> int:
    """How many rows are the header, of which `head` are so by their words, where a rule from edge to edge ends it.

    Rows of words below it are no names, where they have a label: "Architecture | dense". Years are. Rows above it
    without a label are names, figures too: "DeepSeek | Qwen", "67B | 72B".
    """
    width = max(row.x1 for row in rows) - min(row.x0 for row in rows)
    for number in range(1, min(len(rows) - 1, head + _MOST_NAMES_MORE + 1) if head else 0):
        if number > head and _label(table[number - 1]) is not None:
            return head
        rules = _whole_rules(level, rows[number - 1].base, rows[number].base)
        is_ruled = any(rule[2] - rule[0] > _WIDE_RULE * width and rule[1] < rows[number].top + 2 for rule in rules)
        if is_ruled and (number >= head or _is_below_names(table[:number], table[number])):
            return number
    return head


def _is_below_names(above: Sequence[Sequence[str]], cells: Sequence[str]) -> bool:
    """Whether a row with a label says nothing but years, and stands below names of most of its columns."""
    label = _label(cells)
    if label is None:
        return False
    below = [column for column, cell in enumerate(cells) if cell and column > label]
    named = sum(any(names[column] for names in above) for column in below)
    return named >= max(1, _MOSTLY_NAMED * len(below)) and not all(YEAR.match(cells[column]) for column in below)


def _label(cells: Sequence[str]) -> int | None:
    """The column of a row's label, which may have the name of a group on its left; None where it has none."""
    return next((column for column, cell in enumerate(cells[:2]) if cell and _WRITTEN.search(cell)), None)
