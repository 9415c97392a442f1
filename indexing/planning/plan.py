"""What has to be done so that the index equals the folder. Pure: decides, reads and writes nothing.

A document's version is the SHA-256 of its bytes and the fingerprint of what reads and cuts it. A file that failed
is tried again when its bytes, its reader or the limits are other ones than last time.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Literal

from indexing.planning.discovery import Discovery, FoundFile, KnownVersion, UnreadableFile
from indexing.readers import reader_for
from storage.messages import message
from storage.records import OCR_ASKED_FOR, WITHOUT_OCR, DocumentRecord

Reason = Literal["added", "changed", "renewed", "retried"]
"""Why a file is read: new; other bytes; other reader, chunker or limits; asked for although nothing changed."""

# A file written in the same moment as it was read may have been written again without another time stamp
# (ext4 counts in steps of 4 ms, some file systems in seconds); until it is older, its bytes are compared.
_SETTLED_NS = 3_000_000_000
_RETRIED_CATEGORIES = frozenset({"unreadable", "changed"})  # what may be over although the bytes are the same


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What a document's text and chunks depend on besides its bytes. `limits` matter only to files that failed.

    `with_ocr`: the documents that are read with OCR, whatever the setting `ocr` says.
    """

    chunking: str
    limits: str
    ocr: str
    with_ocr: frozenset[str] = frozenset()

    def of(self, path: str) -> str:
        """The fingerprint of a document that was read well."""
        form = reader_for(PurePosixPath(path))
        reader = form.fingerprint if form else "none"
        ocr = OCR_ASKED_FOR if path in self.with_ocr else self.ocr
        return f"{reader}{ocr if form and form.recognition else ''} {self.chunking}"

    def of_failure(self, path: str) -> str:
        """The fingerprint of an attempt that failed."""
        return f"{self.of(path)} {self.limits}"


@dataclass(frozen=True, slots=True)
class FileTask:
    """A file to be read, and why."""

    file: FoundFile
    reason: Reason


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a run will do, by path. `touched` files have the same bytes but another time or size record."""

    to_index: tuple[FileTask, ...] = ()
    to_remove: tuple[str, ...] = ()
    to_fail: tuple[UnreadableFile, ...] = ()
    touched: tuple[FoundFile, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed_unchanged: tuple[DocumentRecord, ...] = ()
    closed_folders: tuple[UnreadableFile, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    with_ocr: frozenset[str] = frozenset()
    """Documents that are read with OCR because a person asked for it, now or before."""

    @property
    def is_empty(self) -> bool:
        """Whether the index would stay as it is."""
        return not (self.to_index or self.to_remove or self.to_fail or self.touched)


def plan(
    discovery: Discovery,
    documents: Iterable[DocumentRecord],
    fingerprints: Fingerprints,
    *,
    retry_failed: bool = False,
    retried: Collection[str] = (),
    with_ocr: bool = False,
) -> Plan:
    """Compare the folder with what the catalogue knows. `retried`: paths that are tried again if they failed.

    `with_ocr`: what lacks text is read with OCR from now on.
    """
    known = {document.path: document for document in documents}
    asked = frozenset(path for path, record in known.items() if _is_asked(record) or (with_ocr and _lacks_text(record)))
    fingerprints = replace(fingerprints, with_ocr=asked)
    problems = document_problems(discovery.problems, known)
    found: dict[str, list[FoundFile]] = {"unchanged": [], "touched": [], "failed": []}
    tasks: list[FileTask] = []
    for file in discovery.files:
        verdict = _judge(file, known.get(file.path), fingerprints, retry_failed or file.path in retried)
        if verdict in found:
            found[verdict].append(file)
        else:
            tasks.append(FileTask(file, verdict))  # type: ignore[arg-type]
    repeated = [p for p in problems if _is_known(p, known.get(p.path))]
    failed_again = [file.path for file in found["failed"]] + [problem.path for problem in repeated]
    gone = known.keys() - {file.path for file in discovery.files} - {problem.path for problem in problems}
    return Plan(
        to_index=tuple(tasks),
        to_remove=tuple(sorted(gone)),
        to_fail=tuple(problem for problem in problems if problem not in repeated),
        touched=tuple(found["touched"]),
        unchanged=tuple(file.path for file in found["unchanged"]),
        failed_unchanged=tuple(known[path] for path in sorted(failed_again)),
        closed_folders=tuple(problem for problem in discovery.problems if problem.is_folder),
        renamed=_renames(tasks, [known[path] for path in sorted(gone)]),
        with_ocr=asked,
    )


def known_versions(documents: Iterable[DocumentRecord]) -> dict[str, KnownVersion]:
    """The hashes that need not be computed again while size and time of a file stay the same."""
    versions = {}
    for document in documents:
        digest = document.sha256 or document.failed_sha256
        if digest and document.indexed_at and document.mtime_ns + _SETTLED_NS < _nanoseconds(document.indexed_at):
            versions[document.path] = KnownVersion(document.size, document.mtime_ns, digest)
    return versions


def document_problems(problems: Iterable[UnreadableFile], known: dict[str, DocumentRecord]) -> list[UnreadableFile]:
    """Problems of documents; a folder that cannot be opened is one for every document known to be in it."""
    by_path = {}
    for problem in problems:
        if not problem.is_folder:
            by_path[problem.path] = problem
        elif problem.keeps_last_version:
            detail = message("its folder {folder} cannot be opened; check its permissions", folder=problem.path)
            inside = [path for path in known if path.startswith(f"{problem.path}/")]
            by_path.update(
                {path: UnreadableFile(path, "unreadable", detail, keeps_last_version=True) for path in inside}
            )
    return list(by_path.values())


def _judge(file: FoundFile, record: DocumentRecord | None, fingerprints: Fingerprints, retry_failed: bool) -> str:
    """A reason to read the file, or "unchanged", "touched", "failed" (as before)."""
    if record is None:
        return "added"
    if record.status == "indexed":
        if record.sha256 != file.sha256:
            return "changed"
        if record.fingerprint != fingerprints.of(file.path):
            return "renewed"
        return "unchanged" if (record.size, record.mtime_ns) == (file.size, file.mtime_ns) else "touched"
    if record.failed_sha256 != file.sha256:
        return "changed"
    if record.fingerprint != fingerprints.of_failure(file.path):
        return "renewed"
    return "retried" if retry_failed or record.category in _RETRIED_CATEGORIES else "failed"


def _is_asked(record: DocumentRecord) -> bool:
    return OCR_ASKED_FOR in record.fingerprint


def _lacks_text(record: DocumentRecord) -> bool:
    """Whether pages were left unread that OCR might read."""
    return WITHOUT_OCR in record.fingerprint and (record.category == "no_text" or bool(record.pages_without_text))


def _is_known(problem: UnreadableFile, record: DocumentRecord | None) -> bool:
    return (
        record is not None
        and record.status != "indexed"
        and (record.category, record.detail) == (problem.category, problem.detail)
    )


def _renames(tasks: Iterable[FileTask], gone: Iterable[DocumentRecord]) -> tuple[tuple[str, str], ...]:
    """(old path, new path) where a file that is gone and one that is new hold the same bytes."""
    old: dict[str, list[str]] = {}
    for record in gone:
        if record.sha256:
            old.setdefault(record.sha256, []).append(record.path)
    pairs = []
    for task in tasks:
        if task.reason == "added" and old.get(task.file.sha256):
            pairs.append((old[task.file.sha256].pop(0), task.file.path))
    return tuple(pairs)


def _nanoseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp()) * 1_000_000_000
