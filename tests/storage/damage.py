"""Ways in which a SQLite file goes bad, for tests of what is done about it; and a disk that is full."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

_PAGE = 4096


def overwrite_beginning(file: Path) -> None:
    """The file is no database any more."""
    _fold_in_the_journal(file)
    with file.open("r+b") as opened:
        opened.write(b"not a database " * 100)


def overwrite_middle(file: Path) -> None:
    """The file opens, and every page behind the first is rubbish: it shows when a row is read or written."""
    _fold_in_the_journal(file)
    size = file.stat().st_size
    assert size > _PAGE
    with file.open("r+b") as opened:
        opened.seek(_PAGE)
        opened.write(b"\xff" * (size - _PAGE))


def put_other_tables(file: Path) -> None:
    """A database of another program: tables of the same names with other columns."""
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert names
        for name in names:
            connection.execute(f"DROP TABLE {name}")
            connection.execute(f"CREATE TABLE {name} (a, b, c, d)")
        connection.commit()


def put_folder(file: Path) -> None:
    """A folder lies where the file should be."""
    file.unlink()
    file.mkdir()
    (file / "somebody's").write_text("not ours")


WAYS = [
    pytest.param(overwrite_beginning, id="overwritten at the start"),
    pytest.param(overwrite_middle, id="overwritten in the middle"),
    pytest.param(put_other_tables, id="other tables"),
    pytest.param(put_folder, id="a folder in its place"),
]


@contextmanager
def small_disk(place: Path, megabytes: int = 8) -> Iterator[Path]:
    """A disk of its own at `place`; skips the test where none can be mounted."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root may mount a small disk")
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def mounted_to_be_read(original: Path, place: Path) -> Iterator[Path]:
    """The same folder at `place`, on a disk that can only be read; skips the test where none can be mounted."""
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "--bind", original, place], check=False).returncode:
        pytest.skip("only root may mount, and not on every machine")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", place], check=True)
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk: Path) -> Path:
    """Take all the room; remove the file that is returned to give it back."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * _PAGE):
            pass
    return filler


def _fold_in_the_journal(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
