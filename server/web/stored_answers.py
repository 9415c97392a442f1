"""Answers as they are kept for their links, and what their pages show of them."""

import glob
import secrets
from datetime import UTC, datetime
from typing import Any

from flask import g
from pydantic import BaseModel

from server import conversion, schema
from server.answers import Answer
from server.services import services
from server.web.catalogue_views import document_records, odd_pages
from storage.records import DocumentRecord

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


def stored_answer(answer_id: str) -> StoredAnswer | None:
    """The answer of this id; None where it is not kept any more."""
    document = services().answers.get(answer_id)
    return None if document is None else StoredAnswer.model_validate_json(document)


def thread_of(answer_id: str | None) -> list[StoredAnswer]:
    """The answers that lead up to this one, and itself, oldest first; empty where it is not kept any more."""
    found: list[StoredAnswer] = []
    while answer_id and len(found) < _MOST_TURNS and (stored := stored_answer(answer_id)) is not None:
        found.insert(0, stored)
        answer_id = stored.follows
    return found


def keep(found: Answer, asked: schema.QueryRequest, follows: str | None) -> StoredAnswer:
    """Store an answer under an id of its own."""
    response = conversion.query_response(found, g.request_id)
    stored = StoredAnswer(
        id=secrets.token_urlsafe(9),
        response=response,
        asked=asked.model_copy(update={"history": []}),
        answered_at=datetime.now(UTC),
        versions=_versions(response),
        follows=follows,
    )
    services().answers.put(stored.id, stored.model_dump_json())
    return stored


def shown(stored: StoredAnswer) -> dict[str, Any]:
    """What the template of a result shows."""
    records = document_records()
    return {
        "stored": stored,
        "response": stored.response,
        "thread": thread_of(stored.follows),
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
