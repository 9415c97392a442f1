"""The one clock of a question: when it must be answered, and whether anybody still waits for the answer.

It travels in a context variable, so that whatever blocks on the way (`transport` above all) can look at it without
being handed it. Threads must be started with a copy of the context. Knows nothing of language models.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from storage.messages import message

_LONGEST_SLEEP_SECONDS = 0.05

_current: ContextVar["Deadline | None"] = ContextVar("deadline", default=None)


class TimeUp(Exception):
    """Waiting has to end now; the subclass says why."""


class DeadlineExceeded(TimeUp):
    """The time for the question is over."""


class Stalled(TimeUp):
    """Data were flowing, and then none came for too long."""


class Cancelled(TimeUp):
    """Nobody waits for the answer any more."""


class Deadline:
    """The end of a span of time, in seconds from now, and a flag that ends it earlier.

    `cancels` are shared with whoever may cancel. With `idle_seconds` the time between two `touch` calls is limited too,
    from the first of them on. May be used by several threads.
    """

    def __init__(self, seconds: float, *cancels: threading.Event, idle_seconds: float | None = None) -> None:
        self._ends_at = time.monotonic() + seconds
        self._cancels = cancels
        self._idle_seconds = idle_seconds
        self._idle_ends_at: float | None = None

    def remaining(self) -> float:
        """Seconds left; 0 when it is over or cancelled."""
        if self._is_cancelled():
            return 0.0
        ends_at = self._ends_at if self._idle_ends_at is None else min(self._ends_at, self._idle_ends_at)
        return max(0.0, ends_at - time.monotonic())

    def check(self) -> None:
        """Return while there is time; raise `Cancelled`, `DeadlineExceeded` or `Stalled` otherwise."""
        if self._is_cancelled():
            raise Cancelled(message("nobody waits for the answer any more"))
        now = time.monotonic()
        if now >= self._ends_at:
            raise DeadlineExceeded(message("the question was not answered in the time it may take"))
        if self._idle_ends_at is not None and now >= self._idle_ends_at:
            raise Stalled(message("no data came for {seconds:g} seconds", seconds=self._idle_seconds))

    def touch(self) -> None:
        """Note that data came."""
        if self._idle_seconds is not None:
            self._idle_ends_at = time.monotonic() + self._idle_seconds

    def within(self, seconds: float, idle_seconds: float | None = None) -> "Deadline":
        """A part of this time, at most so long; it is cancelled with this one."""
        left = max(0.0, self._ends_at - time.monotonic())
        return Deadline(min(seconds, left), *self._cancels, idle_seconds=idle_seconds)

    def wait(self, seconds: float) -> None:
        """Sleep; raises as `check` does as soon as the sleep can only end too late."""
        if seconds > self.remaining():
            self.check()
            raise DeadlineExceeded(message("there is not enough time left to wait"))
        ends_at = time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0:
            time.sleep(min(left, _LONGEST_SLEEP_SECONDS))
            self.check()

    def _is_cancelled(self) -> bool:
        return any(cancel.is_set() for cancel in self._cancels)


@contextmanager
def until(deadline: Deadline) -> Iterator[Deadline]:
    """Make it the deadline of everything in the block."""
    token = _current.set(deadline)
    try:
        yield deadline
    finally:
        _current.reset(token)


def current_deadline() -> Deadline | None:
    """The deadline of the running context, if it has one."""
    return _current.get()
