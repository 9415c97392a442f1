"""Whether questions can be answered, found out by asking one now and then, and what the server may run out of.

An open index is not enough: files may be gone, handles used up, threads hang. Knows nothing of HTTP.
"""

import errno
import logging
import os
import resource
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from server.retrieval.index_holder import IndexNotReady
from storage.failures import IndexUnreadable
from storage.servers import ServerUnavailable

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 60.0
_AGAIN_SECONDS = 5.0  # while something is wrong, so that the end of it is noticed
_PATIENCE_SECONDS = 30.0
_MOST_HANDLES = 0.9  # of those that the process may have
_LEAST_FREE_BYTES = 50_000_000


class CannotAnswer(Exception):
    """Questions cannot be answered now; the message is a sentence that says why."""


class SelfCheck:
    """Asks itself in a background thread, from `start` to `close`. May be looked at by several threads.

    `ask` answers a question that nobody asked, and raises what a question would; `folder` is where the index lies.
    """

    def __init__(
        self,
        ask: Callable[[], object] = lambda: None,
        folder: Path = Path(),
        *,
        every_seconds: float = _EVERY_SECONDS,
        again_seconds: float = _AGAIN_SECONDS,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._ask = ask
        self._folder = folder
        self._every_seconds = every_seconds
        self._again_seconds = again_seconds
        self._patience_seconds = patience_seconds
        self._problem: str | None = None
        self._asked_at: float | None = None
        self._closed = threading.Event()

    def start(self) -> None:
        """Begin. The first question comes after the usual pause: opening the index has just proved it."""
        threading.Thread(target=self._watch, name="self-check", daemon=True).start()

    def close(self) -> None:
        """Ask no more. Does not wait for the answer to the last question."""
        self._closed.set()

    def problem(self) -> str | None:
        """Why questions cannot be answered now; None when nothing speaks against it."""
        asked_at = self._asked_at
        if asked_at is not None and time.monotonic() - asked_at > self._patience_seconds:
            return "a question that the server asked itself has had no answer for long; if that lasts, restart it"
        return _handle_problem() or self._problem

    def notice(self) -> str | None:
        """What is wrong although questions are answered."""
        try:
            free = shutil.disk_usage(self._folder).free
        except OSError:
            return None
        return "the disk where the index lies is nearly full; make room" if free < _LEAST_FREE_BYTES else None

    def look(self) -> None:
        """Ask now."""
        self._asked_at = time.monotonic()
        try:
            found = self._found()
        finally:
            self._asked_at = None
        if found != self._problem:
            logger.warning("self-check: %s", found or "questions are answered again")
        self._problem = found

    def _found(self) -> str | None:
        try:
            self._ask()
        except IndexNotReady:
            return None  # the index says so itself
        except (CannotAnswer, IndexUnreadable, ServerUnavailable) as error:
            return str(error)
        except Exception as error:
            # Whatever it is, a question of somebody else's would meet it too.
            logger.exception("a question that the server asked itself failed")
            return f"a question that the server asked itself failed ({type(error).__name__}); see the log"
        return None

    def _watch(self) -> None:
        while not self._closed.wait(self._every_seconds if self._problem is None else self._again_seconds):
            self.look()


def _handle_problem() -> str | None:
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        return None
    used = _used_handles(most)
    if used <= _MOST_HANDLES * most:
        return None
    return f"{used} of {most} file handles are in use; raise the limit (ulimit -n) and restart the server"


def _used_handles(most: int) -> int:
    """How many there are; 0 where this system does not tell."""
    try:
        return len(os.listdir("/dev/fd"))  # noqa: PTH208 - a list is all there is to do before handles end
    except OSError as error:
        return most if error.errno == errno.EMFILE else 0
