"""Answers given on the page, kept so that their links go on working: a bounded SQLite file beside the generations.

Knows nothing of what is in them: a JSON document each, and a short text of it for lists. An answer was paid for, so
that storing it never fails: while the file cannot be written, the newest answers are held in memory, and are written
as soon as that goes again.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

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
_LATER_COLUMNS = ("summary TEXT", "kept_at REAL")  # files of earlier versions have none of them
_ABSENT = {"summary": "''", "kept_at": "0.0"}  # of those columns
_DAY_SECONDS = 86_400

T = TypeVar("T")


class AnswersUnreadable(Exception):
    """The file cannot be read now; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as a list shows it; `summary` is what it was put with, the whole document where that was nothing."""

    id: str
    summary: str


@dataclass(frozen=True, slots=True)
class _Held:
    document: str
    summary: str
    kept_at: float


class Answers(Protocol):
    """Where answers are kept: a file beside the index (`AnswerStore`), or a database that servers share."""

    def put(self, answer_id: str, document: str, summary: str = "") -> None:
        """Keep an answer, in its old place where it is kept already. Never fails: see `unstored`."""

    def get(self, answer_id: str) -> str | None:
        """The answer kept under that id; None when there is none, or none any more. Raises `AnswersUnreadable`."""

    def newest(self) -> list[KeptAnswer]:
        """All answers that are kept, the newest first. Raises `AnswersUnreadable`."""

    def delete(self, answer_ids: Sequence[str] | None = None) -> None:
        """Forget these answers, or all of them. Raises `AnswersUnreadable`."""

    def unstored(self, answer_id: str) -> str | None:
        """Why this answer is in memory only, and gone after a restart; None when it is stored."""

    def notice(self) -> str | None:
        """What is wrong, for who looks after the server; None when nothing is."""

    def close(self) -> None:
        """Write what waits, if that goes now."""


class AnswerStore:
    """Keeps the newest answers, from many threads. The file is made with the first one.

    A damaged file is set aside and a new one begun; the newest answers, which are in memory as well, are in that too.
    `most_days`: older answers go; 0: none goes for its age.
    """

    def __init__(
        self,
        file: Path,
        *,
        most: int = MOST_ANSWERS,
        most_held: int = MOST_HELD,
        most_days: int = 0,
        wait_seconds: float = _WAIT_SECONDS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._file = file
        self._most = most
        self._most_held = min(most, most_held)
        self._most_days = most_days
        self._now = now
        self._patience_seconds = self._wait_seconds = wait_seconds
        self._memory = threading.Lock()
        self._held: dict[str, _Held] = {}
        self._waiting: set[str] = set()
        self._writing = threading.RLock()
        self._failure: str | None = None
        self._aside: Path | None = None

    def put(self, answer_id: str, document: str, summary: str = "") -> None:
        """Keep an answer, in its old place where it is kept already; the oldest beyond the bounds go.

        Where it could not be stored, `unstored` says so.
        """
        with self._memory:
            before = self._held.get(answer_id)
            self._held[answer_id] = _Held(document, summary, before.kept_at if before else self._now())
            self._waiting.add(answer_id)
            for old in list(self._held)[: -self._most_held]:
                del self._held[old]
                self._waiting.discard(old)
        self._write()

    def get(self, answer_id: str) -> str | None:
        """The answer kept under that id; None when there is none, or none any more. Raises `AnswersUnreadable`."""
        with self._memory:
            self._forget_old()
            if answer_id in self._held:
                return self._held[answer_id].document
        aside = self._aside
        try:
            if not self._file.is_file():
                return None
            found = self._mended(lambda connection: _read(connection, answer_id, self._oldest()))
        except (sqlite3.Error, OSError) as error:
            raise AnswersUnreadable(
                message("the kept answers cannot be read: {reason}", reason=reason_of(error))
            ) from error
        if self._aside is not aside:
            self._write()
        return found

    def newest(self) -> list[KeptAnswer]:
        """All answers that are kept, the newest first. Raises `AnswersUnreadable`."""
        with self._memory:
            self._forget_old()
            held = {id_: each.summary or each.document for id_, each in self._held.items()}
        try:
            rows = self._mended(lambda connection: _list(connection, self._oldest())) if self._file.is_file() else []
        except (sqlite3.Error, OSError) as error:
            raise AnswersUnreadable(
                message("the kept answers cannot be read: {reason}", reason=reason_of(error))
            ) from error
        stored = {id_: held.get(id_, summary) for id_, summary in rows}
        return [KeptAnswer(*each) for each in reversed((stored | held).items())]

    def delete(self, answer_ids: Sequence[str] | None = None) -> None:
        """Forget these answers, or all of them. Raises `AnswersUnreadable` where the file cannot be changed."""
        with self._writing:
            with self._memory:
                for id_ in list(self._held) if answer_ids is None else answer_ids:
                    self._held.pop(id_, None)
                    self._waiting.discard(id_)
            try:
                if self._file.is_file():
                    self._mended(lambda connection: _delete(connection, answer_ids))
            except (sqlite3.Error, OSError) as error:
                raise AnswersUnreadable(
                    message("the kept answers cannot be deleted: {reason}", reason=reason_of(error))
                ) from error

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

    def close(self) -> None:
        """Nothing is open between calls."""

    def _write(self) -> None:
        with self._writing:
            try:
                written = self._mended(
                    lambda connection: _write(connection, self._documents(), self._most, self._oldest())
                )
            except (sqlite3.Error, OSError) as error:
                self._fail(reason_of(error))
                return
            self._failure = None
        with self._memory:
            self._waiting -= {id_ for id_, document in written.items() if self._held.get(id_) == document}

    def _oldest(self) -> float:
        """The time before which answers are not kept; 0.0 where their age does not count."""
        return self._now() - self._most_days * _DAY_SECONDS if self._most_days else 0.0

    def _forget_old(self) -> None:
        """In memory; the lock is held."""
        for id_ in [id_ for id_, each in self._held.items() if each.kept_at < self._oldest()]:
            del self._held[id_]
            self._waiting.discard(id_)

    def _documents(self) -> dict[str, _Held]:
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


@dataclass(frozen=True, slots=True)
class FiledAnswer:
    """An answer as it lies in the file; `kept_at` is 0.0 where an earlier version did not note it."""

    id: str
    document: str
    summary: str
    kept_at: float


def filed_answers(file: Path) -> list[FiledAnswer]:
    """All answers of a file, the oldest first, which is not changed; none where it is not there.

    Raises `sqlite3.Error`.
    """
    if not file.is_file():
        return []
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        known = {row[1] for row in connection.execute("PRAGMA table_info(answers)")}
        if not known:
            return []
        later = [f"coalesce({name}, {absent})" if name in known else absent for name, absent in _ABSENT.items()]
        rows = connection.execute(f"SELECT id, document, {', '.join(later)} FROM answers ORDER BY rowid").fetchall()
    return [FiledAnswer(str(id_), str(document), str(summary), float(at)) for id_, document, summary, at in rows]


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute(_SCHEMA)
    known = {row[1] for row in connection.execute("PRAGMA table_info(answers)")}
    for column in _LATER_COLUMNS:
        if column.split()[0] not in known:
            connection.execute(f"ALTER TABLE answers ADD COLUMN {column}")


def _read(connection: sqlite3.Connection, answer_id: str, oldest: float) -> str | None:
    # A full disk may have left a file without tables: nothing is damaged, and nothing is in it.
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'answers'").fetchone() is None:
        return None
    row = connection.execute("SELECT document FROM answers WHERE id = ?", (answer_id,)).fetchone()
    if row is not None and oldest:
        _prepare(connection)
        row = connection.execute(
            "SELECT document FROM answers WHERE id = ? AND coalesce(kept_at, ?) >= ?", (answer_id, oldest, oldest)
        ).fetchone()
    return None if row is None else str(row[0])


def _list(connection: sqlite3.Connection, oldest: float) -> list[tuple[str, str]]:
    _prepare(connection)
    if oldest:
        connection.execute("DELETE FROM answers WHERE kept_at < ?", (oldest,))
    rows = connection.execute(
        "SELECT id, coalesce(nullif(summary, ''), document) FROM answers "
        "WHERE coalesce(kept_at, ?) >= ? ORDER BY rowid",
        (oldest, oldest),
    )
    return [(str(id_), str(summary)) for id_, summary in rows]


def _delete(connection: sqlite3.Connection, answer_ids: Sequence[str] | None) -> None:
    _prepare(connection)
    connection.execute("PRAGMA secure_delete = ON")
    if answer_ids is None:
        connection.execute("DELETE FROM answers")
    else:
        connection.executemany("DELETE FROM answers WHERE id = ?", [(id_,) for id_ in answer_ids])


def _write(
    connection: sqlite3.Connection, documents: Mapping[str, _Held], most: int, oldest: float
) -> Mapping[str, _Held]:
    _prepare(connection)
    connection.executemany(
        "INSERT INTO answers (id, document, summary, kept_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) "
        "DO UPDATE SET document = excluded.document, summary = excluded.summary",
        [(id_, each.document, each.summary, each.kept_at) for id_, each in documents.items()],
    )
    connection.execute("DELETE FROM answers WHERE rowid <= (SELECT max(rowid) FROM answers) - ?", (most,))
    connection.execute("DELETE FROM answers WHERE kept_at < ?", (oldest,))
    return documents
