"""Asks an embedding server: tries again where that may help, and otherwise says in one sentence what is wrong.

Two protocols are spoken: OpenAI's `/v1/embeddings` and text-embeddings-inference's `/embed`. Knows nothing of indexes,
caches and LlamaIndex.
"""

import json
import logging
import random
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import httpx
import numpy as np

from storage.caches.embeddings import Matrix, unit_rows
from storage.http_failures import connection_problem, said_by
from storage.messages import message
from storage.servers import ServerAddress, ServerUnavailable

ProtocolName = Literal["openai", "tei"]


class UnusableReply(ValueError):
    """The server answered something that is no embeddings; the message says what, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to post, and in which protocol."""

    protocol: ProtocolName
    url: str

    def body(self, texts: Sequence[str], model: str) -> dict[str, Any]:
        """What to post. text-embeddings-inference has one model and is told none."""
        if self.protocol == "openai":
            return {"model": model, "input": list(texts)}
        return {"inputs": list(texts), "normalize": True}

    def vectors(self, reply: Any, expected: int) -> Matrix:
        """Unit vectors `(expected, dimension)`, in the order of the texts. Raises `UnusableReply`."""
        return _matrix(_openai_rows(reply) if self.protocol == "openai" else reply, expected)


def endpoints(url: str) -> list[Endpoint]:
    """What may be found under an address, in the order to try. An address that names the very path is believed."""
    base = url.rstrip("/")
    if base.endswith("/embeddings"):
        return [Endpoint("openai", base)]
    if base.endswith("/embed"):
        return [Endpoint("tei", base)]
    root = base.removesuffix("/v1")
    return [Endpoint("openai", f"{root}/v1/embeddings"), Endpoint("tei", f"{root}/embed")]


def stated_limit(endpoint: Endpoint) -> tuple[str, str]:
    """Where a server says how many tokens its model reads, and under which name: TEI, and vLLM among others."""
    if endpoint.protocol == "tei":
        return endpoint.url.removesuffix("/embed") + "/info", "max_input_length"
    return endpoint.url.removesuffix("/embeddings") + "/models", "max_model_len"


def limit_in(reply: Any, name: str, model: str) -> int | None:
    """The limit of this model in such a reply; None where it is not said."""
    entries = reply.get("data", [reply]) if isinstance(reply, dict) else []
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and entry.get("id", model) == model and isinstance(entry.get(name), int):
            return int(entry[name]) or None
    return None


def _openai_rows(reply: Any) -> list[Any]:
    """The vectors by their `index`: a server may send them in any order."""
    try:
        by_index = {entry["index"]: entry["embedding"] for entry in reply["data"]}
        count = len(reply["data"])
    except (KeyError, TypeError) as error:
        raise UnusableReply(message("what it sends is no list of embeddings")) from error
    if set(by_index) != set(range(count)):
        raise UnusableReply(message("it does not say which embedding belongs to which text"))
    return [by_index[index] for index in range(count)]


def _matrix(rows: Any, expected: int) -> Matrix:
    if not isinstance(rows, list):
        raise UnusableReply(message("what it sends is no list of embeddings"))
    if len(rows) != expected:
        raise UnusableReply(
            message("it sends {found} embeddings for {expected} texts", found=len(rows), expected=expected)
        )
    try:
        matrix = np.asarray(rows, dtype=np.float32)
    except (ValueError, TypeError) as error:
        raise UnusableReply(message("its embeddings are no numbers, or of different lengths")) from error
    if matrix.ndim != 2 or matrix.shape[1] == 0:
        raise UnusableReply(message("its embeddings are no lists of numbers"))
    try:
        return unit_rows(matrix)
    except ValueError as error:
        raise UnusableReply(str(error)) from error


logger = logging.getLogger(__name__)

