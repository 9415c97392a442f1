"""Generation directories: begin a draft, publish it by one atomic pointer, open, prune, and the job's lock.

    INDEX_DIR/LOCK  embeddings.db  generations/0042/{catalogue.db,chroma/,MANIFEST.json}  CURRENT

A generation is never written after it is published and never replaced under its path: a new one gets a new number.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.catalogue import Catalogue
from storage.failpoints import failpoint
from storage.manifest import Manifest, UnreadableManifest, read_manifest, write_manifest

if TYPE_CHECKING:
    from storage.vector_store import PassageVectorStore
    from storage.vectors import VectorCollection

CATALOGUE = "catalogue.db"
CHROMA = "chroma"
KEPT_GENERATIONS = 2


class IndexLocked(Exception):
    """Another indexing job is at work; `holder` says which."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"another indexing job is at work ({holder}); wait for it or stop it")
        self.holder = holder


class NoIndex(Exception):
    """Nothing has been published yet."""


class DamagedGeneration(Exception):
    """A generation cannot be opened; the message says what is wrong with it."""


@dataclass
class Generation:
    """An open, published generation. Close it when the last reader is done."""

    name: str
    directory: Path
    manifest: Manifest
    catalogue: Catalogue
    vectors: "VectorCollection"

    @cached_property
    def vector_store(self) -> "PassageVectorStore":
        """The generation as LlamaIndex sees it. Imports LlamaIndex."""
        from storage.vector_store import PassageVectorStore

        return PassageVectorStore(self.vectors, self.catalogue)

    def close(self) -> None:
        """Give files and memory back."""
        self.vectors.close()
        self.catalogue.close()


@dataclass(frozen=True)
class Draft:
    """A generation being built, in `NNNN.draft`; it gets its name `NNNN` when it is published, so whatever has a
    bare number was verified. A draft left behind by a killed job is removed by the next one.
    """

    name: str
    directory: Path

    @property
    def catalogue_file(self) -> Path:
        """Where the draft's catalogue is, or will be."""
        return self.directory / CATALOGUE

    @property
    def chroma_directory(self) -> Path:
        """Where the draft's Chroma collection is, or will be."""
        return self.directory / CHROMA


@contextmanager
def index_lock(index_dir: Path) -> Iterator[None]:
    """Hold the index for one job. Raises `IndexLocked` at once; the lock goes with the process, however it ends."""
    index_dir.mkdir(parents=True, exist_ok=True)
    with (index_dir / "LOCK").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise IndexLocked(file.read().strip() or "unknown") from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {utc_now()}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def is_locked(index_dir: Path) -> bool:
    """Whether a job holds the index now."""
    try:
        with (index_dir / "LOCK").open(encoding="utf-8") as file:
            if not file.read(1):
                return False  # the usual case, without touching the lock under a job that is about to begin
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def current_name(index_dir: Path) -> str | None:
    """The name that CURRENT holds; None when there is no pointer or it is empty."""
    try:
        return (index_dir / "CURRENT").read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def published_names(index_dir: Path) -> list[str]:
    """Generations that were verified and finished, newest first."""
    found = [d.name for d in _generations(index_dir).glob("*") if d.name.isdigit()]
    return sorted(found, key=int, reverse=True)


def candidates(index_dir: Path) -> list[str]:
    """What a reader should try to open, best first: what CURRENT names, then other finished ones, newest first."""
    current = current_name(index_dir)
    others = [name for name in published_names(index_dir) if name != current]
    return ([current] if current else []) + others


def checked_manifest(index_dir: Path, name: str | None = None) -> Manifest:
    """The manifest of a published generation (the current one by default) whose files are as they were published.

    Reads every file, opens nothing, imports no Chroma. Raises `NoIndex` or `DamagedGeneration`.
    """
    directory = _generations(index_dir) / (name or _required_current(index_dir))
    try:
        manifest = read_manifest(directory)
    except UnreadableManifest as error:
        raise DamagedGeneration(str(error)) from error
    _compare_files(directory, manifest)
    return manifest


def open_catalogue(index_dir: Path, name: str) -> Catalogue:
    """The catalogue of a published generation alone, read-only. Close it."""
    return Catalogue.open(_generations(index_dir) / name / CATALOGUE)


def open_generation(index_dir: Path, name: str | None = None) -> Generation:
    """Open a published generation (the current one by default).

    Sizes and hashes of its immutable files are compared with the manifest first, so that torn or altered files are
    found before Chroma maps them. Raises `NoIndex` or `DamagedGeneration`.
    """
    from storage.vectors import open_vectors

    name = name or _required_current(index_dir)
    manifest = checked_manifest(index_dir, name)
    directory = _generations(index_dir) / name
    catalogue = None
    try:
        catalogue = Catalogue.open(directory / CATALOGUE)
        vectors = open_vectors(directory / CHROMA)
    except Exception as error:
        if catalogue is not None:
            catalogue.close()
        raise DamagedGeneration(f"generation {name} cannot be opened ({type(error).__name__})") from error
    generation = Generation(name, directory, manifest, catalogue, vectors)
    found = vectors.count()
    if found != manifest.counts.chunks:
        generation.close()
        raise DamagedGeneration(f"generation {name} holds {found} vectors, not {manifest.counts.chunks}")
    return generation


