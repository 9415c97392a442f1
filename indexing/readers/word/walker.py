"""A Word document's paragraphs, lists and tables in their order, with everything that belongs to them.

Headers and footers come once, at the beginning and end of the section that shows them first; footnotes, endnotes,
comments, text boxes and charts after the paragraph that they belong to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import shorten
from xml.etree.ElementTree import Element

from indexing.readers.office.drawings import chart_text, diagram_text
from indexing.readers.office.package import OfficePackage, alternative, is_on, qn
from indexing.readers.office.pictures import picture_remark
from indexing.readers.office.pieces import HARD_BREAK, PAGE_NUMBER, Kind, remark_mark
from indexing.readers.word.inserted import inserted_text
from indexing.readers.word.numbering import BULLET, Numbering
from indexing.readers.word.paragraphs import Anchored, NoteLabels, ParagraphReader, write_check_box
from indexing.readers.word.styles import Styles
from indexing.readers.word.tables import TableRow, read_rows, table_blocks
from storage.messages import message

_LONGEST_QUOTE = 80
_DEEPEST = 5  # text boxes in text boxes, documents in documents
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")

Block = tuple[str, int]
"""Text, and the level of the heading that it is; 0 is no heading."""


@dataclass(slots=True)
class Findings:
    """What was left out and which pictures stand in the text, in its order."""

    remarks: list[str] = field(default_factory=list)
    kinds: set[Kind] = field(default_factory=set)

    def add(self, remark: str) -> str:
        """The mark for the place of the remark."""
        self.remarks.append(remark)
        return remark_mark(len(self.remarks) - 1)

    def left_out(self, kind: Kind, text: str) -> str:
        """Notes text that is not shown. What is hidden is not quoted: it was hidden for a reason."""
        self.kinds.add(kind)
        quoted = shorten(text, width=_LONGEST_QUOTE, placeholder=" …")
        if kind == "struck":
            return self.add(message("struck out and left out: “{text}”", text=quoted))
        if kind == "deleted":
            return self.add(message("text deleted with tracked changes left out: “{text}”", text=quoted))
        return self.add(message("hidden text left out: {count} characters", count=len(text.strip())))


class DocumentWalker:
    """Reads the document once from beginning to end."""

    def __init__(self, package: OfficePackage, findings: Findings, *, is_inserted: bool = False) -> None:
        self.findings = findings
        self._is_inserted = is_inserted
        self._package = package
        self._main = package.main_part()
        self._styles = Styles(self._related_root("styles"))
        self._numbering = Numbering(self._related_root("numbering"), self._styles.numbering_styles())
        self._labels = NoteLabels()
        self._notes = {kind: self._part_entries(f"{kind}s", f"w:{kind}") for kind in ("footnote", "endnote")}
        self._comments = self._part_entries("comments", "w:comment")
        settings = self._related_root("settings")
        self._has_even_pages = settings is not None and is_on(settings.find(qn("w:evenAndOddHeaders")))
        self._depth = 0

    def blocks(self) -> Iterator[Block]:
        """Everything that the document shows, in reading order."""
        body = self._package.main_root().find(qn("w:body"))
        if body is None:
            return
        reader = self._reader(self._main)
        seen: set[str] = set()
        for elements, section in _sections(body):
            yield from self._margin(section, "headerReference", reader, seen)
            yield from self._container(elements, reader)
            yield from self._margin(section, "footerReference", reader, seen)
            if section is not None and elements and _begins_page(section):
                yield HARD_BREAK, 0

    def _reader(self, part: str) -> ParagraphReader:
        return ParagraphReader(self._package, part, self._styles, self._labels, self.findings.left_out)

    def _related_root(self, kind: str) -> Element | None:
        name = self._package.related(self._main, kind)
        return self._package.root(name) if name else None

    def _part_entries(self, relation: str, tag: str) -> tuple[ParagraphReader | None, dict[str, Element]]:
        name = self._package.related(self._main, relation)
        root = self._package.root(name) if name else None
        if name is None or root is None:
            return None, {}
        entries = {each.get(qn("w:id"), ""): each for each in root.findall(qn(tag))}
        return self._reader(name), {
            key: each for key, each in entries.items() if each.get(qn("w:type")) not in _SEPARATORS
        }

    def _margin(self, section: Element | None, kind: str, reader: ParagraphReader, seen: set[str]) -> Iterator[Block]:
        """The headers or footers that pages of the section show, without page numbers, each text once in a document."""
        for reference in section.findall(qn(f"w:{kind}")) if section is not None else ():
            relation = reader.relations.get(reference.get(qn("r:id"), ""))
            which = reference.get(qn("w:type"))
            unused = which == "first" and section is not None and not is_on(section.find(qn("w:titlePg")))
            if relation is None or unused or (which == "even" and not self._has_even_pages):
                continue
            root = self._package.root(relation.target)
            blocks = self._container(root, self._reader(relation.target)) if root is not None else ()
            text = "\n".join(filter(str.strip, (_without_page_numbers(block) for block, _ in blocks)))
            if text and text not in seen:
                seen.add(text)
                yield text, 0

    def _container(self, elements: "list[Element] | Element", reader: ParagraphReader) -> Iterator[Block]:
        """Paragraphs and tables; runs of list items are one block."""
        items: list[str] = []
        carried = ""
        for element in _opened(elements):
            if element.tag != qn("w:p"):
                yield from _list_block(items)
                yield from self._other(element, reader)
                continue
            text, level, is_item, anchored = self._paragraph(element, reader)
            text, carried = carried + text, ""
            if _is_joined_to_next(element):
                carried = text
                continue
            if is_item and text.strip() and not level:
                items.append(text.strip(" \t\n"))
            else:
                yield from _list_block(items)
                yield text, level
            for block in self._anchored_blocks(anchored):
                if items:
                    items.append(block[0])
                else:
                    yield block
        yield from _list_block(items)
        if carried:
            yield carried, 0

    def _other(self, element: Element, reader: ParagraphReader) -> Iterator[Block]:
        if element.tag == qn("w:tbl"):
            yield from self._table(element, reader)
        elif element.tag == qn("w:altChunk"):
            relation = reader.relations.get(element.get(qn("r:id"), ""))
            if relation is not None and not relation.is_external:
                yield from self._inserted(relation.target)

    def _inserted(self, name: str) -> Iterator[Block]:
        text = None if self._is_inserted else inserted_text(self._package, name, self._inner_document)
        if text is None:
            yield self.findings.add(message("an inserted file left out: {name}", name=name.rpartition("/")[2])), 0
        else:
            yield text, 0

    def _inner_document(self, package: OfficePackage) -> str:
        walker = DocumentWalker(package, self.findings, is_inserted=True)
        return "\n\n".join(text for text, _ in walker.blocks() if text.strip())

    def _paragraph(self, element: Element, reader: ParagraphReader) -> tuple[str, int, bool, list[Anchored]]:
        """The text with its number, its heading's level, whether it is a list item, and what is anchored in it."""
        properties = element.find(qn("w:pPr"))
        text, anchored = reader.read(element)
        level = self._styles.heading_level(properties)
        place = self._styles.number(properties, self._numbering)
        label = ""
        if place is not None and (text.strip() or not _is_deleted(properties)):
            label = self._numbering.label(place)
        if properties is not None and is_on(properties.find(qn("w:pageBreakBefore"))):
            text = HARD_BREAK + text
        if label and text.strip() and not (level and label == BULLET):
            breaks = text[: len(text) - len(text.lstrip(" \t\n\x0b\x0c"))]
            text = f"{breaks.strip(' ')}{label} {text[len(breaks) :]}"
        return text, level, place is not None, anchored

    def _anchored_blocks(self, anchored: list[Anchored]) -> Iterator[Block]:
        """Text boxes, notes, comments and charts, in the order in which the paragraph names them."""
        if self._depth >= _DEEPEST:
            return
        self._depth += 1
        for each in anchored:
            yield from self._anchored_block(each)
        self._depth -= 1

    def _anchored_block(self, each: Anchored) -> Iterator[Block]:
        if each.kind == "box":
            yield from self._container(each.element, each.reader)
        elif each.kind in self._notes:
            reader, notes = self._notes[each.kind]
            if reader is not None and each.target in notes:
                text = self._flat(notes[each.target], reader)
                yield (f"[^{each.label}]: {text}" if each.label else text), 0
        elif each.kind == "comment":
            reader, comments = self._comments
            if reader is not None and each.target in comments:
                author = comments[each.target].get(qn("w:author"), "").strip()
                text = self._flat(comments[each.target], reader)
                yield (f"Comment by {author}: {text}" if author else f"Comment: {text}"), 0
        elif each.kind == "picture":
            yield self.findings.add(picture_remark(each.target)), 0
        else:
            root = self._package.root(each.target)
            if root is not None:
                yield (chart_text(root) if each.kind == "chart" else diagram_text(root)), 0

    def _flat(self, container: Element, reader: ParagraphReader) -> str:
        return " ".join(text.strip() for text, _ in self._container(container, reader) if text.strip())

    def _table(self, table: Element, reader: ParagraphReader) -> Iterator[Block]:
        anchored: list[Anchored] = []
        marks: list[str] = []

        def cell_text(cell: Element) -> str:
            lines = []
            for element in _opened(cell):
                if element.tag == qn("w:p"):
                    text, _, _, found = self._paragraph(element, reader)
                    lines.append(text.removeprefix(f"{BULLET} "))
                    anchored.extend(found)
            return "\n".join(lines).strip(" \n\t")

        def left_out(kind: Kind, text: str) -> str:
            marks.append(self.findings.left_out(kind, text))
            return marks[-1]

        rows: list[TableRow] = read_rows(table, cell_text, left_out)
        yield "".join(marks), 0
        for item in table_blocks(rows):
            if isinstance(item, str):
                yield item, 0
                yield from self._anchored_blocks(anchored)
                anchored.clear()
            else:
                yield from self._container(item, reader)
        yield from self._anchored_blocks(anchored)


