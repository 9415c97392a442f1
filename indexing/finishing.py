"""From a written catalogue to a proven draft: embeddings, vectors, manifest, verification in a fresh process."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path

import numpy as np

from indexing.embedding import Embedder
from indexing.progress import Progress
from indexing.recipe import Recipe
from storage.catalogue import Catalogue
from storage.drafts import Draft, seal_draft
from storage.embedding_models import PROBE_TEXT
from storage.embeddings import EmbeddingCache, Matrix, text_key
from storage.failpoints import failpoint
from storage.generations import utc_now
from storage.manifest import Manifest
from storage.records import ChunkRecord, Counts
from storage.vector_places import VectorPlace
from storage.verification import VerificationFailed, Verifier

_VECTORS_AT_A_TIME = 2_000
_LIBRARIES = ("pypdf", "pypdfium2", "chromadb", "torch", "sentence-transformers", "transformers", "tokenizers")


@dataclass(frozen=True, slots=True)
class Finisher:
    """Everything that finishing one draft needs."""

    index_dir: Path
    documents_dir: Path
    draft: Draft
    recipe: Recipe
    cache: EmbeddingCache
    embedder: Embedder
    progress: Progress

    def finish(self, copied_from: Manifest | None) -> None:
        """Seal and prove the draft. `copied_from`: its vectors are a copy of that generation's, to be brought up to
        date; should they not prove whole, all are written anew. Raises `VerificationFailed`, `ModelUnavailable`.
        """
        try:
            self._attempt(copied_from)
        except VerificationFailed as error:
            if copied_from is None:
                raise
            self.progress.say(f"the copied vectors are not whole ({error}); writing all of them anew")
            self.draft.vector_place.remove()
            self._attempt(None)

    def _attempt(self, copied_from: Manifest | None) -> None:
        with Verifier() as verifier:
            self._seal(copied_from)
            self.progress.working("proving the new index whole")
            verifier.verify(self.index_dir, self.draft.directory.name, chroma=self.draft.chroma)
        failpoint("verify.done")

    def _seal(self, copied_from: Manifest | None) -> None:
        with Catalogue.open(self.draft.catalogue_file) as catalogue:
            if copied_from is None:
                self.embedder.want(chunk.embed_text for chunk in catalogue.iter_chunks())
            self._embed()
            self.progress.working("writing vectors")
            deleted = write_vectors(
                self.draft.vector_place,
                catalogue,
                self.cache,
                self.recipe.model.fingerprint,
                self.recipe.model.dimension,
                copied=copied_from is not None,
            )
            manifest = self._manifest(catalogue.counts(), deleted + (copied_from.deleted_vectors if copied_from else 0))
        failpoint("vectors.written")
        seal_draft(self.draft, manifest)

    def _embed(self) -> None:
        if self.embedder.missing:
            self.progress.working("loading the embedding model")
            self.embedder.wait_for_model()
            self.progress.embedding(self.embedder.missing, self.embedder.missing_characters)
            self.embedder.run(self.progress.embedded)

    def _manifest(self, counts: Counts, deleted_vectors: int) -> Manifest:
        return Manifest(
            generation=self.draft.name,
            published_at=utc_now(),
            documents_dir=str(self.documents_dir.resolve()),
            embed_model=self.recipe.model,
            chunk_size=self.recipe.chunk_size,
            chunk_overlap=self.recipe.chunk_overlap,
            counts=counts,
            probe_vector=tuple(float(value) for value in self.embedder.vector_of(PROBE_TEXT)),
            deleted_vectors=deleted_vectors,
            library_versions=_library_versions(),
        )


def write_vectors(
    place: VectorPlace, chunks: Catalogue, cache: EmbeddingCache, fingerprint: str, dimension: int, *, copied: bool
) -> int:
    """Make the collection hold exactly the catalogue's chunks, with the cache's vectors; returns how many it deleted.

    `copied`: the place holds the previous generation's collection, and only the difference is written.
    """
    wanted = chunks.chunk_ids()
    vectors = place.open() if copied else place.create(dimension, len(wanted))
    try:
        stored = set(vectors.ids()) if copied else set()
        orphans = sorted(stored.difference(wanted))
        vectors.delete(orphans)
        for ids in _slices([id_ for id_ in wanted if id_ not in stored]):
            vectors.add(ids, _matrix(chunks.chunks(ids), ids, cache, fingerprint))
    finally:
        vectors.close()
    return len(orphans)


def _slices(ids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while part := list(islice(rest, _VECTORS_AT_A_TIME)):
        yield part


def _matrix(chunks: dict[str, ChunkRecord], ids: Sequence[str], cache: EmbeddingCache, fingerprint: str) -> Matrix:
    keys = [text_key(chunks[id_].embed_text) for id_ in ids]
    found = cache.get_many(fingerprint, keys)
    return np.stack([found[key] for key in keys])


def _library_versions() -> dict[str, str]:
    versions = {}
    for library in _LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:
            continue
    return versions
