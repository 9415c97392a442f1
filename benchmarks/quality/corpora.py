"""Turns texts into a published index, through the same storage and chunking as the indexing job."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from indexing.chunking.chunker import CHUNKER_VERSION, chunk_document
from indexing.documents import Heading, ParsedDocument, ReadLimits
from storage.caches.embeddings import EmbeddingCache, Matrix, text_key, unit_rows
from storage.catalogue.catalogue import Catalogue
from storage.embedding.models import PROBE_TEXT, ModelIdentity, load_token_counter
from storage.file_hash import file_sha256
from storage.generations.drafts import begin_draft, seal_draft
from storage.generations.lock import index_lock
from storage.generations.manifest import Manifest
from storage.generations.published import utc_now
from storage.generations.publishing import publish
from storage.records import ChunkRecord, DocumentRecord, PageRecord
from storage.vectors.collection import create_vectors
from storage.vectors.exact import create_exact_vectors


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document to index: its path in the index and what a reader made of it."""

    path: str
    parsed: ParsedDocument


@dataclass(frozen=True, slots=True)
class Chunking:
    """Characters of a chunk and of its overlap, as the settings CHUNK_SIZE and CHUNK_OVERLAP."""

    size: int = 1000
    overlap: int = 50


def text_document(path: str, text: str, title: str | None = None) -> SourceDocument:
    """One page of plain text."""
    return SourceDocument(path, ParsedDocument(title, (PageRecord(1, text),)))


def read_file(file: Path, path: str) -> SourceDocument:
    """A real file, read as the indexing job reads it (without its child processes)."""
    from indexing.cleaning.text import clean_document
    from indexing.readers import read_document

    return SourceDocument(path, clean_document(read_document(file, ReadLimits())))


def read_file_once(file: Path, path: str, kept: Path) -> SourceDocument:
    """The same, from the folder `kept` where it was read before: hundreds of pages take minutes."""
    from indexing.readers import reader_for

    form = reader_for(PurePosixPath(path))
    name = text_key(f"{file_sha256(file)} {form.fingerprint if form else ''} {path}")
    remembered = kept / f"{name}.json"
    if not remembered.is_file():
        document = read_file(file, path)
        kept.mkdir(parents=True, exist_ok=True)
        remembered.write_text(json.dumps(asdict(document.parsed)), encoding="utf-8")
    raw = json.loads(remembered.read_text(encoding="utf-8"))
    pages = tuple(PageRecord(**{**page, "remarks": tuple(page["remarks"])}) for page in raw["pages"])
    headings = tuple(Heading(**heading) for heading in raw["headings"])
    return SourceDocument(path, ParsedDocument(raw["title"], pages, headings))


def publish_index(
    index_dir: Path,
    documents: Iterable[SourceDocument],
    identity: ModelIdentity,
    embed_model: Any,
    *,
    cache_file: Path | None = None,
    chunking: Chunking = Chunking(),
) -> None:
    """Build and publish a generation of these documents. `embed_model` is a LlamaIndex `BaseEmbedding`."""
    counter = load_token_counter(identity)
    with index_lock(index_dir), EmbeddingCache.open(cache_file or index_dir / "embeddings.db") as cache:
        draft = begin_draft(index_dir)
        with Catalogue.create(draft.catalogue_file) as catalogue, catalogue.transaction():
            for document in documents:
                chunks = chunk_document(
                    document.path,
                    document.parsed,
                    size=chunking.size,
                    overlap=chunking.overlap,
                    max_tokens=identity.max_tokens,
                    count_tokens=counter,
                )
                catalogue.replace_document(_record(document, chunks), document.parsed.pages, chunks)
        with Catalogue.open(draft.catalogue_file) as catalogue:
            chunks = list(catalogue.iter_chunks())
            counts = catalogue.counts()
        vectors = create_vectors(draft.chroma_directory, identity.dimension, len(chunks))
        matrix = _embed(chunks, identity, embed_model.get_text_embedding_batch, cache)
        vectors.add([chunk.id for chunk in chunks], matrix)
        vectors.close()
        with create_exact_vectors(draft.exact_vectors_file, len(chunks), identity.dimension) as exact:
            exact.append(matrix)
        probe = tuple(float(value) for value in unit_rows([embed_model.get_text_embedding(PROBE_TEXT)])[0])
        manifest = Manifest(draft.name, utc_now(), "", identity, chunking.size, chunking.overlap, counts, probe)
        seal_draft(draft, manifest)
        publish(index_dir, draft)


def _record(document: SourceDocument, chunks: list[ChunkRecord]) -> DocumentRecord:
    content = "\f".join(page.text for page in document.parsed.pages).encode()
    return DocumentRecord(
        document.path,
        "indexed",
        document.path.rpartition(".")[2],
        hashlib.sha256(content).hexdigest(),
        len(content),
        0,
        f"benchmark-{CHUNKER_VERSION}",
        title=document.parsed.title,
        pages=len(document.parsed.pages),
        chunks=len(chunks),
    )


def _embed(
    chunks: list[ChunkRecord],
    identity: ModelIdentity,
    embed: Callable[[list[str]], list[list[float]]],
    cache: EmbeddingCache,
) -> Matrix:
    texts = {text_key(chunk.embed_text): chunk.embed_text for chunk in chunks}
    for key in cache.missing(identity.fingerprint, texts):
        # Alone: in a batch the last bits of a vector depend on its neighbours, so on what the cache happened to hold.
        cache.put_many(identity.fingerprint, [key], unit_rows(embed([texts[key]])))
    found = cache.get_many(identity.fingerprint, texts)
    return np.stack([found[text_key(chunk.embed_text)] for chunk in chunks])
