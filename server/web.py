"""The pages. They work without JavaScript; what a model or a document wrote passes through `rendering`."""

import re
import secrets
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from server import conversion, presentation, schema
from server.api import open_index_status
from server.documents import problems_first, shown_page
from server.errors import Problem, Refused
from server.services import VERSION, services
from server.translation import COOKIE as LANGUAGE_COOKIE
from server.translation import LANGUAGES, interface_language
from storage.records import DocumentRecord

THEME_COOKIE = "theme"
_THEMES = ("auto", "light", "dark")
_LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_COOKIE_SECONDS = 365 * 24 * 3600

blueprint = Blueprint("web", __name__)


class StoredAnswer(BaseModel):
    """An answer as it is kept for its link. `versions`: the SHA-256 of each document it was answered from."""

    response: schema.QueryResponse
    asked: schema.QueryRequest
    answered_at: datetime
    versions: dict[str, str]


@blueprint.app_context_processor
def page_context() -> dict[str, Any]:
    """What every page shows around its content."""
    return {
        **presentation.HELPERS,
        "index": open_index_status(),
        "index_state": services().index.state(),
        "language_model": services().language_model,
        "settings": services().settings,
        "version": VERSION,
        "language": interface_language(),
        "languages": LANGUAGES,
        "theme": _theme(),
    }


@blueprint.get("/")
def ask_page() -> str:
    """The form."""
    asked = {"question": request.args.get("q", "")[: schema.LONGEST_QUESTION]}
    return render_template("ask.html", asked=asked, paths=_answering(_records()))


@blueprint.post("/ask")
def ask() -> BaseResponse:
    """Answer the form and lead to the answer's own page."""
    asked = schema.QueryRequest.model_validate(_asked(request.form), strict=False)
    found = services().answering().answer(conversion.question_of(asked, services().settings))
    response = conversion.query_response(found, g.request_id)
    answer_id = secrets.token_urlsafe(9)
    stored = StoredAnswer(response=response, asked=asked, answered_at=datetime.now(UTC), versions=_versions(response))
    services().answers.put(answer_id, stored.model_dump_json())
    return redirect(url_for("web.answer", answer_id=answer_id), 303)


@blueprint.get("/answers/<answer_id>")
def answer(answer_id: str) -> str:
    """An answer that was given, and which of its documents have changed since."""
    document = services().answers.get(answer_id)
    if document is None:
        raise Refused(_NO_ANSWER)
    stored = StoredAnswer.model_validate_json(document)
    records = _records()
    return render_template(
        "answer.html",
        stored=stored,
        response=stored.response,
        asked=stored.asked.model_dump(),
        changed=_changed(stored.versions, records),
        paths=_answering(records),
        unreadable=[record for record in records if record.status != "indexed"],
    )


@blueprint.get("/documents")
def documents() -> str:
    """Every document and its state, problems first."""
    with services().index.acquire() as index:
        records = index.generation.catalogue.documents()
    return render_template("documents.html", documents=problems_first(records))


@blueprint.get("/documents/<path:document>")
def document(document: str) -> str:
    """One page of a document as the machine read it, with a passage marked."""
    with services().index.acquire() as index:
        shown = shown_page(
            index.generation.catalogue, document, request.args.get("page", type=int), request.args.get("passage")
        )
    if shown is None:
        raise NotFound
    return render_template("document.html", shown=shown)


@blueprint.get("/preferences")
def preferences() -> BaseResponse:
    """Remember the language and the theme, and go back to the page."""
    response = redirect(_local(request.args.get("next", "/")), 303)
    language, theme = request.args.get("language"), request.args.get("theme")
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, str(language), max_age=_COOKIE_SECONDS, httponly=True, samesite="Lax")
    if theme in _THEMES:
        response.set_cookie(THEME_COOKIE, str(theme), max_age=_COOKIE_SECONDS, httponly=True, samesite="Lax")
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it whatever the page says."""
    return Response(status=204)


def _asked(form: MultiDict[str, str]) -> dict[str, Any]:
    asked: dict[str, Any] = {"question": form.get("question", ""), "model": form.get("model") or "chat"}
    if form.get("threshold"):
        asked["threshold"] = form["threshold"]
    asked["documents"] = [path for path in form.getlist("documents") if path]
    return asked


def _records() -> list[DocumentRecord]:
    """The documents of the open index; none while it is not open."""
    if not services().index.state().ready:
        return []
    with services().index.acquire() as index:
        return index.generation.catalogue.documents()


def _answering(records: list[DocumentRecord]) -> list[str]:
    return [record.path for record in records if record.sha256]


def _versions(response: schema.QueryResponse) -> dict[str, str]:
    named = {passage.document for passage in (*response.sources, *response.rejected)}
    return {record.path: record.sha256 for record in _records() if record.path in named}


def _changed(versions: dict[str, str], records: list[DocumentRecord]) -> set[str]:
    """Which documents are not what they were; none where nothing is known of them now."""
    now = {record.path: record.sha256 for record in records}
    return {path for path, version in versions.items() if now and now.get(path) != version}


def _theme() -> str:
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in _THEMES else "auto"


def _local(address: str) -> str:
    """The address if it is a path of this server, else the form."""
    return address if _LOCAL_PATH.fullmatch(address) else "/"


_NO_ANSWER = Problem(
    404,
    "no_such_answer",
    _l("This answer is not kept any more"),
    _l("Only the newest answers are kept."),
    _l("Ask again."),
)
