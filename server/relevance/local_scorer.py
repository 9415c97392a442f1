"""Scores relevance without a language model: from words, their closeness, the kind of answer, and the cosine.

0-10 means what it means to the model's prompt: 0 unrelated, 1-3 same topic, 4-6 partly answers, 7-8 mostly, 9-10
answers directly. Figures: `make eval`.
"""

from collections.abc import Sequence
from typing import Literal

from llama_index.core.schema import NodeWithScore

from server.evidence.answer_types import AnswerType
from server.evidence.examination import Evidence, Frequencies, Profile, examine, profile_of
from server.evidence.sentence_ranking import NEAR_MISS, best_of, ranked_sentences, score_of
from server.passages import Found, Judgement, found_of
from server.relevance.postprocessor import OnScored, RelevanceScorer, ScoringRecord
from storage.messages import joined, message
from storage.vectors.llama_index import metadata_of

_SHOWN = 3
_CLOSE = 0.6
_SAME_TOPIC = 3  # the most
_MOSTLY = 7  # points: what answers most of a question does not name "only" a word of it

_KINDS: dict[AnswerType, str] = {
    "number": message("a number"),
    "date": message("a date"),
    "person": message("a name"),
    "place": message("a place"),
    "reason": message("a reason"),
}


class LocalScorer:
    """A `RelevanceScorer` that needs an index's word statistics and no model."""

    name: Literal["llm", "local"] = "local"

    def __init__(self, frequencies: Frequencies, chunks: int) -> None:
        self._frequencies = frequencies
        self._chunks = chunks
        self.record = ScoringRecord()

    def score(
        self, question: str, nodes: Sequence[NodeWithScore], on_scored: OnScored | None = None
    ) -> list[Judgement]:
        """One judgement per node, in the order of the nodes."""
        profile = profile_of(question, self._frequencies, self._chunks)
        judgements = []
        for index, node in enumerate(nodes):
            metadata = metadata_of(node.node)
            found = found_of(metadata)
            judgement = judge(profile, node.node.get_content(), metadata.get("context", ""), found)
            judgements.append(judgement)
            if on_scored is not None:
                on_scored(index, judgement)
        return judgements


class BestOfWordings:
    """A `RelevanceScorer` that judges by the question in several languages: what answers one of them answers."""

    def __init__(self, scorer: RelevanceScorer, others: Sequence[str]) -> None:
        self.name: Literal["llm", "local"] = scorer.name
        self.record = scorer.record
        self._scorer = scorer
        self._others = tuple(others)

    def score(
        self, question: str, nodes: Sequence[NodeWithScore], on_scored: OnScored | None = None
    ) -> list[Judgement]:
        """One judgement per node, in the order of the nodes; of equal scores that for the question as it was asked."""
        by_wording = [self._scorer.score(wording, nodes) for wording in (question, *self._others)]
        best = [max(each, key=lambda judgement: judgement.score or 0) for each in zip(*by_wording, strict=True)]
        for index, judgement in enumerate(best):
            if on_scored is not None:
                on_scored(index, judgement)
        return best


def judge(profile: Profile, text: str, context: str, found: Found) -> Judgement:
    """The score of one passage, that of its best sentence, and, as a message, what it was given for."""
    best = best_of(ranked_sentences(profile, text, context, found))
    score = score_of(best)
    if best is not None and best.is_near_miss and score >= NEAR_MISS:
        near = message("speaks of something else with nearly the same name: another version, year or party")
        return Judgement(score, near)
    return Judgement(score, _reason(profile, examine(profile, text, context), score))


def _reason(profile: Profile, evidence: Evidence, score: int) -> str:
    words = joined([message("“{word}”", word=word) for word in evidence.shared[:_SHOWN]], ", ")
    if not evidence.shared:
        return _without_words(evidence, score)
    if evidence.introduced == 1.0:
        return message("introduces {words}", words=words)
    if evidence.closeness < _CLOSE or len(evidence.shared) == 1:
        only = message("names only {words}", words=words)
        is_little = evidence.coverage < _CLOSE and score < _MOSTLY
        return only if is_little else message("names {words}", words=words)
    kind = _KINDS.get(profile.expects) if evidence.typed else None
    if kind is None:
        return message("names {words} close together", words=words)
    return message("names {words} close together, with {kind} beside", words=words, kind=kind)


def _without_words(evidence: Evidence, score: int) -> str:
    if score <= _SAME_TOPIC:
        return message("names nothing the question asks about")
    if evidence.comparable < 1.0:
        return message("is in another language than the question, and near to it in meaning")
    return message("says it in other words, near to the question in meaning")
