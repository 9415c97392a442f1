"""Generations in the making: begin a draft, seal it, discard it. `publishing` makes one the current generation.

Only a job that holds the index's lock does any of this.
"""

import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from fcntl import ioctl
from pathlib import Path

from storage.failpoints import failpoint
from storage.file_hash import file_hashes
from storage.generations.manifest import Manifest, write_manifest
from storage.generations.published import (
    CATALOGUE,
    CHROMA,
    EXACT_VECTORS,
    generations_directory,
    published_names,
)
from storage.private_files import private_directory, tighten, write_private
from storage.servers import ServerAddress, ServerUnavailable
from storage.vectors.places import Directory, ServedPlace, VectorPlace

ROOM_FACTOR = 2.2
"""What a run needs on the disk at its peak, in sizes of the generation before; measured (S10 of docs/faults.md)."""

_ID_FILE = "COLLECTIONS.json"
_CHROMA_DATABASE = "chroma.sqlite3"
_FICLONE = 0x40049409  # Linux: a file that shares the blocks of another one


def collection_prefix(index_dir: Path) -> str:
    """What the names of this index's collections begin with; made up when first asked for.

    It belongs to the directory: a copied index takes another, or the copy's job would remove the original's vectors.
    """
    file, here = index_dir / _ID_FILE, str(index_dir.resolve())
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
        if known["directory"] == here:
            return f"pagewise-{known['id']}-"
    except (OSError, ValueError, KeyError, TypeError):
        pass
    index_id = secrets.token_hex(6)
    write_private(file, json.dumps({"id": index_id, "directory": here}) + "\n")
    return f"pagewise-{index_id}-"


@dataclass(frozen=True)
class Draft:
    """A generation being built, in `NNNN.draft`; it gets its name `NNNN` when it is published, so whatever has a
    bare number was verified. A draft left behind by a killed job is removed by the next one.

    `collection` is where its vectors go on the Chroma server `chroma`; without one they go into its directory.
    """

    name: str
    directory: Path
    chroma: ServerAddress | None = None
    collection: str = ""

    @property
    def catalogue_file(self) -> Path:
        """Where the draft's catalogue is, or will be."""
        return self.directory / CATALOGUE

    @property
    def chroma_directory(self) -> Path:
        """Where the draft's Chroma collection is, or will be."""
        return self.directory / CHROMA

    @property
    def exact_vectors_file(self) -> Path:
        """Where the draft's exact vectors will be."""
        return self.directory / EXACT_VECTORS

    @property
    def vector_place(self) -> VectorPlace:
        """Where the draft's vectors are, or will be."""
        if self.chroma is None:
            return Directory(self.chroma_directory)
        return ServedPlace(self.chroma, self.collection)


def begin_draft(
    index_dir: Path, *, copy_of: str | None = None, with_vectors: bool = False, chroma: ServerAddress | None = None
) -> Draft:
    """A new directory beside the published ones, in the place of what killed jobs left there. Hold the lock.

    With `copy_of`, that generation's catalogue is copied into it, and its closed Chroma directory `with_vectors`.
    With `chroma`, its vectors will be a collection there.
    """
    root = generations_directory(index_dir)
    private_directory(root)
    remove_leftovers(index_dir, chroma)
    finished = published_names(index_dir)
    name = f"{max((int(n) for n in finished), default=0) + 1:04d}"
    collection = collection_prefix(index_dir) + name if chroma is not None else ""
    draft = Draft(name, root / f"{name}.draft", chroma, collection)
    draft.directory.mkdir(mode=0o700)
    if copy_of is not None:
        with ThreadPoolExecutor(1) as beside:
            copying = beside.submit(_cloned, root / copy_of / CATALOGUE, draft.catalogue_file)
            if with_vectors:
                shutil.copytree(root / copy_of / CHROMA, draft.chroma_directory, copy_function=_cloned)
            copying.result()
    failpoint("draft.begun")
    return draft


