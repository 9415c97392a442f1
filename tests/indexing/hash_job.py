"""The real job in a process of its own, with vectors made of hashes instead of a model: for tests that kill it.

python -m tests.indexing.hash_job     settings from the environment; prints how many texts it embedded
"""

import hashlib
import sys

import numpy as np

from indexing.job import run_job
from indexing.settings import IndexingSettings
from storage.embedding_models import ModelIdentity
from storage.settings import StorageSettings
from tests.indexing.workshop import RecordingProgress


class HashEmbedding:
    """A text's vector is derived from its bytes: no weights, no seconds."""

    def __init__(self, identity: ModelIdentity, device: str = "cpu", batch_size: int = 0) -> None:
        self._dimension = identity.dimension

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        return [self.get_text_embedding(text) for text in texts]

    def get_text_embedding(self, text: str) -> list[float]:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        vector: list[float] = np.random.default_rng(seed).normal(size=self._dimension).tolist()
        return vector


if __name__ == "__main__":
    report = run_job(StorageSettings(), IndexingSettings(), RecordingProgress(), load_model=HashEmbedding)
    sys.stdout.write(f"{report.embedded}\n")
    sys.exit(report.exit_code)
