"""A small published index made by hand: three documents, random unit vectors, no model."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from storage.caches.embeddings import Matrix, unit_rows
from storage.catalogue.catalogue import Catalogue
from storage.embedding.models import ModelIdentity
from storage.generations.drafts import Draft, begin_draft, seal_draft
from storage.generations.manifest import Manifest
from storage.generations.published import utc_now
from storage.generations.publishing import publish
from storage.records import ChunkRecord, DocumentRecord, PageRecord, Span, chunk_id
from storage.servers import ServerAddress
from storage.vectors.exact import create_exact_vectors

DIMENSION = 8
MODEL = ModelIdentity("test", "nowhere", "test", "1", DIMENSION, 256, "test-model")


def document(path: str, pages: list[str]) -> tuple[DocumentRecord, list[PageRecord], list[ChunkRecord]]:
    """One chunk a page."""
    page_records = [PageRecord(number, text) for number, text in enumerate(pages, start=1)]
    chunks = [
        ChunkRecord(chunk_id(path, i, p.text), path, i, p.text, "", (Span(p.number, 0, len(p.text)),))
        for i, p in enumerate(page_records)
    ]
    record = DocumentRecord(
        path, "indexed", "txt", "0" * 64, 10, 1, "reader-1", pages=len(pages), chunks=len(chunks), indexed_at=utc_now()
    )
    return record, page_records, chunks


def vector_of(text: str) -> Matrix:
    """A unit vector that is the text's own."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    row: Matrix = unit_rows([np.random.default_rng(seed).normal(size=DIMENSION).tolist()])[0]
    return row


def build_draft(
    index_dir: Path, documents: dict[str, list[str]], chroma: ServerAddress | None = None
) -> tuple[Draft, Manifest]:
    """A sealed draft that holds these documents."""
    draft = begin_draft(index_dir, chroma=chroma)
    with Catalogue.create(draft.catalogue_file) as catalogue:
        for path, pages in documents.items():
            with catalogue.transaction():
                catalogue.replace_document(*document(path, pages))
        chunks, counts = list(catalogue.iter_chunks()), catalogue.counts()
    vectors = draft.vector_place.create(DIMENSION, len(chunks))
    matrix = np.stack([vector_of(chunk.text) for chunk in chunks])
    vectors.add([chunk.id for chunk in chunks], matrix)
    vectors.close()
    with create_exact_vectors(draft.exact_vectors_file, len(chunks), DIMENSION) as exact:
        exact.append(matrix)
    manifest = Manifest(draft.name, utc_now(), "documents", MODEL, 1000, 50, counts, (1.0,) + (0.0,) * (DIMENSION - 1))
    seal_draft(draft, manifest)
    return draft, replace(manifest)


PublishIndex = Callable[[dict[str, list[str]]], str]


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def publish_index(index_dir: Path) -> PublishIndex:
    """Publish a generation that holds these documents; gives its name."""

    def publish_documents(documents: dict[str, list[str]]) -> str:
        draft, _ = build_draft(index_dir, documents)
        publish(index_dir, draft)
        return draft.name

    return publish_documents
