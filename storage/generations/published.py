"""Published generations: which there are, which one answers, opening one. `drafts` makes them.

    INDEX_DIR/LOCK  embeddings.db  generations/0042/{catalogue.db,chroma/,vectors.npy,MANIFEST.json}  CURRENT

A generation is never written after it is published and never replaced under its path: a new one gets a new number.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.catalogue.catalogue import Catalogue
from storage.file_hash import file_hashes
from storage.generations.manifest import Manifest, UnreadableManifest, read_manifest
from storage.messages import message
from storage.servers import ServerAddress, ServerUnavailable
from storage.vectors.exact import ExactVectors
from storage.vectors.places import Directory, ServedPlace, VectorPlace

if TYPE_CHECKING:
    from storage.vectors.collection import VectorCollection
    from storage.vectors.llama_index import PassageVectorStore

CATALOGUE = "catalogue.db"
CHROMA = "chroma"
EXACT_VECTORS = "vectors.npy"


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
    exact: ExactVectors
    before_close: list[Callable[[], None]] = field(default_factory=list)
    """What others have made of this generation and must let go with it."""

    @property
    def index_dir(self) -> Path:
        """The directory of the index, in which all generations lie."""
        return self.directory.parents[1]

    @cached_property
    def vector_store(self) -> "PassageVectorStore":
        """The generation as LlamaIndex sees it. Imports LlamaIndex."""
        from storage.vectors.llama_index import PassageVectorStore

        return PassageVectorStore(self.vectors, self.catalogue)

    def close(self) -> None:
        """Give files and memory back."""
        while self.before_close:
            self.before_close.pop()()
        self.vectors.close()
        self.catalogue.close()


def current_name(index_dir: Path) -> str | None:
    """The name that CURRENT holds; None when there is no pointer or it is empty."""
    try:
        return (index_dir / "CURRENT").read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def published_names(index_dir: Path) -> list[str]:
    """Generations that were verified and finished, newest first."""
    found = [d.name for d in generations_directory(index_dir).glob("*") if d.name.isdigit()]
    return sorted(found, key=int, reverse=True)


def candidates(index_dir: Path) -> list[str]:
    """What a reader should try to open, best first: what CURRENT names, then older finished ones, then newer ones.

    Newer ones were rolled back from, or a job was killed before it moved the pointer: nobody has chosen them.
    """
    current = current_name(index_dir)
    newer = newer_than_current(index_dir)
    older = [name for name in published_names(index_dir) if name != current and name not in newer]
    return ([current] if current else []) + older + newer


def newer_than_current(index_dir: Path) -> list[str]:
    """Finished generations with a higher number than the one that answers, newest first."""
    current = current_name(index_dir)
    if current is None or not current.isdecimal():
        return []
    return [name for name in published_names(index_dir) if int(name) > int(current)]


def checked_manifest(index_dir: Path, name: str | None = None, chroma: ServerAddress | None = None) -> Manifest:
    """The manifest of a published generation (the current one by default) whose files are as they were published.

    Reads every file, opens nothing, imports no Chroma; asks the server, if `chroma` is given and keeps the vectors.
    Raises `NoIndex`, `DamagedGeneration` or `ServerUnavailable`.
    """
    directory = generations_directory(index_dir) / (name or _required_current(index_dir))
    try:
        manifest = read_manifest(directory)
    except UnreadableManifest as error:
        raise DamagedGeneration(str(error)) from error
    _compare_files(directory, manifest)
    if not manifest.collection:
        _check_chroma_sqlite(directory / CHROMA / "chroma.sqlite3", directory.name)
    elif chroma is not None:
        _check_collection(chroma, manifest)
    return manifest


def open_catalogue(index_dir: Path, name: str) -> Catalogue:
    """The catalogue of a published generation alone, read-only. Close it."""
    return Catalogue.open(generations_directory(index_dir) / name / CATALOGUE)


def open_exact_vectors(index_dir: Path, name: str) -> ExactVectors:
    """The exact vectors of a published generation alone, for one pass by a job or its proof."""
    with open_catalogue(index_dir, name) as catalogue:
        ids = catalogue.chunk_ids()
    return ExactVectors.open(generations_directory(index_dir) / name / EXACT_VECTORS, ids, mapped=True)


def open_generation(
    index_dir: Path, name: str | None = None, chroma: ServerAddress | None = None, *, is_left_alone: bool = False
) -> Generation:
    """Open a published generation (the current one by default). `chroma` is asked if that is where its vectors are.

    `is_left_alone`: nothing is written there, since others have it open as well. So it is where nothing can be written.

    Sizes and hashes of its immutable files are compared with the manifest first, so that torn or altered files are
    found before Chroma maps them. Raises `NoIndex`, `DamagedGeneration` or `ServerUnavailable`.
    """
    generation = _opened(index_dir, name or _required_current(index_dir), chroma, is_left_alone=is_left_alone)
    try:
        check_count(generation)
    except DamagedGeneration:
        generation.close()
        raise
    return generation


def open_for_proof(index_dir: Path, name: str, chroma: ServerAddress | None = None) -> Generation:
    """The same, for a process that may end with the files: the exact vectors are mapped; `check_count` is left to it.

    Counting loads the graph, which takes most of the time. Raises what `open_generation` raises.
    """
    return _opened(index_dir, name, chroma, mapped=True)


def _opened(
    index_dir: Path, name: str, chroma: ServerAddress | None, *, is_left_alone: bool = False, mapped: bool = False
) -> Generation:
    manifest = checked_manifest(index_dir, name, chroma)
    directory = generations_directory(index_dir) / name
    catalogue = None
    try:
        catalogue = Catalogue.open(directory / CATALOGUE)
        exact = ExactVectors.open(directory / EXACT_VECTORS, catalogue.chunk_ids(), mapped=mapped)
        vectors = _vector_place(directory, manifest, chroma, is_left_alone).open()
    except Exception as error:
        if catalogue is not None:
            catalogue.close()
        if isinstance(error, ServerUnavailable):
            raise
        raise DamagedGeneration(
            message("generation {generation} cannot be opened ({error})", generation=name, error=type(error).__name__)
        ) from error
    return Generation(name, directory, manifest, catalogue, vectors, exact)


def check_count(generation: Generation) -> None:
    """Raise `DamagedGeneration` unless it holds as many vectors as it was published with."""
    found = generation.vectors.count()
    if found != generation.manifest.counts.chunks:
        raise DamagedGeneration(
            message(
                "generation {generation} holds {found} vectors, not {expected}",
                generation=generation.name,
                found=found,
                expected=generation.manifest.counts.chunks,
            )
        )


def _vector_place(
    directory: Path, manifest: Manifest, chroma: ServerAddress | None, is_left_alone: bool
) -> VectorPlace:
    if not manifest.collection:
        return Directory(directory / CHROMA, is_left_alone)
    if chroma is None:
        raise ServerUnavailable(
            message(
                "generation {generation} keeps its vectors on a Chroma server; set CHROMA_URL, or leave it "
                "unset and run make index to have them here",
                generation=manifest.generation,
            )
        )
    return ServedPlace(chroma, manifest.collection)


def utc_now() -> str:
    """Now, as every file and answer writes it: 2026-11-23T09:00:00Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _required_current(index_dir: Path) -> str:
    name = current_name(index_dir)
    if name is None:
        raise NoIndex(message("there is no index yet; run make index"))
    return name


