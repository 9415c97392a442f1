"""What the model does in each role, how much it may read and write, and whether it is left alone there."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from server.language_model.errors import EndlessThought
from server.language_model.known_model import KnownModel
from server.language_model.retrying import Breaker
from server.language_model.served_model import ServedModel
from storage.messages import message

Role = Literal["answering", "scoring", "rewriting"]

SETTINGS: Mapping[Role, str] = {
    "answering": "DEEPSEEK_MODEL",
    "scoring": "SCORING_MODEL",
    "rewriting": "REWRITING_MODEL",
}
"""Which setting names the model of a role."""

_THINKERS = re.compile(r"think|reason|qwq|qwen3|[-_/:]r1\b|magistral|gpt-oss|nemotron|minimax-m", re.IGNORECASE)
"""Names of models that think. Of the first reply of one of these, nothing is shown before its end or its thought's."""

_MOST_ENDLESS_THOUGHTS = 3
_SECONDS_WITHOUT_SCORING = 600.0

SCORE_FORMAT = {
    "type": "json_schema",
    "json_schema": {
        "name": "score",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"score": {"type": "integer"}, "reason": {"type": "string"}},
            "required": ["score", "reason"],
            "additionalProperties": False,
        },
    },
}
"""For servers that take a schema only; others get {"type": "json_object"}."""


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """How much may be read, written and waited for. The context window is deepseek-flash's.

    `scoring_thought_tokens`: for a short reply of a model that thinks before it.
    """

    context_tokens: int = 1_000_000
    answer_tokens: int = 8_192
    thinking_tokens: int = 32_768
    scoring_tokens: int = 300
    scoring_thought_tokens: int = 4_096
    idle_seconds: float = 30.0
    connections: int = 128


def limits_for(context_tokens: int, usual: ModelLimits | None = None) -> ModelLimits:
    """The usual limits, with less to write where the context is small: passages must have room in it as well."""
    usual = usual or ModelLimits()
    return replace(
        usual,
        context_tokens=context_tokens,
        answer_tokens=min(usual.answer_tokens, context_tokens // 4),
        thinking_tokens=min(usual.thinking_tokens, context_tokens // 2),
        scoring_thought_tokens=min(usual.scoring_thought_tokens, context_tokens // 2),
    )


class RoleModel:
    """One model, with what is known of it, and whether it is left alone."""

    def __init__(self, served: ServedModel, known: KnownModel, breaker: Breaker) -> None:
        self.llm = served
        self.known = known
        self.breaker = breaker
        self.has_replied = False
        self._endless = 0
        self._given_up_until = float("-inf")

    @property
    def thoughts_begin_inside(self) -> bool:
        """Whether a reply may begin within a thought: it does as a rule, or a model of such a name was never heard."""
        where = self.known.current.thoughts_in
        return where == "unopened" or (not where and not self.has_replied and bool(_THINKERS.search(self.llm.model)))

    def note_end(self, *, endless: bool) -> None:
        """Note whether a short reply with room for a thought was all thought."""
        self._endless = self._endless + 1 if endless else 0
        if self._endless >= _MOST_ENDLESS_THOUGHTS:
            self._given_up_until = time.monotonic() + _SECONDS_WITHOUT_SCORING

    def endless(self) -> EndlessThought | None:
        """Why it is not asked for short replies now."""
        if time.monotonic() >= self._given_up_until:
            return None
        return EndlessThought(message("the language model thinks longer about a short reply than it may write"))
