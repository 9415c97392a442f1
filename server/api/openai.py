"""The OpenAI protocol over the answer service, so that programs made for it can use Pagewise as a model.

Only the part that is spoken here has a schema; what else a client sends is ignored.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Any, Literal

from flask import Response, g, request
from flask_babel import lazy_gettext as _l
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from server.answers import AnswerDelta, Answered, AskedMode, Event, Heartbeat, Question, ReasoningDelta, Turn
from server.api import questions
from server.http import conversion, error_responses, schema
from server.http.event_stream import HEARTBEAT, stream_events
from server.http.problems import Problem, Refused, problem_of
from server.http.schema import Documents, PassageOut
from server.http.services import services
from server.passages import place_names
from storage.escaping import escaped

MODELS: dict[str, AskedMode] = {"pagewise": "chat", "pagewise-reasoner": "reasoner"}


class ContentPart(BaseModel):
    """A piece of a message; only text is read."""

    type: str
    text: str | None = None


class ChatMessage(BaseModel):
    """One turn of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """What it says, its pieces put together."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.text)
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream is to contain."""

    include_usage: bool | None = None


class ChatRequest(BaseModel):
    """A conversation whose last user message is the question. `documents` is ours."""

    model_config = ConfigDict(strict=True)

    model: str = Field(
        description="pagewise answers at once, pagewise-reasoner thinks first.",
        json_schema_extra={"enum": list(MODELS)},  # checked by the view: an unknown model is a 404 in this protocol
    )
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=1000)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    documents: Documents = Field(default_factory=list)


class ChatReply(BaseModel):
    """The answer, with its sources as a list at the end."""

    role: Literal["assistant"] = "assistant"
    content: str
    reasoning_content: str | None = Field(default=None, description="What the reasoner thought.")


class Choice(BaseModel):
    """The only choice."""

    index: int = 0
    message: ChatReply
    finish_reason: Literal["stop", "length"] = Field(description="length: the answer is incomplete.")


class TokenUsage(BaseModel):
    """Tokens of the language model for scoring and answer together; zeros without one."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class ChatCompletion(BaseModel):
    """A whole answer. `sources`, `refused` and `notices` are ours."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: TokenUsage
    sources: list[PassageOut] = Field(description="The passages answered from; [1] in the content is the first.")
    refused: bool
    notices: list[str]


