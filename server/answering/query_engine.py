"""Retriever, relevance and answer put together as a LlamaIndex query engine, everything passed explicitly."""

from collections.abc import Callable, Sequence
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks import CallbackManager
from llama_index.core.indices.prompt_helper import ChatPromptHelper, PromptHelper
from llama_index.core.llms import LLM, MockLLM
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle

from server.language_model.client import LanguageModels
from server.language_model.prompts import Prompts, new_marker
from server.language_model.received import Reply
from server.language_model.usage import estimated_tokens
from server.passages import Passage, passage_of

OnDelta = Callable[[str], None]

_PROMPT_TOKENS = 3_000
"""Room for a template and a question of 4,000 characters."""


class NothingToAnswerFrom(ValueError):
    """The synthesizer was given no passages; LlamaIndex 0.14 would answer "Empty Response"."""


class _Synthesizer(BaseSynthesizer):
    """One answer from all passages at once, through threads, with nothing taken from LlamaIndex's global settings."""

    def __init__(self, llm: LLM) -> None:
        super().__init__(
            llm=llm,
            callback_manager=CallbackManager(),
            prompt_helper=PromptHelper.from_llm_metadata(llm.metadata),
            chat_prompt_helper=ChatPromptHelper.from_llm_metadata(llm.metadata),
        )
        self._passages: list[Passage] = []

    def synthesize(self, query: Any, nodes: list[NodeWithScore], *args: Any, **kwargs: Any) -> Any:
        """LlamaIndex's response; see `BaseSynthesizer`. Raises `NothingToAnswerFrom`."""
        if not nodes:
            raise NothingToAnswerFrom
        self._passages = [passage_of(node) for node in nodes]
        return super().synthesize(query, nodes, *args, **kwargs)

    async def aget_response(self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any) -> str:
        """Not here: the server works with threads."""
        raise NotImplementedError

    def _get_prompts(self) -> dict[str, Any]:
        return {}

    def _update_prompts(self, prompts: dict[str, Any]) -> None:
        """Templates are files; they do not change while the server runs."""


class QuotingSynthesizer(_Synthesizer):
    """Quotes the passages; there is no language model."""

    def __init__(self, extract: Callable[[str, Sequence[Passage]], str]) -> None:
        super().__init__(MockLLM())
        self._extract = extract

    def get_response(self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any) -> str:
        """What the passages say about the question, quoted and cited."""
        return self._extract(query_str, self._passages)


class PassageSynthesizer(_Synthesizer):
    """Writes one answer from passages; for one question. `reply` is what the model wrote, reasoning apart.

    All passages go into one prompt. Those that would not fit into the model's context are left out, last ones first;
    `used` says how many were used.
    """

    def __init__(
        self, models: LanguageModels, prompts: Prompts, *, thinking: bool, on_text: OnDelta, on_reasoning: OnDelta
    ) -> None:
        super().__init__(models.answering_llm)
        self._models = models
        self._prompts = prompts
        self._thinking = thinking
        self._on_text = on_text
        self._on_reasoning = on_reasoning
        self.reply: Reply | None = None
        self.used = 0

    def get_response(self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any) -> str:
        """The answer's text. `text_chunks` says less than the nodes; the passages come from those."""
        passages = fitting(self._passages, self._room())
        self.used = len(passages)
        self.reply = self._models.stream(
            self._prompts.answer_messages(query_str, passages, new_marker()),
            thinking=self._thinking,
            on_text=self._on_text,
            on_reasoning=self._on_reasoning,
        )
        return self.reply.text

    def _get_prompts(self) -> dict[str, Any]:
        return {f"answer_{language}": template for language, template in self._prompts.answer.items()}

    def _room(self) -> int:
        limits = self._models.limits
        written = limits.thinking_tokens if self._thinking else limits.answer_tokens
        return limits.context_tokens - written - _PROMPT_TOKENS


def build_query_engine(
    retriever: BaseRetriever, postprocessors: Sequence[BaseNodePostprocessor], synthesizer: BaseSynthesizer
) -> RetrieverQueryEngine:
    """An engine over exactly these parts; none of LlamaIndex's global settings is asked for anything."""
    return RetrieverQueryEngine(
        retriever=retriever,
        response_synthesizer=synthesizer,
        node_postprocessors=list(postprocessors),
        callback_manager=synthesizer.callback_manager,
    )


def fitting(passages: Sequence[Passage], room_tokens: int) -> list[Passage]:
    """The first passages that fit; always at least one."""
    fit: list[Passage] = []
    for passage in passages:
        room_tokens -= estimated_tokens(passage.text) + estimated_tokens(passage.context) + 80
        if room_tokens < 0 and fit:
            break
        fit.append(passage)
    return fit


def query_of(question: str) -> QueryBundle:
    """A question as LlamaIndex passes it around."""
    return QueryBundle(query_str=question)
