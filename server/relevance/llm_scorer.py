"""Scoring by the language model: one call per passage, side by side."""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Executor, Future, as_completed
from contextvars import copy_context

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.schema import NodeWithScore

from server.deadline import Cancelled, TimeUp, current_deadline, until
from server.language_model.client import LanguageModels
from server.language_model.errors import ContentRisk, LanguageModelError
from server.language_model.prompts import Prompts, new_marker
from server.passages import Judgement, passage_of
from server.relevance.postprocessor import OnScored, RelevanceScorer, ScorerName, ScoringRecord
from server.relevance.score_parsing import UNREADABLE, parse_score
from storage.messages import message

logger = logging.getLogger(__name__)


class ScoreCache:
    """The newest judgements by question, passage, model and prompt, so that another threshold costs nothing."""

    def __init__(self, capacity: int = 20_000) -> None:
        self._capacity = capacity
        self._judgements: OrderedDict[str, Judgement] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Judgement | None:
        """What was judged before, if it is still known."""
        with self._lock:
            judgement = self._judgements.get(key)
            if judgement is not None:
                self._judgements.move_to_end(key)
            return judgement

    def put(self, key: str, judgement: Judgement) -> None:
        """Remember a judgement; the one unused for longest goes."""
        with self._lock:
            self._judgements[key] = judgement
            self._judgements.move_to_end(key)
            while len(self._judgements) > self._capacity:
                self._judgements.popitem(last=False)


class LLMScorer:
    """Scores with the language model; for one question, because `record` is that question's.

    All calls of a question share everything before the passage byte for byte: the provider caches it. What the model
    does not judge, whyever, is judged by `instead`, where there is one: nothing is answered from unjudged.
    """

    name: ScorerName = "llm"

    def __init__(
        self,
        models: LanguageModels,
        prompts: Prompts,
        pool: Executor,
        cache: ScoreCache,
        *,
        share_of_time: float = 1.0,
        instead: RelevanceScorer | None = None,
    ) -> None:
        self._models = models
        self._prompts = prompts
        self._pool = pool
        self._cache = cache
        self._share_of_time = share_of_time
        self._instead = instead
        self._lock = threading.Lock()
        self.record = ScoringRecord()

    def score(
        self, question: str, nodes: Sequence[NodeWithScore], on_scored: OnScored | None = None
    ) -> list[Judgement]:
        """One judgement per node; see `RelevanceScorer`. Raises `Cancelled`, and nothing else."""
        deadline = current_deadline()
        if deadline is None:
            return self._score(question, nodes, on_scored)
        with until(deadline.within(deadline.remaining() * self._share_of_time)):
            return self._score(question, nodes, on_scored)

    def _score(self, question: str, nodes: Sequence[NodeWithScore], on_scored: OnScored | None) -> list[Judgement]:
        marker = new_marker()
        futures: dict[Future[Judgement], int] = {}
        for index, node in enumerate(nodes):
            # Each call gets a context of its own: one context cannot run in two threads.
            task = copy_context().run
            futures[self._pool.submit(task, self._judge, question, node, marker)] = index
        judgements = [UNREADABLE] * len(nodes)
        try:
            for future in as_completed(futures):
                index = futures[future]
                judgements[index] = future.result()
                if on_scored is not None and (judgements[index].score is not None or self._instead is None):
                    on_scored(index, judgements[index])
        finally:
            for future in futures:
                future.cancel()
        self._score_the_rest(question, nodes, judgements, on_scored)
        return judgements

    def _score_the_rest(
        self, question: str, nodes: Sequence[NodeWithScore], judgements: list[Judgement], on_scored: OnScored | None
    ) -> None:
        """By the other scorer, what the model did not judge."""
        left = [index for index, judgement in enumerate(judgements) if judgement.score is None]
        if not left or self._instead is None:
            return
        found = self._instead.score(question, [nodes[index] for index in left])
        self.record.scored_locally = len(left)
        for index, judgement in zip(left, found, strict=True):
            judgements[index] = judgement
            if on_scored is not None:
                on_scored(index, judgement)

    def _judge(self, question: str, node: NodeWithScore, marker: str) -> Judgement:
        key = self._key(question, node)
        known = self._cache.get(key)
        if known is not None:
            with self._lock:
                self.record.cached += 1
            return known
        try:
            judgement = self._ask(self._prompts.relevance_messages(question, passage_of(node), marker))
        except Cancelled:
            raise
        except (LanguageModelError, TimeUp) as error:
            with self._lock:
                self.record.failure = error
                if isinstance(error, ContentRisk):
                    self.record.refused_ids.add(node.node.node_id)
            return Judgement(None, message("not scored: {why}", why=str(error)))
        if judgement.score is not None:
            self._cache.put(key, judgement)
        return judgement

    def _ask(self, messages: Sequence[ChatMessage]) -> Judgement:
        judgement = UNREADABLE
        for json_mode in (True, False) if self._models.has_json_mode else (True,):
            reply = self._models.complete(messages, json_mode=json_mode)
            with self._lock:
                self.record.usage += reply.usage
            judgement = parse_score(reply.text)
            if judgement.score is not None:
                break
            logger.info("language model: a score could not be read, JSON mode %s", json_mode)
        return judgement

    def _key(self, question: str, node: NodeWithScore) -> str:
        parts = (self._models.name("scoring"), self._prompts.relevance.template, question, node.node.node_id, node.text)
        digest = hashlib.sha256()
        for part in parts:
            digest.update(f"{len(part)}:{part}".encode("utf-8", "replace"))
        return digest.hexdigest()
