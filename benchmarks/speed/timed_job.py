"""The real indexing job in a process of its own, telling what its phases took as a line of JSON.

    python -m benchmarks.speed.timed_job [--synthetic EXPECTED]     settings from the environment

`--synthetic`: vectors in clusters instead of a model's, laid out for so many texts. Only the probe text of the
packaged model is embedded by that model, so that a server recognises the index as one of its own.
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.speed.synthetic import passage_vectors
from indexing.documents import ParseFailure
from indexing.job import run_job
from indexing.settings import IndexingSettings
from storage.embedding.local import build_text_embedder
from storage.embedding.models import PACKAGED, PROBE_TEXT, ModelIdentity
from storage.settings import StorageSettings


@dataclass
class TimedProgress:
    """Remembers when what began, in seconds of the process's clock."""

    steps: list[tuple[str, float]] = field(default_factory=list)
    embedding_began: float = 0.0
    embedding_ended: float = 0.0

    def say(self, sentence: str) -> None:
        """Not timed."""

    def downloading(self, size: int, there: int) -> None:
        """Not timed."""

    def downloaded(self, size: int) -> None:
        """Not timed."""

    def reading(self, documents: int) -> None:
        """Files are read from now on."""
        self.steps.append(("reading", time.perf_counter()))

    def read(self, path: str, pages: int, chunks: int, failure: ParseFailure | None = None) -> None:
        """Not timed."""

    def reading_part(self, path: str, part: int, of: int) -> None:
        """Nothing of interest."""

    def embedding(self, chunks: int, characters: int) -> None:
        """The embedding phase begins; the model is loaded."""
        self.embedding_began = time.perf_counter()
        self.steps.append(("embedding", self.embedding_began))

    def embedded(self, chunks: int, characters: int) -> None:
        """It may have ended."""
        self.embedding_ended = time.perf_counter()

    def working(self, on: str) -> None:
        """Something else begins."""
        self.steps.append((on, time.perf_counter()))

    def phases(self, ended: float) -> dict[str, float]:
        """Seconds of each phase, a phase lasting until the next one begins."""
        ends = [moment for _, moment in self.steps[1:]] + [ended]
        return {name: round(end - began, 3) for (name, began), end in zip(self.steps, ends, strict=True)}


class MadeUpEmbedder:
    """Vectors made of the texts' bytes; see `synthetic`."""

    def __init__(self, identity: ModelIdentity, expected: int) -> None:
        self._identity = identity
        self._expected = expected

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        """One vector for each text, in order."""
        if texts == [PROBE_TEXT] and self._identity.name == PACKAGED:
            real: list[list[float]] = build_text_embedder(self._identity, "cpu").get_text_embedding_batch(texts)
            return real
        vectors: list[list[float]] = passage_vectors(texts, self._identity.dimension, self._expected).tolist()
        return vectors


def main() -> int:
    """Run the job; its exit code."""
    parser = argparse.ArgumentParser("python -m benchmarks.speed.timed_job")
    parser.add_argument("--synthetic", type=int, metavar="EXPECTED")
    expected = parser.parse_args().synthetic
    progress = TimedProgress()

    def load_model(identity: ModelIdentity, device: str, batch_size: int) -> Any:
        if expected is None:
            return build_text_embedder(identity, device, batch_size)
        return MadeUpEmbedder(identity, expected)

    report = run_job(StorageSettings(), IndexingSettings(), progress, load_model=load_model)
    told = {
        "seconds": report.seconds,
        "embedding_seconds": progress.embedding_ended - progress.embedding_began,
        "phases": progress.phases(time.perf_counter()),
        "documents": report.documents,
        "chunks": report.chunks,
        "embedded": report.embedded,
        "published": report.published,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
