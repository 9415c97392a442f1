"""Threads of a bounded number that work off a queue, and end with the process.

`ThreadPoolExecutor` does nearly the same, but its threads keep a process alive that wants to end (Python 3.11 waits for
them at exit), and a thread that hangs takes its place for ever. Knows nothing of what the work is.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

P = ParamSpec("P")
T = TypeVar("T")

MOST_REPLACED = 32
"""How many threads that hang are replaced at a time; with more, something is wrong that threads do not mend."""

_PATIENCE_SECONDS = 5.0


def keep_products_on_one_thread() -> None:
    """Let every matrix product of numpy be made by the thread that wants it. Call it when numpy is loaded.

    A question's matrices are small: a second thread of OpenBLAS (numpy 2.4) mostly waits for the next of them, which
    took a third of the server's processor time, and other questions need that processor. Not by OPENBLAS_NUM_THREADS:
    the indexing job would inherit it. Models in PyTorch and OpenVINO have threads of their own.
    """
    threadpool_limits(limits=1, user_api="blas")


@dataclass(frozen=True, slots=True)
class _Job:
    future: "Future[Any]"
    work: Callable[[], Any]

    def run(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self.work()
        except BaseException as error:  # noqa: BLE001 - handed over to whoever waits for the result
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class Threads(Executor):
    """At most `most` threads, begun as they are needed; what comes while all are busy waits its turn.

    Work that nobody waits for any more is named with `abandon`: it never begins, or, if it goes on for longer than
    `patience_seconds`, no longer counts, and another thread may begin in the place of its own.
    """

    def __init__(self, most: int, name: str, *, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self._most = most
        self._name = name
        self._patience_seconds = patience_seconds
        self._changed = threading.Condition()
        self._waiting: deque[_Job] = deque()
        self._running: set[Future[Any]] = set()
        self._abandoned: dict[Future[Any], float] = {}
        self._replaced: set[Future[Any]] = set()
        self._threads = 0
        self._idle = 0
        self._is_closed = False

    @property
    def running(self) -> int:
        """How many pieces of work have begun and not ended."""
        return len(self._running)

    @property
    def hanging(self) -> int:
        """How many of them were abandoned and go on all the same."""
        return len(self._replaced)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Work to be done by one of the threads. Raises `RuntimeError` after `shutdown`."""
        future: Future[T] = Future()
        with self._changed:
            if self._is_closed:
                raise RuntimeError(f"the threads for {self._name} have ended")
            self._waiting.append(_Job(future, lambda: fn(*args, **kwargs)))
            self._replace_hanging()
            self._begin_threads()
            self._changed.notify()
        return future

    def abandon(self, future: "Future[Any]") -> None:
        """Nobody waits for this any more."""
        never_began = future.cancel()
        with self._changed:
            if never_began:
                self._waiting = deque(job for job in self._waiting if job.future is not future)
            elif future in self._running:
                self._abandoned[future] = time.monotonic() + self._patience_seconds

    def look(self) -> None:
        """Replace threads that hang. Every `submit` does it too; who waits for long calls this now and then."""
        with self._changed:
            self._replace_hanging()
            self._begin_threads()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False, timeout: float | None = None) -> None:
        """Take no more work, and let the threads end. `wait` until they have, but for those that hang."""
        with self._changed:
            self._is_closed = True
            if cancel_futures:
                while self._waiting:
                    self._waiting.popleft().future.cancel()
            self._changed.notify_all()
            if wait:
                self._changed.wait_for(lambda: self._threads == 0, timeout)

    def _begin_threads(self) -> None:
        """As many as there is work for; the lock is held."""
        wanted = min(self._most, self._threads + max(0, len(self._waiting) - self._idle))
        for _ in range(self._threads, wanted):
            self._threads += 1
            self._idle += 1
            threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def _replace_hanging(self) -> None:
        """Let threads whose work was abandoned long ago no longer count; the lock is held."""
        now = time.monotonic()
        for future, patience_ends in list(self._abandoned.items()):
            if patience_ends <= now and len(self._replaced) < MOST_REPLACED:
                del self._abandoned[future]
                self._replaced.add(future)
                self._threads -= 1

    def _work(self) -> None:
        while (job := self._next()) is not None:
            with suppress(Exception):  # a callback's; the work's own is in its future
                job.run()
            if not self._goes_on(job.future):
                return
            del job  # nothing of it is held while waiting for the next

    def _next(self) -> _Job | None:
        """The next piece of work, or None when the thread shall end."""
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
            self._idle -= 1
            if not self._waiting:
                self._threads -= 1
                self._changed.notify_all()
                return None
            job = self._waiting.popleft()
            self._running.add(job.future)
            return job

    def _goes_on(self, future: "Future[Any]") -> bool:
        """Note the end of a piece of work; False when another thread has taken the place of the one that did it."""
        with self._changed:
            self._running.discard(future)
            self._abandoned.pop(future, None)
            if future in self._replaced:
                self._replaced.remove(future)
                return False
            self._idle += 1
            return True
