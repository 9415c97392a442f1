"""An answer service over passages given as texts: what finds, judges, quotes and checks is as simple as can be."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import SecretStr

from server.answering.citations import CheckedAnswer
from server.answering.collaborators import LanguageModelParts, Parts
from server.answering.service import AnswerService
from server.answers import Checks, Searched
from server.language_model.client import LanguageModels
from server.language_model.prompts import read_prompts
from server.language_model.retrying import RetryPolicy
from server.language_model.roles import ModelLimits
from server.language_model.tariffs import Tariff
from server.passages import Judgement, Passage
from server.relevance.llm_scorer import ScoreCache
from server.relevance.postprocessor import OnScored, ScoringRecord
from server.settings import Prices
from tests.fake_deepseek import FakeDeepSeek

TARIFF = Tariff("deepseek-flash", "", Prices(0.02, 1.0, 4.0, "CNY"))
KEY = "sk-canary-0123456789abcdef"


def node(text: str, score: float = 0.5, document: str = "a.md") -> NodeWithScore:
    """A retrieved passage."""
    metadata = {"document": document, "pages": [1], "retrieval_score": score}
    hidden = list(metadata)
    return NodeWithScore(
        node=TextNode(id_=f"id of {text[:40]}", text=text, metadata=metadata, excluded_llm_metadata_keys=hidden),
        score=score,
    )


def nodes(*texts: str) -> list[NodeWithScore]:
    """Passages in retrieval order, their scores falling from 0.9."""
    return [node(text, 0.9 - 0.01 * place, f"{place}.md") for place, text in enumerate(texts)]


class Texts(BaseRetriever):
    """Finds the first k of some passages, whatever is asked."""

    def __init__(self, found: Sequence[NodeWithScore], k: int) -> None:
        super().__init__()
        self._found = list(found[:k])

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return list(self._found)


class Fresh(BaseNodePostprocessor):
    """Every file is as it was indexed, but `stale.md` has changed."""

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        for scored in nodes:
            scored.node.metadata["stale"] = scored.node.metadata["document"] == "stale.md"
        return nodes


class ScoreInText:
    """Scores what a passage says of itself: "score 7"."""

    name: Literal["llm", "local"] = "local"
    record = ScoringRecord()

    def score(
        self, question: str, nodes: Sequence[NodeWithScore], on_scored: OnScored | None = None
    ) -> list[Judgement]:
        """The number at the end; unscored without one."""
        judgements = []
        for index, scored in enumerate(nodes):
            last = scored.node.get_content().split()[-1]
            judgements.append(Judgement(int(last), "as it says") if last.isdigit() else Judgement(None, "not scored"))
            if on_scored:
                on_scored(index, judgements[-1])
        return judgements


@dataclass
class Setup:
    """Builds services over one list of passages and closes them."""

    fake: FakeDeepSeek | None = None
    found: list[NodeWithScore] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    services: list[AnswerService] = field(default_factory=list)
    models: list[LanguageModels] = field(default_factory=list)
    borrowed: int = 0
    extract: Callable[[str, Sequence[Passage]], str] = lambda question, passages: f'"{passages[0].text}" [1]'
    check: Callable[[str, Sequence[Passage]], CheckedAnswer] = lambda text, passages: CheckedAnswer(text, Checks())
    on_retrieve: Callable[[], None] = lambda: None
    languages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def acquire(self) -> Iterator[Any]:
        """An index that holds nothing but its names."""
        manifest = SimpleNamespace(embed_model=SimpleNamespace(short_name="tiny"))
        catalogue = SimpleNamespace(paths=lambda status=None: self.unread if status == "failed" else [])
        parts = {"name": "0042", "manifest": manifest, "catalogue": catalogue, "index_dir": Path("nowhere")}
        self.borrowed += 1
        try:
            yield SimpleNamespace(generation=SimpleNamespace(**parts))
        finally:
            self.borrowed -= 1

    def parts(self) -> Parts:
        """The simple collaborators."""

        def retriever(index: Any, k: int, documents: tuple[str, ...], is_judged: bool) -> BaseRetriever:
            self.on_retrieve()
            return Texts(self.found, k)

        return Parts(
            retriever=retriever,
            freshness=lambda index, on_gone: Fresh(),
            local_scorer=lambda index: ScoreInText(),
            extract=lambda index: self.extract,
            check=self.check,
            languages=lambda index, documents: self.languages,
            going_on=lambda passages, generation: (),
            compute=lambda question, passages, generation: None,
            searched=lambda wordings, generation, documents, languages: Searched(0, 0, 0),
            find_conflicts=lambda question, passages, generation, rejected: (),
            reword=lambda question, generation: None,
            meant_wordings=lambda index, question, documents: (),
            other_wordings=lambda index, question, documents: (),
        )

    def service(self, *, key: str = KEY, scores_relevance: bool = True, **options: Any) -> AnswerService:
        """A service with the fake as its language model, or with none."""
        limits = options.pop("limits", None) or ModelLimits(idle_seconds=0.5)
        retry = options.pop("retry", RetryPolicy(first_wait_seconds=0.01))
        model = None
        if self.fake is not None:
            guards = {name: options.pop(name) for name in ("breaker", "budget") if name in options}
            guards |= {"tariff": TARIFF} | options.pop("models", {})
            models = LanguageModels(
                SecretStr(key), self.fake.url, "deepseek-flash", limits=limits, retry=retry, **guards
            )
            self.models.append(models)
            pool = ThreadPoolExecutor(options.pop("scoring_threads", 16))
            model = LanguageModelParts(models, read_prompts(), pool, ScoreCache(), scores_relevance)
        service = AnswerService(self, self.parts(), model, **({"deadline_seconds": 5.0} | options))
        self.services.append(service)
        return service

    def close(self) -> None:
        """Close all services."""
        for service in self.services:
            service.close()


class Listening(Texts):
    """Remembers what was searched for."""

    asked: list[QueryBundle] = []  # noqa: RUF012 - LlamaIndex's base class takes no fields

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        Listening.asked.append(query_bundle)
        return super()._retrieve(query_bundle)


class ListeningSetup(Setup):
    """Builds services whose retriever listens."""

    def parts(self) -> Parts:
        """The simple collaborators."""

        def retriever(index: Any, k: int, documents: tuple[str, ...], is_judged: bool) -> BaseRetriever:
            return Listening(self.found, k)

        Listening.asked.clear()
        return replace(super().parts(), retriever=retriever)
