"""What was spent of each day's tokens: a small SQLite file beside the generations, shared by all who spend.

Knows nothing of what the tokens were spent on.
"""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, TypeVar

from storage.damaged_files import FileIdentity, identity_of, is_damage, set_aside
from storage.failures import reason_of
from storage.messages import decoded, encoded, message
from storage.private_files import private_directory, private_file

# `unknown` holds the days whose count was lost with a damaged file, so that a restart does not take them for 0.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS days (day TEXT PRIMARY KEY, tokens INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unknown (day TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
"""
_KEPT_DAYS = 90
_BUSY_SECONDS = 2.0

T = TypeVar("T")

Period = Literal["day", "month"]
"""What is counted together; a month is counted under its first day."""


class LedgerUnavailable(Exception):
    """The ledger cannot be read or written now; the message says why."""


class CountUnknown(LedgerUnavailable):
    """What was spent that day was lost; the message says how. `BudgetLedger.settle` ends it, and so does the day."""


class _NoNumber(Exception):
    """Bytes of the count were overwritten."""


class BudgetLedger:
    """Tokens by day. May be used by several threads and processes; every change is one transaction.

    The file is made with the first change. A damaged one is set aside, and one that was removed in use is begun anew;
    what was spent that day is unknown then. All methods raise `LedgerUnavailable`, and but for `settle` `CountUnknown`.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened_file: FileIdentity | None = None

    def used(self, day: date) -> int:
        """The tokens of that day; can be read even while the disk is full."""
        if self._connection is None and identity_of(self._file) is None:
            return 0  # nothing was spent yet
        try:
            return self._run(day, lambda connection: _used(connection, day))
        except CountUnknown:
            raise
        except LedgerUnavailable:
            try:
                return read_count(self._file, day)
            except sqlite3.Error:
                pass
            raise

    def reserve(self, day: date, tokens: int, limit: int) -> bool:
        """Add tokens to a day unless its `limit` has been reached; whether they were added."""

        def reserve(connection: sqlite3.Connection) -> bool:
            if _used(connection, day) >= limit:
                return False
            _add(connection, day, tokens)
            connection.execute("DELETE FROM days WHERE day < ?", ((day - timedelta(_KEPT_DAYS)).isoformat(),))
            return True

        return self._run(day, reserve)

    def add(self, day: date, tokens: int) -> None:
        """Add tokens to a day, or take some back; never below zero."""
        self._run(day, lambda connection: _add(connection, day, tokens))

    def settle(self, day: date, tokens: int) -> None:
        """Write what was spent that day, for somebody who knows it although the file does not."""

        def settle(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM unknown WHERE day = ?", (day.isoformat(),))
            connection.execute("INSERT OR REPLACE INTO days (day, tokens) VALUES (?, ?)", (day.isoformat(), tokens))

        self._run(day, settle, may_be_unknown=True)

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._lock:
            self._forget()

    def _run(self, day: date, work: Callable[[sqlite3.Connection], T], *, may_be_unknown: bool = False) -> T:
        with self._lock:
            try:
                return self._mended(day, lambda: self._once(day, work, may_be_unknown))
            except CountUnknown:
                self._forget()
                raise
            except (sqlite3.Error, OSError) as error:
                self._forget()
                raise LedgerUnavailable(
                    message("{file} cannot be used: {reason}", file=self._file.name, reason=reason_of(error))
                ) from error

    def _mended(self, day: date, attempt: Callable[[], T]) -> T:
        seen = identity_of(self._file)
        try:
            return attempt()
        except sqlite3.DatabaseError as error:
            if not is_damage(error, self._file):
                raise
        except _NoNumber:
            pass
        self._forget()
        aside = set_aside(self._file, seen or identity_of(self._file))
        name = aside.name if aside else message("set aside")
        self._mark(day, message("{file} was damaged and is now {aside}", file=self._file.name, aside=name))
        return attempt()

    def _once(self, day: date, work: Callable[[sqlite3.Connection], T], may_be_unknown: bool) -> T:
        if self._connection is not None and identity_of(self._file) != self._opened_file:
            self._forget()
            if identity_of(self._file) is None:
                self._mark(day, message("{file} was removed while it was in use", file=self._file.name))
        connection = self._opened()
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            if not may_be_unknown:
                _require_known(connection, day)
            return work(connection)

    def _mark(self, day: date, reason: str) -> None:
        with self._opened() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO unknown (day, reason) VALUES (?, ?)", (day.isoformat(), encoded(reason))
            )

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            private_directory(self._file.parent)
            self._connection = self._connect()
            self._opened_file = identity_of(self._file)
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        file = private_file(self._file)
        connection = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            # A power cut may cost the last moments' count; a killed process costs nothing.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def count_on_file(file: Path, day: date) -> int:
    """The tokens of that day, for who only looks: nothing is written or set aside. Raises `LedgerUnavailable`."""
    if identity_of(file) is None:
        return 0
    try:
        return read_count(file, day)
    except sqlite3.Error as error:
        raise LedgerUnavailable(
            message("{file} cannot be used: {reason}", file=file.name, reason=reason_of(error))
        ) from error


def read_count(file: Path, day: date) -> int:
    """The tokens of that day, without writing anything: where the disk is full, or for who only looks.

    Raises `CountUnknown`, or `sqlite3.Error` where nothing can be read so.
    """
    journal = file.with_name(f"{file.name}-wal")
    # Nobody has it open where there is no journal; SQLite needs no files beside it then.
    still = "" if journal.exists() and journal.stat().st_size else "&immutable=1"
    uri = f"{file.absolute().as_uri()}?mode=ro{still}"
    with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if "unknown" in tables:
            _require_known(connection, day)
        try:
            # A disk that was full when the file was made leaves it without tables.
            return _used(connection, day) if "days" in tables else 0
        except _NoNumber as error:
            raise CountUnknown(message("{file} is damaged", file=file.name)) from error


def _require_known(connection: sqlite3.Connection, day: date) -> None:
    row = connection.execute("SELECT reason FROM unknown WHERE day = ?", (day.isoformat(),)).fetchone()
    if row is not None:
        raise CountUnknown(decoded(str(row[0])))


def _used(connection: sqlite3.Connection, day: date) -> int:
    row = connection.execute("SELECT tokens FROM days WHERE day = ?", (day.isoformat(),)).fetchone()
    if row is not None and not isinstance(row[0], int):
        raise _NoNumber
    return 0 if row is None else int(row[0])


def _add(connection: sqlite3.Connection, day: date, tokens: int) -> None:
    connection.execute(
        "INSERT INTO days (day, tokens) VALUES (?, max(0, ?))"
        " ON CONFLICT (day) DO UPDATE SET tokens = max(0, tokens + ?)",
        (day.isoformat(), tokens, tokens),
    )
