"""The composition root: builds what the settings ask for. Nothing else reads settings or knows concrete classes."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from server.index_holder import IndexHolder, IndexNotReady
from server.services import Services
from server.settings import ServerSettings
from storage.answers import AnswerStore
from storage.settings import StorageSettings

if TYPE_CHECKING:
    from server.answering import AnswerService

logger = logging.getLogger(__name__)


def build_services(settings: ServerSettings, storage: StorageSettings) -> Services:
    """Everything the views need, with nothing heavy loaded yet; `Loading.start` does that in the background."""
    index = IndexHolder(storage.index_dir, device=storage.embed_device)
    loading = Loading(settings, index)
    return Services(
        settings=settings,
        index=index,
        answering=loading.answering,
        answers=AnswerStore(storage.index_dir / "answers.db"),
        language_model=settings.language_model,
        load=loading.start,
    )


class Loading:
    """Imports LlamaIndex and opens the index behind the server's back, so that it answers /healthz at once."""

    def __init__(self, settings: ServerSettings, index: IndexHolder) -> None:
        self._settings = settings
        self._index = index
        self._service: AnswerService | None = None
        self._failure: Exception | None = None

    def start(self) -> None:
        """Begin in a background thread. Imports run one after the other: side by side they wait for each other."""
        threading.Thread(target=self._load, name="loading", daemon=True).start()

    def answering(self) -> AnswerService:
        """The answer service. Raises `IndexNotReady` while it is being loaded, or when it could not be."""
        if self._failure is not None:
            raise IndexNotReady("the answering part could not be loaded; see the log") from self._failure
        if self._service is None:
            raise IndexNotReady("the server is starting; try again in a few seconds")
        return self._service

    def _load(self) -> None:
        try:
            self._service = build_answer_service(self._settings, self._index)
        except Exception as error:
            # The thread has nobody to raise to; every request then says it.
            logger.exception("the answering part could not be loaded")
            self._failure = error
        self._index.start()


def build_answer_service(settings: ServerSettings, index: IndexHolder) -> AnswerService:
    """The answer service over an index. Imports LlamaIndex."""
    raise NotImplementedError(settings, index)


def prepare_logging(level: str) -> None:
    """One line an event on standard error; libraries speak only when something is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("server", "storage"):
        logging.getLogger(name).setLevel(level)