class ModelOut(BaseModel):
    """A model that can be asked."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = "pagewise"


class ModelList(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[ModelOut]


class ModelPath(BaseModel):
    """The name in the address."""

    model: str


class OpenAIError(BaseModel):
    """Any error of /v1."""

    error: dict[str, Any]


_LARGEST_CONVERSATION = 2 * 1024 * 1024
_SOURCES = "\n\nSources:\n\n"
_RELEASED = 1795392000  # 2026-11-23; the protocol wants a date for each model


def _errors(*statuses: int) -> dict[int | str, Any]:
    described = {"content": {"application/json": {"schema": OpenAIError.model_json_schema()}}}
    return {status: dict(described) for status in statuses}


blueprint = APIBlueprint("openai", __name__, abp_tags=[Tag(name="OpenAI protocol")])


@blueprint.before_request
def read_json() -> None:
    """A conversation may be longer than a question."""
    request.max_content_length = _LARGEST_CONVERSATION
    questions.read_json()


@blueprint.post(
    "/v1/chat/completions",
    responses={200: ChatCompletion, **_errors(400, 401, 403, 404, 413, 415, 422, 429, 500, 502, 503, 504)},
)
def chat_completions(body: ChatRequest) -> Response:
    """Answer the last user message from the documents, in the protocol of OpenAI."""
    question = _question(body)
    if body.stream:
        chunks = _Chunks(body.model, wants_usage=bool(body.stream_options and body.stream_options.include_usage))
        return stream_events(question, chunks.of, chunks.of_error)
    answer = services().answering().answer(question, services().stopping)
    response = conversion.query_response(answer, g.request_id)
    return _json(_completion(response, body.model))


@blueprint.get("/v1/models", responses={200: ModelList, **_errors(401, 403, 429)})
def models() -> Response:
    """The models that can be asked."""
    return _json(ModelList(data=[ModelOut(id=name, created=_RELEASED) for name in MODELS]))


@blueprint.get("/v1/models/<model>", responses={200: ModelOut, **_errors(401, 403, 404, 429)})
def model(path: ModelPath) -> Response:
    """One of them."""
    return _json(ModelOut(id=_known(path.model), created=_RELEASED))


def _question(body: ChatRequest) -> Question:
    places = [place for place, message in enumerate(body.messages) if message.role == "user"]
    if not places:
        raise Refused(_NO_QUESTION)
    text = body.messages[places[-1]].text
    # The models of the API check the text, so that a question is one everywhere.
    query = schema.QueryRequest(question=text, model=MODELS[_known(body.model)], documents=body.documents)
    history = _turns(body.messages[: places[-1]])
    return replace(conversion.question_of(query, services().settings), history=tuple(history))


def _turns(messages: Sequence[ChatMessage]) -> list[Turn]:
    """The questions before the last one and their answers, cut to what is accepted of a history elsewhere."""
    turns = []
    for message, following in pairwise(messages):
        if (message.role, following.role) == ("user", "assistant"):
            answer = following.text.partition(_SOURCES)[0]
            turns.append(Turn(message.text[: schema.LONGEST_QUESTION], answer[: schema.LONGEST_PAST_ANSWER]))
    return turns[-schema.MOST_TURNS :]


def _known(name: str) -> str:
    if name not in MODELS:
        raise Refused(_NO_MODEL)
    return name


def _completion(response: schema.QueryResponse, model_name: str) -> ChatCompletion:
    message = ChatReply(content=response.answer + _footnotes(response), reasoning_content=response.reasoning)
    return ChatCompletion(
        id=f"chatcmpl-{response.request_id}",
        created=int(time.time()),
        model=model_name,
        choices=[Choice(message=message, finish_reason=_finish_reason(response))],
        usage=_usage(response),
        sources=response.sources,
        refused=response.refused,
        notices=response.notices,
    )


class _Chunks:
    """The events of one question as the chunks of a stream."""

    def __init__(self, model_name: str, *, wants_usage: bool) -> None:
        self._request_id = g.request_id
        self._wants_usage = wants_usage
        self._frame = {
            "id": f"chatcmpl-{g.request_id}",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": model_name,
        }
        self._first: dict[str, str] = {"role": "assistant"}

    def of(self, event: Event) -> str:
        """What goes out for it; nothing for most of what happens before the answer."""
        match event:
            case ReasoningDelta(text=text):
                return self._delta(reasoning_content=text)
            case AnswerDelta(text=text):
                return self._delta(content=text)
            case Answered(answer=answer):
                return "".join(self._last(conversion.query_response(answer, self._request_id)))
            case Heartbeat():
                return HEARTBEAT
        return ""

    def of_error(self, error: Exception) -> str:
        """The last line of a stream that failed."""
        return _data(error_responses.openai_body(problem_of(error)))

    def _delta(self, **delta: str) -> str:
        first, self._first = self._first, {}
        return self._chunk({"index": 0, "delta": first | delta, "finish_reason": None})

    def _last(self, response: schema.QueryResponse) -> Iterator[str]:
        footnotes = _footnotes(response)
        if footnotes:
            yield self._delta(content=footnotes)
        yield self._chunk(
            {"index": 0, "delta": {}, "finish_reason": _finish_reason(response)},
            sources=[source.model_dump() for source in response.sources],
            refused=response.refused,
            notices=response.notices,
        )
        if self._wants_usage:
            yield _data(self._frame | {"choices": [], "usage": _usage(response).model_dump()})
        yield "data: [DONE]\n\n"

    def _chunk(self, choice: dict[str, Any], **ours: Any) -> str:
        return _data(self._frame | {"choices": [choice]} | ours)


def _footnotes(response: schema.QueryResponse) -> str:
    """The sources as a list that is safe to render: names are code, so that none of them becomes a link or picture."""
    lines = []
    for number, source in enumerate(response.sources, 1):
        pages = ", ".join(place_names(source.document, source.pages, source.labels)).replace("`", "'")
        name = escaped(source.document).replace("`", "'")
        lines.append(f"- [{number}] `{name}, {pages}`")
    lines += [f"- {notice}" for notice in response.notices]
    return _SOURCES + "\n".join(lines) if response.sources else ""


def _finish_reason(response: schema.QueryResponse) -> Any:
    return "stop" if response.complete else "length"


def _usage(response: schema.QueryResponse) -> TokenUsage:
    prompt = sum(int(step.get("prompt_tokens", 0)) for step in response.usage.values())
    completion = sum(int(step.get("completion_tokens", 0)) for step in response.usage.values())
    return TokenUsage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)


def _data(data: Any) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


def _json(reply: ChatCompletion | ModelList | ModelOut) -> Response:
    return Response(reply.model_dump_json(), content_type="application/json")


_NO_QUESTION = Problem(
    400, "no_question", _l("The request is not understood"), _l("messages: there is no message of the role user.")
)
_NO_MODEL = Problem(404, "model_not_found", _l("Not found"), _l("The models here are pagewise and pagewise-reasoner."))
