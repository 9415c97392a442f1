"""`make watch`: index again shortly after the documents have come to rest. Knows nothing of what a run does.

A folder that is away is waited for: what watches a folder does not see that another one was mounted in its place.
"""

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from storage.messages import message

logger = logging.getLogger(__name__)

SETTLE_SECONDS = 2.0
LOCKED = 3
"""Exit code of a run that found another job at work."""

REMOVALS_IN_DOUBT = 5
"""Exit code of a run that would have taken much out of the index, and did nothing."""

_EVENTS_THAT_CHANGE = frozenset({"created", "modified", "moved", "deleted"})


class _ChangeFlag(FileSystemEventHandler):
    """Raises a flag at every event that may have changed a document; reading a file is none."""

    def __init__(self) -> None:
        self.changed = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _EVENTS_THAT_CHANGE:
            self.changed.set()


def watch(
    documents_dir: Path,
    run: Callable[[], int],
    stop: threading.Event,
    *,
    settle_seconds: float = SETTLE_SECONDS,
) -> None:
    """Call `run` once at the start and again after each change, when nothing has moved for `settle_seconds`.

    `run` returns the exit code of one indexing job. A job that found the lock taken is tried again, since what
    changed may have come too late for the job at work. One that would take much out of the index is not: the next
    change is waited for, which may be that the folder is back. Returns when `stop` is set.
    """
    flag = _ChangeFlag()
    watched = _WatchedFolder(documents_dir, flag)
    try:
        while not stop.is_set():
            watched.renew()
            if not flag.changed.wait(timeout=settle_seconds / 4):
                continue
            if _has_settled(flag, stop, settle_seconds):
                _tell(run(), flag, settle_seconds)
    finally:
        watched.close()


class _WatchedFolder:
    """The folder as it is watched now: anew whenever another one is in its place."""

    def __init__(self, folder: Path, flag: _ChangeFlag) -> None:
        self._folder = folder
        self._flag = flag
        self._observer: BaseObserver | None = None
        self._identity: tuple[int, int] | None = None
        self._is_missing = False

    def renew(self) -> None:
        """Watch the folder that is there now; the change counts as one of the documents."""
        now = _identity(self._folder)
        if now is None and not self._is_missing:
            logger.warning(message("the documents folder is not there; waiting for it"))
        self._is_missing = now is None
        if now is not None and now == self._identity and self._is_watching():
            return
        self.close()
        if now is None:
            return
        self._observer = Observer()
        self._observer.schedule(self._flag, str(self._folder), recursive=True)
        self._observer.start()
        self._identity = now
        self._flag.changed.set()

    def _is_watching(self) -> bool:
        """watchdog 7.1 stops looking at a folder that was deleted, and does not say so."""
        return self._observer is not None and all(emitter.is_alive() for emitter in self._observer.emitters)

    def close(self) -> None:
        """Watch no longer."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
        self._observer, self._identity = None, None


def _tell(code: int, flag: _ChangeFlag, settle_seconds: float) -> None:
    if code == LOCKED:
        logger.info(
            message("another indexing job is at work; looking again in {seconds:.0f} s", seconds=settle_seconds)
        )
        flag.changed.set()
    elif code == REMOVALS_IN_DOUBT:
        logger.warning(message("the index stays as it is; waiting for the documents to come back, or for make index"))


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
        os.scandir(folder).close()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _has_settled(flag: _ChangeFlag, stop: threading.Event, settle_seconds: float) -> bool:
    """Wait until a whole `settle_seconds` passed without a change; False when asked to stop meanwhile."""
    while flag.changed.is_set():
        flag.changed.clear()
        if stop.wait(settle_seconds):
            return False
    return True
