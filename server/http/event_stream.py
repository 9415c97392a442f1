"""Server-sent events: what happens to a question while it is answered, for programs and for the page.

Both streams end with exactly one last event, `done` or `error`, whatever happens; a comment goes out while nothing
else does, so that a client that left is noticed. How an event looks is the presenter's.
"""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from flask import Response, stream_with_context

from server.answers import (
    AnswerDelta,
    Answered,
    Event,
    Heartbeat,
    Mode,
    PassageScored,
    PassagesFound,
    PassagesKept,
    Question,
    QuestionRewritten,
    ReadingPlanned,
    ReasoningDelta,
)
from server.http.error_responses import log_failure
from server.http.problems import problem_of
from server.http.services import services

EVENT_STREAM = "text/event-stream"
HEARTBEAT = ": still working\n\n"

Sent = tuple[str, Any]
"""The name and the data of one event."""


class Presenter(Protocol):
    """Turns what happens into the events of one kind of client; each method gives the event's name and data."""

    def rewritten(self, question: str) -> tuple[str, Any]:
        """A follow-up question was made to stand alone."""

    def planned(self, planned: ReadingPlanned) -> tuple[str, Any]:
        """Whole documents will be read."""

    def passages(self, found: PassagesFound) -> tuple[str, Any]:
        """What was retrieved."""

    def scored(self, scored: PassageScored) -> tuple[str, Any]:
        """One passage was judged."""

    def kept(self, kept: PassagesKept) -> tuple[str, Any] | None:
        """What is answered from; None: this client is told at the end."""

    def reasoning(self, delta: str, mode: Mode) -> tuple[str, Any] | None:
        """The model in this mode thinks; None: nothing to send for it now."""

    def answer(self, delta: str, mode: Mode) -> tuple[str, Any] | None:
        """The model in this mode writes; None: nothing to send for it now."""

    def done(self, answered: Answered) -> tuple[str, Any]:
        """The whole answer."""

    def error(self, error: Exception) -> tuple[str, Any]:
        """It failed."""


def stream_answer(question: Question, presenter: Presenter) -> Response:
    """The stream of one question. What fails before its first event is raised, and gets a status of its own."""
    return stream_events(
        question, lambda event: _line(event, presenter), lambda error: server_sent(*presenter.error(error))
    )


def stream_events(
    question: Question, line_of: Callable[[Event], str], last_line_of: Callable[[Exception], str]
) -> Response:
    """The same in any other form: a line for what happens, "" where there is none, and the last one of a failure."""
    cancel = threading.Event()
    events = services().answering().events(question, cancel)
    first = next(events)
    lines = _lines(_chained(first, events), line_of, last_line_of, cancel)
    response = Response(stream_with_context(lines), content_type=EVENT_STREAM)
    response.headers["X-Accel-Buffering"] = "no"
    return response


def server_sent(name: str, data: Any) -> str:
    """One event on the wire."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _lines(
    events: Iterator[Event],
    line_of: Callable[[Event], str],
    last_line_of: Callable[[Exception], str],
    cancel: threading.Event,
) -> Iterator[str]:
    stopping = services().stopping
    try:
        for event in events:
            if stopping.is_set():
                cancel.set()
            yield line_of(event)
    except Exception as error:  # noqa: BLE001 - a stream that has begun can end in no other way than by an event
        log_failure(error, problem_of(error))
        yield last_line_of(error)
    finally:
        cancel.set()  # also when the client has left: nothing is computed for nobody


def _chained(first: Event, rest: Iterator[Event]) -> Iterator[Event]:
    yield first
    yield from rest


def _line(event: Event, presenter: Presenter) -> str:
    match event:
        case QuestionRewritten():
            return server_sent(*presenter.rewritten(event.text))
        case ReadingPlanned():
            return server_sent(*presenter.planned(event))
        case PassagesFound():
            return server_sent(*presenter.passages(event))
        case PassageScored():
            return server_sent(*presenter.scored(event))
        case PassagesKept():
            return _sent_if_any(presenter.kept(event))
        case ReasoningDelta():
            return _sent_if_any(presenter.reasoning(event.text, event.mode))
        case AnswerDelta():
            return _sent_if_any(presenter.answer(event.text, event.mode))
        case Answered():
            return server_sent(*presenter.done(event))
        case Heartbeat():
            return HEARTBEAT


def _sent_if_any(event: tuple[str, Any] | None) -> str:
    return server_sent(*event) if event else ""
