"""The composition root: builds what the settings ask for. Nothing else reads settings or knows concrete classes."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from server.answering.absence import searched
from server.answering.conflicts import computation, find_conflicts
from server.answering.neighbours import going_on
from server.answering.readiness_check import SelfCheck
from server.answering.suggestions import Suggestions
from server.documents.child_processes import Children
from server.documents.held_uploads import MOST_HELD, SharedHeld
from server.documents.page_pictures import IndexedFiles, PagePictures
from server.documents.reindexing import Reindexing
from server.documents.slow_work import SlowWork
from server.documents.uploads import Uploads
from server.http.answer_watch import AnswerWatch
from server.http.services import Services
from server.http.webhooks import Webhook
from server.retrieval.everyday_words import in_words_of_documents
from server.retrieval.index_holder import IndexHolder, IndexNotReady
from server.retrieval.shared_models import SharedModels
from server.settings import BadSettings, ServerSettings
from server.threads import Threads, keep_products_on_one_thread
from storage.embedding.loading import load_recorded_model
from storage.escaping import log_on_one_line
from storage.messages import message
from storage.private_files import may_be_written, tighten_index
from storage.server_state.shared.entries import SharedEntries
from storage.server_state.shared.requests import SharedRequests
from storage.server_state.state import StateFiles, database_url, open_database, state_of
from storage.settings import StorageSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from server.answering.collaborators import LanguageModelParts, Parts
    from server.answering.service import AnswerService
    from server.http.side_by_side import Place
    from server.language_model.prompts import Prompts
    from storage.server_state.answers import Answers
    from storage.server_state.state import State

logger = logging.getLogger(__name__)

_SCORED_AT_A_TIME = 32
_UPLOADS = "uploads"  # that wait for a choice, among the entries of the state database
_HEARTBEAT_SECONDS = 1.0  # how late a client that left is noticed


def build_services(settings: ServerSettings, storage: StorageSettings) -> Services:
    """Everything the views need, with nothing heavy loaded yet; `load` does that in the background.

    Raises `BadSettings` for prompt files that cannot be used.
    """
    if settings.answer_prompt_file or settings.relevance_prompt_file:
        _prompts(settings)
    named = storage.collections
    settings.check_names([each.name for each in named])
    shared = Shared(settings, storage)
    each = (
        [_services_of(settings, shared, storage.index_dir)]
        if not named
        else [_services_of(settings.of_collection(one), shared, one.index_dir, one.name) for one in named]
    )

    def close() -> None:
        for one in each:
            one.close()
        shared.close()

    return replace(each[0], others=each[1:], close=close)


class Shared:
    """What all collections of a server have in common: threads, child processes, models in memory, and its end."""

    def __init__(self, settings: ServerSettings, storage: StorageSettings) -> None:
        self.storage = storage
        self.children = Children()
        self.slow_work = SlowWork(settings.threads)
        self.draining, self.stopping = threading.Event(), threading.Event()
        self.models = SharedModels(partial(load_recorded_model, server=storage.embedding_server))
        self.loads: list[Callable[[], None]] = []
        self.database = open_database(storage)

    def close(self) -> None:
        """End what is still open when the collections are closed."""
        if self.database is not None:
            self.database.close()

    def start(self) -> None:
        """Begin in a background thread. Imports run one after the other: side by side they wait for each other."""
        threading.Thread(target=self._load, name="loading", daemon=True).start()

    def _load(self) -> None:
        for load in self.loads:
            load()


def _services_of(settings: ServerSettings, shared: Shared, index_dir: Path, collection: str = "") -> Services:
    """The collaborators for one index."""
    index = index_holder(shared.storage, index_dir, shared.models)
    database, scope = shared.database, collection or shared.storage.state_scope
    state = state_of(database, index_dir, scope)
    loading = Loading(settings, index, state, collection)
    shared.loads.append(loading.load)
    children, slow_work = shared.children, shared.slow_work
    answers = state.answers(settings.keep_answers_days)
    tighten_index(index_dir)
    may_reindex = settings.may_reindex and may_be_written(index_dir)
    return Services(
        settings=settings,
        index=index,
        answering=loading.answering,
        answers=answers,
        answer_watch=loading.watch_answers(answers),
        signing_key=state.signing_key,
        shared_requests=SharedRequests(database) if database is not None else None,
        uploads=Uploads(SharedHeld(SharedEntries(database, _UPLOADS, scope, most=MOST_HELD)) if database else None),
        children=children,
        slow_work=slow_work,
        pictures=PagePictures(slow_work, children),
        files=IndexedFiles(slow_work),
        reindexing=Reindexing(index_dir, slow_work=slow_work, children=children) if may_reindex else None,
        language_model=settings.language_model,
        suggestions=loading.suggestions,
        self_check=loading.self_check,
        load=shared.start,
        close=loading.close,
        draining=shared.draining,
        stopping=shared.stopping,
        collection=collection,
    )


def index_holder(
    storage: StorageSettings, index_dir: Path | None = None, load: Callable[..., Any] | None = None
) -> IndexHolder:
    """The holder of an index, that of the settings where no other is named, with the servers they name."""
    load = load or partial(load_recorded_model, server=storage.embedding_server)
    return IndexHolder(
        index_dir or storage.index_dir,
        device=storage.embed_device,
        chroma=storage.chroma_server,
        load_model=load,
        is_left_alone=bool(database_url(storage)),
    )


class Loading:
    """Imports LlamaIndex and opens the index behind the server's back, so that it answers /healthz at once."""

    def __init__(self, settings: ServerSettings, index: IndexHolder, state: State, collection: str = "") -> None:
        self._settings = settings
        self._state = state
        self._collection = collection
        self._answers: Answers | None = None
        self._index = index
        self._service: AnswerService | None = None
        self._failure: Exception | None = None
        self._watch: AnswerWatch | None = None
        self._webhook: Webhook | None = None
        self.suggestions = Suggestions(
            self.answering,
            index,
            index.index_dir / "suggestions.json",
            settings.relevance_threshold,
            with_model=settings.language_model is not None,
        )
        self.self_check = SelfCheck(lambda: self.answering().ask_itself(), index.index_dir)

    def watch_answers(self, answers: Answers) -> AnswerWatch:
        """Have these answers held against every generation that is opened from now on."""
        if self._settings.webhook_url and self._settings.webhook_secret is not None:
            secret = self._settings.webhook_secret.get_secret_value()
            self._webhook = Webhook(self._settings.webhook_url, secret, collection=self._collection)
        tell = self._webhook.send if self._webhook is not None else None
        self._answers = answers
        self._watch = AnswerWatch(self._index, answers, tell, self._state.claim)
        return self._watch

    def answering(self) -> AnswerService:
        """The answer service. Raises `IndexNotReady` while it is being loaded, or when it could not be."""
        if self._failure is not None:
            raise IndexNotReady(message("the answering part could not be loaded; see the log")) from self._failure
        if self._service is None:
            raise IndexNotReady(message("the server is starting; try again in a few seconds"))
        return self._service

    def close(self) -> None:
        """Close the connections to the language model and the index."""
        for each in (self._watch, self._webhook, self._answers):
            if each is not None:
                each.close()
        self.suggestions.close()
        self.self_check.close()
        if self._service is not None:
            self._service.close()
        self._index.close()

    def load(self) -> None:
        """Import what answers, then open the index and go on in background threads."""
        try:
            self._service = build_answer_service(self._settings, self._index, self._state)
        except Exception as error:
            # The thread has nobody to raise to; every request then says it.
            logger.exception("the answering part could not be loaded")
            self._failure = error
        self._index.start()
        self.self_check.start()
        self._state.take_over()
        if self._watch is not None:
            self._watch.start()


