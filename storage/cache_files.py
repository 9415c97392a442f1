"""Small SQLite files that hold work worth keeping and can be made again: how they are opened, and mended."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from storage.private_files import private_directory, private_file

BUSY_SECONDS = 5.0


def open_cache_file(file: Path, schema: str, put_away: Callable[[Path], None]) -> sqlite3.Connection:
    """The file open for writing, made if need be, every commit durable.

    `put_away` takes a damaged one out of the way, and a new one is begun.
    """
    private_directory(file.parent)
    try:
        return _prepared(file, schema)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise  # the disk is full, or another process holds it: nothing is wrong with the file
        put_away(file)
        return _prepared(file, schema)


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