def generations_directory(index_dir: Path) -> Path:
    """Where the generations lie, each under its number."""
    return index_dir / "generations"


def _compare_files(directory: Path, manifest: Manifest) -> None:
    for relative in manifest.files:
        if not (directory / relative).is_file():
            raise DamagedGeneration(
                message("generation {generation}: {file} is missing", generation=directory.name, file=relative)
            )
    hashes = file_hashes([directory / relative for relative in manifest.files])
    for (relative, expected), found in zip(manifest.files.items(), hashes, strict=True):
        if found != expected:
            raise DamagedGeneration(
                message(
                    "generation {generation}: {file} is not as it was published",
                    generation=directory.name,
                    file=relative,
                )
            )


def _check_collection(chroma: ServerAddress, manifest: Manifest) -> None:
    from storage.vectors.remote_server import NoSuchCollection, count_vectors

    try:
        found = count_vectors(chroma, manifest.collection)
    except NoSuchCollection as error:
        raise DamagedGeneration(
            message(
                "generation {generation}: the Chroma server {host} does not have its vectors",
                generation=manifest.generation,
                host=chroma.host,
            )
        ) from error
    if found != manifest.counts.chunks:
        raise DamagedGeneration(
            message(
                "generation {generation} has {found} vectors on {host}, not {expected}",
                generation=manifest.generation,
                found=found,
                host=chroma.host,
                expected=manifest.counts.chunks,
            )
        )


def _check_chroma_sqlite(file: Path, generation: str) -> None:
    try:
        if not file.is_file():
            raise DamagedGeneration(
                message("generation {generation}: chroma.sqlite3 is missing", generation=generation)
            )
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
        try:
            errors: list[Any] = connection.execute("PRAGMA quick_check(1)").fetchall()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise DamagedGeneration(
            message(
                "generation {generation}: chroma.sqlite3 is damaged ({error})", generation=generation, error=str(error)
            )
        ) from error
    if errors != [("ok",)]:
        raise DamagedGeneration(
            message(
                "generation {generation}: chroma.sqlite3 is damaged ({error})",
                generation=generation,
                error=errors[0][0],
            )
        )
