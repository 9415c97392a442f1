"""A directory of Chroma's that only this process writes: the immutable files of another one, and a copy of the rest.

Chroma 1.5.9 writes into `chroma.sqlite3` when it opens a directory, and cannot open one that it may not write. The
graph and the vectors are not copied; they are links. What a killed process leaves behind is removed by the next one.
"""

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

_PREFIX = "pagewise-vectors-"
_MARK = "IN_USE"
_MADE_SECONDS = 60  # until its mark is locked at the latest
_DATABASE = "chroma.sqlite3"


class WorkingCopy:
    """The copy lies in the folder for temporary files, for this account alone, until it is closed."""

    def __init__(self, original: Path) -> None:
        """Raises `OSError` where there is no room."""
        _remove_abandoned()
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._mark: IO[str] = (self._folder / _MARK).open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._mark, fcntl.LOCK_EX)
            self.directory = self._folder / "chroma"
            self.directory.mkdir()
            for entry in original.iterdir():
                if entry.name == _DATABASE:
                    shutil.copyfile(entry, self.directory / entry.name)
                elif not entry.name.startswith(_DATABASE):  # journals of others that have it open
                    (self.directory / entry.name).symlink_to(entry.resolve())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove it."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._mark.close()


def must_be_copied(directory: Path) -> bool:
    """Whether Chroma could not open it where it is."""
    return directory.is_dir() and not (os.access(directory, os.W_OK) and os.access(directory / _DATABASE, os.W_OK))


def _remove_abandoned() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError), (folder / _MARK).open("r+") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - folder.stat().st_mtime > _MADE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
