"""Whether the documents that were indexed can be reached: where they cannot, nobody may say that they do not answer."""

import os
from pathlib import Path

from storage.folder_identity import match_folder
from storage.generations.published import Generation
from storage.messages import message


class DocumentsUnreachable(Exception):
    """The documents cannot be seen now, though the index knows them; the message says why."""


def why_unreachable(generation: Generation) -> str | None:
    """Why the documents of this generation cannot be reached; None where they can, or where there are none.

    A folder that is there counts as another one only when none of the documents is in it.
    """
    folder = Path(generation.manifest.documents_dir)
    reason = _why_closed(folder)
    if reason is None and match_folder(generation.directory.parents[1], folder) == "other":
        reason = _ANOTHER
    if reason is None or not (paths := generation.catalogue.paths()):
        return None
    if reason == _ANOTHER and any((folder / path).exists() for path in paths):
        return None
    return reason


def _why_closed(folder: Path) -> str | None:
    try:
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError):
        return message("the documents cannot be reached: their folder is not there")
    except OSError as error:
        return message(
            "the documents cannot be reached: their folder cannot be opened ({reason})", reason=error.strerror
        )
    return None


_ANOTHER = message("the documents cannot be reached: another folder is in the place of theirs, and holds none of them")
