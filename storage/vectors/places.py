"""Where one generation's vectors are: in a directory of this machine, or in a collection of a Chroma server."""

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from storage.servers import ServerAddress
from storage.vectors.write_log import logged_ids, longest_log

if TYPE_CHECKING:
    from storage.vectors.collection import VectorCollection


class VectorPlace(Protocol):
    """Imports Chroma when it is used, not before."""

    def create(self, dimension: int, expected: int, *, linked_closely: bool = False) -> "VectorCollection":
        """A new collection for `expected` vectors, open; close it. Raises `StorageFailed`, `ServerUnavailable`."""
        ...

    def open(self) -> "VectorCollection":
        """The collection that is there; close it. Raises `ServerUnavailable`, or what says that it is damaged."""
        ...

    def open_to_change(self, writes: int, expected: int) -> "VectorCollection":
        """The same, for so many writes, after which it holds `expected` vectors; ours alone.

        Tell `write_files_after(expected)` when they are done. Raises what `open` raises.
        """
        ...

    def remove(self) -> None:
        """Remove what is there, if anything is. Raises `ServerUnavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class Directory:
    """Files of this machine. `is_left_alone`: opening writes nothing there, since others have it open as well."""

    path: Path
    is_left_alone: bool = False

    def create(self, dimension: int, expected: int, *, linked_closely: bool = False) -> "VectorCollection":
        """See `VectorPlace`."""
        from storage.vectors.collection import create_vectors

        return create_vectors(self.path, dimension, expected, linked_closely=linked_closely)

    def open(self) -> "VectorCollection":
        """See `VectorPlace`."""
        from storage.vectors.collection import open_vectors
        from storage.vectors.working_copy import must_be_copied

        return open_vectors(self.path, in_a_copy=self.is_left_alone or must_be_copied(self.path))

    def open_to_change(self, writes: int, expected: int) -> "VectorCollection":
        """See `VectorPlace`. Where the log would become too long, the last of the writes empties it."""
        logged = len(logged_ids(self.path))
        if logged + writes > longest_log(expected):
            with closing(self.open()) as collection:
                collection.write_files_after(logged + writes - 1)  # one is in the log and in the files
        return self.open()

    def remove(self) -> None:
        """See `VectorPlace`."""
        shutil.rmtree(self.path, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class ServedPlace:
    """A collection of a Chroma server."""

    server: ServerAddress
    collection: str

    def create(self, dimension: int, expected: int, *, linked_closely: bool = False) -> "VectorCollection":
        """See `VectorPlace`."""
        from storage.vectors.remote import create_served_vectors

        return create_served_vectors(self.server, self.collection, dimension, expected, linked_closely=linked_closely)

    def open(self) -> "VectorCollection":
        """See `VectorPlace`."""
        from storage.vectors.remote import open_served_vectors

        return open_served_vectors(self.server, self.collection)

    def open_to_change(self, writes: int, expected: int) -> "VectorCollection":
        """See `VectorPlace`. When a server writes its files is its own business."""
        return self.open()

    def remove(self) -> None:
        """See `VectorPlace`."""
        from storage.vectors.remote import remove_served_vectors

        remove_served_vectors(self.server, [self.collection])
