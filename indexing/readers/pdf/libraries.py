"""The two PDF libraries behind one face: what a page says, by number. Only home of pypdf.

PDFium gives every character its place and is read first, with the layout of `page_reading`; pypdf knows the structure
(title, bookmarks) and reads pages that PDFium cannot. Whatever goes wrong inside a library becomes `PageError` here:
on damaged files pypdf 7.1 raises KeyError, TypeError, AttributeError, RecursionError and a dozen more.
"""

import ctypes
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, Protocol, TypeVar

import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
from pypdf.errors import DependencyError

from indexing.documents import ENCRYPTED, ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.pdf.annotations import open_flattened, unseen
from indexing.readers.pdf.attachments import attached_parts
from indexing.readers.pdf.page_reading import PageReading, plain_page, read_page
from storage.messages import message

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it logs a line for every oddity of every object

_Result = TypeVar("_Result")
_MOST_OUTLINE_ENTRIES = 1_000
_LONGEST_LABEL = 40


class PageError(Exception):
    """The library cannot read this page, or this file. The message is for the report's detail."""


class PdfLibrary(Protocol):
    """An opened PDF. Pages are counted from 0 here."""

    page_count: int

    def read(self, index: int) -> PageReading:
        """The page as read, not cleaned. Raises `PageError`."""
        ...

    def close(self) -> None: ...


class _OutOfTime(BaseException):
    """Not an Exception, so that no `except Exception` inside a library swallows it."""


class Pypdf:
    """A PDF opened with pypdf. Raises `PageError`, or `ParseFailure` "encrypted"."""

    def __init__(self, path: Path, cpu_seconds: float) -> None:
        self._cpu_seconds = cpu_seconds
        self._reader = _guarded(lambda: pypdf.PdfReader(path, strict=False), cpu_seconds)
        self._unlock()
        self.page_count = _guarded(lambda: len(self._reader.pages), cpu_seconds)

    def _unlock(self) -> None:
        if not _guarded(lambda: self._reader.is_encrypted, self._cpu_seconds):
            return
        try:
            if _guarded(lambda: self._reader.decrypt(""), self._cpu_seconds):
                return
        except PageError as exc:
            if isinstance(exc.__cause__, DependencyError):
                raise
        raise ParseFailure("encrypted", ENCRYPTED)

    def read(self, index: int) -> PageReading:
        """The page's text and nothing else."""
        return PageReading(_guarded(lambda: self._reader.pages[index].extract_text(), self._cpu_seconds))

    def metadata_title(self) -> str | None:
        """The title that the file claims. Information dictionary only: XMP is never read (entity expansion)."""
        info = _guarded(lambda: self._reader.metadata, self._cpu_seconds)
        return str(info["/Title"]) if info and isinstance(info.get("/Title"), str) else None

    def outline(self) -> list[tuple[int, str, int]]:
        """(level from 1, title, page from 0) of the bookmarks, in order."""
        return _guarded(lambda: list(self._walk(self._reader.outline, 1)), self._cpu_seconds)[:_MOST_OUTLINE_ENTRIES]

    def _walk(self, entries: Any, level: int) -> Iterator[tuple[int, str, int]]:
        for entry in entries:
            if isinstance(entry, list):
                yield from self._walk(entry, level + 1)
            elif (page := self._reader.get_destination_page_number(entry)) is not None:
                yield level, str(entry.title or ""), page

    def close(self) -> None:
        self._reader.close()


class Pdfium:
    """A PDF opened with pypdfium2. Raises `PageError`, or `ParseFailure` "encrypted"."""

    def __init__(self, path: Path, cpu_seconds: float) -> None:
        self._cpu_seconds = cpu_seconds
        try:
            self._document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as exc:
            if "password" in str(exc).lower():
                raise ParseFailure("encrypted", ENCRYPTED) from exc
            raise PageError(str(exc)) from exc
        with suppress(pypdfium2.PdfiumError):
            self._document.init_forms()
        self.page_count = len(self._document)

    def read(self, index: int) -> PageReading:
        """The page laid out, with what lies over it; its plain text where the layout takes too long."""
        try:
            return _guarded(lambda: self._read(index), self._cpu_seconds)
        except PageError:
            return _guarded(lambda: plain_page(self._document[index]), self._cpu_seconds)

    def _read(self, index: int) -> PageReading:
        page, lines = open_flattened(self._document, index)
        try:
            reading = read_page(page)
        finally:
            page.close()
        more = "\n".join(unseen(lines, reading.text))
        return replace(reading, text=f"{reading.text}\n\n{more}") if more else reading

    def label(self, index: int) -> str | None:
        """What the file says is printed on the page ("iv"), or None."""
        size = pdfium.FPDF_GetPageLabel(self._document, index, None, 0)
        buffer = ctypes.create_string_buffer(max(2, size))
        pdfium.FPDF_GetPageLabel(self._document, index, buffer, len(buffer))
        return buffer.raw.decode("utf-16-le", "ignore").rstrip("\0").strip()[:_LONGEST_LABEL] or None

    def attached(self, path: Path, limits: ReadLimits) -> ParsedDocument:
        """The pages of the files within the PDF, numbered from 1."""
        return attached_parts(self._document, path, limits)

    def close(self) -> None:
        self._document.close()


def _guarded(call: Callable[[], _Result], cpu_seconds: float) -> _Result:
    try:
        with _cpu_limit(cpu_seconds):
            return call()
    except _OutOfTime as exc:
        raise PageError(message("took more than {seconds:g} seconds", seconds=cpu_seconds)) from exc
    except (MemoryError, Exception) as exc:
        raise PageError(f"{type(exc).__name__}: {exc}"[:300]) from exc


@contextmanager
def _cpu_limit(seconds: float) -> Iterator[None]:
    """Raises `_OutOfTime` in the block after so much CPU time. Does nothing outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGVTALRM, _raise_out_of_time)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)


def _raise_out_of_time(_signal: int, _frame: FrameType | None) -> None:
    raise _OutOfTime
