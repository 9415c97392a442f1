"""The JSON API of docs/api.md: thin views around the answer service and the catalogue."""

from typing import Any, NoReturn

from flask import Response, current_app, g, jsonify, request
from flask_babel import lazy_gettext as _l
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ValidationError

from server.answering.readiness_check import CannotAnswer
from server.answers import (
    Answered,
    Mode,
    PassageScored,
    PassagesFound,
    PassagesKept,
    ReadingPlanned,
)
from server.http import conversion, schema
from server.http.collections import readable
from server.http.condition import notice_of, open_index_status, readiness
from server.http.error_responses import problem_body
from server.http.event_stream import EVENT_STREAM, Sent, stream_answer
from server.http.metrics import exposition
from server.http.problems import Problem, Refused, bad_input, problem_of
from server.http.services import all_services, documents_problem, require_documents, services
from storage.collections import collection_address
from storage.folder_listing import read_listing
from storage.records import PageRecord
from storage.version import version

_PROBLEM: dict[str, Any] = {
    "content": {"application/problem+json": {"schema": schema.ProblemOut.model_json_schema()}},
}


_FIGURES: dict[str, Any] = {"content": {"text/plain": {"schema": {"type": "string"}}}}


def problems(*statuses: int) -> dict[int | str, Any]:
    """These responses for the OpenAPI document."""
    return {status: dict(_PROBLEM) for status in statuses}


_ALWAYS = (400, 401, 403, 429)
_ASKING = (*_ALWAYS, 413, 415, 422, 500, 503)
blueprint = APIBlueprint("api", __name__, abp_tags=[Tag(name="Pagewise")])


def refuse(error: ValidationError) -> NoReturn:
    """Turn a request away that the models of `schema` do not accept."""
    raise bad_input(error)


@blueprint.before_request
def read_json() -> None:
    """Refuse a body that is no JSON object; flask-openapi3 4.3 takes it for an absent one."""
    if request.method != "POST":
        return
    try:
        body = request.get_json()
    except RecursionError:
        raise Refused(_NESTED) from None
    if not isinstance(body, dict):
        raise Refused(_NO_OBJECT)


@blueprint.post("/api/query", responses={200: schema.QueryResponse, **problems(*_ASKING, 502, 504)})
def query(body: schema.QueryRequest) -> Response:
    """Answer a question from the documents, with sources and scores."""
    question = conversion.question_of(body, services().settings)
    wants_stream = request.accept_mimetypes.best == EVENT_STREAM if body.stream is None else body.stream
    if wants_stream:
        return stream_answer(question, JsonPresenter(g.request_id))
    answer = services().answering().answer(question, services().stopping)
    return _json(conversion.query_response(answer, g.request_id))


@blueprint.post("/api/retrieve", responses={200: schema.RetrieveResponse, **problems(*_ASKING)})
def retrieve(body: schema.RetrieveRequest) -> Response:
    """The passages nearest to a question, best first, without an answer."""
    k = services().settings.retrieve_k if body.k is None else body.k
    found = (
        services()
        .answering()
        .retrieve(body.question, k, tuple(body.documents), score=body.score, cancel=services().stopping)
    )
    return _json(conversion.retrieve_response(found, body.question))


@blueprint.get("/api/documents", responses={200: schema.DocumentsResponse, **problems(*_ALWAYS, 503)})
def documents() -> Response:
    """Every document of the index and its state."""
    with services().index.acquire() as index:
        generation = index.generation
        records, listing = generation.catalogue.documents(), read_listing(generation.index_dir)
        odd: dict[str, list[PageRecord]] = {}
        for path, page in generation.catalogue.odd_pages():
            odd.setdefault(path, []).append(page)
    return _json(
        schema.DocumentsResponse(
            documents=[conversion.document_out(record, odd.get(record.path, ())) for record in records],
            index=conversion.index_info(generation),
            folder=conversion.folder_out(listing, records) if listing is not None else None,
        )
    )