def begin_draft(index_dir: Path, *, copy_of: str | None = None, with_vectors: bool = False) -> Draft:
    """A new directory beside the published ones, in the place of what killed jobs left there. Hold the lock.

    With `copy_of`, that generation's catalogue is copied into it, and its closed Chroma directory `with_vectors`.
    """
    root = _generations(index_dir)
    root.mkdir(parents=True, exist_ok=True)
    remove_leftovers(index_dir)
    finished = published_names(index_dir)
    name = f"{max((int(n) for n in finished), default=0) + 1:04d}"
    draft = Draft(name, root / f"{name}.draft")
    draft.directory.mkdir()
    if copy_of is not None:
        shutil.copy2(root / copy_of / CATALOGUE, draft.catalogue_file)
        if with_vectors:
            shutil.copytree(root / copy_of / CHROMA, draft.chroma_directory)
    failpoint("draft.begun")
    return draft


def remove_leftovers(index_dir: Path) -> None:
    """Remove what killed jobs left among the generations: drafts, and old ones half removed. Hold the lock."""
    root = _generations(index_dir)
    for directory in root.iterdir() if root.is_dir() else ():
        if not directory.name.isdigit():
            shutil.rmtree(directory)


def seal_draft(draft: Draft, manifest: Manifest) -> None:
    """Write the manifest with the hashes of every immutable file, and sync all to disk. Close the files first."""
    _give_space_back(draft.chroma_directory / "chroma.sqlite3")
    files = {file.relative_to(draft.directory).as_posix(): file_sha256(file) for file in _immutable(draft.directory)}
    failpoint("seal.before-manifest")
    write_manifest(draft.directory, replace(manifest, files=files))
    failpoint("seal.before-sync")
    for file in sorted(draft.directory.rglob("*")):
        _sync(file)
    _sync(draft.directory)
    _sync(draft.directory.parent)


def publish(index_dir: Path, draft: Draft) -> None:
    """Make the sealed and verified draft the current generation: readers see the old one or the new one, whole."""
    _sync(draft.chroma_directory / "chroma.sqlite3")  # the verifier's Chroma wrote into it
    published = draft.directory.rename(_generations(index_dir) / draft.name)
    _sync(published.parent)
    pointer, fresh = index_dir / "CURRENT", index_dir / "CURRENT.new"
    fresh.write_text(draft.name + "\n", encoding="utf-8")
    _sync(fresh)
    failpoint("publish.before-pointer")
    fresh.replace(pointer)
    failpoint("publish.after-pointer")
    _sync(index_dir)


def discard(draft: Draft) -> None:
    """Remove a draft that will not be published."""
    shutil.rmtree(draft.directory, ignore_errors=True)


def prune(index_dir: Path, keep: int = KEPT_GENERATIONS) -> list[str]:
    """Remove all but the newest `keep` generations, never the current one; returns the names removed. Hold the lock."""
    current = current_name(index_dir)
    doomed = [name for name in published_names(index_dir)[keep:] if name != current]
    for name in doomed:
        # Renamed first: a half-removed generation must not look like a finished one.
        leftover = (_generations(index_dir) / name).rename(_generations(index_dir) / f"{name}.old")
        failpoint("prune.half")
        shutil.rmtree(leftover)
    return doomed


def utc_now() -> str:
    """Now, as every file and answer writes it: 2026-11-23T09:00:00Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def file_sha256(file: Path) -> str:
    """SHA-256 of a file's bytes, 64 hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _required_current(index_dir: Path) -> str:
    name = current_name(index_dir)
    if name is None:
        raise NoIndex("there is no index yet; run make index")
    return name


def _generations(index_dir: Path) -> Path:
    return index_dir / "generations"


def _immutable(directory: Path) -> Iterator[Path]:
    """Files that opening does not change. Chroma 1.5.9 writes into chroma.sqlite3 when it opens a directory."""
    for file in sorted(directory.rglob("*")):
        if file.is_file() and file.name != "MANIFEST.json" and not file.name.startswith("chroma.sqlite3"):
            yield file


def _compare_files(directory: Path, manifest: Manifest) -> None:
    for relative, expected in manifest.files.items():
        file = directory / relative
        if not file.is_file():
            raise DamagedGeneration(f"generation {directory.name}: {relative} is missing")
        if file_sha256(file) != expected:
            raise DamagedGeneration(f"generation {directory.name}: {relative} is not as it was published")
    _check_chroma_sqlite(directory / CHROMA / "chroma.sqlite3", directory.name)


def _check_chroma_sqlite(file: Path, generation: str) -> None:
    try:
        if not file.is_file():
            raise DamagedGeneration(f"generation {generation}: chroma.sqlite3 is missing")
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
        try:
            errors: list[Any] = connection.execute("PRAGMA quick_check(1)").fetchall()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise DamagedGeneration(f"generation {generation}: chroma.sqlite3 is damaged ({error})") from error
    if errors != [("ok",)]:
        raise DamagedGeneration(f"generation {generation}: chroma.sqlite3 is damaged ({errors[0][0]})")


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
