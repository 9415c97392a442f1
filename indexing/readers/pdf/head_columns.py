"""Which columns a name in the header of a table without rules stands over. Pure geometry.

A name covers the columns whose text, or whose own name in a line below, it reaches. It stands over more of them where
it is in their middle and there is a sign that it does: it reaches beyond one column, the names below are of one form
(years, levels), or the names of its line share out all columns.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

from indexing.readers.pdf.cells import Span, below_one_another, column_of, shared_width

_CENTRED = 8.0  # points: so far off the middle is as good as in it
_IN_MIDDLE = 3.0  # points: it is the name of the one column below
_LINE_STEP = 1.45  # sizes from line to line of one name
_REACH = 0.2  # sizes that a name must reach beyond the middle of a gap
_DIGITS = re.compile(r"\d+")
_INDENT = 3.0  # sizes from the left edge: no name of the labels

Range = tuple[int, int]  # first and last column


@dataclass(slots=True)
class HeadName:
    """A name in a header, of one line or several; `ruled` are the first and last column that its rule says it covers.

    It covers no more than `most`, those over a rule that begins with the labels.
    """

    text: str
    span: Span
    base: float
    ruled: Range | None = None
    most: Range | None = None
    first_base: float = field(init=False)  # of its first line; `base` is that of the last

    def __post_init__(self) -> None:
        self.first_base = self.base


class HeadColumns:
    """The columns of a table as its header is read from the lowest line upwards."""

    def __init__(self, own: Sequence[Span], gaps: Sequence[Span], edges: Span) -> None:
        self._own = own
        self._gaps = gaps
        self._edges = edges
        starts = [edges[0], *(end for _, end in gaps)]
        ends = [*(start for start, _ in gaps), edges[1]]
        self._places = list(zip(starts, ends, strict=True))
        self._below = [""] * len(own)
        self._groups: dict[Range, HeadName] = {}  # columns under one name in a lower line

    def placed(self, names: Sequence[HeadName], em: float) -> list[str]:
        """A line of names by column; one that stands over several columns is repeated in each."""
        reached = [self._reached(name.span, em) for name in names]
        covered = [self._covered(name.span, one) for name, one in zip(names, reached, strict=True)]
        parted = self._parted(covered, names)
        for number, name in enumerate(names):
            name.ruled = name.ruled or self._group_below(name, reached[:number] + reached[number + 1 :], em)
        covered = [name.ruled or one for name, one in zip(names, parted, strict=True)]
        ranges = self._widened(names, covered, reached)
        if len(names) == 1 and not names[0].ruled and self._is_title(names[0].span, ranges[0]):
            ranges = [(1, len(self._own) - 1)]
        texts: list[list[str]] = [[] for _ in self._own]
        for name, (first, last) in zip(names, ranges, strict=True):
            for column in range(first, last + 1):
                texts[column].append(name.text)
        for name, (first, last) in zip(names, ranges, strict=True):
            if first == last:
                self._places[first], self._below[first] = name.span, name.text
            else:
                self._groups[first, last] = name
        return [reduce(below_one_another, dict.fromkeys(column), "") for column in texts]

    def _group_below(self, name: HeadName, others: Sequence[Range], em: float) -> Range | None:
        """The columns under the one name of the line below in whose middle a shorter one stands: it begins that name.

        `others` are the columns of the other names of its line, which may be none of these.
        """
        over = [(columns, group) for columns, group in self._groups.items() if shared_width(name.span, group.span) > 0]
        if len(over) != 1:
            return None
        (first, last), group = over[0]
        is_shorter = name.span[1] - name.span[0] < group.span[1] - group.span[0]
        is_near = (
            group.first_base - name.base < _LINE_STEP * em and abs(sum(group.span) - sum(name.span)) / 2 < _IN_MIDDLE
        )
        is_theirs = any(one <= last and first <= other for one, other in others)
        return (first, last) if is_shorter and is_near and not is_theirs else None

    def _is_title(self, span: Span, columns: Range) -> bool:
        """Whether a name is in the middle of the whole table, its labels with it, and not of its columns."""
        off = abs(sum(self._edges) - sum(span)) / 2
        return len(self._own) > 2 and off < _CENTRED / 2 and self._off_middle(columns, span) > _CENTRED

    def _reached(self, span: Span, em: float) -> Range:
        """The columns beyond the middle of whose gap a name reaches."""
        first = column_of(self._gaps, span[0] + _REACH * em)
        last = column_of(self._gaps, span[1] - _REACH * em)
        is_right = span[0] > self._edges[0] + _INDENT * em and sum(span) / 2 > self._gaps[0][0] if last else False
        return (1 if first == 0 and is_right else first), max(first, last)

    def _covered(self, span: Span, reached: Range) -> Range:
        """Without those at the ends whose own text, or name below, the name does not reach."""
        first, last = reached
        while first < last and not self._is_over(span, first):
            first += 1
        while first < last and not self._is_over(span, last):
            last -= 1
        return first, last

    def _is_over(self, span: Span, column: int) -> bool:
        own = self._own[column]
        return own[1] == 0 or shared_width(span, own) > 0 or (self._named(column) and self._is_over_name(span, column))

    def _is_over_name(self, span: Span, column: int) -> bool:
        return shared_width(span, self._places[column]) > 0

    def _named(self, column: int) -> bool:
        return self._below[column] != ""

    def _parted(self, ranges: Sequence[Range], names: Sequence[HeadName]) -> list[Range]:
        """The columns that each name covers, without those over whose text another name stands more."""
        shared = [[shared_width(name.span, text) for text in self._own] for name in names]
        parted = []
        for number, (first, last) in enumerate(ranges):
            others = [other for index, other in enumerate(shared) if index != number]
            is_anothers = [
                any(one[column] > max(shared[number][column], 0.0) for one in others)
                for column in range(len(self._own))
            ]
            while last > first and is_anothers[first]:
                first += 1
            while last > first and is_anothers[last]:
                last -= 1
            parted.append((first, last))
        return parted

    def _widened(self, names: Sequence[HeadName], covered: Sequence[Range], reached: Sequence[Range]) -> list[Range]:
        """The columns over whose middle each name stands: those that it covers, and as many more as keep it there."""
        best: list[Range] = []
        for number, name in enumerate(names):
            first, last = covered[number]
            lowest = max([1, *(other + 1 for _, other in covered[:number])]) if first else 0
            highest = min([len(self._gaps), *(other - 1 for other, _ in covered[number + 1 :])])
            if name.most:
                lowest, highest = max(lowest, name.most[0]), min(highest, name.most[1])
            most = min(lowest, first), max(highest, last)
            best.append((first, last) if name.ruled else self._centred((first, last), most, name.span))
        columns = [column for first, last in best if first for column in range(first, last + 1)]
        shares_out = len(names) > 1 and columns == list(range(1, len(self._own)))
        return [
            wide if self._is_wide(name, one, wide, may_be=shares_out or reach[1] > reach[0]) else one
            for name, one, reach, wide in zip(names, covered, reached, best, strict=True)
        ]

    def _is_wide(self, name: HeadName, covered: Range, wide: Range, *, may_be: bool) -> bool:
        if covered[1] > covered[0] or self._are_alike(wide):
            return True
        return may_be and self._off_middle(covered, name.span) > _IN_MIDDLE

    def _centred(self, covered: Range, most: Range, span: Span) -> Range:
        ranges = [
            (first, last)
            for first in range(most[0], covered[0] + 1)
            for last in range(covered[1], most[1] + 1)
            if self._may_be_added((first, last), covered)
        ]
        return min([covered, *ranges], key=lambda one: (round(self._off_middle(one, span) / _CENTRED), one[0] - one[1]))

    def _may_be_added(self, wide: Range, covered: Range) -> bool:
        """Whether a name over one column takes in none that has no name of its own below."""
        is_one = covered[0] == covered[1]
        return not is_one or wide == covered or all(map(self._named, range(wide[0], wide[1] + 1)))

    def _off_middle(self, one: Range, span: Span) -> float:
        return abs(self._places[one[0]][0] + self._places[one[1]][1] - sum(span)) / 2

    def _are_alike(self, one: Range) -> bool:
        """Whether the names below are years, or differ in their numbers alone."""
        return len({_DIGITS.sub("0", self._below[column]) for column in range(one[0], one[1] + 1)}) == 1
