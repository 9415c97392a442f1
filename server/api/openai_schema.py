"""What clients of OpenAI's protocol send and get, as pydantic models.

Only the part that is spoken here has a schema; what else a client sends is ignored. What it must not be denied silently
(typed output, several choices, required tools) is refused by `refuse_unsupported`.
"""

from typing import Annotated, Any, Literal

from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ConfigDict, Field

from server.answers import AskedMode
from server.http.problems import Problem, Refused
from server.http.schema import Documents, PassageOut

MODELS: dict[str, AskedMode] = {"pagewise": "chat", "pagewise-reasoner": "reasoner"}

_MODEL = Field(
    description="pagewise answers at once, pagewise-reasoner thinks first; pagewise/papers does so from the collection "
    "papers.",
    json_schema_extra={"enum": list(MODELS)},  # checked by the view: an unknown model is a 404 in this protocol
)
Stop = Annotated[str | list[str] | None, Field(description="The text ends before the first of these.")]
MaxTokens = Annotated[int | None, Field(ge=1, description="The text ends after so many tokens, estimated.")]


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


class _Request(BaseModel):
    model_config = ConfigDict(strict=True)

    model: str = _MODEL
    stream: bool | None = None
    documents: Documents = Field(default_factory=list)
    tools: list[Any] | None = Field(default=None, description="None is ever called; must not be required.")
    tool_choice: Any = None


class ChatRequest(_Request):
    """A conversation whose last user message is the question. `documents` is ours."""

    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    stream_options: StreamOptions | None = None
    stop: Stop = None
    max_tokens: MaxTokens = None
    max_completion_tokens: MaxTokens = None
    n: int | None = Field(default=None, ge=1, description="1: there is one choice.")
    response_format: Any = Field(default=None, description="Only text.")
    function_call: Any = None


class CompletionRequest(_Request):
    """A prompt that is the question."""

    prompt: str | list[str]
    stream_options: StreamOptions | None = None
    stop: Stop = None
    max_tokens: MaxTokens = None
    n: int | None = Field(default=None, ge=1, description="1: there is one choice.")
    best_of: int | None = Field(default=None, ge=1)


class InputItem(BaseModel):
    """A message of `input`; other items are not read."""

    type: str | None = None
    role: str | None = None
    content: str | list[ContentPart] | None = None


class ResponsesRequest(_Request):
    """A question, or a conversation, in the form of OpenAI's Responses."""

    input: str | list[InputItem]
    instructions: str | None = None
    max_output_tokens: MaxTokens = None
    text: Any = Field(default=None, description="Only the format text.")
    previous_response_id: str | None = Field(default=None, description="No responses are kept: send the conversation.")


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


class Ours(BaseModel):
    """What goes with an answer beside the protocol."""

    sources: list[PassageOut] = Field(
        default_factory=list, description="The passages answered from; [1] in the content is the first."
    )
    refused: bool = False
    notices: list[str] = Field(default_factory=list)


class ChatCompletion(Ours):
    """A whole answer. `sources`, `refused` and `notices` are ours."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: TokenUsage


class TextChoice(BaseModel):
    """The only choice."""

    index: int = 0
    text: str
    logprobs: None = None
    finish_reason: Literal["stop", "length"] | None


class TextCompletion(Ours):
    """A whole answer to a prompt. `sources`, `refused` and `notices` are ours."""

    id: str
    object: Literal["text_completion"] = "text_completion"
    created: int
    model: str
    choices: list[TextChoice]
    usage: TokenUsage


class ResponseObject(Ours):
    """A whole answer in the form of OpenAI's Responses. `sources`, `refused` and `notices` are ours."""

    id: str
    object: Literal["response"] = "response"
    created_at: int
    status: Literal["in_progress", "completed", "incomplete"]
    model: str
    output: list[dict[str, Any]]
    usage: dict[str, Any] | None = None
    error: None = None
    incomplete_details: dict[str, str] | None = None
    instructions: str | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    parallel_tool_calls: bool = False
    temperature: float | None = None
    top_p: float | None = None
    tool_choice: str = "none"
    tools: list[Any] = Field(default_factory=list)


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


def refuse_unsupported(body: ChatRequest | CompletionRequest | ResponsesRequest) -> None:
    """Raises `Refused` for what would not be answered as it was asked."""
    for name in ("n", "best_of"):
        if (getattr(body, name, None) or 1) > 1:
            raise _unsupported(name, _l("There is one answer to a question: leave the field out, or send 1."))
    if _is_typed(getattr(body, "response_format", None)):
        raise _unsupported("response_format", _TEXT_ONLY)
    if isinstance(body, ResponsesRequest):
        if isinstance(body.text, dict) and _is_typed(body.text.get("format")):
            raise _unsupported("text.format", _TEXT_ONLY)
        if body.previous_response_id:
            raise _unsupported("previous_response_id", _l("No responses are kept: send the conversation as input."))
    for name in ("tool_choice", "function_call"):
        choice = getattr(body, name, None)
        if choice == "required" or (isinstance(choice, dict) and choice.get("mode", "required") == "required"):
            raise _unsupported(name, _l("No tools are called here: leave them out, or let them be chosen freely."))


def _is_typed(response_format: Any) -> bool:
    return isinstance(response_format, dict) and response_format.get("type", "text") != "text"


def _unsupported(param: str, detail: Any) -> Refused:
    return Refused(Problem(400, "not_supported", _l("Not supported here"), detail, param=param))


_TEXT_ONLY = _l("Answers are text with citations, never JSON: ask for text.")
