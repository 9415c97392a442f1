"""PDF files, page by page: a page that one library cannot read is read by another, and none costs its neighbours."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexing.cleaning.characters import garbled_share, repair_glyph_codes, without_garbled_lines
from indexing.cleaning.cut_words import join_cut_words
from indexing.cleaning.text import clean_text, clean_title, close_gaps
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.announced_parts import all_parts_read, loss_of_part
from indexing.readers.pdf.headings import find_headings, find_title
from indexing.readers.pdf.libraries import PageError, Pdfium, PdfLibrary, Pypdf
from indexing.readers.pdf.page_reading import PageReading
from indexing.readers.pdf.repeated_lines import large_lines, remove_furniture
from storage.messages import joined, message
from storage.records import PageRecord, PageStatus

_MOST_GARBLED = 0.3  # of a page's characters; see indexing.cleaning.characters
_NO_TEXT = message("no page has a text layer (scanned pictures?); set OCR=auto to have it read")
_PICTURE_SHARE = 0.5  # of a page, from which its picture is read too, where there are only …
_FEW_LETTERS = 250  # … so many letters and digits (a stamp, a footer) beside it


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    status: PageStatus = "text"
    detail: str | None = None
    reading: PageReading = field(default_factory=lambda: PageReading(""))


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """The document with every page's status. Raises `ParseFailure`, "no_text" only when no OCR may follow."""
    libraries = _open_libraries(path, limits)
    try:
        attached = _attached(libraries, path, limits)
        document = _read(libraries, replace(limits, ocr=limits.ocr or bool(attached.pages)))
    finally:
        for library in libraries:
            library.close()
    return _with_parts(document, attached)


def _with_parts(document: ParsedDocument, attached: ParsedDocument) -> ParsedDocument:
    """The document, then the pages of the files within it."""
    own = len(document.pages)
    return replace(
        document,
        pages=(*document.pages, *(replace(page, number=own + page.number) for page in attached.pages)),
        headings=(*document.headings, *(replace(heading, page=own + heading.page) for heading in attached.headings)),
        notes=(*document.notes, *attached.notes),
        part_pages=tuple(replace(part, number=own + part.number) for part in attached.part_pages),
    )


def _open_libraries(path: Path, limits: ReadLimits) -> list[PdfLibrary]:
    """Those that open the file and find pages in it, the one to be asked first in front."""
    libraries: list[PdfLibrary] = []
    problems: list[ParseFailure] = []
    kinds: list[type[Pdfium] | type[Pypdf]] = [Pypdf] if limits.without_pdfium else [Pdfium, Pypdf]
    for kind in kinds:
        try:
            library: PdfLibrary = kind(path, limits.page_cpu_seconds)
        except PageError as exc:
            problems.append(ParseFailure("damaged", _damaged(str(exc).rstrip("."))))
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
    return libraries


def _read(libraries: list[PdfLibrary], limits: ReadLimits) -> ParsedDocument:
    count = max(library.page_count for library in libraries)
    pages: list[_Page] = []
    room = limits.text_characters
    for index in range(count):
        pages.append(_read_part(libraries, index, count))
        room -= len(pages[-1].text)
        if room < 0:
            raise ParseFailure(
                "output_limit",
                message("more than {characters:,} characters; split the file", characters=limits.text_characters),
            )
    all_parts_read(count)
    if not limits.ocr and not any(_has_words(page.text) for page in pages):
        failed = next((page for page in pages if page.status == "failed"), None)
        raise ParseFailure("damaged", _damaged(failed.detail)) if failed else ParseFailure("no_text", _NO_TEXT)
    return _document(libraries, pages)


def _damaged(reason: str | None) -> str:
    return message("it is damaged ({reason}); open and save it with a PDF program, or replace it", reason=reason)


