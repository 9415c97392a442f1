"""Embeds texts with the packaged model, in numpy alone: about 10 ms of one processor core for a passage.

The network has no attention. Each piece of a text gets, beside its own vector, features of the 2, 3 and 5 pieces
around it; their sum goes through a small network. So all the pieces of many texts are computed together, and no text
costs what a longer neighbour costs.
"""

import logging
import threading
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


@dataclass(frozen=True, slots=True)
class _Convolution:
    """What makes features of so many neighbouring pieces: a projection, then two layers that keep what came in."""

    columns: tuple[int, ...]
    first: Matrix
    first_bias: Matrix
    second: Matrix
    second_bias: Matrix


class UniversalEncoder:
    """The packaged model, ready to be asked; for many threads, one of which computes at a time."""

    is_quick = True

    def __init__(self, folder: Path, max_tokens: int = MAX_TOKENS) -> None:
        """Load the files of this folder. Raises `OSError`, `ValueError`."""
        weights = universal_weights(folder)
        m = weights.matrices
        self._tokenizer = universal_tokenizer(folder)
        self._pieces = max_tokens - 2
        self._weights = weights
        self._projection = np.concatenate([m[f"proj{size}"] for size in _BEFORE], axis=1)
        self._projection_bias = np.concatenate([m[f"proj_b{size}"] for size in _BEFORE])
        self._gain = np.concatenate([m[f"ln_g{size}"] for size in _BEFORE])
        self._shift = np.concatenate([m[f"ln_b{size}"] for size in _BEFORE])
        self._convolutions = [
            _Convolution(_columns(size), m[f"w1_{size}"], m[f"b1_{size}"], m[f"w2_{size}"], m[f"b2_{size}"])
            for size in _BEFORE
        ]
        self._smallest = float(m["eps"])
        self._computing = threading.Lock()
        self._processors = ThreadpoolController()

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors `(n, 512)` in the order of the texts; what is longer than the model should read is cut."""
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        found = self._tokenizer.encode_batch(list(texts))
        read = [[BEGIN, *pieces_of(each)[: self._pieces], END] for each in found]
        with self._computing, self._processors.limit(limits=_THREADS, user_api="blas"):
            for (start, end), part in self._computed(read):
                vectors[start:end] = part
        return vectors

    def _computed(self, read: Sequence[Sequence[int]]) -> Iterator[tuple[tuple[int, int], Matrix]]:
        """(from, to) and the vectors of these texts, for neighbouring texts that are computed together.

        What is much is computed on every processor: the BLAS's own threads make it a tenth quicker, whole parts side
        by side nearly as many times as there are processors.
        """
        parts = _parts([len(ids) for ids in read])
        if len(parts) < _MUCH:
            yield from ((part, self._part(read[slice(*part)])) for part in parts)
            return
        with ThreadPoolExecutor(available_cores(), "embed") as pool:
            yield from zip(parts, pool.map(lambda part: self._part(read[slice(*part)]), parts), strict=True)

    def cut_words(self, text: str) -> list[str]:
        """The pieces of a text that are written without spaces, as its vocabulary has them: mostly words."""
        pieces = (piece.lstrip(_SPACE) for piece in self._tokenizer.encode(text).tokens)
        return [piece for piece in pieces if piece]

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        """The same as LlamaIndex's models say it, for the indexing job."""
        vectors: list[list[float]] = self.embed(texts).tolist()
        return vectors

    def _part(self, read: Sequence[Sequence[int]]) -> Matrix:
        """The vectors of texts that are computed together."""
        lengths = np.array([len(ids) for ids in read])
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        features = self._features(np.fromiter(chain.from_iterable(read), dtype=np.int64), starts, lengths)
        m = self._weights.matrices
        # Summed first: the projection is linear, and a text's sum is one row of it.
        summed = np.add.reduceat(features, starts, axis=0) @ m["cnn_W"] + lengths[:, None] * m["cnn_b"]
        mean = (summed / np.sqrt(lengths)[:, None]).astype(np.float32)
        inner = _relu(mean @ m["p1"] + _relu(mean @ m["d0"]) @ m["d1"])
        vectors = np.tanh(inner @ m["p3"] + _relu(inner @ m["d2"]) @ m["d3"])
        lengths_squared = np.einsum("ij,ij->i", vectors, vectors)
        return np.asarray(vectors / np.sqrt(np.maximum(lengths_squared, self._smallest))[:, None], dtype=np.float32)

    def _features(self, ids: NDArray[np.int64], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Matrix:
        """`(pieces, 1280)`: each piece's own vector, and the features of 2, 3 and 5 pieces around it."""
        weights, count = self._weights, len(ids)
        features = np.empty((count, DIMENSION + _WIDTH * len(self._convolutions)), dtype=np.float32)
        own = features[:, :DIMENSION]
        table = ids % len(weights.scale)
        np.multiply(weights.table[ids], weights.scale[table, None], out=own)
        own += weights.low[table, None]
        projected = own @ self._projection + self._projection_bias
        projected = self._normalised(projected, self._gain, self._shift)
        around = _neighbours(starts, lengths, count)
        for number, convolution in enumerate(self._convolutions):
            incoming = projected[:, number * _WIDTH : (number + 1) * _WIDTH]
            places = around[:, convolution.columns]
            hidden = incoming + _relu(_gathered(incoming, places) @ convolution.first + convolution.first_bias)
            hidden += _relu(_gathered(hidden, places) @ convolution.second + convolution.second_bias)
            start = DIMENSION + number * _WIDTH
            features[:, start : start + _WIDTH] = hidden
        return self._normalised(features, weights.matrices["ln_g"], weights.matrices["ln_b"])

    def _normalised(self, rows: Matrix, gain: Matrix, shift: Matrix) -> Matrix:
        """Every row with mean 0 and deviation 1, then stretched and shifted; in place."""
        rows -= rows.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[1]
        rows *= (1.0 / np.sqrt(variance + self._smallest))[:, None]
        rows *= gain
        rows += shift
        return rows


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
