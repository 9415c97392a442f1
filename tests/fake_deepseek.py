"""A real HTTP server with DeepSeek's protocol, for tests and for trying the language-model mode without a key.

`python -m tests.fake_deepseek --port 9000` serves a modest model; then run Pagewise with
`DEEPSEEK_BASE_URL=http://127.0.0.1:9000 DEEPSEEK_API_KEY=any`. In tests, a request that no rule matches fails loudly.
"""

import argparse
import json
import select
import socket
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.fake_script import (
    Answer,
    Asked,
    Completion,
    Failure,
    Matcher,
    Page,
    Responder,
    Rule,
    believable,
    containing,
    tokens_of,
)
from tests.serving import PlayedServer

MODELS = ("deepseek-flash", "deepseek-v4-pro")
_ERROR_TYPES = {401: "authentication_error", 402: "insufficient_balance", 429: "rate_limit_error"}


class _ClientLeft(Exception):
    """The other side closed the connection."""


class FakeDeepSeek(PlayedServer):
    """Answers by rules, newest first, and remembers what it was asked. Use it in a `with` block.

    Leaving the block raises `AssertionError` when a request matched no rule. With `key`, others are rejected.
    """

    _server: "_Server"

    def __init__(self, port: int = 0, key: str | None = None) -> None:
        self.key = key
        self.asked: list[Asked] = []
        self.unmatched: list[Asked] = []
        self.most_at_once = 0
        self.open_now = 0
        self.has_balance = True
        self.clock_skew_seconds = 0.0
        self._rules: list[Rule] = []
        self._seen_prompts: list[str] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self)

    def when(self, matches: str | Matcher, *answers: Answer | Responder) -> Self:
        """Answer matching chat requests with these, one after the other; the last one is repeated."""
        matcher = containing(matches) if isinstance(matches, str) else matches
        with self._lock:
            self._rules.insert(0, Rule(matcher, answers))
        return self

    def when_scoring(self, *answers: Answer | Responder) -> Self:
        """Answer the requests that score a passage: those that are not streamed."""
        return self.when(lambda asked: not asked.is_stream, *answers)

    def when_answering(self, *answers: Answer | Responder) -> Self:
        """Answer the requests that write an answer: the streamed ones."""
        return self.when(lambda asked: asked.is_stream, *answers)

    def scorings(self) -> list[Asked]:
        """The chat requests that were not streamed, as they came."""
        return [asked for asked in self.chats() if not asked.is_stream]

    def answerings(self) -> list[Asked]:
        """The streamed chat requests, as they came."""
        return [asked for asked in self.chats() if asked.is_stream]

    def chats(self) -> list[Asked]:
        """All chat requests, as they came."""
        with self._lock:
            return [asked for asked in self.asked if asked.path.endswith("/chat/completions")]

    def wait_for(self, condition: Callable[[], bool], timeout_seconds: float = 5.0) -> bool:
        """Whether the condition came true in time."""
        ends_at = time.monotonic() + timeout_seconds
        while not condition():
            if time.monotonic() > ends_at:
                return False
            time.sleep(0.005)
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if kind is None and self.unmatched:
            raise AssertionError(f"no rule matched: {[asked.prompt[-200:] for asked in self.unmatched]}")

    def close_connections(self) -> None:
        """End the streams that are open."""
        self._server.close_connections()

    def note(self, asked: Asked) -> None:
        """Remember a request (for the handler)."""
        with self._lock:
            self.asked.append(asked)
            self.open_now += 1
            self.most_at_once = max(self.most_at_once, self.open_now)

    def done(self) -> None:
        """Forget that a request is open (for the handler)."""
        with self._lock:
            self.open_now -= 1

    def answer_to(self, asked: Asked) -> Answer:
        """What the rules say (for the handler)."""
        with self._lock:
            rule = next((rule for rule in self._rules if rule.matches(asked)), None)
            if rule is None:
                self.unmatched.append(asked)
                return Failure(400, "the fake has no rule for this request")
            answer = rule.next()
        return answer if isinstance(answer, Completion | Failure | Page) else answer(asked)

    def usage_of(self, asked: Asked, reply: Completion) -> dict[str, Any]:
        """Tokens, with a cache hit for the longest beginning that an earlier prompt shares, in steps of 64."""
        with self._lock:
            shared = max((_common(asked.prompt, seen) for seen in self._seen_prompts[-200:]), default=0)
            self._seen_prompts.append(asked.prompt)
        prompt = tokens_of(asked.prompt)
        hit = min(tokens_of(asked.prompt[:shared]) // 64 * 64, prompt)
        thinking = tokens_of(reply.reasoning)
        completion = tokens_of(reply.text) + thinking
        asked.usage = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_cache_hit_tokens": hit,
            "prompt_cache_miss_tokens": prompt - hit,
            "completion_tokens_details": {"reasoning_tokens": thinking},
        }
        return asked.usage


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], fake: FakeDeepSeek) -> None:
        super().__init__(address, _Handler)
        self.fake = fake
        self.stopping = threading.Event()
        self._connections: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        self.stopping.set()
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError | _ClientLeft):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        asked = self._note({})
        try:
            if self._is_rejected():
                return
            if self.path.endswith("/models"):
                self._json(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in MODELS]})
            elif self.path.endswith("/user/balance"):
                balance = {
                    "currency": "CNY",
                    "total_balance": "10.00",
                    "granted_balance": "0",
                    "topped_up_balance": "10.00",
                }
                self._json(200, {"is_available": self.server.fake.has_balance, "balance_infos": [balance]})
            else:
                self._error(404, "no such address")
            asked.finished = True
        finally:
            self.server.fake.done()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        asked = self._note(body)
        try:
            if self._is_rejected() or self._is_invalid(asked):
                return
            self._respond(asked, self.server.fake.answer_to(asked))
            asked.finished = True
        except (OSError, _ClientLeft):
            asked.client_left_at = time.monotonic()
            self.close_connection = True
        finally:
            self.server.fake.done()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header."""
        return super().date_time_string((timestamp or time.time()) + self.server.fake.clock_skew_seconds)

    def _note(self, body: dict[str, Any]) -> Asked:
        prompt = "\n".join(str(message.get("content")) for message in body.get("messages", []))
        asked = Asked(self.path, body, dict(self.headers), time.monotonic(), id(self), prompt)
        self.server.fake.note(asked)
        return asked

    def _is_rejected(self) -> bool:
        key = self.server.fake.key
        if key is None or self.headers.get("Authorization") == f"Bearer {key}":
            return False
        self._error(401, "Authentication Fails (no such user)")
        return True

    def _is_invalid(self, asked: Asked) -> bool:
        if not asked.path.endswith("/chat/completions"):
            self._error(404, "no such address")
        elif asked.body.get("model") not in MODELS:
            names = " or ".join(MODELS)
            self._error(400, f"The supported API model names are {names}, but you passed {asked.body.get('model')}.")
        elif not asked.body.get("messages"):
            self._error(422, "messages: field required")
        elif asked.is_json_mode and "json" not in asked.prompt.lower():
            self._error(400, "Prompt must contain the word 'json' in some form to use 'response_format'.")
        else:
            return False
        return True

    def _respond(self, asked: Asked, answer: Answer) -> None:
        if isinstance(answer, Page):
            self._send(answer.status, answer.content_type, answer.body.encode())
            return
        self._pause(answer.delay_seconds)
        if isinstance(answer, Failure):
            self._error(answer.status, answer.message, answer.retry_after)
        elif asked.is_stream:
            self._stream(asked, answer)
        else:
            self._whole(asked, answer)

    def _whole(self, asked: Asked, reply: Completion) -> None:
        text: str | None = reply.text
        if asked.is_json_mode and not reply.text.lstrip().startswith("{"):
            text = "   "  # as measured: what is not JSON comes back as spaces
        message = {"role": "assistant", "content": None if reply.null_content else text}
        if reply.reasoning:
            message["reasoning_content"] = reply.reasoning
        choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason, "logprobs": None}
        body = self._envelope(asked, "chat.completion") | {
            "choices": [choice],
            "usage": self.server.fake.usage_of(asked, reply),
        }
        if not reply.blank_lines:
            self._json(200, body)
            return
        self._begin_chunked("application/json")
        self._keep_alive(reply)
        self._chunk(json.dumps(body).encode())
        self._chunk(b"")

    def _stream(self, asked: Asked, reply: Completion) -> None:
        self._begin_chunked("text/event-stream")
        self._keep_alive(reply)
        self._event(asked, {"role": "assistant", "content": ""})
        for start in range(0, len(reply.reasoning), reply.piece):
            self._event(asked, {"reasoning_content": reply.reasoning[start : start + reply.piece], "content": None})
            self._pause(reply.gap_seconds)
        for number, piece in enumerate(reply.pieces()):
            if self._went_wrong(reply, number):
                return
            self._event(asked, {"content": piece})
            for _ in range(reply.comments):
                self._chunk(b": keep-alive\n\n")
                self._pause(reply.gap_seconds)
            self._pause(reply.gap_seconds)
        if self._went_wrong(reply, len(reply.pieces())):
            return
        self._event(asked, {"content": ""}, finish_reason=reply.finish_reason)
        if (asked.body.get("stream_options") or {}).get("include_usage"):
            usage = {"choices": [], "usage": self.server.fake.usage_of(asked, reply)}
            self._data(self._envelope(asked, "chat.completion.chunk") | usage)
        if reply.send_done:
            self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _went_wrong(self, reply: Completion, sent: int) -> bool:
        if reply.bad_chunk_after == sent:
            self._chunk(b'data: {"choices": [{"delta": {"cont\n\n')
        if reply.drop_after == sent:
            raise ConnectionAbortedError
        if reply.stall_after == sent:
            self._pause(3600.0)
        if reply.cut_after == sent:
            self._chunk(b"")  # a tidy end of the transport, in the middle of the answer
            return True
        return False

    def _keep_alive(self, reply: Completion) -> None:
        for _ in range(reply.blank_lines):
            self._chunk(b"\n")
            self._pause(reply.gap_seconds)

    def _event(self, asked: Asked, delta: dict[str, Any], finish_reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        self._data(self._envelope(asked, "chat.completion.chunk") | {"choices": [choice]})

    def _data(self, body: dict[str, Any]) -> None:
        self._chunk(f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode())

    def _envelope(self, asked: Asked, kind: str) -> dict[str, Any]:
        return {"id": "fake", "object": kind, "created": 1, "model": asked.body["model"], "system_fingerprint": "fake"}

    def _begin_chunked(self, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _pause(self, seconds: float) -> None:
        """Wait, and notice when the client leaves meanwhile."""
        if seconds <= 0:
            return
        readable, _, _ = select.select([self.connection], [], [], seconds)
        if self.server.stopping.is_set() or (readable and not self.connection.recv(1, socket.MSG_PEEK)):
            raise _ClientLeft

    def _error(self, status: int, message: str, retry_after: str | None = None) -> None:
        error = {"message": message, "type": _ERROR_TYPES.get(status, "invalid_request_error"), "param": None}
        self._json(status, {"error": error | {"code": "invalid_request_error"}}, retry_after)

    def _json(self, status: int, body: dict[str, Any], retry_after: str | None = None) -> None:
        self._send(status, "application/json", json.dumps(body).encode(), retry_after)

    def _send(self, status: int, content_type: str, body: bytes, retry_after: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-request-id", "fake-request")
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body)


def _common(first: str, second: str) -> int:
    length = min(len(first), len(second))
    if first[:length] == second[:length]:
        return length
    low, high = 0, length
    while high - low > 1:
        middle = (low + high) // 2
        if first[:middle] == second[:middle]:
            low = middle
        else:
            high = middle
    return low


def main() -> None:
    """Serve the modest model until interrupted."""
    parser = argparse.ArgumentParser(description="A stand-in for DeepSeek's API on this machine.")
    parser.add_argument("--port", type=int, default=9000)
    fake = FakeDeepSeek(parser.parse_args().port)
    fake.when("", believable)
    sys.stdout.write(f"DEEPSEEK_BASE_URL={fake.url} DEEPSEEK_API_KEY=any make serve\n")
    sys.stdout.flush()
    try:
        fake.serve_forever()
    except KeyboardInterrupt:
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
