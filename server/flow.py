"""One question on its way: retrieve, freshness, score, select, answer, check. One object per question.

Knows nothing of HTTP, and neither how passages are found nor how a model is reached: that is in its tools.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore

from server import notices
from server.answers import (
    Answer,
    AnswerDelta,
    Checks,
    Event,
    IndexInfo,
    PassageScored,
    PassagesFound,
    Question,
    ReasoningDelta,
    Retrieval,
    Scoring,
)
from server.deadline import Deadline, current_deadline, until
from server.index_holder import OpenIndex
from server.language import REFUSALS, question_language, refusal
from server.llm import LanguageModels, Reply
from server.llm_errors import LanguageModelError
from server.llm_scorer import LLMScorer, ScoreCache, ScoringRecord
from server.nodes import passage_of
from server.passages import Passage
from server.prompts import Prompts
from server.query_engine import PassageSynthesizer, QuotingSynthesizer, build_query_engine, query_of
from server.relevance import RelevancePostprocessor, RelevanceScorer, ScorerName, Verdict
from server.usage import Prices, Usage

_SCORING_SHARE = 0.5
_LAST_SECONDS = 1.0
_LAST_SHARE = 0.1


class CheckedText(Protocol):
    """An answer after its citations and figures were looked up."""

    @property
    def text(self) -> str:
        """The answer without citations of no passage."""

    @property
    def unknown_citations(self) -> int:
        """How many were removed."""

    @property
    def unsupported(self) -> Sequence[str]:
        """Pieces of the text not found in the passages it cites."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The collaborators that find, judge, quote and check without a language model."""

    retriever: Callable[[OpenIndex, int, tuple[str, ...]], BaseRetriever]
    freshness: Callable[[OpenIndex], BaseNodePostprocessor]
    local_scorer: Callable[[OpenIndex], RelevanceScorer]
    extract: Callable[[str, Sequence[Passage]], str]
    check: Callable[[str, Sequence[Passage]], CheckedText]


@dataclass(frozen=True, slots=True)
class LanguageModelParts:
    """What is there when a language model is configured."""

    models: LanguageModels
    prompts: Prompts
    pool: ThreadPoolExecutor
    scores: ScoreCache
    prices: Prices
    scores_relevance: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages of a question, judged. `kept` are to be answered from, best first; `nodes` are the same."""

    nodes: tuple[NodeWithScore, ...]
    kept: tuple[Passage, ...]
    rejected: tuple[Passage, ...]
    scoring: Scoring
    record: ScoringRecord


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as it was written, before it is checked."""

    text: str
    mode: Literal["llm", "extractive"]
    refused: bool = False
    problem: str | None = None
    complete: bool = True
    reasoning: str | None = None
    usage: Usage | None = None
    notices: tuple[str, ...] = ()


