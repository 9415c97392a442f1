"""Small things that are kept by name over restarts, in one JSON file beside the generations.

Knows nothing of what the entries mean. A file that cannot be read is taken for an empty one: everything in it can be
learned or made anew.
"""

import fcntl
import json
from pathlib import Path
from typing import Any

from storage.private_files import private_directory, private_opener, write_private

_MOST_ENTRIES = 50


def kept_entry(file: Path, name: str) -> Any:
    """What is kept under that name; None where nothing is, or nothing that can be read."""
    return _entries(file).get(name)


def keep_entry(file: Path, name: str, entry: Any) -> None:
    """Keep it, in the place of what was kept under that name; the oldest of more than fifty go. Raises `OSError`.

    One thread or process at a time: the server and `make doctor` may both be at it.
    """
    private_directory(file.parent)
    with open(file.with_suffix(".lock"), "ab", opener=private_opener) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        entries = {key: value for key, value in _entries(file).items() if key != name} | {name: entry}
        newest = dict(list(entries.items())[-_MOST_ENTRIES:])
        fresh = file.with_suffix(".new")
        write_private(fresh, json.dumps(newest, ensure_ascii=False, indent=1))
        fresh.replace(file)


def _entries(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
