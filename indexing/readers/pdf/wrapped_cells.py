"""Cells of more than one line in tables without rules: the line that goes on is joined to the one before. Pure."""

import re
import statistics
from collections.abc import Sequence

from indexing.readers.pdf.cells import is_figure
from indexing.readers.pdf.lines import Row

_NEAR = 1.4  # sizes from line to line of one cell
_TIGHT = 0.87  # of the usual step from row to row
_DANGLES = re.compile(r"(?:\b(?:of|and|or|to|for|the|in|with|by|on|from|und|der|für|de|et)|[-–—,/&])$", re.IGNORECASE)
_HEADS_A_SECTION = re.compile(r"[:：]$")


def with_whole_cells(rows: Sequence[Row], table: Sequence[list[str]]) -> list[list[str]]:
    """The table's rows, those joined to the one before that only go on with its words."""
    labelled = [row.base - above.base for above, row, cells in zip(rows, rows[1:], table[1:], strict=False) if cells[0]]
    usual = statistics.median(labelled) if labelled else 0.0
    whole: list[list[str]] = []
    for index, (row, cells) in enumerate(zip(rows, table, strict=True)):
        step = row.base - rows[index - 1].base
        goes_on = index > 0 and step < _NEAR * max(row.size, rows[index - 1].size)
        if goes_on and (_is_label_goes_on(whole[-1], cells) or (step < _TIGHT * usual and _is_rest(whole[-1], cells))):
            whole[-1] = [_joined(one, other) for one, other in zip(whole[-1], cells, strict=True)]
        else:
            whole.append(list(cells))
    return whole


def _joined(one: str, other: str) -> str:
    is_cut = len(one) > 1 and one[-1] == "-" and one[-2].isalpha() and other[:1].isalpha()
    return one + other if is_cut else f"{one} {other}".strip()


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
