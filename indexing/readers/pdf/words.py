"""Words and characters at their place on a page, as every part of the layout takes them. Plain data.

x grows to the right and y downwards, in points (in pixels where a picture was read).
"""

import math
from dataclasses import dataclass

ASCENT, DESCENT = 0.75, 0.22  # of the size: the band of a line around its baseline

Rule = tuple[float, float, float, float]  # x0, top, x1, bottom
"""A rule, or the box around something else."""


@dataclass(slots=True)
class Word:
    """What stands without a gap: its box and baseline in points, y downwards. `order` counts as drawn."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    order: int
    source: int = 0  # address of the text object it was drawn by
    pitch: float = 0.0  # points from character to character, where all are as far apart: typewriter's type

    @property
    def top(self) -> float:
        """Where the band of its line begins."""
        return self.base - ASCENT * self.size

    @property
    def bottom(self) -> float:
        """Where the band of its line ends."""
        return self.base + DESCENT * self.size

    @property
    def middle(self) -> float:
        """Of the band."""
        return self.base - (ASCENT - DESCENT) / 2 * self.size


@dataclass(slots=True)  # frozen, it would take twice as long to make, and a paper has a hundred thousand
class Character:
    """One character at its origin; `x1` is where the next one would begin. Nobody changes one."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    source: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Turns the page's points, y upwards, so that text at `angle` is upright and y grows downwards."""

    angle: int

    def point(self, x: float, y: float) -> tuple[float, float]:
        """The point as turned."""
        if self.angle == 0:
            return x, -y
        cosine, sine = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        return x * cosine + y * sine, x * sine - y * cosine

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """The upright box (x0, top, x1, bottom) around the turned corners."""
        if self.angle == 0:
            return left, -top, right, -bottom
        corners = [self.point(x, y) for x in (left, right) for y in (bottom, top)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)
