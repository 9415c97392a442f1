"""The text of shapes: paragraphs with their bullets and numbers, raised figures, link addresses; struck text apart."""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from indexing.readers.office.formulas import formula_text
from indexing.readers.office.grids import Region, plain_table
from indexing.readers.office.list_numbers import formatted
from indexing.readers.office.package import Relation, alternative, qn
from indexing.readers.office.pieces import Kind, Piece, joined_pieces
from indexing.readers.office.symbols import is_symbol_font, symbol_text
from indexing.readers.rows import table_text

_SCHEMES = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "circleNumDb": "decimalEnclosedCircle",
    "circleNumWd": "decimalEnclosedCircle",
    "ea1Chs": "chineseCounting",
    "ea1Cht": "chineseCounting",
    "ea1JpnKor": "chineseCounting",
    "arabicDb": "decimalFullWidth",
}
_ENDINGS = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}", "Minus": "- {} -"}
_MOST_SPAN = 1_000


class ShapeTexts:
    """Reads the texts of one part; `left_out` is told of struck text."""

    def __init__(self, relations: dict[str, Relation], left_out: Callable[[Kind, str], str]) -> None:
        self._relations = relations
        self._left_out = left_out

    def body(self, body: Element | None) -> str:
        """The paragraphs of a text body, one a line."""
        lines = []
        counts: dict[int, int] = {}
        for paragraph in body.findall(qn("a:p")) if body is not None else ():
            properties = paragraph.find(qn("a:pPr"))
            text = joined_pieces(list(self._pieces(paragraph)), self._left_out).strip()
            if text:
                mark = _mark(properties, counts)
                lines.append(f"{mark} {text}" if mark else text)
        return "\n".join(lines)

    def table(self, table: Element) -> str:
        """The rows of a table, merged cells in each of their places."""
        rows: list[list[str]] = []
        regions: list[Region] = []
        for top, row in enumerate(table.findall(qn("a:tr"))):
            rows.append([])
            for left, cell in enumerate(row.findall(qn("a:tc"))):
                is_covered = cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true")
                rows[-1].append("" if is_covered else self.body(cell.find(qn("a:txBody"))))
                right = left + _span(cell.get("gridSpan")) - 1
                bottom = top + _span(cell.get("rowSpan")) - 1
                if not is_covered and (right > left or bottom > top):
                    regions.append(Region(top, left, bottom, right))
        plain = plain_table(rows, regions)
        lines = [*plain.titles, table_text([plain.header, *plain.body] if plain.header else plain.body)]
        return "\n".join(filter(None, lines))

    def _pieces(self, element: Element) -> Iterator[Piece]:
        for child in element:
            tag = str(child.tag)
            if tag == qn("a:r"):
                yield from self._run(child)
            elif tag == qn("a:br"):
                yield Piece("text", "\n")
            elif tag == qn("a:fld") and child.get("type") != "slidenum":
                yield from self._run(child)
            elif tag == qn("m:oMath"):
                yield Piece("text", formula_text(child))
            elif tag == qn("mc:AlternateContent"):
                yield from self._pieces_of(alternative(child))
            elif not tag.endswith("Pr") and tag not in (qn("a:fld"), qn("a:endParaRPr")):
                yield from self._pieces(child)

    def _pieces_of(self, elements: Iterator[Element]) -> Iterator[Piece]:
        holder = Element("branch")
        holder.extend(elements)
        yield from self._pieces(holder)

    def _run(self, run: Element) -> Iterator[Piece]:
        text = run.findtext(qn("a:t")) or ""
        properties = run.find(qn("a:rPr"))
        if properties is None:
            yield Piece("text", text)
            return
        fonts = [properties.find(qn(f"a:{name}")) for name in ("sym", "latin")]
        font = next((each.get("typeface") for each in fonts if each is not None), None)
        if font is not None and is_symbol_font(font):
            text = symbol_text(font, text)
        is_struck = properties.get("strike", "noStrike") != "noStrike"
        baseline = properties.get("baseline", "0").rstrip("%")
        is_raised = baseline not in ("", "0") and not baseline.startswith("-")
        yield Piece("struck" if is_struck else "raised" if is_raised else "text", text)
        link = properties.find(qn("a:hlinkClick"))
        relation = self._relations.get(link.get(qn("r:id"), "")) if link is not None else None
        if relation is not None and relation.is_external and not is_struck and text.strip():
            address = relation.target.removeprefix("mailto:")
            if address.partition("://")[2].rstrip("/") not in text or ("://" not in address and address not in text):
                yield Piece("text", f" ({address})")


def _mark(properties: Element | None, counts: dict[int, int]) -> str:
    """The bullet or number before a paragraph, counted on its level; a bullet for whatever stands below another."""
    level = properties.get("lvl", "0") if properties is not None else "0"
    depth = int(level) if level.isdecimal() else 0
    for deeper in [each for each in counts if each > depth]:
        del counts[deeper]
    number = properties.find(qn("a:buAutoNum")) if properties is not None else None
    if number is not None:
        start = number.get("startAt", "1")
        counts[depth] = counts.get(depth, (int(start) if start.isdecimal() else 1) - 1) + 1
        return _number(number.get("type", "arabicPeriod"), counts[depth])
    counts.pop(depth, None)
    if properties is not None and properties.find(qn("a:buNone")) is not None:
        return ""
    has_bullet = properties is not None and properties.find(qn("a:buChar")) is not None
    return "-" if depth or has_bullet else ""


def _number(kind: str, value: int) -> str:
    for scheme, form in _SCHEMES.items():
        ending = kind.removeprefix(scheme)
        if kind.startswith(scheme) and (ending in _ENDINGS or not ending):
            return _ENDINGS.get(ending, "{}").format(formatted(value, form))
    return f"{value}."


def _span(text: str | None) -> int:
    return min(int(text), _MOST_SPAN) if text is not None and text.isdecimal() and int(text) > 0 else 1
