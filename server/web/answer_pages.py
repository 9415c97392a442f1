"""Asking and answering: the form, the answer as it comes, and its own page."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from server import conversion, schema
from server.answers import Mode
from server.presentation import literal
from server.presenters import PagePresenter
from server.problems import Problem, Refused
from server.services import services
from server.streaming import EVENT_STREAM, stream_answer
from server.web.blueprint import blueprint
from server.web.catalogue_views import document_records
from server.web.stored_answers import StoredAnswer, keep, shown, stored_answer, thread_of


@blueprint.get("/")
def ask_page() -> str:
    """The form."""
    asked = {"question": request.args.get("q", "")[: schema.LONGEST_QUESTION]}
    return render_template("ask.html", asked=asked, paths=_answering_paths())


@blueprint.post("/ask")
def ask() -> BaseResponse:
    """Answer the form and lead to the answer's own page; a script gets the pieces of that page as they come."""
    thread = thread_of(request.form.get("follows"))
    asked = schema.QueryRequest.model_validate(_asked(request.form, thread.answers), strict=False)
    question = conversion.question_of(asked, services().settings)
    if request.accept_mimetypes.best == EVENT_STREAM:
        modes: tuple[Mode, ...] = ("chat", "reasoner") if question.mode == "both" else (question.mode,)
        modes = modes if services().language_model else ("chat",)
        presenter = PagePresenter(modes, lambda answered: shown(keep(answered.answer, asked, thread)))
        return stream_answer(question, presenter)
    stored = keep(services().answering().answer(question, services().stopping), asked, thread)
    return redirect(url_for("web.answer", answer_id=stored.id), 303)


@blueprint.get("/answers/<answer_id>")
def answer(answer_id: str) -> str:
    """An answer that was given, and which of its documents have changed since."""
    stored = stored_answer(answer_id)
    if stored is None:
        raise Refused(_NO_ANSWER)
    return render_template("answer.html", asked=stored.asked.model_dump(), paths=_answering_paths(), **shown(stored))


def _answering_paths() -> list[str]:
    return [record.path for record in document_records() if record.sha256]


def _asked(form: MultiDict[str, str], thread: Sequence[StoredAnswer]) -> dict[str, Any]:
    asked: dict[str, Any] = {"question": form.get("question", ""), "model": form.get("model") or "chat"}
    asked["history"] = [_turn(earlier.response) for earlier in thread]
    if form.get("threshold"):
        asked["threshold"] = form["threshold"]
    asked["documents"] = [literal(path) for path in form.getlist("documents") if path]
    return asked


def _turn(response: schema.QueryResponse) -> dict[str, str]:
    return {"question": response.question, "answer": response.answer[: schema.LONGEST_PAST_ANSWER]}


_NO_ANSWER = Problem(
    404,
    "no_such_answer",
    _l("This answer is not kept any more"),
    _l("Only the newest answers are kept."),
    _l("Ask again."),
)
