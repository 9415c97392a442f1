"""Charts and diagrams: what stands on them is set apart from the text around, as the text of a picture. Pure geometry.

A chart is told by what is drawn: slanted and curved lines, bars of many heights, and the rules that touch them. Names
of axes and ticks stand a little outside. Running text on a coloured ground is no label, nor is a slide's.
"""

import itertools
import re
import statistics
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexing.readers.pdf.cells import Span, cells_of, is_figure
from indexing.readers.pdf.lines import Inset, Row, rows_of, text_of
from indexing.readers.pdf.words import Rule, Word

_CELL = 10.0  # points: drawings so near are one figure
_MOST_PLACES = 40_000  # of the raster
_ENOUGH_DRAWN = 6  # slanted or curved lines, or …
_FEW_DRAWN = 3  # of them, where straight ones touch them
_ENOUGH_BARS = 4  # … bars of so many lengths on one line; the grounds of a table's cells are as high as one another
_SMALLEST = (60.0, 40.0)  # points: width and height
_MOST_ON_BAR = 3  # words on a filled shape; with more it is a ground
_CLOSE = 0.3  # sizes of the text from the edge of its ground
_MOST_GROUPS = 300
_BESIDE = 80.0  # points between the parts of one figure
_LONGEST_RULE = 2.0  # times the figure's width or height, of a rule that belongs to it
_AROUND = 1.2  # usual sizes: how far outside labels stand
_TICK_AROUND = 2.4  # beside, where they are figures
_LARGER = 1.5  # times the other labels: the size of such a label
_MOST_AROUND = 6  # words of a label outside
_TEXT_SIZE = 0.87  # of the page's usual: smaller text is that of labels
_PROSE_WORDS, _PROSE_ROWS = 5, 3
_WHOLE_PAGE = 0.6  # of the words' extent: a figure so large is one only where its labels are small
_LARGEST_LABEL = 14.0  # points
_WRITTEN = re.compile(r"[^\W\d_]{2}|[\u3400-\u9fff]")
_CAPTION = re.compile(
    r"(?:figure|fig\.|table|chart|exhibit|abbildung|abb\.|tabelle|tableau|tabla|figura|图|圖|表)\s*[A-Z]?\.?\d",
    re.IGNORECASE,
)
_BETWEEN = " · "


def find_figures(
    words: Sequence[Word], rules: Sequence[Rule], lines: Sequence[Rule], bars: Sequence[Rule]
) -> list[Inset]:
    """The drawings of a page that have labels, which are one line of text each.

    `lines` are slanted or curved, `bars` filled, `rules` straight.
    """
    if not words or (len(lines) < _FEW_DRAWN and len(bars) < _ENOUGH_BARS):
        return []
    usual = statistics.median(word.size for word in words for _ in word.text)
    found: list[Inset] = []
    rest = list(words)
    groups = _with_rules(rules, lines, list(_empty(_without_grounds(bars), words)))
    long_rows = [row for row in rows_of(words) if _is_long(row, usual)] if len(groups) > 1 else []
    for box in (group.box for group in _merged(groups, long_rows) if group.is_figure()):
        labels = _labels(box, rest, usual)
        if not labels or _is_page(box, labels, words):
            continue
        taken = {id(word) for word in labels}
        rest = [word for word in rest if id(word) not in taken]
        found.append(Inset(_around([box, *map(_box_of, labels)]), (_text(labels),), labels))
    return found


def _is_long(row: Row, usual: float) -> bool:
    """Whether it looks like a line of running text."""
    written = (sum(_WRITTEN.search(word.text) is not None for word in cell) for cell in cells_of(row))
    return row.size >= _TEXT_SIZE * usual and max(written) >= _PROSE_WORDS


def _box_of(word: Word) -> Rule:
    return word.x0, word.top, word.x1, word.bottom


def _without_grounds(bars: Sequence[Rule]) -> list[Rule]:
    """The bars that are no grounds of a table's cells: these touch their neighbours in row after row."""
    bands: dict[tuple[int, int], set[Span]] = defaultdict(set)
    for x0, top, x1, bottom in bars:
        bands[round(top), round(bottom)].add((round(x0), round(x1)))
    rows = [_touching(spans) for spans in bands.values()]
    repeated = {span for span, count in Counter(span for row in rows for span in row).items() if count > 1}
    return [bar for bar in bars if (round(bar[0]), round(bar[2])) not in repeated]


def _touching(spans: set[Span]) -> set[Span]:
    ordered = sorted(spans)
    pairs = [(one, other) for one, other in itertools.pairwise(ordered) if abs(one[1] - other[0]) <= 1]
    return {span for pair in pairs for span in pair}


