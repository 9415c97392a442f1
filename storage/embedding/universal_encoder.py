"""Embeds texts with the packaged model, in numpy alone: about 6 ms of one processor core for a passage.

The network has no attention. Each piece of a text gets, beside its own vector, features of the 2, 3 and 5 pieces
around it; their sum goes through a small network. So all the pieces of many texts are computed together, and no text
costs what a longer neighbour costs. What a piece brings to the features around it depends on the piece alone: this
half of the work is done once for a piece and not for each place where it stands.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from storage.caches.embeddings import Matrix
from storage.embedding.packaged_words import packaged_folder
from storage.embedding.universal_files import (
    BEGIN,
    DIMENSION,
    END,
    MAX_TOKENS,
    UniversalWeights,
    pieces_of,
    universal_tokenizer,
    universal_weights,
)
from storage.processor_cores import available_cores

logger = logging.getLogger(__name__)

_WIDTH = 256  # of the features of one size of neighbourhood
_PIECES_AT_ONCE = 384  # the matrices of so many stay in the processor's cache
_SPACE = "▁"  # stands for one in the vocabulary
_THREADS = 1  # of the BLAS: a second one makes the job a tenth faster and takes a whole core from whoever else works
_MUCH = 8  # parts: the job's batches, and no question
_BEFORE = {2: 0, 3: 1, 5: 2}
"""How many pieces around each one are looked at → how many of them stand before it."""

_REMEMBERED = 4_096
"""Pieces, with 15 kB each: of seven papers' 9,000, those that make up 96 % of the text."""

_MANY_PIECES = 96  # that are new: by several threads; those of a question are not worth it

_ROWS = 12
"""OpenBLAS 0.3.31 computes every row of a product alike where they are a multiple of so many."""


@dataclass(frozen=True, slots=True)
class _Convolution:
    """What makes features of so many neighbouring pieces: a projection, then two layers that keep what came in.

    `first` is `(256, 256 for each column)`, `second` `(256 for each column, 256)`.
    """

    columns: tuple[int, ...]
    first: Matrix
    first_bias: Matrix
    second: Matrix
    second_bias: Matrix


class UniversalEncoder:
    """The packaged model, ready to be asked; for many threads, one of which computes at a time."""

    is_quick = True
    texts_at_once = 128
    """Of the job, which need not tell it how long they are: half a second's work, and no text is padded."""

    def __init__(self, folder: Path, max_tokens: int = MAX_TOKENS) -> None:
        """Load the files of this folder. Raises `OSError`, `ValueError`."""
        self._tokenizer = universal_tokenizer(folder)
        self._pieces = max_tokens - 2
        self._network = _network(folder)

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors `(n, 512)` in the order of the texts; what is longer than the model should read is cut."""
        found = self._tokenizer.encode_batch(list(texts))
        return self._network.vectors([[BEGIN, *pieces_of(each)[: self._pieces], END] for each in found])

    def cut_words(self, text: str) -> list[str]:
        """The pieces of a text that are written without spaces, as its vocabulary has them: mostly words."""
        pieces = (piece.lstrip(_SPACE) for piece in self._tokenizer.encode(text).tokens)
        return [piece for piece in pieces if piece]

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        """The same as LlamaIndex's models say it, for the indexing job."""
        vectors: list[list[float]] = self.embed(texts).tolist()
        return vectors


