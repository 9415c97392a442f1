"""Names that stand left of a group of rows, in the middle of its height: they head the group. Pure geometry."""

import itertools
import statistics
from collections.abc import Sequence

from indexing.readers.pdf.lines import Row, text_of
from indexing.readers.pdf.table_heads import Rule
from indexing.readers.pdf.words import Word

_WIDE = 0.8  # of the table: a rule so long parts groups
_LINED_UP = 0.6  # of the rows begin where their labels do
_SAME_EDGE = 0.3  # sizes
_OFF_MIDDLE = 0.8  # sizes
_MOST_LINES = 3
_RULE_SIZE = 1.0  # points: a row on the rule overlaps neither of its neighbours


def with_group_heads(rows: Sequence[Row], level: Sequence[Rule]) -> list[Row]:
    """The rows, each name left of a group's labels as a row at the rule above; unchanged where one is not centred."""
    edge = _label_edge(rows)
    beside = [word for row in rows for word in row.words if edge is not None and word.x1 < edge]
    width = max(row.x1 for row in rows) - min(row.x0 for row in rows)
    rules = sorted({rule[1] for rule in level if rule[2] - rule[0] >= _WIDE * width})
    if not beside or len(rules) < 2:
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


def _are_centred(names: Sequence[Word], group: Sequence[Row]) -> bool:
    if len(group) < 2 or len({round(word.base) for word in names}) > _MOST_LINES:
        return False
    middle = (min(word.base for word in names) + max(word.base for word in names)) / 2
    return abs(middle - (group[0].base + group[-1].base) / 2) < _OFF_MIDDLE * group[0].size


def _name(words: Sequence[Word], base: float) -> Word:
    """The lines of a name as one word on the rule above its group."""
    text = text_of(sorted(words, key=lambda word: (round(word.base), word.x0)))
    left, right = min(word.x0 for word in words), max(word.x1 for word in words)
    return Word(text, left, right, base, _RULE_SIZE, words[0].order)
