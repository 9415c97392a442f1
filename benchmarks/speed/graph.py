"""How vectors are spread, and what Chroma's graph of them costs and finds, apart from all else of an index.

    python -m benchmarks.speed.graph VECTORS COUNT [--neighbours 16] [--construction 100]

VECTORS: `passages` or `islands`, made up (see `synthetic`), or a file of numpy's with unit vectors of a real model,
`(n, dimension)`, 200 more than COUNT: the last ones are asked for.
"""

import argparse
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.speed.synthetic import clustered_vectors, passage_vectors
from storage.caches.embeddings import Matrix
from storage.vectors import collection
from storage.vectors.collection import VectorCollection, create_vectors, open_vectors

_ASKED = 200
_OWN = 500  # vectors asked for by themselves
_NEAR = 10
_FIRST = 20  # neighbours of which the local dimension is told
_COMPARED = 15_000
_DIMENSION = 1024
_AT_A_TIME = 2_000
_LOOKED_AT = (64, 128, 320)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser("python -m benchmarks.speed.graph")
    parser.add_argument("vectors")
    parser.add_argument("count", type=int)
    parser.add_argument("--neighbours", type=int, default=16)
    parser.add_argument("--construction", type=int, default=100)
    options = parser.parse_args()
    matrix = _matrix(options.vectors, options.count)
    stored, asked = matrix[: options.count], matrix[options.count :]
    print(_spread(stored[:_COMPARED]))
    linked = {"ef_construction": options.construction, "max_neighbors": options.neighbours}
    with TemporaryDirectory() as place:
        _measure(Path(place) / "chroma", stored, asked, linked)


def _matrix(name: str, count: int) -> Matrix:
    makers = {"passages": passage_vectors, "islands": clustered_vectors}
    if name not in makers:
        return np.asarray(np.load(name, mmap_mode="r")[: count + _ASKED], dtype=np.float32)
    texts = [f"text {number}" for number in range(count + _ASKED)]
    starts = range(0, len(texts), _AT_A_TIME)
    return np.concatenate([makers[name](texts[start : start + _AT_A_TIME], _DIMENSION, count) for start in starts])


def _spread(matrix: Matrix) -> str:
    """Cosines of the nearest, the tenth, any two; local dimension (Levina and Bickel 2004); directions that count."""
    nearest = np.vstack([np.sort(part @ matrix.T, axis=1)[:, -_FIRST - 1 : -1] for part in _parts(matrix)])[:, ::-1]
    distances = np.sqrt(np.maximum(2 - 2 * nearest, 1e-9))
    apart = distances[distances[:, 0] > 0.02]
    local = 1 / np.log(apart[:, -1:] / apart[:, :-1]).mean(axis=1)
    pairs = np.random.default_rng(0).integers(0, len(matrix), (2, 20_000))
    any_two = (matrix[pairs[0]] * matrix[pairs[1]]).sum(axis=1)
    variances = np.linalg.eigvalsh(np.cov(matrix.T))
    return (
        f"{len(matrix):,} vectors: cosine of the nearest {np.median(nearest[:, 0]):.2f}, of the tenth"
        f" {np.median(nearest[:, _NEAR - 1]):.2f}, of any two {any_two.mean():.2f} ± {any_two.std():.2f};"
        f" local dimension {np.median(local):.0f}; directions that count"
        f" {variances.sum() ** 2 / (variances**2).sum():.0f}"
    )


def _parts(matrix: Matrix) -> Sequence[Matrix]:
    return [matrix[start : start + _AT_A_TIME] for start in range(0, len(matrix), _AT_A_TIME)]


def _measure(directory: Path, stored: Matrix, asked: Matrix, linked: dict[str, int]) -> None:
    collection._LINKED.update(linked)
    with closing(create_vectors(directory, stored.shape[1], len(stored))) as made:
        began, processor = time.perf_counter(), time.process_time()
        for start in range(0, len(stored), _AT_A_TIME):
            part = stored[start : start + _AT_A_TIME]
            made.add([str(row) for row in range(start, start + len(part))], part)
        spent = time.process_time() - processor
        print(
            f"built in {time.perf_counter() - began:.0f} s, {spent / len(stored) * 1000:.2f} ms of processor a vector"
        )
    exact = [set(map(str, np.argpartition(-(stored @ vector), _NEAR)[:_NEAR])) for vector in asked]
    for looked_at in _LOOKED_AT:
        with closing(open_vectors(directory)) as vectors:
            vectors.chroma_collection.modify(configuration={"hnsw": {"ef_search": looked_at}})
        with closing(open_vectors(directory)) as vectors:
            vectors.nearest(asked[0], 1)
            print(_found(vectors, stored, asked, exact, looked_at))


def _found(vectors: VectorCollection, stored: Matrix, asked: Matrix, exact: Sequence[set[str]], looked_at: int) -> str:
    began = time.process_time()
    near = [{id_ for id_, _ in vectors.nearest(vector, _NEAR)} for vector in asked]
    spent = time.process_time() - began
    recall = np.mean([len(found & wanted) / _NEAR for found, wanted in zip(near, exact, strict=True)])
    rows = np.linspace(0, len(stored) - 1, _OWN).astype(int)
    lost = sum(vectors.nearest(stored[row], 1)[0][1] < 1 - 1e-4 for row in rows)
    return (
        f"{looked_at} looked at: recall@{_NEAR} {recall:.4f}, {lost} of {_OWN} not found by themselves,"
        f" {spent / len(asked) * 1000:.1f} ms"
    )


if __name__ == "__main__":
    main()
