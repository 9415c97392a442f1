"""Cells of a row of a table, what a cell holds, and cells of more than one line. Pure geometry and text."""

import itertools
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexing.readers.pdf.lines import Row, has_leader, text_of
from indexing.readers.pdf.words import Word

_CELL_GAP = 0.9  # sizes between two cells of a row
WORD_GAP = 0.38  # sizes between two words of a cell
_FIRST_MARK = re.compile(
    r"(?:[•●▪◦‣∙·*–-]|\(?[\dA-Za-z]{1,3}[.)]|\d{1,2}(?:\.\d{1,2})+\.?|\^\S{1,3}|[□☐☑☒✓■]|\[[ x]\]"
    r"|\[[\w+.:-]{1,12}\])$"
)
JOINS_NEXT = re.compile(r"[$€£¥(]+$|US\$$")
_CURRENCY = re.compile(r"(?:[$€£¥]|US\$)$")
_ENDS_AMOUNT = re.compile(r"(?:\d[)%]*|[)%]|^[-–—]+)$")
_JOINS_LAST = re.compile(r"[)%]+$")
_FIGURE = re.compile(
    r"[-–—(+<>~≤≥±]*[$€£¥]?\s?\(?\d[-\d.,:/\s’'%]*[)%*]*"
    r"(?-i:\s?(?:bps|pts?|pp|x|[KMBT]|bn|mn))?(?:\^\S+)?$|(?:[$€£¥]\s?)?[-–—]+$|n/?[am]$",
    re.IGNORECASE,
)
_EQUATION_NUMBER = re.compile(r"\([A-Z]?\d{1,3}(?:\.\d{1,3})?[a-z]?\)$")
_MATHEMATICS = re.compile("[=<>≤≥≈∈∑∏∫±→∝≡\U0001d400-\U0001d7ff]")

_LEADER_END = re.compile(r"[.·•…_‧⋅]{2,}$|^[.·•…_‧⋅]$")
_NEAR = 1.4  # sizes from line to line of one cell
_TIGHT = 0.87  # of the usual step from row to row
_BETWEEN_ROWS, _BEFORE_FIGURES, _AFTER_FIGURES = (True, True), (False, True), (True, False)  # which line has any
_WITHOUT_FIGURES = (False, False)
_SAME_SIZE = 0.15  # of the text: lines of one label
_ENOUGH_STEPS = 3  # from row to row, to know how far apart they are
_DANGLES = re.compile(r"(?:\b(?:of|and|or|to|for|the|in|with|by|on|from|und|der|für|de|et)|[-–—,/&])$", re.IGNORECASE)
_PARTED = re.compile(r"[^\W_][-‐‑–/]$")  # "S-10", "2019–2020", "QCBS/S-10" on two lines of a cell
_HEADS_A_SECTION = re.compile(r"[:：]$")
_NO_FIGURE = ("*", "**", "N/A", "nm")  # in the place of one

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
        return _cells_with_leader(row, gap)
    cells = _joined_segments(row, gap, may_begin_with_mark=True)
    return [row.words] if len(cells) == 2 and _is_equation(cells) else cells


def _joined_segments(row: Row, gap: float, *, may_begin_with_mark: bool) -> list[list[Word]]:
    cells: list[list[Word]] = []
    for words in itertools.chain.from_iterable(map(_amounts_apart, row.segments(gap))):
        is_attached = cells and (JOINS_NEXT.match(cells[-1][-1].text) or _goes_with_last(cells[-1][-1], words))
        may_be_marked = may_begin_with_mark and len(cells) == 1 and len(cells[0]) == 1
        if is_attached or (may_be_marked and _is_mark(cells[0][0].text, words)):
            cells[-1] = [*cells[-1], *words]
        else:
            cells.append(list(words))
    return cells


def _is_mark(text: str, following: Sequence[Word]) -> bool:
    """Whether a word is a bullet or a number before a text; "(20)" before other figures is one of them."""
    return _FIRST_MARK.match(text) is not None and not all(is_figure(word.text) for word in following)


def _amounts_apart(words: list[Word]) -> Iterator[list[Word]]:
    """The words, those from a sign of a currency on apart from the amount before it."""
    begin = 0
    for index in range(1, len(words)):
        if _CURRENCY.match(words[index].text) and _ENDS_AMOUNT.search(words[index - 1].text):
            yield words[begin:index]
            begin = index
    yield words[begin:]


def _goes_with_last(last: Word, words: Sequence[Word]) -> bool:
    """Whether a sign ends the figure before it; "% Change" begins a name."""
    is_name = len(words) > 1 and words[1].text[0].isalpha()
    return _JOINS_LAST.match(words[0].text) is not None and not (is_name or last.text[-1].isalpha())


def _cells_with_leader(row: Row, gap: float) -> list[list[Word]]:
    """A label and the figures behind its row of dots; all as one cell where there are not several figures."""
    last = max((number for number, word in enumerate(row.words) if _LEADER_END.search(word.text)), default=0)
    rest = row.words[last + 1 :]
    cells = _joined_segments(Row(rest), gap, may_begin_with_mark=False) if rest else []
    label = [replace(word, text=text) for word in row.words[: last + 1] if (text := _LEADER_END.sub("", word.text))]
    figures = sum(is_figure(text) or text in _NO_FIGURE for text in map(text_of, cells))
    return [label, *cells] if label and figures > 1 and figures * 2 >= len(cells) else [row.words]


