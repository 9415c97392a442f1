"""What the views work with: built by the composition root, carried by the application."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from flask import current_app

from server import answers
from server.children import Children
from server.index_holder import IndexHolder
from server.llm_errors import LanguageModelError
from server.pictures import IndexedFiles, PagePictures
from server.reindexing import Reindexing
from server.self_check import SelfCheck
from server.settings import ServerSettings
from server.slow_work import SlowWork
from server.uploads import Uploads
from storage.answers import AnswerStore

EXTENSION = "pagewise"
VERSION = "0.1.0"


class Answering(Protocol):
    """What the views ask, as `AnswerService` does it."""

    def events(self, question: answers.Question, cancel: Event | None = None) -> Iterator[answers.Event]:
        """What happens while the question is answered."""

    def answer(self, question: answers.Question, cancel: Event | None = None) -> answers.Answer:
        """The answer."""

    def retrieve(
        self, text: str, k: int, documents: tuple[str, ...] = (), *, score: bool = False, cancel: Event | None = None
    ) -> answers.Retrieval:
        """The passages nearest to a question."""

    def model_problem(self) -> LanguageModelError | None:
        """Why answers are quoted now instead of written."""

    def budget_notice(self) -> str | None:
        """What is wrong with the count of the day's tokens although answers are written."""


@dataclass(frozen=True, slots=True)
class Services:
    """The collaborators of every view. `answering` raises `IndexNotReady` while the libraries are being loaded."""

    settings: ServerSettings
    index: IndexHolder
    answering: Callable[[], Answering]
    answers: AnswerStore
    language_model: str | None
    """The name of the configured language model; None: answers are quoted from the documents."""
    slow_work: SlowWork = field(default_factory=SlowWork)
    """Turns for what holds a thread for long."""
    pictures: PagePictures = field(default_factory=PagePictures)
    files: IndexedFiles = field(default_factory=IndexedFiles)
    load: Callable[[], None] = lambda: None
    """Begins to load models and index in the background."""
    close: Callable[[], None] = lambda: None
    """Ends connections and background work."""
    reindexing: Reindexing | None = None
    """Runs the indexing job from the page; None: that is not offered."""
    uploads: Uploads = field(default_factory=Uploads)
    """Adds documents to the folder and takes them out; whether that is allowed, the settings say."""
    children: Children = field(default_factory=Children)
    """The processes that requests wait for."""
    draining: Event = field(default_factory=Event)
    """Set when the server is going to stop: it is not ready any more, and finishes what it has begun."""
    self_check: SelfCheck = field(default_factory=SelfCheck)
    """Tells whether questions can be answered, and what the server is short of."""
    stopping: Event = field(default_factory=Event)
    """Set when what still runs must come to an end."""


def services() -> Services:
    """The collaborators of the current application."""
    found: Services = current_app.extensions[EXTENSION]
    return found
