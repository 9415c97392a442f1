"""Documents: all of them and their states."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import render_template, request

from server.documents.cited_sentence import cited_range
from server.documents.document_list import ORDERS, STATES, Wanted, kind_of, list_documents, newest
from server.documents.shown_page import page_marks
from server.http.services import (
    document_records,
    documents_saying,
    folder_listing,
    odd_counts,
    odd_pages,
    services,
)
from server.pages.blueprint import blueprint
from server.pages.scopes import chosen_in
from storage.records import ChunkRecord, DocumentRecord

_MOST_LEFT_OUT = 200
_MOST_HITS = 500
_LONGEST_SENTENCE = 160
_MOST_MARKS = 400
"""On a page of the list, each a link to a page of a document."""


@blueprint.get("/documents")
def documents() -> str:
    """Every document and its state, problems first."""
    with services().slow_work.turn("files"):  # the page looks at every file of the folder
        return _documents_page()


def _documents_page() -> str:
    records, wanted = document_records(), _wanted()
    reindexing = services().reindexing
    saying = documents_saying(wanted.text) if wanted.text else set()
    listed = list_documents(records, wanted, newest(records), saying)
    chosen = chosen_in([record.path for record in records if record.sha256], request.args.getlist("documents"))
    boxes = {*(record.path for record in listed.rows), *(f"{folder.path}/" for folder in listed.folders)}
    return render_template(
        "documents.html",
        listed=listed,
        known=len(records),
        unread=sum(record.status != "indexed" for record in records),
        marks=page_marks(listed.rows, odd_pages([record.path for record in listed.rows]), _MOST_MARKS),
        odd_counts=odd_counts(),
        saying=sentence_with,
        passages=_passages_with(wanted.text, listed.rows) if saying else {},
        chosen=chosen,
        chosen_elsewhere=[scope for scope in chosen if scope not in boxes],
        job=reindexing.state() if reindexing else None,
        kind_of=kind_of,
        modified_at=lambda record: datetime.fromtimestamp(record.mtime_ns / 1e9, UTC),
        looked_at=records if _has_changed_the_folder() else listed.rows,
        **_folder_account(records),
    )


def _has_changed_the_folder() -> bool:
    """Whether a person has just added or deleted files: then all of the folder is looked at, else what is listed."""
    return any(request.args.get(name, type=int) for name in ("added", "same", "deleted", "ignored"))


def _passages_with(text: str, rows: Sequence[DocumentRecord]) -> dict[str, ChunkRecord]:
    """By path: the passage of each listed document that holds the words best; none where other passages do better."""
    if not rows:
        return {}
    with services().index.acquire() as index:
        catalogue = index.generation.catalogue
        hits = catalogue.words.search(text, _MOST_HITS, [record.path for record in rows])
        found = catalogue.chunks(hit.chunk_id for hit in hits)
    best: dict[str, ChunkRecord] = {}
    for hit in hits:
        best.setdefault(found[hit.chunk_id].document, found[hit.chunk_id])
    return best


def _wanted() -> Wanted:
    """What the address asks of the list; what it may not be counts as not said."""
    given = request.args
    state, order = given.get("state", "all"), given.get("order", "attention")
    return Wanted(
        given.get("q", "").strip(),
        next((each for each in STATES if each == state), "all"),
        given.get("folder", "").strip("/"),
        given.get("cause", ""),
        next((each for each in ORDERS if each == order), "attention"),
        max(1, given.get("page", 1, type=int)),
    )


def _folder_account(records: Sequence[DocumentRecord]) -> dict[str, Any]:
    """Every file of the folder as the last run saw it; nothing before there is an index."""
    listing = folder_listing()
    if listing is None:
        return {"listing": None, "numbers": None, "left_out": ()}
    shown = [each for each in listing.left_out if each.reason != "hidden"][:_MOST_LEFT_OUT]
    return {"listing": listing, "numbers": listing.numbers(records), "left_out": shown}


def sentence_with(text: str, words: str) -> str:
    """The sentence of a passage that holds the words best, on one line and not long."""
    sentence, _weight = cited_range(text, words)
    start, end = sentence or (0, len(text))
    line = " ".join(text[start:end].split())
    return line if len(line) <= _LONGEST_SENTENCE else f"{line[:_LONGEST_SENTENCE].rsplit(' ', 1)[0]} …"
