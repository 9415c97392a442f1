"""A real HTTP server of the OpenAI protocol with the habits of one kind of server; `model_server_kinds` has the kinds.

A habit says what the server refuses, where its model's thoughts come, how it ends a reply, what it counts and how it
fails. What a kind does is data: a new kind is a row of the table.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from tests.fake_script import tokens_of
from tests.serving import PlayedServer

SCORE = '{"score": 8, "reason": "it names the fee"}'
ANSWER = "The share costs 60 euros [1]."
REWRITTEN = "When is the cooperative share paid back to a member?"
THOUGHT = "Okay, the user wants something. Let me see what the passage says, and how well it fits."

Body = dict[str, Any]
Refusal = tuple[int, Any]
Thoughts = Literal[
    "none",
    "reasoning_content",
    "reasoning",
    "think",
    "unopened",
    "empty",
    "thinking",
    "kimi",
    "channels",
    "plain channels",
    "brackets",
    "parts",
    "hidden",
]


def refuses(name: str, status: int, body: Any) -> Callable[[Body], Refusal | None]:
    """Requests with a field; "response_format.type=json_object" names a value of it, "messages.role=system" a role."""
    path, _, value = name.partition("=")

    def rule(sent: Body) -> Refusal | None:
        return (status, body) if _is_sent(sent, path, value) else None

    return rule


def limits(name: str, most: int, status: int, body: Callable[[int, int], Any]) -> Callable[[Body], Refusal | None]:
    """Requests that ask for more tokens than `most`; `body` gets what was asked for and the prompt's tokens."""

    def rule(sent: Body) -> Refusal | None:
        asked = sent.get(name)
        return (status, body(asked, prompt_tokens(sent))) if isinstance(asked, int) and asked > most else None

    return rule


def context(tokens: int, status: int, body: Callable[[int, int], Any]) -> Callable[[Body], Refusal | None]:
    """Requests whose prompt and reply do not fit into the context; `body` gets reply and prompt."""

    def rule(sent: Body) -> Refusal | None:
        asked = int(sent.get("max_tokens") or sent.get("max_completion_tokens") or 0)
        prompt = prompt_tokens(sent)
        return (status, body(asked, prompt)) if asked + prompt > tokens else None

    return rule


@dataclass(frozen=True)
class Habits:
    """What one kind of server does.

    `thinks`: tokens of thought before every reply; what does not fit into `max_tokens` is not written. `finish`: as it
    stands in a reply; `sends_done`: whether "[DONE]" ends a stream. `fails_first`: events or bodies with status 200
    that the first calls get instead of a reply, `always_fails` all calls; `fails_midway`: after some words of a stream.
    `as_event`: the name of such an event. `reads_at_most`: the rest of the prompt is
    cut off silently.
    """

    kind: str
    rules: Sequence[Callable[[Body], Refusal | None]] = ()
    thoughts: Thoughts = "none"
    thinks: int = 0
    finish: str | None = "stop"
    finish_everywhere: bool = False
    sends_done: bool = True
    content_parts: bool = False
    reports_usage: bool = True
    usage_unasked: bool = False
    reads_at_most: int | None = None
    comments: bool = False
    first_chunk_without_choices: bool = False
    whole_for_stream: bool = False
    says_around: str = ""
    fails_first: Sequence[Any] = ()
    always_fails: Any = None
    fails_midway: Any = None
    as_event: str = "data"
    owner: str = "somebody"
    server_header: str = "uvicorn"
    lists_models: bool = True
    model_fields: Mapping[str, Any] = field(default_factory=dict)
    ends_with: str = ""
    seconds: float = 0.01


