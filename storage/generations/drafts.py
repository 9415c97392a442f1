"""Generations in the making: begin a draft, seal it, publish it by one atomic pointer; remove what is done with.

Only a job that holds the index's lock does any of this. What is published is never written again.
"""

import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from storage.failpoints import failpoint
from storage.file_hash import file_sha256
from storage.generations.manifest import Manifest, write_manifest
from storage.generations.published import (
    CATALOGUE,
    CHROMA,
    EXACT_VECTORS,
    current_name,
    generations_directory,
    published_names,
)
from storage.private_files import private_directory, tighten, write_private
from storage.servers import ServerAddress, ServerUnavailable
from storage.vectors.places import Directory, ServedPlace, VectorPlace

ROOM_FACTOR = 2.2
"""What a run needs on the disk at its peak, in sizes of the generation before; measured (S10 of docs/faults.md)."""

_ID_FILE = "COLLECTIONS.json"


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


KEPT_GENERATIONS = 3
"""The current one and two to go back to."""

_ROLLED_BACK = "ROLLED_BACK"


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
        shutil.copy2(root / copy_of / CATALOGUE, draft.catalogue_file)
        if with_vectors:
            shutil.copytree(root / copy_of / CHROMA, draft.chroma_directory)
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
            _remove_collections(index_dir, chroma)
    for directory in leftovers:
        shutil.rmtree(directory)


def seal_draft(draft: Draft, manifest: Manifest) -> None:
    """Write the manifest with the hashes of every immutable file, and sync all to disk. Close the files first."""
    if draft.chroma is None:
        _give_space_back(draft.chroma_directory / "chroma.sqlite3")
    files = {file.relative_to(draft.directory).as_posix(): file_sha256(file) for file in _immutable(draft.directory)}
    failpoint("seal.before-manifest")
    write_manifest(draft.directory, replace(manifest, files=files, collection=draft.collection))
    tighten(draft.directory)
    failpoint("seal.before-sync")
    for file in sorted(draft.directory.rglob("*")):
        _sync(file)
    _sync(draft.directory)
    _sync(draft.directory.parent)


def publish(index_dir: Path, draft: Draft) -> None:
    """Make the sealed and verified draft the current generation: readers see the old one or the new one, whole."""
    if draft.chroma is None:
        _sync(draft.chroma_directory / "chroma.sqlite3")  # the verifier's Chroma wrote into it
    published = draft.directory.rename(generations_directory(index_dir) / draft.name)
    _sync(published.parent)
    point_to(index_dir, draft.name)


def point_back_to(index_dir: Path, name: str) -> None:
    """Make a generation that was published before the current one again, and remember that. Hold the lock."""
    write_private(index_dir / _ROLLED_BACK, name + "\n")
    point_to(index_dir, name)


def is_rolled_back(index_dir: Path) -> bool:
    """Whether the current generation was brought back, and nothing was published since."""
    try:
        return (index_dir / _ROLLED_BACK).read_text(encoding="utf-8").strip() == current_name(index_dir)
    except OSError:
        return False


def point_to(index_dir: Path, name: str) -> None:
    """Make a finished generation the one that answers. Hold the lock."""
    pointer, fresh = index_dir / "CURRENT", index_dir / "CURRENT.new"
    write_private(fresh, name + "\n")
    _sync(fresh)
    failpoint("publish.before-pointer")
    fresh.replace(pointer)
    failpoint("publish.after-pointer")
    _sync(index_dir)


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


def prune(
    index_dir: Path,
    keep: int = KEPT_GENERATIONS,
    chroma: ServerAddress | None = None,
    passed_over: Collection[str] = (),
) -> list[str]:
    """Remove all but the newest `keep` generations, never the current one; returns the names removed. Hold the lock.

    `passed_over` go first: the current one was not made from them, so nobody will want them back. With `chroma`, also
    every collection of this index that belongs to none of those kept. Raises `ServerUnavailable`.
    """
    current = current_name(index_dir)
    names = published_names(index_dir)
    wanted = [name for name in names if name not in passed_over][:keep]
    doomed = [name for name in names if name not in wanted and name != current]
    for name in doomed:
        # Renamed first: a half-removed generation must not look like a finished one.
        leftover = (generations_directory(index_dir) / name).rename(generations_directory(index_dir) / f"{name}.old")
        failpoint("prune.half")
        shutil.rmtree(leftover)
    if chroma is not None:
        _remove_collections(index_dir, chroma)
    return doomed


def _remove_collections(index_dir: Path, chroma: ServerAddress) -> None:
    """Remove this index's collections, and nobody else's, that no published generation has."""
    from storage.vectors.remote import remove_served_vectors, served_collections

    prefix = collection_prefix(index_dir)
    needed = {prefix + name for name in published_names(index_dir)}
    orphans = [name for name in served_collections(chroma, prefix) if name not in needed]
    if orphans:
        remove_served_vectors(chroma, orphans)


def _immutable(directory: Path) -> Iterator[Path]:
    """Files that opening does not change. Chroma 1.5.9 writes into chroma.sqlite3 when it opens a directory."""
    for file in sorted(directory.rglob("*")):
        if file.is_file() and file.name != "MANIFEST.json" and not file.name.startswith("chroma.sqlite3"):
            yield file


def _give_space_back(file: Path) -> None:
    """Chroma 1.5.9 leaves the room of its write-ahead queue in its SQLite file: half of what a vector costs on disk."""
    connection = sqlite3.connect(file)
    try:
        connection.execute("VACUUM")
    finally:
        connection.close()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
