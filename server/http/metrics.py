"""Figures for Prometheus at /metrics, each collection with a registry of its own. Holds no question and no name."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import Event as Flag
from typing import Any

from flask import Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest

from server.answers import Answer, Answered, Event, Question, Retrieval
from server.http.added_figures import AddedFigures
from server.http.services import Answering, collection
from server.http.side_by_side import Place
from server.language_model.errors import LanguageModelError
from server.language_model.received import Reply
from server.retrieval.index_holder import IndexHolder, IndexNotReady

_EXTENSION = "pagewise-metrics"
_ADDED = "pagewise-added-metrics"
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """What is counted. May be used by several threads."""

    def __init__(self, index: IndexHolder, lost_answers: Callable[[], int] = lambda: 0) -> None:
        self.registry = CollectorRegistry()
        self._index = index
        self._requests = self._counter("requests", "Requests answered", "route", "method", "status")
        self._request_seconds = self._histogram("request_seconds", "Until the response begins", _SECONDS, "route")
        self._steps = self._histogram("step_seconds", "Time of one step of a question", _SECONDS, "step")
        self._kept = self._histogram("passages_kept", "Passages an answer was made from", (0, 1, 2, 3, 4, 5, 10, 20))
        self._answers = self._counter("answers", "Questions answered", "mode", "outcome")
        self._unscored = self._counter("passages_unscored", "Passages whose relevance could not be judged")
        self._tokens = self._counter("tokens", "Tokens of the language model", "step", "kind")
        self._cost = self._counter("cost", "What they cost", "step", "currency")
        self._failures = self._counter("failures", "Problems told to callers", "code")
        self._gauge("generation_age_seconds", "Since the open index was published; NaN without one", self._age)
        self._gauge("answers_lost", "Kept answers whose documents no longer say so", lambda: float(lost_answers()))
        self._gauge("index_ready", "1: questions can be answered", lambda: float(index.state().ready))

    def responded(self, route: str, method: str, status: int, seconds: float) -> None:
        """A response begins."""
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def failed(self, code: str) -> None:
        """A caller was told of a problem."""
        self._failures.labels(code).inc()

    def retrieved(self, found: Retrieval) -> None:
        """Passages were asked for without an answer."""
        self._timed(found.timings_ms)
        self._used(found.usage)

    def answered(self, answer: Answer) -> None:
        """A question was answered, or refused."""
        outcome = "refused" if answer.refused else "complete" if answer.complete else "incomplete"
        self._answers.labels(answer.mode, outcome).inc()
        self._kept.observe(len(answer.sources))
        self._unscored.inc(answer.relevance.unscored)
        self._timed(answer.timings_ms)
        self._used(answer.usage)
        if answer.second is not None:  # made from the same evidence: what came before it is counted already
            self._used({step: used for step, used in answer.second.usage.items() if step == "answer"})

    def completed(self, reply: Reply) -> None:
        """The model did a task that a program set it."""
        self._used({"task": reply.usage.figures()})

    def _timed(self, timings_ms: dict[str, float]) -> None:
        for step, milliseconds in timings_ms.items():
            self._steps.labels(step).observe(milliseconds / 1000)

    def _used(self, usage: dict[str, dict[str, Any]]) -> None:
        for step, used in usage.items():
            for kind in ("prompt", "completion", "reasoning", "cached"):
                self._tokens.labels(step, kind).inc(used.get(f"{kind}_tokens", 0))
            if "cost" in used:
                self._cost.labels(step, used["currency"]).inc(used["cost"])

    def _age(self) -> float:
        try:
            with self._index.acquire() as index:
                published = datetime.fromisoformat(index.generation.manifest.published_at)
        except IndexNotReady:
            return float("nan")
        return (datetime.now(UTC) - published).total_seconds()

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(f"pagewise_{name}", help_, labels, registry=self.registry)

    def _histogram(self, name: str, help_: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"pagewise_{name}", help_, labels, registry=self.registry, buckets=buckets)

    def _gauge(self, name: str, help_: str, value: Callable[[], float]) -> None:
        Gauge(f"pagewise_{name}", help_, registry=self.registry).set_function(value)


class MeasuredAnswering:
    """The answer service, its answers counted."""

    def __init__(self, service: Answering, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics

    def events(self, question: Question, cancel: Flag | None = None) -> Iterator[Event]:
        """As the service's."""
        for event in self._service.events(question, cancel):
            if isinstance(event, Answered):
                self._metrics.answered(event.answer)
            yield event

    def answer(self, question: Question, cancel: Flag | None = None) -> Answer:
        """As the service's."""
        answer = self._service.answer(question, cancel)
        self._metrics.answered(answer)
        return answer

    def retrieve(
        self, text: str, k: int, documents: tuple[str, ...] = (), *, score: bool = False, cancel: Flag | None = None
    ) -> Retrieval:
        """As the service's."""
        found = self._service.retrieve(text, k, documents, score=score, cancel=cancel)
        self._metrics.retrieved(found)
        return found

    def complete(self, messages: Sequence[tuple[str, str]], cancel: Flag | None = None) -> Reply | None:
        """As the service's."""
        reply = self._service.complete(messages, cancel)
        if reply is not None:
            self._metrics.completed(reply)
        return reply

    def model_problem(self) -> LanguageModelError | None:
        """As the service's."""
        return self._service.model_problem()

    def budget_notice(self) -> str | None:
        """As the service's."""
        return self._service.budget_notice()


def measure(app: Flask, metrics: Mapping[str, Metrics], place: Place | None = None) -> None:
    """Count every response and every problem, each in the figures of its collection.

    `place`: that of this process, where several answer; they are asked for the figures of all of them.
    """
    app.extensions[_EXTENSION] = metrics
    if place is not None:
        figures = AddedFigures(place, {name: each.registry for name, each in metrics.items()})
        app.extensions[_ADDED] = figures
        figures.start()

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        _figures().responded(route, _method(), response.status_code, seconds)
        return response


def count_failure(code: str) -> None:
    """Of the current request."""
    _figures().failed(code)


def exposition() -> Response:
    """What was counted for the current collection, as Prometheus reads it."""
    figures: CollectorRegistry | _OfAll = _figures().registry
    if (added := current_app.extensions.get(_ADDED)) is not None:
        figures = _OfAll(added, collection())
    return Response(generate_latest(figures), content_type=CONTENT_TYPE_LATEST)


class _OfAll:
    """What prometheus_client writes down, of all processes."""

    def __init__(self, added: AddedFigures, name: str) -> None:
        self._added = added
        self._name = name

    def collect(self) -> Iterator[Metric]:
        """See `AddedFigures.collect`."""
        return self._added.collect(self._name)


def _figures() -> Metrics:
    found: Mapping[str, Metrics] = current_app.extensions[_EXTENSION]
    return found[collection()]


def _method() -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return request.method if request.method in known else "other"
