"""What a page draws besides text: rules, check boxes, pictures, grounds; and which of its text nobody can see.

One walk over the page's objects, forms within it included, with budgets: a page may hold a million of them. All boxes
are (left, bottom, right, top) in the page's points, y upwards.
"""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

_MOST_OBJECTS = 20_000  # of a page
_MOST_SEGMENTS = 6_000  # of all its paths
_EVERYWHERE = (-math.inf, -math.inf, math.inf, math.inf)
_LONG = 30.0  # points: shorter drawings hardly reach beyond their clip
_CLIP_SLACK = 2.0  # points: a rule on the edge of its clip is seen
_DEEPEST = 5  # forms within forms
_THICKEST = 3.0  # points: a filled shape so thin is a rule, a thicker one is a ground
_SHORTEST = 3.0  # points: of a rule
_STRAIGHT = 1.0  # points: off level or upright
_BAR_SEGMENTS = 5  # of a rectangle
_BOX_SIDES = (4.0, 18.0)  # points: of a check box
_MOST_BOXES = 300
_INVISIBLE = 3  # text render mode
_LIGHTEST = 250  # of 255, in each colour: white
_SMALLEST_POINTS = 1.0

Box = tuple[float, float, float, float]
_Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class CheckBox:
    """A small square, ticked or not."""

    box: Box
    is_ticked: bool


@dataclass(slots=True)
class Drawings:
    """All that was found. `hidden` gives the reason for text objects, by address, that nobody can see."""

    level: list[Box] = field(default_factory=list)
    upright: list[Box] = field(default_factory=list)
    slanted: list[Box] = field(default_factory=list)
    curved: list[Box] = field(default_factory=list)
    bars: list[Box] = field(default_factory=list)
    squares: list[Box] = field(default_factory=list)
    marks: list[Box] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    grounds: list[Box] = field(default_factory=list)
    hidden: dict[int, str] = field(default_factory=dict)
    segments: int = 0

    def check_boxes(self) -> list[CheckBox]:
        """The squares that stand alone, with what is drawn within; [] where they are so many that they are a grid."""
        squares = _distinct(self.squares)
        alone = [box for box in squares if not any(_is_beside(box, other) for other in squares)]
        if len(alone) > _MOST_BOXES:
            return []
        return [CheckBox(box, any(_is_within(mark, box) for mark in self.marks)) for box in alone]

    def picture_share(self, page: Box) -> float:
        """How much of the page (0–1) its pictures cover; pictures over one another count each."""
        whole = max((page[2] - page[0]) * (page[3] - page[1]), 1.0)
        return min(1.0, sum(_area(_cut(box, page)) for box in self.pictures) / whole)


def read_drawings(page: Any) -> Drawings:
    """Walks over the page's objects, up to the budgets."""
    found = Drawings()
    visible = visible_box(page)
    for count, (item, matrix) in enumerate(_objects(page)):
        if count > _MOST_OBJECTS:
            break
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            if reason := _hidden_reason(item, matrix, visible, found.grounds):
                found.hidden[_address(item)] = reason
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            found.pictures.append(_bounds(item, matrix))
            found.grounds.append(found.pictures[-1])
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            _take_path(item, matrix, found)
        elif not _is_white(item):
            found.grounds.append(_bounds(item, matrix))
    return found


def visible_box(page: Any) -> Box:
    """The part of the page that is shown: its crop box within its media box, those of the page tree too."""
    shown = pdfium.FS_RECTF()
    if not pdfium.FPDF_GetPageBoundingBox(page, shown):
        return _box(page.get_mediabox())
    return _box((shown.left, shown.bottom, shown.right, shown.top))


def _objects(page: Any) -> Iterator[tuple[Any, _Matrix]]:
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        yield from _within(pdfium.FPDFPage_GetObject(page, index), _IDENTITY, 0)


def _within(item: Any, matrix: _Matrix, depth: int) -> Iterator[tuple[Any, _Matrix]]:
    if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_FORM or depth >= _DEEPEST:
        yield item, matrix
        return
    own = _times(_matrix(item), matrix)
    for index in range(min(pdfium.FPDFFormObj_CountObjects(item), _MOST_OBJECTS)):
        yield from _within(pdfium.FPDFFormObj_GetObject(item, index), own, depth + 1)


