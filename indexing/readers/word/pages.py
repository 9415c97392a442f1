"""Blocks of a Word document as pages: where Word drew them or the author broke them, else by headings. Pure.

Word's own page numbers are known only where the file holds its marks of where pages began when it was saved, or where
every page is broken by hand; else the pages are sections, named by their headings.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from indexing.cleaning.text import clean_text, close_gaps
from indexing.documents import Heading, ParsedDocument
from indexing.readers.office.pictures import is_picture
from indexing.readers.office.pieces import DRAWN_BREAK, HARD_BREAK, PAGE_NUMBER, REMARK_MARK
from indexing.readers.sections import TextHeading, TextRemark, sectioned_document
from storage.messages import message
from storage.records import PageRecord

_LONGEST_HEADING = 200
_LONGEST_DRAWN_PAGE = 12_000  # characters: what is longer is no page of paper, so marks are missing
_LONGEST_BROKEN_PAGE = 6_000
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]")  # a page holds half as many of these
_BREAKS = re.compile(f"([{DRAWN_BREAK}{HARD_BREAK}])")


@dataclass(slots=True)
class _Page:
    pieces: list[tuple[str, int]] = field(default_factory=list)  # text and heading level
    marks: list[tuple[int, int]] = field(default_factory=list)  # before which piece, and the remark's number


def paged_document(title: str | None, blocks: Iterable[tuple[str, int]], remarks: Sequence[str]) -> ParsedDocument:
    """The document of these blocks, whose texts hold marks for page breaks and remarks."""
    pages, has_drawn = _pages(blocks, remarks)
    if len(pages) > 1 and _are_paper(pages, has_drawn):
        return _by_pages(title, pages, remarks)
    return _by_sections(title, pages, remarks)


def _pages(blocks: Iterable[tuple[str, int]], remarks: Sequence[str]) -> tuple[list[_Page], bool]:
    """The pieces of each page. Breaks with nothing between are one break, seen twice: by the author and by Word."""
    pages = [_Page()]
    hard = drawn = 0
    has_drawn = False
    for block, level in blocks:
        for part in _BREAKS.split(block):
            if part == HARD_BREAK:
                hard += 1
            elif part == DRAWN_BREAK:
                drawn += 1
                has_drawn = True
            elif (text := _cleaned(part)) or _shows_picture(part, remarks):
                if any(page.pieces or page.marks for page in pages) or drawn:
                    pages.extend(_Page() for _ in range(max(hard, drawn)))
                hard = drawn = 0
                _take_marks(pages[-1], part)
                pages[-1].pieces.extend([(text, level)] if text else [])
            else:
                _take_marks(pages[-1], part)
    return pages, has_drawn


def _cleaned(part: str) -> str:
    return clean_text(close_gaps(REMARK_MARK.sub("", part).replace(PAGE_NUMBER, ""))).strip()


def _shows_picture(part: str, remarks: Sequence[str]) -> bool:
    return any(is_picture(remarks[int(mark.group(1))]) for mark in REMARK_MARK.finditer(part))


def _take_marks(page: _Page, part: str) -> None:
    page.marks.extend((len(page.pieces), int(mark.group(1))) for mark in REMARK_MARK.finditer(part))


def _are_paper(pages: Sequence[_Page], has_drawn: bool) -> bool:
    longest = _LONGEST_DRAWN_PAGE if has_drawn else _LONGEST_BROKEN_PAGE
    return all(sum(len(text) + len(_WIDE.findall(text)) for text, _ in page.pieces) <= longest for page in pages)


def _by_pages(title: str | None, pages: Sequence[_Page], remarks: Sequence[str]) -> ParsedDocument:
    records, headings = [], []
    for number, page in enumerate(pages, start=1):
        text, found, _ = _joined(page.pieces)
        headings += [Heading(number, each.offset, each.level, each.text) for each in found]
        own = tuple(dict.fromkeys(remarks[mark] for _, mark in page.marks))
        if text:
            records.append(PageRecord(number, text, remarks=own))
        else:
            detail = message("page {number}: no text", number=number)
            records.append(PageRecord(number, "", "empty", detail=detail, remarks=own))
    first = headings[0].text if headings else None
    return ParsedDocument(title or first, tuple(records), tuple(headings))


def _by_sections(title: str | None, pages: Sequence[_Page], remarks: Sequence[str]) -> ParsedDocument:
    pieces = [piece for page in pages for piece in page.pieces]
    text, headings, offsets = _joined(pieces)
    said: list[TextRemark] = []
    before = 0
    for page in pages:
        for place, mark in page.marks:
            at = before + place
            said.append(TextRemark(offsets[at] if at < len(offsets) else len(text), remarks[mark]))
        before += len(page.pieces)
    document = sectioned_document(title or (headings[0].text if headings else None), text, headings, said)
    if text:
        return document
    empty = replace(document.pages[0], status="empty", detail=message("page {number}: no text", number=1))
    return replace(document, pages=(empty,))


def _joined(pieces: Sequence[tuple[str, int]]) -> tuple[str, list[TextHeading], list[int]]:
    """The text, its headings, and where each piece begins."""
    headings, offsets = [], []
    offset = 0
    for text, level in pieces:
        if level and len(text) <= _LONGEST_HEADING:
            headings.append(TextHeading(offset, level, " ".join(text.split())))
        offsets.append(offset)
        offset += len(text) + 2
    return "\n\n".join(text for text, _ in pieces), headings, offsets
