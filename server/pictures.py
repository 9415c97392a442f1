"""Pictures of PDF pages, drawn by a process of their own (`server.page_picture`), a few at a time; some are kept."""

import hashlib
import logging
import subprocess
import sys
import threading
from collections import OrderedDict
from pathlib import Path

from server.children import Children, ChildrenEnded
from storage.records import DocumentRecord

logger = logging.getLogger(__name__)

_SECONDS = 20
_AT_A_TIME = 2
_KEPT = 64
_HASHED_BYTES = 256 * 1024 * 1024


class NoPicture(Exception):
    """The page cannot be shown as a picture; the message says why."""


def indexed_file(documents_dir: str, document: DocumentRecord) -> Path | None:
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
    return file if hashlib.sha256(file.read_bytes()).hexdigest() == document.sha256 else None


class PagePictures:
    """Draws pages; a page asked for again comes from memory."""

    def __init__(self, children: Children | None = None) -> None:
        self._children = children or Children()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(_AT_A_TIME)
        self._kept: OrderedDict[tuple[str, int, str], bytes] = OrderedDict()

    def picture(self, file: Path, version: str, number: int, passage: str) -> bytes:
        """One page as PNG with a passage marked. Raises `NoPicture`."""
        key = (version, number, passage)
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            with self._slots:
                found = _draw(self._children, file, number, passage)
            with self._lock:
                self._kept[key] = found
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return found


def _draw(children: Children, file: Path, number: int, passage: str) -> bytes:
    command = [sys.executable, "-m", "server.page_picture", str(file), str(number)]
    try:
        given = passage.encode("utf-8", "replace")
        done = children.run(command, seconds=_SECONDS, cwd=Path(__file__).parents[1], given=given)
    except subprocess.TimeoutExpired as error:
        raise NoPicture("the page takes too long to draw") from error
    except ChildrenEnded as error:
        raise NoPicture("the server is stopping") from error
    if done.returncode != 0 or not done.stdout:
        logger.warning("a page could not be drawn (exit code %d)", done.returncode)
        raise NoPicture("the page cannot be drawn")
    return done.stdout
