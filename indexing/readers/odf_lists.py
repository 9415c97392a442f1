"""The numbers that OpenDocument gives to items of lists and to headings: they stand nowhere in the text itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from indexing.readers.containers import local_attribute, local_name
from indexing.readers.html_elements import numeral

_LEVELS = {"list-level-style-number", "list-level-style-bullet", "outline-level-style", "list-level-style-image"}


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is numbered; `kind` "" is no number."""

    kind: str = ""
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown_levels: int = 1


class Numbering:
    """Counts items as they come."""

    def __init__(self, roots: Sequence[Element]) -> None:
        self._styles: dict[str, dict[int, _Level]] = {}
        self._outline: dict[int, _Level] = {}
        self._counts: dict[str, dict[int, int]] = {}
        for style in (each for root in roots for each in root.iter()):
            if local_name(style) == "list-style":
                self._styles[local_attribute(style, "name")] = _levels(style)
            elif local_name(style) == "outline-style":
                self._outline = _levels(style)

    def begin(self, style: str, *, continues: bool) -> None:
        """A list begins; unless it goes on with an earlier one it counts anew."""
        if not continues:
            self._counts.pop(style, None)

    def item(self, style: str, level: int, start: str = "") -> str:
        """What stands before the next item on that level, from 1: "2." or "-"."""
        levels = self._styles.get(style, {})
        shown = self._next(f"list {style}", levels, level, start) if style in self._styles else ""
        return shown or "-"

    def heading(self, level: int) -> str:
        """The number of the next heading on that level, or ""."""
        return (
            self._next("outline", self._outline, level, "") if any(each.kind for each in self._outline.values()) else ""
        )

    def _next(self, key: str, levels: dict[int, _Level], level: int, start: str) -> str:
        counts = self._counts.setdefault(key.removeprefix("list "), {})
        own = levels.get(level, _Level())
        counts[level] = int(start) if start.isdigit() else counts.get(level, own.start - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        if not own.kind:
            return ""
        first = max(1, level - own.shown_levels + 1)
        parts = [
            numeral(counts.get(each, 1), levels[each].kind)
            for each in range(first, level + 1)
            if each in levels and levels[each].kind
        ]
        return f"{own.prefix}{'.'.join(parts)}{own.suffix}"


def _levels(style: Element) -> dict[int, _Level]:
    found: dict[int, _Level] = {}
    for level in (each for each in style if local_name(each) in _LEVELS):
        number, shown, start = (local_attribute(level, name) for name in ("level", "display-levels", "start-value"))
        if number.isdigit():
            found[int(number)] = _Level(
                local_attribute(level, "num-format"),
                local_attribute(level, "num-prefix"),
                local_attribute(level, "num-suffix"),
                int(start) if start.isdigit() else 1,
                int(shown) if shown.isdigit() else 1,
            )
    return found
