"""Writes a draft's vectors, from the embedding cache: the Chroma collection, and the exact vectors beside it."""

from collections.abc import Callable, Iterator, Sequence
from itertools import compress, islice

import numpy as np

from storage.catalogue import Catalogue
from storage.drafts import Draft
from storage.embedding_models import ModelIdentity
from storage.embeddings import Matrix
from storage.exact_vectors import ExactVectors, create_exact_vectors

_VECTORS_AT_A_TIME = 2_000

VectorsOf = Callable[[Sequence[str]], Matrix]
"""Texts -> their vectors `(n, dimension)`."""


def write_vectors(
    draft: Draft,
    catalogue: Catalogue,
    vectors_of: VectorsOf,
    model: ModelIdentity,
    earlier: ExactVectors | None = None,
) -> int:
    """Make both hold exactly the catalogue's chunks; returns how many vectors were deleted from the collection.

    `earlier`: the previous generation's vectors. The draft has a copy of its collection, to which only the difference
    is written.
    """
    wanted = catalogue.chunk_ids()
    place = draft.vector_place
    collection = place.create(model.dimension, len(wanted)) if earlier is None else place.open()
    try:
        stored = set() if earlier is None else set(collection.ids())
        orphans = sorted(stored.difference(wanted))
        collection.delete(orphans)
        with create_exact_vectors(draft.exact_vectors_file, len(wanted), model.dimension) as exact:
            for ids in _slices(wanted):
                matrix = np.empty((len(ids), model.dimension), dtype=np.float32)
                is_new = np.array([id_ not in stored for id_ in ids])
                if new := list(compress(ids, is_new)):
                    matrix[is_new] = _embedded(new, catalogue, vectors_of)
                    collection.add(new, matrix[is_new])
                if earlier is not None:
                    matrix[~is_new] = earlier.vectors(compress(ids, ~is_new))
                exact.append(matrix)
    finally:
        collection.close()
    return len(orphans)


def _slices(ids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while part := list(islice(rest, _VECTORS_AT_A_TIME)):
        yield part


def _embedded(ids: Sequence[str], catalogue: Catalogue, vectors_of: VectorsOf) -> Matrix:
    chunks = catalogue.chunks(ids)
    return vectors_of([chunks[id_].embed_text for id_ in ids])
