"""The server of the OpenAI protocol, over HTTP: one request, its whole reply or its stream of pieces.

Reads what servers send, not what they should: comments, an error within a stream, a whole reply where a stream was
asked for, an end without a reason. Raises what httpx raises, and the two exceptions of what a server says itself.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from pydantic import SecretStr

from server.language_model.replies import Piece, ReportedError, read_piece

_DONE = "[DONE]"


class ServerRefused(Exception):
    """The server answered with an HTTP status of 400 or above; `body` is what it said, as JSON where that is so."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.body = body
        self.headers = headers


class ChatServer:
    """One server, with the key to it. May be used by several threads; the client is closed by whoever made it."""

    def __init__(self, client: httpx.Client, base_url: str, key: SecretStr | None) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")
        # A server on one's own machine needs no key.
        self._key = key or SecretStr("none")

    def models(self) -> tuple[str, ...]:
        """The names of the models that are offered."""
        response = self._client.get(f"{self._base_url}/models", headers=self._headers())
        _require_success(response)
        body = response.json()
        return tuple(sorted(str(each["id"]) for each in (body["data"] if isinstance(body, dict) else body)))

    def complete(self, body: Mapping[str, Any]) -> Piece:
        """The whole reply."""
        response = self._client.post(self._chat, json={**body, "stream": False}, headers=self._headers())
        _require_success(response)
        return read_piece(response.json(), whole=True)

    def stream(self, body: Mapping[str, Any]) -> Iterator[Piece]:
        """The reply piece by piece; the last one but for usage has the reason for the end, if the server gave any."""
        sent = {**body, "stream": True}
        with self._client.stream("POST", self._chat, json=sent, headers=self._headers()) as response:
            _require_success(response)
            yield from _pieces(response)

    @property
    def _chat(self) -> str:
        return f"{self._base_url}/chat/completions"

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key.get_secret_value()}"}


def _require_success(response: httpx.Response) -> None:
    if response.is_success:
        return
    response.read()
    try:
        body = response.json()
    except ValueError:
        body = response.text
    raise ServerRefused(response.status_code, body, response.headers)


def _pieces(response: httpx.Response) -> Iterator[Piece]:
    pieces = empty_reasons = 0
    reason: str | None = None
    for event in _events(response):
        if event == _DONE:
            if not reason:
                yield Piece(finish_reason="stop")
            return
        piece = read_piece(event, whole="message" in str(event.get("choices")) and _is_whole(event))
        pieces += 1
        empty_reasons += piece.finish_reason == ""
        reason = piece.finish_reason or reason
        yield Piece(piece.text, piece.thought, piece.thought_in, piece.finish_reason or None, piece.usage)
    # Some servers write an empty reason at the end, others beside every piece: there it says nothing.
    if not reason and empty_reasons and (empty_reasons < pieces or pieces == 1):
        yield Piece(finish_reason="stop")


def _is_whole(event: Any) -> bool:
    choices = event.get("choices") if isinstance(event, dict) else None
    return isinstance(choices, list) and bool(choices) and isinstance(choices[0], dict) and "message" in choices[0]


def _events(response: httpx.Response) -> Iterator[Any]:
    """The JSON of each event, and "[DONE]". What is no event stream at all is one JSON."""
    waiting: list[str] = []  # data that is no JSON yet: it may go on in the next line
    other: list[str] = []
    seen = False
    for line in _lines(response):
        name, _, value = line.partition(":")
        if name in ("data", "error"):
            seen = True
            text = value.strip()
            if text == _DONE:
                yield _DONE
                return
            event = _json("\n".join([*waiting, text]))
            waiting = [*waiting, text] if event is None else []
            if event is not None:
                yield {"error": event.get("error", event)} if name == "error" else event
        elif not line.strip() and waiting:
            raise ValueError("an event that is no JSON")
        elif not seen and line.strip() and name not in ("", "event", "id", "retry"):
            other.append(line)
    if waiting:
        raise ValueError("an event that is no JSON")
    if other:
        event = json.loads("\n".join(other))
        yield event if isinstance(event, dict) else {"error": event}


def _json(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if isinstance(found, dict):
        return found
    raise ReportedError(found) if isinstance(found, list) else ValueError("an event that is no JSON object")


def _lines(response: httpx.Response) -> Iterator[str]:
    """Lines as the event stream counts them. httpx 0.28 would end one at U+2028 and others that occur within texts."""
    rest = b""
    for data in response.iter_bytes():
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            yield line.rstrip(b"\r").decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")
