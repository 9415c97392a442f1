"""OpenDocument texts: headings, numbered lists, tables, notes, comments and boxes, in the order of the page."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.containers import local_attribute, local_name, parse_xml
from indexing.readers.encoding import too_long
from indexing.readers.marked_text import clear_marks, heading_mark, shortened, shown_text
from indexing.readers.odf import OdfFile, Style, body, open_odf, paragraph_text
from indexing.readers.odf_sheets import table_rows
from indexing.readers.rows import table_text
from storage.messages import message

_PASSED = frozenset((
    "section", "index-body", "table-of-content", "alphabetical-index", "bibliography", "text-box", "g", "index-title",
    "list-header", "numbered-paragraph", "illustration-index", "user-index", "table-index", "object-index",
))  # fmt: skip
_DRAWN = ("frame", "custom-shape", "rect", "line", "control")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Sections by heading; the heads and feet of its pages once, before and after the text."""
    with open_odf(path) as file:
        text = body(file, "text")
        blocks = [
            "".join(_deletions(file, text)),
            *_page_edges(file, "header"),
            *_blocks(file, text, _List()),
            *_page_edges(file, "footer"),
        ]
        shown = shown_text("\n\n".join(filter(None, blocks)), file.remarks.all)
    if not shown.text:
        raise ParseFailure("empty", message("the document has no text; fill it or remove it"))
    if len(shown.text) > limits.text_characters:
        raise too_long(limits)
    return shown.document(file.title)


class _List:
    """Where in which list the walk is."""

    def __init__(self, style: str = "", level: int = 0) -> None:
        self.style = style
        self.level = level


def _blocks(file: OdfFile, element: Element, place: _List) -> Iterator[str]:
    for child in element:
        name = local_name(child)
        if name == "h":
            yield _heading(file, child)
        elif name == "p":
            yield _paragraph(file, child)
        elif name == "list":
            yield "\n".join(_items(file, child, place))
        elif name == "table":
            yield table_text(table_rows(file, child))
        elif name in _DRAWN:
            yield _box(file, child)
        elif name in _PASSED and local_attribute(child, "display") != "none":
            yield from _blocks(file, child, place)


def _heading(file: OdfFile, heading: Element) -> str:
    level = int(local_attribute(heading, "outline-level") or 1)
    text = paragraph_text(file, heading, lambda drawing: _box(file, drawing))
    number = "" if local_attribute(heading, "is-list-header") == "true" or not text else file.numbering.heading(level)
    first, _, rest = f"{number} {text}".strip().partition("\n")
    return heading_mark(level, first) + (f"\n{rest}" if rest else "")


def _paragraph(file: OdfFile, paragraph: Element) -> str:
    style = file.styles.get(local_attribute(paragraph, "style-name"), Style())
    text = paragraph_text(file, paragraph, lambda drawing: _box(file, drawing))
    return file.remarks.struck(text) if style.is_struck else text


def _items(file: OdfFile, element: Element, place: _List) -> Iterator[str]:
    style = local_attribute(element, "style-name") or place.style
    inner = _List(style, place.level + 1)
    if not place.level:
        file.numbering.begin(style, continues=local_attribute(element, "continue-numbering") == "true")
    indent = "  " * place.level
    for item in element:
        if local_name(item) not in ("list-item", "list-header"):
            continue
        is_numbered = local_name(item) == "list-item" and any(local_name(child) in ("p", "h") for child in item)
        mark = file.numbering.item(style, inner.level, local_attribute(item, "start-value")) if is_numbered else ""
        for child in item:
            if local_name(child) == "list":
                yield from _items(file, child, inner)
            elif text := "\n".join(filter(None, _blocks(file, _only(child), inner))):
                is_heading = local_name(child) == "h"
                yield text if is_heading else f"{indent}{mark} {text}".rstrip() if mark else f"{indent}  {text}"
                mark = ""


def _only(child: Element) -> Element:
    around = Element("section")
    around.append(child)
    return around


def _box(file: OdfFile, drawing: Element) -> str:
    """The text in a drawn box, its own paragraphs and tables."""
    inner = [part for part in drawing.iter() if local_name(part) == "text-box"] or [drawing]
    texts = [text for part in inner for text in _blocks(file, part, _List()) if text]
    return "\n\n".join(texts) or paragraph_text(file, _only(drawing))


def _page_edges(file: OdfFile, kind: str) -> Iterator[str]:
    """The heads or feet of pages, each text once."""
    if "styles.xml" not in file.archive.namelist():
        return
    with file.archive.open("styles.xml") as stream:
        styles = parse_xml(stream)
    edges = [each for each in styles.iter() if local_name(each) in (kind, f"{kind}-left", f"{kind}-first")]
    yield from dict.fromkeys("\n".join(filter(None, _blocks(file, edge, _List()))) for edge in edges)


def _deletions(file: OdfFile, text: Element) -> Iterator[str]:
    """What was deleted with changes recorded is no text any more, and is said."""
    for deletion in (each for each in text.iter() if local_name(each) == "deletion"):
        words = " ".join(" ".join(part.itertext()) for part in deletion if local_name(part) in ("p", "h"))
        if words.strip():
            said = shortened(clear_marks(words))
            yield file.remarks.mark(message("deleted with changes recorded, and left out: “{text}”", text=said))
