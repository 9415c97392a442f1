"""What the views work with: built by the composition root, carried by the application.

Also what pages and API alike want to know of the documents; nothing of any while no index is open.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app, g, has_request_context, request

from server import answers
from server.answering.readiness_check import SelfCheck
from server.answering.suggestions import Suggestions
from server.documents.child_processes import Children
from server.documents.ground import Loss
from server.documents.page_pictures import IndexedFiles, PagePictures
from server.documents.reindexing import Reindexing
from server.documents.slow_work import SlowWork
from server.documents.uploads import Uploads
from server.http.answer_watch import AnswerWatch
from server.http.side_by_side import Place
from server.language_model.errors import LanguageModelError
from server.language_model.received import Reply
from server.retrieval.index_holder import IndexHolder, IndexNotReady
from server.retrieval.reachability import DocumentsUnreachable, why_unreachable
from server.settings import ServerSettings
from storage.collections import collection_address
from storage.folder_listing import FolderListing, read_listing
from storage.records import DocumentRecord, PageRecord, PageStatus
from storage.server_state.answers import Answers, KeptAnswer
from storage.server_state.shared.requests import SharedRequests

EXTENSION = "pagewise"
COLLECTIONS = "pagewise-collections"
COLLECTION_KEY = "pagewise.collection"
"""In the environment of a request: the collection that its address names."""


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

    def complete(self, messages: Sequence[tuple[str, str]], cancel: Event | None = None) -> Reply | None:
        """The model's short reply to a program's own task, without documents; None without a model."""

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
    answers: Answers
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
    suggestions: Suggestions | None = None
    """Proposes questions to begin with; None: none are proposed."""
    self_check: SelfCheck = field(default_factory=SelfCheck)
    """Tells whether questions can be answered, and what the server is short of."""
    signing_key: Callable[[], Ed25519PrivateKey] = Ed25519PrivateKey.generate
    """What evidence packs are signed with."""
    shared_requests: SharedRequests | None = None
    """Who asked how often, of several servers together; None: this one counts by itself."""
    answer_watch: AnswerWatch | None = None
    """Knows which kept answers have lost what they rest on; None: nobody looks."""
    stopping: Event = field(default_factory=Event)
    """Set when what still runs must come to an end."""
    place: Place | None = None
    """That of this process, where several answer at one port."""
    collection: str = ""
    """The collection that all of these are for; "" where there is only one, without a name."""
    others: Sequence["Services"] = ()
    """Those of the collections beside this one; they stop when it does."""


def services() -> Services:
    """The collaborators of the current request's collection."""
    return all_services()[collection()]


def all_services() -> Mapping[str, Services]:
    """The collaborators of every collection, the one that is meant where none is named first."""
    found: Mapping[str, Services] = current_app.extensions[COLLECTIONS]
    return found


def collection() -> str:
    """The name of the current request's collection; "" where there is only one, without a name."""
    default: Services = current_app.extensions[EXTENSION]
    if not has_request_context():
        return default.collection
    named: str = g.get("collection", request.environ.get(COLLECTION_KEY, ""))
    return named if named in all_services() else default.collection


def own_address() -> str:
    """What the addresses of the current collection begin with, for what is kept and read elsewhere.

    "" for the only one, and where nobody asks for it by an address.
    """
    return collection_address(collection()) if has_request_context() else ""


def document_records() -> list[DocumentRecord]:
    """The documents of the open index; none while it is not open."""
    if not services().index.state().ready:
        return []
    with services().index.acquire() as index:
        return index.generation.catalogue.documents()


def folder_listing() -> FolderListing | None:
    """What else was in the folder when the index was made; None where nobody wrote it down."""
    if not services().index.state().ready:
        return None
    with services().index.acquire() as index:
        return read_listing(index.generation.index_dir)


def odd_pages(documents: Collection[str]) -> list[tuple[str, PageRecord]]:
    """Every page of these documents that was not read plainly, with the path of its document."""
    if not services().index.state().ready:
        return []
    with services().index.acquire() as index:
        return index.generation.catalogue.odd_pages(documents)


def odd_counts() -> dict[PageStatus, int]:
    """How many pages there are of each state but "text"."""
    if not services().index.state().ready:
        return {}
    with services().index.acquire() as index:
        return index.generation.catalogue.odd_counts()


def documents_saying(text: str) -> set[str]:
    """The documents in which all words of the text stand."""
    if not services().index.state().ready:
        return set()
    with services().index.acquire() as index:
        return index.generation.catalogue.words.documents_with(text)


def answer_losses(kept: Sequence[KeptAnswer]) -> Mapping[str, Sequence[Loss]]:
    """What these, all that are kept, have lost of what they rest on, by their ids; nothing where nobody looks."""
    watch = services().answer_watch
    return watch.lost(each.id for each in kept) if watch is not None else {}


def documents_dir() -> Path:
    """The folder the index was made from; the settings' where there is none yet."""
    try:
        with services().index.acquire() as index:
            return Path(index.generation.manifest.documents_dir)
    except IndexNotReady:
        return services().settings.documents_dir


def documents_problem() -> str | None:
    """Why the documents of the open index cannot be reached; None where they can, or while no index is open."""
    try:
        with services().index.acquire() as index:
            return why_unreachable(index.generation)
    except IndexNotReady:
        return None


def require_documents() -> None:
    """Raises `DocumentsUnreachable` where the documents of the open index cannot be reached."""
    if (reason := documents_problem()) is not None:
        raise DocumentsUnreachable(reason)


def known_paths() -> list[str]:
    """The documents of the open index; none while it is not open."""
    return [record.path for record in known_documents()]


def known_documents() -> list[DocumentRecord]:
    """The same, with what is known of them."""
    try:
        with services().index.acquire() as index:
            return index.generation.catalogue.documents()
    except IndexNotReady:
        return []
