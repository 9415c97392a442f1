"""The job's lock: one indexing job at a time may change an index; and the mark of servers that answer from it.

Both go with their process, however that ends.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from storage.generations.published import utc_now
from storage.messages import message
from storage.private_files import private_directory, private_opener, tighten_index

_SERVED = "SERVED"
_WRITTEN = re.compile(r"process (\d+), since (\S+)")


class IndexLocked(Exception):
    """Another indexing job is at work; `holder` says which."""

    def __init__(self, holder: str) -> None:
        super().__init__(message("another indexing job is at work ({holder}); wait for it or stop it", holder=holder))
        self.holder = holder


@contextmanager
def index_lock(index_dir: Path) -> Iterator[None]:
    """Hold the index for one job. Raises `IndexLocked` at once; the lock goes with the process, however it ends."""
    private_directory(index_dir)
    with open(index_dir / "LOCK", "a+", encoding="utf-8", opener=private_opener) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise IndexLocked(_holder(file.read().strip())) from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {utc_now()}\n")
        file.flush()
        tighten_index(index_dir)
        try:
            yield
        finally:
            file.truncate(0)


def is_locked(index_dir: Path) -> bool:
    """Whether a job holds the index now."""
    try:
        with (index_dir / "LOCK").open(encoding="utf-8") as file:
            if not file.read(1):
                return False  # the usual case, without touching the lock under a job that is about to begin
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # no file yet, another account's index of which nothing can be read, a file system without locks
    return False


def mark_served(index_dir: Path) -> IO[str] | None:
    """Have jobs know that a server answers from this index, until the file is closed; None: that cannot be noted."""
    try:
        # "a+": over NFS a shared lock needs a file that may be read, and an exclusive one a file that may be written.
        file = open(index_dir / _SERVED, "a+", encoding="utf-8", opener=private_opener)  # noqa: SIM115 - kept open
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH)
    except OSError:  # a file system without locks
        file.close()
        return None
    return file


def is_served(index_dir: Path) -> bool:
    """Whether a server answers from this index now."""
    return is_held(index_dir / _SERVED, is_shared=True)


def is_held(file: Path, *, is_shared: bool = False) -> bool:
    """Whether a process holds a lock on the file now; False also where there is none or it cannot be asked.

    `is_shared`: others may hold it beside that one. A lock of one alone is asked for so that two who ask at the same
    time do not take each other for the holder.
    """
    try:
        with file.open("r+", encoding="utf-8") as opened:
            fcntl.flock(opened, (fcntl.LOCK_EX if is_shared else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _holder(written: str) -> str:
    found = _WRITTEN.fullmatch(written)
    if found is None:
        return written or "unknown"
    return message("process {number}, since {moment}", number=found[1], moment=found[2])
