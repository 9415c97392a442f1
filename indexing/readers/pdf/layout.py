"""The words of a page as text: reading order, tables as rows with their header, paragraphs apart. Pure geometry.

Takes what `characters` and `drawings` found, or the lines that were read on a picture; knows neither library.
"""

import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexing.readers.pdf.cells import cells_of
from indexing.readers.pdf.columns import in_reading_order
from indexing.readers.pdf.figures import find_figures
from indexing.readers.pdf.formulas import with_whole_formulas
from indexing.readers.pdf.grids import find_grids
from indexing.readers.pdf.lines import Inset, Row, rows_of, text_of, with_drop_capitals, without_line_numbers
from indexing.readers.pdf.listings import find_listings
from indexing.readers.pdf.scripts import is_spaceless
from indexing.readers.pdf.strikes import without_struck
from indexing.readers.pdf.table_sections import Part, with_sections
from indexing.readers.pdf.tables import table_lines, table_stretches
from indexing.readers.pdf.words import Character, Rule, Word

_PARAGRAPH = 1.35  # of the usual step from line to line
_PLAIN_GAP = 1.5  # sizes: two spaces in a line that is no row of a table
_FULL = 1.6  # sizes from the right edge: a line that ends nearer is full
_CHINESE_ENDS = "。！？；：…"
_CHART_LINES = 5  # slanted lines within a grid of rules
_BESIDE_BOX = 2.5  # sides of a check box to the text that it belongs to
_BOX_SIZES = (0.45, 1.7)  # sides of a check box, in sizes of that text


@dataclass(frozen=True, slots=True)
class Square:
    """A check box as drawn."""

    box: Rule
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Shapes:
    """Other drawings: boxes of curved lines and of what is filled with a colour."""

    curved: Sequence[Rule] = ()
    bars: Sequence[Rule] = ()


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A page's text; (size, text) of its lines in the order read, and the words that were left out on purpose."""

    text: str
    sized: tuple[tuple[float, str], ...]
    struck: tuple[Word, ...]
    dropped: tuple[Word, ...]


def lay_out(
    words: Sequence[Word],
    level: Sequence[Rule] = (),
    upright: Sequence[Rule] = (),
    squares: Sequence[Square] = (),
    slanted: Sequence[Rule] = (),
    characters: Sequence[Character] = (),
    shapes: Shapes = Shapes(),
) -> LaidOut:
    """The text of words that stand upright, with what the page draws around them. Slanted lines make a chart.

    `characters` are those of the words, where they are known: a word may be struck in part.
    """
    shown, struck, parted = without_struck(with_drop_capitals(words), characters, level, upright)
    shown += [word for square in squares if (word := _box_word(square, shown)) is not None]
    apart = _set_apart(shown, level, upright, slanted, shapes)
    taken = {id(word) for each in apart for word in each.words}
    rows = rows_of(with_whole_formulas([word for word in shown if id(word) not in taken], level))
    numbered = [Row([], each.lines, each.box) for each in apart] + rows
    ordered = without_line_numbers(sorted(numbered, key=_height))
    seen = {id(word) for row in ordered for word in row.words}
    dropped = (*parted, *(word for row in rows for word in row.words if id(word) not in seen))
    ordered = _with_listings(ordered, level)
    stretches = list(in_reading_order(ordered, level, upright))
    parts = with_sections([part for number, stretch in enumerate(stretches) for part in _parts(number, stretch)], level)
    kept = [list(group) for _, group in itertools.groupby(parts, key=lambda part: part.stretch)]
    stretches = [[row for part in group for row in part.rows] for group in kept]
    blocks = [list(_block(group, level)) for group in kept]
    text = _joined(stretches, ["\n".join(line for _, line in block).strip("\n") for block in blocks])
    sized = tuple((size, line) for block in blocks for size, line in block if line)
    return LaidOut(text, sized, tuple(struck), dropped)


def _height(row: Row) -> float:
    return row.base if row.words else row.top


def _with_listings(rows: Sequence[Row], level: Sequence[Rule]) -> list[Row]:
    """The rows, those of a list with entries of several lines as one."""
    listings = find_listings(rows, level)
    if not listings:
        return list(rows)
    listed = {id(word) for each in listings for word in each.words}
    rest = [row for row in rows if not row.words or id(row.words[0]) not in listed]
    return sorted([*rest, *(Row([], each.lines, each.box) for each in listings)], key=_height)


