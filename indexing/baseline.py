"""What the job starts from: the newest generation that is as it was published, and what the index was built with."""

from dataclasses import dataclass
from pathlib import Path

from storage.generations import DamagedGeneration, NoIndex, candidates, checked_manifest, current_name, open_catalogue
from storage.manifest import Manifest, UnreadableManifest, read_manifest
from storage.records import DocumentRecord
from storage.servers import ServerAddress


@dataclass(frozen=True, slots=True)
class Baseline:
    """`name` is the generation to start from, None when there is none or none is whole.

    `manifest` says with which model and chunking the index is built; it may be a damaged generation's.
    `problems` are sentences about generations that cannot be used. `is_current`: the server answers from this one.
    """

    name: str | None = None
    manifest: Manifest | None = None
    documents: tuple[DocumentRecord, ...] = ()
    problems: tuple[str, ...] = ()
    is_current: bool = False


def find_baseline(index_dir: Path, chroma: ServerAddress | None = None) -> Baseline:
    """Look at the published generations, best first. Opens no vectors; counts those on a Chroma server.

    Raises `ServerUnavailable`.
    """
    problems: list[str] = []
    recorded: Manifest | None = None
    for name in candidates(index_dir):
        try:
            manifest = checked_manifest(index_dir, name, chroma)
        except (DamagedGeneration, NoIndex) as error:
            problems.append(str(error))
            recorded = recorded or _manifest_of(index_dir / "generations" / name)
            continue
        with open_catalogue(index_dir, name) as catalogue:
            documents = tuple(catalogue.documents())
        return Baseline(name, manifest, documents, tuple(problems), name == current_name(index_dir))
    return Baseline(manifest=recorded, problems=tuple(problems))


def _manifest_of(directory: Path) -> Manifest | None:
    try:
        return read_manifest(directory)
    except UnreadableManifest:
        return None
