"""Traces of OpenTelemetry: a span for each question, and below it retrieve, score, answer and check, with counts.

Off unless the standard variables name a collector; nothing of the library is imported for it then. The steps are told
when the answer is there, from the times that it names; so tracing does nothing while a question is worked on. Spans
hold no text but with `OTEL_TEXTS=1`. The provider is our own: libraries that trace through the global one stay silent.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from threading import Event as Flag
from typing import TYPE_CHECKING

from flask import has_request_context, request

from server.answers import Answer, Answered, Event, Question, Retrieval
from server.http.services import Answering
from server.language_model.errors import LanguageModelError
from server.language_model.received import Reply
from server.settings import ServerSettings
from storage.version import version

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

logger = logging.getLogger(__name__)

TRACES = "pagewise_traces"
"""Where an application keeps its provider; None: nothing is traced."""
_LAST_TRACES_SECONDS = 0.5

_STEPS = ("rewrite", "retrieve", "score", "answer", "check")

Attributes = Mapping[str, "str | int | bool"]


def build_tracer_provider(settings: ServerSettings) -> TracerProvider:
    """What sends spans to the collector of the settings, in batches, by a thread of its own."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": settings.otel_service_name, "service.version": version()})
    provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(endpoint=settings.traces_url, headers=settings.otel_header_pairs or None)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    logger.info("traces are sent to the collector of OTEL_EXPORTER_OTLP_ENDPOINT")
    return provider


def end_traces(provider: TracerProvider | None) -> None:
    """Send what has not been sent, as far as the collector takes it in half a second; the process may end then."""
    if provider is not None:
        # The exporter itself waits ten seconds for a collector that does not answer.
        sending = threading.Thread(target=provider.shutdown, name="last traces", daemon=True)
        sending.start()
        sending.join(_LAST_TRACES_SECONDS)


class TracedAnswering:
    """The answer service, its questions traced. A request's `traceparent` is the parent of its question."""

    def __init__(self, service: Answering, provider: TracerProvider, *, with_texts: bool = False) -> None:
        self._service = service
        self._tracer = provider.get_tracer("pagewise", version())
        self._with_texts = with_texts

    def events(self, question: Question, cancel: Flag | None = None) -> Iterator[Event]:
        """As the service's."""
        with _Traced(self._tracer, "question", self._texts(question=question.text)) as traced:
            for event in self._service.events(question, cancel):
                if isinstance(event, Answered):
                    traced.answered(event.answer, self._texts(answer=event.answer.answer))
                yield event

    def answer(self, question: Question, cancel: Flag | None = None) -> Answer:
        """As the service's."""
        with _Traced(self._tracer, "question", self._texts(question=question.text)) as traced:
            answer = self._service.answer(question, cancel)
            traced.answered(answer, self._texts(answer=answer.answer))
            return answer

    def retrieve(
        self, text: str, k: int, documents: tuple[str, ...] = (), *, score: bool = False, cancel: Flag | None = None
    ) -> Retrieval:
        """As the service's."""
        with _Traced(self._tracer, "search", self._texts(question=text)) as traced:
            found = self._service.retrieve(text, k, documents, score=score, cancel=cancel)
            traced.retrieved(found)
            return found

    def complete(self, messages: Sequence[tuple[str, str]], cancel: Flag | None = None) -> Reply | None:
        """As the service's; a program's own task is no question."""
        return self._service.complete(messages, cancel)

    def model_problem(self) -> LanguageModelError | None:
        """As the service's."""
        return self._service.model_problem()

    def budget_notice(self) -> str | None:
        """As the service's."""
        return self._service.budget_notice()

    def _texts(self, **texts: str) -> Attributes:
        return {f"pagewise.{name}": text for name, text in texts.items()} if self._with_texts else {}


class _Traced:
    """The span of one question, from the beginning of the block to its end."""

    def __init__(self, tracer: Tracer, name: str, attributes: Attributes) -> None:
        self._tracer = tracer
        self._span: Span = tracer.start_span(name, _asked_within(), attributes=dict(attributes))

    def __enter__(self) -> _Traced:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        from opentelemetry.trace import StatusCode

        if isinstance(error, GeneratorExit):
            self._span.set_attribute("pagewise.abandoned", True)
        elif kind is not None:
            self._span.set_status(StatusCode.ERROR)
            self._span.set_attribute("error.type", kind.__name__)
        self._span.end()

    def answered(self, answer: Answer, texts: Attributes) -> None:
        """The steps of an answer, which is there now."""
        checks, found = answer.checks, len(answer.sources) + len(answer.rejected)
        self._span.set_attributes(
            {
                "pagewise.refused": answer.refused,
                "pagewise.complete": answer.complete,
                "pagewise.mode": answer.mode,
                "pagewise.generation": answer.index.generation,
                **texts,
            }
        )
        self._steps(
            answer.timings_ms,
            {
                "rewrite": {"pagewise.wordings": 1 + len(answer.also_searched_as)},
                "retrieve": {"pagewise.passages": found},
                "score": {
                    "pagewise.scorer": answer.relevance.scorer,
                    "pagewise.scored": answer.relevance.scored,
                    "pagewise.unscored": answer.relevance.unscored,
                    "pagewise.kept": len(answer.sources),
                    **_tokens(answer, "scoring"),
                },
                "answer": {"pagewise.characters": len(answer.answer), **_tokens(answer, "answer")},
                "check": {
                    "pagewise.numbers_found": checks.numbers_found,
                    "pagewise.quotations_found": checks.quotations_found,
                    "pagewise.unsupported": len(checks.unsupported),
                    "pagewise.unknown_citations": checks.unknown_citations,
                },
            },
        )

    def retrieved(self, found: Retrieval) -> None:
        """The steps of a search without an answer."""
        self._span.set_attribute("pagewise.generation", found.index.generation)
        count = {"pagewise.passages": len(found.passages)}
        self._steps(found.timings_ms, {"retrieve": count, "score": count})

    def _steps(self, timings_ms: Mapping[str, float], attributes: Mapping[str, Attributes]) -> None:
        """One after the other up to now; the check is the end of what the times call answering."""
        from opentelemetry.trace import set_span_in_context

        lasted = {**timings_ms, "answer": timings_ms.get("answer", 0.0) - timings_ms.get("check", 0.0)}
        at = time.time_ns() - _nanoseconds(timings_ms["total"])
        for step in _STEPS:
            if step in timings_ms:
                within = set_span_in_context(self._span)
                span = self._tracer.start_span(step, within, attributes=dict(attributes[step]), start_time=at)
                at += _nanoseconds(lasted[step])
                span.end(at)


def _asked_within() -> Context:
    """What the request says it belongs to; nothing where it says nothing, or nobody asked over HTTP."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = {name.lower(): value for name, value in request.headers.items()} if has_request_context() else {}
    return TraceContextTextMapPropagator().extract(carrier)


def _tokens(answer: Answer, step: str) -> Attributes:
    used = answer.usage.get(step, {})
    kinds = {"prompt_tokens": "gen_ai.usage.input_tokens", "completion_tokens": "gen_ai.usage.output_tokens"}
    return {name: int(used[kind]) for kind, name in kinds.items() if used.get(kind)}


def _nanoseconds(milliseconds: float) -> int:
    return int(max(0.0, milliseconds) * 1_000_000)
