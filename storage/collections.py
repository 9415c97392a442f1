"""Several folders of documents served side by side, each with an index of its own.

What is done for one of them (a run of the job, a question on the terminal) is done by a process whose settings name its
folder and its index alone: nothing else of the program knows that there are others.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from storage.messages import message

NO_COLLECTIONS = "none"
"""The value of COLLECTIONS that says so, against one in `.env`."""

_NAME = re.compile(r"\w[\w-]{0,49}")
_ADDRESS = re.compile(r"(?P<api>/api)?/collections/(?P<name>[^/]+)(?P<rest>/.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder and its index."""

    name: str
    documents_dir: Path
    index_dir: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables for a process that works on it alone."""
        return {
            "COLLECTIONS": NO_COLLECTIONS,
            "COLLECTION": "",
            "DOCUMENTS_DIR": str(self.documents_dir),
            "INDEX_DIR": str(self.index_dir),
            "STATE_SCOPE": self.name,
        }


def read_collections(text: str, index_dir: Path) -> tuple[Collection, ...]:
    """The collections of a setting: `handbook=/srv/handbook,papers=/srv/papers`, or a folder of folders.

    Each has its index in a folder of its name below `index_dir`. Raises `ValueError` with a sentence.
    """
    if text.strip() in ("", NO_COLLECTIONS):
        return ()
    pairs = _written_pairs(text) if "=" in text else _folders_of(Path(text.strip()).expanduser(), index_dir)
    _check_apart(pairs, index_dir)
    names = [name for name, _ in pairs]
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(
                message('"{name}" is no name for a collection: letters, digits, "-" and "_", at most 50', name=name)
            )
        if names.count(name) > 1:
            raise ValueError(message("two collections are called {name}", name=name))
    return tuple(
        Collection(name, folder.absolute(), index_dir.absolute() / "collections" / name) for name, folder in pairs
    )


def split_address(path: str) -> tuple[str, str]:
    """The collection that a path names, and the path within it: `/collections/papers/ask` is papers' `/ask`.

    `/api/collections/papers/query` is papers' `/api/query`. "" and the path itself where none is named.
    """
    match = _ADDRESS.fullmatch(path)
    return (match["name"], (match["api"] or "") + (match["rest"] or "/")) if match else ("", path)


def collection_address(name: str) -> str:
    """What the addresses of a collection begin with, as URLs write it; "" for the only one, which has no name."""
    return f"/collections/{quote(name)}" if name else ""


def _written_pairs(text: str) -> Sequence[tuple[str, Path]]:
    pairs = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, sign, folder = part.partition("=")
        if not sign or not folder.strip():
            raise ValueError(message('"{part}" must be a name and a folder: name=folder', part=part))
        pairs.append((_normal(name.strip()), Path(folder.strip()).expanduser()))
    return pairs


def _folders_of(parent: Path, index_dir: Path) -> Sequence[tuple[str, Path]]:
    """Every folder in it that is not hidden and not that of the index, named after itself."""
    if not parent.is_dir():
        raise ValueError(
            message("must be name=folder, separated by commas, or a folder of folders; {folder} is none", folder=parent)
        )
    folders = sorted(each for each in parent.iterdir() if each.is_dir() and not _is_aside(each, index_dir))
    if not folders:
        raise ValueError(message("there is no folder in {folder}", folder=parent))
    return [(_normal(re.sub(r"[\s.]+", "-", each.name)), each) for each in folders]


def _is_aside(folder: Path, index_dir: Path) -> bool:
    return folder.name.startswith(".") or index_dir.resolve().is_relative_to(folder.resolve())


def _check_apart(pairs: Sequence[tuple[str, Path]], index_dir: Path) -> None:
    """An index among the documents of a collection would be read as some of them, those of the others too."""
    place = index_dir.resolve()
    for name, folder in pairs:
        if place.is_relative_to(folder.resolve()) or folder.resolve().is_relative_to(place):
            raise ValueError(message("INDEX_DIR and the folder of {name} lie in one another", name=name))


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
