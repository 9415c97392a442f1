"""What Word's styles say of paragraphs and runs: heading levels, numbers, which text is struck, hidden or raised."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from indexing.readers.office.package import is_on, qn
from indexing.readers.word.numbering import NumberedPlace, Numbering

_LEVELS = 9
_DEEPEST = 20  # styles one based on another


@dataclass(frozen=True, slots=True)
class RunFormat:
    """How a stretch of text is set. None means: as the style below says."""

    is_struck: bool | None = None
    is_hidden: bool | None = None
    is_raised: bool | None = None
    font: str | None = None

    def over(self, below: "RunFormat") -> "RunFormat":
        """This format where it says something, else the one below."""
        return RunFormat(
            below.is_struck if self.is_struck is None else self.is_struck,
            below.is_hidden if self.is_hidden is None else self.is_hidden,
            below.is_raised if self.is_raised is None else self.is_raised,
            self.font or below.font,
        )


def run_format(properties: Element | None) -> RunFormat:
    """What a `w:rPr` says itself."""
    if properties is None:
        return RunFormat()
    strikes = [each for name in ("strike", "dstrike") if (each := properties.find(qn(f"w:{name}"))) is not None]
    vanish = properties.find(qn("w:vanish"))
    align = properties.find(qn("w:vertAlign"))
    fonts = properties.find(qn("w:rFonts"))
    font = (fonts.get(qn("w:ascii")) or fonts.get(qn("w:hAnsi"))) if fonts is not None else None
    return RunFormat(
        any(map(is_on, strikes)) if strikes else None,
        is_on(vanish) if vanish is not None else None,
        align.get(qn("w:val")) == "superscript" if align is not None else None,
        font,
    )


class Styles:
    """The styles of a document by their identifiers."""

    def __init__(self, root: Element | None) -> None:
        self._styles = {
            style.get(qn("w:styleId"), ""): style for style in (root.findall(qn("w:style")) if root is not None else ())
        }
        self._formats: dict[str, RunFormat] = {}
        self._levels: dict[str, int] = {}

    def format(self, style: str | None) -> RunFormat:
        """How text of the style is set, with what the style is based on."""
        if style is None or style not in self._styles:
            return RunFormat()
        if style not in self._formats:
            found = RunFormat()
            for each in self._chain(style):
                found = found.over(run_format(each.find(qn("w:rPr"))))
            self._formats[style] = found
        return self._formats[style]

    def heading_level(self, properties: Element | None) -> int:
        """1 to 9 for a heading, by the paragraph's own outline level or its style; 0 for other paragraphs."""
        own = _outline_level(properties)
        style = style_of(properties)
        if own is not None or style is None:
            return own or 0
        if style not in self._levels:
            self._levels[style] = next(
                (level for each in self._chain(style) if (level := _style_level(each)) is not None), 0
            )
        return self._levels[style]

    def number(self, properties: Element | None, numbering: Numbering) -> NumberedPlace | None:
        """By what the paragraph is numbered: its own definition or its style's; None for most paragraphs."""
        own = _number_properties(properties)
        style = style_of(properties)
        if own is not None and own[0] is not None:
            return _place(own[0], own[1] or 0)
        for each in self._chain(style) if style is not None else ():
            found = _number_properties(each.find(qn("w:pPr")))
            if found is None or found[0] is None:
                continue
            named = [numbering.level_of_style(found[0], name) for name in (style, each.get(qn("w:styleId"))) if name]
            levels = [own[1] if own is not None else None, *named[:1], found[1], *named[1:], 0]
            return _place(found[0], next(level for level in levels if level is not None))
        return None

    def numbering_styles(self) -> dict[str, str]:
        """Style -> the number definition that it names itself."""
        found = {}
        for name, style in self._styles.items():
            own = _number_properties(style.find(qn("w:pPr")))
            if own is not None and own[0] is not None:
                found[name] = own[0]
        return found

    def _chain(self, style: str) -> list[Element]:
        """The style, the one it is based on, and so on."""
        found: list[Element] = []
        name: str | None = style
        while name in self._styles and len(found) < _DEEPEST:
            found.append(self._styles[name])
            based = found[-1].find(qn("w:basedOn"))
            name = based.get(qn("w:val")) if based is not None else None
        return found


def style_of(properties: Element | None, kind: str = "pStyle") -> str | None:
    """The identifier of the style that paragraph ("pStyle") or run properties ("rStyle") name."""
    style = properties.find(qn(f"w:{kind}")) if properties is not None else None
    return style.get(qn("w:val")) if style is not None else None


def _outline_level(properties: Element | None) -> int | None:
    outline = properties.find(qn("w:outlineLvl")) if properties is not None else None
    if outline is None:
        return None
    value = outline.get(qn("w:val"), "")
    return int(value) + 1 if value.isdecimal() and int(value) < _LEVELS else 0


def _style_level(style: Element) -> int | None:
    """Word keeps its own styles' names English in every language."""
    element = style.find(qn("w:name"))
    name = element.get(qn("w:val"), "").lower() if element is not None else ""
    if name == "title":
        return 1
    if name.startswith("heading ") and name[8:].isdecimal():
        return int(name[8:])
    return _outline_level(style.find(qn("w:pPr")))


def _number_properties(properties: Element | None) -> tuple[str | None, int | None] | None:
    numbers = properties.find(qn("w:numPr")) if properties is not None else None
    if numbers is None:
        return None
    identifier, level = numbers.find(qn("w:numId")), numbers.find(qn("w:ilvl"))
    value = level.get(qn("w:val"), "") if level is not None else ""
    return identifier.get(qn("w:val")) if identifier is not None else None, int(value) if value.isdecimal() else None


def _place(number_id: str, level: int) -> NumberedPlace | None:
    return NumberedPlace(number_id, level) if number_id != "0" else None  # 0 takes the number away
