"""How much a question sounds as if it went on with a conversation, by its sense: a linear model over its vector.

The packaged model's vector of a question tells "Will my settings be lost?" from "How do I export invoices?" in all its
languages, also where no word of theirs is known to the rules of `standalone`. Weights:
`python -m benchmarks.quality.fit_standalone`.
"""

import base64
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from server.answering.standalone_weights import BIAS, SCALE, WEIGHTS
from storage.caches.embeddings import Matrix
from storage.embedding.packaged_encoder import packaged_encoder

_LONGEST = 400  # characters


@lru_cache(maxsize=4096)
def dependence_of(question: str) -> float | None:
    """Above 0 where it is likelier to need the conversation, in logits; None without the packaged model."""
    encoder = packaged_encoder()
    if encoder is None:
        return None
    return float(encoder.embed([question[:_LONGEST]])[0] @ _weights()) + BIAS


@lru_cache(maxsize=1)
def _weights() -> Matrix:
    """One for each number of a vector."""
    return np.frombuffer(base64.b85decode(WEIGHTS), dtype=np.int8).astype(np.float32) * np.float32(SCALE)


def encoded_weights(weights: Sequence[float]) -> tuple[str, float]:
    """`WEIGHTS` and `SCALE` for these: a byte for each, which moves a question by less than a hundredth."""
    scale = max(map(abs, weights)) / 127
    rounded = np.rint(np.asarray(weights) / scale).astype(np.int8)
    return base64.b85encode(rounded.tobytes()).decode(), scale