def _is_equation(cells: Sequence[Sequence[Word]]) -> bool:
    """A formula with its number in brackets at the end of the line."""
    is_numbered = len(cells[1]) == 1 and _EQUATION_NUMBER.match(cells[1][0].text)
    return bool(is_numbered) and any(_MATHEMATICS.search(word.text) for word in cells[0])


def is_figure(text: str) -> bool:
    """Whether a cell holds a number, an amount, a share, or a dash in the place of one; years too."""
    return _FIGURE.match(text) is not None


def column_of(gaps: Sequence[Span], place: float) -> int:
    return sum((gap[0] + gap[1]) / 2 < place for gap in gaps)


def by_column(words: Sequence[Word], gaps: Sequence[Span]) -> Iterator[tuple[int, Word]]:
    """(column, word) from the last word to the first; a sign of a currency goes with the figure behind it."""
    column = 0
    for word in reversed(words):
        if not JOINS_NEXT.match(word.text):
            column = column_of(gaps, (word.x0 + word.x1) / 2)
        yield column, word


def span_of(words: Sequence[Word]) -> Span:
    """From where to where words of a line, or of several, reach."""
    return min(word.x0 for word in words), max(word.x1 for word in words)


def shared_width(one: Span, other: Span) -> float:
    """How much of two spans lies over one another, in points; negative where they are apart."""
    return min(one[1], other[1]) - max(one[0], other[0])


def with_whole_cells(rows: Sequence[Row], table: Sequence[list[str]]) -> list[list[str]]:
    """The table's rows, those joined to the one before that only go on with its words, as where no rules part them."""
    labelled = [row.base - above.base for above, row, cells in zip(rows, rows[1:], table[1:], strict=False) if cells[0]]
    usual = statistics.median(labelled) if labelled else 0.0
    wrapped = _wrapped_labels(rows, table)
    whole: list[list[str]] = []
    for index, (row, cells) in enumerate(zip(rows, table, strict=True)):
        step = row.base - rows[index - 1].base
        goes_on = index > 0 and step < _NEAR * max(row.size, rows[index - 1].size)
        is_label = index in wrapped or (goes_on and _is_label_goes_on(whole[-1], cells))
        if is_label or (goes_on and step < _TIGHT * usual and _is_rest(whole[-1], cells)):
            whole[-1] = [_joined(one, other) for one, other in zip(whole[-1], cells, strict=True)]
        else:
            whole.append(list(cells))
    return whole


def _wrapped_labels(rows: Sequence[Row], table: Sequence[list[str]]) -> set[int]:
    """The rows whose label begins in the row above: nearer to it than rows are, and it had no room for the next word.

    The figures stand beside the last line of such a label, or beside the first.
    """
    labels = [cells_of(row)[0] if row.words and cells[0] else [] for row, cells in zip(rows, table, strict=True)]
    steps: dict[tuple[bool, bool], list[float]] = defaultdict(list)
    kinds = [(any(one[1:]), any(other[1:])) for one, other in itertools.pairwise(table)]
    for number, kind in enumerate(kinds):
        if labels[number + 1]:
            steps[kind].append(rows[number + 1].base - rows[number].base)
    if len(steps[_BETWEEN_ROWS]) < _ENOUGH_STEPS:
        return set()
    right = max(label[-1].x1 for label in labels if label)
    wrapped: set[int] = set()
    for is_wrap, other in ((_BEFORE_FIGURES, _AFTER_FIGURES), (_AFTER_FIGURES, _BEFORE_FIGURES)):
        tight = _TIGHT * min([*steps[_BETWEEN_ROWS], *steps[other]])
        for number, kind in enumerate(kinds):
            above, below = labels[number : number + 2]
            is_near = rows[number + 1].base - rows[number].base < tight and kind in (is_wrap, _WITHOUT_FIGURES)
            is_full = above and below and above[-1].x1 + below[0].x1 - below[0].x0 > right
            is_alike = abs(rows[number].size - rows[number + 1].size) < _SAME_SIZE * rows[number].size
            if is_near and is_full and is_alike and not _HEADS_A_SECTION.search(table[number][0]):
                wrapped.add(number + 1)
    return wrapped


def below_one_another(above: str, below: str) -> str:
    """Two lines of a cell as one; a name or number that is parted behind its hyphen or stroke is whole again."""
    begins_whole = below[:1].isdigit() or below[:1].isupper()
    return above + below if _PARTED.search(above) and begins_whole else f"{above} {below}".strip()


def _joined(one: str, other: str) -> str:
    is_cut = len(one) > 1 and one[-1] == "-" and one[-2].isalpha() and other[:1].isalpha()
    return one + other if is_cut else below_one_another(one, other)


def _is_label_goes_on(above: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a label begins in one row and ends in the other, and only one of them has figures."""
    if not above[0] or not cells[0] or (any(above[1:]) and any(cells[1:])) or _HEADS_A_SECTION.search(above[0]):
        return False
    if any(above[1:]) and not any(map(is_figure, above[1:])):
        return False
    return cells[0][0].islower() or _DANGLES.search(above[0]) is not None


def _is_rest(above: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a row without a label has words alone, and all below words."""
    filled = [column for column, cell in enumerate(cells) if cell]
    if cells[0] or not filled or len(filled) >= sum(map(bool, above)):
        return False
    return all(above[column] and not is_figure(above[column]) and not is_figure(cells[column]) for column in filled)
