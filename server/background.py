"""Work in another thread, its events handed over one by one; whoever reads them never waits past the deadline."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import TypeVar

from server.deadline import Deadline, DeadlineExceeded, until
from server.threads import Threads

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
    threads: Threads,
    *,
    seconds: float,
    heartbeat: T,
    heartbeat_seconds: float,
    cancel: threading.Event | None = None,
) -> Iterator[T]:
    """What `work` emits, and `heartbeat` whenever nothing came for a while; raises what `work` raises.

    It is done by one of the `threads`, as soon as one is free. The work has a deadline as its context's, and is
    cancelled when the iterator is closed or `cancel` is set. Raises `DeadlineExceeded` or `Cancelled` when the work
    does not end by itself then, or has not begun.
    """
    abandoned = threading.Event()
    cancels = (abandoned,) if cancel is None else (abandoned, cancel)
    deadline = Deadline(seconds, *cancels)
    events: queue.SimpleQueue[T | _Failed | _Ended] = queue.SimpleQueue()

    def run() -> None:
        try:
            with until(deadline):
                deadline.check()  # it may have waited for long
                work(events.put)
            events.put(_Ended())
        except BaseException as error:  # noqa: BLE001 - handed over to the reader, who raises it
            events.put(_Failed(error))

    running = threads.submit(copy_context().run, run)
    try:
        for event in _read(events, deadline, heartbeat_seconds):
            if event is None:
                threads.look()
            yield heartbeat if event is None else event
    finally:
        abandoned.set()
        threads.abandon(running)


def _read(
    events: "queue.SimpleQueue[T | _Failed | _Ended]", deadline: Deadline, heartbeat_seconds: float
) -> Iterator[T | None]:
    """The events; None when nothing came for so long."""
    while True:
        try:
            event = events.get(timeout=min(heartbeat_seconds, deadline.remaining() + _GRACE_SECONDS))
        except queue.Empty:
            if deadline.remaining() <= 0:
                _raise_for(deadline)
            yield None
            continue
        if isinstance(event, _Ended):
            return
        if isinstance(event, _Failed):
            raise event.error
        yield event


def _raise_for(deadline: Deadline) -> None:
    deadline.check()
    raise DeadlineExceeded("the question was not answered in the time it may take")
