"""The collaborators that a question meets on its way, as the composition root hands them in."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.postprocessor.types import BaseNodePostprocessor

from server.language_model.client import LanguageModels
from server.language_model.prompts import Prompts
from server.passages import Passage
from server.relevance.llm_scorer import ScoreCache
from server.relevance.postprocessor import RelevanceScorer
from server.retrieval.index_holder import OpenIndex
from server.settings import Prices


class CheckedText(Protocol):
    """An answer after its citations and figures were looked up."""

    @property
    def text(self) -> str:
        """The answer without citations of no passage."""

    @property
    def unknown_citations(self) -> int:
        """How many were removed."""

    @property
    def unsupported(self) -> Sequence[str]:
        """Pieces of the text not found in the passages it cites."""

    @property
    def numbers_found(self) -> int:
        """Numbers that the cited passages bear out."""

    @property
    def quotations_found(self) -> int:
        """Quotations that the cited passages bear out."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The collaborators that find, judge, quote and check without a language model."""

    retriever: Callable[[OpenIndex, int, tuple[str, ...]], BaseRetriever]
    freshness: Callable[[OpenIndex, Callable[[Sequence[str]], None]], BaseNodePostprocessor]
    local_scorer: Callable[[OpenIndex], RelevanceScorer]
    extract: Callable[[str, Sequence[Passage]], str]
    check: Callable[[str, Sequence[Passage]], CheckedText]


@dataclass(frozen=True, slots=True)
class LanguageModelParts:
    """What is there when a language model is configured."""

    models: LanguageModels
    prompts: Prompts
    pool: Executor
    scores: ScoreCache
    prices: Prices
    scores_relevance: bool = True
