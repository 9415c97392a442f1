"""Answers that are kept: what is stored of one, what a list shows of it, what has changed since it was given."""

import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from flask import g
from flask_babel import lazy_gettext as _l

from server.answering import notices
from server.answers import Answer
from server.documents.slow_work import NoRoom
from server.http import conversion, schema
from server.http.answer_records import StoredAnswer, read_stored, summary_of
from server.http.problems import Problem, Refused
from server.http.services import document_records, documents_dir, services
from storage.messages import encoded, message
from storage.records import DocumentRecord
from storage.server_state.answers import AnswersUnreadable

logger = logging.getLogger(__name__)

_MOST_TURNS = 6


@dataclass(frozen=True, slots=True)
class Thread:
    """The answers that a question follows, oldest first. `lost` says why they are not all of them, if so."""

    answers: tuple[StoredAnswer, ...] = ()
    lost: str | None = None


def stored_answer(answer_id: str) -> StoredAnswer | None:
    """The answer of this id; None where it is not kept any more. Raises `AnswersUnreadable`."""
    document = services().answers.get(answer_id)
    if document is None:
        return None
    stored = read_stored(document)
    if stored is None:
        logger.warning("the kept answer %s cannot be read any more", answer_id)
    return stored


def required_answer(answer_id: str) -> StoredAnswer:
    """The same; raises `Refused` where there is none."""
    stored = stored_answer(answer_id)
    if stored is None:
        raise Refused(_NO_ANSWER)
    return stored


def thread_of(answer_id: str | None) -> Thread:
    """The answers that lead up to this one, and itself."""
    found: list[StoredAnswer] = []
    while answer_id and len(found) < _MOST_TURNS:
        try:
            stored = stored_answer(answer_id)
        except AnswersUnreadable as error:
            return Thread(tuple(found), str(error))
        if stored is None:
            return Thread(tuple(found), message("it is not kept any more"))
        found.insert(0, stored)
        answer_id = stored.follows
    return Thread(tuple(found))


def keep(found: Answer, asked: schema.QueryRequest, thread: Thread) -> StoredAnswer:
    """Store an answer under an id of its own, with a notice where the answers before it could not be had."""
    if thread.lost and not thread.answers:
        note = notices.thread_lost(thread.lost)
        found = replace(found, notices=(*found.notices, note))
    response = conversion.query_response(found, g.request_id, encoded)
    stored = StoredAnswer(
        id=secrets.token_urlsafe(9),
        response=response,
        asked=asked.model_copy(update={"history": []}),
        answered_at=datetime.now(UTC),
        versions=_versions(response),
        follows=thread.answers[-1].id if thread.answers else None,
    )
    store(stored)
    return stored


def store(stored: StoredAnswer) -> None:
    """Keep it, in the place of what was kept under its id."""
    services().answers.put(stored.id, stored.model_dump_json(), summary_of(stored).model_dump_json())


def changed_documents(versions: Mapping[str, str], now: Mapping[str, str]) -> set[str]:
    """Which documents are not what the index had of them then; none where nothing is known of them now.

    Both are the SHA-256 of each document by its path.
    """
    return {path for path, version in versions.items() if now and now.get(path) != version}


def changed_since(stored: StoredAnswer, records: Iterable[DocumentRecord]) -> set[str]:
    """The same, and those whose files have changed since, which no run has seen yet."""
    by_path = {record.path: record for record in records}
    changed = changed_documents(stored.versions, {path: record.sha256 for path, record in by_path.items()})
    passages = (*stored.response.sources, *stored.response.rejected)
    stale_then = {passage.document for passage in passages if passage.stale}
    folder = documents_dir()
    for path in stored.versions.keys() - changed - stale_then:
        if (record := by_path.get(path)) is not None and record.sha256 and _is_changed(folder, record):
            changed.add(path)
    return changed


def _is_changed(folder: Path, record: DocumentRecord) -> bool:
    try:
        return folder.is_dir() and services().files.find(str(folder), record) is None
    except (NoRoom, OSError):  # nobody knows now
        return False


def _versions(response: schema.QueryResponse) -> dict[str, str]:
    named = {passage.document for passage in (*response.sources, *response.rejected)}
    return {record.path: record.sha256 for record in document_records() if record.path in named}


_NO_ANSWER = Problem(
    404,
    "no_such_answer",
    _l("This answer is not kept any more"),
    _l("Only the newest answers are kept."),
    _l("Ask again."),
)
