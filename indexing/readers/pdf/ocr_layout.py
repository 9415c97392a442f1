"""The order in which lines of text found on a picture are read: columns, rows, paragraphs. Pure geometry."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

_GUTTER = 0.8  # least width of the gap between columns, in line heights
_COLUMN_LINES = 4  # a column has at least so many lines …
_COLUMN_SHAPE = 5.0  # … and they are this much longer than high; else it is a column of a table
_SPANNING = 0.25  # at most this share of the lines may cross the gutter (titles, wide pictures' captions)
_SAME_ROW = 0.5  # two boxes stand in one row when they share this part of the lower one's height
_VERTICAL = 2.0  # lines so much higher than wide are written downwards
_PARAGRAPH = 0.9  # a gap of so many line heights begins a paragraph


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of text in its upright box, in pixels; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    @property
    def height(self) -> float:
        """In pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> float:
        """In pixels."""
        return self.right - self.left


def layout_text(lines: Sequence[Line]) -> str:
    """The lines as text: column after column, what stands side by side in a row joined, paragraphs apart."""
    if not lines:
        return ""
    if _is_vertical(lines):
        return "\n".join(line.text for line in sorted(lines, key=lambda line: (-line.right, line.top)))
    return "\n\n".join(_block_text(block) for block in _blocks(lines))


def _is_vertical(lines: Sequence[Line]) -> bool:
    """Chinese or Japanese written in columns, from right to left."""
    shapes = [line.height / max(line.width, 1.0) for line in lines if len(line.text) > 1]
    return bool(shapes) and statistics.median(shapes) > _VERTICAL


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Groups of lines that are read one after the other, each of one column."""
    gutter = _gutter(lines)
    if gutter is None:
        return [list(lines)]
    blocks: list[list[Line]] = []
    band: list[Line] = []
    for line in sorted(lines, key=lambda line: line.top):
        if line.left < gutter < line.right:
            blocks.extend(_columns(band, gutter))
            blocks.append([line])
            band = []
        else:
            band.append(line)
    return _joined_spans([*blocks, *_columns(band, gutter)], gutter)


def _columns(band: Sequence[Line], gutter: float) -> list[list[Line]]:
    sides = ([line for line in band if line.right <= gutter], [line for line in band if line.left >= gutter])
    return [block for side in sides if side for block in _blocks(side)]


def _joined_spans(blocks: list[list[Line]], gutter: float) -> list[list[Line]]:
    """Lines across the gutter that follow one another (an abstract) are one block."""
    joined: list[list[Line]] = []
    for block in blocks:
        spans = all(line.left < gutter < line.right for line in block)
        if spans and joined and all(line.left < gutter < line.right for line in joined[-1]):
            joined[-1].extend(block)
        else:
            joined.append(block)
    return joined


def _gutter(lines: Sequence[Line]) -> float | None:
    """The middle of a gap between two columns of running text, or None where there is one column, or a table."""
    if len(lines) < 2 * _COLUMN_LINES:
        return None
    height = statistics.median(line.height for line in lines)
    centre = (min(line.left for line in lines) + max(line.right for line in lines)) / 2
    found: list[tuple[int, float, float]] = []  # lines that cross it, distance from the centre, place
    for edge in {line.right for line in lines}:
        beyond = [line.left for line in lines if line.left >= edge + _GUTTER * height]
        if not beyond:
            continue
        middle = (edge + min(beyond)) / 2
        crossing = sum(line.left < middle < line.right for line in lines)
        if crossing <= _SPANNING * len(lines) and _are_columns(lines, middle, height):
            found.append((crossing, abs(middle - centre), middle))
    return min(found)[2] if found else None


def _are_columns(lines: Sequence[Line], middle: float, height: float) -> bool:
    left = [line for line in lines if line.right <= middle]
    right = [line for line in lines if line.left >= middle]
    if min(len(left), len(right)) < _COLUMN_LINES:
        return False
    if min(line.left for line in right) - max(line.right for line in left) < _GUTTER * height:
        return False
    shapes = [statistics.median(line.width / max(line.height, 1.0) for line in side) for side in (left, right)]
    return min(shapes) >= _COLUMN_SHAPE


def _block_text(lines: Sequence[Line]) -> str:
    rows = _rows(lines)
    height = statistics.median(line.height for line in lines)
    text, bottom = "", None
    for row in rows:
        if bottom is not None:
            text += "\n\n" if min(line.top for line in row) - bottom > _PARAGRAPH * height else "\n"
        text += "  ".join(line.text for line in row)
        bottom = max(line.bottom for line in row)
    return text


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines side by side, from left to right; rows from top to bottom."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.top + line.bottom):
        if rows and _same_row(rows[-1][-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _same_row(one: Line, other: Line) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > _SAME_ROW * min(one.height, other.height)