class Flow:
    """Answers one question from one open index, telling `emit` what happens. The context must have a deadline."""

    def __init__(
        self,
        question: Question,
        index: OpenIndex,
        parts: Parts,
        model: LanguageModelParts | None,
        emit: Callable[[Event], None],
    ) -> None:
        self._question = question
        self._index = index
        self._parts = parts
        self._model = model
        self._emit = emit
        self._language = question_language(question.text)
        self._started = time.monotonic()
        self._found_at = self._started
        self._scored_at = self._started

    def answer(self) -> Answer:
        """The whole answer. Raises `LanguageModelError` or `TimeUp`."""
        evidence, engine = self._gather()
        written = self._write(evidence, engine)
        return self._checked(evidence, written)

    def retrieve(self, score: bool) -> Retrieval:
        """The passages: in the order of retrieval, or judged and best first."""
        if score:
            evidence, _ = self._gather()
            passages = evidence.kept + evidence.rejected
        else:
            query = query_of(self._question.text)
            nodes = self._freshness().postprocess_nodes(self._retriever().retrieve(query), query)
            self._found_at = self._scored_at = time.monotonic()
            passages = tuple(passage_of(node) for node in nodes)
        timings = self._timings()
        return Retrieval(passages, self._index_info(), {name: timings[name] for name in ("retrieve", "score", "total")})

    def _gather(self) -> tuple[Evidence, RetrieverQueryEngine]:
        scorer = self._scorer()
        relevance = RelevancePostprocessor(
            scorer,
            threshold=self._question.threshold,
            keep=self._question.keep,
            on_scored=lambda index, judgement: self._emit(PassageScored(index, judgement)),
            on_found=self._on_found,
        )
        engine = build_query_engine(self._retriever(), [self._freshness(), relevance], self._synthesizer())
        engine.retrieve(query_of(self._question.text))
        self._scored_at = time.monotonic()
        record = scorer.record if isinstance(scorer, LLMScorer) else ScoringRecord()
        return _evidence(relevance.verdicts, scorer.name, self._question.threshold, record), engine

    def _retriever(self) -> BaseRetriever:
        return self._parts.retriever(self._index, self._question.k, self._question.documents)

    def _freshness(self) -> BaseNodePostprocessor:
        return self._parts.freshness(self._index)

    def _scorer(self) -> RelevanceScorer:
        model = self._model
        if model is None or not model.scores_relevance:
            return self._parts.local_scorer(self._index)
        return LLMScorer(model.models, model.prompts, model.pool, model.scores, share_of_time=_SCORING_SHARE)

    def _synthesizer(self) -> BaseSynthesizer:
        if self._model is None:
            return QuotingSynthesizer(self._parts.extract)
        return PassageSynthesizer(
            self._model.models,
            self._model.prompts,
            thinking=self._question.mode == "reasoner",
            on_text=lambda delta: self._emit(AnswerDelta(delta)),
            on_reasoning=lambda delta: self._emit(ReasoningDelta(delta)),
        )

    def _on_found(self, nodes: Sequence[NodeWithScore]) -> None:
        self._found_at = time.monotonic()
        self._emit(PassagesFound(tuple(passage_of(node) for node in nodes)))

    def _write(self, evidence: Evidence, engine: RetrieverQueryEngine) -> Written:
        if not evidence.kept:
            return self._refusal()
        if self._model is None:
            return self._quoted(evidence)
        return self._written(evidence, engine)

    def _refusal(self) -> Written:
        text = refusal(self._language)
        self._emit(AnswerDelta(text))
        records = self._index.generation.catalogue.documents()
        unread = [record.path for record in records if record.status == "failed"]
        notes = (notices.not_searched(self._language, unread),) if unread else ()
        return Written(text, "llm" if self._model else "extractive", refused=True, notices=notes)

    def _quoted(self, evidence: Evidence, why: str | None = None) -> Written:
        text = self._parts.extract(self._question.text, evidence.kept)
        self._emit(AnswerDelta(text))
        return Written(text, "extractive", refused=is_refusal(text), problem=why)

    def _written(self, evidence: Evidence, engine: RetrieverQueryEngine) -> Written:
        synthesizer: Any = engine._response_synthesizer
        try:
            with until(_answering_time()):
                engine.synthesize(query_of(self._question.text), list(evidence.nodes))
        except LanguageModelError as error:
            error.passages = evidence.kept
            raise
        reply: Reply = synthesizer.reply
        left_out = len(evidence.kept) - synthesizer.used
        return Written(
            reply.text,
            "llm",
            refused=is_refusal(reply.text),
            problem=str(reply.problem) if reply.problem else None,
            complete=reply.problem is None,
            reasoning=reply.reasoning or None,
            usage=reply.usage,
            notices=(notices.left_out(self._language, left_out),) if left_out else (),
        )

    def _checked(self, evidence: Evidence, written: Written) -> Answer:
        checked = None if written.refused else self._parts.check(written.text, evidence.kept)
        timings = self._timings()
        return Answer(
            question=self._question.text,
            answer=checked.text if checked else written.text,
            refused=written.refused,
            complete=written.complete,
            reason=written.problem,
            mode=written.mode,
            model=self._model.models.model if self._model and written.mode == "llm" else None,
            reasoning=written.reasoning,
            sources=evidence.kept,
            rejected=evidence.rejected,
            relevance=evidence.scoring,
            checks=Checks(checked.unknown_citations, tuple(checked.unsupported)) if checked else Checks(),
            notices=(*self._evidence_notices(evidence), *written.notices),
            usage=self._usage(evidence.record.usage, written.usage),
            timings_ms=timings,
            index=self._index_info(),
        )

    def _evidence_notices(self, evidence: Evidence) -> Iterator[str]:
        scoring = evidence.scoring
        if scoring.unscored and not scoring.scored:
            yield notices.not_checked(self._language)
        elif scoring.unscored:
            yield notices.partly_checked(self._language, scoring.unscored)
        changed = list(dict.fromkeys(passage.document for passage in evidence.kept if passage.stale))
        if changed:
            yield notices.changed_since_indexing(self._language, changed)

    def _usage(self, scoring: Usage, answer: Usage | None) -> dict[str, dict[str, Any]]:
        if self._model is None:
            return {}
        prices = self._model.prices
        return {
            step: asdict(used) | {"cost": round(used.cost(prices), 8), "currency": prices.currency}
            for step, used in (("scoring", scoring), ("answer", answer))
            if used is not None
        }

    def _timings(self) -> dict[str, float]:
        now = time.monotonic()
        spans = {
            "retrieve": self._found_at - self._started,
            "score": self._scored_at - self._found_at,
            "answer": now - self._scored_at,
            "total": now - self._started,
        }
        return {name: round(seconds * 1000, 1) for name, seconds in spans.items()}

    def _index_info(self) -> IndexInfo:
        manifest = self._index.generation.manifest
        return IndexInfo(self._index.generation.name, manifest.embed_model.short_name)


def is_refusal(text: str) -> bool:
    """Whether an answer is a refusal sentence and no more, give or take a full stop."""
    said = text.strip().strip('"“”').rstrip(".。")
    return any(said == sentence.rstrip(".。") for sentence in REFUSALS.values())


def _evidence(verdicts: Sequence[Verdict], scorer: ScorerName, threshold: int, record: ScoringRecord) -> Evidence:
    passages = [passage_of(verdict.node, verdict.judgement, verdict.kept) for verdict in verdicts]
    scored = sum(verdict.judgement.score is not None for verdict in verdicts)
    return Evidence(
        nodes=tuple(verdict.node for verdict in verdicts if verdict.kept),
        kept=tuple(passage for passage in passages if passage.kept),
        rejected=tuple(passage for passage in passages if not passage.kept),
        scoring=Scoring(scorer, threshold, scored, len(verdicts) - scored),
        record=record,
    )


def _answering_time() -> Deadline:
    """What is left, but for a moment in which something can still be said when it is over."""
    deadline = current_deadline()
    if deadline is None:
        raise LookupError("a question is answered with a deadline")
    left = deadline.remaining()
    return deadline.within(left - min(_LAST_SECONDS, left * _LAST_SHARE))
