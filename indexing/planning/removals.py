"""Whether documents that a run would take out of the index were deleted, or only cannot be seen. Pure.

An unmounted disk looks like an emptied folder. So a run that would take out much asks first; what much is stands here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from indexing.planning.discovery import Discovery
from indexing.planning.plan import document_problems
from storage.folder_identity import FolderMatch
from storage.messages import message
from storage.records import DocumentRecord

ASKED_FROM = 3
"""Fewer documents than this go without asking, as long as it is the same folder and something is left in it."""

ASKED_SHARE = 0.5
"""A run that would take out more than this share of the documents asks."""

_NAMES_SHOWN = 4
_FOLDERS_SHOWN = 3

AskedBecause = Literal["emptied", "other folder", "rolled back", "share", "top folder", "named folder"]


@dataclass(frozen=True, slots=True)
class Remaining:
    """What there is of the documents: their paths, and the SHA-256 of each content."""

    paths: frozenset[str]
    contents: frozenset[str]


@dataclass(frozen=True, slots=True)
class Removals:
    """Documents that would be lost: the index holds them, their content is nowhere in the folder any more.

    `documents` is how many the index holds, `folders` are top-level folders of which nothing is left.
    """

    paths: tuple[str, ...]
    documents: int
    folders: tuple[str, ...]
    because: AskedBecause
    match: FolderMatch


class RemovalsInDoubt(Exception):
    """The run would take more out of the index than goes without asking; nothing was published."""

    def __init__(self, removals: Removals) -> None:
        super().__init__(
            message("{lost} of {all} documents would be removed", lost=len(removals.paths), all=removals.documents)
        )
        self.removals = removals


@dataclass(frozen=True, slots=True)
class RemovalCheck:
    """What is known before a run of the documents that may go.

    `deleted` are those deleted through the server, on purpose. `is_rolled_back`: the index that answers was brought
    back. `is_named_otherwise`: the settings name another folder than the index was made from, which is on purpose too.
    """

    documents: tuple[DocumentRecord, ...] = ()
    match: FolderMatch = "unknown"
    deleted: frozenset[str] = frozenset()
    is_rolled_back: bool = False
    is_named_otherwise: bool = False

    def removals(self, remaining: Remaining) -> Removals | None:
        """What has to be asked for first; None when nothing has."""
        held = [d for d in self.documents if d.status != "failed" and not self._is_deleted(d, remaining)]
        lost = [d.path for d in held if d.path not in remaining.paths and d.sha256 not in remaining.contents]
        folders = _emptied_folders(lost, remaining)
        because = self._reason(len(lost), len(held), folders, remaining) if lost else None
        return because and Removals(tuple(sorted(lost)), len(held), folders, because, self.match)

    def _is_deleted(self, document: DocumentRecord, remaining: Remaining) -> bool:
        return document.path in self.deleted and document.path not in remaining.paths

    def _reason(self, lost: int, held: int, folders: tuple[str, ...], remaining: Remaining) -> AskedBecause | None:
        if self.is_named_otherwise:
            return "named folder" if lost >= ASKED_FROM and len(remaining.paths) < ASKED_SHARE * held else None
        if self.match == "other":
            return "other folder"
        if self.is_rolled_back:
            return "rolled back"
        if not remaining.paths:
            return "emptied"
        if lost >= ASKED_FROM and lost > ASKED_SHARE * held:
            return "share"
        return "top folder" if folders else None


def remaining_in(discovery: Discovery, documents: Iterable[DocumentRecord]) -> Remaining:
    """What is in the folder; documents that only cannot be read now keep their last version, so they remain.

    Those that a `.pagewiseignore` excludes are there as well, and are taken out on purpose.
    """
    known = {document.path: document for document in documents}
    kept = {p.path for p in document_problems(discovery.problems, known) if p.keeps_last_version}
    excluded = tuple(each.path for each in discovery.left_out if each.reason == "ignored")
    kept |= {path for path in known if path.startswith(tuple(each for each in excluded if each.endswith("/")))}
    kept |= known.keys() & set(excluded)
    return Remaining(
        frozenset(kept.union(file.path for file in discovery.files)),
        frozenset(file.sha256 for file in discovery.files),
    )


def remaining_of(documents: Iterable[DocumentRecord]) -> Remaining:
    """What a catalogue that was just written still holds."""
    answering = [document for document in documents if document.status != "failed"]
    return Remaining(frozenset(d.path for d in answering), frozenset(d.sha256 for d in answering))


def removal_lines(removals: Removals) -> list[str]:
    """What was seen and what to do, few lines: the page shows the last ones of a run."""
    lines: list[str] = [
        message(
            "{lost:,} of {all:,} indexed documents are not in the documents folder any more.",
            lost=len(removals.paths),
            all=removals.documents,
        )
    ]
    lines += [
        message("Nothing is left of the folder {folder}.", folder=folder)
        for folder in removals.folders[:_FOLDERS_SHOWN]
    ]
    lines += [message("  {path}", path=path) for path in removals.paths[:_NAMES_SHOWN]]
    if len(removals.paths) > _NAMES_SHOWN:
        lines.append(message("  and {count:,} more", count=len(removals.paths) - _NAMES_SHOWN))
    return [*lines, *_explanation(removals), _NEXT_STEP]


def _explanation(removals: Removals) -> list[str]:
    if removals.because == "rolled back":
        return [message("The index that answers was brought back; this run would take the documents out again.")]
    if removals.match == "same" and removals.folders and removals.because != "emptied":
        return [message("It is the folder of the last run, but a disk of its own in it may not be mounted.")]
    return [_SEEN[removals.match]] if removals.match in _SEEN else []


_SEEN: dict[FolderMatch, str] = {
    "other": message(
        "This is not the folder of the last run: its disk may not be mounted, or another one is in its place."
    ),
    "same": message("It is the folder of the last run, so they look deleted on purpose."),
}
_NEXT_STEP = message(
    "Bring them back and index again; or, if they are meant to go, index with --allow-removals "
    "(make index ARGS=--allow-removals)."
)


def _emptied_folders(lost: Iterable[str], remaining: Remaining) -> tuple[str, ...]:
    """Top-level folders that lose as many as is asked for, and keep nothing."""
    count: dict[str, int] = {}
    for path in lost:
        folder, slash, _ = path.partition("/")
        if slash:
            count[folder] = count.get(folder, 0) + 1
    kept = {path.partition("/")[0] for path in remaining.paths if "/" in path}
    return tuple(sorted(folder for folder, lost_in in count.items() if lost_in >= ASKED_FROM and folder not in kept))
