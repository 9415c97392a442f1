"""Taking files out of what is indexed without deleting them: lines of `.pagewiseignore` in the documents folder."""

import re
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from server.documents.uploads import disk_failures, write_draft

_FILE = ".pagewiseignore"
_SPECIAL = re.compile(r"([\\*?\[\]])")


def ignore_documents(folder: Path, paths: Iterable[str]) -> int:
    """Add a line for each path that has none yet; returns how many. Raises `FolderFull`, `FolderNotWritable`."""
    file = folder / _FILE
    with disk_failures():
        before = file.read_text(encoding="utf-8-sig", errors="replace") if file.is_file() else ""
        known = set(before.splitlines())
        lines = [line for path in dict.fromkeys(paths) if (line := _pattern(path)) not in known and "\n" not in path]
        if not lines:
            return 0
        start = before if not before or before.endswith("\n") else f"{before}\n"
        draft = write_draft(folder, _FILE, BytesIO((start + "".join(f"{line}\n" for line in lines)).encode()))
        try:
            draft.file.replace(file)
        finally:
            draft.file.unlink(missing_ok=True)
    return len(lines)


def _pattern(path: str) -> str:
    """A line that means this file alone; a blank at its end would not count without the backslash."""
    escaped = _SPECIAL.sub(r"\\\1", path)
    return f"/{escaped[:-1]}\\ " if escaped.endswith(" ") else f"/{escaped}"
