"""Whether a documents folder is the one that was indexed, or another one in its place: an unmounted disk looks empty.

A folder is known by a small hidden file of ours in it; where that cannot be written, by its device and inode. What was
seen last is kept in `INDEX_DIR/folder.json`; an index made before there was one says nothing.
"""

import json
import os
import re
import secrets
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from storage.private_files import write_private

MARKER = ".pagewise-folder"
_RECORD = "folder.json"
_EXPLANATION = "Pagewise knows this folder by this file: an unmounted disk does not have it. Leave it here.\n"
_MARK = re.compile(r"[0-9a-f]{32}")

FolderMatch = Literal["same", "other", "unknown"]
"""How a folder stands to the one that was indexed; "unknown" where nothing was recorded or nothing can be seen."""


@dataclass(frozen=True, slots=True)
class FolderIdentity:
    """What tells a folder from others under the same path. `marker` is empty where there is no file of ours."""

    path: str
    device: int
    inode: int
    marker: str = ""

    def is_same(self, now: "FolderIdentity") -> bool:
        """Whether the folder that is there now is this one. Device numbers change with a restart, the file does not."""
        if self.marker:
            return self.marker == now.marker
        return (self.device, self.inode) == (now.device, now.inode)


def match_folder(index_dir: Path, folder: Path) -> FolderMatch:
    """Whether the folder is the one that the last run saw. Writes nothing."""
    recorded, now = _recorded(index_dir), _identity(folder)
    if recorded is None or now is None or recorded.path != now.path:
        return "unknown"
    return "same" if recorded.is_same(now) else "other"


def record_folder(index_dir: Path, folder: Path) -> None:
    """Remember the folder as the one that was indexed, and mark it. A folder that is read-only stays as it is."""
    with suppress(OSError):
        _mark(folder)
    now = _identity(folder)
    if now is None or now == _recorded(index_dir):
        return
    fresh = index_dir / f"{_RECORD}.new"
    write_private(fresh, json.dumps(asdict(now)) + "\n")
    fresh.replace(index_dir / _RECORD)


def _mark(folder: Path) -> None:
    if _marker_of(folder):
        return
    fresh = folder / f"{MARKER}.new"
    fresh.write_text(f"{secrets.token_hex(16)}\n{_EXPLANATION}", encoding="utf-8")
    fresh.replace(folder / MARKER)


def _identity(folder: Path) -> FolderIdentity | None:
    try:
        place = folder.resolve(strict=True)
        status = place.stat()
    except (OSError, RuntimeError):  # RuntimeError: links in a circle, until Python 3.12
        return None
    return FolderIdentity(str(place), status.st_dev, status.st_ino, _marker_of(place))


def _marker_of(folder: Path) -> str:
    """The mark in the file of ours; empty where there is none."""
    try:
        handle = os.open(folder / MARKER, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return ""
            found = _MARK.match(file.read(32).decode("ascii", "replace"))
    except OSError:
        return ""
    return found.group() if found else ""


def _recorded(index_dir: Path) -> FolderIdentity | None:
    try:
        return FolderIdentity(**json.loads((index_dir / _RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
