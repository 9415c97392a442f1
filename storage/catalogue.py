"""The catalogue of one generation: documents, pages, chunks and the lexical index, in one SQLite file.

Knows nothing of vectors, generations or file formats. A published catalogue is never written again, so
readers open it immutable: no locks, no journal, any number of threads, and read-only volumes work.
"""

import json
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from storage import lexical, lexical_proof
from storage.records import ChunkRecord, Counts, DocumentRecord, LexicalHit, PageRecord, Span

SCHEMA_VERSION = 1

_SCHEMA = f"""
PRAGMA user_version = {SCHEMA_VERSION};
CREATE TABLE documents (
    path TEXT PRIMARY KEY, status TEXT NOT NULL, format TEXT NOT NULL, sha256 TEXT NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, fingerprint TEXT NOT NULL, title TEXT, category TEXT,
    detail TEXT, pages INTEGER NOT NULL, pages_without_text TEXT NOT NULL, chunks INTEGER NOT NULL,
    indexed_at TEXT NOT NULL, failed_sha256 TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE pages (
    document TEXT NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL, status TEXT NOT NULL,
    label TEXT, detail TEXT, PRIMARY KEY (document, number)
) WITHOUT ROWID;
CREATE TABLE chunks (
    rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL, position INTEGER NOT NULL,
    text TEXT NOT NULL, context TEXT NOT NULL, spans TEXT NOT NULL, weight REAL NOT NULL
);
CREATE INDEX chunks_of_document ON chunks (document, position);
{lexical_proof.SCHEMA}"""

_CHUNK_COLUMNS = "id, document, position, text, context, spans, weight"
_IDS_PER_QUERY = 500  # under SQLite's limit of bound values


