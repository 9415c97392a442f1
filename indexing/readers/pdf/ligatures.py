"""Ligatures of which a font's table names the last letter alone: "specific" comes as "speciic", one "i" too wide.

The width of the glyph tells: it is that of "f" and the letter together. Pure functions over characters.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from indexing.readers.pdf.words import Character

_LAST = frozenset("il")
_SUSPICIOUS = 0.4  # of the size: no font but a typewriter's has such a wide "i"
_WIDER = 1.4  # times the letter alone
_JOINED = (0.86, 1.04)  # of the widths of its letters: a ligature is a little narrower

FontOf = Callable[[int], int]
"""The font, by address, of a text object, by address."""


def with_ligatures(run: Sequence[Character | None], font_of: FontOf) -> list[Character | None]:
    """The characters, with "fi", "fl", "ffi" or "ffl" where a glyph is too wide for the letter it is named by."""
    letters = [one for one in run if one is not None]
    wide = [one for one in letters if one.text in _LAST and one.x1 - one.x0 > _SUSPICIOUS * one.size]
    if not wide:
        return list(run)
    narrowest: dict[tuple[int, str], float] = defaultdict(lambda: float("inf"))
    for one in letters:
        if one.text in "fil" and one.x1 > one.x0:
            key = font_of(one.source), one.text
            narrowest[key] = min(narrowest[key], (one.x1 - one.x0) / one.size)
    found: list[Character | None] = []
    for index, each in enumerate(run):
        if each is not None and each.text in _LAST and not _shares_glyph(run, index):
            font = font_of(each.source)
            each = _read(each, narrowest[font, "f"], narrowest[font, each.text])
        found.append(each)
    return found


def _shares_glyph(run: Sequence[Character | None], index: int) -> bool:
    """Whether a neighbour stands in the same box: then the font names all letters of the glyph."""
    one = run[index]
    return any(
        one is not None and other is not None and other.x0 == one.x0 and other.base == one.base
        for other in run[max(0, index - 1) : index + 2]
        if other is not one
    )


def _read(one: Character, width_f: float, width: float) -> Character:
    own = (one.x1 - one.x0) / one.size
    if own > _WIDER * width and width_f < own:
        for before in ("f", "ff"):
            if _JOINED[0] < own / (len(before) * width_f + width) < _JOINED[1]:
                return replace(one, text=before + one.text)
    return one
