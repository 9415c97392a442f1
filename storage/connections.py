"""Connections to one SQLite file, one for each thread that asks."""

import sqlite3
import threading
from pathlib import Path


class ThreadConnections:
    """Gives each thread a connection of its own; `close` closes all of them.

    Not `writable`, the file is opened immutable: no locks, no journal, and read-only volumes work.
    """

    def __init__(self, file: Path, *, writable: bool) -> None:
        self._file = file
        self._writable = writable
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._closed = False

    def get(self) -> sqlite3.Connection:
        """This thread's connection. Raises `sqlite3.ProgrammingError` after `close`."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            self._local.connection = connection
        return connection

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            self._closed = True
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    def _connect(self) -> sqlite3.Connection:
        mode = "rwc" if self._writable else "ro&immutable=1"
        uri = f"{self._file.absolute().as_uri()}?mode={mode}"
        with self._guard:
            if self._closed:
                raise sqlite3.ProgrammingError(f"{self._file.name} is closed")
            connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            self._connections.append(connection)
        if self._writable:
            # The draft is thrown away after a crash, so its own journal need not survive one; what is
            # published is synced whole by drafts.py.
            connection.executescript("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;")
        return connection
