"""Connections to the file of a catalogue, for any number of threads.

Apart from the catalogue, which knows what is in the file and nothing of who reads it at the same time.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storage.failures import IndexUnreadable, why_unreadable

MOST_KEPT = 16
"""Free connections that are kept: each holds a file handle and up to 2 MB of pages."""


class Connections:
    """Lends connections to a file; `close` closes all of them.

    Threads own nothing, so it does not matter how many there are, and when they end. Whoever reads borrows a connection
    that is free, the one used last, because it remembers the most pages; there are as many as operations at one time.
    Not `writable`, the file is opened immutable: no locks, no journal, and read-only volumes work. A `writable` file
    has one connection only, for one thread, which borrows it again within its transaction.
    """

    def __init__(self, file: Path, *, writable: bool) -> None:
        self._file = file
        self._writable = writable
        self._free: list[sqlite3.Connection] = []
        self._writer: sqlite3.Connection | None = None
        self._guard = threading.Lock()
        self._is_closed = False

    @contextmanager
    def lent(self) -> Iterator[sqlite3.Connection]:
        """A connection for the block. Raises `IndexUnreadable`, and `sqlite3.ProgrammingError` after `close`."""
        if self._writable:
            yield self._only_one()
            return
        try:
            connection = self._taken()
            try:
                yield connection
            finally:
                self._give_back(connection)
        except sqlite3.OperationalError as error:
            if (reason := why_unreadable(self._file, error)) is None:
                raise
            raise IndexUnreadable(reason) from error

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Every row of one statement."""
        with self.lent() as connection:
            return connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close every connection: those that are lent, when they come back."""
        with self._guard:
            self._is_closed = True
            connections, self._free = self._free, []
            if self._writer is not None:
                connections.append(self._writer)
        for connection in connections:
            connection.close()

    def _taken(self) -> sqlite3.Connection:
        with self._guard:
            self._check_open()
            if self._free:
                return self._free.pop()
        return self._connect("ro&immutable=1")

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._guard:
            is_kept = not self._is_closed and len(self._free) < MOST_KEPT
            if is_kept:
                self._free.append(connection)
        if not is_kept:
            connection.close()

    def _only_one(self) -> sqlite3.Connection:
        with self._guard:
            self._check_open()
            if self._writer is None:
                self._writer = self._connect("rwc")
                # The draft is thrown away after a crash, so its own journal need not survive one; what is
                # published is synced whole by drafts.py.
                self._writer.executescript("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;")
            return self._writer

    def _check_open(self) -> None:
        if self._is_closed:
            raise sqlite3.ProgrammingError(f"{self._file.name} is closed")

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"{self._file.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
