"""A bounded number of threads: work waits its turn, abandoned work neither begins nor takes a place for ever."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait

import pytest

from server import threads as threads_module
from server.threads import Threads
from tests.repository import ROOT

_SOON = 10


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """What hangs in a test ends with it."""
    event = threading.Event()
    yield event
    event.set()


def started(threads: Threads, release: threading.Event) -> "Future[None]":
    """Work that goes on until it is released, once it has begun."""
    begun = threading.Event()

    def work() -> None:
        begun.set()
        release.wait(_SOON)

    future = threads.submit(work)
    assert begun.wait(_SOON)
    return future


def eventually(is_so: Callable[[], bool]) -> bool:
    """Whether it becomes so: a thread notes the end of its work a moment after the result is there."""
    pause = threading.Event()
    return any(is_so() or pause.wait(0.01) for _ in range(6000))


def named(name: str) -> int:
    """How many threads of this name there are."""
    return [thread.name for thread in threading.enumerate()].count(name)


def test_it_hands_over_results_and_failures() -> None:
    threads = Threads(2, "test")
    assert threads.submit(divmod, 7, 2).result(_SOON) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        threads.submit(divmod, 7, 0).result(_SOON)
    threads.shutdown()


def test_never_more_threads_than_allowed_and_no_more_than_needed() -> None:
    threads, together = Threads(3, "counted"), threading.Barrier(3)

    for _ in range(20):
        threads.submit(int).result(_SOON)
    assert named("counted") <= 2
    for future in [threads.submit(together.wait, _SOON) for _ in range(9)]:
        future.result(_SOON)
    assert named("counted") == 3
    threads.shutdown()
    assert eventually(lambda: named("counted") == 0)


def test_what_waits_is_done_in_turn(release: threading.Event) -> None:
    threads, done = Threads(1, "test"), list[int]()
    started(threads, release)
    futures = [threads.submit(done.append, number) for number in range(5)]
    assert threads.running == 1
    release.set()
    wait(futures, _SOON)
    assert done == [0, 1, 2, 3, 4]
    threads.shutdown()


def test_abandoned_work_never_begins(release: threading.Event) -> None:
    threads, done = Threads(1, "test"), list[int]()
    started(threads, release)
    abandoned = threads.submit(done.append, 1)
    threads.abandon(abandoned)
    last = threads.submit(done.append, 2)
    release.set()
    last.result(_SOON)
    assert done == [2]
    threads.shutdown()


def test_abandoned_work_that_hangs_gives_its_place_to_others(release: threading.Event) -> None:
    threads = Threads(1, "test", patience_seconds=0.0)
    hanging = started(threads, release)
    threads.abandon(hanging)
    assert threads.submit(int).result(_SOON) == 0
    assert threads.hanging == 1
    assert eventually(lambda: threads.running == 1)
    release.set()
    hanging.result(_SOON)
    threads.shutdown()


def test_who_waits_for_a_place_gets_it_although_nobody_comes_after(release: threading.Event) -> None:
    threads = Threads(1, "test", patience_seconds=0.0)
    hanging = started(threads, release)
    waiting = threads.submit(int)
    threads.abandon(hanging)
    threads.look()
    assert waiting.result(_SOON) == 0


def test_work_that_ends_late_costs_no_place(release: threading.Event) -> None:
    threads, together = Threads(2, "late", patience_seconds=0.0), threading.Barrier(2)
    hanging = [started(threads, release) for _ in range(2)]
    for future in hanging:
        threads.abandon(future)
    for late in [threads.submit(together.wait, _SOON) for _ in range(2)]:
        late.result(_SOON)
    release.set()
    wait(hanging, _SOON)
    for later in [threads.submit(together.wait, _SOON) for _ in range(4)]:
        later.result(_SOON)
    assert eventually(lambda: named("late") == 2)
    threads.shutdown()


def test_only_so_many_that_hang_are_replaced(release: threading.Event) -> None:
    threads = Threads(1, "test", patience_seconds=0.0)
    for _ in range(threads_module.MOST_REPLACED):
        threads.abandon(started(threads, release))
    last = started(threads, release)
    threads.abandon(last)
    stuck = threads.submit(int)
    assert threads.hanging == threads_module.MOST_REPLACED
    assert not stuck.done()
    release.set()
    assert stuck.result(_SOON) == 0


def test_after_the_end_nothing_begins(release: threading.Event) -> None:
    threads = Threads(1, "test")
    started(threads, release)
    waiting = threads.submit(int)
    threads.shutdown(wait=False, cancel_futures=True)
    assert waiting.cancelled()
    with pytest.raises(RuntimeError, match="have ended"):
        threads.submit(int)


def test_work_that_hangs_does_not_keep_the_process_alive() -> None:
    program = """
import threading
from server.threads import Threads
begun = threading.Event()
def hang():
    begun.set()
    threading.Event().wait()
Threads(2, "test").submit(hang)
begun.wait()
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=30, check=True)
