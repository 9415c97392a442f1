"""Vectors made of hashes instead of a model: no weights, no seconds."""

import hashlib

import numpy as np

from storage.embedding.models import ModelIdentity


class HashEmbedding:
    """A text's vector is derived from its bytes alone."""

    def __init__(self, identity: ModelIdentity, device: str = "cpu", batch_size: int = 0) -> None:
        self._dimension = identity.dimension

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        return [self.get_text_embedding(text) for text in texts]

    def get_text_embedding(self, text: str) -> list[float]:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        vector: list[float] = np.random.default_rng(seed).normal(size=self._dimension).tolist()
        return vector
