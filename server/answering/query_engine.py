"""Retriever, relevance and answer put together as a LlamaIndex query engine, everything passed explicitly."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.callbacks import CallbackManager
from llama_index.core.indices.prompt_helper import ChatPromptHelper, PromptHelper
from llama_index.core.llms import LLM, MockLLM
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle

from server.answers import Turn
from server.language_model.client import LanguageModels, estimated_prompt_tokens
from server.language_model.errors import PromptDoesNotFit
from server.language_model.prompts import Prompts, new_marker
from server.language_model.received import Reply
from server.language_model.usage import estimated_tokens
from server.passages import Passage, passage_of

OnDelta = Callable[[str], None]

_SMALLER = 0.6
_MOST_TRIES = 8
_MARKERS_TOKENS = 80
"""Around each passage."""
_SHORTEST_PASSAGE = 200


class NothingToAnswerFrom(ValueError):
    """The synthesizer was given no passages; LlamaIndex 0.14 would answer "Empty Response"."""


class _Synthesizer(BaseSynthesizer):
    """One answer from all passages at once, through threads, with nothing taken from LlamaIndex's global settings."""

    def __init__(self, llm: LLM) -> None:
        super().__init__(
            llm=llm,
            callback_manager=CallbackManager(),
            # without a tokenizer each would load LlamaIndex's own, which changes the environment of the process while
            # it does: of two first questions at once one failed
            prompt_helper=PromptHelper.from_llm_metadata(llm.metadata, tokenizer=str.split),
            chat_prompt_helper=ChatPromptHelper.from_llm_metadata(llm.metadata, tokenizer=str.split),
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

    All passages go into one prompt. Those that would not fit into the model's context are left out, last ones first,
    and more of them where the server finds the prompt too long all the same; `used` says how many were used.
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
        self.history: Sequence[Turn] = ()
        """The conversation, where the question is about it rather than about the passages."""

    def get_response(self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any) -> str:
        """The answer's text. `text_chunks` says less than the nodes; the passages come from those."""
        most_tokens = _needed_by(self._passages)
        for tries_left in reversed(range(_MOST_TRIES)):
            passages = fitting(self._passages, min(most_tokens, self._room(query_str)))
            self.used = len(passages)
            try:
                self.reply = self._written(query_str, passages)
                break
            except PromptDoesNotFit:
                if not tries_left:
                    raise
                most_tokens = int(_SMALLER * _needed_by(passages))
        assert self.reply is not None
        return self.reply.text

    def _written(self, question: str, passages: Sequence[Passage]) -> Reply:
        return self._models.stream(
            self._messages(question, passages),
            thinking=self._thinking,
            on_text=self._on_text,
            on_reasoning=self._on_reasoning,
        )

    def _messages(self, question: str, passages: Sequence[Passage]) -> list[ChatMessage]:
        if self.history:
            return self._prompts.conversation_messages(question, self.history, passages, new_marker())
        return self._prompts.answer_messages(question, passages, new_marker())

    def _get_prompts(self) -> dict[str, Any]:
        return {f"answer_{language}": template for language, template in self._prompts.answer.items()}

    def _room(self, question: str) -> int:
        """The estimated tokens that passages may have, with what is known of the server by now."""
        limits, known = self._models.limits, self._models.of("answering").known.current
        written = limits.thinking_tokens if self._thinking or known.thinks else limits.answer_tokens
        return room_tokens(question, self._models, self._prompts, written)


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


def room_tokens(question: str, models: LanguageModels, prompts: Prompts, written_tokens: int) -> int:
    """The estimated tokens that passages may have in the prompt of an answer of so many tokens; below 0 if none."""
    known = models.of("answering").known.current
    fixed = estimated_prompt_tokens(prompts.answer_messages(question, (), new_marker()))
    return int((models.limits.context_tokens - written_tokens) / known.tokens_by_estimate) - fixed


def fitting(passages: Sequence[Passage], room_tokens: int) -> list[Passage]:
    """The first passages that fit; always one, the beginning of it if need be."""
    fit: list[Passage] = []
    for passage in passages:
        needed = _needed_by([passage])
        if needed > room_tokens:
            return fit or [_shortened(passage, room_tokens - needed + estimated_tokens(passage.text))]
        room_tokens -= needed
        fit.append(passage)
    return fit


def _needed_by(passages: Sequence[Passage]) -> int:
    """Estimated tokens, with what stands around each passage."""
    texts = sum(estimated_tokens(passage.text) + estimated_tokens(passage.context) for passage in passages)
    return texts + _MARKERS_TOKENS * len(passages)


def _shortened(passage: Passage, room_tokens: int) -> Passage:
    """The beginning of a passage, in so many tokens."""
    share = max(0, room_tokens) / estimated_tokens(passage.text)
    return replace(passage, text=passage.text[: max(_SHORTEST_PASSAGE, int(len(passage.text) * share))])


def query_of(question: str, also: Sequence[str] = (), in_full: str = "") -> QueryBundle:
    """A question as LlamaIndex passes it around; it is searched for in these other words too.

    `in_full`: the message that it is a part of, which is searched for in its place.
    """
    wordings = [in_full or question, *also]
    return QueryBundle(query_str=question, custom_embedding_strs=wordings if wordings != [question] else None)
