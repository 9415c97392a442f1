"""Reads the files of the plan into the draft: parsed in child processes, cut into chunks, told to the embedder.

A file that failed keeps its last good version: its record becomes "stale", its pages and chunks stay.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from indexing.building.embedding import Embedder
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.parsing.parse_all import ParseOutcome, parse_all
from indexing.planning.discovery import FoundFile, UnreadableFile, current_version
from indexing.planning.plan import FileTask, Fingerprints
from indexing.progress import Progress
from indexing.readers import reader_for
from indexing.settings import IndexingSettings
from storage.caches.ocr import OcrCache
from storage.catalogue.catalogue import Catalogue
from storage.failpoints import failpoint
from storage.messages import joined, message
from storage.records import ChunkRecord, DocumentRecord

Chunker = Callable[[str, ParsedDocument], list[ChunkRecord]]


class CatalogueEditor:
    """Changes the draft's catalogue, one transaction for each document, and counts what really changed.

    `earlier` is the previous generation when the draft begins empty (a rebuild): there the last good version of a
    file that fails now is found, and cut anew. `moment` is when the files were looked at.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        fingerprints: Fingerprints,
        chunker: Chunker,
        moment: str,
        earlier: Catalogue | None = None,
    ) -> None:
        self.catalogue = catalogue
        self._fingerprints = fingerprints
        self._chunker = chunker
        self._moment = moment
        self._earlier = earlier
        self.changes = 0

    def index(self, file: FoundFile, parsed: ParsedDocument, chunks: Sequence[ChunkRecord]) -> None:
        """The document as it was read takes the place of whatever was under its path."""
        record = DocumentRecord(
            path=file.path,
            status="indexed",
            format=_format(file.path),
            sha256=file.sha256,
            size=file.size,
            mtime_ns=file.mtime_ns,
            fingerprint=self._fingerprints.of(file.path),
            title=parsed.title,
            detail=joined(parsed.notes) or None,
            pages=len(parsed.pages),
            pages_without_text=parsed.pages_without_text,
            chunks=len(chunks),
            indexed_at=self._moment,
        )
        with self.catalogue.transaction():
            self.catalogue.replace_document(record, parsed.pages, chunks)
        self.changes += 1

    def fail(
        self, path: str, failure: ParseFailure | UnreadableFile, file: FoundFile | None = None, *, keep: bool = True
    ) -> list[ChunkRecord]:
        """Record a failure; with `keep` the last good version goes on answering. Returns chunks new to the draft."""
        before = self.catalogue.document(path)
        carried = self._carry_over(path) if before is None and keep else []
        known = self.catalogue.document(path)
        if known is not None and known.status != "failed" and keep:
            record = replace(known, status="stale")
        else:
            record = _failed_record(path, file)
        record = replace(
            record,
            category=failure.category,
            detail=failure.detail,
            fingerprint=self._fingerprints.of_failure(path),
            failed_sha256=file.sha256 if file else "",
        )
        if record == before:
            return carried
        with self.catalogue.transaction():
            if not keep:
                self.catalogue.remove_document(path)
            self.catalogue.put_document(record)
        self.changes += 1
        return carried

    def touch(self, file: FoundFile) -> None:
        """Same bytes, new time: the server compares size and time."""
        record = self.catalogue.document(file.path)
        assert record is not None
        with self.catalogue.transaction():
            self.catalogue.put_document(
                replace(record, size=file.size, mtime_ns=file.mtime_ns, indexed_at=self._moment)
            )
        self.changes += 1

    def remove(self, path: str) -> None:
        """The file is gone, so is the document."""
        if self.catalogue.document(path) is None:
            return
        with self.catalogue.transaction():
            self.catalogue.remove_document(path)
        self.changes += 1

    def _carry_over(self, path: str) -> list[ChunkRecord]:
        """Take the last good version out of the previous generation, its pages cut as chunks are cut now."""
        record = self._earlier.document(path) if self._earlier else None
        if self._earlier is None or record is None or record.status == "failed":
            return []
        parsed = ParsedDocument(record.title, tuple(self._earlier.pages(path)))
        chunks = self._chunker(path, parsed)
        with self.catalogue.transaction():
            self.catalogue.replace_document(replace(record, chunks=len(chunks)), parsed.pages, chunks)
        return chunks


