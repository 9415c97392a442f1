"""The searches that are compared: dense, lexical, rank fusion, and the server's own retriever and local scorer."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from llama_index.core.schema import NodeWithScore

from server.answering.quoting import extract_answer, words_of_index
from server.passages import passage_of
from server.relevance.local_scorer import LocalScorer
from server.relevance.postprocessor import select
from server.retrieval.corpus import corpus_of
from server.retrieval.index_holder import OpenIndex
from storage.caches.embeddings import Matrix
from storage.records import ChunkRecord
from storage.vectors.collection import VectorCollection

DEPTH = 10
THRESHOLD = 4
SYSTEMS = ("dense", "lexical", "rank fusion", "ours")

_CANDIDATES = 100
_RRF_CONSTANT = 60  # Cormack, Clarke and Büttcher 2009


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the searches gave for one question: ranked chunks by system; ours also the best relevance score, what it
    kept and answered without a language model ("" where it refused), and how long that took.
    """

    ranked: dict[str, list[ChunkRecord]]
    best_score: int
    refused: bool
    retrieve_seconds: float
    score_seconds: float
    kept: tuple[ChunkRecord, ...] = ()
    answer: str = ""
    answer_seconds: float = 0.0


def ask(index: OpenIndex, question: str, depth: int = DEPTH) -> Outcome:
    """Ask every system, ours for the `depth` best passages."""
    from server.retrieval.retriever import HybridRetriever

    started = time.perf_counter()
    nodes = HybridRetriever(index, depth).retrieve(question)
    retrieved = time.perf_counter()
    catalogue = index.generation.catalogue
    scorer = LocalScorer(catalogue.document_frequencies, index.generation.manifest.counts.chunks)
    judgements = scorer.score(question, nodes)
    scored = time.perf_counter()
    verdicts = select(nodes, judgements, threshold=THRESHOLD, keep=5) if nodes else ()
    kept = [passage_of(verdict.node, verdict.judgement, kept=True) for verdict in verdicts if verdict.kept]
    answer = extract_answer(question, kept, words_of_index(index.generation)) if kept else ""
    answered = time.perf_counter()
    dense, lexical = _dense(index, question), _lexical(index, question)
    return Outcome(
        {
            "dense": _chunks(index, dense),
            "lexical": _chunks(index, lexical),
            "rank fusion": _chunks(index, rank_fusion([dense, lexical])),
            "ours": _chunks(index, [_id(node) for node in nodes]),
        },
        best_score=max((judgement.score or 0 for judgement in judgements), default=0),
        refused=not answer,
        retrieve_seconds=retrieved - started,
        score_seconds=scored - retrieved,
        kept=tuple(_chunks(index, [passage.id for passage in kept])),
        answer=answer,
        answer_seconds=answered - scored,
    )


def rank_fusion(rankings: Sequence[Sequence[str]]) -> list[str]:
    """Reciprocal rank fusion."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, start=1):
            scores[id_] = scores.get(id_, 0.0) + 1 / (_RRF_CONSTANT + rank)
    return sorted(scores, key=lambda id_: (-scores[id_], id_))


def _dense(index: OpenIndex, question: str) -> list[str]:
    """Exact: a hundred neighbours of an approximate search are not the same in every build of the index."""
    ids, matrix = _all_vectors(index.generation.vectors)
    cosines = matrix @ corpus_of(index.generation, index.embed_model).question_vector(question)
    return [ids[place] for place in np.argsort(-cosines, kind="stable")[:_CANDIDATES]]


@lru_cache(maxsize=1)
def _all_vectors(vectors: VectorCollection) -> tuple[list[str], Matrix]:
    ids = sorted(vectors.ids())
    return ids, vectors.vectors(ids)


def _lexical(index: OpenIndex, question: str) -> list[str]:
    return [hit.chunk_id for hit in index.generation.catalogue.search(question, _CANDIDATES)]


def _chunks(index: OpenIndex, ids: Sequence[str]) -> list[ChunkRecord]:
    chunks = index.generation.catalogue.chunks(ids)
    return [chunks[id_] for id_ in ids]


def _id(node: NodeWithScore) -> str:
    return node.node.node_id
