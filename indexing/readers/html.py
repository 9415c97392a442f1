"""HTML pages: what a browser would show, without scripts, navigation and what is hidden."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.encoding import decode_text
from indexing.readers.sections import TextHeading, sectioned_document
from storage.messages import message

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
_LINE, _PARAGRAPH, _HEADING = "\ue000\ue001\ue002"  # marks, never in the page's own text
_MARKS = re.compile("[\ue000-\ue002]")
_BREAKS = re.compile(f"[ {_LINE}{_PARAGRAPH}]*[{_LINE}{_PARAGRAPH}][ {_LINE}{_PARAGRAPH}]*")
_MARKED = re.compile(f"{_HEADING}([1-6])(.*)")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Sections by heading. The title is the page's <title>, else its first heading."""
    soup = BeautifulSoup(_characters(path.read_bytes()), "lxml")
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    text, headings = html_text(soup)
    if not text:
        raise ParseFailure("empty", message("the page shows no text; fill it or remove it"))
    if len(text) > limits.text_characters:
        raise ParseFailure(
            "output_limit",
            message("more than {characters:,} characters; split the file", characters=limits.text_characters),
        )
    first = next((heading.text for heading in headings), None)
    return sectioned_document(" ".join(clean_text(title).split()) or first, text, headings)


def html_text(soup: Tag) -> tuple[str, list[TextHeading]]:
    """The visible text of a parsed page and the headings in it; also for chapters of a book and parts of a mail."""
    _remove_unseen(soup)
    text = clean_text(_BREAKS.sub(_break, "".join(_pieces(soup))))
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


def _pieces(root: Tag) -> Iterator[str]:
    """The text with marks for breaks and headings. Walks with a stack: pages are nested thousands deep."""
    stack: list[PageElement | str] = [root]
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
            yield _WHITE_SPACE.sub(" ", _MARKS.sub("", item))


class _Mark(str):
    """Text of ours among the page's own."""


def _parts(tag: Tag) -> tuple[str, list[PageElement | str], str]:
    """What stands before, in and after an element."""
    if tag.name in ("td", "th"):
        return "", list(tag.children), " | " if tag.find_next_sibling(["td", "th"]) else ""
    if tag.name == "pre":
        return _PARAGRAPH, [_Mark(_MARKS.sub("", tag.get_text()))], _PARAGRAPH
    if tag.name in _HEADINGS:
        heading = " ".join(_MARKS.sub(" ", tag.get_text(" ")).split())
        return _PARAGRAPH, [_Mark(f"{_HEADING}{tag.name[1]}{heading}")], _PARAGRAPH
    around = _PARAGRAPH if tag.name in _PARAGRAPHS else _LINE if _BLOCKS.fullmatch(tag.name) else ""
    return f"{around}- " if tag.name == "li" else around, list(tag.children), around


def _break(match: re.Match[str]) -> str:
    return "\n\n" if _PARAGRAPH in match.group() else "\n"
