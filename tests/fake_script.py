"""What the fake DeepSeek can be told to say: good replies, failures, and streams that go wrong."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

ENDLESS = 10**9


@dataclass(frozen=True)
class Completion:
    """A completion, and how its transport misbehaves. Numbers of pieces count what was streamed of the text.

    `stall_after`: silent from then on. `cut_after`: the stream ends there, tidily. `drop_after`: the connection breaks
    there. `bad_chunk_after`: broken JSON in between. `blank_lines`: so many before the first data, `gap_seconds` apart.
    `comments`: after every piece.
    """

    text: str = ""
    reasoning: str = ""
    finish_reason: str | None = "stop"
    delay_seconds: float = 0.0
    piece: int = 8
    gap_seconds: float = 0.0
    stall_after: int | None = None
    cut_after: int | None = None
    drop_after: int | None = None
    bad_chunk_after: int | None = None
    blank_lines: int = 0
    comments: int = 0
    send_done: bool = True
    null_content: bool = False

    def pieces(self) -> list[str]:
        """The text as it is streamed."""
        return [self.text[at : at + self.piece] for at in range(0, len(self.text), self.piece)]


@dataclass(frozen=True)
class Failure:
    """An HTTP error in DeepSeek's form."""

    status: int
    message: str = "scripted failure"
    retry_after: str | None = None
    delay_seconds: float = 0.0


@dataclass(frozen=True)
class Page:
    """Anything that is not the protocol: a login page, cut-off JSON."""

    body: str = "<!doctype html><title>Sign in</title><h1>Sign in</h1>"
    status: int = 200
    content_type: str = "text/html"


Answer = Completion | Failure | Page


@dataclass
class Asked:
    """A request as it came, and what became of it."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str]
    at: float
    connection: int = 0
    prompt: str = ""
    finished: bool = False
    client_left_at: float | None = None
    usage: dict[str, Any] = field(default_factory=dict)

    @property
    def is_stream(self) -> bool:
        """Whether a stream was asked for."""
        return bool(self.body.get("stream"))

    @property
    def is_json_mode(self) -> bool:
        """Whether JSON was asked for."""
        return (self.body.get("response_format") or {}).get("type") == "json_object"

    @property
    def thinks(self) -> bool:
        """Whether the model would think: it does unless it is told not to."""
        return (self.body.get("thinking") or {}).get("type") != "disabled"


Matcher = Callable[[Asked], bool]
Responder = Callable[[Asked], Answer]


@dataclass
class Rule:
    """Answers the requests that match, one after the other; the last answer is repeated."""

    matches: Matcher
    answers: Sequence[Answer | Responder]
    used: int = field(default=0)

    def next(self) -> Answer | Responder:
        """The answer for the next request."""
        answer = self.answers[min(self.used, len(self.answers) - 1)]
        self.used += 1
        return answer


def containing(text: str) -> Matcher:
    """Requests whose prompt contains the text."""
    return lambda asked: text in asked.prompt


def tokens_of(text: str) -> int:
    """Tokens as DeepSeek's documentation estimates them: 0.3 per Latin character, 0.6 per Chinese one."""
    wide = sum(1 for character in text if ord(character) > 127)
    return int((len(text) - wide) * 0.3 + wide * 0.6)


def believable(asked: Asked) -> Answer:
    """A modest model: scores by word overlap, answers by quoting the passages that share most words."""
    if asked.prompt.rstrip().endswith("Rewritten question:"):
        return Completion(_believable_rewriting(asked.prompt))
    if asked.prompt.rstrip().endswith("Translated question:"):
        return Completion(
            re.findall(r"<question-\w+>\n(.*)\n</question", asked.prompt, re.DOTALL)[-1].replace("\n", " ")
        )
    if asked.is_json_mode or ("score" in asked.prompt and not asked.is_stream):
        return Completion(_believable_score(asked.prompt))
    reasoning = "The question asks about the passages; I compare their words with it." if asked.thinks else ""
    return Completion(_believable_answer(asked.prompt), reasoning, gap_seconds=0.02)


_BLOCK = re.compile(r"<passage-(\w+)>\n(.*?)\n</passage-\1>", re.DOTALL)
_WORD = re.compile(r"[a-z0-9]{2,}|[\u3400-\u9fff]", re.IGNORECASE)
_STOP_WORDS = frozenset(
    ["what", "is", "the", "of", "an", "in", "on", "to", "and", "or", "how", "does", "do", "are", "was", "were", "which"]
)


def _believable_score(prompt: str) -> str:
    blocks = _BLOCK.findall(prompt)
    question = _words(_question_of(prompt))
    passage = _words(blocks[-1][1]) if blocks else set()
    share = len(question & passage) / len(question) if question else 0.0
    return f'{{"score": {round(10 * share)}, "reason": "shares {round(100 * share)} % of the words of the question"}}'


def _believable_rewriting(prompt: str) -> str:
    question = re.findall(r"Question to rewrite: (.+)", prompt)[-1]
    return f"{question.rstrip('?？')} ({re.findall(r'^Q: (.+)', prompt, re.MULTILINE)[-1]})"


def _believable_answer(prompt: str) -> str:
    question = _words(_question_of(prompt))
    sentences = [
        (len(question & _words(sentence)), number, sentence.strip())
        for number, (_, text) in enumerate(_BLOCK.findall(prompt), 1)
        for sentence in re.split(r"(?<=[.!?。！？])\s*", text.partition("\n")[2])
        if sentence.strip()
    ]
    best = sorted(sentences, key=lambda found: (-found[0], found[1]))[:3]
    return " ".join(f"{sentence} [{number}]" for _, number, sentence in best)


def _question_of(prompt: str) -> str:
    found = re.findall(r"(?:question|问题)\W{1,3}(.+)", _BLOCK.sub("", prompt), re.IGNORECASE)
    return found[-1] if found else prompt[-300:]


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)} - _STOP_WORDS
