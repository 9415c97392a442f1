"""Reads the files of the plan into the draft: parsed in child processes, cut into chunks, told to the embedder."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from indexing.discovery import current_version
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.drafting import CatalogueEditor, Chunker
from indexing.embedding import Embedder
from indexing.parsing import ParseOutcome, parse_all
from indexing.planning import Task
from indexing.progress import Progress
from indexing.settings import IndexingSettings
from storage.failpoints import failpoint
from storage.ocr_cache import OcrCache

_MEGABYTE = 1_000_000
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Everything that reading needs, and where its results go."""

    folder: Path
    limits: ReadLimits
    workers: int
    ocr_cache_file: Path
    chunker: Chunker
    editor: CatalogueEditor
    embedder: Embedder
    progress: Progress

    def read(self, tasks: Iterable[Task]) -> None:
        """Read every file; one that changes meanwhile is read once more, then it has failed."""
        changed = list(self._pass(tasks))
        for task in self._pass(changed):
            self._fail(task, ParseFailure("changed", "it keeps changing; run make index again when it is complete"))

    def _pass(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """Yields the tasks whose files changed while they were read, with their present version."""
        by_place = {self.folder / task.file.path: task for task in tasks}
        if not by_place:
            return
        with OcrCache.open(self.ocr_cache_file, self.progress.say) as cache:

            def keep_ocr(key: str, text: str) -> None:
                cache.put_many({key: text})

            for outcome in parse_all(list(by_place), self.limits, self.workers, keep_ocr=keep_ocr):
                task = by_place[outcome.path]
                now = current_version(self.folder, task.file.path)
                if now is not None and now != task.file:
                    yield replace(task, file=now)
                else:
                    self._take(task, outcome)
                failpoint("parse.document")

    def _take(self, task: Task, outcome: ParseOutcome) -> None:
        if outcome.failure is not None:
            self._fail(task, outcome.failure)
        elif outcome.document is not None:
            self._index(task, outcome.document)

    def _index(self, task: Task, document: ParsedDocument) -> None:
        chunks = self.chunker(task.file.path, document)
        if not chunks:
            self._fail(task, ParseFailure("no_text", "nothing in it can be searched for; remove it"))
            return
        self.editor.index(task.file, document, chunks)
        self.embedder.want(chunk.embed_text for chunk in chunks)
        self.progress.read(task.file.path, len(document.pages), len(chunks))

    def _fail(self, task: Task, failure: ParseFailure) -> None:
        path = task.file.path
        if not (self.folder / path).exists():
            self.editor.remove(path)
            self.progress.read(path, 0, 0, ParseFailure("unreadable", "it was removed while the job ran"))
            return
        kept = self.editor.fail(path, failure, task.file)
        self.embedder.want(chunk.embed_text for chunk in kept)
        self.progress.read(path, 0, 0, failure)


def read_limits(settings: IndexingSettings, ocr_cache_file: Path) -> ReadLimits:
    """What one file may cost, as the settings say. Waiting is allowed twice the processor time."""
    return ReadLimits(
        cpu_seconds=settings.parse_timeout_seconds,
        wall_seconds=settings.parse_timeout_seconds * 2,
        memory_bytes=settings.parse_memory_mb * _MEBIBYTE,
        text_characters=settings.parse_max_text_mb * _MEGABYTE,
        ocr=settings.ocr == "auto",
        ocr_cache=str(ocr_cache_file),
    )
