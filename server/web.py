"""The pages. They work without JavaScript; what a model or a document wrote passes through `rendering`."""

import glob
import re
import secrets
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, send_file, url_for
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from server import conversion, presentation, schema
from server.answers import Answer, Mode
from server.api import model_notice, open_index_status
from server.documents import ShownPage, page_marks, passages_on, problems_first, shown_page
from server.errors import Problem, Refused
from server.index_holder import OpenIndex
from server.pictures import indexed_file
from server.presenters import PagePresenter
from server.services import VERSION, services
from server.streaming import EVENT_STREAM, stream_answer
from server.translation import COOKIE as LANGUAGE_COOKIE
from server.translation import LANGUAGES, interface_language
from storage.records import DocumentRecord, PageRecord

THEME_COOKIE = "theme"
_THEMES = ("auto", "light", "dark")
_LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_MOST_TURNS = 6
_COOKIE_SECONDS = 365 * 24 * 3600

blueprint = Blueprint("web", __name__)


class StoredAnswer(BaseModel):
    """An answer as it is kept for its link. `versions`: the SHA-256 of each document it was answered from."""

    id: str
    response: schema.QueryResponse
    asked: schema.QueryRequest
    answered_at: datetime
    versions: dict[str, str]
    follows: str | None = None
    """The answer that this question was a follow-up to."""


