"""What was learned of language models' servers, kept over restarts: one small JSON file beside the generations.

Knows nothing of what the entries mean. A file that cannot be read is taken for an empty one: everything in it can be
learned anew.
"""

import json
import threading
from pathlib import Path
from typing import Any

from storage.private_files import private_directory, write_private

_MOST_ENTRIES = 50
_writing = threading.Lock()


def read_learned(file: Path, name: str) -> dict[str, Any] | None:
    """What is kept under that name; None where nothing is, or nothing that can be read."""
    entry = _read(file).get(name)
    return entry if isinstance(entry, dict) else None


def write_learned(file: Path, name: str, entry: dict[str, Any]) -> None:
    """Keep it, in the place of what was kept under that name. Raises `OSError`."""
    with _writing:
        entries = {key: value for key, value in _read(file).items() if key != name} | {name: entry}
        newest = dict(list(entries.items())[-_MOST_ENTRIES:])
        private_directory(file.parent)
        fresh = file.with_suffix(".new")
        write_private(fresh, json.dumps(newest, ensure_ascii=False, indent=1))
        fresh.replace(file)


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
