"""The file of a document and the pictures of its pages, with how long a browser keeps them."""

import re
from pathlib import Path

from flask import Response, request, send_file
from werkzeug.exceptions import NotFound

from server.documents.shown_page import ShownPage, shown_page, with_sentence
from server.documents.text_search import TextSearch
from server.documents.uploads import stored_name
from server.http.services import require_documents, services
from server.pages.blueprint import blueprint
from server.retrieval.index_holder import OpenIndex
from storage.records import ATTACHED

_PICTURE_KEPT_SECONDS = 300  # another index may mark another passage on it
_SENTENCE = re.compile(r"(\d{1,9})-(\d{1,9})")


@blueprint.get("/page-pictures/<path:document>")
def page_picture(document: str) -> Response:
    """A page of a PDF as a picture, with the passage marked."""
    with services().index.acquire() as index:
        shown = asked_page(index, document)
        file = picture_file(index, shown)
    if file is None or shown.page is None:
        require_documents()
        raise NotFound
    wanted = request.args.get("find", "")
    inside = TextSearch(wanted, [shown.page]).on_page(shown.page.number) if wanted else []
    hits = sorted({shown.page.text[start:end] for start, end in inside})
    marked = shown.marked_text, shown.sentence_text, hits
    picture = services().pictures.picture(file, shown.document.sha256, shown.page.number, *marked)
    return Response(
        picture, content_type="image/png", headers={"Cache-Control": f"private, max-age={_PICTURE_KEPT_SECONDS}"}
    )


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
