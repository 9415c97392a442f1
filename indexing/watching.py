"""`make watch`: index again shortly after the documents have come to rest. Knows nothing of what a run does."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

logger = logging.getLogger(__name__)

SETTLE_SECONDS = 2.0
LOCKED = 3
"""Exit code of a run that found another job at work."""

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
    changed may have come too late for the job at work. Returns when `stop` is set.
    """
    flag = _ChangeFlag()
    observer = Observer()
    observer.schedule(flag, str(documents_dir), recursive=True)
    observer.start()
    try:
        flag.changed.set()
        while not stop.is_set():
            if not flag.changed.wait(timeout=settle_seconds / 4):
                continue
            if _has_settled(flag, stop, settle_seconds) and run() == LOCKED:
                logger.info("another indexing job is at work; looking again in %.0f s", settle_seconds)
                flag.changed.set()
    finally:
        observer.stop()
        observer.join()


def _has_settled(flag: _ChangeFlag, stop: threading.Event, settle_seconds: float) -> bool:
    """Wait until a whole `settle_seconds` passed without a change; False when asked to stop meanwhile."""
    while flag.changed.is_set():
        flag.changed.clear()
        if stop.wait(settle_seconds):
            return False
    return True
