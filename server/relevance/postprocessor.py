"""Relevance: every retrieved passage is scored 0 to 10 for the question, weak ones are dropped, the best come first.

What could not be scored is not irrelevant: it stays, in retrieval order, behind what was scored. Scores can only drop
and reorder what was retrieved. Knows nothing of how a score comes about; see `llm_scorer` and `local_scorer`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle
from pydantic import Field, PrivateAttr

from server.deadline import TimeUp
from server.language import Language, question_language
from server.language_model.errors import LanguageModelError
from server.language_model.usage import Usage
from server.passages import Judgement, Passage, Scoring, passage_of
from storage.message_translation import told
from storage.messages import joined, message

ScorerName = Literal["llm", "local"]
OnScored = Callable[[int, Judgement], None]
OnFound = Callable[[Sequence[NodeWithScore]], None]


@dataclass
class ScoringRecord:
    """What scoring one question cost, what went wrong, and which passages the provider refuses to read.

    `scored_locally`: how many the model did not judge, so that the local formula did.

    Written by several threads, under the scorer's lock.
    """

    usage: Usage = field(default_factory=Usage)
    cached: int = 0
    failure: LanguageModelError | TimeUp | None = None
    refused_ids: set[str] = field(default_factory=set)
    scored_locally: int = 0


class RelevanceScorer(Protocol):
    """Judges passages. `name` is what API and pages call it, `record` what the last question cost."""

    name: ScorerName
    record: ScoringRecord

    def score(
        self, question: str, nodes: Sequence[NodeWithScore], on_scored: OnScored | None = None
    ) -> list[Judgement]:
        """One judgement per node, in the order of the nodes.

        `on_scored` is called once per node, with its position, as soon as its judgement is known; perhaps from other
        threads. A node that cannot be scored gets a judgement without score: scoring never fails for one of them.
        """
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """A node, what was judged of it, and whether it may be answered from."""

    node: NodeWithScore
    judgement: Judgement
    kept: bool


class RelevancePostprocessor(BaseNodePostprocessor):
    """Scores nodes, drops those below `threshold`, puts the best first and keeps `keep` of them.

    `verdicts` then holds all nodes, the kept ones first and each part best first. The node that retrieval found best is
    never crowded out by others, only dropped for its own score. `on_found` is called with the nodes before they are
    scored.
    """

    threshold: int = Field(ge=0, le=10)
    keep: int = Field(ge=1)
    _scorer: Any = PrivateAttr()
    _on_scored: OnScored | None = PrivateAttr()
    _on_found: OnFound | None = PrivateAttr()
    _verdicts: tuple[Verdict, ...] = PrivateAttr(default=())

    def __init__(
        self,
        scorer: RelevanceScorer,
        *,
        threshold: int,
        keep: int,
        on_scored: OnScored | None = None,
        on_found: OnFound | None = None,
    ) -> None:
        super().__init__(threshold=threshold, keep=keep)  # type: ignore[call-arg]
        self._scorer = scorer
        self._on_scored = on_scored
        self._on_found = on_found

    @classmethod
    def class_name(cls) -> str:
        """The name LlamaIndex shows for this postprocessor."""
        return "RelevancePostprocessor"

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What became of every node of the last question, rejected ones included."""
        return self._verdicts

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        question = query_bundle.query_str if query_bundle else ""
        if self._on_found is not None:
            self._on_found(nodes)
        judgements = self._judgements(question, nodes) if nodes else []
        self._verdicts = select(nodes, judgements, threshold=self.threshold, keep=self.keep)
        return [verdict.node for verdict in self._verdicts if verdict.kept]

    def _judgements(self, question: str, nodes: Sequence[NodeWithScore]) -> list[Judgement]:
        """The scorer's, with their reasons in the language of the question."""
        language, on_scored = question_language(question), self._on_scored

        def tell(judgement: Judgement) -> Judgement:
            return replace(judgement, reason=told(judgement.reason, language))

        heard = None if on_scored is None else lambda index, judgement: on_scored(index, tell(judgement))
        return [tell(judgement) for judgement in self._scorer.score(question, nodes, heard)]


