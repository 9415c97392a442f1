"""Two ways of asking a server for embeddings: OpenAI's `/v1/embeddings`, text-embeddings-inference's `/embed`. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from storage.embeddings import Matrix, unit_rows

ProtocolName = Literal["openai", "tei"]
PROTOCOL_NAMES: dict[str, str] = {"openai": "/v1/embeddings", "tei": "/embed"}


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
        raise UnusableReply("what it sends is no list of embeddings") from error
    if set(by_index) != set(range(count)):
        raise UnusableReply("it does not say which embedding belongs to which text")
    return [by_index[index] for index in range(count)]


def _matrix(rows: Any, expected: int) -> Matrix:
    if not isinstance(rows, list):
        raise UnusableReply("what it sends is no list of embeddings")
    if len(rows) != expected:
        raise UnusableReply(f"it sends {len(rows)} embeddings for {expected} texts")
    try:
        matrix = np.asarray(rows, dtype=np.float32)
    except (ValueError, TypeError) as error:
        raise UnusableReply("its embeddings are no numbers, or of different lengths") from error
    if matrix.ndim != 2 or matrix.shape[1] == 0:
        raise UnusableReply("its embeddings are no lists of numbers")
    try:
        return unit_rows(matrix)
    except ValueError as error:
        raise UnusableReply(str(error)) from error
