"""PDF files, page by page: a page that one library cannot read is read by another, and none costs its neighbours."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from indexing.cleaning.characters import garbled_share, repair_glyph_codes, without_garbled_lines
from indexing.cleaning.text import clean_text, clean_title, close_gaps, join_cut_words
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.pdf.headings import find_headings, find_title
from indexing.readers.pdf.hidden_text import hidden_text_notes
from indexing.readers.pdf.libraries import PageError, Pdfium, PdfLibrary, Pypdf
from indexing.readers.pdf.repeated_lines import remove_furniture
from storage.messages import message
from storage.records import PageRecord, PageStatus

_MOST_GARBLED = 0.3  # of a page's characters; see indexing.cleaning.characters
_NO_TEXT = message("no page has a text layer (scanned pictures?); set OCR=auto to have it read")
_FAST_PAGES = 400  # longer files are read with the fast library: pypdf reads some 28 pages a second


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    status: PageStatus = "text"
    detail: str | None = None


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """The document with every page's status. Raises `ParseFailure`, "no_text" only when no OCR may follow."""
    libraries = _open_libraries(path, limits)
    try:
        document = _read(libraries, limits)
    finally:
        for library in libraries:
            library.close()
    return replace(document, notes=hidden_text_notes(path))


def _open_libraries(path: Path, limits: ReadLimits) -> list[PdfLibrary]:
    """Those that open the file and find pages in it, the one to be asked first in front."""
    libraries: list[PdfLibrary] = []
    problems: list[ParseFailure] = []
    for build in (lambda: Pypdf(path, limits.page_cpu_seconds), lambda: Pdfium(path)):
        try:
            library: PdfLibrary = build()
        except PageError as exc:
            problems.append(ParseFailure("damaged", _damaged(str(exc))))
            continue
        except ParseFailure as failure:  # encrypted, or so one library thinks
            problems.append(failure)
            continue
        if library.page_count > 0:
            libraries.append(library)
        else:
            library.close()
            problems.append(ParseFailure("damaged", _damaged(message("it has no pages"))))
    if not libraries:
        raise problems[0]
    pages = max(library.page_count for library in libraries)
    if pages > limits.pages:
        raise ParseFailure(
            "output_limit",
            message("{pages:,} pages, the limit is {most:,}; split the file", pages=pages, most=limits.pages),
        )
    return libraries[::-1] if pages > _FAST_PAGES else libraries


def _read(libraries: list[PdfLibrary], limits: ReadLimits) -> ParsedDocument:
    count = max(library.page_count for library in libraries)
    pages: list[_Page] = []
    room = limits.text_characters
    for index in range(count):
        problem = problem_of_part(index + 1, count)
        pages.append(_Page("", "failed", problem) if problem else _read_page(libraries, index))
        room -= len(pages[-1].text)
        if room < 0:
            raise ParseFailure(
                "output_limit",
                message("more than {characters:,} characters; split the file", characters=limits.text_characters),
            )
    if not limits.ocr and not any(_has_words(page.text) for page in pages):
        failed = next((page for page in pages if page.status == "failed"), None)
        raise ParseFailure("damaged", _damaged(failed.detail)) if failed else ParseFailure("no_text", _NO_TEXT)
    return _document(libraries, pages)


def _damaged(reason: str | None) -> str:
    return message("it is damaged ({reason}); open and save it with a PDF program, or replace it", reason=reason)


def _read_page(libraries: list[PdfLibrary], index: int) -> _Page:
    """The page as the first library reads it that reads it well, else the best of what they read."""
    best = _Page("", "failed", message("beyond the last page"))
    for library in libraries:
        if index >= library.page_count:
            continue
        page = _judged(library, index)
        if page.status == "text":
            return page
        if best.status == "failed" or len(page.text) > len(best.text):
            best = page
    return best


def _judged(library: PdfLibrary, index: int) -> _Page:
    try:
        text = repair_glyph_codes(library.page_text(index))
    except PageError as exc:
        return _Page("", "failed", str(exc))
    share = garbled_share(text)
    if share > _MOST_GARBLED:
        rest = close_gaps(clean_text(without_garbled_lines(text)))
        return _Page(rest, "garbled", message("{share:.0%} of its characters cannot be understood", share=share))
    text = close_gaps(clean_text(text))
    if not _has_words(text):
        return _Page(text, "empty", message("no text layer"))
    return _Page(text)


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _document(libraries: list[PdfLibrary], pages: list[_Page]) -> ParsedDocument:
    texts = join_cut_words(remove_furniture([page.text for page in pages]))
    readable = [text if page.status == "text" else "" for text, page in zip(texts, pages, strict=True)]
    title, bookmarks = _title_and_bookmarks(libraries, readable[0])
    records = tuple(
        PageRecord(number, text, page.status, detail=page.detail)
        for number, (text, page) in enumerate(zip(texts, pages, strict=True), start=1)
    )
    return ParsedDocument(title, records, find_headings(readable, bookmarks))


def _title_and_bookmarks(libraries: list[PdfLibrary], first: str) -> tuple[str | None, list[tuple[int, str, int]]]:
    source = next((library for library in libraries if isinstance(library, Pypdf)), None)
    title, bookmarks = None, []
    if source is not None:
        with suppress(PageError):
            title = find_title(source.metadata_title(), source.upper_text(0), first)
        with suppress(PageError):
            bookmarks = source.outline()
    return clean_title(title), bookmarks
