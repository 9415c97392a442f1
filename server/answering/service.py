"""The answer service: what the web layer and the command line ask.

Builds one `Flow` per question over the open index and lets it run on a thread of a fixed pool; its events are handed
over one by one, and whoever reads them never waits past the deadline. So many questions are worked on at a time, some
more wait for their turn, the rest is told to come again. Knows nothing of HTTP.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from contextvars import copy_context
from typing import Protocol, TypeVar

from llama_index.core.base.llms.types import ChatMessage, MessageRole

from server.answering.admission import Admission
from server.answering.collaborators import LanguageModelParts, Parts
from server.answering.flow import Flow
from server.answering.readiness_check import CannotAnswer
from server.answers import (
    Answer,
    AnswerDelta,
    Answered,
    Event,
    Heartbeat,
    PassageScored,
    PassagesFound,
    PassagesKept,
    Question,
    QuestionRewritten,
    ReasoningDelta,
    Retrieval,
    Turn,
)
from server.deadline import Deadline, DeadlineExceeded, until
from server.language_model.errors import LanguageModelError
from server.language_model.received import Reply
from server.retrieval.index_holder import OpenIndex
from server.threads import MOST_REPLACED, Threads
from storage.messages import message

T = TypeVar("T")

_GRACE_SECONDS = 0.5
"""The work itself should notice the deadline first: it may have something to say for an end."""


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Ended:
    pass


def events_of(
    work: Callable[[Callable[[T], None]], None],
    threads: Threads,
    *,
    seconds: float,
    heartbeat: T,
    heartbeat_seconds: float,
    cancel: threading.Event | None = None,
) -> Iterator[T]:
    """What `work` emits, and `heartbeat` whenever nothing came for a while; raises what `work` raises.

    It is done by one of the `threads`, as soon as one is free. The work has a deadline as its context's, and is
    cancelled when the iterator is closed or `cancel` is set. Raises `DeadlineExceeded` or `Cancelled` when the work
    does not end by itself then, or has not begun.
    """
    abandoned = threading.Event()
    cancels = (abandoned,) if cancel is None else (abandoned, cancel)
    deadline = Deadline(seconds, *cancels)
    events: queue.SimpleQueue[T | _Failed | _Ended] = queue.SimpleQueue()

    def run() -> None:
        try:
            with until(deadline):
                deadline.check()  # it may have waited for long
                work(events.put)
            events.put(_Ended())
        except BaseException as error:  # noqa: BLE001 - handed over to the reader, who raises it
            events.put(_Failed(error))

    running = threads.submit(copy_context().run, run)
    try:
        for event in _read(events, deadline, heartbeat_seconds):
            if event is None:
                threads.look()
            yield heartbeat if event is None else event
    finally:
        abandoned.set()
        threads.abandon(running)


def _read(
    events: "queue.SimpleQueue[T | _Failed | _Ended]", deadline: Deadline, heartbeat_seconds: float
) -> Iterator[T | None]:
    """The events; None when nothing came for so long."""
    while True:
        try:
            event = events.get(timeout=min(heartbeat_seconds, deadline.remaining() + _GRACE_SECONDS))
        except queue.Empty:
            if deadline.remaining() <= 0:
                _raise_for(deadline)
            yield None
            continue
        if isinstance(event, _Ended):
            return
        if isinstance(event, _Failed):
            raise event.error
        yield event


def _raise_for(deadline: Deadline) -> None:
    deadline.check()
    raise DeadlineExceeded(message("the question was not answered in the time it may take"))


__all__ = [
    "Answer",
    "AnswerDelta",
    "AnswerService",
    "Answered",
    "Event",
    "Heartbeat",
    "PassageScored",
    "PassagesFound",
    "PassagesKept",
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

    def try_out(self, question: Question) -> Answer:
        """The answer without the language model, worked on here and now. Raises as `events` does but `TooBusy`."""
        with until(Deadline(self._deadline_seconds)), self._index.acquire() as index:
            return Flow(question, index, self._parts, None, emit=lambda event: None).answer()

    def complete(self, messages: Sequence[tuple[str, str]], cancel: threading.Event | None = None) -> Reply | None:
        """The model's short reply to a program's own task, without documents; None where there is no model.

        `messages` are roles and texts. Raises `LanguageModelError` or `TimeUp`.
        """
        if self._model is None:
            return None
        cancels = () if cancel is None else (cancel,)
        told = [ChatMessage(role=MessageRole(role), content=text) for role, text in messages]
        with until(Deadline(self._deadline_seconds, *cancels)):
            return self._model.models.complete(told, json_mode=False)

    def ask_itself(self) -> None:
        """Find passages for a question that nobody asked; raises what somebody's question would, or `CannotAnswer`.

        Asks no language model.
        """
        if self._threads.hanging >= MOST_REPLACED:
            raise CannotAnswer(message("questions hang, and no thread is left to answer others; restart the server"))
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
