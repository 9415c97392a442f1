"""Word's automatic numbers: what stands before a clause or a list item ("3.2", "(a)", "-"), counted as Word does."""

from collections import defaultdict
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from indexing.readers.office.list_numbers import formatted
from indexing.readers.office.package import is_on, qn

_LEVELS = 9
BULLET = "-"


@dataclass(frozen=True, slots=True)
class NumberedPlace:
    """That a paragraph is numbered: by which definition, on which level from 0."""

    number_id: str
    level: int


@dataclass(slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    restart: int | None = None  # the number restarts after this level, counted from 1; 0 never; None after any higher
    is_legal: bool = False
    style: str | None = None


@dataclass(slots=True)
class _List:
    """An abstract definition. Numbers that use the same one count on together."""

    levels: dict[int, _Level] = field(default_factory=dict)
    style_link: str | None = None


@dataclass(slots=True)
class _Number:
    list_id: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, _Level] = field(default_factory=dict)


class Numbering:
    """Counts through a document: `label` is asked once for each numbered paragraph, in their order."""

    def __init__(self, root: Element | None, style_numbers: dict[str, str]) -> None:
        """`style_numbers` names the definition that a numbering style uses, by the style's identifier."""
        self._lists: dict[str, _List] = {}
        self._numbers: dict[str, _Number] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[tuple[str, int]] = set()
        for element in root if root is not None else ():
            if element.tag == qn("w:abstractNum"):
                self._lists[element.get(qn("w:abstractNumId"), "")] = _list(element)
            elif element.tag == qn("w:num"):
                self._numbers[element.get(qn("w:numId"), "")] = _number(element)
        for each in self._lists.values():
            linked = self._numbers.get(style_numbers.get(each.style_link or "", ""))
            if linked is not None and linked.list_id in self._lists and not each.levels:
                each.levels = self._lists[linked.list_id].levels

    def level_of_style(self, number_id: str, style: str) -> int | None:
        """The level that the definition gives to paragraphs of this style; None where it does not name it."""
        number = self._numbers.get(number_id)
        levels = self._lists[number.list_id].levels if number and number.list_id in self._lists else {}
        return next((level for level, each in levels.items() if each.style == style), None)

    def label(self, place: NumberedPlace) -> str:
        """The number as Word shows it; "-" for every bullet; "" where nothing is shown. Counts one further."""
        number = self._numbers.get(place.number_id)
        if number is None or number.list_id not in self._lists:
            return ""
        levels = {**self._lists[number.list_id].levels, **number.levels}
        level = levels.get(place.level, _Level())
        counts = self._counts[number.list_id]
        self._count(counts, place, levels, number)
        if level.format == "bullet":
            return BULLET
        return "" if level.format == "none" and not level.text.strip() else _written(level, levels, counts)

    def _count(self, counts: dict[int, int], place: NumberedPlace, levels: dict[int, _Level], number: _Number) -> None:
        key = (place.number_id, place.level)
        start = levels.get(place.level, _Level()).start
        if place.level in number.starts and key not in self._begun:
            counts[place.level] = number.starts[place.level]
        else:
            counts[place.level] = counts[place.level] + 1 if place.level in counts else start
        self._begun.add(key)
        for lower in range(place.level + 1, _LEVELS):
            restart = levels.get(lower, _Level()).restart
            if restart is None or 0 < place.level + 1 <= restart:
                counts.pop(lower, None)
        for upper in range(place.level):
            counts.setdefault(upper, levels.get(upper, _Level()).start)


def _written(level: _Level, levels: dict[int, _Level], counts: dict[int, int]) -> str:
    text = level.text
    for place in range(_LEVELS):
        if (gap := f"%{place + 1}") in text:
            own = levels.get(place, _Level())
            form = "decimal" if level.is_legal and own.format != "decimalZero" else own.format
            text = text.replace(gap, formatted(counts.get(place, own.start), form))
    return " ".join(text.split())


def _list(element: Element) -> _List:
    link = element.find(qn("w:numStyleLink"))
    found = _List(style_link=link.get(qn("w:val")) if link is not None else None)
    for level in element.findall(qn("w:lvl")):
        found.levels[_whole(level.get(qn("w:ilvl")), 0)] = _level(level)
    return found


def _level(element: Element) -> _Level:
    def value(name: str) -> str | None:
        child = element.find(qn(f"w:{name}"))
        return child.get(qn("w:val")) if child is not None else None

    restart = value("lvlRestart")
    form = element.find(f".//{qn('w:numFmt')}")  # newer formats stand inside mc:AlternateContent
    return _Level(
        start=_whole(value("start"), 1 if value("start") is not None else 0),
        format=(form.get(qn("w:val")) if form is not None else None) or "decimal",
        text=value("lvlText") or "",
        restart=_whole(restart, 0) if restart is not None else None,
        is_legal=is_on(element.find(qn("w:isLgl"))),
        style=value("pStyle"),
    )


def _number(element: Element) -> _Number:
    reference = element.find(qn("w:abstractNumId"))
    found = _Number(reference.get(qn("w:val"), "") if reference is not None else "")
    for override in element.findall(qn("w:lvlOverride")):
        place = _whole(override.get(qn("w:ilvl")), 0)
        if (start := override.find(qn("w:startOverride"))) is not None:
            found.starts[place] = _whole(start.get(qn("w:val")), 1)
        if (level := override.find(qn("w:lvl"))) is not None:
            found.levels[place] = _level(level)
    return found


def _whole(text: str | None, default: int) -> int:
    try:
        return int(text) if text is not None else default
    except ValueError:
        return default