def _set_apart(
    words: Sequence[Word],
    level: Sequence[Rule],
    upright: Sequence[Rule],
    slanted: Sequence[Rule],
    shapes: Shapes,
) -> list[Inset]:
    """The figures with their labels, and the ruled tables among the other words."""
    figures = find_figures(words, (*level, *upright), (*slanted, *shapes.curved), shapes.bars)
    on_figures = {id(word) for figure in figures for word in figure.words}
    rest = [word for word in words if id(word) not in on_figures]
    levels, uprights = ([rule for rule in rules if not _is_on(rule, figures)] for rules in (level, upright))
    grids = [grid for grid in find_grids(rest, levels, uprights) if not _is_chart(grid.box, slanted)]
    return [*figures, *grids]


def _is_on(rule: Rule, figures: Sequence[Inset]) -> bool:
    x, y = (rule[0] + rule[2]) / 2, (rule[1] + rule[3]) / 2
    return any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for box in (figure.box for figure in figures))


def _is_chart(box: Rule, slanted: Sequence[Rule]) -> bool:
    inside = [
        line for line in slanted if box[0] < line[0] and line[2] < box[2] and box[1] < line[1] and line[3] < box[3]
    ]
    return len(inside) >= _CHART_LINES


def _box_word(square: Square, words: Sequence[Word]) -> Word | None:
    """ "[x]" or "[ ]" on the baseline of the text beside it, drawn when that was drawn; None where there is none."""
    x0, top, x1, bottom = square.box
    side = bottom - top
    beside = [word for word in words if word.top < (top + bottom) / 2 < word.bottom]
    near = [word for word in beside if max(word.x0 - x1, x0 - word.x1) < _BESIDE_BOX * side]
    fitting = [word for word in near if _BOX_SIZES[0] < side / word.size < _BOX_SIZES[1] and word.text.isprintable()]
    if not fitting:
        return None
    nearest = min(fitting, key=lambda word: max(word.x0 - x1, x0 - word.x1))
    text = "[x]" if square.is_ticked else "[ ]"
    return Word(text, x0, x1, nearest.base, nearest.size, nearest.order)


def _joined(stretches: Sequence[Sequence[Row]], blocks: Sequence[str]) -> str:
    """The blocks apart from one another, but where a sentence goes on at the head of the next column."""
    text, bottom = "", 0.0
    for rows, block in zip(stretches, blocks, strict=True):
        if text and block:
            is_next_column = rows[0].top < bottom
            goes_on = is_next_column and block[0].islower() and (text[-1].isalpha() or text[-1] in ",-")
            text += "\n" if goes_on else "\n\n"
        text, bottom = text + block, rows[-1].top
    return text


def _parts(number: int, rows: Sequence[Row]) -> Iterator[Part]:
    for stretch in _between_tables(rows):
        if stretch[0].table:
            yield Part(number, False, stretch)
        else:
            yield from (Part(number, is_table, part) for is_table, part in table_stretches(stretch))


def _block(parts: Sequence[Part], level: Sequence[Rule]) -> Iterator[tuple[float, str]]:
    """(size, line) of one column, empty lines between paragraphs and around tables."""
    for part in parts:
        size = part.rows[0].size
        lines = list(part.rows[0].table or part.lines) or (table_lines(part.rows, level) if part.is_table else [])
        if lines:
            yield from ((size, line) for line in ("", *lines, ""))
        else:
            yield from _paragraphs(part.rows)


def _between_tables(rows: Sequence[Row]) -> Iterator[list[Row]]:
    run: list[Row] = []
    for row in rows:
        if row.table:
            if run:
                yield run
            yield [row]
            run = []
        else:
            run.append(row)
    if run:
        yield run


def _paragraphs(rows: Sequence[Row]) -> Iterator[tuple[float, str]]:
    steps = [other.base - one.base for one, other in itertools.pairwise(rows)]
    usual = statistics.median_low(steps) if steps else 0.0
    right = max(row.x1 for row in rows)
    text = ""
    for index, row in enumerate(rows):
        line = "  ".join(text_of(cell) for cell in cells_of(row, _PLAIN_GAP))
        begins = index > 0 and steps[index - 1] > _PARAGRAPH * max(usual, row.size)
        above = rows[index - 1]
        is_full = index > 0 and above.x1 > right - _FULL * above.size and abs(above.size - row.size) < 0.1 * row.size
        if text and is_full and not begins and is_spaceless(text, line) and text[-1] not in _CHINESE_ENDS:
            text += line  # a Chinese word may be broken at the end of a line
            continue
        if index:
            yield above.size, text
            if begins:
                yield row.size, ""
        text = line
    yield rows[-1].size, text
