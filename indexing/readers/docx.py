"""Word documents: paragraphs, lists and tables in their order, with the headings that cut them into sections.

python-docx opens the file and knows its styles; the text is taken from the XML, because `Paragraph.text` (1.2.0)
leaves out what was inserted with tracked changes, content controls and text boxes. lxml's errors are SyntaxErrors.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docx import Document
from docx.exceptions import PythonDocxError
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from indexing.cleaning.text import clean_text, close_gaps
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.containers import open_office_file
from indexing.readers.rows import table_text
from indexing.readers.sections import TextHeading, sectioned_document
from storage.messages import message

_DAMAGED = (PythonDocxError, OpcError, SyntaxError, KeyError, ValueError, TypeError, AttributeError, IndexError)
_TEXT = frozenset((qn("w:t"), qn("m:t")))
_BREAKS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_SKIPPED = frozenset(
    (qn("w:del"), qn("w:moveFrom"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")
)
_LEVELS = 9
_LONGEST_HEADING = 200

Block = tuple[str, int]  # text, and the level of the heading that it is; 0 is no heading


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Sections by heading; footnotes and endnotes stand at the end."""
    with open_office_file(path) as file:
        try:
            document = Document(file)
            blocks = [*_blocks(document.element.body, _style_levels(document)), *_notes(document)]
            title = document.core_properties.title.strip()
        except _DAMAGED as exc:
            raise ParseFailure(
                "damaged", message("it is no whole document ({error}); save it anew with Word", error=str(exc))
            ) from exc
    text, headings = _joined(blocks)
    if not text:
        raise ParseFailure("empty", message("the document has no text; fill it or remove it"))
    if len(text) > limits.text_characters:
        raise ParseFailure(
            "output_limit",
            message("more than {characters:,} characters; split the file", characters=limits.text_characters),
        )
    return sectioned_document(title or (headings[0].text if headings else None), text, headings)


def _joined(blocks: list[Block]) -> tuple[str, list[TextHeading]]:
    text, headings = [], []
    offset = 0
    for block, level in blocks:
        piece = clean_text(close_gaps(block))
        if not piece:
            continue
        if level and len(piece) <= _LONGEST_HEADING:
            headings.append(TextHeading(offset, level, " ".join(piece.split())))
        text.append(piece)
        offset += len(piece) + 2
    return "\n\n".join(text), headings


def _blocks(container: Any, levels: dict[str, int]) -> Iterator[Block]:
    """Paragraphs and tables; runs of list items are one block."""
    items: list[str] = []
    for element in container:
        if element.tag == qn("w:p"):
            text, boxes = _paragraph_text(element)
            level = _level(element, levels)
            if text.strip() and not level and _is_list_item(element):
                items.append(f"- {text.strip()}")
                continue
        if items and element.tag in (qn("w:p"), qn("w:tbl")):
            yield "\n".join(items), 0
            items = []
        if element.tag == qn("w:p"):
            yield text, level
            for box in boxes:
                yield from _blocks(box, levels)
        elif element.tag == qn("w:tbl"):
            yield table_text(list(_table_rows(element))), 0
        elif element.tag not in _SKIPPED:
            yield from _blocks(element, levels)  # content controls, inserted paragraphs
    if items:
        yield "\n".join(items), 0


def _paragraph_text(paragraph: Any) -> tuple[str, list[Any]]:
    """The text of a paragraph, and the text boxes anchored in it."""
    boxes: list[Any] = []
    return "".join(_pieces(paragraph, boxes)), boxes


def _pieces(element: Any, boxes: list[Any]) -> Iterator[str]:
    for child in element:
        if child.tag in _TEXT:
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag == qn("w:txbxContent"):
            boxes.append(child)
        elif child.tag not in _SKIPPED and child.tag not in (qn("w:pPr"), qn("w:rPr")):
            yield from _pieces(child, boxes)


def _table_rows(table: Any) -> Iterator[list[str]]:
    for row in table.iter(qn("w:tr")):
        if next(row.iterancestors(qn("w:tbl"))) is table:
            yield [_cell_text(cell) for cell in row.iter(qn("w:tc")) if next(cell.iterancestors(qn("w:tr"))) is row]


def _cell_text(cell: Any) -> str:
    """All text of the cell, of tables in it too."""
    return " ".join(_paragraph_text(paragraph)[0] for paragraph in cell.iter(qn("w:p"))).strip()


def _is_list_item(paragraph: Any) -> bool:
    properties = paragraph.find(qn("w:pPr"))
    if properties is None:
        return False
    style = properties.find(qn("w:pStyle"))
    is_list = style is not None and str(style.get(qn("w:val"))).startswith("List")
    return is_list or properties.find(qn("w:numPr")) is not None


def _level(paragraph: Any, levels: dict[str, int]) -> int:
    properties = paragraph.find(qn("w:pPr"))
    if properties is None:
        return 0
    own = _outline_level(properties)
    style = properties.find(qn("w:pStyle"))
    return own or (levels.get(style.get(qn("w:val")), 0) if style is not None else 0)


def _outline_level(properties: Any) -> int:
    outline = properties.find(qn("w:outlineLvl")) if properties is not None else None
    level = int(outline.get(qn("w:val"))) + 1 if outline is not None else 0
    return level if level <= _LEVELS else 0


def _style_levels(document: Any) -> dict[str, int]:
    """Style id → level of the headings written in it. Word keeps its own styles' names English in every language."""
    levels: dict[str, int] = {}
    for style in document.styles.element.iter(qn("w:style")):
        name = str(style.find(qn("w:name")).get(qn("w:val"))).lower() if style.find(qn("w:name")) is not None else ""
        based = style.find(qn("w:basedOn"))
        level = _outline_level(style.find(qn("w:pPr")))
        if name == "title":
            level = 1
        elif name.startswith("heading ") and name[8:].isdigit():
            level = int(name[8:])
        elif not level and based is not None:
            level = levels.get(based.get(qn("w:val")), 0)
        levels[str(style.get(qn("w:styleId")))] = level
    return levels


def _notes(document: Any) -> Iterator[Block]:
    for kind in (RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES):
        for relation in document.part.rels.values():
            if relation.reltype == kind and not relation.is_external:
                for note in parse_xml(relation.target_part.blob):
                    yield " ".join(_paragraph_text(paragraph)[0] for paragraph in note.iter(qn("w:p"))), 0
