"""What was spent of each day's tokens: a small SQLite file beside the generations, shared by all who spend.

Knows nothing of what the tokens were spent on.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from storage.private_files import private_directory, private_file

_SCHEMA = "CREATE TABLE IF NOT EXISTS days (day TEXT PRIMARY KEY, tokens INTEGER NOT NULL) WITHOUT ROWID"
_KEPT_DAYS = 90
_BUSY_SECONDS = 2.0


class LedgerUnavailable(Exception):
    """The ledger cannot be read or written now; the message says why."""


class BudgetLedger:
    """Tokens by day. May be used by several threads and processes; every change is one transaction.

    The file is made with the first change; a damaged one is replaced. All methods raise `LedgerUnavailable`.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def used(self, day: date) -> int:
        """The tokens of that day."""
        with self._transaction() as connection:
            return _used(connection, day)

    def reserve(self, day: date, tokens: int, limit: int) -> bool:
        """Add tokens to a day unless its `limit` has been reached; whether they were added."""
        with self._transaction() as connection:
            if _used(connection, day) >= limit:
                return False
            _add(connection, day, tokens)
            connection.execute("DELETE FROM days WHERE day < ?", ((day - timedelta(_KEPT_DAYS)).isoformat(),))
            return True

    def add(self, day: date, tokens: int) -> None:
        """Add tokens to a day, or take some back; never below zero."""
        with self._transaction() as connection:
            _add(connection, day, tokens)

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._lock:
            self._forget()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                connection = self._opened()
                with connection:
                    connection.execute("BEGIN IMMEDIATE")
                    yield connection
            except (sqlite3.Error, OSError) as error:
                self._forget()
                raise LedgerUnavailable(f"{self._file.name}: {error}") from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            private_directory(self._file.parent)
            try:
                self._connection = self._connect()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                self._file.unlink()  # no database any more; what it said of today is lost
                self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        file = private_file(self._file)
        connection = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            # A power cut may cost the last moments' count; a killed process costs nothing.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _used(connection: sqlite3.Connection, day: date) -> int:
    row = connection.execute("SELECT tokens FROM days WHERE day = ?", (day.isoformat(),)).fetchone()
    return 0 if row is None else int(row[0])


def _add(connection: sqlite3.Connection, day: date, tokens: int) -> None:
    connection.execute(
        "INSERT INTO days VALUES (?, max(0, ?)) ON CONFLICT (day) DO UPDATE SET tokens = max(0, tokens + ?)",
        (day.isoformat(), tokens, tokens),
    )
