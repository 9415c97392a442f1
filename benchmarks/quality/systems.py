"""The searches that are compared: dense, lexical, rank fusion, and the server's own retriever and local scorer."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from llama_index.core.schema import NodeWithScore

from server.answering.conflicts import computation, conflict_of, find_conflicts, with_both
from server.answering.further_passages import nodes_of
from server.answering.neighbours import going_on
from server.answering.quoting import extract_answer, words_of_index
from server.answering.whole_reading import quoted_reading, reading_of
from server.passages import Passage, passage_of
from server.relevance.local_scorer import LocalScorer
from server.relevance.postprocessor import select
from server.retrieval.corpus import corpus_of
from server.retrieval.index_holder import OpenIndex
from storage.caches.embeddings import Matrix
from storage.records import ChunkRecord
from storage.vectors.collection import VectorCollection
from storage.vectors.llama_index import metadata_of

DEPTH = 10
THRESHOLD = 4
READ_THRESHOLD = 3  # what a language model would read
SYSTEMS = ("dense", "lexical", "rank fusion", "ours")

_CANDIDATES = 100
_RRF_CONSTANT = 60  # Cormack, Clarke and Büttcher 2009


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the searches gave for one question: ranked chunks by system; ours also the best relevance score, what it
    kept, for a language model to read as well, and answered without one ("" where it refused), and how long that took.
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
    rejected = [passage_of(verdict.node, verdict.judgement) for verdict in verdicts if not verdict.kept]
    whole = read_whole(question, nodes, index)
    answer, kept = whole or (quoted(question, kept, index, rejected) if kept else ("", kept))
    answered = time.perf_counter()
    read = [
        verdict.node.node.node_id
        for verdict in select(nodes, judgements, threshold=READ_THRESHOLD, keep=5)
        if verdict.kept
    ]
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
        kept=tuple(_chunks(index, list(dict.fromkeys([*(passage.id for passage in kept), *read])))),
        answer=answer,
        answer_seconds=answered - scored,
    )


def read_whole(question: str, nodes: Sequence[NodeWithScore], index: OpenIndex) -> tuple[str, list[Passage]] | None:
    """The same for a question about whole documents; None where it is an ordinary one."""
    shares: dict[str, float] = defaultdict(float)
    for node in nodes:
        shares[metadata_of(node.node)["document"]] += (node.score or 0.0) ** 2
    reading = reading_of(question, (), index.generation.catalogue, lambda _: shares)
    if reading is None:
        return None
    kept = [passage_of(node) for node in nodes_of(index.generation, reading.quoted_chunks)]
    return quoted_reading(reading, kept), kept


def quoted(
    question: str, kept: list[Passage], index: OpenIndex, rejected: Sequence[Passage] = ()
) -> tuple[str, list[Passage]]:
    """What a server without a language model answers, and from which passages: where documents contradict, both."""
    generation = index.generation
    kept = [*kept, *map(passage_of, nodes_of(generation, going_on(kept, generation.catalogue)))]
    formula = computation(question, kept, generation)
    computed = f"\n\nComputed: {formula}" if formula else ""
    found = find_conflicts(question, kept, generation, rejected)
    known = {passage.id for passage in kept}
    others = {other.chunk.id: other.chunk for each in found for other in each.others if other.chunk.id not in known}
    kept = [*kept, *map(passage_of, nodes_of(generation, list(others.values())))]
    answer = extract_answer(question, kept, words_of_index(generation)) + computed
    for each in found:
        answer = with_both(answer, conflict_of(each, kept, generation.catalogue), kept)
    return answer, kept


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
