"""The indexing job on the Documents page: the plan of the next run, starting it, and how it gets on.

Apart from `uploads`, for it is offered where uploads are not: a blueprint with its own permission.
"""

from typing import get_args

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from server.documents.reindexing import Again, NoPlan, Reindexing
from server.http.problems import Problem, Refused
from server.http.services import documents_dir, known_documents, services

blueprint = Blueprint("indexing", __name__)


@blueprint.post("/reindex")
def start() -> BaseResponse:
    """Start the indexing job, perhaps for what could not be read, and lead back to the documents.

    `retry` names failed ones that alone are read once more.
    """
    named, allow_removals = set(request.form.getlist("retry")), bool(request.form.get("allow_removals"))
    retry = [each.path for each in known_documents() if each.status != "indexed" and each.path in named]
    again = next((each for each in get_args(Again) if each == request.form.get("again")), None)
    if not _reindexing().start(documents_dir(), allow_removals=allow_removals, again=again, retry=retry):
        raise Refused(_RUNNING)
    back = url_for("web.document", document=retry[0]) if len(retry) == 1 else url_for("web.documents")
    return redirect(f"{back}#indexing", 303)


@blueprint.post("/reindex/cancel")
def cancel() -> BaseResponse:
    """End the run that this server has started, and lead back to the documents."""
    _reindexing().cancel()
    return redirect(url_for("web.documents") + "#indexing", 303)


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
        raise Refused(_ONLY_READ if services().settings.may_reindex else _NOT_HERE)
    return reindexing


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
_ONLY_READ = Problem(
    403,
    "indexing_not_offered",
    _l("Not from here"),
    _l("This server only reads the folder of its index."),
    _l("Run make index where that can be written."),
)
