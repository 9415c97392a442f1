"""What has gaps like a table and is none: the ticks and legends of charts, display formulas. Pure functions."""

import re
from collections.abc import Sequence

from indexing.readers.pdf.lines import Row

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