class Catalogue:
    """Open one with `create`, `edit` or `open`; close it, or use it as a context manager."""

    def __init__(self, file: Path, *, writable: bool) -> None:
        self.file = file
        self._writable = writable
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._closed = False

    @classmethod
    def create(cls, file: Path) -> Self:
        """A new, empty catalogue, open for writing."""
        catalogue = cls(file, writable=True)
        catalogue._connection().executescript(_SCHEMA)
        return catalogue

    @classmethod
    def edit(cls, file: Path) -> Self:
        """An existing catalogue, open for writing by one thread."""
        return cls(file, writable=True)

    @classmethod
    def open(cls, file: Path) -> Self:
        """A published catalogue, read-only, for any number of threads. Raises `sqlite3.DatabaseError` if torn."""
        catalogue = cls(file, writable=False)
        version = catalogue._connection().execute("PRAGMA user_version").fetchone()[0]
        if version != SCHEMA_VERSION:
            catalogue.close()
            raise sqlite3.DatabaseError(f"catalogue schema {version}, expected {SCHEMA_VERSION}")
        return catalogue

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            self._closed = True
            for connection in self._connections:
                connection.close()
            self._connections.clear()

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
        connection = self._connection()
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
        connection = self._connection()
        connection.executemany(
            "INSERT INTO pages (document, number, text, status, label, detail) VALUES (?, ?, ?, ?, ?, ?)",
            [(document.path, p.number, p.text, p.status, p.label, p.detail) for p in pages],
        )
        for chunk in chunks:
            cursor = connection.execute(
                f"INSERT INTO chunks ({_CHUNK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", _chunk_row(chunk)
            )
            connection.execute(
                "INSERT INTO terms (rowid, words) VALUES (?, ?)",
                (cursor.lastrowid, lexical.index_terms(chunk.embed_text)),
            )

    def put_document(self, document: DocumentRecord) -> None:
        """Write the record alone; pages and chunks stay as they are (a failed file keeps its last good version)."""
        names = [field.name for field in fields(DocumentRecord)]
        row = dict(zip(names, astuple(document), strict=True))
        row["pages_without_text"] = json.dumps(document.pages_without_text)
        self._connection().execute(
            f"INSERT OR REPLACE INTO documents ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            [row[name] for name in names],
        )

    def remove_document(self, path: str) -> None:
        """Forget a document, its pages and its chunks. A path that is not there is no error."""
        connection = self._connection()
        rows = connection.execute("SELECT rowid, text, context FROM chunks WHERE document = ?", (path,))
        for rowid, text, context in rows.fetchall():
            embed_text = f"{context}\n{text}" if context else text
            # A contentless FTS5 table forgets a row only when told exactly what it had been given.
            connection.execute(
                "INSERT INTO terms (terms, rowid, words) VALUES ('delete', ?, ?)",
                (rowid, lexical.index_terms(embed_text)),
            )
        for table, column in (("chunks", "document"), ("pages", "document"), ("documents", "path")):
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (path,))

    def compact(self) -> None:
        """Merge the lexical index and give freed pages back. Call before publishing."""
        self._connection().execute("INSERT INTO terms (terms) VALUES ('optimize')")
        self._connection().execute("VACUUM")

    # -- reading -----------------------------------------------------------------------------------

    def documents(self) -> list[DocumentRecord]:
        """Every known document, by path."""
        rows = self._connection().execute("SELECT * FROM documents ORDER BY path")
        names = [column[0] for column in rows.description]
        return [_document(dict(zip(names, row, strict=True))) for row in rows]

    def document(self, path: str) -> DocumentRecord | None:
        """The record of one path, None if it is not known."""
        rows = self._connection().execute("SELECT * FROM documents WHERE path = ?", (path,))
        names = [column[0] for column in rows.description]
        row = rows.fetchone()
        return _document(dict(zip(names, row, strict=True))) if row else None

    def pages(self, path: str) -> list[PageRecord]:
        """All pages of a document in order."""
        rows = self._connection().execute(
            "SELECT number, text, status, label, detail FROM pages WHERE document = ? ORDER BY number",
            (path,),
        )
        return [PageRecord(*row) for row in rows]

    def page(self, path: str, number: int) -> PageRecord | None:
        """One page, None if the document has no such page."""
        row = (
            self._connection()
            .execute(
                "SELECT number, text, status, label, detail FROM pages WHERE document = ? AND number = ?",
                (path, number),
            )
            .fetchone()
        )
        return PageRecord(*row) if row else None

    def odd_pages(self) -> list[tuple[str, PageRecord]]:
        """(document, page) of every page that was not read plainly from its text layer; their texts are left out."""
        rows = self._connection().execute(
            "SELECT document, number, '', status, label, detail FROM pages"
            " WHERE status != 'text' OR detail IS NOT NULL ORDER BY document, number"
        )
        return [(row[0], PageRecord(*row[1:])) for row in rows]

    def chunks(self, ids: Iterable[str]) -> dict[str, ChunkRecord]:
        """The chunks of these ids; an unknown id is simply absent."""
        wanted = list(ids)
        found: dict[str, ChunkRecord] = {}
        for start in range(0, len(wanted), _IDS_PER_QUERY):
            part = wanted[start : start + _IDS_PER_QUERY]
            rows = self._connection().execute(
                f"SELECT {_CHUNK_COLUMNS} FROM chunks WHERE id IN ({', '.join('?' * len(part))})", part
            )
            found.update((row[0], _chunk(row)) for row in rows)
        return found

    def document_chunks(self, path: str) -> list[ChunkRecord]:
        """All chunks of a document in reading order."""
        rows = self._connection().execute(
            f"SELECT {_CHUNK_COLUMNS} FROM chunks WHERE document = ? ORDER BY position", (path,)
        )
        return [_chunk(row) for row in rows]

    def chunk_ids(self, documents: Collection[str] | None = None) -> list[str]:
        """Ids of all chunks, or of these documents' chunks, in order of storage."""
        if documents is None:
            return [row[0] for row in self._connection().execute("SELECT id FROM chunks ORDER BY rowid")]
        rows = self._connection().execute(
            "SELECT id FROM chunks WHERE document IN (SELECT value FROM json_each(?)) ORDER BY rowid",
            (json.dumps(sorted(documents)),),
        )
        return [row[0] for row in rows]

    def iter_chunks(self) -> Iterator[ChunkRecord]:
        """All chunks in order of storage, one at a time."""
        rows = self._connection().execute(f"SELECT {_CHUNK_COLUMNS} FROM chunks ORDER BY rowid")
        return (_chunk(row) for row in rows)

    def search(self, question: str, limit: int, documents: Collection[str] | None = None) -> list[LexicalHit]:
        """The best chunks by BM25 over stems and CJK bigrams, best first; at most `limit`, perhaps none."""
        expression = lexical.match_expression(question)
        if expression is None:
            return []
        within, values = "", [expression]
        if documents is not None:
            within = "AND chunks.document IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(sorted(documents)))
        rows = self._connection().execute(
            "SELECT chunks.id, -bm25(terms) AS score FROM terms JOIN chunks ON chunks.rowid = terms.rowid "
            f"WHERE terms MATCH ? {within} ORDER BY score DESC, chunks.rowid LIMIT ?",
            [*values, limit],
        )
        return [LexicalHit(*row) for row in rows]

    def document_frequencies(self, terms: Collection[str]) -> dict[str, int]:
        """In how many chunks each term occurs, as stored (stemmed); a term nobody uses is absent."""
        rows = self._connection().execute(
            "SELECT term, doc FROM vocabulary WHERE term IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(terms)),),
        )
        return dict(rows.fetchall())

    def counts(self) -> Counts:
        """How many documents answer, with how many pages and chunks."""
        row = self._connection().execute(
            "SELECT (SELECT count(*) FROM documents WHERE status != 'failed'),"
            " (SELECT count(*) FROM pages), (SELECT count(*) FROM chunks)"
        )
        return Counts(*row.fetchone())

    def integrity_errors(self) -> list[str]:
        """What SQLite and the lexical index say is wrong with the file; empty when all is well."""
        connection = self._connection()
        try:
            errors = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            lexical_rows = connection.execute("SELECT count(*) FROM terms_docsize").fetchone()[0]
            chunks = connection.execute("SELECT count(*) FROM chunks").fetchone()[0]
        except sqlite3.DatabaseError as error:
            return [str(error)]
        if lexical_rows != chunks:
            errors.append(f"the lexical index holds {lexical_rows} chunks, the catalogue {chunks}")
        return errors

    def lexical_errors(self) -> list[str]:
        """Where the lexical index differs from the words of the chunks; empty when they agree. Costs seconds."""
        connection = self._connection()
        try:
            rows = connection.execute(f"SELECT rowid, {_CHUNK_COLUMNS} FROM chunks")
            wrong = lexical_proof.differing_rows(connection, ((row[0], _chunk(row[1:]).embed_text) for row in rows))
        except sqlite3.DatabaseError as error:
            return [f"the lexical index cannot be read ({error})"]
        return [f"the lexical index holds other words than the text of {len(wrong)} chunks"] if wrong else []

    # -- connections -------------------------------------------------------------------------------

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            self._local.connection = connection
        return connection

    def _connect(self) -> sqlite3.Connection:
        mode = "rwc" if self._writable else "ro&immutable=1"
        uri = f"{self.file.absolute().as_uri()}?mode={mode}"
        with self._guard:
            if self._closed:
                raise sqlite3.ProgrammingError(f"{self.file.name} is closed")
            connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            self._connections.append(connection)
        if self._writable:
            # The draft is thrown away after a crash, so its own journal need not survive one; what is
            # published is synced whole by generations.py.
            connection.executescript("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;")
        return connection


def _chunk_row(chunk: ChunkRecord) -> tuple[Any, ...]:
    spans = json.dumps([[span.page, span.start, span.end] for span in chunk.spans], separators=(",", ":"))
    return (chunk.id, chunk.document, chunk.position, chunk.text, chunk.context, spans, chunk.weight)


def _chunk(row: Sequence[Any]) -> ChunkRecord:
    id_, document, position, text, context, spans, weight = row
    return ChunkRecord(id_, document, position, text, context, tuple(Span(*span) for span in json.loads(spans)), weight)


def _document(row: dict[str, Any]) -> DocumentRecord:
    row["pages_without_text"] = tuple(json.loads(row["pages_without_text"]))
    return DocumentRecord(**row)
