"""Every vector of a generation once more, in one file and in memory, for the exact cosine of any passage.

Chroma finds what is near. To tell the cosine of a passage that was found by its words it must give the vector back, and
that takes 0.1 ms each (Chroma 1.5.9, 1,024 dimensions), a hundred times a question; a row of this file takes 0.003.
The numbers are half precision, 2 kB for 1,024 of them: a cosine is off by less than 0.0001. The file is read: somebody
who shortens a mapped one would end the server that holds it open. Only what is too large for that is mapped.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

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

    def cosines(self, ids: Sequence[str], vector: Matrix) -> dict[str, float]:
        """The cosine of each of these chunks to a unit vector `(dimension,)`, -1 to 1, 1 is best."""
        return dict(zip(ids, (self.vectors(ids) @ vector).tolist(), strict=True))


class ExactVectorsWriter:
    """Takes the vectors in the order of the catalogue's chunks."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def append(self, matrix: Matrix | Halves) -> None:
        """Write vectors `(n, dimension)` behind those that are there."""
        self._stream.write(np.ascontiguousarray(matrix, dtype=_HALF).data)


@contextmanager
def create_exact_vectors(file: Path, count: int, dimension: int) -> Iterator[ExactVectorsWriter]:
    """A new file for `count` vectors. Raises `OSError` when the disk is full."""
    header = {"descr": np.lib.format.dtype_to_descr(_HALF), "fortran_order": False, "shape": (count, dimension)}
    with file.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        yield ExactVectorsWriter(stream)
