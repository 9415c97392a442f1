"""Lines of text found on a picture, put in order by the same layout as the words of a page."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from indexing.readers.pdf.layout import lay_out
from indexing.readers.pdf.words import ASCENT, DESCENT, Word

_VERTICAL = 2.0  # lines so much higher than wide are written downwards


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
    """The lines as text: column after column, tables by rows, paragraphs apart."""
    if not lines:
        return ""
    if _is_vertical(lines):
        return "\n".join(line.text for line in sorted(lines, key=lambda line: (-line.right, line.top)))
    drawn = sorted(lines, key=lambda line: (line.top, line.left))
    return lay_out([_word(line, order) for order, line in enumerate(drawn) if line.text.strip()]).text


def _is_vertical(lines: Sequence[Line]) -> bool:
    """Chinese or Japanese written in columns, from right to left."""
    shapes = [line.height / max(line.width, 1.0) for line in lines if len(line.text) > 1]
    return bool(shapes) and statistics.median(shapes) > _VERTICAL


def _word(line: Line, order: int) -> Word:
    """The line as one word whose band is its box."""
    size = max(line.height, 1.0) / (ASCENT + DESCENT)
    return Word(line.text.strip(), line.left, line.right, line.bottom - DESCENT * size, size, order)
