"""HTML pages: what a browser would show, without scripts and what is hidden; what is around the text stands apart."""

import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.encoding import decode_declared, too_long
from indexing.readers.html_boilerplate import take_boilerplate
from indexing.readers.html_elements import Prepared, item_mark, prepare_elements
from indexing.readers.html_tables import TABLE, prepare_tables
from indexing.readers.marked_text import REMARKS, Remarks, ShownText, clear_marks, heading_mark, shown_text
from indexing.readers.sections import sectioned_document, with_page
from storage.messages import message

_BLOCKS = re.compile(
    r"address|article|aside|blockquote|br|caption|center|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer"
    r"|form|header|hr|legend|li|main|nav|ol|option|p|pre|section|summary|table|tr|ul"
)
_PARAGRAPHS = frozenset(("article", "blockquote", "dl", "figure", "ol", "p", "pre", "section", "table", "ul"))
_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DECLARED_XML = re.compile(rb"\s*<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w.:-]+)")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_WHITE_SPACE = re.compile(r"\s+")
_LINE, _PARAGRAPH, _ITEM = "\ue000\ue001\ue005"  # marks as those of marked_text, and cleared with them
_BETWEEN = f"(?:[ {_LINE}{_PARAGRAPH}]|{REMARKS.pattern})*"
_BREAKS = re.compile(f"{_BETWEEN}[{_LINE}{_PARAGRAPH}]{_BETWEEN}")
_ITEM_START = re.compile(f"{_ITEM}({_BETWEEN})")
_AROUND = "around the text"


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Sections by heading. The title is the page's <title>, else its first heading.

    Navigation, notices about cookies and the foot of the site are a page of their own, the last one.
    """
    return page_document(BeautifulSoup(html_characters(path.read_bytes()), "lxml"), limits)


def page_document(soup: BeautifulSoup, limits: ReadLimits) -> ParsedDocument:
    """A parsed web page as a document. Changes the tree. Raises `ParseFailure` "empty" or "output_limit"."""
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    around = take_boilerplate(soup)
    shown = html_text(soup)
    beside = clean_text("\n\n".join(filter(None, (html_text(part).text for part in around))))
    if not shown.text and not beside:
        raise ParseFailure("empty", message("the page shows no text; fill it or remove it"))
    if len(shown.text) + len(beside) > limits.text_characters:
        raise too_long(limits)
    name = " ".join(clean_text(title).split()) or None
    if not shown.text:
        return sectioned_document(name, beside, ())
    document = shown.document(name)
    return with_page(document, beside, _AROUND) if beside else document


def html_characters(data: bytes) -> str:
    """The characters of a page, by the encoding it declares or looks like."""
    head = data[:4096]
    declared = _DECLARED.search(head) or _DECLARED_XML.match(head)
    return decode_declared(data, declared.group(1).decode("ascii") if declared else None)


def html_text(soup: Tag) -> ShownText:
    """The visible text of a parsed page; also for chapters of a book and parts of a mail. Changes the tree."""
    remarks = Remarks()
    prepare_elements(soup, remarks)
    prepare_tables(soup, _cell_text)
    joined = "".join(_spaced(_pieces(soup)))
    joined = _ITEM_START.sub(lambda match: " " + "".join(REMARKS.findall(match.group(1))), joined)
    return shown_text(_BREAKS.sub(_break, joined), remarks.all)


def _cell_text(cell: Tag) -> str:
    """The text of a table's cell on one line, with the marks of its remarks."""
    return " ".join(_BREAKS.sub(_break, "".join(_spaced(_pieces(cell, is_line=True)))).replace(_ITEM, " ").split())


def _pieces(root: Tag, *, is_line: bool = False) -> Iterator[str]:
    """The text with marks for breaks, headings and remarks. Walks with a stack: pages are nested thousands deep."""
    stack: list[PageElement | str] = [*reversed(root.contents)] if is_line else [root]
    while stack:
        item = stack.pop()
        if isinstance(item, Tag):
            before, content, after = _parts(item)
            stack.append(_Mark(after))
            stack.extend(reversed(content))
            yield before
        elif isinstance(item, _Mark):
            yield item
        elif isinstance(item, NavigableString) and not isinstance(item, PreformattedString):
            yield _WHITE_SPACE.sub(" ", _own(item))


def _spaced(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces without spaces that follow a space, but for those of text that is kept as it stands."""
    last = ""
    for piece in pieces:
        kept = piece.lstrip(" ") if last.endswith(" ") and not isinstance(piece, _Mark) else piece
        last = kept or last
        yield kept


class _Mark(str):
    """Text of ours among the page's own."""


def _own(string: NavigableString) -> str:
    return str(string) if isinstance(string, Prepared) else clear_marks(string)


def _parts(tag: Tag) -> tuple[str, list[PageElement | str], str]:
    """What stands before, in and after an element."""
    if tag.name in ("td", "th"):
        return "", list(tag.children), " | " if tag.find_next_sibling(["td", "th"]) else ""
    if tag.name in ("pre", "textarea", TABLE):
        return _PARAGRAPH, [_Mark("".join(map(_own, tag.find_all(string=True))))], _PARAGRAPH
    if tag.name in _HEADINGS:
        return _PARAGRAPH, [_Mark(heading_mark(int(tag.name[1]), _cell_text(tag)))], _PARAGRAPH
    around = _PARAGRAPH if tag.name in _PARAGRAPHS else _LINE if _BLOCKS.fullmatch(tag.name) else ""
    return f"{around}{item_mark(tag)}{_ITEM}" if tag.name == "li" else around, list(tag.children), around


def _break(match: re.Match[str]) -> str:
    return ("\n\n" if _PARAGRAPH in match.group() else "\n") + "".join(REMARKS.findall(match.group()))
