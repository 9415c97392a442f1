"""The two PDF libraries behind one face: text of a page, by number. Only home of pypdf and, for text, of pypdfium2.

pypdf keeps formula lines together and is read first; pypdfium2 is fifteen times faster and reads pages that pypdf
cannot. Whatever goes wrong inside a library becomes `PageError` here: on damaged files pypdf 7.1 raises
KeyError, TypeError, AttributeError, RecursionError and a dozen more.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Protocol, TypeVar

import pypdf
import pypdfium2
from pypdf.errors import DependencyError

from indexing.documents import ParseFailure
from storage.messages import message

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it logs a line for every oddity of every object

_Result = TypeVar("_Result")
_ENCRYPTED = message("it is encrypted; remove the password and index again")
_MOST_OUTLINE_ENTRIES = 1_000


class PageError(Exception):
    """The library cannot read this page, or this file. The message is for the report's detail."""


class PdfLibrary(Protocol):
    """An opened PDF. Pages are counted from 0 here."""

    page_count: int

    def page_text(self, index: int) -> str:
        """The text as extracted, not cleaned. Raises `PageError`."""
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
        raise ParseFailure("encrypted", _ENCRYPTED)

    def page_text(self, index: int) -> str:
        return _guarded(lambda: self._reader.pages[index].extract_text(), self._cpu_seconds)

    def upper_text(self, index: int) -> list[tuple[float, str]]:
        """(font size as drawn, text) of the upright stretches of text in the page's upper part, in order."""
        page = _guarded(lambda: self._reader.pages[index], self._cpu_seconds)
        lowest = _guarded(lambda: float(page.mediabox.bottom) + float(page.mediabox.height) * 0.4, self._cpu_seconds)
        stretches: list[tuple[float, str]] = []

        def visit(text: str, matrix: list[float], text_matrix: list[float], _font: Any, size: float) -> None:
            upright = abs(text_matrix[1]) < 0.01 and abs(matrix[1]) < 0.01
            if text.strip() and upright and text_matrix[5] * matrix[3] + matrix[5] > lowest:
                stretches.append((round(abs(size * text_matrix[3] * matrix[3]), 1), text))

        _guarded(lambda: page.extract_text(visitor_text=visit), self._cpu_seconds)
        return stretches

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

    def __init__(self, path: Path) -> None:
        try:
            self._document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as exc:
            if "password" in str(exc).lower():
                raise ParseFailure("encrypted", _ENCRYPTED) from exc
            raise PageError(str(exc)) from exc
        self.page_count = len(self._document)

    def page_text(self, index: int) -> str:
        try:
            page = self._document[index]
            text_page = page.get_textpage()
            text: str = text_page.get_text_bounded()
            text_page.close()
            page.close()
        except pypdfium2.PdfiumError as exc:
            raise PageError(str(exc)) from exc
        return text.replace("\x02", "-").replace("\ufffe", "-")  # its marks for a word cut at the line's end

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
