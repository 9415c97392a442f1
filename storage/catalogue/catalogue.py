"""The catalogue of one generation: documents, pages, chunks and their lexical index, in one SQLite file.

What is asked of words is asked of `words`. Knows nothing of vectors, generations or file formats. A published
catalogue is never written again, so readers open it immutable: no locks, no journal, any number of threads, and
read-only volumes work.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from storage.catalogue.connections import Connections
from storage.catalogue.lexical_index import LexicalIndex
from storage.catalogue.phrase_matches import Memory
from storage.catalogue.rows import (
    ADD_REMARKS,
    CHUNK_COLUMNS,
    HAS_NOTED_PAGES,
    NOTED_PAGES,
    ODD_PAGES,
    PAGE_COLUMNS,
    PAGE_COLUMNS_2,
    READABLE_VERSIONS,
    SCHEMA,
    SCHEMA_VERSION,
    chunk_of,
    chunk_row,
    document_of,
    document_row,
    page_of,
    page_row,
    remarks_of,
)
from storage.records import (
    ChunkRecord,
    Counts,
    DocumentRecord,
    DocumentStatus,
    PageRecord,
    PageStatus,
)

_MOST_FREE_SHARE = 0.05  # of the file's pages, in the hands of nobody
_WITHOUT_REMARKS = 2  # the schema's version
_MOST_PAGES = 20_000  # of which label and remarks are remembered: 3 MB
_MOST_CHUNKS = 4_096  # that are remembered with their texts: 10 MB

_Notes = tuple[str, tuple[str, ...]]
_NOTHING: _Notes = ("", ())
_IDS_PER_QUERY = 500  # under SQLite's limit of bound values


class Catalogue:
    """Open one with `create`, `edit` or `open`; close it, or use it as a context manager.

    `words` is the lexical index of its chunks.
    """

    def __init__(self, file: Path, *, writable: bool) -> None:
        self._writable = writable
        self._connections = Connections(file, writable=writable)
        self.words = LexicalIndex(self._connections, writable=writable)
        self._page_columns = PAGE_COLUMNS
        self._has_only_grown = False

    @classmethod
    def create(cls, file: Path) -> Self:
        """A new, empty catalogue, open for writing."""
        catalogue = cls(file, writable=True)
        with catalogue._connections.lent() as connection:
            connection.executescript(SCHEMA)
        return catalogue

    @classmethod
    def edit(cls, file: Path) -> Self:
        """An existing catalogue, open for writing by one thread; one of the version before is brought to this one."""
        catalogue = cls(file, writable=True)
        try:
            catalogue._has_only_grown = True
            catalogue._bring_up_to_date()
        except BaseException:
            catalogue.close()
            raise
        return catalogue

    @classmethod
    def open(cls, file: Path) -> Self:
        """A published catalogue, read-only, for any number of threads. Raises `sqlite3.DatabaseError` if torn."""
        catalogue = cls(file, writable=False)
        try:
            if catalogue._checked_version() == _WITHOUT_REMARKS:
                catalogue._page_columns = PAGE_COLUMNS_2
        except BaseException:
            catalogue.close()
            raise
        return catalogue

    def _bring_up_to_date(self) -> None:
        version = self._checked_version()
        with self._connections.lent() as connection:
            if version == _WITHOUT_REMARKS:
                connection.executescript(ADD_REMARKS)
            connection.execute(ODD_PAGES)
            connection.execute(NOTED_PAGES)
            if not self.words.is_of_this_version():
                self.words.make_empty()
                self._has_only_grown = False
                with self.transaction():
                    for row in connection.execute(f"SELECT rowid, {CHUNK_COLUMNS} FROM chunks"):
                        self.words.add(row[0], chunk_of(row[1:]).embed_text)

    def _checked_version(self) -> int:
        ((version,),) = self._connections.rows("PRAGMA user_version")
        if version not in READABLE_VERSIONS:
            raise sqlite3.DatabaseError(f"catalogue schema {version}, expected {SCHEMA_VERSION}")
        return int(version)

    def close(self) -> None:
        """Close every connection, and forget what was remembered."""
        self._connections.close()
        self.words.forget()
        for name in ("_notes", "_chunks"):
            self.__dict__.pop(name, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- writing -----------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is kept together, or nothing of it: an exception rolls back."""
        with self._connections.lent() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def replace_document(
        self, document: DocumentRecord, pages: Sequence[PageRecord], chunks: Sequence[ChunkRecord]
    ) -> None:
        """Put a document with all its pages and chunks in the place of whatever was there under its path."""
        self.remove_document(document.path)
        self.put_document(document)
        with self._connections.lent() as connection:
            connection.executemany(
                f"INSERT INTO pages (document, {PAGE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [page_row(document.path, page) for page in pages],
            )
            for chunk in chunks:
                cursor = connection.execute(
                    f"INSERT INTO chunks ({CHUNK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", chunk_row(chunk)
                )
                self.words.add(int(cursor.lastrowid or 0), chunk.embed_text)

    def put_document(self, document: DocumentRecord) -> None:
        """Write the record alone; pages and chunks stay as they are (a failed file keeps its last good version)."""
        row = document_row(document)
        self._connections.rows(
            f"INSERT OR REPLACE INTO documents ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
            list(row.values()),
        )

    def remove_document(self, path: str) -> None:
        """Forget a document, its pages and its chunks. A path that is not there is no error."""
        if self.words.remove_document(path):
            self._has_only_grown = False
        for table, column in (("chunks", "document"), ("pages", "document"), ("documents", "path")):
            self._connections.rows(f"DELETE FROM {table} WHERE {column} = ?", (path,))

    def compact(self) -> None:
        """Merge the lexical index and give freed pages back. Call before publishing.

        Where nothing was removed and little is free there is nothing to gain: of 200,000 chunks all would be rewritten.
        """
        if self._has_only_grown and self._free_share() < _MOST_FREE_SHARE:
            return
        self.words.merge()
        self._connections.rows("VACUUM")

    def _free_share(self) -> float:
        ((free,),), ((pages,),) = (
            self._connections.rows("PRAGMA freelist_count"),
            self._connections.rows("PRAGMA page_count"),
        )
        return float(free / max(1, pages))

    # -- reading -----------------------------------------------------------------------------------

    def documents(self) -> list[DocumentRecord]:
        """Every known document, by path. A published catalogue's are read once: ten thousand take a quarter second."""
        return self._every_document() if self._writable else list(self._all_documents)

    def read_ahead(self) -> None:
        """Read now what is read once, so that no request waits for it; where it cannot be, whoever needs it is told."""
        with suppress(sqlite3.Error):
            self.documents()
            self.odd_counts()
            self.words.read_ahead()

    @cached_property
    def _all_documents(self) -> tuple[DocumentRecord, ...]:
        return tuple(self._every_document())

    @cached_property
    def _documents_by_path(self) -> Mapping[str, DocumentRecord]:
        return {document.path: document for document in self._all_documents}

    def _every_document(self) -> list[DocumentRecord]:
        return self._documents("SELECT * FROM documents ORDER BY path")

    def paths(self, status: DocumentStatus | None = None) -> list[str]:
        """The paths of all known documents, or of those in this state, in order."""
        rows = self._connections.rows(
            "SELECT path FROM documents WHERE status = coalesce(?, status) ORDER BY path", (status,)
        )
        return [row[0] for row in rows]

    def paths_of_content(self, sha256: str) -> list[str]:
        """The paths of the documents that were read from these very bytes, in order."""
        return [
            row[0]
            for row in self._connections.rows("SELECT path FROM documents WHERE sha256 = ? ORDER BY path", (sha256,))
        ]

    def document(self, path: str) -> DocumentRecord | None:
        """The record of one path, None if it is not known."""
        if not self._writable:
            return self._documents_by_path.get(path)
        return next(iter(self._documents("SELECT * FROM documents WHERE path = ?", (path,))), None)

    def pages(self, path: str) -> list[PageRecord]:
        """All pages of a document in order."""
        rows = self._connections.rows(
            f"SELECT {self._page_columns} FROM pages WHERE document = ? ORDER BY number",
            (path,),
        )
        return [page_of(row) for row in rows]

    def page(self, path: str, number: int) -> PageRecord | None:
        """One page, None if the document has no such page."""
        rows = self._connections.rows(
            f"SELECT {self._page_columns} FROM pages WHERE document = ? AND number = ?", (path, number)
        )
        return page_of(rows[0]) if rows else None

    def beginnings(self, characters: int) -> list[tuple[str, str, int, str]]:
        """(path, title, number of pages, what its first page begins with) of each document that answers, by path."""
        rows = self._connections.rows(
            "SELECT path, coalesce(title, ''), documents.pages, coalesce(substr(text, 1, ?), '') FROM documents"
            " LEFT JOIN pages ON document = path AND number = 1 WHERE documents.status != 'failed' ORDER BY path",
            (characters,),
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def labels(self, places: Sequence[tuple[str, Sequence[int]]]) -> list[list[str]]:
        """For each of these, a document and page numbers, the pages' labels: each once, in order of the pages."""
        notes = self._notes_on(places)
        return [
            list(dict.fromkeys(notes[path, page][0] for page in sorted(pages) if notes.get((path, page), _NOTHING)[0]))
            for path, pages in places
        ]

    def odd_pages(self, documents: Collection[str] | None = None) -> list[tuple[str, PageRecord]]:
        """(document, page) of every page of which a person should know something; their texts are left out.

        Of these `documents`, or of all: that looks at every page.
        """
        columns = self._page_columns.replace("text", "''", 1)
        has_remarks = "" if self._page_columns == PAGE_COLUMNS_2 else " OR remarks != ''"
        among = "" if documents is None else "document IN (SELECT value FROM json_each(?)) AND "
        rows = self._connections.rows(
            f"SELECT document, {columns} FROM pages"
            f" WHERE {among}(status != 'text' OR detail IS NOT NULL{has_remarks}) ORDER BY document, number",
            () if documents is None else (json.dumps(sorted(documents)),),
        )
        return [(row[0], page_of(row[1:])) for row in rows]

    def odd_counts(self) -> dict[PageStatus, int]:
        """How many pages there are of each state but "text". A published catalogue's are counted once."""
        return self._counted_odd() if self._writable else self._odd_counts

    @cached_property
    def _odd_counts(self) -> dict[PageStatus, int]:
        return self._counted_odd()

    def _counted_odd(self) -> dict[PageStatus, int]:
        return dict(self._connections.rows("SELECT status, count(*) FROM pages WHERE status != 'text' GROUP BY status"))

    def remarks(self, places: Sequence[tuple[str, Sequence[int]]]) -> list[tuple[str, ...]]:
        """For each of these, a document and page numbers, the remarks on the pages, each once."""
        notes = self._notes_on(places)
        said = [[notes.get((path, page), _NOTHING)[1] for page in sorted(pages)] for path, pages in places]
        return [tuple(dict.fromkeys(remark for remarks in each for remark in remarks)) for each in said]

    def _notes_on(self, places: Sequence[tuple[str, Sequence[int]]]) -> Mapping[tuple[str, int], _Notes]:
        pages = dict.fromkeys((path, page) for path, numbers in places for page in numbers)
        return self._read_notes(pages) if self._writable else self._notes.of(pages)

    def _read_notes(self, pages: Collection[tuple[str, int]]) -> dict[tuple[str, int], _Notes]:
        """Label and remarks of those of these pages that have any."""
        remarks = "''" if self._page_columns == PAGE_COLUMNS_2 else "remarks"
        index = "INDEXED BY noted_pages" if self._connections.rows(HAS_NOTED_PAGES) else ""
        rows = self._connections.rows(
            f"SELECT document, number, coalesce(label, ''), {remarks} FROM json_each(?) AS wanted JOIN pages {index} ON"
            f" document = wanted.value ->> 0 AND number = wanted.value ->> 1 WHERE label != '' OR {remarks} != ''",
            (json.dumps(list(pages)),),
        )
        return {(document, number): (label, remarks_of(said)) for document, number, label, said in rows}

    @cached_property
    def _notes(self) -> Memory[tuple[str, int], _Notes]:
        return Memory(self._read_notes, _MOST_PAGES)

    def chunks(self, ids: Iterable[str]) -> dict[str, ChunkRecord]:
        """The chunks of these ids; an unknown id is simply absent."""
        return self._read_chunks(ids) if self._writable else self._chunks.of(list(ids))

    @cached_property
    def _chunks(self) -> Memory[str, ChunkRecord]:
        return Memory(self._read_chunks, _MOST_CHUNKS)

    def _read_chunks(self, ids: Iterable[str]) -> dict[str, ChunkRecord]:
        wanted = list(ids)
        found: dict[str, ChunkRecord] = {}
        for start in range(0, len(wanted), _IDS_PER_QUERY):
            part = wanted[start : start + _IDS_PER_QUERY]
            rows = self._connections.rows(
                f"SELECT {CHUNK_COLUMNS} FROM chunks WHERE id IN ({', '.join('?' * len(part))})", part
            )
            found.update((row[0], chunk_of(row)) for row in rows)
        return found

    def weights(self) -> dict[str, float]:
        """The weights of all chunks whose weight is not 1.0."""
        return dict(self._connections.rows("SELECT id, weight FROM chunks WHERE weight != 1.0"))

    def document_chunks(self, path: str) -> list[ChunkRecord]:
        """All chunks of a document in reading order."""
        rows = self._connections.rows(
            f"SELECT {CHUNK_COLUMNS} FROM chunks WHERE document = ? ORDER BY position", (path,)
        )
        return [chunk_of(row) for row in rows]

    def chunks_beside(self, chunk: ChunkRecord) -> tuple[ChunkRecord | None, ChunkRecord | None]:
        """The chunk before this one in its document and the one after it."""
        select = f"SELECT {CHUNK_COLUMNS} FROM chunks WHERE document = ? AND position"
        place = (chunk.document, chunk.position)
        before = self._connections.rows(f"{select} < ? ORDER BY position DESC LIMIT 1", place)
        after = self._connections.rows(f"{select} > ? ORDER BY position LIMIT 1", place)
        return (chunk_of(before[0]) if before else None, chunk_of(after[0]) if after else None)

    def chunk_ids(self, documents: Collection[str] | None = None) -> list[str]:
        """Ids of all chunks, or of these documents' chunks, in order of storage."""
        if documents is None:
            return [row[0] for row in self._connections.rows("SELECT id FROM chunks ORDER BY rowid")]
        rows = self._connections.rows(
            "SELECT id FROM chunks WHERE document IN (SELECT value FROM json_each(?)) ORDER BY rowid",
            (json.dumps(sorted(documents)),),
        )
        return [row[0] for row in rows]

    def iter_chunks(self) -> Iterator[ChunkRecord]:
        """All chunks in order of storage, one at a time."""
        with self._connections.lent() as connection:
            for row in connection.execute(f"SELECT {CHUNK_COLUMNS} FROM chunks ORDER BY rowid"):
                yield chunk_of(row)

    def counts(self) -> Counts:
        """How many documents answer, with how many pages and chunks."""
        (row,) = self._connections.rows(
            "SELECT (SELECT count(*) FROM documents WHERE status != 'failed'),"
            " (SELECT count(*) FROM pages), (SELECT count(*) FROM chunks)"
        )
        return Counts(*row)

    def integrity_errors(self) -> list[str]:
        """What SQLite and the lexical index say is wrong with the file; empty when all is well."""
        try:
            errors = [row[0] for row in self._connections.rows("PRAGMA integrity_check") if row[0] != "ok"]
            return errors + self.words.missing_chunks()
        except sqlite3.DatabaseError as error:
            return [str(error)]

    # -- asking SQLite -----------------------------------------------------------------------------

    def _documents(self, query: str, values: Sequence[Any] = ()) -> list[DocumentRecord]:
        with self._connections.lent() as connection:
            rows = connection.execute(query, values)
            names = [column[0] for column in rows.description]
            return [document_of(dict(zip(names, row, strict=True))) for row in rows]
