"""Pictures of PDF pages, drawn by a process of their own (`draw_page`), a few at a time; some are kept."""

import json
import logging
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from server.documents.child_processes import Children, ChildrenEnded
from server.documents.slow_work import NoRoom, SlowWork
from storage.child_environment import reading_environment
from storage.file_hash import file_sha256
from storage.messages import message
from storage.newest import Newest
from storage.records import DocumentRecord

logger = logging.getLogger(__name__)

_SECONDS = 20
_FAILURE_SECONDS = 600.0
_LARGEST_BYTES = 8 * 1024 * 1024
_KEPT_PICTURES = 64
_KEPT_BYTES = 32 * 1024 * 1024
_KEPT_FAILURES = 1000
_KEPT_HASHES = 1000
_HASHED_BYTES = 256 * 1024 * 1024
_OUT_OF_TIME = (-signal.SIGKILL, -signal.SIGXCPU)


Marked = tuple[str, ...]
"""What is marked on a page: the passage, its sentence, and what was looked for."""


class NoPicture(Exception):
    """The page cannot be shown as a picture; the message says why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as PNG; where its marked sentence stands in it, as left, top, right and bottom in pixels, if it does."""

    png: bytes
    width: int
    height: int
    sentence: tuple[int, int, int, int] | None = None


def indexed_file(
    documents_dir: str, document: DocumentRecord, sha256_of: Callable[[Path], str | None] = file_sha256
) -> Path | None:
    """The file whose version the index holds; None when it is gone, has changed or lies outside the folder."""
    root = Path(documents_dir).resolve()
    file = (root / document.path).resolve()
    if not file.is_relative_to(root) or not file.is_file():
        return None
    status = file.stat()
    if (status.st_size, status.st_mtime_ns) == (document.size, document.mtime_ns):
        return file
    if status.st_size != document.size or status.st_size > _HASHED_BYTES:
        return None
    return file if sha256_of(file) == document.sha256 else None


class IndexedFiles:
    """Finds the files of documents. A file whose time has changed is read whole, but once for each new time."""

    def __init__(self, slow_work: SlowWork | None = None) -> None:
        self._slow_work = slow_work or SlowWork()
        self._hashes: Newest[tuple[str, int, int], str] = Newest(_KEPT_HASHES)

    def find(self, documents_dir: str, document: DocumentRecord) -> Path | None:
        """As `indexed_file`. Raises `NoRoom` where too many files are being read to tell."""
        return indexed_file(documents_dir, document, self._sha256)

    def _sha256(self, file: Path) -> str | None:
        status = file.stat()
        key = (str(file), status.st_size, status.st_mtime_ns)

        def read() -> None:
            with suppress(OSError):  # gone meanwhile
                self._hashes.put(key, self._hashes.get(key) or file_sha256(file))

        if self._hashes.get(key) is None:
            self._slow_work.once("files", (id(self), key), read)
        return self._hashes.get(key)


class PagePictures:
    """Draws pages, each once at a time. What came of a page, a picture or none, is kept for those who ask next."""

    def __init__(
        self,
        slow_work: SlowWork | None = None,
        children: Children | None = None,
        *,
        failure_seconds: float = _FAILURE_SECONDS,
    ) -> None:
        self._slow_work = slow_work or SlowWork()
        self._children = children or Children()
        self._failure_seconds = failure_seconds
        self._pictures: Newest[tuple[str, int, Marked], Picture] = Newest(
            _KEPT_PICTURES, heaviest=_KEPT_BYTES, weight=lambda picture: len(picture.png)
        )
        self._failures: Newest[tuple[str, int], tuple[str, float]] = Newest(_KEPT_FAILURES)

    def picture(
        self, file: Path, version: str, number: int, passage: str, sentence: str = "", hits: Sequence[str] = ()
    ) -> bytes:
        """The PNG of `drawn`."""
        return self.drawn(file, version, number, passage, sentence, hits).png

    def drawn(
        self, file: Path, version: str, number: int, passage: str, sentence: str = "", hits: Sequence[str] = ()
    ) -> Picture:
        """One page with a passage and a sentence of it marked, and every place where one of `hits` stands.

        Raises `NoPicture`; `NoRoom` where too many are being drawn.
        """
        marked = (passage, sentence, *hits)
        if (known := self._known(version, number, marked)) is None:
            self._slow_work.once(
                "pictures", (id(self), version, number), lambda: self._draw(file, version, number, marked)
            )
            known = self._known(version, number, marked)
        if known is None:
            raise NoRoom  # the page was being drawn with another passage marked
        return known

    def _known(self, version: str, number: int, marked: Marked) -> Picture | None:
        """The kept picture, if there is one. Raises `NoPicture` where the page could not be drawn a while ago."""
        reason, since = self._failures.get((version, number)) or ("", 0.0)
        if reason and time.monotonic() - since < self._failure_seconds:
            raise NoPicture(reason)
        return self._pictures.get((version, number, marked))

    def _draw(self, file: Path, version: str, number: int, marked: Marked) -> None:
        if self._known(version, number, marked) is not None:
            return
        try:
            self._pictures.put((version, number, marked), _drawn(self._children, file, number, marked))
        except ChildrenEnded as error:
            raise NoPicture(message("the server is stopping")) from error
        except NoPicture as error:
            self._failures.put((version, number), (str(error), time.monotonic()))
            raise


def _drawn(children: Children, file: Path, number: int, marked: Marked) -> Picture:
    command = [sys.executable, "-P", "-m", "server.documents.draw_page", str(file), str(number), str(_LARGEST_BYTES)]
    with tempfile.TemporaryFile() as output:  # its size is limited for the process; a pipe's would not be
        try:
            given = json.dumps(marked).encode()
            done = children.run(command, reading_environment(), seconds=_SECONDS, given=given, output=output)
        except subprocess.TimeoutExpired as error:
            raise NoPicture(message("the page takes too long to draw")) from error
        output.seek(0)
        written = output.read(_LARGEST_BYTES)
    if done.returncode in _OUT_OF_TIME:
        raise NoPicture(message("the page takes too long to draw"))
    picture = _picture_of(written) if done.returncode == 0 else None
    if picture is None:
        logger.warning("a page could not be drawn (exit code %d)", done.returncode)
        raise NoPicture(message("the page cannot be drawn"))
    return picture


def _picture_of(written: bytes) -> Picture | None:
    """What the process wrote; None where it is no picture."""
    try:
        first, png = written.split(b"\n", 1)
        width, height, *place = map(int, json.loads(first))
    except (ValueError, TypeError):
        return None
    return Picture(png, width, height, (place[0], place[1], place[2], place[3]) if len(place) == 4 else None)
