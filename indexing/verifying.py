"""Proves that folder, catalogue, vectors and lexical index agree, and names every difference. Changes nothing."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from indexing.documents import category_message
from indexing.planning.discovery import Discovery, discover
from indexing.settings import IndexingSettings
from storage.catalogue.catalogue import Catalogue
from storage.folder_listing import FolderListing, listing_of
from storage.generations.lock import index_lock
from storage.generations.manifest import Manifest
from storage.generations.published import (
    DamagedGeneration,
    NoIndex,
    checked_manifest,
    current_name,
    open_catalogue,
    utc_now,
)
from storage.generations.verification import VerificationFailed, verify_in_fresh_process
from storage.messages import message
from storage.records import DocumentRecord
from storage.servers import ServerAddress

Kind = Literal["missing", "stale", "failed", "orphaned", "damaged", "folder"]


@dataclass(frozen=True, slots=True)
class Difference:
    """`missing`: in the folder, not in the index. `stale`: the index answers from other bytes. `failed`: known, never
    read. `orphaned`: in the index, not in the folder. `damaged`: parts of the index contradict each other. `folder`:
    the index was built from another folder.
    """

    kind: Kind
    what: str
    detail: str

    @property
    def line(self) -> str:
        """The difference for people."""
        return message("{kind}: {what}: {detail}", kind=_KINDS[self.kind], what=self.what, detail=self.detail)


_KINDS: dict[Kind, str] = {
    "missing": message("missing"),
    "stale": message("stale"),
    "failed": message("failed"),
    "orphaned": message("orphaned"),
    "damaged": message("damaged"),
    "folder": message("folder"),
}


OnFolder = Callable[[FolderListing, list[DocumentRecord]], None]
"""Told what is in the folder besides the documents, and all documents of the index."""


def verify_index(
    index_dir: Path,
    settings: IndexingSettings,
    chroma: ServerAddress | None = None,
    on_folder: OnFolder | None = None,
) -> list[Difference]:
    """Every difference, by kind and path; empty when all agree. Hashes every file; holds the lock meanwhile.

    Raises `NoIndex`, `DocumentsFolderMissing`, `IndexLocked`, `ServerUnavailable`.
    """
    with index_lock(index_dir):
        name = current_name(index_dir)
        if name is None:
            raise NoIndex(message("there is no index yet; run make index"))
        discovery = discover(settings.documents_dir, {}, leave_out=index_dir)
        try:
            manifest = checked_manifest(index_dir, name, chroma)
        except DamagedGeneration as error:
            return [Difference("damaged", message("index {generation}", generation=name), str(error))]
        with open_catalogue(index_dir, name) as catalogue:
            documents = catalogue.documents()
            lexical = catalogue.words.differences()
        if on_folder is not None:
            on_folder(listing_of(discovery.left_out, utc_now()), documents)
        inner = [
            Difference("damaged", message("index {generation}", generation=name), problem)
            for problem in lexical + _proof(index_dir, name, chroma)
        ]
        return [*_folder(manifest, settings.documents_dir), *compare(discovery, documents), *inner]


def _folder(manifest: Manifest, folder: Path) -> list[Difference]:
    now = str(folder.resolve())
    if manifest.documents_dir == now:
        return []
    return [Difference("folder", now, message("the index was built from {folder}", folder=manifest.documents_dir))]


def compare(discovery: Discovery, documents: list[DocumentRecord]) -> list[Difference]:
    """Folder against catalogue. Pure."""
    known = {document.path: document for document in documents}
    in_the_way = {problem.path for problem in discovery.problems}
    differences = [Difference("missing", p.path, p.detail) for p in discovery.problems if p.path not in known]
    for file in discovery.files:
        record = known.get(file.path)
        if record is None:
            differences.append(Difference("missing", file.path, message("it is in the folder, not in the index")))
        elif record.status == "failed":
            differences.append(Difference("failed", file.path, _failure(record)))
        elif record.sha256 != file.sha256:
            reason = _failure(record) if record.status == "stale" else message("its file has changed")
            differences.append(
                Difference("stale", file.path, message("{reason}; an older version answers", reason=reason))
            )
    found = {file.path for file in discovery.files} | in_the_way
    gone = [Difference("orphaned", path, message("its file is gone")) for path in known if path not in found]
    return sorted([*differences, *gone], key=lambda difference: (difference.kind, difference.what))


def _failure(record: DocumentRecord) -> str:
    return message("{category}; {detail}", category=category_message(record.category), detail=record.detail)


def _proof(index_dir: Path, name: str, chroma: ServerAddress | None) -> list[str]:
    """What the generation's own proof says. It is made on a copy: opening Chroma 1.5.9 writes into its directory,
    which belongs to the server.
    """
    with tempfile.TemporaryDirectory(prefix="verify-", dir=index_dir) as scratch:
        shutil.copytree(index_dir / "generations" / name, Path(scratch) / "generations" / name)
        try:
            verify_in_fresh_process(Path(scratch), name, chroma=chroma)
        except VerificationFailed as error:
            return error.problems
    return []


@contextmanager
def current_catalogue(index_dir: Path) -> Iterator[Catalogue]:
    """The catalogue that answers now. Raises `NoIndex` or `DamagedGeneration`."""
    name = checked_manifest(index_dir).generation
    with open_catalogue(index_dir, name) as catalogue:
        yield catalogue