class _Network:
    """Vectors of texts that are cut into pieces. There is one, for all who ask."""

    def __init__(self, weights: UniversalWeights) -> None:
        self._weights = weights
        m = weights.matrices
        self._smallest = float(m["eps"])
        self._convolutions = [
            _Convolution(
                _columns(size),
                np.concatenate(np.split(m[f"w1_{size}"], size), axis=1),
                m[f"b1_{size}"],
                m[f"w2_{size}"],
                m[f"b2_{size}"],
            )
            for size in _BEFORE
        ]
        self._brought = _Brought(weights, self._convolutions)
        self._computing = threading.Lock()
        self._processors = ThreadpoolController()

    def vectors(self, read: Sequence[Sequence[int]]) -> Matrix:
        """`(n, 512)`, unit length."""
        vectors = np.empty((len(read), DIMENSION), dtype=np.float32)
        with self._computing, self._processors.limit(limits=_THREADS, user_api="blas"):
            for start, end in _groups(read):
                group = read[start:end]
                self._brought.prepare(np.fromiter(chain.from_iterable(group), dtype=np.int64))
                sums = np.concatenate(list(self._summed(group)))
                vectors[start:end] = self._head(sums, np.array([len(ids) for ids in group], dtype=np.float32))
        return vectors

    def _summed(self, read: Sequence[Sequence[int]]) -> Iterator[Matrix]:
        """The texts' sums of features `(n, 1280)`, for neighbouring texts that are computed together.

        What is much is computed on every processor: the BLAS's own threads make it a tenth quicker, whole parts side
        by side nearly as many times as there are processors.
        """
        parts = [read[start:end] for start, end in _parts([len(ids) for ids in read])]
        if len(parts) < _MUCH:
            yield from map(self._part, parts)
            return
        with ThreadPoolExecutor(available_cores(), "embed") as pool:
            yield from pool.map(self._part, parts)

    def _part(self, read: Sequence[Sequence[int]]) -> Matrix:
        """Texts that are computed together: the sums of their features, each piece's with mean 0 and deviation 1."""
        lengths = np.array([len(ids) for ids in read])
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        ids = np.fromiter(chain.from_iterable(read), dtype=np.int64)
        features = _standardised(self._features(ids, starts, lengths), self._smallest)
        return np.add.reduceat(features, starts, axis=0)

    def _head(self, sums: Matrix, lengths: NDArray[np.float32]) -> Matrix:
        """The vectors of texts. What is linear is computed of the sums: they are one row for each text."""
        m, lengths = self._weights.matrices, lengths[:, None]
        summed = (sums * m["ln_g"] + lengths * m["ln_b"]) @ m["cnn_W"] + lengths * m["cnn_b"]
        mean = (summed / np.sqrt(lengths)).astype(np.float32)
        inner = _relu(mean @ m["p1"] + _relu(mean @ m["d0"]) @ m["d1"])
        vectors = np.tanh(inner @ m["p3"] + _relu(inner @ m["d2"]) @ m["d3"])
        lengths_squared = np.einsum("ij,ij->i", vectors, vectors)
        return np.asarray(vectors / np.sqrt(np.maximum(lengths_squared, self._smallest))[:, None], dtype=np.float32)

    def _features(self, ids: NDArray[np.int64], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Matrix:
        """`(pieces, 1280)`: each piece's own vector, and the features of 2, 3 and 5 pieces around it."""
        brought, count = self._brought, len(ids)
        rows = brought.row_of[ids]
        around = _neighbours(starts, lengths, count)
        rows_around = np.append(rows, 0)[around]
        features = np.empty((count, DIMENSION + _WIDTH * len(self._convolutions)), dtype=np.float32)
        features[:, :DIMENSION] = brought.own[rows]
        for number, convolution in enumerate(self._convolutions):
            hidden = brought.summed(number, rows_around[:, convolution.columns])
            hidden += convolution.first_bias
            _relu(hidden)
            hidden += brought.incoming[number][rows]
            outer = _gathered(hidden, around[:, convolution.columns]) @ convolution.second
            outer += convolution.second_bias
            _relu(outer)
            start = DIMENSION + number * _WIDTH
            np.add(hidden, outer, out=features[:, start : start + _WIDTH])
        return features


class _Brought:
    """What each piece brings to its own features and, as a summand, to those around it; see `_Convolution`.

    Remembered for the pieces that come most often, a row for each; `row_of[piece]` says which. Row 0 is for what stands
    outside of a text, and is nothing.
    """

    def __init__(self, weights: UniversalWeights, convolutions: Sequence[_Convolution]) -> None:
        m = weights.matrices
        self._weights, self._convolutions = weights, convolutions
        self._projection, self._bias, self._gain, self._shift = (
            np.concatenate([m[f"{name}{size}"] for size in _BEFORE], axis=-1)
            for name in ("proj", "proj_b", "ln_g", "ln_b")
        )
        self.row_of = np.zeros(len(weights.table), dtype=np.int32)
        self.own = _rows(DIMENSION)
        self.incoming = [_rows(_WIDTH) for _ in convolutions]
        self._summands = [[_rows(_WIDTH) for _ in each.columns] for each in convolutions]
        self._piece_in = np.zeros(_REMEMBERED + 1, dtype=np.int64)
        self._uses = np.zeros(_REMEMBERED + 1, dtype=np.int64)
        self._count = 0

    def prepare(self, ids: NDArray[np.int64]) -> None:
        """Have a row for each of these pieces, half of `_REMEMBERED` at most."""
        pieces, uses = np.unique(ids, return_counts=True)
        new = pieces[self.row_of[pieces] == 0]
        if self._count + len(new) > _REMEMBERED:
            self._forget_the_rarest(pieces)
            new = pieces[self.row_of[pieces] == 0]
        if len(new):
            self._add(new)
        self._uses[self.row_of[pieces]] += uses

    def summed(self, number: int, rows: NDArray[np.int32]) -> Matrix:
        """What the pieces in these rows `(n, columns)` bring together to a convolution's features, `(n, 256)`."""
        first, *others = self._summands[number]
        total = np.take(first, rows[:, 0], axis=0)
        one = np.empty_like(total)
        for column, summands in enumerate(others, start=1):
            total += np.take(summands, rows[:, column], axis=0, out=one, mode="clip")  # "raise" would copy `out`
        return total

    def _add(self, pieces: NDArray[np.int64]) -> None:
        weights, count = self._weights, len(pieces)
        rows = slice(self._count + 1, self._count + 1 + count)
        padded = np.concatenate([pieces, np.zeros(-count % _ROWS, dtype=np.int64)])
        table = padded % len(weights.scale)
        own = weights.table[padded] * weights.scale[table, None] + weights.low[table, None]
        projected = _standardised(own @ self._projection + self._bias, float(weights.matrices["eps"]))
        projected *= self._gain
        projected += self._shift
        self.own[rows] = own[:count]

        def add_to(number: int) -> None:
            incoming = projected[:, number * _WIDTH : (number + 1) * _WIDTH]
            self.incoming[number][rows] = incoming[:count]
            product = incoming @ self._convolutions[number].first
            for column, summands in enumerate(self._summands[number]):
                summands[rows] = product[:count, column * _WIDTH : (column + 1) * _WIDTH]

        numbers = range(len(self._convolutions))
        if count < _MANY_PIECES:
            deque(map(add_to, numbers), 0)
        else:
            with ThreadPoolExecutor(available_cores(), "embed") as pool:
                deque(pool.map(add_to, reversed(numbers)), 0)  # the largest first: it is half of the work
        self.row_of[pieces] = np.arange(rows.start, rows.stop)
        self._piece_in[rows] = pieces
        self._count += count

    def _forget_the_rarest(self, wanted: NDArray[np.int64]) -> None:
        """Keep half of the rows: those of pieces that came most often."""
        kept = np.sort(np.argsort(self._uses[1 : self._count + 1], kind="stable")[-_REMEMBERED // 2 :]) + 1
        rows = slice(1, len(kept) + 1)
        self.row_of[:] = 0
        for matrix in (self.own, *self.incoming, *chain.from_iterable(self._summands)):
            matrix[rows] = matrix[kept]
        for numbers in (self._piece_in, self._uses):
            numbers[rows] = numbers[kept]
        self.row_of[self._piece_in[rows]] = np.arange(rows.start, rows.stop)
        self._uses[rows.stop :] = 0
        self._count = len(kept)


@lru_cache(maxsize=1)
def _network(folder: Path) -> _Network:
    return _Network(universal_weights(folder))


@lru_cache(maxsize=1)
def packaged_encoder() -> UniversalEncoder | None:
    """The packaged model for whoever wants the sense of a sentence, whatever model the index was built with.

    None where it is not installed or damaged. Where the index was built with it, both read the same weights.
    """
    folder = packaged_folder()
    try:
        return UniversalEncoder(folder) if folder else None
    except (OSError, ValueError) as error:
        logger.warning("the packaged model cannot be read (%s); it is done without", error)
        return None


def _columns(size: int) -> tuple[int, ...]:
    """Which of the five places from two before a piece to two behind it a neighbourhood of this size holds."""
    first = max(_BEFORE.values()) - _BEFORE[size]
    return tuple(range(first, first + size))


def _neighbours(starts: NDArray[np.int64], lengths: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """`(pieces, 5)`: where the pieces around each one are; `count` for those that its text does not have."""
    before, behind = max(_BEFORE.values()), max(size - 1 - left for size, left in _BEFORE.items())
    places = np.arange(count)[:, None] + np.arange(-before, behind + 1)
    is_inside = places >= np.repeat(starts, lengths)[:, None]
    is_inside &= places < np.repeat(starts + lengths, lengths)[:, None]
    return np.where(is_inside, places, count)


def _gathered(rows: Matrix, places: NDArray[np.int64]) -> Matrix:
    """The rows at these places side by side; zeros for the place behind the last."""
    padded = np.concatenate([rows, np.zeros((1, rows.shape[1]), dtype=np.float32)])
    return padded[places].reshape(len(places), -1)


def _rows(width: int) -> Matrix:
    """One for each piece that is remembered; the system gives memory for those that are written."""
    return np.zeros((_REMEMBERED + 1, width), dtype=np.float32)


def _standardised(rows: Matrix, smallest: float) -> Matrix:
    """Every row with mean 0 and deviation 1; in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[1]
    rows *= (1.0 / np.sqrt(variance + smallest))[:, None]
    return rows


def _relu(rows: Matrix) -> Matrix:
    return np.maximum(rows, 0.0, out=rows)


def _parts(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring texts that are computed together."""
    cuts, pieces = [0], 0
    for number, length in enumerate(lengths):
        if pieces and pieces + length > _PIECES_AT_ONCE:
            cuts.append(number)
            pieces = 0
        pieces += length
    cuts.append(len(lengths))
    return [(start, end) for start, end in pairwise(cuts) if end > start]


def _groups(read: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Neighbouring texts with no more different pieces than can be kept beside those that come most often."""
    cuts, pieces = [0], set[int]()
    for number, ids in enumerate(read):
        pieces.update(ids)
        if len(pieces) > _REMEMBERED // 2 and number > cuts[-1]:
            cuts.append(number)
            pieces = set(ids)
    cuts.append(len(read))
    return [(start, end) for start, end in pairwise(cuts) if end > start]
