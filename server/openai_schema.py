"""The part of the OpenAI protocol that is spoken here, as pydantic models. What else a client sends is ignored."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.schema import Documents, Mode, PassageOut

MODELS: dict[str, Mode] = {"pagewise": "chat", "pagewise-reasoner": "reasoner"}


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
