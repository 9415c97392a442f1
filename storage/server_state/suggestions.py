"""Questions that were made for an index, kept over restarts: one small JSON file beside the generations.

One that cannot be read is taken for an empty one: all in it can be made anew.
Apart from what makes them, as all files of the server's state are: that knows of no file's form.
"""

import json
from contextlib import suppress
from pathlib import Path

from storage.private_files import private_directory, write_private

_MOST_ENTRIES = 50

Questions = list[tuple[str, str]]
"""Each with the document that answers it."""


def kept_questions(file: Path, name: str) -> Questions | None:
    """What is kept under that name; None where nothing is, or nothing that can be read."""
    with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
        return [(str(question), str(document)) for question, document in json.loads(file.read_text("utf-8"))[name]]
    return None


def keep_questions(file: Path, name: str, questions: Questions) -> None:
    """Keep them, in the place of what was kept under that name. Raises `OSError`. For one thread at a time."""
    entries = {key: value for key, value in _entries(file).items() if key != name} | {name: questions}
    newest = dict(list(entries.items())[-_MOST_ENTRIES:])
    private_directory(file.parent)
    fresh = file.with_suffix(".new")
    write_private(fresh, json.dumps(newest, ensure_ascii=False, indent=1))
    fresh.replace(file)


def _entries(file: Path) -> dict[str, object]:
    with suppress(OSError, ValueError, RecursionError):
        found = json.loads(file.read_text("utf-8"))
        if isinstance(found, dict):
            return found
    return {}
