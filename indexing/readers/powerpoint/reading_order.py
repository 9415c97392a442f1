"""In which order a person reads what is placed on a slide: from top to bottom, what stands side by side from the left.

Pure: knows boxes and nothing of what is in them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

_MOST_OVERLAP = 0.2  # of the smaller of two boxes: frames are drawn larger than their text


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the slide, in any unit."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


def reading_order(boxes: Sequence[Box | None]) -> list[int]:
    """The places of the boxes in the order of reading. One without a place comes after those before it in the list."""
    placed = [(place, box) for place, box in enumerate(boxes) if box is not None]
    order = [place for place, _ in _ordered(placed)]
    for place, box in enumerate(boxes):
        if box is None:
            before = [order.index(other) for other in range(place) if other in order]
            order.insert(max(before, default=-1) + 1, place)
    return order


_Placed = tuple[int, Box]


def _ordered(items: list[_Placed]) -> list[_Placed]:
    """Cut into rows where nothing crosses, the rows into columns, and these again; else by their upper edges."""
    if len(items) < 2:
        return items
    for cut in (_rows, _columns):
        groups = cut(items)
        if len(groups) > 1:
            return [item for group in groups for item in _ordered(group)]
    return sorted(items, key=lambda item: (item[1].top, item[1].left))


def _rows(items: list[_Placed]) -> list[list[_Placed]]:
    return _cut(items, lambda box: (box.top, box.bottom))


def _columns(items: list[_Placed]) -> list[list[_Placed]]:
    return _cut(items, lambda box: (box.left, box.right))


def _cut(items: list[_Placed], span: Callable[[Box], tuple[float, float]]) -> list[list[_Placed]]:
    ordered = sorted(items, key=lambda item: span(item[1]))
    groups: list[list[_Placed]] = [[ordered[0]]]
    for item in ordered[1:]:
        start, end = span(item[1])
        is_apart = all(
            before[1] - start <= _MOST_OVERLAP * min(end - start, before[1] - before[0])
            for before in (span(each[1]) for each in groups[-1])
        )
        if is_apart:
            groups.append([item])
        else:
            groups[-1].append(item)
    return groups
