"""Work in a thread of its own, its events handed over one by one; whoever reads them never waits past the deadline."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import TypeVar

from server.deadline import Deadline, DeadlineExceeded, until

T = TypeVar("T")

_GRACE_SECONDS = 0.5
"""The work itself should notice the deadline first: it may have something to say for an end."""


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Ended:
    pass


def events_of(
    work: Callable[[Callable[[T], None]], None],
    *,
    seconds: float,
    heartbeat: T,
    heartbeat_seconds: float,
    cancel: threading.Event | None = None,
) -> Iterator[T]:
    """What `work` emits, and `heartbeat` whenever nothing came for a while; raises what `work` raises.

    The work has a deadline as its context's, and is cancelled when the iterator is closed or `cancel` is set. Raises
    `DeadlineExceeded` or `Cancelled` when the work does not end by itself then.
    """
    abandoned = threading.Event()
    cancels = (abandoned,) if cancel is None else (abandoned, cancel)
    deadline = Deadline(seconds, *cancels)
    events: queue.SimpleQueue[T | _Failed | _Ended] = queue.SimpleQueue()

    def run() -> None:
        try:
            with until(deadline):
                work(events.put)
            events.put(_Ended())
        except BaseException as error:  # noqa: BLE001 - handed over to the reader, who raises it
            events.put(_Failed(error))

    threading.Thread(target=copy_context().run, args=(run,), name="question", daemon=True).start()
    try:
        yield from _read(events, deadline, heartbeat, heartbeat_seconds)
    finally:
        abandoned.set()


def _read(
    events: "queue.SimpleQueue[T | _Failed | _Ended]", deadline: Deadline, heartbeat: T, heartbeat_seconds: float
) -> Iterator[T]:
    while True:
        try:
            event = events.get(timeout=min(heartbeat_seconds, deadline.remaining() + _GRACE_SECONDS))
        except queue.Empty:
            if deadline.remaining() <= 0:
                _raise_for(deadline)
            yield heartbeat
            continue
        if isinstance(event, _Ended):
            return
        if isinstance(event, _Failed):
            raise event.error
        yield event


def _raise_for(deadline: Deadline) -> None:
    deadline.check()
    raise DeadlineExceeded("the question was not answered in the time it may take")
