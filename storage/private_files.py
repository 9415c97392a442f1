"""Files and folders of the index that only the account of Pagewise may read: they hold the documents' text.

Files are made 0600 and folders 0700, and loose ones of ours from earlier are tightened. Documents are never touched.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077
_OURS = (
    *("LOCK", "SERVED", "CURRENT", "ROLLED_BACK", "COLLECTIONS.json", "folder.json", "listing.json", "generations"),
    *("collections", "deleted"),
    *(
        "answers.",
        "budget.",
        "embeddings.",
        "language_models.",
        "ocr.",
        "own_questions.",
        "pack.",
        "reindex.",
        "state.",
    ),
)
"""What the names of an index directory's entries begin with."""


def private_directory(directory: Path) -> None:
    """Make the folder for us alone, unless it is there. Those above it are made as usual."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    directory.mkdir(mode=0o700, exist_ok=True)


def may_be_written(directory: Path) -> bool:
    """Whether something can be made in the folder; where it is not there yet, whether it can be made."""
    place = directory.absolute()
    return os.access(next(each for each in (place, *place.parents) if each.exists()), os.W_OK)


def private_file(file: Path) -> Path:
    """The file, made empty for us alone unless it is there; SQLite gives its journals the rights of their database.

    Where that is not possible, whoever opens the file next says why.
    """
    with suppress(OSError):
        os.close(private_opener(str(file), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC))
    return file


def write_private(file: Path, text: str) -> None:
    """Write the text into the file, for us alone."""
    with open(file, "w", encoding="utf-8", opener=private_opener) as stream:
        stream.write(text)


def private_opener(path: str, flags: int) -> int:
    """For `open(..., opener=private_opener)`: a new file is ours alone, and an old one from now on."""
    descriptor = os.open(path, flags, 0o600)
    try:
        status = os.fstat(descriptor)
        if status.st_mode & _OTHERS and status.st_uid == os.geteuid():
            os.fchmod(descriptor, 0o600)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def tighten(directory: Path) -> None:
    """Take the rights of others from everything in a folder that is ours as a whole, and from the folder."""
    for path in (directory, *directory.rglob("*")):
        _tighten(path)


def tighten_index(index_dir: Path) -> None:
    """The same for what is ours in an index directory; the directory itself where it holds nothing else.

    What belongs to another account, or lies on a read-only disk, stays as it is.
    """
    if not index_dir.is_dir():
        return
    entries = list(index_dir.iterdir())
    ours = [entry for entry in entries if entry.name.startswith(_OURS)]
    if len(ours) == len(entries):
        _tighten(index_dir)
    for entry in ours:
        _tighten(entry)
        if not entry.is_symlink():
            for path in _below(entry):
                _tighten(path)


def _below(entry: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(entry):
        yield from (Path(folder, name) for name in (*folders, *files))


def _tighten(path: Path) -> None:
    with suppress(OSError):
        status = path.lstat()
        is_ours = status.st_uid == os.geteuid() and not stat.S_ISLNK(status.st_mode)
        if is_ours and status.st_mode & _OTHERS:
            path.chmod(stat.S_IMODE(status.st_mode) & ~_OTHERS)
