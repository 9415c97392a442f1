"""Small SQLite files that hold work worth keeping and can be made again: how they are opened, and mended."""

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from storage.damaged_files import identity_of, is_damage, set_aside
from storage.messages import message
from storage.private_files import private_directory, private_file

logger = logging.getLogger(__name__)

BUSY_SECONDS = 5.0

T = TypeVar("T")

Work = Callable[[sqlite3.Connection], T]
Tell = Callable[[str], None]
"""Told, in a sentence, that a damaged file was set aside."""


def log_warning(sentence: str) -> None:
    """Tell it to whoever reads the log."""
    logger.warning("%s", sentence)


class CacheFile:
    """A file open for writing, made if need be, every commit durable. One thread at a time.

    Whenever a statement finds it damaged, it is set aside, a new one is begun, and the statement is run once more:
    what was kept is missing then, and is made again.
    """

    def __init__(self, file: Path, schema: str, tell: Tell = log_warning) -> None:
        self._file = file
        self._schema = schema
        self._tell = tell
        private_directory(file.parent)
        self._connection: sqlite3.Connection | None = None
        self.run(lambda connection: None)

    def run(self, work: Work[T]) -> T:
        """What `work` gives. Raises `sqlite3.Error` for everything but damage."""
        seen = identity_of(self._file)
        try:
            return work(self._opened())
        except sqlite3.DatabaseError as error:
            if not is_damage(error, self._file):
                raise
        self._begin_anew(seen or identity_of(self._file))
        return work(self._opened())

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _prepared(self._file, self._schema)
        return self._connection

    def _begin_anew(self, seen: tuple[int, int] | None) -> None:
        self.close()
        aside = set_aside(self._file, seen)
        if aside is not None:
            self._tell(
                message(
                    "{file} was damaged and is now {aside}; a new one is begun", file=self._file.name, aside=aside.name
                )
            )


class ReadOnlyFile:
    """A file open for reading, while another process may write it. Nothing is mended."""

    def __init__(self, file: Path) -> None:
        uri = f"{file.absolute().as_uri()}?mode=ro"
        self._connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)

    def run(self, work: Work[T]) -> T:
        """What `work` gives. Raises `sqlite3.Error`."""
        return work(self._connection)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _prepared(file: Path, schema: str) -> sqlite3.Connection:
    connection = sqlite3.connect(private_file(file), timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(schema)
    except BaseException:
        connection.close()
        raise
    return connection