def build_answer_service(settings: ServerSettings, index: IndexHolder, state: State | None = None) -> AnswerService:
    """The answer service over an index; `state`: where tokens are counted, beside the index where it is not said.

    Imports LlamaIndex. Raises `BadSettings`.
    """
    from server.answering.service import AnswerService

    keep_products_on_one_thread()
    return AnswerService(
        index,
        quoting_parts(),
        _language_model_parts(settings, index.index_dir, state or StateFiles(index.index_dir)),
        deadline_seconds=settings.answer_deadline_seconds,
        heartbeat_seconds=_HEARTBEAT_SECONDS,
    )


def quoting_parts() -> Parts:
    """What finds, judges, quotes and checks without a language model. Imports LlamaIndex."""
    from server.answering.citations import check_citations
    from server.answering.collaborators import Parts
    from server.answering.quoting import extract_answer, words_of_index
    from server.relevance.local_scorer import LocalScorer
    from server.retrieval.corpus import language_shares
    from server.retrieval.freshness import FileStates, FreshnessPostprocessor
    from server.retrieval.other_wordings import meant_wordings, other_wordings
    from server.retrieval.retriever import HybridRetriever

    states = FileStates()
    return Parts(
        retriever=HybridRetriever,
        freshness=lambda index, on_gone: FreshnessPostprocessor(index.generation, states, on_gone),
        local_scorer=lambda index: LocalScorer(
            index.generation.catalogue.words.document_frequencies, index.generation.manifest.counts.chunks
        ),
        extract=lambda index: partial(extract_answer, words=words_of_index(index.generation)),
        going_on=lambda passages, generation: going_on(passages, generation.catalogue),
        compute=computation,
        searched=searched,
        find_conflicts=find_conflicts,
        reword=lambda question, generation: in_words_of_documents(question, generation.catalogue.words.says),
        meant_wordings=meant_wordings,
        other_wordings=other_wordings,
        check=check_citations,
        languages=lambda index, documents: language_shares(index.generation, documents),
    )