class ModelServer(PlayedServer):
    """Plays the habits on loopback, and remembers what it was sent. Use it in a `with` block."""

    def __init__(self, habits: Habits, model: str = "some-model") -> None:
        self.habits = habits
        self.model = model
        self.sent: list[Body] = []
        self.refused: list[Body] = []
        self.answered: list[Body] = []
        self.most_at_once = 0
        self._open = 0
        self._failed = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self)

    @property
    def url(self) -> str:
        """The base URL to configure."""
        return f"{self.address}/v1"

    def refusal(self, body: Body) -> Refusal | None:
        """What the first rule that is broken says (for the handler)."""
        with self._lock:
            self.sent.append(body)
            found = next((said for rule in self.habits.rules if (said := rule(body)) is not None), None)
            (self.answered if found is None else self.refused).append(body)
        return found

    def failure(self) -> Any:
        """What the next call gets instead of a reply (for the handler)."""
        with self._lock:
            if self.habits.always_fails is not None:
                return self.habits.always_fails
            self._failed += 1
            return self.habits.fails_first[self._failed - 1] if self._failed <= len(self.habits.fails_first) else None

    def entered(self, by: int) -> None:
        """Count who is in (for the handler)."""
        with self._lock:
            self._open += by
            self.most_at_once = max(self.most_at_once, self._open)


def prompt_of(body: Body) -> str:
    """All texts of the request."""
    return "\n".join(str(message.get("content")) for message in body.get("messages", []))


def prompt_tokens(body: Body) -> int:
    """The tokens of the prompt, as a tokenizer would count them: a little fewer than the documented estimate."""
    return round(tokens_of(prompt_of(body)) * 0.8)


def _is_sent(sent: Body, path: str, value: str) -> bool:
    if path == "messages.role":
        return any(message["role"] == value for message in sent["messages"])
    found: Any = sent
    for step in path.split("."):
        if not isinstance(found, dict) or step not in found:
            return False
        found = found[step]
    return not value or str(found) == value


def _text_of(habits: Habits, body: Body) -> str:
    prompt = prompt_of(body)
    if prompt.rstrip().endswith("Rewritten question:"):
        return REWRITTEN
    if "score" in prompt and not body.get("stream"):
        return SCORE if body.get("response_format") else habits.says_around.format(SCORE) or SCORE
    return ANSWER


@dataclass(frozen=True)
class _Reply:
    """Pieces of thought with the field they come in, pieces of content, and how it ends."""

    pieces: tuple[tuple[str, str], ...]
    finish: str | None
    usage: Body | None

    def joined(self, place: str) -> str:
        return "".join(text for where, text in self.pieces if where == place)


