"""Finds the passages nearest to a question: by meaning and by words, merged, the best of them looked at closely.

    score = weight · (0.5 · (a · cosine + (1 − a) · bm25 / best bm25) + 0.5 · strength of the evidence)

A convex combination of absolute scores, because ranks hide how good the best hit is: with an embedding model that does
not know the language, rank fusion drags a 0.97 (nDCG@10, CMRC) down to 0.55, this stays above and is better in English
too. Knows nothing of relevance thresholds, language models or HTTP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from llama_index.core import VectorStoreIndex
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks import CallbackManager
from llama_index.core.retrievers import VectorIndexRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from server.corpus import Corpus, corpus_of
from server.evidence import Profile, examine, profile_of
from server.index_holder import OpenIndex
from server.strength import Standing, share_of, strength
from storage.embeddings import Matrix
from storage.lexical import text_words
from storage.records import ChunkRecord
from storage.vector_store import passage_node

DENSE_SHARE = 0.5
"""`a`: between 0.35 and 0.65 the development sets differ by less than their noise; see `make eval`."""

EVIDENCE_SHARE = 0.5

_DENSE_CANDIDATES = 60
_LEXICAL_CANDIDATES = 200
_LOOKED_AT = 24  # of the merged candidates; at least twice k
_MOST_ALIKE = 3  # near-duplicate passages of one document
_ALIKE = 0.8  # of the different words of two passages are common to both
_FEW = (
    12  # up to the square root of so many times all, ids are compared one by one; beyond, fetching too many is quicker
)

_UNKNOWN = Standing()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage and what speaks for it: `cosine` -1 to 1, `bm25` from 0, `standing` see `Standing`, `score` 0 to 1."""

    chunk: ChunkRecord
    cosine: float
    bm25: float = 0.0
    standing: Standing = _UNKNOWN
    score: float = 0.0


class HybridRetriever(BaseRetriever):
    """The `k` best passages of an open index, best first; a node's score is 0 to 1, 1 is best.

    `documents` are glob patterns on the relative path: only what matches is searched. A node's metadata gains
    "retrieval_score", "labels", and what `Standing` says as "standing" and "crosses".
    """

    def __init__(
        self,
        index: OpenIndex,
        k: int,
        documents: Sequence[str] = (),
        *,
        dense_share: float = DENSE_SHARE,
        evidence_share: float = EVIDENCE_SHARE,
    ) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._generation = index.generation
        self._embed_model = index.embed_model
        self._k = k
        self._documents = tuple(documents)
        self._dense_share = dense_share
        self._evidence_share = evidence_share

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """No passage at all where there is none."""
        paths = self._paths()
        if paths is not None and not paths:
            return []
        question = query_bundle.query_str
        corpus = corpus_of(self._generation, self._embed_model)
        looked_at = max(_LOOKED_AT, 2 * self._k)
        fused = fuse(self._candidates(question, corpus, paths, looked_at), self._dense_share)[:looked_at]
        chunks = self._generation.manifest.counts.chunks
        profile = profile_of(question, self._generation.catalogue.document_frequencies, chunks)
        closest = look_closely(fused, profile, self._evidence_share)
        return [self._node(candidate) for candidate in without_repetition(closest, self._k)]

    def _paths(self) -> list[str] | None:
        """The documents that may be searched, None for all."""
        if not self._documents:
            return None
        known = [document.path for document in self._generation.catalogue.documents()]
        wanted = [path for path in known if any(fnmatchcase(path, pattern) for pattern in self._documents)]
        return None if len(wanted) == len(known) else wanted

    def _candidates(self, question: str, corpus: Corpus, paths: list[str] | None, wanted: int) -> list[Candidate]:
        """Those near in meaning and those that share words, each with its exact cosine: `wanted` at least, if there
        are so many, the best ones surely among them.
        """
        catalogue = self._generation.catalogue
        searching = corpus.beside(lambda: catalogue.search(question, _LEXICAL_CANDIDATES, paths))
        vector = corpus.question_vector(question)
        cosines = self._nearest(question, vector, paths)
        words = {hit.chunk_id: hit.score for hit in searching.result()}
        weights = catalogue.weights({**cosines, **words})
        chosen = promising(cosines, words, weights, wanted, self._dense_share)
        unknown = [id_ for id_ in chosen if id_ not in cosines]
        if unknown:
            exact = self._generation.vectors.vectors(unknown) @ vector
            cosines |= dict(zip(unknown, map(float, exact), strict=True))
        mean, deviation = corpus.general_cosine(vector)
        crosses = corpus.crosses_languages
        chunks = catalogue.chunks(chosen)
        return [
            Candidate(
                chunks[id_], cosines[id_], words.get(id_, 0.0), Standing((cosines[id_] - mean) / deviation, crosses)
            )
            for id_ in chosen
        ]

    def _nearest(self, question: str, vector: Matrix, paths: list[str] | None) -> dict[str, float]:
        """The nearest passages of these documents with their cosines."""
        vectors, total = self._generation.vectors, self._generation.manifest.counts.chunks
        if paths is None:
            return self._dense(question, vector, min(_DENSE_CANDIDATES, total))
        ids = self._generation.catalogue.chunk_ids(paths)
        wanted = min(_DENSE_CANDIDATES, len(ids))
        if len(ids) ** 2 <= _FEW * total:  # naming the ids to Chroma costs more, the larger the index
            cosines = zip(ids, map(float, vectors.vectors(ids) @ vector), strict=True)
            return dict(sorted(cosines, key=lambda item: (-item[1], item[0]))[:wanted])
        allowed = frozenset(ids)
        fetched = wanted * total // len(ids)
        while True:
            fetched = min(2 * fetched, total)
            inside = {id_: cosine for id_, cosine in vectors.nearest(vector, fetched) if id_ in allowed}
            if len(inside) >= wanted or fetched == total:
                return dict(list(inside.items())[:wanted])

    def _dense(self, question: str, vector: Matrix, limit: int) -> dict[str, float]:
        if limit == 0:
            return {}
        # What is not passed comes from LlamaIndex's global settings (0.14); the transformations are never used.
        index = VectorStoreIndex.from_vector_store(
            self._generation.vector_store,
            embed_model=self._embed_model,
            callback_manager=self.callback_manager,
            transformations=[self._embed_model],
        )
        retriever = VectorIndexRetriever(index, similarity_top_k=limit, callback_manager=self.callback_manager)
        found = retriever.retrieve(QueryBundle(question, embedding=vector.tolist()))
        return {node.node.node_id: node.score or 0.0 for node in found}

    def _node(self, candidate: Candidate) -> NodeWithScore:
        node = passage_node(candidate.chunk)
        pages = [self._generation.catalogue.page(candidate.chunk.document, n) for n in candidate.chunk.pages]
        added = {
            "retrieval_score": candidate.score,
            "standing": candidate.standing.deviations,
            "crosses": candidate.standing.crosses,
            "labels": list(dict.fromkeys(page.label for page in pages if page is not None and page.label)),
        }
        node.metadata |= added
        node.excluded_llm_metadata_keys += list(added)
        node.excluded_embed_metadata_keys += list(added)
        return NodeWithScore(node=node, score=candidate.score)


