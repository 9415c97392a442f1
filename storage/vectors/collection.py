"""The vectors of one generation: a Chroma collection that holds ids and vectors, nothing else.

It lies in a directory of this machine, or on a Chroma server: see `remote`.

Texts stay in the catalogue: measured with Chroma 1.5.9, keeping them here costs 21 kB per vector instead of 9 and
makes adding twice as slow. Ids are the catalogue's chunk ids; similarity is the cosine, -1 to 1, 1 is best.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.caches.embeddings import Matrix
from storage.failures import IndexUnreadable, StorageFailed, sqlite_sentence
from storage.messages import message
from storage.vectors.chroma import ChromaError, InternalError, Settings, chromadb
from storage.vectors.working_copy import WorkingCopy

_COLLECTION = "passages"
_UNIT_NORM_TOLERANCE = 1e-2
_IDS_AT_A_TIME = 250_000  # each part is counted off from the first: the fewer the quicker
_USUAL, _THOROUGH = 128, 320  # `ef_search`: how many vectors a search looks at
_LINKED = {"ef_construction": 100, "max_neighbors": 16}
_CLOSELY_LINKED = {"ef_construction": 200, "max_neighbors": 32}  # three times the work

_UNREADABLE = message("the vectors of the index cannot be read; look whether its disk is away, or run make verify")


class InvalidVector(ValueError):
    """A vector is not finite, not of unit length, or not of the collection's dimension."""


