"""The OpenAI protocol over the answer service, so that programs made for it can use Pagewise as a model.

The last thing a user said is the question; what was said before is the history. Tasks that chat front ends send about a
conversation go to the language model without a search.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from flask import Response, g, request
from flask_babel import lazy_gettext as _l
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel

from server.answers import AnswerDelta, Answered, Event, Heartbeat, Question, ReasoningDelta, Turn
from server.api import questions
from server.api.front_end_tasks import Said, Task, plain_answer, task_of
from server.api.openai_replies import ChatForm, CompletionForm, End, Form, ResponsesForm, lines_of
from server.api.openai_schema import (
    MODELS,
    ChatCompletion,
    ChatRequest,
    CompletionRequest,
    ModelList,
    ModelOut,
    ModelPath,
    OpenAIError,
    Ours,
    ResponseObject,
    ResponsesRequest,
    TextCompletion,
    TokenUsage,
    refuse_unsupported,
)
from server.api.openai_text import TextLimit, all_notices, footnotes, without_footnotes
from server.http import conversion, schema
from server.http.collections import enter, is_addressed, readable
from server.http.event_stream import EVENT_STREAM, HEARTBEAT, stream_events
from server.http.problems import Problem, Refused
from server.http.scopes import may
from server.http.services import services
from server.language_model.errors import LanguageModelError

_LARGEST_CONVERSATION = 3_500 * 1024
_RELEASED = 1795392000  # 2026-11-23; the protocol wants a date for each model


def _errors(*statuses: int) -> dict[int | str, Any]:
    described = {"content": {"application/json": {"schema": OpenAIError.model_json_schema()}}}
    return {status: dict(described) for status in statuses}


_ASKING = _errors(400, 401, 403, 404, 413, 415, 422, 429, 500, 502, 503, 504)
blueprint = APIBlueprint("openai", __name__, abp_tags=[Tag(name="OpenAI protocol")])


@blueprint.before_request
def read_json() -> None:
    """A conversation may be longer than a question."""
    request.max_content_length = _LARGEST_CONVERSATION
    questions.read_json()


@blueprint.post("/v1/chat/completions", responses={200: ChatCompletion, **_ASKING}, strict_slashes=False)
def chat_completions(body: ChatRequest) -> Response:
    """Answer the last user message from the documents, in the protocol of OpenAI."""
    refuse_unsupported(body)
    form = ChatForm(g.request_id, _known(body.model), wants_usage=_wants_usage(body))
    limit = TextLimit(_listed(body.stop), body.max_completion_tokens or body.max_tokens)
    said = [(message.role, message.text) for message in body.messages]
    return _answered(body, said, form, limit)


@blueprint.post("/v1/completions", responses={200: TextCompletion, **_ASKING}, strict_slashes=False)
def completions(body: CompletionRequest) -> Response:
    """Answer a prompt from the documents, in the older protocol of OpenAI."""
    refuse_unsupported(body)
    prompts = _listed(body.prompt)
    if len(prompts) != 1:
        raise Refused(_ONE_PROMPT)
    form = CompletionForm(g.request_id, _known(body.model), wants_usage=_wants_usage(body))
    return _answered(body, [("user", prompts[0])], form, TextLimit(_listed(body.stop), body.max_tokens))


@blueprint.post("/v1/responses", responses={200: ResponseObject, **_ASKING}, strict_slashes=False)
def responses(body: ResponsesRequest) -> Response:
    """Answer a question or a conversation from the documents, in the form of OpenAI's Responses."""
    refuse_unsupported(body)
    form = ResponsesForm(g.request_id, _known(body.model))
    return _answered(body, _said(body), form, TextLimit((), body.max_output_tokens))


@blueprint.get("/v1/models", responses={200: ModelList, **_errors(401, 403, 429)}, strict_slashes=False)
def models() -> Response:
    """The models that can be asked."""
    beside = [] if is_addressed() else [f"{name}/{each}" for each in readable() for name in MODELS]
    own = list(MODELS) if may("openai.models") else []
    return _json(ModelList(data=[ModelOut(id=name, created=_RELEASED) for name in (*own, *beside)]))


@blueprint.get(
    "/v1/models/<path:model>", responses={200: ModelOut, **_errors(401, 403, 404, 429)}, strict_slashes=False
)
def model(path: ModelPath) -> Response:
    """One of them; `pagewise/papers` is that of the collection papers."""
    return _json(ModelOut(id=_known(path.model), created=_RELEASED))


def _answered(
    body: ChatRequest | CompletionRequest | ResponsesRequest, said: Sequence[Said], form: Form, limit: TextLimit
) -> Response:
    task = task_of(said)
    if task is not None:
        return _task_done(task, said, form, limit, is_stream=bool(body.stream))
    question = _question(body, said)
    if body.stream:
        stream = _Stream(form, limit, g.request_id)
        return stream_events(question, stream.of, form.error)
    answer = services().answering().answer(question, services().stopping)
    response = conversion.query_response(answer, g.request_id)
    text = limit.add(response.answer) + _ending(response, limit)
    return _json(form.whole(text, response.reasoning, _end(response, limit)))