@blueprint.app_context_processor
def page_context() -> dict[str, Any]:
    """What every page shows around its content."""
    return {
        **presentation.HELPERS,
        "index": open_index_status(),
        "index_state": services().index.state(),
        "model_notice": model_notice,
        "language_model": services().language_model,
        "settings": services().settings,
        "can_reindex": services().reindexing is not None,
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
    """Answer the form and lead to the answer's own page; a script gets the pieces of that page as they come."""
    thread = _thread(request.form.get("follows"))
    asked = schema.QueryRequest.model_validate(_asked(request.form, thread), strict=False)
    question = conversion.question_of(asked, services().settings)
    follows = thread[-1].id if thread else None
    if request.accept_mimetypes.best == EVENT_STREAM:
        modes: tuple[Mode, ...] = ("chat", "reasoner") if question.mode == "both" else (question.mode,)
        modes = modes if services().language_model else ("chat",)
        return stream_answer(
            question, PagePresenter(modes, lambda answered: _shown(_keep(answered.answer, asked, follows)))
        )
    stored = _keep(services().answering().answer(question), asked, follows)
    return redirect(url_for("web.answer", answer_id=stored.id), 303)


@blueprint.get("/answers/<answer_id>")
def answer(answer_id: str) -> str:
    """An answer that was given, and which of its documents have changed since."""
    stored = _stored(answer_id)
    if stored is None:
        raise Refused(_NO_ANSWER)
    return render_template(
        "answer.html", asked=stored.asked.model_dump(), paths=_answering(_records()), **_shown(stored)
    )


@blueprint.get("/documents")
def documents() -> str:
    """Every document and its state, problems first."""
    records = _records()
    odd_pages = _odd_pages()
    reindexing = services().reindexing
    wanted = request.args.get("q", "").strip()
    found = [record for record in records if wanted.casefold() in f"{record.path}\n{record.title or ''}".casefold()]
    return render_template(
        "documents.html",
        documents=problems_first(found),
        all_documents=records,
        wanted=wanted,
        marks=page_marks(found, odd_pages),
        odd_counts=Counter(page.status for _path, page in odd_pages),
        job=reindexing.state() if reindexing else None,
    )


@blueprint.get("/documents/<path:document>")
def document(document: str) -> str:
    """One page of a document as the machine read it, with a passage marked."""
    with services().index.acquire() as index:
        shown = _shown_page(index, document)
        has_picture = _picture_file(index, shown) is not None
        passages = passages_on(index.generation.catalogue, shown)
    return render_template("document.html", shown=shown, has_picture=has_picture, passages=passages)


@blueprint.get("/page-pictures/<path:document>")
def page_picture(document: str) -> Response:
    """The same page of a PDF as a picture, with the passage marked."""
    with services().index.acquire() as index:
        shown = _shown_page(index, document)
        file = _picture_file(index, shown)
    if file is None or shown.page is None:
        raise NotFound
    picture = services().pictures.picture(file, shown.document.sha256, shown.page.number, shown.marked_text)
    return Response(picture, content_type="image/png", headers={"Cache-Control": "private, max-age=300"})


@blueprint.get("/files/<path:document>")
def file(document: str) -> Response:
    """The file itself, in the version that is indexed. Only PDF opens in the browser; the rest is saved."""
    with services().index.acquire() as index:
        shown = _shown_page(index, document)
        found = indexed_file(index.generation.manifest.documents_dir, shown.document)
    if found is None:
        raise NotFound
    is_pdf = shown.document.format == "pdf"
    return send_file(
        found,
        mimetype="application/pdf" if is_pdf else "application/octet-stream",
        as_attachment=not is_pdf,
        download_name=found.name,
    )


@blueprint.get("/api")
def api_page() -> str:
    """The API for people to read, from the same description that programs get."""
    description = current_app.api_doc  # type: ignore[attr-defined]
    return render_template("api.html", paths=description["paths"], schemas=description["components"]["schemas"])


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


def _shown_page(index: OpenIndex, path: str) -> ShownPage:
    number, passage = request.args.get("page", type=int), request.args.get("passage")
    shown = shown_page(index.generation.catalogue, path, number, passage)
    if shown is None:
        raise NotFound
    return shown


def _picture_file(index: OpenIndex, shown: ShownPage) -> Path | None:
    if shown.document.format != "pdf" or shown.page is None:
        return None
    return indexed_file(index.generation.manifest.documents_dir, shown.document)


def _stored(answer_id: str) -> StoredAnswer | None:
    document = services().answers.get(answer_id)
    return None if document is None else StoredAnswer.model_validate_json(document)


def _thread(answer_id: str | None) -> list[StoredAnswer]:
    """The answers that lead up to this one, and itself, oldest first; empty where it is not kept any more."""
    found: list[StoredAnswer] = []
    while answer_id and len(found) < _MOST_TURNS and (stored := _stored(answer_id)) is not None:
        found.insert(0, stored)
        answer_id = stored.follows
    return found


def _asked(form: MultiDict[str, str], thread: list[StoredAnswer]) -> dict[str, Any]:
    asked: dict[str, Any] = {"question": form.get("question", ""), "model": form.get("model") or "chat"}
    asked["history"] = [_turn(earlier.response) for earlier in thread]
    if form.get("threshold"):
        asked["threshold"] = form["threshold"]
    asked["documents"] = [glob.escape(path) for path in form.getlist("documents") if path]
    return asked


def _turn(response: schema.QueryResponse) -> dict[str, str]:
    return {"question": response.question, "answer": response.answer[: schema.LONGEST_PAST_ANSWER]}


def _keep(found: Answer, asked: schema.QueryRequest, follows: str | None) -> StoredAnswer:
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


def _shown(stored: StoredAnswer) -> dict[str, Any]:
    """What the template of a result shows."""
    records = _records()
    return {
        "stored": stored,
        "response": stored.response,
        "thread": _thread(stored.follows),
        "chosen": [record.path for record in records if glob.escape(record.path) in stored.asked.documents],
        "ocr": {(path, page.number) for path, page in _odd_pages() if page.status == "ocr"},
        "changed": _changed(stored.versions, records),
        "unreadable": [record for record in records if record.status != "indexed"],
    }


def _records() -> list[DocumentRecord]:
    """The documents of the open index; none while it is not open."""
    if not services().index.state().ready:
        return []
    with services().index.acquire() as index:
        return index.generation.catalogue.documents()


def _odd_pages() -> list[tuple[str, PageRecord]]:
    if not services().index.state().ready:
        return []
    with services().index.acquire() as index:
        return index.generation.catalogue.odd_pages()


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
