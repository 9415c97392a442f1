"""Which of several processes at one port has a connection: one that can answer, and of these the one with the fewest.

The system gives a connection to whichever process asks first, and clients keep theirs, so that one process could have
all of them. Knows connections; nothing of what is asked.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from server.http.body_limits import GuardedChannel
from server.http.side_by_side import Place

_PATIENCE_SECONDS = 0.03  # for the one with fewer to take it
_SECONDS_BETWEEN_MOVES = 1.0


class Turns:
    """For the thread that runs waitress's loop alone: `note` belongs before every turn of it.

    `server` is waitress's (3.0), `can_answer` says whether this process could answer a question now.
    """

    def __init__(self, server: Any, connections: dict[int, Any], place: Place, can_answer: Callable[[], bool]) -> None:
        self._connections = connections
        self._place = place
        self._can_answer = can_answer
        self._answers = False
        self._not_before: float | None = None
        self._moves = _Moves()
        self._accept, self._is_open = server.handle_accept, server.readable
        server.handle_accept, server.readable = self._taken, self._may_take
        server.channel_class = type(
            "Channel", (server.channel_class,), {"is_for_another": staticmethod(self._moves.take_one)}
        )

    def note(self) -> float:
        """Tell the others how many connections there are; gives how long the turn may last, in seconds."""
        self._answers = self._can_answer()
        if self._answers:
            own, fewest = self._count(), self._place.fewest_elsewhere()
            self._place.accepts(own)
            self._moves.allow((own - fewest) // 2 if fewest is not None else 0)
        else:
            self._place.leave()
        return _PATIENCE_SECONDS if self._not_before is not None else float("inf")

    def _may_take(self) -> bool:
        """Who cannot answer takes connections only while nobody else can: then it says why."""
        is_early = self._not_before is not None and time.monotonic() < self._not_before
        is_needed = self._answers or self._place.fewest_elsewhere() is None
        return bool(self._is_open()) and is_needed and not is_early

    def _taken(self) -> None:
        """A connection waits: take it, or let another process do it, which has a moment's time for that."""
        fewest = self._place.fewest_elsewhere()
        if self._not_before is None and fewest is not None and self._count() > fewest:
            self._not_before = time.monotonic() + _PATIENCE_SECONDS
            return
        self._not_before = None
        self._accept()
        if self._answers:
            self._place.accepts(self._count())

    def _count(self) -> int:
        return sum(isinstance(each, GuardedChannel) for each in self._connections.values())


class _Moves:
    """How many clients are to connect anew, to reach a process that has fewer. May be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = 0
        self._next_at = 0.0

    def allow(self, number: int) -> None:
        """So many, once in a second: those of before have connected anew by then."""
        if time.monotonic() >= self._next_at:
            with self._lock:
                self._left, self._next_at = number, time.monotonic() + _SECONDS_BETWEEN_MOVES

    def take_one(self) -> bool:
        """Whether the client that asks now is one of them."""
        if self._left <= 0:
            return False
        with self._lock:
            self._left -= 1
            return self._left >= 0
