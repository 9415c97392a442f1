"""A paragraph of a Word document as text, with what hangs on it: text boxes, notes, comments, charts.

Read as it is printed: tracked insertions count, deletions do not, of two forms of a drawing the new one, and fields
give what was last shown for them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from indexing.readers.office.formulas import formula_text
from indexing.readers.office.list_numbers import formatted
from indexing.readers.office.package import OfficePackage, Relation, alternative, is_on, qn
from indexing.readers.office.pieces import DRAWN_BREAK, HARD_BREAK, PAGE_NUMBER, Kind, Piece, joined_pieces
from indexing.readers.office.symbols import EMPTY, TICKED, is_symbol_font, symbol, symbol_text
from indexing.readers.word.styles import RunFormat, Styles, run_format, style_of

_FIXED = {
    qn("w:tab"): "\t",
    qn("w:ptab"): "\t",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:lastRenderedPageBreak"): DRAWN_BREAK,
}
_ADDRESS = re.compile(r'HYPERLINK\s+(?:\\[nmth]\s+)*"([^"]+)"', re.IGNORECASE)
_PAGE_FIELDS = ("PAGE", "NUMPAGES", "SECTIONPAGES")
_DELETED_TEXT = (qn("w:delText"), qn("w:t"))
_CHART = qn("c:chart")
_DIAGRAM = qn("dgm:relIds")
_RELATION = qn("r:id")


@dataclass(frozen=True, slots=True)
class Anchored:
    """What a paragraph points to: a text box's content, or the identifier of a note, comment, chart or picture."""

    kind: str  # "box", "footnote", "endnote", "comment", "chart", "diagram", "picture"
    element: Element
    reader: "ParagraphReader"
    target: str = ""
    label: str = ""


@dataclass(slots=True)
class _Field:
    instruction: str = ""
    has_result: bool = False
    shown: str = ""

    @property
    def is_page_number(self) -> bool:
        return self.instruction.strip().partition(" ")[0].upper() in _PAGE_FIELDS


