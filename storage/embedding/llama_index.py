"""Embedding models as LlamaIndex sees them: one that runs here, one on a server. Imports LlamaIndex, no torch."""

import asyncio
import time
from typing import Protocol

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from storage.caches.embeddings import Matrix
from storage.embedding.models import PROBE_TEXT, ModelIdentity
from storage.embedding.remote_client import FOR_DOCUMENTS, FOR_QUESTIONS, EmbeddingServer, Patience
from storage.embedding.remote_models import tokens_at_most
from storage.messages import message
from storage.servers import ServerAddress, ServerUnavailable

_LOOK_AGAIN_SECONDS = 30.0


class TextEncoder(Protocol):
    """A model that runs on the processor."""

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        """One unit vector for each text, in order."""
        ...


class ServedEmbedding(BaseEmbedding):
    """Vectors are unit length, `(dimension,)`. Questions wait seconds for the server, documents minutes.

    All methods raise `ServerUnavailable`, also when the vectors are of another dimension than the index's.
    """

    _identity: ModelIdentity = PrivateAttr()
    _server: EmbeddingServer = PrivateAttr()
    _asked_well: float = PrivateAttr(default=float("-inf"))

    def __init__(self, identity: ModelIdentity, address: ServerAddress, batch_size: int = 32) -> None:
        super().__init__(model_name=identity.name, embed_batch_size=batch_size)
        self._identity = identity
        self._server = EmbeddingServer(address, identity.name)

    @classmethod
    def class_name(cls) -> str:
        """The name LlamaIndex shows for this model."""
        return "ServedEmbedding"

    def check(self) -> None:
        """Raise `ServerUnavailable` unless the server answered lately or does so now."""
        if time.monotonic() - self._asked_well > _LOOK_AGAIN_SECONDS:
            self._vectors([PROBE_TEXT], FOR_QUESTIONS)

    def _vectors(self, texts: list[str], patience: Patience) -> Matrix:
        self._asked_well = float("-inf")
        matrix = self._server.embed(texts, patience)
        if matrix.shape[1] != self._identity.dimension:
            raise ServerUnavailable(
                message(
                    "the embedding server {host} gives vectors of {dimension} dimensions, the index holds {held}; "
                    "start {model} there, or run make reindex",
                    host=self._server.address.host,
                    dimension=matrix.shape[1],
                    held=self._identity.dimension,
                    model=self._identity.short_name,
                )
            )
        self._asked_well = time.monotonic()
        return matrix

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self._vectors(texts, FOR_DOCUMENTS).tolist()
        return rows

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        row: list[float] = self._vectors([self._cut(query)], FOR_QUESTIONS)[0].tolist()
        return row

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    def _cut(self, question: str) -> str:
        """What the model certainly reads of it: a server may refuse a longer text, which a model here would cut."""
        while tokens_at_most(question) > self._identity.max_tokens and len(question) > 1:
            question = question[: len(question) * 9 // 10]
        return question


class LocalEmbedding(BaseEmbedding):
    """Vectors are unit length, `(dimension,)`; questions and passages are embedded alike."""

    _encoder: TextEncoder = PrivateAttr()

    def __init__(self, name: str, encoder: TextEncoder, batch_size: int = 32) -> None:
        super().__init__(model_name=name, embed_batch_size=batch_size)
        self._encoder = encoder

    @property
    def is_quick(self) -> bool:
        """Whether a question may wait for dozens of sentences to be embedded: 2 ms of processor time each, not 8."""
        return bool(getattr(self._encoder, "is_quick", False))

    def cut_words(self, text: str) -> list[str]:
        """The words of a text without spaces between them; only where the model is quick."""
        words: list[str] = self._encoder.cut_words(text)  # type: ignore[attr-defined]
        return words

    def embed(self, texts: list[str]) -> Matrix:
        """Unit vectors `(n, dimension)`, all computed together; only where the model is quick.

        LlamaIndex (0.14) takes 32 at a time and tells listeners of each: a twentieth of all that a quoted answer costs.
        """
        vectors: Matrix = self._encoder.embed(texts)  # type: ignore[attr-defined]
        return vectors

    @classmethod
    def class_name(cls) -> str:
        """The name LlamaIndex shows for this model."""
        return "LocalEmbedding"

    def _embed(self, inputs: list[str], prompt_name: str | None = None) -> list[list[float]]:
        """Several questions at once, under the name that `HuggingFaceEmbedding` 0.8 has for it."""
        return self._encoder.get_text_embedding_batch(inputs)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._encoder.get_text_embedding_batch(texts)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)
