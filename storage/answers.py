"""Answers given on the page, kept so that their links go on working: a bounded SQLite file beside the generations.

Knows nothing of what is in them: a JSON document each.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage.private_files import private_directory, private_file

MOST_ANSWERS = 1000
_SCHEMA = "CREATE TABLE IF NOT EXISTS answers (id TEXT PRIMARY KEY, document TEXT NOT NULL)"


class AnswerStore:
    """Keeps the newest answers, from many threads. The file is made with the first one."""

    def __init__(self, file: Path, *, most: int = MOST_ANSWERS) -> None:
        self._file = file
        self._most = most

    def put(self, answer_id: str, document: str) -> None:
        """Keep an answer; the oldest beyond the bound goes."""
        private_directory(self._file.parent)
        with self._connection() as connection:
            connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (answer_id, document))
            connection.execute("DELETE FROM answers WHERE rowid <= (SELECT max(rowid) FROM answers) - ?", (self._most,))

    def get(self, answer_id: str) -> str | None:
        """The answer kept under that id; None when there is none, or none any more."""
        if not self._file.is_file():
            return None
        with self._connection() as connection:
            row = connection.execute("SELECT document FROM answers WHERE id = ?", (answer_id,)).fetchone()
        return None if row is None else str(row[0])

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(private_file(self._file), timeout=5)) as connection, connection:
            connection.execute(_SCHEMA)
            yield connection
