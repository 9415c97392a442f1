"""Documents: all of them and their states, the picture of a page and the file of one of them."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Response, render_template, request, send_file
from werkzeug.exceptions import NotFound

from server.documents.document_list import ORDERS, STATES, Wanted, kind_of, list_documents, newest
from server.documents.shown_page import ShownPage, page_marks, shown_page, with_sentence
from server.documents.uploads import stored_name
from server.http.services import document_records, folder_listing, odd_pages, require_documents, services
from server.pages.blueprint import blueprint
from server.retrieval.index_holder import OpenIndex
from storage.records import ATTACHED, DocumentRecord

_MOST_LEFT_OUT = 200
_SENTENCE = re.compile(r"(\d{1,9})-(\d{1,9})")
_MOST_SINGLE_MARKS = 600
"""Pages of the listed documents up to which each has a link of its own; beyond it runs of pages have."""


@blueprint.get("/documents")
def documents() -> str:
    """Every document and its state, problems first."""
    with services().slow_work.turn("files"):  # the page looks at every file of the folder
        return _documents_page()


def _documents_page() -> str:
    records = document_records()
    odd = odd_pages()
    reindexing = services().reindexing
    listed = list_documents(records, _wanted(), newest(records))
    return render_template(
        "documents.html",
        listed=listed,
        all_documents=records,
        marks=page_marks(listed.rows, odd),
        single_marks=sum(record.pages for record in listed.rows) <= _MOST_SINGLE_MARKS,
        odd_counts=Counter(page.status for _path, page in odd),
        job=reindexing.state() if reindexing else None,
        kind_of=kind_of,
        modified_at=lambda record: datetime.fromtimestamp(record.mtime_ns / 1e9, UTC),
        **_folder_account(records),
    )


def _wanted() -> Wanted:
    """What the address asks of the list; what it may not be counts as not said."""
    given = request.args
    state, order = given.get("state", "all"), given.get("order", "attention")
    return Wanted(
        given.get("q", "").strip(),
        next((each for each in STATES if each == state), "all"),
        given.get("folder", "").strip("/"),
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


@blueprint.get("/page-pictures/<path:document>")
def page_picture(document: str) -> Response:
    """The same page of a PDF as a picture, with the passage marked."""
    with services().index.acquire() as index:
        shown = asked_page(index, document)
        file = picture_file(index, shown)
    if file is None or shown.page is None:
        require_documents()
        raise NotFound
    marked = shown.marked_text, shown.sentence_text
    picture = services().pictures.picture(file, shown.document.sha256, shown.page.number, *marked)
    return Response(picture, content_type="image/png", headers={"Cache-Control": "private, max-age=300"})


@blueprint.get("/files/<path:document>")
def file(document: str) -> Response:
    """The file itself, in the version that is indexed. Only PDF opens in the browser; the rest is saved."""
    with services().index.acquire() as index:
        shown = asked_page(index, document)
        found = services().files.find(index.generation.manifest.documents_dir, shown.document)
    if found is None:
        require_documents()
        raise NotFound
    is_pdf = shown.document.format == "pdf"
    return send_file(
        found,
        mimetype="application/pdf" if is_pdf else "application/octet-stream",
        as_attachment=not is_pdf,
        download_name=stored_name(found.name) or "document",
    )


def asked_page(index: OpenIndex, path: str) -> ShownPage:
    """The page that the address of this request asks for. Raises `NotFound`."""
    number, passage = request.args.get("page", type=int), request.args.get("passage")
    shown = shown_page(index.generation.catalogue, path, number, passage)
    if shown is None:
        raise NotFound
    sentence = _SENTENCE.fullmatch(request.args.get("sentence", ""))
    return with_sentence(shown, int(sentence[1]), int(sentence[2])) if sentence else shown


def picture_file(index: OpenIndex, shown: ShownPage) -> Path | None:
    """The file whose page can be drawn; None where it has no pages to draw."""
    if shown.document.format != "pdf" or shown.page is None or ATTACHED in (shown.page.label or ""):
        return None
    return services().files.find(index.generation.manifest.documents_dir, shown.document)
