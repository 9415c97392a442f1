"""What is measured, as plain data: figures with what was promised of them, charts, and sections that hold both."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure: median, smallest and largest of `rounds` values.

    `bound` is what was promised, None where nothing was: the largest value allowed, or the smallest if `at_least`.
    """

    name: str
    value: float
    unit: str
    low: float
    high: float
    rounds: int = 1
    bound: float | None = None
    at_least: bool = False

    @property
    def is_kept(self) -> bool | None:
        """Whether the promise is kept; None where there is none."""
        if self.bound is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar for each name."""

    title: str
    unit: str
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """Values over sizes; one line for each name."""

    title: str
    unit: str
    sizes: tuple[int, ...]
    lines: dict[str, tuple[float, ...]]


@dataclass(slots=True)
class Section:
    """Figures that belong together. `conditions` say under which conditions they hold, `details` is for the JSON."""

    title: str
    figures: list[Figure] = field(default_factory=list)
    charts: list[Bars | Curve] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    details: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured. `documents` holds PDFs, `place` is an empty folder to work in."""

    documents: Path
    place: Path
    rounds: int = 3
    sizes: tuple[int, ...] = (10_000, 50_000)
    files: int = 10_000
    served_chunks: int = 50_000
    load_seconds: float = 10.0
    model_chunks: int = 8
    model_shape: dict[str, int | float] = field(default_factory=dict)


def figure(
    name: str, values: Sequence[float], unit: str, bound: float | None = None, *, at_least: bool = False
) -> Figure:
    """The figure of several rounds."""
    return Figure(name, median(values), unit, min(values), max(values), len(values), bound, at_least)
