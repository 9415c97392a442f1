"""Find: the passages nearest to what is looked for, without an answer and without a language model."""

from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from server.answers import Retrieval
from server.http import conversion, schema
from server.http.services import document_records, services
from server.pages.blueprint import blueprint
from server.pages.cited_pages import Pane, opened
from server.pages.collections import sent_elsewhere
from server.pages.scopes import chosen_in, pattern_of, scopes_of
from storage.messages import encoded

_MORE = 10
_MOST = 50


@blueprint.get("/find")
def find() -> str | BaseResponse:
    """The form, and below it what was found for `?q=`; with `?open=2` the page that the second passage stands on."""
    if (elsewhere := sent_elsewhere(request.args)) is not None:
        return elsewhere
    scopes = [scope for scope in request.args.getlist("documents") if scope]
    if "question" in request.args:  # the form for questions says so
        wanted = request.args["question"].strip() or None
        return redirect(url_for("web.find", q=wanted, documents=scopes or None), 303)
    wanted = request.args.get("q", "").strip()
    most = min(max(1, request.args.get("k", services().settings.retrieve_k, type=int)), _MOST)
    paths = [record.path for record in document_records() if record.sha256]
    asked = {"question": wanted[: schema.LONGEST_QUESTION]}
    k = most if "k" in request.args else None
    here = partial(url_for, "web.find", q=wanted, documents=scopes or None, k=k)
    found = _found(wanted, scopes, most) if wanted else None
    return render_template(
        "find.html",
        asked=asked,
        chosen=chosen_in(paths, scopes),
        offered=scopes_of(paths),
        wanted=wanted,
        address_with=here,
        more=min(most + _MORE, _MOST) if found and len(found.passages) == most < _MOST else None,
        **(_shown(found, wanted, here) if found else {}),
    )


def _found(wanted: str, scopes: list[str], most: int) -> Retrieval:
    sent = {"question": wanted, "documents": [pattern_of(scope) for scope in scopes], "k": most}
    asked = schema.RetrieveRequest.model_validate(sent)
    answering = services().answering()
    return answering.retrieve(asked.question, most, tuple(asked.documents), cancel=services().stopping)


def _shown(found: Retrieval, wanted: str, here: partial[str]) -> dict[str, Any]:
    passages = [conversion.passage_out(passage, encoded) for passage in found.passages]
    return {
        "passages": passages,
        "notices": [encoded(notice) for notice in found.notices],
        "milliseconds": found.timings_ms.get("total", 0.0),
        "address": here(),
        "pane": _pane(passages, wanted),
    }


def _pane(passages: list[schema.PassageOut], wanted: str) -> Pane | None:
    number, page, zoom = (request.args.get(name, type=int) for name in ("open", "page", "zoom"))
    return opened(passages, number, wanted, page, zoom or 1) if number else None
