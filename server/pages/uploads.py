"""Adding and deleting files on the Documents page, and how the folder differs from the index."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from server.documents.held_uploads import HeldFiles
from server.documents.uploads import Choice, NotHeld, SentFile, StoredFile, document_file, ignore_documents
from server.http import folder_changes
from server.http.problems import Problem, Refused
from server.http.scopes import may
from server.http.services import (
    documents_dir,
    documents_problem,
    known_documents,
    known_paths,
    require_documents,
    services,
)
from storage.folder_listing import FolderListing
from storage.formats import ALL_SUFFIXES, HIDDEN_PREFIXES
from storage.records import DocumentRecord

_MOST_WAITING = 50

blueprint = Blueprint("uploads", __name__)


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that the next run will read for the first time."""

    path: str
    size: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FolderState:
    """How the folder differs from the index: what is new in it, what is gone, what is not as it was."""

    waiting: tuple[WaitingFile, ...]
    gone: frozenset[str]
    changed: frozenset[str]

    @property
    def is_current(self) -> bool:
        """Whether the next run has nothing to do, as far as this shows."""
        return not (self.waiting or self.gone or self.changed)


def folder_state(folder: Path, looked_at: Sequence[DocumentRecord], known: Collection[str]) -> FolderState:
    """One look at the folder itself and one stat for each record of `looked_at`. `known` are no new files."""
    gone, changed = set(), set()
    for record in looked_at:
        try:
            status = (folder / record.path).stat()
        except OSError:
            gone.add(record.path)
            continue
        if record.status == "indexed" and (status.st_size, status.st_mtime_ns) != (record.size, record.mtime_ns):
            changed.add(record.path)
    return FolderState(tuple(_waiting(folder, known)), frozenset(gone), frozenset(changed))


@blueprint.app_context_processor
def page_context() -> dict[str, Any]:
    """What the Documents page shows of the folder; looked at when the page asks for it."""
    settings = services().settings
    return {
        "can_upload": settings.may_upload and may("uploads.upload"),
        "folder_now": _folder_now,
        "accepted_suffixes": sorted(ALL_SUFFIXES),
    }


@blueprint.before_request
def permit() -> None:
    """The same as for programs."""
    folder_changes.permit()


@blueprint.post("/uploads")
def upload() -> BaseResponse:
    """Store the files of the form and lead back to the documents; with `piece` only a line about each is told."""
    sent = [SentFile(file.filename, file.stream) for file in request.files.getlist("file") if file.filename]
    if not sent:
        raise Refused(_NOTHING_CHOSEN)
    if request.form.get("replace"):
        return _told(folder_changes.store(sent, replace=True))
    received = folder_changes.receive(sent)
    if isinstance(received, HeldFiles):
        template = "_conflict.html" if request.form.get("piece") else "conflict.html"
        return make_response(render_template(template, held=received, rivals=_rivals(received)), 409)
    return _told(received)


@blueprint.post("/uploads/<key>")
def settle(key: str) -> BaseResponse:
    """Do with the files that wait what was chosen, for each name or for all of them, or store none."""
    try:
        held = services().uploads.held(key)
        if request.form.get("choice") == "none":
            services().uploads.forget(key)
            return redirect(url_for("web.documents") + "#add", 303)
        chosen = {name: _choice(f"choice-{number}") for number, name in enumerate(held.taken)}
        choices = {name: choice for name, choice in chosen.items() if choice is not None}
        if len(choices) < len(held.taken):
            raise Refused(_NOTHING_CHOSEN)
        return _told(folder_changes.settle(key, choices))
    except NotHeld as error:
        raise Refused(_NOTHING_CHOSEN) from error


def _choice(field: str) -> Choice | None:
    """What was chosen for one name, else for all of them; None: nothing, or nothing that there is."""
    given = request.form.get("choice") or request.form.get(field)
    return next((each for each in get_args(Choice) if each == given), None)


@dataclass(frozen=True, slots=True)
class Rival:
    """A file that was sent and the one whose name it has; of that one what is known, nothing where it is no file."""

    name: str
    size: int
    there_size: int | None = None
    there_since: datetime | None = None


def _rivals(held: HeldFiles) -> list[Rival]:
    found = []
    for name in held.taken:
        size = next(draft.size for draft in held.drafts if draft.name == name)
        place = held.folder / name
        try:
            status = place.stat()
            found.append(Rival(name, size, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC)))
        except OSError:
            found.append(Rival(name, size))
    return found


def _told(stored: Sequence[StoredFile]) -> BaseResponse:
    """Begin to index, and lead to the documents, or tell a script what became of each file."""
    unchanged = sum(file.outcome == "unchanged" for file in stored)
    reindexing = services().reindexing
    if reindexing is not None and unchanged < len(stored):
        reindexing.follow(documents_dir())
    if request.form.get("piece"):
        return make_response(render_template("_stored.html", stored=stored))
    page = "web.ask_page" if request.form.get("then") == "ask" else "web.documents"
    return redirect(url_for(page, added=len(stored) - unchanged, same=unchanged) + "#indexing", 303)


@blueprint.post("/ignore")
def ignore() -> BaseResponse:
    """Leave documents out of the next index, though their files stay: those named, or all that failed for a cause."""
    paths, category = request.form.getlist("document"), request.form.get("category")
    if category is not None:
        failed = (record for record in known_documents() if record.status != "indexed")
        paths = [record.path for record in failed if (record.category or "") == category]
    require_documents()
    known = set(known_paths())
    ignored = ignore_documents(documents_dir(), [path for path in paths if path in known])
    return redirect(url_for("web.documents", ignored=ignored) + "#indexing", 303)


@blueprint.get("/delete/<path:document>")
def confirm(document: str) -> str:
    """Ask whether it is meant."""
    require_documents()
    file = document_file(documents_dir(), document, known_paths())
    return render_template("delete.html", document=document, size=file.lstat().st_size)


@blueprint.post("/delete/<path:document>")
def delete(document: str) -> BaseResponse:
    """Delete the document and lead back to the others."""
    folder_changes.remove(document)
    return redirect(url_for("web.documents", deleted=1) + "#indexing", 303)


def _folder_now(looked_at: Sequence[DocumentRecord], listing: FolderListing | None) -> FolderState:
    """Nothing is said of files whose folder cannot be reached: they are not deleted."""
    if documents_problem() is not None:
        return FolderState((), frozenset(), frozenset())
    left_out = (each.path for each in listing.left_out) if listing else ()
    return folder_state(documents_dir(), looked_at, {*known_paths(), *left_out})


def _waiting(folder: Path, known: Collection[str]) -> list[WaitingFile]:
    try:
        names = sorted(file.name for file in folder.iterdir() if file.name not in known)
    except OSError:
        return []
    waiting: list[WaitingFile] = []
    for name in names:
        file = folder / name
        is_new = not name.startswith(HIDDEN_PREFIXES) and file.suffix.lower() in ALL_SUFFIXES
        if is_new and file.is_file() and len(waiting) < _MOST_WAITING:
            status = file.stat()
            waiting.append(WaitingFile(name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC)))
    return waiting


_NOTHING_CHOSEN = Problem(
    422,
    "no_file",
    _l("No file was chosen"),
    _l("No file was sent, so nothing was stored."),
    _l("Go back and choose one or more files."),
)
