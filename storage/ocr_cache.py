"""The OCR cache: the text read from a page's picture, kept under the picture's hash. No page is read twice.

Reading a page takes seconds, so its text is kept like the embeddings are. A page's name is made by whoever draws the
picture and must cover everything the text depends on: the pixels, the OCR engine and its version.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.cache_files import BUSY_SECONDS, open_cache_file

_SCHEMA = "CREATE TABLE IF NOT EXISTS pages (key BLOB PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID"


class OcrCache:
    """Texts by key (hexadecimal). One process writes; others may read at the same time. "" means: holds no text."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, file: Path) -> Self:
        """Open the cache for writing, or make a new one; a damaged one is replaced, as it can be made again."""
        return cls(open_cache_file(file, _SCHEMA, Path.unlink))

    @classmethod
    def open_readonly(cls, file: Path) -> Self | None:
        """Open the cache for reading, or None where there is none yet: for the processes that read documents."""
        if not file.is_file():
            return None
        uri = f"{file.absolute().as_uri()}?mode=ro"
        return cls(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None))

    def get(self, key: str) -> str | None:
        """The text of the page with that key; None if it was never read."""
        row = self._connection.execute("SELECT text FROM pages WHERE key = ?", (bytes.fromhex(key),)).fetchone()
        return None if row is None else str(row[0])

    def put_many(self, texts: Mapping[str, str]) -> None:
        """Keep the texts under their keys: all of them, durably, or none."""
        rows = [(bytes.fromhex(key), text) for key, text in texts.items()]
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO pages (key, text) VALUES (?, ?)", rows)

    def count(self) -> int:
        """How many pages are kept."""
        return int(self._connection.execute("SELECT count(*) FROM pages").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
