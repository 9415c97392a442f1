"""Formulas as boxes, drawn with the core fonts every PDF reader has: no font file, the same bytes on every machine.

A box knows its width and how far it reaches above and below its baseline (in millimetres) and draws itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fpdf import FPDF

_MILLIMETRES_PER_POINT = 25.4 / 72
_SYMBOLS = {"sum": "S", "dot": "\xd7", "minus": "-", "root": "\xd6"}


@dataclass(frozen=True, slots=True)
class Box:
    """Something that can be set on a line."""

    width: float
    above: float
    below: float
    draw: Callable[[float, float], None]


class Formula:
    """Builds the boxes of one formula; `size` is that of the main line, in points."""

    def __init__(self, pdf: FPDF, size: float = 12.0) -> None:
        self._pdf = pdf
        self._size = size

    def upright(self, text: str) -> Box:
        """Words, digits and brackets."""
        return self._text(text, "times", "")

    def variable(self, text: str) -> Box:
        """A quantity, in italics."""
        return self._text(text, "times", "I")

    def symbol(self, name: str) -> Box:
        """A sign of the Symbol font by its name here."""
        return self._text(_SYMBOLS[name], "symbol", "")

    def row(self, *boxes: Box) -> Box:
        """Boxes one after another on one baseline."""

        def draw(x: float, y: float) -> None:
            for box in boxes:
                box.draw(x, y)
                x += box.width

        return Box(sum(b.width for b in boxes), max(b.above for b in boxes), max(b.below for b in boxes), draw)

    def fraction(self, top: Box, bottom: Box) -> Box:
        """One box over another with a bar between."""
        gap, axis = 0.9, 0.25 * self._height
        width = max(top.width, bottom.width) + 2 * gap

        def draw(x: float, y: float) -> None:
            bar = y - axis
            top.draw(x + (width - top.width) / 2, bar - gap - top.below)
            self._pdf.set_line_width(0.18)
            self._pdf.line(x + 0.3, bar, x + width - 0.3, bar)
            bottom.draw(x + (width - bottom.width) / 2, bar + gap + bottom.above)

        above = axis + gap + top.below + top.above
        return Box(width, above, gap + bottom.above + bottom.below - axis, draw)

    def lower(self, base: Box, index: str) -> Box:
        """`base` with an index."""
        return self._beside(base, self._small(index), 0.28 * self._height)

    def raised(self, base: Box, exponent: str) -> Box:
        """`base` with an exponent."""
        return self._beside(base, self._small(exponent), -0.4 * self._height)

    def total(self, start: str, end: str = "") -> Box:
        """A summation sign with its limits."""
        sign = Formula(self._pdf, self._size * 1.5).symbol("sum")
        low, high = self._small(start), self._small(end)
        width = max(sign.width, low.width, high.width) + 0.8

        def draw(x: float, y: float) -> None:
            high.draw(x + (width - high.width) / 2, y - sign.above - high.below)
            sign.draw(x + (width - sign.width) / 2, y + 0.25 * self._height)
            low.draw(x + (width - low.width) / 2, y + 0.25 * self._height + low.above + 0.6)

        above = sign.above + (high.above + high.below if end else 0.0)
        return Box(width, above, low.above + low.below + 0.6 + 0.25 * self._height, draw)

    @property
    def _height(self) -> float:
        return self._size * _MILLIMETRES_PER_POINT

    def _small(self, text: str) -> Box:
        return Formula(self._pdf, self._size * 0.7).variable(text)

    def _beside(self, base: Box, small: Box, shift: float) -> Box:
        def draw(x: float, y: float) -> None:
            base.draw(x, y)
            small.draw(x + base.width + 0.2, y + shift)

        above, below = max(base.above, small.above - shift), max(base.below, small.below + shift)
        return Box(base.width + small.width + 0.4, above, below, draw)

    def _text(self, text: str, family: str, style: str) -> Box:
        size = self._size
        self._pdf.set_font(family, style, size)
        width = self._pdf.get_string_width(text)

        def draw(x: float, y: float) -> None:
            self._pdf.set_font(family, style, size)
            self._pdf.text(x, y, text)

        return Box(width, 0.72 * self._height, 0.22 * self._height, draw)
