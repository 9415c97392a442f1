"""Scores relevance without a language model: from words, their closeness, the kind of answer, and the cosine.

0-10 means what it means to the model's prompt: 0 unrelated, 1-3 same topic, 4-6 partly answers, 7-8 mostly, 9-10
answers directly. Figures: `make eval`.
"""

from collections.abc import Sequence
from typing import Literal

from llama_index.core.schema import NodeWithScore

from server.evidence.answer_types import AnswerType
from server.evidence.examination import Evidence, Frequencies, Profile, examine, profile_of
from server.evidence.sentence_ranking import NEAR_MISS, Found, best_of, ranked_sentences, score_of
from server.language import Language, question_language
from server.passages import Judgement
from server.relevance.postprocessor import OnScored, ScoringRecord
from storage.vectors.llama_index import PassageMetadata, metadata_of

_SHOWN = 3
_CLOSE = 0.6

_KINDS: dict[AnswerType, dict[Language, str]] = {
    "number": {"en": "a number", "zh": "数字"},
    "date": {"en": "a date", "zh": "时间"},
    "person": {"en": "a name", "zh": "人名"},
    "place": {"en": "a place", "zh": "地点"},
    "reason": {"en": "a reason", "zh": "原因"},
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


def found_of(metadata: PassageMetadata) -> Found:
    """What retrieval says of a passage."""
    return Found(
        metadata.get("standing", 0.0), metadata.get("crosses", False), metadata.get("retrieval_score", Found().score)
    )


def judge(profile: Profile, text: str, context: str, found: Found) -> Judgement:
    """The score of one passage, that of its best sentence, and, in the question's language, what it was given for."""
    best = best_of(ranked_sentences(profile, text, context, found))
    score = score_of(best)
    if best is not None and best.is_near_miss and score >= NEAR_MISS:
        return Judgement(score, _near_miss(profile))
    return Judgement(score, _reason(profile, examine(profile, text, context)))


def _near_miss(profile: Profile) -> str:
    if question_language(profile.question) == "zh":
        return "说的是名称相近的另一事物（另一版本、年份或一方）"
    return "speaks of something else with nearly the same name: another version, year or party"


def _reason(profile: Profile, evidence: Evidence) -> str:
    return (
        _reason_zh(profile, evidence) if question_language(profile.question) == "zh" else _reason_en(profile, evidence)
    )


def _reason_en(profile: Profile, evidence: Evidence) -> str:
    if not evidence.shared:
        return "names nothing the question asks about"
    shared = list(evidence.shared[:_SHOWN])
    named = " and ".join([", ".join(shared[:-1]), shared[-1]] if len(shared) > 1 else shared)
    if evidence.introduced == 1.0:
        return f"introduces {named}"
    together = ", close together" if len(shared) > 1 and evidence.closeness >= _CLOSE else ""
    kind = _KINDS.get(profile.expects, {}).get("en") if evidence.typed else None
    beside = f", with {kind} beside" if kind and together else ""
    only = "only " if evidence.coverage < _CLOSE and not together else ""
    return f"names {only}{named}{together}{beside}"


def _reason_zh(profile: Profile, evidence: Evidence) -> str:
    if not evidence.shared:
        return "没有提到问题中的内容"
    shared = "、".join(f"“{word}”" for word in evidence.shared[:_SHOWN])
    if evidence.introduced == 1.0:
        return f"介绍了{shared}"
    kind = _KINDS.get(profile.expects, {}).get("zh") if evidence.typed else None
    if evidence.closeness >= _CLOSE and len(evidence.shared) > 1:
        return f"在相邻的句子里提到{shared}" + (f"，并有{kind}" if kind else "")
    return f"{'只' if evidence.coverage < _CLOSE else ''}提到{shared}"
