"""Files that were sent and wait until somebody has chosen what becomes of them: in memory, or where every server looks.

Apart from `uploads`: that changes folders, this only remembers. The files themselves lie in the folder, under hidden
names.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from storage.server_state.shared.entries import SharedEntries

MOST_HELD = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that is complete but has not its own name yet."""

    name: str
    file: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class HeldFiles:
    """Files that were sent and wait for a choice; `taken` are the names that other files have."""

    key: str
    folder: Path
    drafts: tuple[Draft, ...]
    taken: tuple[str, ...]


class Held(Protocol):
    """Remembers the newest of them."""

    def put(self, held: HeldFiles) -> list[HeldFiles]:
        """Keep them for a while; gives the oldest beyond the bound, which are not kept any more."""

    def get(self, key: str) -> HeldFiles | None:
        """What waits under this key; None where nothing does, or does not any more."""

    def take(self, key: str) -> HeldFiles | None:
        """The same, which is not kept any more then: one of those who ask gets it."""


class HeldInMemory:
    """For one server. Not for several threads at a time."""

    def __init__(self) -> None:
        self._held: dict[str, HeldFiles] = {}

    def put(self, held: HeldFiles) -> list[HeldFiles]:
        """See `Held`."""
        self._held[held.key] = held
        return [self._held.pop(key) for key in list(self._held)[:-MOST_HELD]]

    def get(self, key: str) -> HeldFiles | None:
        """See `Held`."""
        return self._held.get(key)

    def take(self, key: str) -> HeldFiles | None:
        """See `Held`."""
        return self._held.pop(key, None)


class SharedHeld:
    """For servers that share entries of at most `MOST_HELD`, and have the documents under the same path.

    All methods raise `StateUnavailable`.
    """

    def __init__(self, entries: SharedEntries) -> None:
        self._entries = entries

    def put(self, held: HeldFiles) -> list[HeldFiles]:
        """See `Held`."""
        return [_read(each) for each in self._entries.put(held.key, _written(held))]

    def get(self, key: str) -> HeldFiles | None:
        """See `Held`."""
        found = self._entries.get(key)
        return _read(found) if found is not None else None

    def take(self, key: str) -> HeldFiles | None:
        """See `Held`."""
        found = self._entries.take(key)
        return _read(found) if found is not None else None


def _written(held: HeldFiles) -> str:
    drafts = [
        {"name": each.name, "file": str(each.file), "size": each.size, "sha256": each.sha256} for each in held.drafts
    ]
    return json.dumps({"key": held.key, "folder": str(held.folder), "drafts": drafts, "taken": held.taken})


def _read(text: str) -> HeldFiles:
    raw: Mapping[str, Any] = json.loads(text)
    drafts = (Draft(each["name"], Path(each["file"]), each["size"], each["sha256"]) for each in raw["drafts"])
    return HeldFiles(raw["key"], Path(raw["folder"]), tuple(drafts), tuple(raw["taken"]))