def _thought(habits: Habits, room: int) -> tuple[str, bool]:
    """The thought as far as it fits, and whether it came to its end."""
    words = (THOUGHT + " ") * (1 + habits.thinks // tokens_of(THOUGHT)) if habits.thinks else THOUGHT
    if tokens_of(words) < room:
        return words, True
    return words[: int(room / 0.3)], False


_WRITTEN: dict[str, tuple[str, str]] = {
    "think": ("<think>\n", "\n</think>\n\n"),
    "unopened": ("", "\n</think>\n\n"),
    "thinking": ("<thinking>", "</thinking>"),
    "kimi": ("◁think▷", "◁/think▷"),
    "brackets": ("[THINK]", "[/THINK]"),
    "channels": ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    "plain channels": ("analysis", "assistantfinal"),
}


def _reply(habits: Habits, body: Body) -> _Reply:
    room = int(body.get("max_tokens") or body.get("max_completion_tokens") or 10**6)
    text, pieces = _text_of(habits, body) + habits.ends_with, []
    thought, ended = ("", True) if habits.thoughts == "none" else _thought(habits, room)
    if habits.thoughts in ("reasoning_content", "reasoning"):
        pieces = [(habits.thoughts, thought)] + ([("content", text)] if ended else [])
    elif habits.thoughts == "hidden":
        pieces = [("content", text)] if ended else []
    elif habits.thoughts == "empty":
        pieces = [("content", f"<think>\n\n</think>\n\n{text}")]
    elif habits.thoughts == "parts":
        pieces = [("thinking", thought), ("content", text if ended else "")]
    elif habits.thoughts in _WRITTEN:
        before, after = _WRITTEN[habits.thoughts]
        pieces = [("content", before + thought + (after + text if ended else ""))]
    else:
        pieces = [("content", text)]
    return _Reply(tuple(pieces), habits.finish if ended else "length", _usage(habits, body, pieces, thought))


def _usage(habits: Habits, body: Body, pieces: Sequence[tuple[str, str]], thought: str) -> Body | None:
    asked = not body.get("stream") or (body.get("stream_options") or {}).get("include_usage") or habits.usage_unasked
    if not habits.reports_usage or not asked:
        return None
    read = min(prompt_tokens(body), habits.reads_at_most or 10**9)
    written = sum(tokens_of(text) for _, text in pieces)
    details = {"completion_tokens_details": {"reasoning_tokens": tokens_of(thought)}} if thought else {}
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written} | details


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], played: ModelServer) -> None:
        super().__init__(address, _Handler)
        self.played = played

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def version_string(self) -> str:
        return self.server.played.habits.server_header

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        played = self.server.played
        if self.path != "/v1/models" or not played.habits.lists_models:
            self._json(404, {"detail": "Not Found"})
            return
        listed = {"id": played.model, "object": "model", "owned_by": played.habits.owner}
        self._json(200, {"object": "list", "data": [listed | dict(played.habits.model_fields)]})

    def do_POST(self) -> None:
        played, habits = self.server.played, self.server.played.habits
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        played.entered(1)
        time.sleep(habits.seconds)  # so that calls side by side meet
        try:
            if self.path != "/v1/chat/completions":
                self._json(404, {"detail": "Not Found"})
            elif (refusal := played.refusal(body)) is not None:
                self._json(*refusal)
            elif (failure := played.failure()) is not None:
                self._fail(body, failure)
            elif body.get("stream") and not habits.whole_for_stream:
                self._stream(body, _reply(habits, body))
            else:
                self._whole(_reply(habits, body))
        finally:
            played.entered(-1)

    def _fail(self, body: Body, failure: Any) -> None:
        if body.get("stream"):
            self._begin()
            name = self.server.played.habits.as_event
            self._chunk(f"{name}: {json.dumps(failure)}\n\n")
            self._chunk("")
        else:
            self._json(200, failure)

    def _whole(self, reply: _Reply) -> None:
        message: Body = {"role": "assistant", "content": self._content(reply.joined("content"), reply)}
        for place in ("reasoning_content", "reasoning"):
            if thought := reply.joined(place):
                message[place] = thought
        choice = {"index": 0, "message": message, "finish_reason": reply.finish}
        usage = {"usage": reply.usage} if reply.usage else {}
        around = {"id": "x", "object": "chat.completion", "created": 1, "model": self.server.played.model}
        self._json(200, around | {"choices": [choice]} | usage)

    def _content(self, text: str, reply: _Reply) -> Any:
        habits = self.server.played.habits
        if habits.thoughts == "parts":
            thinking = {"type": "thinking", "thinking": [{"type": "text", "text": reply.joined("thinking")}]}
            return [thinking, {"type": "text", "text": text}]
        return [{"type": "text", "text": text}] if habits.content_parts else text

    def _stream(self, body: Body, reply: _Reply) -> None:
        habits = self.server.played.habits
        self._begin()
        if habits.first_chunk_without_choices:
            self._event({"choices": [], "prompt_filter_results": []})
        self._event(self._choice({"role": "assistant", "content": ""}))
        for number, delta in enumerate(_deltas(habits, reply)):
            if number == 2 and habits.fails_midway is not None:
                self._chunk(f"{habits.as_event}: {json.dumps(habits.fails_midway)}\n\n")
                self._chunk("")
                return
            if habits.comments:
                self._chunk(": OPENROUTER PROCESSING\n\n")
            self._event(self._choice(delta, "" if habits.finish_everywhere else None))
        self._event(self._choice({}, reply.finish))
        if reply.usage is not None:
            self._event({"choices": [], "usage": reply.usage})
        if habits.sends_done:
            self._chunk("data: [DONE]\n\n")
        self._chunk("")

    def _choice(self, delta: Body, finish: str | None = None) -> Body:
        return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    def _event(self, body: Body) -> None:
        around = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": self.server.played.model}
        self._chunk(f"data: {json.dumps(around | body, ensure_ascii=False)}\n\n")

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _json(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _deltas(habits: Habits, reply: _Reply) -> Iterator[Body]:
    for place, text in reply.pieces:
        for at in range(0, len(text), 7):
            piece = text[at : at + 7]
            if place == "thinking":
                yield {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": piece}]}]}
            elif place == "content" and (habits.content_parts or habits.thoughts == "parts"):
                yield {"content": [{"type": "text", "text": piece}]}
            else:
                yield {place: piece}
