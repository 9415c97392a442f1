"""Watching a folder: one run at the start, one after a burst of changes, another try when the lock is taken."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexing.watching import LOCKED, REMOVALS_IN_DOUBT, watch


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


def test_a_run_that_would_remove_much_is_tried_again_only_when_the_folder_changes(tmp_path: Path) -> None:
    runs = Runs(REMOVALS_IN_DOUBT)
    with watching(tmp_path, runs):
        assert runs.wait_for(1)
        assert not runs.wait_for(2, timeout_seconds=0.5)
        (tmp_path / "back.txt").write_text("text")
        assert runs.wait_for(2)


def test_a_folder_that_is_away_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    runs, folder = Runs(), tmp_path / "documents"
    with watching(folder, runs):
        assert not runs.wait_for(1, timeout_seconds=0.5)
        folder.mkdir()
        assert runs.wait_for(1)
    assert "waiting for it" in caplog.text


def test_another_folder_in_the_same_place_is_watched(tmp_path: Path) -> None:
    runs, folder = Runs(), tmp_path / "documents"
    folder.mkdir()
    with watching(folder, runs):
        assert runs.wait_for(1)
        folder.rename(tmp_path / "unmounted")
        folder.mkdir()
        assert runs.wait_for(2)
        (folder / "new.txt").write_text("text")
        assert runs.wait_for(3)
        (folder / "new.txt").unlink()
        assert runs.wait_for(4)
