"""Charts and SmartArt drawings as text: titles, numbers as a table, the words of a diagram."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from indexing.readers.office.package import qn
from indexing.readers.rows import table_text

_DATA = ("c:cat", "c:xVal")
_VALUES = ("c:val", "c:yVal", "c:bubbleSize")
_MOST_POINTS = 5_000  # of a series


def chart_text(root: Element) -> str:
    """The chart's title, the titles of its axes, and its numbers: a row for each category, a column for each series."""
    chart = root.find(qn("c:chart"))
    if chart is None:
        return ""
    lines = [_title(chart)]
    axes = [title for axis in chart.iter() if str(axis.tag).endswith("Ax") and (title := _title(axis))]
    if axes:
        lines.append("; ".join(axes))
    series = list(chart.iter(qn("c:ser")))
    if series:
        lines.append(table_text(_rows(series)))
    return "\n".join(filter(None, lines))


def diagram_text(root: Element) -> str:
    """The words of a diagram's points, one a line, in their order."""
    lines: list[str] = []
    for point in root.iter(qn("dgm:pt")):
        if point.get("type") in ("parTrans", "sibTrans", "pres"):
            continue
        lines.extend(filter(None, ("".join(_words(paragraph)).strip() for paragraph in point.iter(qn("a:p")))))
    return "\n".join(lines)


def _words(paragraph: Element) -> Iterator[str]:
    return (element.text or "" for element in paragraph.iter(qn("a:t")))


def _title(element: Element) -> str:
    title = element.find(qn("c:title"))
    if title is None:
        return ""
    words = ["".join(_words(paragraph)) for paragraph in title.iter(qn("a:p"))]
    kept = [value.text or "" for value in title.iter(qn("c:v"))]
    return " ".join(" ".join(words or kept).split())


def _rows(series: list[Element]) -> list[list[str]]:
    names: dict[int, str] = {}
    columns: list[tuple[str, dict[int, str]]] = []
    for number, each in enumerate(series, start=1):
        for tag in _DATA:
            names = names or _points(each.find(qn(tag)))
        heading = each.find(qn("c:tx"))
        name = " ".join(value.text or "" for value in heading.iter(qn("c:v"))) if heading is not None else ""
        for tag in _VALUES:
            if values := _points(each.find(qn(tag))):
                columns.append((name.strip() or f"Series {number}", values))
    places = sorted({*names, *(place for _, values in columns for place in values)})[:_MOST_POINTS]
    rows = [["", *(name for name, _ in columns)]]
    rows += [[names.get(place, str(place + 1)), *(values.get(place, "") for _, values in columns)] for place in places]
    return rows


def _points(data: Element | None) -> dict[int, str]:
    """Place -> text. Categories of several levels are joined, the outermost first."""
    if data is None:
        return {}
    levels = data.findall(f".//{qn('c:lvl')}")
    if levels:
        return _levelled([_one_level(level) for level in reversed(levels)])
    return _one_level(data)


def _one_level(data: Element) -> dict[int, str]:
    found = {}
    for point in data.iter(qn("c:pt")):
        place, value = point.get("idx", ""), point.findtext(qn("c:v")) or ""
        if place.isdecimal() and value.strip():
            found[int(place)] = _number_text(value.strip())
    return found


def _levelled(levels: list[dict[int, str]]) -> dict[int, str]:
    """An outer name holds until the next one."""
    found: dict[int, str] = {}
    for place in sorted(levels[-1]):
        outer = [max(((at, name) for at, name in level.items() if at <= place), default=(0, ""))[1] for level in levels]
        found[place] = " ".join(filter(None, outer))
    return found


def _number_text(value: str) -> str:
    """12 digits, as 0.1 + 0.2 is 0.3 for people; a text as it is."""
    try:
        number = float(value)
    except ValueError:
        return value
    return f"{number:.12g}" if abs(number) < 1e12 else value