def _empty(bars: Sequence[Rule], words: Sequence[Word]) -> Iterator[Rule]:
    """The bars with few words on them, and not just as long as these: such a one is the ground of a text."""
    ordered = sorted(words, key=lambda word: word.middle)
    middles = [word.middle for word in ordered]
    for bar in bars:
        beside = ordered[bisect_left(middles, bar[1]) : bisect_right(middles, bar[3])]
        on_it = [word for word in beside if bar[0] <= (word.x0 + word.x1) / 2 <= bar[2]]
        if len(on_it) <= _MOST_ON_BAR and not (on_it and _is_ground(bar, on_it)):
            yield bar


def _is_ground(bar: Rule, words: Sequence[Word]) -> bool:
    """Whether a filled shape lies close around the words, as behind text that is marked."""
    left, top, right, bottom = _around(list(map(_box_of, words)))
    em = words[0].size
    is_close = max(abs(bar[0] - left), abs(bar[2] - right)) < _CLOSE * em
    return is_close and bar[3] - bar[1] < bottom - top + 2 * _CLOSE * em


@dataclass(frozen=True, slots=True)
class _Group:
    """Drawings near one another: the box around them, and which of them are lines and bars."""

    box: Rule
    lines: int
    bars: tuple[Rule, ...]

    def joined(self, other: "_Group") -> "_Group":
        """Both as one."""
        return _Group(_around([self.box, other.box]), self.lines + other.lines, self.bars + other.bars)

    def is_figure(self) -> bool:
        """Whether it is large enough, and a chart or a diagram by what is drawn."""
        is_large = self.box[2] - self.box[0] >= _SMALLEST[0] and self.box[3] - self.box[1] >= _SMALLEST[1]
        return is_large and (self.lines >= _ENOUGH_DRAWN or _are_bars(self.bars))


def _are_bars(bars: Sequence[Rule]) -> bool:
    """Whether bars as broad as one another begin on one line and have many lengths."""
    lengths: dict[tuple[str, int, int], set[int]] = defaultdict(set)
    for x0, top, x1, bottom in bars:
        width, height = round(x1 - x0), round(bottom - top)
        lengths["up", round(bottom), width].add(height)
        lengths["right", round(x0), height].add(width)
    return max(map(len, lengths.values()), default=0) >= _ENOUGH_BARS


def _with_rules(rules: Sequence[Rule], lines: Sequence[Rule], bars: Sequence[Rule]) -> list[_Group]:
    """Each group of drawings that touch one another, with the rules that touch it."""
    drawn = [*lines, *bars]
    groups: list[_Group] = []
    for numbers in itertools.islice(_groups(drawn), _MOST_GROUPS):
        own_bars = tuple(drawn[number] for number in numbers if number >= len(lines))
        own_lines = len(numbers) - len(own_bars)
        box, own_rules = _reached(_around([drawn[number] for number in numbers]), rules)
        if own_lines >= _FEW_DRAWN:
            own_lines += own_rules  # axes
        groups.append(_Group(box, own_lines, own_bars))
    return groups


def _merged(groups: Sequence[_Group], long_rows: Sequence[Row]) -> list[_Group]:
    """Groups beside one another as one, unless running text stands between them."""
    merged: list[_Group] = []
    for group in groups:
        index = 0
        while index < len(merged):
            both = group.joined(other := merged[index])
            if _gap(group.box, other.box) <= _BESIDE and not _has_between(both.box, (group.box, other.box), long_rows):
                del merged[index]
                group, index = both, -1  # it may reach others now
            index += 1
        merged.append(group)
    return merged


def _gap(one: Rule, other: Rule) -> float:
    return max(one[0] - other[2], other[0] - one[2], one[1] - other[3], other[1] - one[3])


def _has_between(whole: Rule, parts: Sequence[Rule], long_rows: Sequence[Row]) -> bool:
    within = [row for row in long_rows if whole[1] <= row.base <= whole[3] and row.x0 < whole[2] and whole[0] < row.x1]
    return any(not any(part[1] <= row.base <= part[3] for part in parts) for row in within)


