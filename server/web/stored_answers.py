"""Answers as they are kept for their links, and what their pages show of them."""

import glob
import logging
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import g
from pydantic import BaseModel, ValidationError

from server import conversion, notices, schema
from server.answers import Answer
from server.language import question_language
from server.retelling import retold
from server.services import services
from server.translation import interface_language
from server.web.catalogue_views import document_records, odd_pages
from storage.answers import MOST_HELD, AnswersUnreadable
from storage.records import DocumentRecord

logger = logging.getLogger(__name__)

_MOST_TURNS = 6


class StoredAnswer(BaseModel):
    """An answer as it is kept for its link. `versions`: the SHA-256 of each document it was answered from."""

    id: str
    response: schema.QueryResponse
    asked: schema.QueryRequest
    answered_at: datetime
    versions: dict[str, str]
    follows: str | None = None
    """The answer that this question was a follow-up to."""


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
    try:
        return StoredAnswer.model_validate_json(document)
    except ValidationError:
        # Bytes were overwritten in the file, or another version of the program has written it.
        logger.warning("the kept answer %s cannot be read any more", answer_id)
        return None


def thread_of(answer_id: str | None) -> Thread:
    """The answers that lead up to this one, and itself."""
    found: list[StoredAnswer] = []
    while answer_id and len(found) < _MOST_TURNS:
        try:
            stored = stored_answer(answer_id)
        except AnswersUnreadable as error:
            return Thread(tuple(found), str(error))
        if stored is None:
            return Thread(tuple(found), "it is not kept any more")
        found.insert(0, stored)
        answer_id = stored.follows
    return Thread(tuple(found))


def keep(found: Answer, asked: schema.QueryRequest, thread: Thread) -> StoredAnswer:
    """Store an answer under an id of its own, with a notice where the answers before it could not be had."""
    if thread.lost and not thread.answers:
        note = notices.thread_lost(question_language(found.question), thread.lost)
        found = replace(found, notices=(*found.notices, note))
    response = conversion.query_response(found, g.request_id)
    stored = StoredAnswer(
        id=secrets.token_urlsafe(9),
        response=response,
        asked=asked.model_copy(update={"history": []}),
        answered_at=datetime.now(UTC),
        versions=_versions(response),
        follows=thread.answers[-1].id if thread.answers else None,
    )
    services().answers.put(stored.id, stored.model_dump_json())
    return stored


def shown(stored: StoredAnswer) -> dict[str, Any]:
    """What the template of a result shows."""
    records = document_records()
    unstored = services().answers.unstored(stored.id)
    return {
        "stored": stored,
        "response": stored.response,
        "thread": thread_of(stored.follows).answers,
        "unstored": unstored and retold(unstored, interface_language()).rstrip(".。"),
        "most_held": MOST_HELD,
        "chosen": [record.path for record in records if glob.escape(record.path) in stored.asked.documents],
        "ocr": {(path, page.number) for path, page in odd_pages() if page.status == "ocr"},
        "changed": _changed(stored.versions, records),
        "unreadable": [record for record in records if record.status != "indexed"],
    }


def _versions(response: schema.QueryResponse) -> dict[str, str]:
    named = {passage.document for passage in (*response.sources, *response.rejected)}
    return {record.path: record.sha256 for record in document_records() if record.path in named}


def _changed(versions: dict[str, str], records: list[DocumentRecord]) -> set[str]:
    """Which documents are not what they were; none where nothing is known of them now."""
    now = {record.path: record.sha256 for record in records}
    return {path for path, version in versions.items() if now and now.get(path) != version}
