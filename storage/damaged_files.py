"""A damaged SQLite file is set aside under another name, so that a new one can be begun; it is not deleted."""

import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

MOST_SET_ASIDE = 3
"""The oldest of those set aside beyond this many are deleted: a failing disk must not be filled with them."""

_COMPANIONS = ("-wal", "-shm", "-journal")
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_CONSTRAINT)
# The stores break no constraint of their own: that one breaks belongs to another program's table of the same name.
_NOT_OUR_TABLES = re.compile(
    r"no such (?:table|column)|has no column|has \d+ columns? but|may not be modified|cannot modify|already (?:a|an) "
    r"|could not decode",
    re.IGNORECASE,
)

FileIdentity = tuple[int, int]
"""Device and inode."""


def identity_of(path: Path) -> FileIdentity | None:
    """Which file or folder lies there now; None where there is none, or where it cannot be looked at."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_damage(error: sqlite3.Error, file: Path) -> bool:
    """Whether the file itself is no store of ours (any more): destroyed bytes, other tables, a folder in its place.

    A full disk, a lock, or a missing right is not damage. It may show with any statement, not only at opening.
    """
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in _DAMAGED or _NOT_OUR_TABLES.search(str(error)):
        return True
    return primary == sqlite3.SQLITE_CANTOPEN and file.is_dir()


def set_aside(file: Path, seen: FileIdentity | None) -> Path | None:
    """Rename a damaged file, and what SQLite keeps beside it; returns its new path.

    `seen` is the file that was found damaged. None where another file lies there by now: somebody else was quicker.
    Raises `OSError`.
    """
    if seen is None or identity_of(file) != seen:
        return None
    aside = _free_name(file)
    # The journals go first: SQLite would play them back into the new file.
    for ending in _COMPANIONS:
        companion = _beside(file, ending)
        if companion.is_file():
            companion.replace(_beside(aside, ending))
    file.rename(aside)
    for old in files_set_aside(file)[:-MOST_SET_ASIDE]:
        for ending in ("", *_COMPANIONS):
            _beside(old, ending).unlink(missing_ok=True)
    return aside


def files_set_aside(file: Path) -> list[Path]:
    """The damaged predecessors of a file, oldest first. Folders are not among them: what is in them is not ours."""
    found = file.parent.glob(f"{file.name}.damaged-*") if file.parent.is_dir() else ()
    return sorted(path for path in found if path.is_file() and not path.name.endswith(_COMPANIONS))


def _free_name(file: Path) -> Path:
    """Its name with the moment in it, and a number behind the last one where it is not the first in that second."""
    name = f"{file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    taken = [path.name for path in file.parent.glob(f"{name}*")]
    numbers = [
        int(found[1] or 0) for other in taken if (found := re.fullmatch(re.escape(name) + r"(?:\.(\d+))?", other))
    ]
    return file.with_name(f"{name}.{max(numbers) + 1:03}" if numbers else name)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)