def _groups(boxes: Sequence[Rule]) -> Iterator[list[int]]:
    """The numbers of boxes that touch one another, directly or through others, on a coarse raster."""
    places: dict[tuple[int, int], list[int]] = {}
    for number, (x0, top, x1, bottom) in enumerate(boxes):
        columns = range(int(x0 // _CELL), int(x1 // _CELL) + 1)
        rows = range(int(top // _CELL), int(bottom // _CELL) + 1)
        if len(columns) * len(rows) <= _MOST_PLACES:
            for place in itertools.product(columns, rows):
                places.setdefault(place, []).append(number)
    rest = set(places)
    for start in places:
        if start not in rest:
            continue
        rest.remove(start)
        group, waiting = set(), [start]
        while waiting:
            column, row = place = waiting.pop()
            group.update(places[place])
            near = rest.intersection(itertools.product(range(column - 1, column + 2), range(row - 1, row + 2)))
            rest -= near
            waiting.extend(near)
        yield sorted(group)


def _reached(box: Rule, rules: Sequence[Rule]) -> tuple[Rule, int]:
    """The box with the axes and the lines of a grid that touch it and are not much longer; how many they are."""
    own: list[Rule] = []
    for _ in range(2):  # an axis may touch another one alone
        width, height = (box[2] - box[0]) * _LONGEST_RULE, (box[3] - box[1]) * _LONGEST_RULE
        fitting = (rule for rule in rules if rule[2] - rule[0] <= width and rule[3] - rule[1] <= height)
        own = [rule for rule in fitting if _touch(rule, box)]
        box = _around([box, *own])
    return box, len(own)


def _touch(one: Rule, other: Rule) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _around(boxes: Sequence[Rule]) -> Rule:
    x0s, tops, x1s, bottoms = zip(*boxes, strict=True)
    return min(x0s), min(tops), max(x1s), max(bottoms)


def _labels(box: Rule, words: Sequence[Word], usual: float) -> tuple[Word, ...]:
    """The words on the figure, without running text; then those close around it that stand alone in their line."""
    inside = [word for word in words if _is_inside(word, box)]
    rows = rows_of(inside)
    captions = {id(word) for row in rows for cell in cells_of(row) if _is_caption(cell) for word in cell}
    prose = captions | {id(word) for row in _prose_rows(rows, usual) for word in row.words}
    labels = [word for word in inside if id(word) not in prose]
    if not labels or len(prose) > len(labels):
        return ()
    size = statistics.median(word.size for word in labels)
    for _ in range(2):  # ticks, then the name of their axis
        around = _around([box, *map(_box_of, labels)])
        taken = {id(word) for word in labels}
        near = [word for word in words if id(word) not in taken and id(word) not in prose]
        labels += [word for row in rows_of(near) for word in _alone(row, around, size, usual)]
    return tuple(labels)


def _is_caption(cell: Sequence[Word]) -> bool:
    return _CAPTION.match(text_of(cell)) is not None


def _is_inside(word: Word, box: Rule) -> bool:
    return box[0] <= (word.x0 + word.x1) / 2 <= box[2] and box[1] <= word.middle <= box[3]


def _prose_rows(rows: Sequence[Row], usual: float) -> Iterator[Row]:
    """Rows of as large text as the page's, several below one another, each of several words."""
    run: list[Row] = []
    for row in [*rows, None]:
        is_long = row is not None and _is_long(row, usual)
        follows = bool(run) and row is not None and row.base - run[-1].base < 2 * row.size
        if run and not (is_long and follows):
            yield from run if len(run) >= _PROSE_ROWS else []
            run = []
        if is_long and row is not None:
            run.append(row)


def _alone(row: Row, box: Rule, size: float, usual: float) -> list[Word]:
    """The words of the row close to the box, where they are a short label and no other text goes on beside them."""
    found: list[Word] = []
    for cell in cells_of(row):
        reach = (_TICK_AROUND if is_figure(text_of(cell)) else _AROUND) * usual
        wider = (box[0] - reach, box[1] - _AROUND * usual, box[2] + reach, box[3] + _AROUND * usual)
        is_near = any(_touch((word.x0, word.middle, word.x1, word.middle), wider) for word in cell)
        is_near = is_near and not _is_caption(cell)
        is_small = cell[0].size < _LARGER * size and (size < _TEXT_SIZE * usual or len(cell) <= 2)
        found.extend(cell if is_near and is_small and len(cell) <= _MOST_AROUND else [])
    return found


def _is_page(box: Rule, labels: Sequence[Word], words: Sequence[Word]) -> bool:
    """Whether the drawing is a page's decoration, and its words are a slide's."""
    height = max(word.bottom for word in words) - min(word.top for word in words)
    is_large = box[3] - box[1] > _WHOLE_PAGE * height
    return is_large and statistics.median(word.size for word in labels) >= _LARGEST_LABEL


def _text(words: Sequence[Word]) -> str:
    cells = [text_of(cell) for row in rows_of(words) for cell in cells_of(row)]
    return f"[{_BETWEEN.join(cells)}]"
