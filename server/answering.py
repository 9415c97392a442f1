"""The answer service: what the web layer and the command line ask.

Builds one `Flow` per question over the open index and lets it run in the background. Knows nothing of HTTP.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from server.admission import Admission
from server.answers import (
    Answer,
    AnswerDelta,
    Answered,
    Event,
    Heartbeat,
    PassageScored,
    PassagesFound,
    Question,
    QuestionRewritten,
    ReasoningDelta,
    Retrieval,
    Turn,
)
from server.background import events_of
from server.deadline import Deadline, until
from server.flow import Flow
from server.index_holder import OpenIndex
from server.llm_errors import LanguageModelError
from server.parts import LanguageModelParts, Parts
from server.self_check import CannotAnswer
from server.threads import MOST_REPLACED, Threads

__all__ = [
    "Answer",
    "AnswerDelta",
    "AnswerService",
    "Answered",
    "Event",
    "Heartbeat",
    "PassageScored",
    "PassagesFound",
    "Question",
    "QuestionRewritten",
    "ReasoningDelta",
    "Retrieval",
    "Turn",
]

logger = logging.getLogger(__name__)


class IndexSource(Protocol):
    """Lends the open index for one question, as `IndexHolder` does."""

    def acquire(self) -> AbstractContextManager[OpenIndex]:
        """Borrow it; raises `IndexNotReady`."""


class AnswerService:
    """Answers questions from the published index. May be used by several threads; `close` ends its own threads and its
    connections.

    Without `model` it quotes. A question that takes longer than `deadline_seconds` ends with `DeadlineExceeded`.
    """

    def __init__(
        self,
        index: IndexSource,
        parts: Parts,
        model: LanguageModelParts | None = None,
        *,
        deadline_seconds: float = 120.0,
        heartbeat_seconds: float = 10.0,
        admission: Admission | None = None,
    ) -> None:
        self._index = index
        self._parts = parts
        self._model = model
        self._deadline_seconds = deadline_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._admission = admission or Admission()
        self._threads = Threads(self._admission.running, "question")

    def events(self, question: Question, cancel: threading.Event | None = None) -> Iterator[Event]:
        """What happens while the question is answered; the last event is `Answered`.

        Closing the iterator, or setting `cancel`, ends the work and its connection to the language model. Raises
        `TooBusy`, `IndexNotReady`, `LanguageModelError` or `TimeUp`.
        """

        def work(emit: Callable[[Event], None]) -> None:
            with self._index.acquire() as index:
                answer = Flow(question, index, self._parts, self._model, emit).answer()
            _log(answer)
            emit(Answered(answer))

        self._admission.join()
        try:
            beat: Event = Heartbeat()
            yield from events_of(
                work,
                self._threads,
                seconds=self._deadline_seconds,
                heartbeat=beat,
                heartbeat_seconds=self._heartbeat_seconds,
                cancel=cancel,
            )
        finally:
            self._admission.leave()

    def answer(self, question: Question, cancel: threading.Event | None = None) -> Answer:
        """The answer; raises as `events` does."""
        for event in self.events(question, cancel):
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError("the events of a question end with Answered")

    def retrieve(
        self,
        text: str,
        k: int,
        documents: tuple[str, ...] = (),
        *,
        score: bool = False,
        cancel: threading.Event | None = None,
    ) -> Retrieval:
        """The passages nearest to a question; with `score` judged, best first. Raises as `events` does."""
        question = Question(text, k=k, keep=k, threshold=0, documents=documents)
        cancels = () if cancel is None else (cancel,)
        with until(Deadline(self._deadline_seconds, *cancels)), self._index.acquire() as index:
            return Flow(question, index, self._parts, self._model, emit=lambda event: None).retrieve(score)

    def ask_itself(self) -> None:
        """Find passages for a question that nobody asked; raises what somebody's question would, or `CannotAnswer`.

        Asks no language model.
        """
        if self._threads.hanging >= MOST_REPLACED:
            raise CannotAnswer("questions hang, and no thread is left to answer others; restart the server")
        self.retrieve(f"Is everything well, {time.time_ns()}?", k=1)

    @property
    def running(self) -> int:
        """How many questions are worked on, also of those that nobody waits for any more."""
        return self._threads.running

    def model_problem(self) -> LanguageModelError | None:
        """Why the language model would not be asked now, and answers would be quoted; None when there is no reason."""
        return self._model.models.problem() if self._model else None

    def budget_notice(self) -> str | None:
        """What is wrong with the count of the day's tokens although the model is asked; None when nothing is."""
        return self._model.models.notice() if self._model else None

    def close(self) -> None:
        """Let the threads end, and close the connections to the language model. Does not wait for what still runs."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._model is not None:
            self._model.models.close()
            self._model.pool.shutdown(wait=False, cancel_futures=True)


def _log(answer: Answer) -> None:
    logger.info(
        "answered: %s, %s, %d of %d passages kept, %d scored, %.0f ms",
        "refused" if answer.refused else answer.mode,
        "complete" if answer.complete else "incomplete",
        len(answer.sources),
        len(answer.sources) + len(answer.rejected),
        answer.relevance.scored,
        answer.timings_ms["total"],
    )