def select(
    nodes: Sequence[NodeWithScore], judgements: Sequence[Judgement], *, threshold: int, keep: int
) -> tuple[Verdict, ...]:
    """All nodes with their verdicts, kept ones first. `nodes` are in retrieval order, best first."""
    judged = list(zip(nodes, judgements, strict=True))
    ranked = sorted(judged, key=_rank)
    passing = [pair for pair in ranked if pair[1].score is None or pair[1].score >= threshold]
    kept = passing[:keep]
    if keep > 1 and judged and judged[0] in passing[keep:]:
        kept[-1] = judged[0]
    kept_ids = {node.node.node_id for node, _ in kept}
    rejected = [pair for pair in ranked if pair[0].node.node_id not in kept_ids]
    return tuple(Verdict(node, judgement, True) for node, judgement in kept) + tuple(
        Verdict(node, judgement, False) for node, judgement in rejected
    )


def _rank(pair: tuple[NodeWithScore, Judgement]) -> tuple[bool, int, float]:
    """Scored before unscored, then by score, then by retrieval; sorting is stable, so ties keep retrieval order."""
    node, judgement = pair
    if judgement.score is None:
        return (True, 0, 0.0)
    return (False, -judgement.score, -(node.score or 0.0))


@dataclass(frozen=True, slots=True)
class JudgedPassages:
    """The passages of a question, judged. `kept` are to be answered from, best first; `nodes` are the same."""

    nodes: tuple[NodeWithScore, ...]
    kept: tuple[Passage, ...]
    rejected: tuple[Passage, ...]
    scoring: Scoring
    record: ScoringRecord

    def without(self, ids: Collection[str], reason: str = "") -> "JudgedPassages":
        """The same, with some of the kept passages rejected after all.

        With a `reason` that is why, and their score is below the cutoff.
        """
        most = max(0, self.scoring.threshold - 1)
        dropped = tuple(_rejected(passage, reason, most) for passage in self.kept if passage.id in ids)
        return replace(
            self,
            nodes=tuple(node for node in self.nodes if node.node.node_id not in ids),
            kept=tuple(passage for passage in self.kept if passage.id not in ids),
            rejected=dropped + self.rejected,
        )


def _rejected(passage: Passage, reason: str, most: int) -> Passage:
    judgement = passage.judgement
    if judgement is not None and reason:
        judgement = Judgement(judgement.score and min(judgement.score, most), reason)
    return replace(passage, kept=False, judgement=judgement)


def evidence_of(
    verdicts: Sequence[Verdict], scorer: RelevanceScorer, threshold: int, language: Language = "en"
) -> JudgedPassages:
    """What became of the retrieved nodes; reasons are in the question's `language`."""
    passages = [passage_of(verdict.node, _remarked(verdict, threshold, language), verdict.kept) for verdict in verdicts]
    scored = sum(verdict.judgement.score is not None for verdict in verdicts)
    return JudgedPassages(
        nodes=tuple(verdict.node for verdict in verdicts if verdict.kept),
        kept=tuple(passage for passage in passages if passage.kept),
        rejected=tuple(passage for passage in passages if not passage.kept),
        scoring=Scoring(_scored_by(scorer, len(verdicts)), threshold, scored, len(verdicts) - scored),
        record=scorer.record,
    )


def _scored_by(scorer: RelevanceScorer, passages: int) -> ScorerName:
    """Who judged: the local formula where the model judged none of the passages."""
    return "local" if passages and scorer.record.scored_locally == passages else scorer.name


def _remarked(verdict: Verdict, threshold: int, language: Language) -> Judgement:
    """The judgement; it says so where a passage is answered from although its score is below the cutoff."""
    judgement = verdict.judgement
    if not verdict.kept or judgement.score is None or judgement.score >= threshold:
        return judgement
    below = message("below the cutoff of {threshold}, used all the same", threshold=threshold)
    return replace(judgement, reason=told(joined([judgement.reason, below], "; "), language))
