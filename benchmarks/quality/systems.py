"""The searches that are compared: dense, lexical, rank fusion, and the server's own retriever and local scorer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle

from benchmarks.quality.corpora import publish_index
from benchmarks.quality.question_sets import ROOT, QuestionSet
from server.answering.collaborators import Parts
from server.answering.flow import READ_BELOW, Flow
from server.answering.follow_up import asked_before
from server.answers import Answer, Event, PassageScored, PassagesFound, Question, Turn
from server.bootstrap import quoting_parts
from server.deadline import Deadline, until
from server.passages import Passage
from server.retrieval.corpus import corpus_of
from server.retrieval.index_holder import OpenIndex
from server.retrieval.retriever import HybridRetriever
from storage.caches.embeddings import Matrix
from storage.embedding.local import build_embed_model
from storage.embedding.models import resolve_model
from storage.generations.published import open_generation
from storage.records import ChunkRecord
from storage.vectors.collection import VectorCollection

DEPTH = 10
THRESHOLD = 4
SYSTEMS = ("dense", "lexical", "rank fusion", "ours")

_CANDIDATES = 100
_HIGHEST_SCORE = 10
_KEPT = 5
_LONGEST_SECONDS = 600.0
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


def open_indexes(sets: Iterable[QuestionSet]) -> Iterator[tuple[str, OpenIndex]]:
    """Each set's name and the index of its documents, of the packaged model; built where it is not there yet."""
    identity = resolve_model("packaged")
    model: Any = build_embed_model(identity)
    results = ROOT / "eval" / "results"
    for each in sets:
        directory: Path = results / "indexes" / each.corpus
        publish_index(directory, each.documents(), identity, model, cache_file=results / "embeddings.db")
        yield each.name, OpenIndex(open_generation(directory), model)


def ask(index: OpenIndex, question: str, depth: int = DEPTH, history: Sequence[Turn] = ()) -> Outcome:
    """Ask every system, ours for the `depth` best passages: as the server answers without a language model.

    Ours alone knows the conversation: the others search for the question together with the one before.
    """
    found: list[Passage] = []
    scores: list[int] = []

    def watch(event: Event) -> None:
        if isinstance(event, PassagesFound):
            found[:] = event.passages
        elif isinstance(event, PassageScored):
            scores.append(event.judgement.score or 0)

    with until(Deadline(_LONGEST_SECONDS)):
        answer = Flow(
            Question(question, k=depth, keep=_KEPT, threshold=THRESHOLD, history=tuple(history)),
            index,
            _parts(),
            None,
            watch,
        ).answer()
    searched = " ".join((question, asked_before(history))) if history else question
    ours = [passage.id for passage in found]
    if answer.whole_reading is not None:  # its passages are those of whole documents, in their order
        ours = [_id(node) for node in HybridRetriever(index, depth).retrieve(searched)]
        scores.append(_HIGHEST_SCORE)
    dense, lexical = _dense(index, searched), _lexical(index, searched)
    seconds = {name: milliseconds / 1000 for name, milliseconds in answer.timings_ms.items()}
    return Outcome(
        {
            "dense": _chunks(index, dense),
            "lexical": _chunks(index, lexical),
            "rank fusion": _chunks(index, rank_fusion([dense, lexical])),
            "ours": _chunks(index, ours),
        },
        best_score=max(scores, default=0),
        refused=answer.refused,
        retrieve_seconds=seconds["retrieve"],
        score_seconds=seconds["score"],
        kept=tuple(_chunks(index, _read(answer))),
        answer="" if answer.refused else answer.answer,
        answer_seconds=seconds["answer"],
    )


def _read(answer: Answer) -> list[str]:
    """The passages it is made from, and those that a language model would read beside them."""
    judged = [(passage.judgement.score or 0, passage.id) for passage in answer.rejected if passage.judgement]
    worth_reading = [id_ for score, id_ in judged if score >= THRESHOLD - READ_BELOW]
    sources = [passage.id for passage in answer.sources]
    return sources + worth_reading[: max(0, _KEPT - len(sources))]


@cache
def _parts() -> Parts:
    """The server's own, but that the documents need not lie in a folder."""
    return replace(quoting_parts(), freshness=lambda index, on_gone: _AllThere())


class _AllThere(BaseNodePostprocessor):
    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        return nodes


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
    return [hit.chunk_id for hit in index.generation.catalogue.words.search(question, _CANDIDATES)]


def _chunks(index: OpenIndex, ids: Sequence[str]) -> list[ChunkRecord]:
    chunks = index.generation.catalogue.chunks(ids)
    return [chunks[id_] for id_ in ids]


def _id(node: NodeWithScore) -> str:
    return node.node.node_id
