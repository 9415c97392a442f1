"""The OCR cache: the text read from a page's picture, kept under the picture's hash. No page is read twice.

Reading a page takes seconds, so its text is kept like the embeddings are. A page's name is made by whoever draws the
picture and must cover everything the text depends on: the pixels, the OCR engine and its version.
"""

import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.caches.sqlite_file import CacheFile, ReadOnlyFile, Tell, log_warning

logger = logging.getLogger(__name__)

_SCHEMA = "CREATE TABLE IF NOT EXISTS pages (key BLOB PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID"


class OcrCache:
    """Texts by key (hexadecimal). One process writes; others may read at the same time. "" means: holds no text."""

    def __init__(self, file: CacheFile | ReadOnlyFile) -> None:
        self._file = file

    @classmethod
    def open(cls, file: Path, tell: Tell = log_warning) -> Self:
        """Open the cache for writing, or make a new one. A damaged file is set aside when it shows; `tell` says so."""
        return cls(CacheFile(file, _SCHEMA, tell))

    @classmethod
    def open_readonly(cls, file: Path) -> Self | None:
        """Open the cache for reading, or None where there is none yet: for the processes that read documents."""
        if not file.is_file():
            return None
        return cls(ReadOnlyFile(file))

    def get(self, key: str) -> str | None:
        """The text of the page with that key; None if it was never read."""
        query = "SELECT text FROM pages WHERE key = ?"
        row = self._file.run(lambda connection: connection.execute(query, (bytes.fromhex(key),)).fetchone())
        return None if row is None else str(row[0])

    def put_many(self, texts: Mapping[str, str]) -> None:
        """Keep the texts under their keys: all of them, durably, or none."""
        rows = [(bytes.fromhex(key), text) for key, text in texts.items()]

        def put(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany("INSERT OR REPLACE INTO pages (key, text) VALUES (?, ?)", rows)

        self._file.run(put)

    def count(self) -> int:
        """How many pages are kept."""
        count = "SELECT count(*) FROM pages"
        return int(self._file.run(lambda connection: connection.execute(count).fetchone()[0]))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def known_text(file: Path, key: str) -> str | None:
    """The text kept under a key, for a process that only reads: None where it is not kept or cannot be had.

    A cache that is damaged or held spares no work then, but hinders none either; who writes it mends it.
    """
    try:
        cache = OcrCache.open_readonly(file)
        if cache is None:
            return None
        with cache:
            return cache.get(key)
    except sqlite3.Error as error:
        logger.warning("the OCR cache cannot be read: %s", error)
        return None