class VectorCollection:
    """An open collection. Never replace a directory under an open path, and never write into one that others hold.

    `on_close` ends the client and what belongs to it; without it the client alone.
    """

    def __init__(
        self, client: Any, collection: Any, dimension: int, on_close: Callable[[], None] | None = None
    ) -> None:
        self.dimension = dimension
        self._on_close = on_close or client.close
        self._client = client
        self._collection = collection

    @property
    def chroma_collection(self) -> Any:
        """Chroma's own object, for LlamaIndex."""
        return self._collection

    def count(self) -> int:
        """How many ids Chroma knows. It stays right even when vectors are lost: prove vectors with `vectors`."""
        with self._reading():
            return int(self._collection.count())

    def ids(self) -> list[str]:
        """All ids, in no order."""
        found: list[str] = []
        with self._reading():
            while part := self._collection.get(include=[], limit=_IDS_AT_A_TIME, offset=len(found))["ids"]:
                found += part
        return found

    def add(self, ids: Sequence[str], matrix: Matrix) -> None:
        """Store vectors `(n, dimension)`, unit length, under their ids; an id that is there gets the new vector.

        Raises `InvalidVector` before anything is stored, `StorageFailed` when the disk does not take them.
        """
        self._check(matrix)
        with self._writing():
            step = self._step()
            for start in range(0, len(ids), step):
                # `upsert`: `add` of Chroma 1.5.9 silently keeps the old vector of an id that exists.
                self._collection.upsert(ids=list(ids[start : start + step]), embeddings=matrix[start : start + step])
            if len(ids) == 1 == self.count():
                # Chroma 1.5.9 writes its index files after 2 writes at the earliest: a lone vector would never get
                # into them, and every opening would fill them anew with other bytes than were published.
                self._collection.upsert(ids=list(ids), embeddings=matrix)

    def delete(self, ids: Sequence[str]) -> None:
        """Forget these ids. Their space is not given back: rebuild when deletions add up. Raises `StorageFailed`."""
        with self._writing():
            step = self._step()
            for start in range(0, len(ids), step):
                self._collection.delete(ids=list(ids[start : start + step]))

    def vectors(self, ids: Sequence[str]) -> Matrix:
        """The stored vectors `(n, dimension)` in the order of `ids`. Raises `KeyError` for an id without a vector."""
        matrix = np.empty((len(ids), self.dimension), dtype=np.float32)
        with self._reading():
            step = self._step()
        for start in range(0, len(ids), step):
            part = list(ids[start : start + step])
            with self._reading():
                got = self._collection.get(ids=part, include=["embeddings"])
            row_of = {id_: row for row, id_ in enumerate(got["ids"])}
            if missing := [id_ for id_ in part if id_ not in row_of]:
                raise KeyError(missing[0])
            matrix[start : start + len(part)] = np.asarray(got["embeddings"])[[row_of[id_] for id_ in part]]
        return matrix

    def nearest(
        self, vector: Sequence[float] | NDArray[Any], limit: int, ids: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """The `limit` nearest ids with their cosine, best first; among `ids` only, if given.

        Raises `InvalidVector` for a query that is not finite: Chroma 1.5.9 would answer it with junk.
        """
        query = np.asarray(vector, dtype=np.float32).reshape(1, -1)
        self._check(query, unit=False)
        if limit <= 0 or (ids is not None and not ids):
            return []
        among = {} if ids is None else {"ids": list(ids)}
        with self._reading():
            result = self._collection.query(query_embeddings=query, n_results=limit, include=["distances"], **among)
        return [
            (id_, 1.0 - float(distance)) for id_, distance in zip(result["ids"][0], result["distances"][0], strict=True)
        ]

    @property
    def searches_thoroughly(self) -> bool:
        """Whether a search looks at twice as many vectors as usually, or is not ours to set."""
        hnsw = self._collection.configuration.get("hnsw") or {}  # absent in a distributed Chroma
        return int(hnsw.get("ef_search", _THOROUGH)) >= _THOROUGH

    def search_thoroughly(self) -> None:
        """From the next opening on. For vectors among which the usual search misses too many."""
        with self._writing():
            self._collection.modify(configuration={"hnsw": {"ef_search": _THOROUGH}})

    def write_files_after(self, writes: int) -> None:
        """From the next opening on, Chroma writes the files of its graph after so many writes, those of its log among
        them, and before that none. Nothing of a published generation may be written: let it be more than it will see.
        """
        with self._writing():
            self._collection.modify(configuration={"hnsw": {"sync_threshold": max(2, writes)}})

    def close(self) -> None:
        """Give files, connections and memory back. The object is of no use afterwards."""
        self._on_close()

    def check(self) -> None:
        """Raise `ServerUnavailable` where a server holds the collection and does not answer with it."""

    def _step(self) -> int:
        """How many ids and vectors go into one call."""
        return int(self._client.get_max_batch_size())

    def _reading(self) -> AbstractContextManager[None]:
        return _explained_reads()

    def _writing(self) -> AbstractContextManager[None]:
        return _explained_writes()

    def _check(self, matrix: NDArray[Any], *, unit: bool = True) -> None:
        if matrix.ndim != 2 or matrix.shape[1] != self.dimension:
            raise InvalidVector(f"expected vectors of dimension {self.dimension}, got shape {matrix.shape}")
        if not np.isfinite(matrix).all():
            raise InvalidVector("a vector holds NaN or infinity")
        norms = np.linalg.norm(matrix, axis=1)
        wrong = abs(norms - 1.0) > _UNIT_NORM_TOLERANCE if unit else norms == 0.0
        if wrong.any():
            raise InvalidVector("a vector is not of unit length" if unit else "the query vector is zero")


def create_vectors(directory: Path, dimension: int, expected: int, *, linked_closely: bool = False) -> VectorCollection:
    """A new collection in an empty directory, laid out to write its index once for `expected` vectors.

    The graph's parameters are measured (docs/decisions.md). Where the usual search is not enough, the proof of the
    generation finds it out: see `search_thoroughly`; where no search is, the vectors want to be `linked_closely`.
    Raises `StorageFailed`.
    """
    with _explained_writes():
        client = _client(directory)
        try:
            collection = created_collection(
                client, _COLLECTION, dimension, expected, looked_at=_USUAL, linked_closely=linked_closely
            )
        except BaseException:
            client.close()
            raise
    return VectorCollection(client, collection, dimension)


def open_vectors(directory: Path, *, in_a_copy: bool = False) -> VectorCollection:
    """The collection of an existing directory, or of a copy, so that nothing is written there.

    Raises what Chroma raises when it is damaged, and `OSError` where there is no room for a copy.
    """
    with ExitStack() as opened:
        if in_a_copy:
            directory = opened.enter_context(closing(WorkingCopy(directory))).directory
        client = _client(directory)
        opened.callback(client.close)
        collection, dimension = found_collection(client, _COLLECTION)
        closed = opened.pop_all()
    return VectorCollection(client, collection, dimension, closed.close)


def created_collection(
    client: Any,
    name: str,
    dimension: int,
    expected: int,
    *,
    looked_at: int = _THOROUGH,
    linked_closely: bool = False,
) -> Any:
    """A new collection of a client, laid out as `create_vectors` says. Raises what Chroma raises."""
    hnsw = {
        "space": "cosine",
        **(_CLOSELY_LINKED if linked_closely else _LINKED),
        "ef_search": looked_at,
        "sync_threshold": max(2, expected),
    }
    return client.create_collection(
        name, embedding_function=None, metadata={"dimension": dimension}, configuration={"hnsw": hnsw}
    )


def found_collection(client: Any, name: str) -> tuple[Any, int]:
    """An existing collection of a client, and its dimension. Raises what Chroma raises."""
    collection = client.get_collection(name, embedding_function=None)
    return collection, int((collection.metadata or {})["dimension"])


@contextmanager
def _explained_writes() -> Iterator[None]:
    """Chroma 1.5.9 hands on what SQLite says as text: "error returned from database: (code: 13) ... is full"."""
    try:
        yield
    except ChromaError as error:
        code = re.search(r"\(code: (\d+)\)", str(error))
        raise StorageFailed(sqlite_sentence(int(code[1]) if code else 0, str(error))) from error


@contextmanager
def _explained_reads() -> Iterator[None]:
    """Chroma 1.5.9 opens files again while it is asked, and has one error for all that goes wrong with them."""
    try:
        yield
    except InternalError as error:
        raise IndexUnreadable(_UNREADABLE) from error


def _client(directory: Path) -> Any:
    return chromadb.PersistentClient(str(directory), settings=Settings(anonymized_telemetry=False))


def cosine(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Cosine of two vectors, -1 to 1; 0.0 when one of them is zero."""
    norm = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / norm if norm else 0.0