def remove_leftovers(index_dir: Path, chroma: ServerAddress | None = None) -> None:
    """Remove what killed jobs left among the generations: drafts, and old ones half removed. Hold the lock.

    Their collections go as well. A server that is away keeps them until the next generation is published.
    """
    root = generations_directory(index_dir)
    leftovers = [d for d in root.iterdir() if not d.name.isdigit()] if root.is_dir() else []
    if leftovers and chroma is not None:
        with suppress(ServerUnavailable):
            remove_collections(index_dir, chroma)
    for directory in leftovers:
        shutil.rmtree(directory)


def seal_draft(draft: Draft, manifest: Manifest, copied_from: Manifest | None = None) -> None:
    """Write the manifest with the hashes of every immutable file, and sync all to disk. Close the files first.

    Of files that are still as they were copied from the generation `copied_from`, its manifest knows the hash; the
    proof compares it with the bytes.
    """
    if draft.chroma is None:
        _give_space_back(draft.chroma_directory / _CHROMA_DATABASE)
    known = {file: _known_hash(draft, file, copied_from) for file in _immutable(draft.directory)}
    new = [file for file, sha256 in known.items() if sha256 is None]
    hashes = {**known, **dict(zip(new, file_hashes(new), strict=True))}
    files = {file.relative_to(draft.directory).as_posix(): sha256 for file, sha256 in hashes.items() if sha256}
    failpoint("seal.before-manifest")
    write_manifest(draft.directory, replace(manifest, files=files, collection=draft.collection))
    tighten(draft.directory)
    failpoint("seal.before-sync")
    for file in sorted(draft.directory.rglob("*")):
        sync(file)
    sync(draft.directory)
    sync(draft.directory.parent)


def discard(draft: Draft) -> None:
    """Remove a draft that will not be published. One that was published is not there any more."""
    if not draft.directory.exists():
        return
    if draft.chroma is not None:
        try:
            draft.vector_place.remove()
        except ServerUnavailable:
            return  # the directory stays: it tells the next job to remove the collection
    shutil.rmtree(draft.directory, ignore_errors=True)


def remove_collections(index_dir: Path, chroma: ServerAddress) -> None:
    """Remove this index's collections, and nobody else's, that no published generation has."""
    from storage.vectors.remote import remove_served_vectors, served_collections

    prefix = collection_prefix(index_dir)
    needed = {prefix + name for name in published_names(index_dir)}
    orphans = [name for name in served_collections(chroma, prefix) if name not in needed]
    if orphans:
        remove_served_vectors(chroma, orphans)


def sync(path: Path) -> None:
    """Wait until a file or directory is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cloned(source: str | Path, target: str | Path) -> None:
    """A copy with the same time. Where the file system can, both share their blocks until one is written (reflink).

    No hard link: who damages the file of one generation would damage the one that should answer in its place.
    """
    try:
        with Path(source).open("rb") as original, Path(target).open("xb") as copy:
            ioctl(copy.fileno(), _FICLONE, original.fileno())
        shutil.copystat(source, target)
    except OSError:
        shutil.copy2(source, target)


def _known_hash(draft: Draft, file: Path, copied_from: Manifest | None) -> str | None:
    if copied_from is None:
        return None
    relative = file.relative_to(draft.directory)
    try:
        original, copy = (draft.directory.parent / copied_from.generation / relative).stat(), file.stat()
    except OSError:
        return None
    is_copy = (original.st_size, original.st_mtime_ns) == (copy.st_size, copy.st_mtime_ns)
    return copied_from.files.get(relative.as_posix()) if is_copy else None


def _immutable(directory: Path) -> Iterator[Path]:
    """Files that opening does not change. Chroma 1.5.9 writes into chroma.sqlite3 when it opens a directory."""
    for file in sorted(directory.rglob("*")):
        if file.is_file() and file.name != "MANIFEST.json" and not file.name.startswith(_CHROMA_DATABASE):
            yield file


def _give_space_back(file: Path) -> None:
    """Chroma 1.5.9 leaves the room of its write-ahead queue in its SQLite file: half of what a vector costs on disk."""
    connection = sqlite3.connect(file)
    try:
        connection.execute("VACUUM")
    finally:
        connection.close()