_CONNECT_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 20.0
_LARGEST_REPLY_BYTES = 256 * 1024 * 1024
_NO_SUCH_PATH = (404, 405)
_TOO_MUCH_AT_ONCE = (400, 413, 422)
_PASSING = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is tried, how long one try may take, and how long the server may ask to be left alone."""

    attempts: int
    seconds: float
    longest_wait_seconds: float


FOR_DOCUMENTS = Patience(attempts=5, seconds=120.0, longest_wait_seconds=60.0)
FOR_QUESTIONS = Patience(attempts=2, seconds=10.0, longest_wait_seconds=2.0)


class _Refused(Exception):
    """The reply is an error."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response.status_code)
        self.response = response

    @property
    def status(self) -> int:
        return self.response.status_code


class _Failed(Exception):
    """There is no reply, or none that can be used; the message is the end of a sentence."""


class EmbeddingServer:
    """One model of one server. May be used by several threads. All methods raise `ServerUnavailable`."""

    def __init__(self, address: ServerAddress, model: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self.address = address
        self.endpoint: Endpoint | None = None
        """Found out by the first request."""
        self._model = model
        self._sleep = sleep
        self._most_texts = 2048  # OpenAI's own limit; smaller ones are found out
        self._finding_out = threading.Lock()
        self._client = httpx.Client(
            headers=address.headers(),
            trust_env=not address.is_here,
            timeout=_CONNECT_SECONDS,
            verify=not (address.is_here and address.url.startswith("http:")),  # reading the certificates takes 30 ms
        )
        self.close = weakref.finalize(self, self._client.close)
        """Close the connections; happens by itself when nobody has the server any more."""

    def embed(self, texts: Sequence[str], patience: Patience = FOR_DOCUMENTS) -> Matrix:
        """Unit vectors `(n, dimension)` in the order of the texts. More than the server takes at once are parted."""
        endpoint = self._endpoint(patience)
        parts: list[Matrix] = []
        waiting = list(texts)
        while waiting:
            part = waiting[: self._most_texts]
            try:
                parts.append(self._patiently(endpoint, part, patience))
            except _Refused as refused:
                if refused.status not in _TOO_MUCH_AT_ONCE or len(part) == 1:
                    raise self._unavailable(refused) from refused
                self._most_texts = len(part) // 2
            else:
                del waiting[: len(part)]
        if len({part.shape[1] for part in parts}) > 1:
            raise ServerUnavailable(
                message("{server} gives vectors of different dimensions; look at its log", server=self._name)
            )
        return np.concatenate(parts)

    def stated_limit(self) -> int | None:
        """How many tokens the model reads, where the server says so."""
        url, name = stated_limit(self._endpoint(FOR_DOCUMENTS))
        try:
            response = self._client.get(url)
            return limit_in(response.json(), name, self._model) if response.status_code == 200 else None
        except (httpx.HTTPError, ValueError):
            return None

    @property
    def _name(self) -> str:
        return message("the embedding server {host}", host=self.address.host)

    def _endpoint(self, patience: Patience) -> Endpoint:
        """Which protocol the server speaks: one probe decides, once."""
        with self._finding_out:
            if self.endpoint is None:
                self.endpoint = self._found_endpoint(patience)
                logger.info("%s answers at %s", self._name, self.endpoint.url)
            return self.endpoint

    def _found_endpoint(self, patience: Patience) -> Endpoint:
        replies: list[_Refused] = []
        for endpoint in endpoints(self.address.url):
            try:
                self._patiently(endpoint, ["probe"], patience)
            except _Refused as refused:
                if refused.status not in _NO_SUCH_PATH:
                    raise self._unavailable(refused) from refused
                replies.append(refused)
            else:
                return endpoint
        tried = [httpx.URL(endpoint.url).path for endpoint in endpoints(self.address.url)]
        paths = message("{one} nor {other}", one=tried[0], other=tried[1]) if len(tried) == 2 else tried[0]
        said = next(filter(None, (said_by(reply.response, self.address) for reply in replies)), "")
        raise ServerUnavailable(
            message(
                "{server} knows neither {paths}, or not the model {model} (HTTP {status}{said}); check "
                "EMBED_URL and EMBED_MODEL",
                server=self._name,
                paths=paths,
                model=self._model,
                status=replies[-1].status,
                said=said,
            )
        )

    def _patiently(self, endpoint: Endpoint, texts: Sequence[str], patience: Patience) -> Matrix:
        """One batch, tried as often as patience allows. Raises `_Refused` for what trying again cannot mend."""
        for attempt in range(1, patience.attempts + 1):
            asked_to_wait: float | None = None
            try:
                return endpoint.vectors(self._reply(endpoint, texts, patience.seconds), len(texts))
            except UnusableReply as error:
                raise ServerUnavailable(
                    message("{server} cannot be used: {error}; look at its log", server=self._name, error=str(error))
                ) from error
            except _Failed as error:
                problem: Exception = ServerUnavailable(
                    message(
                        "{server} {error}; see that it runs and check EMBED_URL", server=self._name, error=str(error)
                    )
                )
                problem.__cause__ = error
            except _Refused as refused:
                if refused.status not in _PASSING:
                    raise
                problem = self._unavailable(refused)
                asked_to_wait = _retry_after(refused.response)
            if attempt == patience.attempts or (asked_to_wait or 0) > patience.longest_wait_seconds:
                raise problem
            self._pause(attempt, asked_to_wait, patience)
        raise AssertionError("patience allows at least one attempt")

    def _pause(self, attempt: int, asked_to_wait: float | None, patience: Patience) -> None:
        """As long as the server asks, and in any case a random while that doubles: not all clients at once."""
        longest = min(_LONGEST_PAUSE_SECONDS, patience.longest_wait_seconds, 0.5 * 2**attempt)
        self._sleep((asked_to_wait or 0.0) + random.uniform(longest / 4, longest))

    def _reply(self, endpoint: Endpoint, texts: Sequence[str], seconds: float) -> Any:
        ends = time.monotonic() + seconds
        timeout = httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
        try:
            with self._client.stream(
                "POST", endpoint.url, json=endpoint.body(texts, self._model), timeout=timeout
            ) as response:
                content = _read(response, ends)
        except httpx.HTTPError as error:
            raise _Failed(connection_problem(error)) from error
        if response.status_code != 200:
            raise _Refused(httpx.Response(response.status_code, headers=_plain(response), content=content))
        try:
            return json.loads(content)
        except ValueError as error:
            raise _Failed(message("answers with something that is no JSON")) from error

    def _unavailable(self, refused: _Refused) -> ServerUnavailable:
        reply = f"(HTTP {refused.status}{said_by(refused.response, self.address)})"
        return ServerUnavailable(_refusal(refused.status, self._name, self._model, reply))


def _refusal(status: int, server: str, model: str, reply: str) -> str:
    """What a reply with this status means, and what to do."""
    if status in (401, 403):
        return message("{server} rejects the key {reply}; check EMBED_API_KEY", server=server, reply=reply)
    if status in _NO_SUCH_PATH:
        return message(
            "{server} does not know the model {model} {reply}; check EMBED_MODEL and EMBED_URL",
            server=server,
            model=model,
            reply=reply,
        )
    if status == 413:
        return message(
            "a text is longer than {server} takes {reply}; set EMBED_MAX_TOKENS to what its model reads and "
            "run make reindex",
            server=server,
            reply=reply,
        )
    if status == 429:
        return message("{server} is asked more than it allows {reply}; try again later", server=server, reply=reply)
    if status in _PASSING:
        return message("{server} fails {reply}; look at its log and try again later", server=server, reply=reply)
    return message(
        "{server} rejects what it is sent {reply}; check EMBED_MODEL and EMBED_MAX_TOKENS", server=server, reply=reply
    )


def _read(response: httpx.Response, ends: float) -> bytes:
    """The body, within the time for the whole: httpx's own limit is that of a gap between two reads."""
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if time.monotonic() > ends:
            raise httpx.ReadTimeout("the whole reply takes too long")
        if len(content) > _LARGEST_REPLY_BYTES:
            raise httpx.ReadError("the reply is too large")
    return bytes(content)


def _plain(response: httpx.Response) -> dict[str, str]:
    """The headers that are looked at; what was said of compression is true no more."""
    return {name: response.headers[name] for name in ("Retry-After", "Content-Type") if name in response.headers}


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds, which the header gives as a number or as a date."""
    value = response.headers.get("Retry-After", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except ValueError:
        return None