def _read_part(libraries: list[PdfLibrary], index: int, count: int) -> _Page:
    """The page, unless it was lost in an earlier attempt; where PDFium crashed on it, the other library reads it."""
    loss = loss_of_part(index + 1, count)
    if loss is None:
        return _read_page(libraries, index)
    others: list[PdfLibrary] = []
    if loss.category == "crashed":
        others = [library for library in libraries if isinstance(library, Pypdf)]
    page = _read_page(others, index) if others else _Page("", "failed", loss.why)
    return page if page.status != "failed" else _Page("", "failed", loss.why)


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
        reading = library.read(index)
    except PageError as exc:
        return _Page("", "failed", str(exc))
    text = repair_glyph_codes(reading.text)
    share = garbled_share(text)
    if share > _MOST_GARBLED:
        rest = close_gaps(clean_text(without_garbled_lines(text)))
        return _Page(
            rest, "garbled", message("{share:.0%} of its characters cannot be understood", share=share), reading
        )
    text = close_gaps(clean_text(text))
    if not _has_words(text):
        return _Page(text, "empty", message("no text layer"), reading)
    return _Page(text, reading=reading)


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _document(libraries: list[PdfLibrary], pages: list[_Page]) -> ParsedDocument:
    whole = [page.text for page in pages]
    titles = large_lines([page.reading.sized for page in pages])
    texts = join_cut_words(remove_furniture(whole, titles))
    readable = [text if page.status == "text" else "" for text, page in zip(texts, pages, strict=True)]
    title, bookmarks = _title_and_bookmarks(libraries, pages[0].reading.sized, readable[0])
    labels = _labels(libraries, len(pages))
    records = tuple(
        PageRecord(number, text, page.status, label=label, detail=page.detail)
        for number, (text, page, label) in enumerate(zip(texts, pages, labels, strict=True), start=1)
    )
    pictures = tuple(number for number, page in enumerate(pages, start=1) if _is_mostly_picture(page))
    return ParsedDocument(title, records, find_headings(readable, bookmarks, whole), tuple(_notes(pages)), pictures)


def _is_mostly_picture(page: _Page) -> bool:
    """A scan with a stamp or a footer as text: what the picture says is missing."""
    letters = sum(character.isalnum() for character in page.text)
    return page.status == "text" and page.reading.picture_share >= _PICTURE_SHARE and letters < _FEW_LETTERS


def _notes(pages: list[_Page]) -> Iterator[str]:
    for number, page in enumerate(pages, start=1):
        if page.reading.hidden:
            reasons = joined((_reason(reason) for reason in page.reading.hidden), ", ")
            yield message("Page {number} has hidden text ({reasons}).", number=number, reasons=reasons)
        if page.reading.struck and page.status == "text":
            yield message("Page {number}: struck-out text is left out.", number=number)


def _reason(reason: str) -> str:
    known = (message("invisible"), message("off the page"), message("tiny"), message("white"))
    return next(text for text in known if text == reason)


def _labels(libraries: list[PdfLibrary], count: int) -> list[str | None]:
    """What is printed on the pages, where the file says so and it is not just their number."""
    source = next((library for library in libraries if isinstance(library, Pdfium)), None)
    if source is None:
        return [None] * count
    labels = [source.label(index) if index < source.page_count else None for index in range(count)]
    is_plain = all(label in (None, str(number)) for number, label in enumerate(labels, start=1))
    return [None] * count if is_plain else labels


def _attached(libraries: list[PdfLibrary], path: Path, limits: ReadLimits) -> ParsedDocument:
    source = next((library for library in libraries if isinstance(library, Pdfium)), None)
    return source.attached(path, limits) if source else ParsedDocument(None, ())


def _title_and_bookmarks(
    libraries: list[PdfLibrary], sized: Sequence[tuple[float, str]], first: str
) -> tuple[str | None, list[tuple[int, str, int]]]:
    source = next((library for library in libraries if isinstance(library, Pypdf)), None)
    metadata, bookmarks = None, []
    if source is not None:
        with suppress(PageError):
            metadata = source.metadata_title()
        with suppress(PageError):
            bookmarks = source.outline()
    return clean_title(find_title(metadata, [(round(size, 1), f"{text} ") for size, text in sized], first)), bookmarks
