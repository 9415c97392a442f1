"""Slow work that holds a thread of the server: pictures, plans, uploads, long looks at files. Only so much at a time.

All of it together may hold half of the threads, so the others are left for questions. A request that finds no room,
or waits too long for its turn, is told to come again.
"""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

Kind = Literal["pictures", "plans", "uploads", "files"]

_THREADS = 16


class NoRoom(Exception):
    """Too much of this work goes on; ask again after `retry_after_seconds`."""

    retry_after_seconds = 5


@dataclass(frozen=True, slots=True)
class Lane:
    """How much of one kind goes on at a time, how many more may wait for it, and how long each of those waits."""

    running: int
    waiting: int
    patience_seconds: float


LANES: dict[Kind, Lane] = {
    "pictures": Lane(running=2, waiting=2, patience_seconds=1.5),
    "plans": Lane(running=1, waiting=1, patience_seconds=10),
    "uploads": Lane(running=1, waiting=2, patience_seconds=10),
    "files": Lane(running=2, waiting=6, patience_seconds=5),
}


class SlowWork:
    """Gives turns for slow work to the requests of a server with so many threads. May be used by several threads."""

    def __init__(self, threads: int = _THREADS) -> None:
        self._share = threading.Semaphore(max(2, threads // 2))
        self._rooms = {kind: threading.Semaphore(lane.running + lane.waiting) for kind, lane in LANES.items()}
        self._places = {kind: threading.Semaphore(lane.running) for kind, lane in LANES.items()}
        self._lock = threading.Lock()
        self._going_on: dict[tuple[Kind, Hashable], threading.Event] = {}

    @contextmanager
    def turn(self, kind: Kind) -> Iterator[None]:
        """Wait a little for a place, and hold it within the block. Raises `NoRoom`. Turns must not be nested."""
        with self._room(kind):
            if not self._places[kind].acquire(timeout=LANES[kind].patience_seconds):
                raise NoRoom
            try:
                yield
            finally:
                self._places[kind].release()

    def once(self, kind: Kind, key: Hashable, work: Callable[[], object]) -> None:
        """Do the work in a turn of its own; where the same goes on already, wait a little for its end instead.

        Whoever comes next looks first where `work` has put its result. Raises `NoRoom`.
        """
        ended = threading.Event()
        with self._lock:
            going_on = self._going_on.setdefault((kind, key), ended)
        if going_on is not ended:
            with self._room(kind):
                if not going_on.wait(LANES[kind].patience_seconds):
                    raise NoRoom
            return
        try:
            with self.turn(kind):
                work()
        finally:
            with self._lock:
                del self._going_on[kind, key]
            ended.set()

    @contextmanager
    def _room(self, kind: Kind) -> Iterator[None]:
        """One of the threads that may do this work or wait for it."""
        if not self._rooms[kind].acquire(blocking=False):
            raise NoRoom
        try:
            if not self._share.acquire(blocking=False):
                raise NoRoom
            try:
                yield
            finally:
                self._share.release()
        finally:
            self._rooms[kind].release()
