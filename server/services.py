"""What the views work with: built by the composition root, carried by the application."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from flask import current_app

from server.index_holder import IndexHolder
from server.pictures import PagePictures
from server.settings import ServerSettings
from storage.answers import AnswerStore

if TYPE_CHECKING:
    from server.answering import AnswerService

EXTENSION = "pagewise"
VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Services:
    """The collaborators of every view. `answering` raises `IndexNotReady` while the libraries are being loaded."""

    settings: ServerSettings
    index: IndexHolder
    answering: "Callable[[], AnswerService]"
    answers: AnswerStore
    language_model: str | None
    """The name of the configured language model; None: answers are quoted from the documents."""
    pictures: PagePictures = field(default_factory=PagePictures)
    load: Callable[[], None] = lambda: None
    """Begins to load models and index in the background."""
    close: Callable[[], None] = lambda: None
    """Ends connections and background work."""
    stopping: Event = field(default_factory=Event)
    """Set when what still runs must come to an end."""


def services() -> Services:
    """The collaborators of the current application."""
    found: Services = current_app.extensions[EXTENSION]
    return found
