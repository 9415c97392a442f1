"""Writes what became of each document into the draft's catalogue.

A file that failed keeps its last good version: its record becomes "stale", its pages and chunks stay.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from indexing.discovery import FoundFile, Problem
from indexing.documents import ParsedDocument, ParseFailure
from indexing.planning import Fingerprints
from indexing.readers import reader_for
from storage.catalogue import Catalogue
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
            detail=" ".join(parsed.notes) or None,
            pages=len(parsed.pages),
            pages_without_text=parsed.pages_without_text,
            chunks=len(chunks),
            indexed_at=self._moment,
        )
        with self.catalogue.transaction():
            self.catalogue.replace_document(record, parsed.pages, chunks)
        self.changes += 1

    def fail(
        self, path: str, failure: ParseFailure | Problem, file: FoundFile | None = None, *, keep: bool = True
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
