"""Keeping the index current from the page: the plan of the next run, starting it, watching it."""

from pathlib import Path

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from server.index_holder import IndexNotReady
from server.problems import Problem, Refused
from server.reachability import DocumentsUnreachable, why_unreachable
from server.reindexing import NoPlan, Reindexing
from server.services import services

blueprint = Blueprint("upkeep", __name__)


@blueprint.post("/reindex")
def start() -> BaseResponse:
    """Start the indexing job and lead back to the documents."""
    if not _reindexing().start(documents_dir(), allow_removals=bool(request.form.get("allow_removals"))):
        raise Refused(_RUNNING)
    return redirect(url_for("web.documents") + "#upkeep", 303)


@blueprint.get("/reindex")
def progress() -> str:
    """How the job gets on: the piece of the page that shows it."""
    return render_template("_job.html", job=_reindexing().state())


@blueprint.get("/reindex/plan")
def plan() -> str:
    """What the next run would do."""
    try:
        lines, problem = _reindexing().plan(documents_dir()), ""
    except NoPlan as error:
        lines, problem = (), str(error)
    return render_template("plan.html", lines=lines, problem=problem)


def _reindexing() -> Reindexing:
    reindexing = services().reindexing
    if reindexing is None:
        raise Refused(_NOT_HERE)
    return reindexing


def documents_dir() -> Path:
    """The folder the index was made from; the settings' where there is none yet."""
    try:
        with services().index.acquire() as index:
            return Path(index.generation.manifest.documents_dir)
    except IndexNotReady:
        return services().settings.documents_dir


def documents_problem() -> str | None:
    """Why the documents of the open index cannot be reached; None where they can, or while no index is open."""
    try:
        with services().index.acquire() as index:
            return why_unreachable(index.generation)
    except IndexNotReady:
        return None


def require_documents() -> None:
    """Raises `DocumentsUnreachable` where the documents of the open index cannot be reached."""
    if (reason := documents_problem()) is not None:
        raise DocumentsUnreachable(reason)


_RUNNING = Problem(
    409,
    "already_indexing",
    _l("Already indexing"),
    _l("A run is going on already."),
    _l("Wait until it has ended; the Documents page shows how it gets on."),
)
_NOT_HERE = Problem(
    403,
    "indexing_not_offered",
    _l("Not from here"),
    _l("This server can be reached under other names without a token, so it does not start the indexing job."),
    _l("Set API_TOKENS, or run make index."),
)
