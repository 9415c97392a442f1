"""Questions that a person may begin with, or go on with after an answer."""

from collections.abc import Iterable
from typing import Any

from flask import Response, render_template, request, url_for

from server.http.services import services
from server.pages.blueprint import blueprint
from server.retrieval.index_holder import IndexNotReady

_MOST_DOCUMENTS = 20
_LONGEST_QUESTION = 4000


def suggested(documents: Iterable[str] = (), asked: str = "") -> dict[str, Any]:
    """What the template shows: the questions, or where a script finds them when they are made."""
    documents = list(documents)[:_MOST_DOCUMENTS]
    where = url_for("web.suggestions_piece", documents=documents, q=asked[:_LONGEST_QUESTION] or None)
    return {"suggestions": _questions(documents, asked), "suggestions_at": where}


@blueprint.get("/suggestions")
def suggestions_piece() -> Response:
    """The piece of a page with the questions; 204 while they are being made."""
    shown = suggested(request.args.getlist("documents"), request.args.get("q", ""))
    if shown["suggestions"] is None:
        return Response(status=204)
    return Response(render_template("_suggestions.html", **shown), content_type="text/html; charset=utf-8")


def _questions(documents: list[str], asked: str) -> list[str] | None:
    proposing = services().suggestions
    try:
        return proposing.shown(documents, asked) if proposing is not None else []
    except IndexNotReady:
        return []
