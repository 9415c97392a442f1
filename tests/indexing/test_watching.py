"""Watching a folder: one run at the start, one after a burst of changes, another try when the lock is taken."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from indexing.watching import LOCKED, watch


class Runs:
    """Counts the runs; answers with these exit codes first, then 0."""

    def __init__(self, *codes: int) -> None:
        self.count = 0
        self._codes = list(codes)
        self._news = threading.Condition()

    def __call__(self) -> int:
        with self._news:
            self.count += 1
            self._news.notify_all()
        return self._codes.pop(0) if self._codes else 0

    def wait_for(self, count: int, timeout_seconds: float = 5.0) -> bool:
        with self._news:
            return self._news.wait_for(lambda: self.count >= count, timeout_seconds)


@contextmanager
def watching(folder: Path, run: Callable[[], int]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=watch, args=(folder, run, stop), kwargs={"settle_seconds": 0.1})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_it_runs_at_the_start_and_once_after_a_burst_of_changes(tmp_path: Path) -> None:
    runs = Runs()
    with watching(tmp_path, runs):
        assert runs.wait_for(1)
        for number in range(20):
            (tmp_path / f"{number}.txt").write_text("text")
        assert runs.wait_for(2)
        (tmp_path / "0.txt").unlink()
        assert runs.wait_for(3)
        assert not runs.wait_for(4, timeout_seconds=0.5)


def test_a_run_that_found_the_lock_taken_is_tried_again(tmp_path: Path) -> None:
    runs = Runs(LOCKED, LOCKED)
    with watching(tmp_path, runs):
        assert runs.wait_for(3)
        assert not runs.wait_for(4, timeout_seconds=0.5)