@dataclass(slots=True)
class NoteLabels:
    """Footnotes and endnotes are numbered through the document."""

    counts: dict[str, int] = field(default_factory=dict)

    def next(self, kind: str) -> str:
        """The label of the next note of this kind: 1, 2, … for footnotes, i, ii, … for endnotes."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return formatted(self.counts[kind], "decimal" if kind == "footnote" else "lowerRoman")


class ParagraphReader:
    """Reads the paragraphs of one part in their order; fields may begin in one and end in another."""

    def __init__(
        self,
        package: OfficePackage,
        part: str,
        styles: Styles,
        labels: NoteLabels,
        left_out: Callable[[Kind, str], str],
    ) -> None:
        self.part = part
        self.relations: dict[str, Relation] = package.relations(part)
        self._styles = styles
        self._labels = labels
        self._left_out = left_out
        self._fields: list[_Field] = []
        self._anchored: list[Anchored] = []
        self._handlers = self._handlers_by_tag()

    def read(self, paragraph: Element) -> tuple[str, list[Anchored]]:
        """The text with its marks, and what is anchored in it."""
        self._anchored = []
        base = self._styles.format(style_of(paragraph.find(qn("w:pPr"))))
        text = joined_pieces(list(self._pieces(paragraph, base)), self._left_out)
        self._fields = [each for each in self._fields if each.has_result]  # a broken field swallows no more than this
        return text, self._anchored

    def _handlers_by_tag(self) -> dict[str, Callable[[Element, RunFormat], Iterator[Piece]]]:
        return {
            qn("w:r"): self._run,
            qn("w:t"): self._text,
            qn("w:br"): self._break,
            qn("w:sym"): self._symbol,
            qn("w:ruby"): self._ruby,
            qn("w:hyperlink"): self._hyperlink,
            qn("w:fldSimple"): self._simple_field,
            qn("w:fldChar"): self._field_mark,
            qn("w:instrText"): self._instruction,
            qn("w:footnoteReference"): self._note,
            qn("w:endnoteReference"): self._note,
            qn("w:commentReference"): self._comment,
            qn("w:txbxContent"): self._box,
            qn("w:sdt"): self._control,
            qn("m:oMath"): self._formula,
            qn("mc:AlternateContent"): self._alternative,
            qn("v:textpath"): self._word_art,
            qn("a:blip"): self._picture,
            qn("v:imagedata"): self._picture,
            _CHART: self._chart,
            _DIAGRAM: self._chart,
            qn("w:del"): self._deleted,
            qn("w:moveFrom"): self._deleted,
        }

    def _pieces(self, elements: Iterable[Element], form: RunFormat) -> Iterator[Piece]:
        for child in elements:
            tag = str(child.tag)
            if handler := self._handlers.get(tag):
                yield from handler(child, form)
            elif tag in _FIXED:
                yield from self._plain(_FIXED[tag], form)
            elif not tag.endswith("Pr"):
                yield from self._pieces(child, form)

    def _plain(self, text: str, form: RunFormat) -> Iterator[Piece]:
        if any(not each.has_result for each in self._fields) or not text:
            return
        for each in self._fields:
            each.shown += text
        if any(each.is_page_number for each in self._fields):
            yield Piece("text", PAGE_NUMBER)
        elif text in (DRAWN_BREAK, HARD_BREAK):
            yield Piece("text", text)
        elif form.is_hidden:
            yield Piece("hidden", text)
        elif form.is_struck:
            yield Piece("struck", text)
        else:
            yield Piece("raised" if form.is_raised else "text", text)

    def _run(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        properties = element.find(qn("w:rPr"))
        style = self._styles.format(style_of(properties, "rStyle"))
        yield from self._pieces(element, run_format(properties).over(style.over(form)))

    def _text(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        text = element.text or ""
        if form.font is not None and is_symbol_font(form.font):
            text = symbol_text(form.font, text)
        yield from self._plain(text, form)

    def _break(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        yield from self._plain(HARD_BREAK if element.get(qn("w:type")) == "page" else "\n", form)

    def _symbol(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        try:
            code = int(element.get(qn("w:char"), ""), 16)
        except ValueError:
            return
        yield from self._plain(symbol(element.get(qn("w:font"), ""), code), form)

    def _ruby(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        base, over = element.find(qn("w:rubyBase")), element.find(qn("w:rt"))
        shown = list(self._pieces(base, form)) if base is not None else []
        reading = "".join(piece.text for piece in self._pieces(over, form)) if over is not None else ""
        if shown and all(piece.kind == "text" for piece in shown) and reading:
            yield Piece("ruby", "".join(piece.text for piece in shown), reading)
        else:
            yield from shown

    def _hyperlink(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        pieces = list(self._pieces(element, form))
        yield from pieces
        relation = self.relations.get(element.get(_RELATION, ""))
        if relation is not None and relation.is_external:
            yield from self._address(relation.target, "".join(piece.text for piece in pieces), form)

    def _address(self, address: str, shown: str, form: RunFormat) -> Iterator[Piece]:
        plain = address.removeprefix("mailto:").removesuffix("/")
        if shown.strip() and (plain.partition("://")[2] or plain) not in shown:
            yield from self._plain(f" ({address.removeprefix('mailto:')})", replace(form, is_raised=False))

    def _simple_field(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        self._fields.append(_Field(element.get(qn("w:instr"), ""), has_result=True))
        yield from self._pieces(element, form)
        self._fields.pop()

    def _field_mark(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        kind = element.get(qn("w:fldCharType"))
        if kind == "begin":
            yield from self._plain(_form_value(element), form)
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].has_result = True
        elif kind == "end" and self._fields:
            ended = self._fields.pop()
            if link := _ADDRESS.search(ended.instruction):
                yield from self._address(link.group(1), ended.shown, form)

    def _instruction(self, element: Element, _: RunFormat) -> Iterator[Piece]:
        if self._fields:
            self._fields[-1].instruction += element.text or ""
        yield from ()

    def _note(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        kind = "footnote" if element.tag == qn("w:footnoteReference") else "endnote"
        has_own_mark = element.get(qn("w:customMarkFollows"), "0") not in ("0", "false", "off")
        label = "" if has_own_mark else self._labels.next(kind)
        self._anchored.append(Anchored(kind, element, self, element.get(qn("w:id"), ""), label))
        if label and not form.is_hidden:
            yield Piece("text", f"[^{label}]")

    def _comment(self, element: Element, _: RunFormat) -> Iterator[Piece]:
        self._anchored.append(Anchored("comment", element, self, element.get(qn("w:id"), "")))
        yield from ()

    def _box(self, element: Element, _: RunFormat) -> Iterator[Piece]:
        self._anchored.append(Anchored("box", element, self))
        yield from ()

    def _picture(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        identifier = element.get(qn("r:embed")) or element.get(_RELATION) or ""
        relation = self.relations.get(identifier)
        if relation is not None and not relation.is_external and not form.is_hidden:
            self._anchored.append(Anchored("picture", element, self, relation.target))
        yield from self._pieces(element, form)

    def _chart(self, element: Element, _: RunFormat) -> Iterator[Piece]:
        relation = self.relations.get(element.get(_RELATION) or element.get(qn("r:dm")) or "")
        if relation is not None and not relation.is_external:
            kind = "chart" if element.tag == _CHART else "diagram"
            self._anchored.append(Anchored(kind, element, self, relation.target))
        yield from ()

    def _control(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        write_check_box(element)
        content = element.find(qn("w:sdtContent"))
        if content is not None:
            yield from self._pieces(content, form)

    def _formula(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        yield from self._plain(formula_text(element), replace(form, is_raised=False))

    def _alternative(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        yield from self._pieces(alternative(element), form)

    def _word_art(self, element: Element, form: RunFormat) -> Iterator[Piece]:
        yield from self._plain(element.get("string", ""), form)

    def _deleted(self, element: Element, _: RunFormat) -> Iterator[Piece]:
        yield Piece("deleted", "".join(each.text or "" for each in element.iter() if each.tag in _DELETED_TEXT))


def write_check_box(control: Element) -> None:
    """Writes a content control that is a check box as a mark in place of the picture that it shows."""
    box = control.find(f"{qn('w:sdtPr')}/{qn('w14:checkbox')}")
    content = control.find(qn("w:sdtContent"))
    if box is None or content is None:
        return
    state = box.find(qn("w14:checked"))
    is_checked = state is not None and state.get(qn("w14:val"), "1") in ("1", "true", "on")
    shown = [each for each in content.iter() if each.tag in (qn("w:t"), qn("w:sym"))]
    for number, each in enumerate(shown):
        each.tag = qn("w:t")
        each.text = (TICKED if is_checked else EMPTY) if number == 0 else ""


def _form_value(mark: Element) -> str:
    """What an old form field shows that has no text of its own: a check box or a choice."""
    data = mark.find(qn("w:ffData"))
    if data is None:
        return ""
    if (box := data.find(qn("w:checkBox"))) is not None:
        state = box.find(qn("w:checked"))
        return TICKED if is_on(state if state is not None else box.find(qn("w:default"))) else EMPTY
    if (choice := data.find(qn("w:ddList"))) is not None:
        entries = [each.get(qn("w:val"), "") for each in choice.findall(qn("w:listEntry"))]
        chosen = choice.find(qn("w:result"))
        place = chosen.get(qn("w:val"), "0") if chosen is not None else "0"
        return entries[int(place)] if place.isdecimal() and int(place) < len(entries) else ""
    return ""
