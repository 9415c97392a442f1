"""An `Encoder` as LlamaIndex sees it. Imports LlamaIndex, no torch."""

import asyncio

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from storage.encoder import Encoder


class LocalEmbedding(BaseEmbedding):
    """Vectors are unit length, `(dimension,)`; questions and passages are embedded alike."""

    _encoder: Encoder = PrivateAttr()

    def __init__(self, name: str, encoder: Encoder, batch_size: int = 32) -> None:
        super().__init__(model_name=name, embed_batch_size=batch_size)
        self._encoder = encoder

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