class _Stream:
    """The events of one question as the lines of a stream."""

    def __init__(self, form: Form, limit: TextLimit, request_id: str) -> None:
        self._form = form
        self._limit = limit
        self._request_id = request_id
        self._text = ""
        self._has_begun = False

    def of(self, event: Event) -> str:
        """What goes out for it; nothing for most of what happens before the answer."""
        match event:
            case ReasoningDelta(text=text):
                return self._begun() + self._form.reasoning(text)
            case AnswerDelta(text=text):
                return self._begun() + self._piece(self._limit.add(text))
            case Answered(answer=answer):
                response = conversion.query_response(answer, self._request_id)
                ending = self._begun() + self._piece(_ending(response, self._limit))
                return ending + self._form.end(self._text, _end(response, self._limit))
            case Heartbeat():
                return HEARTBEAT
        return ""

    def _begun(self) -> str:
        has_begun, self._has_begun = self._has_begun, True
        return "" if has_begun else self._form.begin()

    def _piece(self, text: str) -> str:
        self._text += text
        return self._form.text(text) if text else ""


def _ending(response: schema.QueryResponse, limit: TextLimit) -> str:
    """The last of the answer, and its sources where they may follow."""
    notes = footnotes(response)
    return (limit.add(notes) if limit.has_room(notes) else "") + limit.rest()


def _end(response: schema.QueryResponse, limit: TextLimit) -> End:
    ours = Ours(sources=response.sources, refused=response.refused, notices=all_notices(response))
    return End(limit.finish or ("stop" if response.complete else "length"), _usage(response), ours)


def _task_done(task: Task, said: Sequence[Said], form: Form, limit: TextLimit, *, is_stream: bool) -> Response:
    """A front end's task, done by the language model; plainly where there is none, or where it fails."""
    usage = TokenUsage()
    try:
        reply = services().answering().complete(_told(said), services().stopping)
    except LanguageModelError:
        reply = None
    text = plain_answer(task)
    if reply is not None and reply.text.strip():
        used = reply.usage
        text, usage = (
            reply.text,
            TokenUsage(
                prompt_tokens=used.prompt_tokens,
                completion_tokens=used.completion_tokens,
                total_tokens=used.total_tokens,
            ),
        )
    text = limit.add(text) + limit.rest()
    end = End(limit.finish or "stop", usage, Ours())
    if is_stream:
        return Response(lines_of(form, text, end), content_type=EVENT_STREAM)
    return _json(form.whole(text, None, end))


def _told(said: Sequence[Said]) -> list[Said]:
    """The messages as any model takes them."""
    roles = {"developer": "system", "system": "system", "assistant": "assistant"}
    return [(roles.get(role, "user"), text) for role, text in said if text.strip()]


def _question(body: ChatRequest | CompletionRequest | ResponsesRequest, said: Sequence[Said]) -> Question:
    places = [place for place, (role, _) in enumerate(said) if role == "user"]
    if not places:
        raise Refused(_NO_QUESTION)
    # The models of the API check the text, so that a question is one everywhere.
    query = schema.QueryRequest(
        question=said[places[-1]][1], model=MODELS[body.model.partition("/")[0]], documents=body.documents
    )
    history = _turns(said[: places[-1]])
    return replace(conversion.question_of(query, services().settings), history=tuple(history))


def _turns(said: Sequence[Said]) -> list[Turn]:
    """The questions before the last one and their answers, cut to what is accepted of a history elsewhere."""
    turns = []
    for (role, text), (next_role, answer) in pairwise(said):
        if (role, next_role) == ("user", "assistant") and text.strip():
            turns.append(Turn(text[: schema.LONGEST_QUESTION], without_footnotes(answer)[: schema.LONGEST_PAST_ANSWER]))
    return turns[-schema.MOST_TURNS :]


def _said(body: ResponsesRequest) -> list[Said]:
    said = [("system", body.instructions)] if body.instructions else []
    if isinstance(body.input, str):
        return [*said, ("user", body.input)]
    for item in body.input:
        if item.role and item.type in (None, "message"):
            parts = item.content if isinstance(item.content, list) else []
            text = item.content if isinstance(item.content, str) else "\n".join(part.text or "" for part in parts)
            said.append((item.role, text))
    return said


def _known(name: str) -> str:
    """The name of a model; whose collection the request is for from here on, where it names one."""
    model, slash, named = name.partition("/")
    if model not in MODELS or (not enter(named) if slash else not may(request.endpoint or "")):
        raise Refused(_NO_MODEL)
    return name


def _listed(given: str | list[str] | None) -> list[str]:
    return [given] if isinstance(given, str) else given or []


def _wants_usage(body: ChatRequest | CompletionRequest) -> bool:
    return bool(body.stream_options and body.stream_options.include_usage)


def _usage(response: schema.QueryResponse) -> TokenUsage:
    prompt = sum(int(step.get("prompt_tokens", 0)) for step in response.usage.values())
    completion = sum(int(step.get("completion_tokens", 0)) for step in response.usage.values())
    return TokenUsage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)


def _json(reply: BaseModel) -> Response:
    return Response(reply.model_dump_json(), content_type="application/json")


_NO_QUESTION = Problem(
    400, "no_question", _l("The request is not understood"), _l("messages: there is no message of the role user.")
)
_ONE_PROMPT = Problem(
    400, "not_supported", _l("Not supported here"), _l("One prompt is answered at a time."), param="prompt"
)
_NO_MODEL = Problem(404, "model_not_found", _l("Not found"), _l("The models here are pagewise and pagewise-reasoner."))