def _opened(elements: "list[Element] | Element") -> Iterator[Element]:
    """Paragraphs, tables and inserted files, whatever content controls and other wrappers stand around them."""
    for element in elements:
        tag = str(element.tag)
        if tag in (qn("w:p"), qn("w:tbl"), qn("w:altChunk")):
            yield element
        elif tag == qn("w:sdt"):
            write_check_box(element)
            yield from _opened([each for each in element if each.tag == qn("w:sdtContent")])
        elif tag == qn("mc:AlternateContent"):
            yield from _opened(list(alternative(element)))
        elif tag not in (qn("w:del"), qn("w:moveFrom")) and not tag.endswith("Pr"):
            yield from _opened(element)


def _sections(body: Element) -> Iterator[tuple[list[Element], Element | None]]:
    """The elements of each section with its properties, which stand in its last paragraph or at the end."""
    elements: list[Element] = []
    for element in body:
        if element.tag == qn("w:sectPr"):
            yield elements, element
            elements = []
            continue
        elements.append(element)
        section = element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") if element.tag == qn("w:p") else None
        if section is not None:
            yield elements, section
            elements = []
    if elements:
        yield elements, None


def _begins_page(section: Element) -> bool:
    kind = section.find(qn("w:type"))
    return kind is None or kind.get(qn("w:val")) not in ("continuous", "nextColumn")


def _list_block(items: list[str]) -> Iterator[Block]:
    if items:
        yield "\n".join(items), 0
        items.clear()


def _is_deleted(properties: Element | None) -> bool:
    """Whether the mark at the end of the paragraph is deleted or hidden."""
    marks = properties.find(qn("w:rPr")) if properties is not None else None
    return marks is not None and (marks.find(qn("w:del")) is not None or is_on(marks.find(qn("w:vanish"))))


def _is_joined_to_next(paragraph: Element) -> bool:
    properties = paragraph.find(qn("w:pPr"))
    marks = properties.find(qn("w:rPr")) if properties is not None else None
    return marks is not None and marks.find(qn("w:del")) is not None


def _without_page_numbers(text: str) -> str:
    """The lines and tabbed parts of a header that hold no number of a page."""
    lines = ("\t".join(part for part in line.split("\t") if PAGE_NUMBER not in part) for line in text.split("\n"))
    return "\n".join(line.strip() for line in lines if line.strip())
