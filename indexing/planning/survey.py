"""Looks at folder and index before anything is done, and says what follows. Changes nothing.

The job starts from the newest generation that is as it was published, and from what it was built with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from indexing.planning.discovery import Discovery, DocumentsFolderMissing, KnownVersion, discover
from indexing.planning.plan import Fingerprints, Plan, known_versions, plan
from indexing.planning.recipe import fingerprints, written_recipe
from indexing.planning.removals import RemovalCheck, Removals, remaining_in
from indexing.settings import IndexingSettings
from storage.folder_identity import match_folder
from storage.generations.manifest import Manifest, UnreadableManifest, read_manifest
from storage.generations.published import (
    DamagedGeneration,
    NoIndex,
    candidates,
    checked_manifest,
    current_name,
    open_catalogue,
    utc_now,
)
from storage.generations.publishing import is_rolled_back
from storage.messages import message
from storage.records import DocumentRecord
from storage.server_state.deletions import noted_deletions
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


@dataclass(frozen=True, slots=True)
class Options:
    """`fresh`: build everything anew, with the model and chunking of the settings. `repair`: trust no recorded hash,
    try failed files again, write all vectors anew. `allow_removals`: what is gone from the folder is gone on purpose.
    `retry_failed`: try failed files again although nothing changed, `retried`: these alone. `with_ocr`: read what lacks
    text with OCR from now on, whatever the settings say.
    """

    fresh: bool = False
    repair: bool = False
    allow_removals: bool = False
    retry_failed: bool = False
    retried: tuple[str, ...] = ()
    with_ocr: bool = False

    @property
    def must_publish(self) -> bool:
        """Whether a new generation is wanted although nothing changed."""
        return self.fresh or self.repair


AS_USUAL = Options()


class OtherFolderEmpty(Exception):
    """The folder is another one than the index was built from, and there is no document in it."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What the folder and the index look like before anything is done, and what follows from it.

    `other_folder` is a sentence when the index was built from another folder, `other_place` when its vectors are not
    where the settings want them; then it must be published anew. `check` knows when removals must be asked for.
    """

    baseline: Baseline
    discovery: Discovery
    plan: Plan
    moment: str
    other_folder: str | None = None
    other_place: str | None = None
    check: RemovalCheck = field(default_factory=RemovalCheck)

    @property
    def must_publish(self) -> bool:
        """Whether a new generation is wanted although no document changed."""
        return self.other_folder is not None or self.other_place is not None

    @property
    def removals(self) -> Removals | None:
        """What would be taken out of the index and has to be asked for first; None when nothing has."""
        return self.check.removals(remaining_in(self.discovery, self.check.documents))


def survey(
    index_dir: Path, settings: IndexingSettings, options: Options = AS_USUAL, chroma: ServerAddress | None = None
) -> Survey:
    """Look, change nothing. Raises `DocumentsFolderMissing`, `OtherFolderEmpty` or `ServerUnavailable`."""
    moment = utc_now()
    baseline = find_baseline(index_dir, chroma)
    other = _other_folder(baseline, settings.documents_dir)
    documents = () if options.fresh else baseline.documents
    # Size and time prove a file unchanged only as long as it is the same file.
    known = {} if options.must_publish or other else known_versions(documents)
    check = _removal_check(index_dir, settings.documents_dir, baseline, is_named_otherwise=other is not None)
    discovery = _discovered(index_dir, settings.documents_dir, known, baseline)
    if other and not discovery.files:
        raise OtherFolderEmpty(
            message("{other}, which holds no document; correct DOCUMENTS_DIR or put documents there", other=other)
        )
    if baseline.manifest is None:
        wanted = Fingerprints("", "", "")  # nothing is known, so nothing is compared
    else:
        wanted = fingerprints(written_recipe(baseline.manifest), settings)
    planned = plan(
        discovery,
        documents,
        wanted,
        retry_failed=options.repair or options.retry_failed,
        retried=options.retried,
        with_ocr=options.with_ocr,
    )
    sentence = message("{other}; the index becomes equal to that one", other=other) if other else None
    return Survey(baseline, discovery, planned, moment, sentence, _other_place(baseline, chroma), check)


def _removal_check(index_dir: Path, folder: Path, baseline: Baseline, *, is_named_otherwise: bool) -> RemovalCheck:
    return RemovalCheck(
        baseline.documents,
        match_folder(index_dir, folder),
        noted_deletions(index_dir),
        is_rolled_back(index_dir),
        is_named_otherwise,
    )


def _discovered(index_dir: Path, folder: Path, known: Mapping[str, KnownVersion], baseline: Baseline) -> Discovery:
    try:
        return discover(folder, known, leave_out=index_dir)
    except DocumentsFolderMissing as error:
        if not baseline.documents:
            raise
        held = message("the index holds {documents:,} documents and stays as it is", documents=len(baseline.documents))
        raise DocumentsFolderMissing(
            message("{error}; {held}: is the folder's disk mounted?", error=str(error), held=held)
        ) from error


def _other_place(baseline: Baseline, chroma: ServerAddress | None) -> str | None:
    if baseline.manifest is None or bool(baseline.manifest.collection) == (chroma is not None):
        return None
    if chroma is not None:
        return message("the vectors move from this machine to the Chroma server {host}", host=chroma.host)
    return message("CHROMA_URL is not set, so the vectors move from the Chroma server to this machine")


def _other_folder(baseline: Baseline, folder: Path) -> str | None:
    now = str(folder.resolve())
    if baseline.manifest is None or baseline.manifest.documents_dir == now:
        return None
    return message(
        "the index was built from {before}, the documents folder now is {now}",
        before=baseline.manifest.documents_dir,
        now=now,
    )