def _language_model_parts(settings: ServerSettings, index_dir: Path, state: State) -> LanguageModelParts | None:
    if settings.language_model is None:
        return None
    from server.answering.collaborators import LanguageModelParts
    from server.language_model.budget import DailyBudget
    from server.language_model.budgets import Budgets, MonthlyBudget
    from server.language_model.client import LanguageModels
    from server.language_model.roles import limits_for
    from server.language_model.tariffs import Tariff
    from server.relevance.llm_scorer import ScoreCache
    from server.settings import read_dates, read_prices

    return LanguageModelParts(
        models=LanguageModels(
            settings.deepseek_api_key,
            settings.deepseek_base_url,
            settings.deepseek_model,
            limits=limits_for(settings.language_model_context),
            scoring_model=settings.scoring_model,
            rewriting_model=settings.rewriting_model,
            budget=Budgets(
                DailyBudget(settings.daily_token_budget, ledger=state.ledger("day"), is_alone=state.is_alone),
                MonthlyBudget(settings.monthly_token_budget, ledger=state.ledger("month"), is_alone=state.is_alone),
            ),
            tariff=Tariff(
                settings.deepseek_model,
                settings.deepseek_base_url,
                read_prices(settings.language_model_prices) if settings.language_model_prices else None,
                read_dates(settings.peak_price_holidays),
            ),
            learned_file=index_dir / "language_models.json",
        ),
        prompts=_prompts(settings),
        pool=Threads(_SCORED_AT_A_TIME, "scoring"),
        scores=ScoreCache(),
        scores_relevance=settings.relevance_scorer != "local",
    )


def _prompts(settings: ServerSettings) -> Prompts:
    from server.language_model.prompts import BadTemplate, read_prompts

    try:
        return read_prompts(settings.answer_prompt_file, settings.relevance_prompt_file)
    except BadTemplate as error:
        raise BadSettings(str(error)) from error


def prepare_logging(level: str, place: Place | None = None) -> None:
    """One line an event on standard error; libraries speak only when something is wrong.

    `place`: that of this process among several, whose number each line tells.
    """
    process = "" if place is None else f"[{place.number}] "
    log_on_one_line(f"%(asctime)s %(levelname)s {process}%(name)s %(message)s")
    for name in ("server", "storage"):
        logging.getLogger(name).setLevel(level)
