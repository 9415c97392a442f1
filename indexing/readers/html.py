"""HTML pages: what a browser would show, without scripts, navigation and what is hidden."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from indexing.cleaning import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.encoding import decode_text
from indexing.readers.sections import TextHeading, sectioned_document

_UNSEEN = ["script", "style", "noscript", "template", "svg", "head", "nav", "iframe", "object", "select", "button"]
_BLOCKS = re.compile(
    r"address|article|aside|blockquote|br|caption|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer"
    r"|form|header|hr|li|main|ol|p|pre|section|summary|table|tr|ul"
)
_PARAGRAPHS = frozenset(("article", "blockquote", "dl", "figure", "ol", "p", "pre", "section", "table", "ul"))
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0", re.IGNORECASE)
_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_WHITE_SPACE = re.compile(r"\s+")
_AROUND_BREAK = re.compile(r" *\n")
_MARK = "\ue000"  # stands before a heading's text until its place is known; never in the page's own text
_MARKED = re.compile(f"{_MARK}([1-6])(.*)")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Sections by heading. The title is the page's <title>, else its first heading."""
    soup = BeautifulSoup(_characters(path.read_bytes()), "lxml")
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    text, headings = html_text(soup)
    if not text:
        raise ParseFailure("empty", "the page shows no text; fill it or remove it")
    if len(text) > limits.text_characters:
        raise ParseFailure("output_limit", f"more than {limits.text_characters:,} characters; split the file")
    first = next((heading.text for heading in headings), None)
    return sectioned_document(" ".join(clean_text(title).split()) or first, text, headings)


def html_text(soup: Tag) -> tuple[str, list[TextHeading]]:
    """The visible text of a parsed page and the headings in it; also for chapters of a book and parts of a mail."""
    _remove_unseen(soup)
    text = clean_text(_AROUND_BREAK.sub("\n", "".join(_pieces(soup))))
    headings, plain, offset, end = [], [], 0, 0
    for mark in _MARKED.finditer(text):
        plain.append(text[end : mark.start()])
        offset += mark.start() - end
        if heading := " ".join(mark.group(2).split()):
            headings.append(TextHeading(offset, int(mark.group(1)), heading))
        end = mark.start(2)
    plain.append(text[end:])
    return "".join(plain), headings


def _characters(data: bytes) -> str:
    declared = _DECLARED.search(data[:4096])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        with suppress(LookupError, UnicodeDecodeError):  # a wrong declaration: look at the bytes
            return data.decode(declared.group(1).decode("ascii"))
    return decode_text(data)


def _remove_unseen(soup: Tag) -> None:
    for tag in soup.find_all(_UNSEEN):
        tag.decompose()
    for tag in soup.find_all(_is_hidden):
        if not tag.decomposed:
            tag.decompose()


def _is_hidden(tag: Tag) -> bool:
    style = tag.get("style")
    return tag.has_attr("hidden") or (isinstance(style, str) and _HIDDEN_STYLE.search(style) is not None)


def _pieces(tag: Tag) -> Iterator[str]:
    for child in tag.children:
        if isinstance(child, Tag):
            yield from _element(child)
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            yield _WHITE_SPACE.sub(" ", str(child).replace(_MARK, ""))


def _element(tag: Tag) -> Iterator[str]:
    if tag.name in ("td", "th"):
        yield from _pieces(tag)
        yield " | " if tag.find_next_sibling(["td", "th"]) else ""
    elif tag.name == "pre":
        yield f"\n\n{tag.get_text().replace(_MARK, '')}\n\n"
    elif tag.name in _HEADINGS:
        heading = " ".join("".join(_pieces(tag)).replace(_MARK, " ").split())
        yield f"\n\n{_MARK}{tag.name[1]}{heading}\n\n"
    else:
        around = "\n\n" if tag.name in _PARAGRAPHS else "\n" if _BLOCKS.fullmatch(tag.name) else ""
        yield f"{around}- " if tag.name == "li" else around
        yield from _pieces(tag)
        yield around
