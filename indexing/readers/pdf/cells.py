"""Cells of a row of a table, and what a cell holds. Pure geometry and text."""

import re
from collections.abc import Sequence
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
_JOINS_LAST = re.compile(r"[)%]+$")
_FIGURE = re.compile(
    r"[-–—(+<>~≤≥±]*[$€£¥]?\s?\(?\d[-\d.,:/\s’'%]*[)%*]*"
    r"(?-i:\s?(?:bps|pts?|pp|x|[KMBT]|bn|mn))?(?:\^\S+)?$|[-–—]+$|n/?[am]$",
    re.IGNORECASE,
)
_EQUATION_NUMBER = re.compile(r"\([A-Z]?\d{1,3}(?:\.\d{1,3})?[a-z]?\)$")
_MATHEMATICS = re.compile("[=<>≤≥≈∈∑∏∫±→∝≡\U0001d400-\U0001d7ff]")

_LEADER_END = re.compile(r"[.·•…_‧⋅]{2,}$|^[.·•…_‧⋅]$")
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
    for words in row.segments(gap):
        is_attached = cells and (JOINS_NEXT.match(cells[-1][-1].text) or _goes_with_last(cells[-1][-1], words))
        is_marked = may_begin_with_mark and len(cells) == 1 and len(cells[0]) == 1
        if is_attached or (is_marked and _FIRST_MARK.match(cells[0][0].text)):
            cells[-1] = [*cells[-1], *words]
        else:
            cells.append(list(words))
    return cells


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
    are_figures = all(is_figure(text) or text in _NO_FIGURE for text in (text_of(cell) for cell in cells))
    return [label, *cells] if label and len(cells) > 1 and are_figures else [row.words]


def _is_equation(cells: Sequence[Sequence[Word]]) -> bool:
    """A formula with its number in brackets at the end of the line."""
    is_numbered = len(cells[1]) == 1 and _EQUATION_NUMBER.match(cells[1][0].text)
    return bool(is_numbered) and any(_MATHEMATICS.search(word.text) for word in cells[0])


def is_figure(text: str) -> bool:
    """Whether a cell holds a number, an amount, a share, or a dash in the place of one; years too."""
    return _FIGURE.match(text) is not None


def column_of(gaps: Sequence[Span], place: float) -> int:
    return sum((gap[0] + gap[1]) / 2 < place for gap in gaps)
