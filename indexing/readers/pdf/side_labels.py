"""Names that stand left of a group of rows, in the middle of its height. Pure geometry.

Left of the rows' own labels they head the group; where the rows have no label of their own, they are that of each.
"""

import itertools
import re
import statistics
from collections.abc import Sequence

from indexing.readers.pdf.cells import Span, cells_of, column_of, span_of
from indexing.readers.pdf.lines import Row, rows_of, text_of
from indexing.readers.pdf.words import Rule, Word

_WIDE = 0.8  # of the table: a rule so long parts groups
_LINED_UP = 0.6  # of the rows begin where their labels do
_SAME_EDGE = 0.3  # sizes
_OFF_MIDDLE = 0.8  # sizes
_OFF_TALL_MIDDLE = 0.2  # of a group's height: writers count its rows wrong
_MOST_LINES = 3
_MOST_LABELLED = 0.7  # of the rows: more have a label of their own
_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[^\W\d_]")
_RULE_SIZE = 1.0  # points: a row on the rule overlaps neither of its neighbours


def with_group_heads(rows: Sequence[Row], level: Sequence[Rule]) -> list[Row]:
    """The rows, each name left of a group's labels as a row at the rule above; unchanged where one is not centred."""
    edge = _label_edge(rows)
    beside = [word for row in rows for word in row.words if edge is not None and word.x1 < edge]
    width = max(row.x1 for row in rows) - min(row.x0 for row in rows)
    rules = sorted({rule[1] for rule in level if rule[2] - rule[0] >= _WIDE * width})
    if not beside or len(rules) < 2 or _are_in_columns(beside):
        return list(rows)
    doomed = {id(word) for word in beside}
    labelled = [Row(words) for row in rows if (words := [word for word in row.words if id(word) not in doomed])]
    heads: list[Row] = []
    for top, bottom in itertools.pairwise([*rules, max(row.bottom for row in rows)]):
        names = [word for word in beside if top < word.base <= bottom]
        group = [row for row in labelled if top < row.base <= bottom]
        if names and not _are_centred(names, group):
            return list(rows)
        if names:
            heads.append(Row([_name(names, top)]))
    is_all = sum(len(word.text.split()) for row in heads for word in row.words) == len(beside)
    return sorted([*labelled, *heads], key=lambda row: row.base) if is_all else list(rows)


def _label_edge(rows: Sequence[Row]) -> float | None:
    """Where most rows have a word that begins, the leftmost such place; None where the rows do not line up."""
    em = statistics.median(row.size for row in rows)
    for place in sorted({round(word.x0, 1) for row in rows for word in row.words}):
        near = sum(any(abs(word.x0 - place) < _SAME_EDGE * em for word in row.words) for row in rows)
        if near >= _LINED_UP * len(rows):
            return place
    return None


def _are_in_columns(words: Sequence[Word]) -> bool:
    """Whether the words stand in columns of their own: then they are labels of two kinds."""
    return sum(len(cells_of(row)) > 1 for row in rows_of(words)) > 1


def _are_centred(names: Sequence[Word], group: Sequence[Row]) -> bool:
    if len(group) < 2 or len({round(word.base) for word in names}) > _MOST_LINES:
        return False
    middle = (min(word.base for word in names) + max(word.base for word in names)) / 2
    return abs(middle - (group[0].base + group[-1].base) / 2) < _OFF_MIDDLE * group[0].size


def _name(words: Sequence[Word], base: float) -> Word:
    """The lines of a name as one word on the rule above its group."""
    text = text_of(sorted(words, key=lambda word: (round(word.base), word.x0)))
    left, right = span_of(words)
    return Word(text, left, right, base, _RULE_SIZE, words[0].order)


def with_shared_labels(
    rows: Sequence[Row], table: Sequence[list[str]], gaps: Sequence[Span], level: Sequence[Rule]
) -> tuple[list[Row], list[list[str]]]:
    """The rows, a label in the middle of several between two rules said in each; what was it alone is left out."""
    filled = [list(cells) for cells in table]
    spent: list[set[int]] = [set() for _ in table]
    for column in range(len(gaps)):
        if sum(bool(cells[column]) for cells in table) >= _MOST_LABELLED * len(table):
            break
        for group in _groups(rows, column, gaps, level):
            source = _shared_label(group, rows, table, column, gaps)
            for index in group if source is not None else ():
                filled[index][column] = table[source or 0][column]
            if source is not None:
                spent[source].add(column)
    kept = [number for number, cells in enumerate(table) if not spent[number] or _columns_filled(cells) - spent[number]]
    return [rows[number] for number in kept], [filled[number] for number in kept]


def _columns_filled(cells: Sequence[str]) -> set[int]:
    return {column for column, cell in enumerate(cells) if cell}


def _groups(rows: Sequence[Row], column: int, gaps: Sequence[Span], level: Sequence[Rule]) -> list[list[int]]:
    """The numbers of the rows between each two rules that go over the column."""
    left = gaps[column - 1][1] if column else min(row.x0 for row in rows)
    middle = (left + gaps[column][0]) / 2
    places = sorted(rule[1] for rule in level if rule[0] < middle < rule[2])
    bounds = itertools.pairwise(places)
    return [[number for number, row in enumerate(rows) if top < row.base <= bottom] for top, bottom in bounds]


def _shared_label(
    group: Sequence[int], rows: Sequence[Row], table: Sequence[list[str]], column: int, gaps: Sequence[Span]
) -> int | None:
    """The one row of a group with a label, which stands in the group's middle; None where there is no such row."""
    labelled = [number for number in group if table[number][column]]
    bodies = [number for number in group if any(map(_DIGIT.search, table[number][column + 1 :]))]
    if len(labelled) != 1 or len(bodies) < 2 or not _LETTER.search(table[labelled[0]][column]):
        return None
    words = [word for word in rows[labelled[0]].words if column_of(gaps, (word.x0 + word.x1) / 2) == column]
    base = statistics.median(word.base for word in words) if words else 0.0
    others = [rows[number].base for number in bodies if number != labelled[0]]
    top, bottom = min(*others, base), max(*others, base)
    near = max(_OFF_MIDDLE * rows[labelled[0]].size, _OFF_TALL_MIDDLE * (bottom - top))
    return labelled[0] if abs(base - (top + bottom) / 2) < near else None
