"""Shows a person that the job is getting on: bars on a terminal, plain lines in a log. Decides nothing."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from indexing.documents import ParseFailure
from storage.embedding.download import DownloadListener, LoggedDownload, readable
from storage.escaping import escaped

if TYPE_CHECKING:
    from rich.progress import TaskID

logger = logging.getLogger(__name__)

_SECONDS_BETWEEN_LINES = 10.0


class Progress(DownloadListener, Protocol):
    """What the job tells while it runs."""

    def reading(self, documents: int) -> None:
        """So many files will be read."""
        ...

    def reading_part(self, path: str, part: int, of: int) -> None:
        """Which part (page, sheet, mail) of a file is being read; told several times a second."""
        ...

    def read(self, path: str, pages: int, chunks: int, failure: ParseFailure | None = None) -> None:
        """One file is done, well or not."""
        ...

    def embedding(self, chunks: int, characters: int) -> None:
        """So much will be embedded."""
        ...

    def embedded(self, chunks: int, characters: int) -> None:
        """So much more is embedded."""
        ...

    def working(self, on: str) -> None:
        """What takes the time now, where there is nothing to count."""
        ...


@contextmanager
def show_progress(stream: TextIO) -> Iterator[Progress]:
    """Bars if the stream is a terminal, else log lines."""
    if not stream.isatty():
        yield LogProgress()
        return
    terminal = TerminalProgress(stream)
    try:
        yield terminal
    finally:
        terminal.close()


class LogProgress(LoggedDownload):
    """A line for each document, and one now and then while the model is downloaded and while chunks are embedded."""

    def __init__(self) -> None:
        super().__init__(logger)
        self._documents = self._done = 0
        self._chunks = self._embedded = self._characters = self._embedded_characters = 0
        self._started = self._last_line = 0.0

    def reading(self, documents: int) -> None:
        """So many files will be read."""
        self._documents, self._done = documents, 0
        self._last_line = time.monotonic()
        logger.info("reading %d documents", documents)

    def reading_part(self, path: str, part: int, of: int) -> None:
        """Which part (page, sheet, mail) of a file is being read: a line now and then."""
        now = time.monotonic()
        if now - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = now
            logger.info("reading %s: part %d of %d", path, part, of)

    def read(self, path: str, pages: int, chunks: int, failure: ParseFailure | None = None) -> None:
        """One file is done, well or not."""
        self._done += 1
        if failure is None:
            logger.info("%d/%d %s: %d pages, %d chunks", self._done, self._documents, path, pages, chunks)
        else:
            logger.warning("%d/%d %s: %s; %s", self._done, self._documents, path, failure.category, failure.detail)

    def embedding(self, chunks: int, characters: int) -> None:
        """So much will be embedded."""
        self._chunks, self._characters = chunks, characters
        self._embedded = self._embedded_characters = 0
        self._started = self._last_line = time.monotonic()
        logger.info("embedding %d chunks", chunks)

    def embedded(self, chunks: int, characters: int) -> None:
        """So much more is embedded."""
        self._embedded += chunks
        self._embedded_characters += characters
        now = time.monotonic()
        if now - self._last_line < _SECONDS_BETWEEN_LINES and self._embedded < self._chunks:
            return
        self._last_line = now
        elapsed = max(now - self._started, 1e-3)
        left = elapsed * (self._characters / max(1, self._embedded_characters) - 1.0)
        logger.info(
            "embedded %d/%d chunks, %.1f chunks/s, %.0f s left",
            self._embedded,
            self._chunks,
            self._embedded / elapsed,
            left,
        )

    def working(self, on: str) -> None:
        """What takes the time now, where there is nothing to count."""
        logger.info("%s", on)


class TerminalProgress:
    """A bar for reading and one for embedding, drawn on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        self.console = Console(file=stream, highlight=False)
        self._bars = Bars(
            TextColumn("{task.description:<10}"),
            BarColumn(),
            TextColumn("{task.fields[done]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("[dim]{task.fields[now]}[/dim]"),
            console=self.console,
            speed_estimate_period=120.0,
        )
        self._downloading: TaskID | None = None
        self._reading: TaskID | None = None
        self._embedding: TaskID | None = None
        self._working: TaskID | None = None
        self._pages = self._documents = self._done = 0
        self._chunks = self._embedded = 0
        self._started = 0.0
        self._bars.start()

    def close(self) -> None:
        """Leave the terminal as it was, with the finished bars on it."""
        self._finish_working()
        self._bars.stop()

    def say(self, sentence: str) -> None:
        """Something a person should know."""
        self.console.print(escaped(sentence), markup=False)

    def downloading(self, size: int, there: int) -> None:
        """So many bytes have to come, and so many of them did before."""
        self._downloading = self._bars.add_task("Download", total=size, completed=there, done="", now="")

    def downloaded(self, size: int) -> None:
        """So many more bytes came."""
        assert self._downloading is not None
        self._bars.advance(self._downloading, size)
        task = self._bars.tasks[self._bars.task_ids.index(self._downloading)]
        done = f"{readable(int(task.completed))} of {readable(int(task.total or 0))}"
        speed = f", {task.speed / 1e6:.1f} MB/s" if task.speed else ""
        self._bars.update(self._downloading, done=f"{done}{speed}")

    def reading(self, documents: int) -> None:
        """So many files will be read."""
        self._documents = documents
        self._reading = self._bars.add_task("Reading", total=documents, done="", now="")

    def reading_part(self, path: str, part: int, of: int) -> None:
        """Which part (page, sheet, mail) of a file is being read."""
        from rich.markup import escape

        assert self._reading is not None
        self._bars.update(self._reading, now=f"{escape(escaped(path))}, {part} of {of}")

    def read(self, path: str, pages: int, chunks: int, failure: ParseFailure | None = None) -> None:
        """One file is done, well or not."""
        from rich.markup import escape

        assert self._reading is not None
        self._done += 1
        self._pages += pages
        done = f"{self._done}/{self._documents} documents, {self._pages} pages"
        self._bars.update(
            self._reading, advance=1, done=done, now=escape(escaped(path)) if self._done < self._documents else ""
        )

    def embedding(self, chunks: int, characters: int) -> None:
        """So much will be embedded."""
        self._chunks, self._started = chunks, time.monotonic()
        self._finish_working()
        self._embedding = self._bars.add_task("Embedding", total=characters, done=f"0/{chunks} chunks", now="")

    def embedded(self, chunks: int, characters: int) -> None:
        """So much more is embedded."""
        assert self._embedding is not None
        self._embedded += chunks
        rate = self._embedded / max(time.monotonic() - self._started, 1e-3)
        done = f"{self._embedded}/{self._chunks} chunks, {rate:.1f} chunks/s"
        self._bars.update(self._embedding, advance=characters, done=done)

    def working(self, on: str) -> None:
        """What takes the time now, where there is nothing to count."""
        self._finish_working()
        self._working = self._bars.add_task(
            "Finishing" if self._embedding is not None else "Waiting", total=None, done=on, now=""
        )

    def _finish_working(self) -> None:
        if self._working is not None:
            self._bars.remove_task(self._working)
            self._working = None
