"""Text without pages cut into pages that a citation can name: by its main headings, or by line numbers. Pure."""

import itertools
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import shorten

from indexing.documents import Heading, ParsedDocument
from storage.records import PageRecord

_ONE_PAGE = 4_000  # characters; a shorter text is one page, whatever its headings
_SHORTEST_PAGE = 150
_LONGEST_PAGE = 12_000
_PART = 4_000  # of a page that is too long
_LONGEST_LABEL = 80


@dataclass(frozen=True, slots=True)
class TextHeading:
    """A heading at a place in the whole text. Level 1 is highest."""

    offset: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class TextRemark:
    """What was left out or is doubtful at a place in the whole text."""

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class _Page:
    start: int
    end: int
    label: str | None


def sectioned_document(
    title: str | None, text: str, headings: Sequence[TextHeading], remarks: Sequence[TextRemark] = ()
) -> ParsedDocument:
    """The text as a document whose pages are its sections, labelled with their headings.

    A short text is one page without a label; a long stretch without headings is cut at paragraphs and labelled
    "lines 120–180", as an editor counts them in the text given here.
    """
    pages = [part for page in _sections(text, headings) for part in _parts(text, page)]
    records: list[PageRecord] = []
    moved: list[Heading] = []
    places = [heading.offset for heading in headings]
    for number, page in enumerate(pages, start=1):
        body = text[page.start : page.end]
        start = page.start + len(body) - len(body.lstrip("\n"))
        is_last = number == len(pages)
        said = (each.text for each in remarks if page.start <= each.offset and (is_last or each.offset < page.end))
        records.append(PageRecord(number, body.strip("\n"), label=page.label, remarks=tuple(dict.fromkeys(said))))
        moved.extend(
            Heading(number, max(0, heading.offset - start), heading.level, heading.text)
            for heading in headings[bisect_left(places, page.start) : bisect_left(places, page.end)]
        )
    return ParsedDocument(title, tuple(records), tuple(moved))


def with_page(document: ParsedDocument, text: str, label: str) -> ParsedDocument:
    """The document with one more page at its end."""
    page = PageRecord(len(document.pages) + 1, text, label=label)
    return replace(document, pages=(*document.pages, page))


def _sections(text: str, headings: Sequence[TextHeading]) -> Iterator[_Page]:
    main = _main_headings(headings) if len(text) > _ONE_PAGE else []
    start, label = 0, None
    for heading in main:
        if heading.offset - start >= _SHORTEST_PAGE:  # a title alone is no page
            yield _Page(start, heading.offset, label)
            start = heading.offset
        label = shorten(heading.text, width=_LONGEST_LABEL, placeholder=" …")
    yield _Page(start, len(text), label)


def _main_headings(headings: Sequence[TextHeading]) -> list[TextHeading]:
    """Those of the two highest levels in use."""
    levels = sorted({heading.level for heading in headings})[:2]
    return [heading for heading in headings if heading.level in levels]


def _parts(text: str, page: _Page) -> Iterator[_Page]:
    if page.end - page.start <= _LONGEST_PAGE:
        yield page
        return
    cuts = [page.start, *_cuts(text, page), page.end]
    for number, (start, end) in enumerate(itertools.pairwise(cuts), start=1):
        if page.label is None:
            first = text.count("\n", 0, start) + 1
            yield _Page(start, end, f"lines {first}–{first + text[start:end].rstrip().count(chr(10))}")
        else:
            yield _Page(start, end, page.label if number == 1 else f"{page.label} ({number})")


_BREAKS = (re.compile(r"\n[ \t]*\n"), re.compile(r"\n"), re.compile(r"[.!?。！？][ \n]?"), re.compile(r"\s"))


def _cuts(text: str, page: _Page) -> Iterator[int]:
    """Places to cut: after a paragraph, else a line, a sentence, a word, and at worst anywhere."""
    start = page.start
    while page.end - start > _PART + _PART // 2:
        window = (start + _PART // 2, start + _PART)
        start = next((last.end() for mark in _BREAKS if (last := _last(mark, text, window))), start + _PART)
        yield start


def _last(mark: re.Pattern[str], text: str, window: tuple[int, int]) -> re.Match[str] | None:
    return next(iter(deque(mark.finditer(text, *window), maxlen=1)), None)
