"""Turns what SQLite and the file system raise in the middle of a job into one sentence with the next step."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.messages import message


class StorageFailed(Exception):
    """A file of the index could not be read or written; the message is a sentence that names the next step."""


INDEX_AWAY = message("the index is not where it was; look whether its folder was moved or its disk is away")


class IndexUnreadable(Exception):
    """A file of the open index cannot be read now; the message is a sentence. It may be readable again in a moment."""


_FULL = message("the disk is full where the index lies; make room")
_READ_ONLY = message("the index cannot be written: it lies on a read-only volume or belongs to somebody else")
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: message("another program holds a file of the index; close it and run again"),
    sqlite3.SQLITE_LOCKED: message("another program holds a file of the index; close it and run again"),
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: message(
        "a file of the index cannot be opened; check the permissions of the index directory"
    ),
    sqlite3.SQLITE_IOERR: message("the disk where the index lies reports an error; look whether it is full or failing"),
    sqlite3.SQLITE_CORRUPT: message("a file of the index is damaged; run make repair"),
    sqlite3.SQLITE_NOTADB: message("a file of the index is damaged; run make repair"),
}
_OF_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: message("the quota of the disk where the index lies is used up; make room"),
    errno.EFBIG: message("a file of the index may not grow any more; raise the limit of file size"),
    errno.EROFS: _READ_ONLY,
    errno.EMFILE: message("too many files are open; raise the limit (ulimit -n)"),
}


_LOST = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}


@contextmanager
def explained_failures(index_dir: Path) -> Iterator[None]:
    """Raise `StorageFailed`, which names the directory, for every error of SQLite or the file system."""
    try:
        yield
    except IndexUnreadable as error:
        raise StorageFailed(message("{index_dir}: {error}", index_dir=index_dir, error=str(error))) from error
    except sqlite3.Error as error:
        sentence = sqlite_sentence(getattr(error, "sqlite_errorcode", 0), str(error))
        raise StorageFailed(message("{index_dir}: {problem}", index_dir=index_dir, problem=sentence)) from error
    except BrokenPipeError:
        raise  # who reads what we print has gone; the index has nothing to do with it
    except OSError as error:
        raise StorageFailed(f"{index_dir}: {_OF_SYSTEM.get(error.errno or 0, str(error))}") from error


def reason_of(error: sqlite3.Error | OSError) -> str:
    """Why a file that the server keeps beside the index cannot be read or written, with the next step."""
    if isinstance(error, OSError):
        return _OF_SYSTEM.get(error.errno or 0, error.strerror or type(error).__name__)
    code = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return message("another program holds the file; close it")
    return sqlite_sentence(code, str(error))


def why_unreadable(file: Path, error: sqlite3.Error) -> str | None:
    """A sentence where SQLite cannot open the file any more or its disk does not give it; None for other errors."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF not in _LOST:
        return None
    return _why_not_read(file) or sqlite_sentence(code, str(error))


def _why_not_read(file: Path) -> str | None:
    """What the file system says of it, which SQLite does not tell."""
    try:
        with file.open("rb") as stream:
            stream.read(1)
    except (FileNotFoundError, NotADirectoryError):
        return INDEX_AWAY
    except OSError as error:
        return _OF_SYSTEM.get(error.errno or 0)
    return None


def sqlite_sentence(code: int, said: str) -> str:
    """What a result code of SQLite means to a person; `said` for those that say nothing special."""
    primary = code & 0xFF  # an I/O error has thirty kinds
    return _OF_SQLITE.get(
        primary, message("a file of the index cannot be used ({problem}); run make verify", problem=said)
    )
