"""Adding files to the documents folder and taking them out, for forms and programs: who may, and what follows."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from flask import request
from flask_babel import lazy_gettext as _l

from server.documents.held_uploads import HeldFiles
from server.documents.uploads import Choice, SentFile, StoredFile, Uploads, disk_failures
from server.http.body_limits import upload_bytes
from server.http.form_files import MOST_FILES
from server.http.problems import Problem, Refused
from server.http.services import documents_dir, known_paths, require_documents, services
from server.retrieval.reachability import DocumentsUnreachable
from storage.generations.published import current_name
from storage.messages import message
from storage.server_state.deletions import forget_deletions, note_deletion

logger = logging.getLogger(__name__)

Changed = TypeVar("Changed", list[StoredFile], list[StoredFile] | HeldFiles)
_OTHER_FIELDS = 20  # of the form


def permit() -> None:
    """Refuse where documents may not be changed, else take in what is sent, which may be larger than elsewhere."""
    settings = services().settings
    if not settings.may_upload:
        raise Refused(_NO_TOKEN if settings.allow_uploads is True else _OFF)
    if request.method != "POST":
        return
    request.max_content_length = upload_bytes(settings)
    request.max_form_parts = MOST_FILES + _OTHER_FIELDS
    if (request.content_length or 0) > request.max_content_length:
        raise Refused(_too_large(settings.max_upload_mb))
    with services().slow_work.turn("uploads"), disk_failures():  # parts of some size go to the disk
        request.files  # noqa: B018 - read now


def store(files: list[SentFile], *, replace: bool) -> list[StoredFile]:
    """Put the files into the documents folder."""
    return _changed(
        lambda uploads: uploads.add(documents_dir(), files, replace=replace, may_create=_may_create(documents_dir()))
    )


def receive(files: list[SentFile]) -> list[StoredFile] | HeldFiles:
    """Put the files into the documents folder; where names are taken, hold them all until it is said what to do."""
    return _changed(lambda uploads: uploads.receive(documents_dir(), files, may_create=_may_create(documents_dir())))


def settle(key: str, choices: Mapping[str, Choice]) -> list[StoredFile]:
    """Store what was held, as was chosen for each name that is taken."""
    return _changed(lambda uploads: uploads.settle(key, choices))


def _changed(change: Callable[[Uploads], Changed]) -> Changed:
    require_documents()
    with services().slow_work.turn("uploads"):
        changed = change(services().uploads)
    if not isinstance(changed, HeldFiles):
        forget_deletions(services().index.index_dir, (file.path for file in changed))
    return changed


def _may_create(folder: Path) -> bool:
    """Whether a folder that is missing may be made: not while an index knows documents that were in it.

    Raises `DocumentsUnreachable` where it is missing and may not.
    """
    if current_name(services().index.index_dir) is None or (services().index.state().ready and not known_paths()):
        return True
    if not folder.is_dir():
        raise DocumentsUnreachable(message("the documents cannot be reached: their folder is not there"))
    return False


def remove(path: str) -> None:
    """Take the document out of the documents folder."""
    require_documents()
    known = known_paths()
    with services().slow_work.turn("uploads"):
        services().uploads.remove(documents_dir(), path, known)
    try:
        note_deletion(services().index.index_dir, path)
    except OSError:
        logger.warning("a deletion could not be noted beside the index, so the next run may ask whether it is meant")


def _too_large(megabytes: int) -> Problem:
    return Problem(
        413,
        "too_large",
        _l("Too large"),
        _l("More than %(megabytes)s MB was sent at a time, so nothing was stored.", megabytes=megabytes),
        _l("Send fewer files at a time, or raise MAX_UPLOAD_MB."),
    )


_OFF = Problem(
    403,
    "uploads_not_allowed",
    _l("Not allowed here"),
    _l("This server does not let documents be added or deleted."),
    _l("Set ALLOW_UPLOADS=1 and start it again, or put the files into the documents folder yourself."),
)
_NO_TOKEN = Problem(
    403,
    "uploads_not_allowed",
    _l("Not allowed here"),
    _l("This server can be reached under other names without a token, so documents cannot be added or deleted."),
    _l("Set API_TOKENS, or put the files into the documents folder yourself."),
)
