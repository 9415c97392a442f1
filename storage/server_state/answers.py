"""Answers given on the page, kept so that their links go on working: a bounded SQLite file beside the generations.

Knows nothing of what is in them: a JSON document each. An answer was paid for, so that storing it never fails: while
the file cannot be written, the newest answers are held in memory, and are written as soon as that goes again.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from storage.damaged_files import identity_of, is_damage, set_aside
from storage.failures import reason_of
from storage.messages import message
from storage.private_files import private_directory, private_file

logger = logging.getLogger(__name__)

MOST_ANSWERS = 1000
MOST_HELD = 100
_WAIT_SECONDS = 5.0
_WAIT_AFTER_A_FAILURE_SECONDS = 0.1  # who asks next does not wait as long again
_SCHEMA = "CREATE TABLE IF NOT EXISTS answers (id TEXT PRIMARY KEY, document TEXT NOT NULL)"

T = TypeVar("T")


class AnswersUnreadable(Exception):
    """The file cannot be read now; the message is a sentence that says why."""


class AnswerStore:
    """Keeps the newest answers, from many threads. The file is made with the first one.

    A damaged file is set aside and a new one begun; the newest answers, which are in memory as well, are in that too.
    """

    def __init__(
        self,
        file: Path,
        *,
        most: int = MOST_ANSWERS,
        most_held: int = MOST_HELD,
        wait_seconds: float = _WAIT_SECONDS,
    ) -> None:
        self._file = file
        self._most = most
        self._most_held = min(most, most_held)
        self._patience_seconds = self._wait_seconds = wait_seconds
        self._memory = threading.Lock()
        self._held: dict[str, str] = {}
        self._waiting: set[str] = set()
        self._writing = threading.RLock()
        self._failure: str | None = None
        self._aside: Path | None = None

    def put(self, answer_id: str, document: str) -> None:
        """Keep an answer; the oldest beyond the bound goes. Where it could not be stored, `unstored` says so."""
        with self._memory:
            self._held.pop(answer_id, None)
            self._held[answer_id] = document
            self._waiting.add(answer_id)
            for old in list(self._held)[: -self._most_held]:
                del self._held[old]
                self._waiting.discard(old)
        self._write()

    def get(self, answer_id: str) -> str | None:
        """The answer kept under that id; None when there is none, or none any more. Raises `AnswersUnreadable`."""
        with self._memory:
            if answer_id in self._held:
                return self._held[answer_id]
        aside = self._aside
        try:
            if not self._file.is_file():
                return None
            found = self._mended(lambda connection: _read(connection, answer_id))
        except (sqlite3.Error, OSError) as error:
            raise AnswersUnreadable(
                message("the kept answers cannot be read: {reason}", reason=reason_of(error))
            ) from error
        if self._aside is not aside:
            self._write()
        return found

    def unstored(self, answer_id: str) -> str | None:
        """Why this answer is in memory only, and gone after a restart; None when it is stored."""
        return (self._failure or message("it is being written")) if answer_id in self._waiting else None

    def notice(self) -> str | None:
        """What is wrong with the file, for who looks after the server; None when nothing is."""
        if self._failure is not None:
            return message(
                "answers cannot be stored: {reason}; they are kept in memory until the server is restarted",
                reason=self._failure,
            )
        if self._aside is not None:
            return message(
                "{file} was damaged and is now {aside}; a new one is begun",
                file=self._file.name,
                aside=self._aside.name,
            )
        return None

    def _write(self) -> None:
        with self._writing:
            try:
                written = self._mended(lambda connection: _write(connection, self._documents(), self._most))
            except (sqlite3.Error, OSError) as error:
                self._fail(reason_of(error))
                return
            self._failure = None
        with self._memory:
            self._waiting -= {id_ for id_, document in written.items() if self._held.get(id_) == document}

    def _documents(self) -> dict[str, str]:
        with self._memory:
            return {id_: document for id_, document in self._held.items() if id_ in self._waiting}

    def _fail(self, reason: str) -> None:
        if self._failure != reason:
            logger.warning("answers cannot be stored: %s", reason)
        self._failure = reason

    def _mended(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` gives; once more, with a new file, where it finds the file damaged."""
        seen = identity_of(self._file)
        try:
            return self._once(work)
        except sqlite3.DatabaseError as error:
            if not is_damage(error, self._file):
                raise
        self._begin_anew(seen or identity_of(self._file))
        return self._once(work)

    def _once(self, work: Callable[[sqlite3.Connection], T]) -> T:
        private_directory(self._file.parent)
        try:
            with (
                closing(sqlite3.connect(private_file(self._file), timeout=self._wait_seconds)) as connection,
                connection,
            ):
                found = work(connection)
        except sqlite3.OperationalError:
            self._wait_seconds = min(self._patience_seconds, _WAIT_AFTER_A_FAILURE_SECONDS)
            raise
        self._wait_seconds = self._patience_seconds
        return found

    def _begin_anew(self, seen: tuple[int, int] | None) -> None:
        with self._writing:
            aside = set_aside(self._file, seen)
            if aside is None:
                return
            logger.warning("%s was damaged and is now %s; a new one is begun", self._file.name, aside.name)
            self._aside = aside
            with self._memory:
                self._waiting = set(self._held)


def _read(connection: sqlite3.Connection, answer_id: str) -> str | None:
    # A full disk may have left a file without tables: nothing is damaged, and nothing is in it.
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'answers'").fetchone() is None:
        return None
    row = connection.execute("SELECT document FROM answers WHERE id = ?", (answer_id,)).fetchone()
    return None if row is None else str(row[0])


def _write(connection: sqlite3.Connection, documents: Mapping[str, str], most: int) -> Mapping[str, str]:
    connection.execute(_SCHEMA)
    connection.executemany("INSERT OR REPLACE INTO answers (id, document) VALUES (?, ?)", documents.items())
    connection.execute("DELETE FROM answers WHERE rowid <= (SELECT max(rowid) FROM answers) - ?", (most,))
    return documents