def promising(
    cosines: Mapping[str, float],
    words: Mapping[str, float],
    weights: Mapping[str, float],
    wanted: int,
    dense_share: float = DENSE_SHARE,
) -> list[str]:
    """The ids that may be among the best `wanted` once every cosine is known, and the best by words. Pure.

    Who is not among the nearest is no nearer than the last of them: reading a vector only to learn how far it is off
    costs more than the two searches.
    """
    best = max(words.values(), default=0.0)
    if best <= 0.0:
        return list(cosines)
    farthest = min(cosines.values(), default=1.0)

    def score(id_: str, cosine: float) -> float:
        near = min(1.0, max(0.0, cosine))
        return weights[id_] * (dense_share * near + (1.0 - dense_share) * words.get(id_, 0.0) / best)

    ids = [*cosines, *(id_ for id_ in words if id_ not in cosines)]
    least = sorted((score(id_, cosines.get(id_, 0.0)) for id_ in ids), reverse=True)
    limit = least[wanted - 1] if len(least) >= wanted else 0.0
    return [id_ for id_ in ids if score(id_, cosines.get(id_, farthest)) >= limit or words.get(id_, 0.0) == best]


def fuse(candidates: Sequence[Candidate], dense_share: float = DENSE_SHARE) -> list[Candidate]:
    """Scored by cosine, words and the chunk's own weight, best first. Pure.

    Where no word of the question occurs the cosine alone counts, so that it is not halved.
    """
    best = max((candidate.bm25 for candidate in candidates), default=0.0)
    share = dense_share if best > 0 else 1.0

    def score(candidate: Candidate) -> float:
        words = candidate.bm25 / best if best > 0 else 0.0
        return candidate.chunk.weight * (share * min(1.0, max(0.0, candidate.cosine)) + (1.0 - share) * words)

    return sorted((replace(candidate, score=score(candidate)) for candidate in candidates), key=_best_first)


def look_closely(
    candidates: Sequence[Candidate], profile: Profile, evidence_share: float = EVIDENCE_SHARE
) -> list[Candidate]:
    """The candidates with the evidence in their texts added to their scores, best first. Pure."""

    def score(candidate: Candidate) -> float:
        chunk = candidate.chunk
        evidence = examine(profile, chunk.text, chunk.context)
        found = chunk.weight * share_of(strength(evidence, candidate.standing))
        return (1.0 - evidence_share) * candidate.score + evidence_share * found

    return sorted((replace(candidate, score=score(candidate)) for candidate in candidates), key=_best_first)


def without_repetition(candidates: Sequence[Candidate], k: int) -> list[Candidate]:
    """The best `k`, of which at most three of one document say nearly the same. Pure."""
    chosen: list[Candidate] = []
    words: dict[str, frozenset[str]] = {}
    for candidate in candidates:
        if len(chosen) == k:
            break
        words[candidate.chunk.id] = frozenset(word for _, _, word in text_words(candidate.chunk.text))
        if sum(_is_alike(candidate, other, words) for other in chosen) < _MOST_ALIKE:
            chosen.append(candidate)
    return chosen


def _is_alike(one: Candidate, other: Candidate, words: Mapping[str, frozenset[str]]) -> bool:
    if one.chunk.document != other.chunk.document:
        return False
    ours, theirs = words[one.chunk.id], words[other.chunk.id]
    return len(ours & theirs) >= _ALIKE * len(ours | theirs)


def _best_first(candidate: Candidate) -> tuple[float, str]:
    return (-candidate.score, candidate.chunk.id)
