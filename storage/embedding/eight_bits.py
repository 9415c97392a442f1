"""Embeds in 8 bits where that is quicker and says the same: half of the time, or two thirds beside bfloat16.

Only for the indexing job, and only in long runs: what was embedded last is embedded once more by the quicker network,
and this one goes on if all these vectors are nearly what they were.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np

from storage.caches.embeddings import Matrix, unit_rows

logger = logging.getLogger(__name__)

COMPARED = 64
"""How many texts are embedded twice."""

LEAST_COSINE = 0.995
"""Of each of them with itself. Two models differ by far more: see `storage.embedding.models.SAME_MODEL_COSINE`."""

_PATIENCE = 256  # texts: to build and to try the network is the work of a hundred, which a short run would not get back
_MANY = 640  # texts: so long a run gets it back for certain, and tries it as soon as it has something to compare
_LEAST_GAIN = 0.9  # of the processor's time


class _Embedder(Protocol):
    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]: ...


class SteppingDown:
    """A model of the indexing job that changes to 8 bits on its way. Not for several threads.

    `make_quicker` builds the other network; None where that cannot be done.
    """

    def __init__(
        self, model: _Embedder, make_quicker: Callable[[], _Embedder | None], patience: int = _PATIENCE
    ) -> None:
        self._model = model
        self._make_quicker: Callable[[], _Embedder | None] | None = make_quicker
        self._left = patience
        self._texts: deque[str] = deque(maxlen=COMPARED)
        self._vectors: deque[list[float]] = deque(maxlen=COMPARED)
        self._seconds_a_text: deque[float] = deque(maxlen=COMPARED)

    def expect(self, texts: int) -> None:
        """So many texts will come."""
        if texts >= _MANY:
            self._left = min(self._left, COMPARED)

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        """Unit vectors in the order of the texts."""
        if self._make_quicker is None:
            return self._model.get_text_embedding_batch(texts)
        if self._left <= 0 and len(self._texts) == COMPARED:
            self._decide(self._make_quicker)
            return self._model.get_text_embedding_batch(texts)
        started = time.process_time()
        vectors = self._model.get_text_embedding_batch(texts)
        self._seconds_a_text.extend([(time.process_time() - started) / max(1, len(texts))] * len(texts))
        self._texts.extend(texts)
        self._vectors.extend(vectors)
        self._left -= len(texts)
        return vectors

    def _decide(self, make_quicker: Callable[[], _Embedder | None]) -> None:
        self._make_quicker = None
        before = sum(self._seconds_a_text)
        try:
            quicker = make_quicker()
            if quicker is None:
                return
            started = time.process_time()
            vectors = quicker.get_text_embedding_batch(list(self._texts))
            seconds = time.process_time() - started
            least = least_cosine(unit_rows(list(self._vectors)), unit_rows(vectors))
        except (RuntimeError, ValueError) as error:  # OpenVINO has no such product for this processor after all
            logger.info("embedding goes on as before, not in 8 bits: %s", str(error).partition("\n")[0][:200])
            return
        finally:
            self._texts.clear()
            self._vectors.clear()
        is_taken = least >= LEAST_COSINE and seconds < _LEAST_GAIN * before
        logger.info(
            "8 bits: cosine %.4f or more, %.2f of the time; %s",
            least,
            seconds / (before or 1.0),
            "used" if is_taken else "not used",
        )
        if is_taken:
            self._model = quicker


def least_cosine(one: Matrix, other: Matrix) -> float:
    """The least cosine of a row of one with the same row of the other, both unit rows `(n, dimension)`."""
    return float(np.einsum("ij,ij->i", one, other).min())
