"""Shows a person that the job is getting on: bars on a terminal, plain lines in a log. Decides nothing."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol, TextIO

from indexing.documents import ParseFailure, category_message
from storage.embedding.download import DownloadListener, LoggedDownload, readable
from storage.escaping import escaped
from storage.message_translation import Language, told
from storage.messages import joined, message

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
def show_progress(stream: TextIO, language: Language = "en") -> Iterator[Progress]:
    """Bars in that language if the stream is a terminal, else log lines, whose formatter knows the language."""
    if not stream.isatty():
        yield LogProgress()
        return
    terminal = TerminalProgress(stream, language)
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
        logger.info(message("reading {documents} documents", documents=documents))

    def reading_part(self, path: str, part: int, of: int) -> None:
        """Which part (page, sheet, mail) of a file is being read: a line now and then."""
        now = time.monotonic()
        if now - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = now
            logger.info(message("reading {path}: part {part} of {of}", path=path, part=part, of=of))

    def read(self, path: str, pages: int, chunks: int, failure: ParseFailure | None = None) -> None:
        """One file is done, well or not."""
        self._done += 1
        if failure is None:
            logger.info(
                message(
                    "{done}/{all} {path}: {pages} pages, {chunks} chunks",
                    done=self._done,
                    all=self._documents,
                    path=path,
                    pages=pages,
                    chunks=chunks,
                )
            )
        else:
            logger.warning(
                message(
                    "{done}/{all} {path}: {category}; {detail}",
                    done=self._done,
                    all=self._documents,
                    path=path,
                    category=category_message(failure.category),
                    detail=failure.detail,
                )
            )

    def embedding(self, chunks: int, characters: int) -> None:
        """So much will be embedded."""
        self._chunks, self._characters = chunks, characters
        self._embedded = self._embedded_characters = 0
        self._started = self._last_line = time.monotonic()
        logger.info(message("embedding {chunks} chunks", chunks=chunks))

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
            message(
                "embedded {done}/{all} chunks, {rate:.1f} chunks/s, {seconds:.0f} s left",
                done=self._embedded,
                all=self._chunks,
                rate=self._embedded / elapsed,
                seconds=left,
            )
        )

    def working(self, on: str) -> None:
        """What takes the time now, where there is nothing to count."""
        logger.info(on)


class TerminalProgress:
    """A bar for reading and one for embedding, drawn on a terminal."""

    def __init__(self, stream: TextIO, language: Language = "en") -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars
        from rich.table import Column

        self._told = partial(told, language=language)
        self.console = Console(file=stream, highlight=False)
        self._bars = Bars(
            TextColumn("{task.description}", table_column=Column(min_width=10)),
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
        self.console.print(escaped(self._told(sentence)), markup=False)

    def downloading(self, size: int, there: int) -> None:
        """So many bytes have to come, and so many of them did before."""
        self._downloading = self._bars.add_task(
            self._told(message("Download")), total=size, completed=there, done="", now=""
        )

    def downloaded(self, size: int) -> None:
        """So many more bytes came."""
        assert self._downloading is not None
        self._bars.advance(self._downloading, size)
        task = self._bars.tasks[self._bars.task_ids.index(self._downloading)]
        done = message("{done} of {size}", done=readable(int(task.completed)), size=readable(int(task.total or 0)))
        speed = f"{task.speed / 1e6:.1f} MB/s" if task.speed else ""
        self._bars.update(self._downloading, done=self._told(joined([done, speed], ", ")))

    def reading(self, documents: int) -> None:
        """So many files will be read."""
        self._documents = documents
        self._reading = self._bars.add_task(self._told(message("Reading")), total=documents, done="", now="")

    def reading_part(self, path: str, part: int, of: int) -> None:
        """Which part (page, sheet, mail) of a file is being read."""
        from rich.markup import escape

        assert self._reading is not None
        now = message("{path}, part {part} of {of}", path=escaped(path), part=part, of=of)
        self._bars.update(self._reading, now=escape(self._told(now)))

    def read(self, path: str, pages: int, chunks: int, failure: ParseFailure | None = None) -> None:
        """One file is done, well or not."""
        from rich.markup import escape

        assert self._reading is not None
        self._done += 1
        self._pages += pages
        done = message("{done}/{all} documents, {pages} pages", done=self._done, all=self._documents, pages=self._pages)
        self._bars.update(
            self._reading,
            advance=1,
            done=self._told(done),
            now=escape(escaped(path)) if self._done < self._documents else "",
        )

    def embedding(self, chunks: int, characters: int) -> None:
        """So much will be embedded."""
        self._chunks, self._started = chunks, time.monotonic()
        self._finish_working()
        done = self._told(message("0/{chunks} chunks", chunks=chunks))
        self._embedding = self._bars.add_task(self._told(message("Embedding")), total=characters, done=done, now="")

    def embedded(self, chunks: int, characters: int) -> None:
        """So much more is embedded."""
        assert self._embedding is not None
        self._embedded += chunks
        rate = self._embedded / max(time.monotonic() - self._started, 1e-3)
        done = message("{done}/{all} chunks, {rate:.1f} chunks/s", done=self._embedded, all=self._chunks, rate=rate)
        self._bars.update(self._embedding, advance=characters, done=self._told(done))

    def working(self, on: str) -> None:
        """What takes the time now, where there is nothing to count."""
        self._finish_working()
        word = message("Finishing") if self._embedding is not None else message("Waiting")
        self._working = self._bars.add_task(self._told(word), total=None, done=self._told(on), now="")

    def _finish_working(self) -> None:
        if self._working is not None:
            self._bars.remove_task(self._working)
            self._working = None