def _matrix(item: Any) -> _Matrix:
    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, found):
        return _IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(one: _Matrix, other: _Matrix) -> _Matrix:
    """First one, then the other."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _point(x: float, y: float, matrix: _Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _bounds(item: Any, matrix: _Matrix) -> Box:
    sides = [ctypes.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(item, *sides)
    left, bottom, right, top = (side.value for side in sides)
    if matrix == _IDENTITY:
        return left, bottom, right, top
    return _box_around([_point(x, y, matrix) for x in (left, right) for y in (bottom, top)])


def _clip(item: Any, matrix: _Matrix) -> Box:
    """What is shown of the item: a chart's bars begin at zero, wherever its axis does."""
    shown = _EVERYWHERE
    clip = pdfium.FPDFPageObj_GetClipPath(item)
    x, y = ctypes.c_float(), ctypes.c_float()
    for path in range(max(0, pdfium.FPDFClipPath_CountPaths(clip)) if clip else 0):
        segments = pdfium.FPDFClipPath_CountPathSegments(clip, path)
        points: list[tuple[float, float]] = []
        for index in range(segments if segments <= _BAR_SEGMENTS else 0):
            pdfium.FPDFPathSegment_GetPoint(pdfium.FPDFClipPath_GetPathSegment(clip, path, index), x, y)
            points.append(_point(x.value, y.value, matrix))
        if points:
            shown = _cut(shown, _box_around(points))
    return shown[0] - _CLIP_SLACK, shown[1] - _CLIP_SLACK, shown[2] + _CLIP_SLACK, shown[3] + _CLIP_SLACK


def _take_path(item: Any, matrix: _Matrix, found: Drawings) -> None:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, fill, stroke)
    if not fill.value and not stroke.value:
        return  # a clip
    box = _bounds(item, matrix)
    width, height = box[2] - box[0], box[3] - box[1]
    clip = _clip(item, matrix) if max(width, height) > _LONG else _EVERYWHERE
    is_white = bool(fill.value) and _is_white(item)
    if fill.value and not is_white:
        found.grounds.append(box)
        _take_shape(item, _cut(box, clip), found)
    is_small = max(width, height) <= _BOX_SIDES[1] * 1.3
    lines = list(_lines(item, matrix, found)) if stroke.value and not _is_broad(item, matrix) else []
    may_be_box = is_small and _is_square(width, height) and (not fill.value or is_white)
    if may_be_box and lines and not any(map(_is_slanted, lines)):
        found.squares.append(box)
        return
    if is_small and min(width, height) > 1.0:
        found.marks.append(box)
    if fill.value and not stroke.value:
        if not is_white:
            _take_filled(box, found)
        return
    for line in lines:
        _take_line(line, clip, found)
        if is_small:
            found.marks.append(_box_around(list(line)))


def _take_shape(item: Any, box: Box, found: Drawings) -> None:
    """What is filled with a colour and is no rule: a bar, or another shape."""
    if min(box[2] - box[0], box[3] - box[1]) > _THICKEST:
        is_bar = pdfium.FPDFPath_CountSegments(item) <= _BAR_SEGMENTS
        (found.bars if is_bar else found.curved).append(box)


def _is_broad(item: Any, matrix: _Matrix) -> bool:
    """Whether its strokes are so thick that they are grounds: the mark of a highlighter."""
    width = ctypes.c_float()
    a, b, c, d, _, _ = _times(_matrix(item), matrix)
    pdfium.FPDFPageObj_GetStrokeWidth(item, width)
    return width.value * math.sqrt(abs(a * d - b * c)) > _THICKEST


def _is_square(width: float, height: float) -> bool:
    smallest, largest = _BOX_SIDES
    return (
        smallest <= min(width, height)
        and max(width, height) <= largest
        and max(width, height) < 1.25 * min(width, height)
    )


def _is_slanted(line: tuple[tuple[float, float], tuple[float, float]]) -> bool:
    (x1, y1), (x2, y2) = line
    return abs(x1 - x2) > _STRAIGHT and abs(y1 - y2) > _STRAIGHT


