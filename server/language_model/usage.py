"""What calls of a language model cost: tokens as the provider counts them, and money."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from server.settings import Prices


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more calls. `cached_tokens` are part of the prompt, `reasoning_tokens` of the completion.

    `estimated`: the server did not count all of them. `cost`: what those calls cost whose prices are known.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False
    cost: float | None = None
    currency: str | None = None

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.cached_tokens + other.cached_tokens,
            self.estimated or other.estimated,
            other.cost if self.cost is None else self.cost + (other.cost or 0.0),
            self.currency or other.currency,
        )

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens

    def priced(self, prices: Prices | None) -> "Usage":
        """The same with what it cost at these prices; as it is where none are known."""
        if prices is None:
            return self
        fresh = self.prompt_tokens - self.cached_tokens
        millions = self.cached_tokens * prices.cached_input + fresh * prices.input
        cost = (millions + self.completion_tokens * prices.output) / 1_000_000
        return replace(self, cost=cost, currency=prices.currency)

    def figures(self) -> dict[str, Any]:
        """As JSON; without cost and currency where no price is known."""
        found = {name: value for name, value in asdict(self).items() if value is not None}
        return found if self.cost is None else found | {"cost": round(self.cost, 8)}


def usage_of(raw: Any) -> Usage:
    """What the `usage` member of a reply says, DeepSeek's cache fields or OpenAI's; zeros where it says nothing."""
    if raw is None:
        return Usage(calls=1)
    prompt_details = _member(raw, "prompt_tokens_details")
    completion_details = _member(raw, "completion_tokens_details")
    return Usage(
        calls=1,
        prompt_tokens=_count(raw, "prompt_tokens") or _count(raw, "input_tokens"),
        completion_tokens=_count(raw, "completion_tokens") or _count(raw, "output_tokens"),
        reasoning_tokens=_count(completion_details, "reasoning_tokens"),
        cached_tokens=_count(raw, "prompt_cache_hit_tokens") or _count(prompt_details, "cached_tokens"),
    )


def estimated_usage(prompt_tokens: int, text: str, thought: str) -> Usage:
    """What a call used of which the server says nothing."""
    thought_tokens = estimated_tokens(thought) if thought else 0
    return Usage(1, prompt_tokens, estimated_tokens(text) + thought_tokens, thought_tokens, estimated=True)


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has, rather too many: DeepSeek's documentation gives 0.3 per Latin character and 0.6
    per Chinese one."""
    return TextCount().plus(text).tokens


@dataclass(frozen=True, slots=True)
class TextCount:
    """The characters of a text that grows, so that its tokens are estimated without reading it again."""

    ascii: int = 0
    others: int = 0

    def plus(self, text: str) -> "TextCount":
        """With this text after it."""
        ascii_characters = len(text) if text.isascii() else sum(character < "\x80" for character in text)
        return TextCount(self.ascii + ascii_characters, self.others + len(text) - ascii_characters)

    @property
    def tokens(self) -> int:
        """As `estimated_tokens` says."""
        return int(self.ascii * 0.3 + self.others * 0.6) + 1


def _count(holder: Any, name: str) -> int:
    value = _member(holder, name)
    return int(value) if isinstance(value, int | float) and value > 0 else 0


def _member(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name, None)
