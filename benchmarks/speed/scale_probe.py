"""Asks one open index, in a process of its own, and tells what that took as lines of JSON.

    python -m benchmarks.speed.scale_probe INDEX_DIR EXPECTED [--questions 200]

The questions go through the server's own retriever as `/api/retrieve` has it: vectors, words, evidence, all but the
embedding of the question and what its sentences mean.
The first line tells of an index left alone. Then it goes on asking until standard input ends, and the second line
tells of that time.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from llama_index.core.base.embeddings.base import BaseEmbedding

from benchmarks.speed.synthetic import passage_vectors, questions
from server.retrieval.corpus import DENSE_CANDIDATES, corpus_of
from server.retrieval.index_holder import OpenIndex
from server.retrieval.retriever import LEXICAL_CANDIDATES, HybridRetriever
from server.threads import keep_products_on_one_thread
from storage.caches.embeddings import Matrix
from storage.generations.published import CHROMA, EXACT_VECTORS, Generation, open_generation

_K = 10
_RECALL_QUERIES = 200
_WARM_UP = 20
_FILTERS = {"one document": "*-000003.txt", "a tenth of the documents": "*3.txt", "half of them": "*[02468].txt"}


class MadeUpEmbedding(BaseEmbedding):
    """A question's vector made of its bytes; costs a tenth of a millisecond."""

    dimension: int
    expected: int

    def _get_text_embedding(self, text: str) -> list[float]:
        vector: list[float] = passage_vectors([text], self.dimension, self.expected)[0].tolist()
        return vector

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def main() -> int:
    """Measure and tell."""
    options = _options()
    keep_products_on_one_thread()  # as a server does
    started = time.perf_counter()
    generation = open_generation(options.index_dir)
    model = MadeUpEmbedding(dimension=generation.vectors.dimension, expected=options.expected)
    generation.vectors.nearest(passage_vectors(["first"], model.dimension, options.expected)[0], 1)
    opened = time.perf_counter() - started
    index = OpenIndex(generation, model)
    asked = _questions(generation, options.questions + _WARM_UP)
    _ask(index, asked[:_WARM_UP])
    idle = _ask(index, asked[_WARM_UP:])
    resident = psutil.Process().memory_info().rss
    told = {
        "open_seconds": opened,
        "idle_ms": idle,
        "parts_ms": _parts(generation, model, asked[_WARM_UP:]),
        "filtered_ms": {name: _ask(index, asked[:50], [pattern]) for name, pattern in _FILTERS.items()},
        "resident_mb": resident / 2**20,
        "recall": _recall(generation, model),
        **_disk(generation),
    }
    _tell(told)
    _tell({"busy_ms": _ask_until_told(index, asked)})
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.speed.scale_probe")
    parser.add_argument("index_dir", type=Path)
    parser.add_argument("expected", type=int)
    parser.add_argument("--questions", type=int, default=200)
    return parser.parse_args()


def _questions(generation: Generation, number: int) -> list[str]:
    ids = generation.catalogue.chunk_ids()
    sample = [ids[i] for i in np.random.default_rng(0).integers(0, len(ids), number)]
    chunks = generation.catalogue.chunks(sample)
    return questions([chunks[id_].text for id_ in sample])


def _ask(index: OpenIndex, asked: Sequence[str], documents: Sequence[str] = ()) -> list[float]:
    corpus = corpus_of(index.generation, index.embed_model)
    for question in asked:  # remembered from then on: a question's embedding is not what is measured here
        corpus.question_vector(question)
    retriever = HybridRetriever(index, _K, documents, reads_sentences=False)
    return _milliseconds(retriever.retrieve, asked)


def _ask_until_told(index: OpenIndex, asked: Sequence[str]) -> list[float]:
    told = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        told.set()

    threading.Thread(target=wait, daemon=True).start()
    spent: list[float] = []
    while not told.is_set():
        spent += _ask(index, [asked[len(spent) % len(asked)]])
    return spent


def _parts(generation: Generation, model: MadeUpEmbedding, asked: Sequence[str]) -> dict[str, list[float]]:
    """The two searches alone, of which the rest is Python over some 100 candidates."""
    vectors = dict(zip(asked, passage_vectors(asked, model.dimension, model.expected), strict=True))
    return {
        "vectors": _milliseconds(
            lambda question: generation.vectors.nearest(vectors[question], DENSE_CANDIDATES), asked
        ),
        "words": _milliseconds(lambda question: generation.catalogue.words.search(question, LEXICAL_CANDIDATES), asked),
    }


def _milliseconds(work: Callable[[str], Any], asked: Sequence[str]) -> list[float]:
    spent = []
    for question in asked:
        started = time.perf_counter()
        work(question)
        spent.append(round((time.perf_counter() - started) * 1000, 3))
    return spent


def _recall(generation: Generation, model: MadeUpEmbedding) -> float:
    """Share of the ten nearest of an exact search that the index finds, for queries spread as the vectors are."""
    ids = generation.catalogue.chunk_ids()
    matrix = generation.vectors.vectors(ids)
    queries = passage_vectors([f"query {number}" for number in range(_RECALL_QUERIES)], model.dimension, model.expected)
    found = [_found(generation, ids, matrix, query) for query in queries]
    return float(np.mean(found))


def _found(generation: Generation, ids: Sequence[str], matrix: Matrix, query: Matrix) -> float:
    near = min(_K, len(ids))
    exact = {ids[row] for row in np.argpartition(-(matrix @ query), near - 1)[:near]}
    return len(exact & {id_ for id_, _ in generation.vectors.nearest(query, near)}) / near


def _disk(generation: Generation) -> dict[str, float]:
    chunks = generation.manifest.counts.chunks
    files = [*(generation.directory / CHROMA).rglob("*"), generation.directory / EXACT_VECTORS]
    vectors = sum(file.stat().st_size for file in files if file.is_file())
    catalogue = (generation.directory / "catalogue.db").stat().st_size
    return {"chunks": chunks, "vector_bytes": vectors / chunks, "catalogue_bytes": catalogue / chunks}


def _tell(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
