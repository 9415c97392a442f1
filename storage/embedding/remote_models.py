"""An embedding model that runs on a server: which one it is, and how long its texts are. Imports nothing heavy.

The model's files are out of reach, so it is known by what it does: its name there, its dimension, and the vector it
gives to `PROBE_TEXT`. Another model under the same name is noticed by that vector; the address does not matter.
"""

import hashlib
import math
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np

from storage.caches.embeddings import Matrix, unit_rows
from storage.embedding.models import PROBE_TEXT, SAME_MODEL_COSINE, ModelIdentity, RecordedModel
from storage.embedding.remote_client import EmbeddingServer
from storage.messages import message
from storage.servers import ServerAddress, ServerUnavailable

LEAST_TOKENS = 512
"""What nearly every embedding model reads; taken where neither the server nor EMBED_MAX_TOKENS says."""

_WORD_OR_SIGN = re.compile(r"[A-Za-z]+|[^\sA-Za-z]")
_LETTERS_PER_TOKEN = 3
_TOKENS_PER_FOREIGN_SIGN = 1.5
_SPECIAL_TOKENS = 2
_SUMS = 16


def served_model(
    address: ServerAddress, name: str, max_tokens: int = 0, before: RecordedModel | None = None
) -> ModelIdentity:
    """The model of that name as the server has it now; asks it once. Raises `ServerUnavailable`.

    `before`: where the model still gives the vectors of that index it keeps its identity, and so its cached
    embeddings, although no two processors compute exactly the same.
    """
    with closing(EmbeddingServer(address, name)) as server:
        vector = server.embed([PROBE_TEXT])[0]
        reads = max_tokens or server.stated_limit() or LEAST_TOKENS
        protocol = server.endpoint.protocol if server.endpoint else ""
    found = ModelIdentity(
        name=name,
        location="",
        short_name=name.rstrip("/").rsplit("/", 1)[-1],
        revision="",
        dimension=len(vector),
        max_tokens=reads,
        fingerprint=_fingerprint(name, vector),
        protocol=protocol,
    )
    if before is None or not before.embed_model.protocol or before.embed_model.name != name:
        return found
    if not is_same_model(vector, before.probe_vector):
        return found
    return replace(found, fingerprint=before.embed_model.fingerprint)


def recorded_served_model(recorded: RecordedModel, address: ServerAddress | None) -> ModelIdentity:
    """The index's model, if the server still has it; asks it once. Raises `ServerUnavailable`."""
    model = recorded.embed_model
    address = required_address(model, address)
    with closing(EmbeddingServer(address, model.name)) as server:
        vector = server.embed([PROBE_TEXT])[0]
    if not is_same_model(vector, recorded.probe_vector):
        raise ServerUnavailable(
            message(
                "the embedding server {host} gives other vectors for {model} than the index holds; start the "
                "model of the index there, or run make reindex",
                host=address.host,
                model=model.short_name,
            )
        )
    return model


def required_address(recorded: ModelIdentity, address: ServerAddress | None) -> ServerAddress:
    """The address, if it is set. Raises `ServerUnavailable`."""
    if address is None:
        raise ServerUnavailable(
            message(
                "the index was built with {model} on an embedding server; set EMBED_URL, or run make reindex to "
                "build it with a model that runs here",
                model=recorded.short_name,
            )
        )
    return address


def is_same_model(vector: Matrix, recorded: Sequence[float]) -> bool:
    """Whether two vectors of `PROBE_TEXT` are one model's."""
    if len(vector) != len(recorded):
        return False
    one, other = unit_rows(np.stack([vector, np.asarray(recorded, dtype=np.float32)]))
    return float(one @ other) >= SAME_MODEL_COSINE


def tokens_at_most(text: str) -> int:
    """At least as many tokens as the tokenizers in use make of a text, special tokens included.

    A token for every 3 letters of a Latin word and every digit or sign, 1.5 for every other letter. Measured on pages
    of papers and Chinese passages: 1.1 to 1.5 times what WordPiece and cl100k_base count.
    """
    tokens = 0.0
    for part in _WORD_OR_SIGN.findall(text):
        if not part.isascii():
            tokens += _TOKENS_PER_FOREIGN_SIGN
        else:
            tokens += math.ceil(len(part) / _LETTERS_PER_TOKEN)
    return math.ceil(tokens) + _SPECIAL_TOKENS


def served_token_counter(identity: ModelIdentity) -> Callable[[str], int]:
    """Counts with the model's own tokenizer where this machine happens to have it, else by `tokens_at_most`."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        file = try_to_load_from_cache(identity.name, "tokenizer.json")
    except HFValidationError:  # a name that no hub would have
        file = None
    if not isinstance(file, str):
        return tokens_at_most
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(file)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text).ids)


def _fingerprint(name: str, vector: Matrix) -> str:
    """Sixteen sums over the vector, rounded: what differs in the fifth digit must not make another model."""
    sums = [f"{round(float(vector[start::_SUMS].sum()), 1) + 0.0:.1f}" for start in range(_SUMS)]
    return hashlib.sha256(f"served\0{name}\0{len(vector)}\0{sums}".encode()).hexdigest()[:16]
