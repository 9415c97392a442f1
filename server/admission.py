"""How many questions are worked on at a time; some more wait for their turn, the rest is told to come again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from server.deadline import current_deadline

_LOOK_SECONDS = 0.05


class TooBusy(Exception):
    """The queue is full; ask again after `retry_after_seconds`."""

    retry_after_seconds = 5.0


class Admission:
    """Lets `running` questions in and keeps `waiting` more in a queue. May be used by several threads."""

    def __init__(self, running: int = 16, waiting: int = 32) -> None:
        self._places = threading.Semaphore(running)
        self._room = threading.Semaphore(running + waiting)

    def join(self) -> None:
        """Take a place in the queue; raises `TooBusy` when there is none. Every `join` needs one `leave`."""
        if not self._room.acquire(blocking=False):
            raise TooBusy("too many questions are being answered at this moment")

    def leave(self) -> None:
        """Give the place in the queue back."""
        self._room.release()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until it is this question's turn; raises as the current deadline does."""
        deadline = current_deadline()
        while not self._places.acquire(timeout=_LOOK_SECONDS):
            if deadline is not None:
                deadline.check()
        try:
            yield
        finally:
            self._places.release()
