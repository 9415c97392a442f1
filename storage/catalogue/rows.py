"""The catalogue's tables, and how the records become rows of them and come back.

Apart from `catalogue`: the schema of the file in one place, to hold beside an index of another version.
"""

import json
from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import Any

from storage.messages import decoded, encoded
from storage.records import ChunkRecord, DocumentRecord, PageRecord, Span
from storage.words import index_proof
from storage.words.terms import terms_fingerprint

SCHEMA_VERSION = 4
READABLE_VERSIONS = (2, 3, 4)
"""Version 2 knows no remarks on pages, 2 and 3 hold words as they were written, in one spelling only for Latin letters.

Their catalogues are read as they are, and brought to 4 when they are edited. `application_id` is the fingerprint of
the words: a lexical index with another one is made anew when it is edited, because a row is only forgotten by exactly
the words that it was given.
"""

ODD_PAGES = "CREATE INDEX IF NOT EXISTS odd_pages ON pages (status, document, number) WHERE status != 'text';"
"""So that counting the few does not read the text of all. Catalogues of before do without it until they are edited."""

NOTED_PAGES = """
CREATE INDEX IF NOT EXISTS noted_pages ON pages (document, number, label, remarks) WHERE label != '' OR remarks != '';
"""
"""So that looking for label and remarks of a page does not read its text, behind which they lie: 95,000 characters take
0.2 ms, ten times a question. Catalogues of before do without it until they are edited."""

HAS_NOTED_PAGES = "SELECT 1 FROM sqlite_schema WHERE name = 'noted_pages'"

SCHEMA = f"""
PRAGMA user_version = {SCHEMA_VERSION};
PRAGMA application_id = {terms_fingerprint()};
CREATE TABLE documents (
    path TEXT PRIMARY KEY, status TEXT NOT NULL, format TEXT NOT NULL, sha256 TEXT NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, fingerprint TEXT NOT NULL, title TEXT, category TEXT,
    detail TEXT, pages INTEGER NOT NULL, pages_without_text TEXT NOT NULL, chunks INTEGER NOT NULL,
    indexed_at TEXT NOT NULL, failed_sha256 TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE pages (
    document TEXT NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL, status TEXT NOT NULL,
    label TEXT, detail TEXT, remarks TEXT NOT NULL DEFAULT '', PRIMARY KEY (document, number)
) WITHOUT ROWID;
CREATE TABLE chunks (
    rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL, position INTEGER NOT NULL,
    text TEXT NOT NULL, context TEXT NOT NULL, spans TEXT NOT NULL, weight REAL NOT NULL
);
{ODD_PAGES}
{NOTED_PAGES}
CREATE INDEX chunks_of_document ON chunks (document, position);
CREATE INDEX light_chunks ON chunks (id, weight) WHERE weight != 1.0;
{index_proof.SCHEMA}"""

CHUNK_COLUMNS = "id, document, position, text, context, spans, weight"
PAGE_COLUMNS = "number, text, status, label, detail, remarks"
PAGE_COLUMNS_2 = "number, text, status, label, detail, ''"
ADD_REMARKS = "ALTER TABLE pages ADD COLUMN remarks TEXT NOT NULL DEFAULT '';"
EMPTY_TERMS = f"""
DROP TABLE vocabulary;
DROP TABLE terms;
{index_proof.SCHEMA}
PRAGMA user_version = {SCHEMA_VERSION};
PRAGMA application_id = {terms_fingerprint()};
"""
DOCUMENT_COLUMNS = tuple(field.name for field in fields(DocumentRecord))


def document_row(document: DocumentRecord) -> dict[str, Any]:
    """Column -> value."""
    row = dict(zip(DOCUMENT_COLUMNS, astuple(document), strict=True))
    row["pages_without_text"] = json.dumps(document.pages_without_text)
    row["detail"] = document.detail and encoded(document.detail)
    return row


def document_of(row: dict[str, Any]) -> DocumentRecord:
    """The record of a row, column -> value."""
    pages_without_text = tuple(json.loads(row["pages_without_text"]))
    return DocumentRecord(**row | {"pages_without_text": pages_without_text, "detail": _decoded(row["detail"])})


def page_row(document: str, page: PageRecord) -> tuple[Any, ...]:
    """Values of `document` and `PAGE_COLUMNS`."""
    remarks = json.dumps([encoded(remark) for remark in page.remarks]) if page.remarks else ""
    return (document, page.number, page.text, page.status, page.label, page.detail and encoded(page.detail), remarks)


def page_of(row: Sequence[Any]) -> PageRecord:
    """The record of values of `PAGE_COLUMNS`."""
    number, text, status, label, detail, remarks = row
    return PageRecord(number, text, status, label, _decoded(detail), remarks_of(remarks))


def remarks_of(value: str) -> tuple[str, ...]:
    """The remarks on a page from the value of their column."""
    return tuple(decoded(remark) for remark in json.loads(value)) if value else ()


def chunk_row(chunk: ChunkRecord) -> tuple[Any, ...]:
    """Values of `CHUNK_COLUMNS`."""
    spans = json.dumps([[span.page, span.start, span.end] for span in chunk.spans], separators=(",", ":"))
    return (chunk.id, chunk.document, chunk.position, chunk.text, chunk.context, spans, chunk.weight)


def chunk_of(row: Sequence[Any]) -> ChunkRecord:
    """The record of values of `CHUNK_COLUMNS`."""
    id_, document, position, text, context, spans, weight = row
    return ChunkRecord(id_, document, position, text, context, tuple(Span(*span) for span in json.loads(spans)), weight)


def _decoded(detail: str | None) -> str | None:
    return None if detail is None else decoded(detail)