def _format(path: str) -> str:
    form = reader_for(PurePosixPath(path))
    return form.name if form else ""


def _failed_record(path: str, file: FoundFile | None) -> DocumentRecord:
    size, mtime_ns = (file.size, file.mtime_ns) if file else (0, 0)
    return DocumentRecord(path, "failed", _format(path), "", size, mtime_ns, "")


_MEGABYTE = 1_000_000
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Everything that reading needs, and where its results go."""

    folder: Path
    limits: ReadLimits
    with_ocr: frozenset[str]
    workers: int
    ocr_cache_file: Path
    chunker: Chunker
    editor: CatalogueEditor
    embedder: Embedder
    progress: Progress

    def read(self, tasks: Iterable[FileTask]) -> None:
        """Read every file; one that changes meanwhile is read once more, then it has failed."""
        changed = list(self._passes(tasks))
        for task in self._passes(changed):
            self._fail(
                task, ParseFailure("changed", message("it keeps changing; run make index again when it is complete"))
            )

    def _passes(self, tasks: Iterable[FileTask]) -> Iterator[FileTask]:
        """Those that a person wants read with OCR, and the others as the settings say."""
        together = list(tasks)
        asked = [task for task in together if task.file.path in self.with_ocr]
        others = [task for task in together if task.file.path not in self.with_ocr]
        yield from self._pass(asked, replace(self.limits, ocr=True))
        yield from self._pass(others, self.limits)

    def _pass(self, tasks: Iterable[FileTask], limits: ReadLimits) -> Iterator[FileTask]:
        """Yields the tasks whose files changed while they were read, with their present version."""
        by_place = {self.folder / task.file.path: task for task in tasks}
        if not by_place:
            return
        with OcrCache.open(self.ocr_cache_file, self.progress.say) as cache:

            def keep_ocr(key: str, text: str) -> None:
                cache.put_many({key: text})

            def on_part(path: Path, part: int, of: int) -> None:
                self.progress.reading_part(by_place[path].file.path, part, of)

            for outcome in parse_all(list(by_place), limits, self.workers, keep_ocr=keep_ocr, on_part=on_part):
                task = by_place[outcome.path]
                now = current_version(self.folder, task.file.path)
                if now is not None and now != task.file:
                    yield replace(task, file=now)
                else:
                    self._take(task, outcome)
                failpoint("parse.document")

    def _take(self, task: FileTask, outcome: ParseOutcome) -> None:
        if outcome.failure is not None:
            self._fail(task, outcome.failure)
        elif outcome.document is not None:
            self._index(task, outcome.document)

    def _index(self, task: FileTask, document: ParsedDocument) -> None:
        chunks = self.chunker(task.file.path, document)
        if not chunks:
            self._fail(task, ParseFailure("no_text", message("nothing in it can be searched for; remove it")))
            return
        self.editor.index(task.file, document, chunks)
        self.embedder.want(chunk.embed_text for chunk in chunks)
        self.progress.read(task.file.path, len(document.pages), len(chunks))

    def _fail(self, task: FileTask, failure: ParseFailure) -> None:
        path = task.file.path
        if not (self.folder / path).exists():
            self.editor.remove(path)
            self.progress.read(path, 0, 0, ParseFailure("unreadable", message("it was removed while the job ran")))
            return
        kept = self.editor.fail(path, failure, task.file)
        self.embedder.want(chunk.embed_text for chunk in kept)
        self.progress.read(path, 0, 0, failure)


def read_limits(settings: IndexingSettings, ocr_cache_file: Path) -> ReadLimits:
    """What one file may cost, as the settings say."""
    return ReadLimits(
        cpu_seconds=settings.parse_timeout_seconds,
        file_cpu_seconds=settings.parse_timeout_seconds * 4,
        memory_bytes=settings.parse_memory_mb * _MEBIBYTE,
        text_characters=settings.parse_max_text_mb * _MEGABYTE,
        ocr=settings.ocr == "auto",
        ocr_cache=str(ocr_cache_file),
    )
