"""The collaborators that a question meets on its way, as the composition root hands them in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.postprocessor.types import BaseNodePostprocessor

from server.answering.citations import CheckedAnswer
from server.answering.conflicts import Found
from server.answering.translation import TranslationCache
from server.answers import Searched
from server.language_model.client import LanguageModels
from server.language_model.prompts import Prompts
from server.passages import Passage
from server.relevance.llm_scorer import ScoreCache
from server.relevance.postprocessor import RelevanceScorer
from server.retrieval.index_holder import OpenIndex
from server.retrieval.other_wordings import Wording
from storage.generations.published import Generation
from storage.records import ChunkRecord

Wordings = Callable[[OpenIndex, str, tuple[str, ...]], Iterable[Wording]]
"""An index, a question and the documents that it is asked of → what to ask as well, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The collaborators that find, judge, quote and check without a language model.

    `retriever` is told whether what the sentences of its passages mean is wanted, which judging and quoting need.
    `languages`: how much of the passages, of these documents or of all, is in which language. `searched`: see
    `server.answering.absence.searched`. `reword`: the question in words of the documents, None where it is.
    `meant_wordings`, `other_wordings`: what is asked before the question as it is, and where nothing answers that, see
    `server.retrieval.other_wordings`.
    """

    retriever: Callable[[OpenIndex, int, tuple[str, ...], bool], BaseRetriever]
    freshness: Callable[[OpenIndex, Callable[[Sequence[str]], None]], BaseNodePostprocessor]
    local_scorer: Callable[[OpenIndex], RelevanceScorer]
    extract: Callable[[OpenIndex], Callable[[str, Sequence[Passage]], str]]
    check: Callable[[str, Sequence[Passage]], CheckedAnswer]
    languages: Callable[[OpenIndex, tuple[str, ...]], Mapping[str, float]]
    going_on: Callable[[Sequence[Passage], Generation], Sequence[ChunkRecord]]
    compute: Callable[[str, Sequence[Passage], Generation], str | None]
    searched: Callable[[Sequence[str], Generation, Sequence[str], Mapping[str, float]], Searched]
    find_conflicts: Callable[[str, Sequence[Passage], Generation, Sequence[Passage]], Sequence[Found]]
    reword: Callable[[str, Generation], str | None]
    meant_wordings: Wordings
    other_wordings: Wordings


@dataclass(frozen=True, slots=True)
class LanguageModelParts:
    """What is there when a language model is configured."""

    models: LanguageModels
    prompts: Prompts
    pool: Executor
    scores: ScoreCache
    scores_relevance: bool = True
    translations: TranslationCache = field(default_factory=lambda: TranslationCache(2000))
