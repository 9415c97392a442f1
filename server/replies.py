"""What a language model writes, as far as it came. Knows nothing of connections and retries."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from llama_index.core.base.llms.types import ChatResponse

from server.llm_errors import LanguageModelError
from server.usage import Usage, estimated_tokens, usage_of


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote. With a `problem` the text is only the beginning of an answer."""

    text: str
    reasoning: str
    usage: Usage
    problem: LanguageModelError | None = None


class Shown:
    """What was handed over of a reply, over all its attempts."""

    def __init__(self, on_text: Callable[[str], None], on_reasoning: Callable[[str], None]) -> None:
        self._on_text = on_text
        self._on_reasoning = on_reasoning
        self.anything = False
        self.said_nothing = False

    def text(self, delta: str) -> None:
        self.anything = True
        self._on_text(delta)

    def reasoning(self, delta: str) -> None:
        self.anything = True
        self._on_reasoning(delta)


@dataclass
class Received:
    """A stream as far as it came."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=lambda: Usage(calls=1))
    finish_reason: str | None = None

    def add(self, chunk: ChatResponse) -> tuple[str, str]:
        """Take a chunk in; its text and its reasoning."""
        raw: Any = chunk.raw
        if raw.usage is not None:
            self.usage = usage_of(raw.usage)
        if raw.choices and raw.choices[0].finish_reason:
            self.finish_reason = raw.choices[0].finish_reason
        text, reasoning = chunk.delta or "", str(chunk.additional_kwargs.get("thinking_delta") or "")
        self.text.append(text)
        self.reasoning.append(reasoning)
        return text, reasoning

    def counted(self, prompt_tokens: int) -> Usage | None:
        """What to count: the provider's own figures; an estimate where they did not come, None where nothing did."""
        if self.usage.total_tokens:
            return self.usage
        if not self.text:
            return None
        written, thought = (estimated_tokens("".join(pieces)) for pieces in (self.text, self.reasoning))
        return Usage(1, prompt_tokens, written + thought, thought)

    def is_blank(self) -> bool:
        return not any(text.strip() for text in self.text)

    def reply(self, problem: LanguageModelError | None) -> Reply:
        return Reply("".join(self.text), "".join(self.reasoning), self.usage, problem)