def _take_filled(box: Box, found: Drawings) -> None:
    width, height = box[2] - box[0], box[3] - box[1]
    if height <= _THICKEST and width > max(_SHORTEST, height):
        found.level.append(box)
    elif width <= _THICKEST and height > max(_SHORTEST, width):
        found.upright.append(box)


def _take_line(line: tuple[tuple[float, float], tuple[float, float]], clip: Box, found: Drawings) -> None:
    box = _cut(_box_around(list(line)), clip)
    width, height = box[2] - box[0], box[3] - box[1]
    if height <= _STRAIGHT and width >= _SHORTEST:
        found.level.append(box)
    elif width <= _STRAIGHT and height >= _SHORTEST:
        found.upright.append(box)
    elif width > _STRAIGHT and height > _STRAIGHT:
        found.slanted.append(box)


def _lines(item: Any, matrix: _Matrix, found: Drawings) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    own = _times(_matrix(item), matrix)
    start = last = (0.0, 0.0)
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(pdfium.FPDFPath_CountSegments(item)):
        found.segments += 1
        if found.segments > _MOST_SEGMENTS:
            found.curved.append(_bounds(item, matrix))  # what it is made of is not looked at any more
            return
        segment = pdfium.FPDFPath_GetPathSegment(item, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        kind, point = pdfium.FPDFPathSegment_GetType(segment), _point(x.value, y.value, own)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield last, point
        elif math.dist(last, point) > _SHORTEST:
            found.curved.append(_box_around([last, point]))
        last = point
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield last, start
            last = start


def _hidden_reason(item: Any, matrix: _Matrix, page: Box, grounds: list[Box]) -> str | None:
    left, bottom, right, top = box = _bounds(item, matrix)
    if pdfium.FPDFTextObj_GetTextRenderMode(item) == _INVISIBLE:
        return "invisible"
    if right < page[0] or left > page[2] or top < page[1] or bottom > page[3]:
        return "off the page"
    if top - bottom < _SMALLEST_POINTS and _drawn_size(item, matrix) < _SMALLEST_POINTS:  # fonts may have own units
        return "tiny"
    if _is_white(item) and not any(_touches(box, ground) for ground in grounds):
        return "white"
    return None


def _drawn_size(item: Any, matrix: _Matrix) -> float:
    size = ctypes.c_float()
    pdfium.FPDFTextObj_GetFontSize(item, size)
    _, b, c, d, _, _ = _times(_matrix(item), matrix)
    return float(size.value * max(abs(d), abs(c), abs(b)))


def _is_white(item: Any) -> bool:
    colours = [ctypes.c_uint() for _ in range(4)]
    is_known = pdfium.FPDFPageObj_GetFillColor(item, *colours)
    return bool(is_known) and all(colour.value >= _LIGHTEST for colour in colours[:3])


def _address(item: Any) -> int:
    return ctypes.cast(item, ctypes.c_void_p).value or 0


def _box(sides: tuple[float, ...]) -> Box:
    left, bottom, right, top = sides
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _box_around(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _touches(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _is_within(inner: Box, outer: Box) -> bool:
    slack = (outer[2] - outer[0]) * 0.35
    return (
        inner[0] >= outer[0] - slack
        and inner[1] >= outer[1] - slack
        and inner[2] <= outer[2] + slack
        and inner[3] <= outer[3] + slack
        and _touches(inner, outer)
    )


def _is_beside(one: Box, other: Box) -> bool:
    """Whether the squares follow one another without text between: cells for letters, or a picture's pattern."""
    gap = max(one[0], other[0]) - min(one[2], other[2])
    is_level = abs(one[1] - other[1]) < 0.5 * (one[3] - one[1])
    return one != other and is_level and gap < 1.2 * (one[2] - one[0])


def _distinct(boxes: list[Box]) -> list[Box]:
    """Without those drawn twice in one place."""
    seen: dict[tuple[int, int], Box] = {}
    for box in boxes:
        seen.setdefault((round(box[0] / 2), round(box[1] / 2)), box)
    return list(seen.values())


def _cut(box: Box, page: Box) -> Box:
    if page is _EVERYWHERE:  # as for most of what is drawn
        return box
    return max(box[0], page[0]), max(box[1], page[1]), min(box[2], page[2]), min(box[3], page[3])


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
