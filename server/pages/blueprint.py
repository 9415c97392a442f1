"""What all pages share: their blueprint, what is shown around their content, language and theme, the API for people."""

from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from server.documents.reindexing import JobState
from server.http.condition import model_notices, open_index_status, readiness, stores_notices
from server.http.scopes import may
from server.http.services import collection, document_records, documents_dir, documents_problem, services
from server.http.translation import COOKIE as LANGUAGE_COOKIE
from server.http.translation import LANGUAGES, interface_language
from server.pages import template_helpers
from server.pages.addresses import local_address
from server.pages.collections import offered_collections
from storage.version import version

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")

blueprint = Blueprint("web", __name__)


@blueprint.app_context_processor
def page_context() -> dict[str, Any]:
    """What every page shows around its content."""
    return {
        **template_helpers.HELPERS,
        "index": open_index_status(),
        "index_state": readiness(),
        "model_notices": model_notices,
        "documents_problem": documents_problem,
        "documents_dir": documents_dir,
        "documents_known": _documents_known,
        "stores_notices": stores_notices,
        "language_model": services().language_model,
        "settings": services().settings,
        "collection": collection(),
        "collections": offered_collections(),
        "can_reindex": services().reindexing is not None,
        "is_indexing": _is_indexing,
        "has_just_indexed": _has_just_indexed,
        "job_now": _job_now,
        "may": may,
        "signed_in_as": g.get("token_name"),
        "version": version(),
        "language": interface_language(),
        "languages": LANGUAGES,
        "theme": _theme(),
    }


def _theme() -> str:
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def _documents_known() -> int:
    """How many documents the open index knows, with those that could not be read."""
    return len(document_records())


def _job_now() -> JobState | None:
    reindexing = services().reindexing
    return reindexing.state() if reindexing else None


def _has_just_indexed() -> bool:
    """Whether the last run ended with an index, for some documents at least."""
    job = _job_now()
    return job is not None and not job.is_running and job.exit_code in (0, 1)


def _is_indexing() -> bool:
    job = _job_now()
    return job is not None and job.is_running


_COOKIE_SECONDS = 365 * 24 * 3600


@blueprint.get("/api")
def api_page() -> str:
    """The API for people to read, from the same description that programs get."""
    description = current_app.api_doc  # type: ignore[attr-defined]
    return render_template("api.html", paths=description["paths"], schemas=description["components"]["schemas"])


@blueprint.get("/preferences")
def preferences() -> BaseResponse:
    """Remember the language and the theme, and go back to the page."""
    response = redirect(local_address(request.args.get("next", url_for("web.ask_page"))), 303)
    language, theme = request.args.get("language"), request.args.get("theme")
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, str(language), max_age=_COOKIE_SECONDS, httponly=True, samesite="Lax")
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, str(theme), max_age=_COOKIE_SECONDS, httponly=True, samesite="Lax")
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it whatever the page says."""
    return Response(status=204)
