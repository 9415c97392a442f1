"""Every vector of a generation once more, in one file and in memory, for the exact cosine of any passage.

Chroma finds what is near. To tell the cosine of a passage that was found by its words it must give the vector back, and
that takes 0.1 ms each (Chroma 1.5.9, 1,024 dimensions), a hundred times a question; a row of this file takes 0.003.
The numbers are half precision, 2 kB for 1,024 of them: a cosine is off by less than 0.0001. The file is read: somebody
who shortens a mapped one would end the server that holds it open. Only what is too large for that is mapped.
"""

import os
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from storage.caches.embeddings import Matrix

LARGEST_ERROR = 0.0005
"""Of one number of a unit vector that is kept in half precision."""

Halves = NDArray[np.float16]

_HALF = np.dtype("<f2")
_MOST_READ_BYTES = 1_000_000_000


class ExactVectors:
    """The vectors of a generation's chunks, unit length; for any number of threads."""

    def __init__(self, ids: Sequence[str], matrix: Halves) -> None:
        self._rows = {id_: row for row, id_ in enumerate(ids)}
        self._matrix = matrix

    @classmethod
    def open(cls, file: Path, ids: Sequence[str], *, mapped: bool = False) -> "ExactVectors":
        """The file of these chunks, in the order of the catalogue. Raises `OSError`, `ValueError` for another one.

        `mapped`: for one pass by a job or its proof, which may end with the file; nothing is published then.
        """
        is_large = mapped or file.stat().st_size > _MOST_READ_BYTES
        matrix = np.load(file, mmap_mode="r" if is_large else None, allow_pickle=False)
        if matrix.dtype != _HALF or matrix.ndim != 2 or len(matrix) != len(ids):
            raise ValueError(f"{file.name} does not hold {len(ids)} vectors")
        return cls(ids, matrix)

    @property
    def ids(self) -> Set[str]:
        """Whose vectors these are, in the order of the catalogue."""
        return self._rows.keys()

    def vectors(self, ids: Iterable[str]) -> Matrix:
        """`(n, dimension)`, float32, in the order of `ids`. Raises `KeyError` for an id without a vector."""
        return np.asarray(self.halves(ids), dtype=np.float32)

    def halves(self, ids: Iterable[str]) -> Halves:
        """The same as they are kept: `(n, dimension)`, half precision."""
        rows = [self._rows[id_] for id_ in ids]
        if rows and rows == list(range(rows[0], rows[0] + len(rows))):  # one after the other: nothing is copied
            return self._matrix[rows[0] : rows[0] + len(rows)]
        return self._matrix[rows]

    def rows(self, ids: Iterable[str]) -> NDArray[np.intp]:
        """Where in the file their vectors are. Raises `KeyError` for an id without a vector."""
        return np.array([self._rows[id_] for id_ in ids], dtype=np.intp)

    def cosines(self, ids: Sequence[str], vector: Matrix) -> dict[str, float]:
        """The cosine of each of these chunks to a unit vector `(dimension,)`, -1 to 1, 1 is best."""
        return dict(zip(ids, (self.vectors(ids) @ vector).tolist(), strict=True))


class ExactVectorsWriter:
    """Writes the vectors of the catalogue's chunks, each at its place. For two threads, of which one appends."""

    def __init__(self, handle: int, start: int, dimension: int) -> None:
        self._handle = handle
        self._start = start
        self._row_bytes = dimension * _HALF.itemsize
        self._next = 0

    def append(self, matrix: Matrix | Halves) -> None:
        """Write vectors `(n, dimension)` behind those that were written before."""
        self._put(self._next, matrix)
        self._next += len(matrix)

    def put(self, rows: Sequence[int], matrix: Matrix) -> None:
        """Write vectors `(n, dimension)` at these places, which rise."""
        for first, end in _runs(np.asarray(rows)):
            self._put(rows[first], matrix[first:end])

    def take(self, earlier: ExactVectors, ids: Sequence[str]) -> None:
        """Of `ids`, all in their order, write those that an earlier generation has, as it has them.

        What stands there side by side as well, which is nearly all, is written at once: who else needs Python meanwhile
        does not wait.
        """
        here = [row for row, id_ in enumerate(ids) if id_ in earlier.ids]
        for first, end in _runs(np.array(here), earlier.rows(ids[row] for row in here)):
            self._put(here[first], earlier.halves(ids[row] for row in here[first:end]))

    def _put(self, row: int, matrix: Matrix | Halves) -> None:
        rest = np.ascontiguousarray(matrix, dtype=_HALF).reshape(-1).view(np.uint8).data
        place = self._start + row * self._row_bytes
        while rest:
            written = os.pwrite(self._handle, rest, place)
            rest, place = rest[written:], place + written


def _runs(*rows: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """From where to where all of these rise by one each."""
    if not len(rows[0]):
        return
    breaks = np.any([np.diff(each) != 1 for each in rows], axis=0)
    bounds = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(rows[0])]
    yield from pairwise(bounds)


@contextmanager
def create_exact_vectors(file: Path, count: int, dimension: int) -> Iterator[ExactVectorsWriter]:
    """A new file for `count` vectors. Raises `OSError` when the disk is full."""
    header = {"descr": np.lib.format.dtype_to_descr(_HALF), "fortran_order": False, "shape": (count, dimension)}
    with file.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        stream.flush()
        yield ExactVectorsWriter(stream.fileno(), stream.tell(), dimension)