@blueprint.get("/api/collections", responses={200: schema.CollectionsResponse, **problems(*_ALWAYS)})
def collections() -> Response:
    """The collections that can be asked; `/api/collections/papers/query` is `/api/query` of one of them."""
    found = [
        schema.CollectionOut(
            name=name,
            url=f"{collection_address(name)}/",
            default=number == 0,
            ready=each.index.state().ready,
        )
        for number, (name, each) in enumerate(all_services().items())
        if name in readable()
    ]
    return _json(schema.CollectionsResponse(collections=found))


@blueprint.get("/api/status", responses={200: schema.StatusResponse, **problems(*_ALWAYS)})
def status() -> Response:
    """How the server is, what it answers from and with what."""
    state, away = readiness(), documents_problem()
    language_model = services().language_model
    return _json(
        schema.StatusResponse(
            ready=state.ready and away is None,
            reason=state.reason or away,
            notice=notice_of(state),
            index=open_index_status(),
            language_model=language_model,
            mode="llm" if language_model else "extractive",
            version=version(),
        )
    )


@blueprint.get("/healthz", responses={200: schema.Health})
def healthz() -> Response:
    """The process is alive."""
    return _json(schema.Health())


@blueprint.get("/readyz", responses={200: schema.Health, **problems(503)})
def readyz() -> Response:
    """Questions can be answered; 503 with the reason otherwise."""
    if services().draining.is_set():
        raise Refused(_STOPPING)
    services().answering()
    require_documents()
    with services().index.acquire():
        state = readiness()
    if not state.ready:
        raise CannotAnswer(state.reason)
    return _json(schema.Health(notice=notice_of(state)))


@blueprint.get("/metrics", responses={200: _FIGURES, **problems(400, 401, 403)})
def metrics() -> Response:
    """Figures for Prometheus."""
    return exposition()


@blueprint.get("/api/openapi.json", doc_ui=False)
def openapi() -> Response:
    """This API, described."""
    return jsonify(current_app.api_doc)  # type: ignore[attr-defined]


def describe_streams(document: dict[str, Any], *paths: str) -> None:
    """Add to the OpenAPI document that these answer as server-sent events too; flask-openapi3 4.3 knows one form."""
    for path in paths:
        document["paths"][path]["post"]["responses"]["200"]["content"][EVENT_STREAM] = {"schema": _EVENT}


_EVENT = {
    "type": "object",
    "description": "One of the events; its data is JSON.",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
}


def _json(model: BaseModel) -> Response:
    return Response(model.model_dump_json(), content_type="application/json")


_STOPPING = Problem(
    503, "stopping", _l("The server is stopping"), _l("It finishes what it has begun."), retry_after_seconds=5
)
_NESTED = Problem(400, "bad_request", _l("The request is not understood"), _l("The body is nested too deeply."))
_NO_OBJECT = Problem(400, "bad_request", _l("The request is not understood"), _l("The body must be a JSON object."))


class JsonPresenter:
    """The events of docs/api.md."""

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id

    def rewritten(self, question: str) -> Sent:
        """What is searched for instead."""
        return "rewritten", {"standalone_question": question}

    def planned(self, planned: ReadingPlanned) -> Sent:
        """What will be read, and what that costs."""
        return "planned", schema.WholeReadingOut.model_validate(planned.reading).model_dump()

    def passages(self, found: PassagesFound) -> Sent:
        """As retrieved."""
        shown = [conversion.passage_out(passage).model_dump() for passage in found.passages]
        return "passages", {"passages": shown}

    def scored(self, scored: PassageScored) -> Sent:
        """`index` is the passage's place in `passages`."""
        judgement = scored.judgement
        return "relevance", {"index": scored.index, "score": judgement.score, "reason": judgement.reason}

    def kept(self, kept: PassagesKept) -> None:
        """Programs get it with the last event."""

    def reasoning(self, delta: str, mode: Mode) -> Sent:
        """A further piece, and whose it is."""
        return "reasoning", {"delta": delta, "model": mode}

    def answer(self, delta: str, mode: Mode) -> Sent:
        """A further piece, and whose it is."""
        return "answer", {"delta": delta, "model": mode}

    def done(self, answered: Answered) -> Sent:
        """The response that would have been sent without a stream."""
        return "done", conversion.query_response(answered.answer, self._request_id).model_dump()

    def error(self, error: Exception) -> Sent:
        """The problem."""
        return "error", problem_body(problem_of(error))
