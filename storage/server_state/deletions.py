"""Documents that were deleted on purpose, through the server, until a run has taken them out of the index.

One file each in `INDEX_DIR/deleted`, so that the server may add some while a job takes others away.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from storage.private_files import private_directory, write_private


def note_deletion(index_dir: Path, path: str) -> None:
    """The document of this relative path was deleted on purpose."""
    note = _note(index_dir, path)
    private_directory(note.parent)
    fresh = note.with_suffix(".new")
    write_private(fresh, path)
    fresh.replace(note)


def forget_deletions(index_dir: Path, paths: Iterable[str]) -> None:
    """These are done with: out of the index, or there again. Where nothing can be written, nothing was noted."""
    for path in paths:
        with suppress(OSError):
            _note(index_dir, path).unlink()


def noted_deletions(index_dir: Path) -> frozenset[str]:
    """What was deleted on purpose and not forgotten yet."""
    return frozenset(_read(index_dir))


def _read(index_dir: Path) -> Iterable[str]:
    for note in (index_dir / "deleted").glob("*.txt"):
        with suppress(OSError, ValueError):
            yield note.read_text(encoding="utf-8")


def _note(index_dir: Path, path: str) -> Path:
    return index_dir / "deleted" / f"{hashlib.sha256(path.encode('utf-8', 'surrogateescape')).hexdigest()}.txt"
