"""The questions that measure a folder: a page to accept, change and reject what `make questions` has proposed."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from server.http.problems import Problem, Refused
from server.http.schema import LONGEST_QUESTION
from server.http.services import services
from server.pages.blueprint import blueprint
from storage.private_files import may_be_written
from storage.server_state.own_questions import OwnQuestion, State, change_own_questions, read_own_questions

_DEEDS: dict[str, State] = {"accept": "accepted", "reject": "rejected"}
_SHOWN: tuple[State, ...] = ("proposed", "accepted", "rejected")
_LONGEST_ANSWER = 500


@blueprint.get("/questions")
def own_questions() -> str:
    """Those in one state, each with the passage that answers it."""
    everything = read_own_questions(services().index.index_dir)
    show = next((state for state in _SHOWN if state == request.args.get("show")), "proposed")
    return render_template(
        "questions.html",
        questions=[each for each in everything if each.state == show],
        counts={state: sum(each.state == state for each in everything) for state in _SHOWN},
        show=show,
        place=_address,
        alternatives=alternatives,
    )


@blueprint.post("/questions")
def settle_question() -> BaseResponse:
    """Accept one, as it is or with other words, or reject it; or accept all that are proposed."""
    deed, name = request.form.get("deed", ""), request.form.get("id", "")
    text = request.form.get("question", "").strip()[:LONGEST_QUESTION]
    answer = request.form.get("answer")
    if deed not in (*_DEEDS, "accept_all") or (deed == "accept" and not text):
        raise Refused(_NO_DEED)

    def changed(questions: Sequence[OwnQuestion]) -> list[OwnQuestion]:
        if deed == "accept_all":
            return [replace(each, state="accepted") if each.state == "proposed" else each for each in questions]
        if name not in {each.id for each in questions}:
            raise Refused(_NO_QUESTION)
        return [_settled(each, deed, text, answer) if each.id == name else each for each in questions]

    index_dir = services().index.index_dir
    if not may_be_written(index_dir):
        raise Refused(_ONLY_READ)
    change_own_questions(index_dir, changed)
    return redirect(url_for("web.own_questions", show=request.form.get("show") or None), 303)


def alternatives(question: OwnQuestion) -> str:
    """The ways in which an answer may say it, in the one field of the page."""
    return ", ".join(question.answers)


def _settled(question: OwnQuestion, deed: str, text: str, answer: str | None) -> OwnQuestion:
    if deed == "reject":
        return replace(question, state="rejected")
    answers = question.answers
    is_changed = answer is not None and answer.split() != alternatives(question).split()
    if answer is not None and is_changed and not question.unanswerable:
        answers = (answer.strip()[:_LONGEST_ANSWER],) if answer.strip() else ()
    return replace(question, state="accepted", question=text, answers=answers)


def _address(question: OwnQuestion) -> str:
    """The page of the document on which the quotation is marked."""
    page = question.pages[0] if question.pages else 1
    query = urlencode({"page": page, "find": " ".join(question.quote.split()[:8])})
    return f"{url_for('web.document', document=question.document)}?{query}"


_NO_DEED = Problem(
    422, "out_of_range", _l("Nothing is to be done"), _l("A question is accepted, with words, or rejected.")
)
_ONLY_READ = Problem(
    503,
    "only_read",
    _l("The questions cannot be changed here"),
    _l("This server only reads the folder of its index."),
    _l("Change them where the index is made."),
)
_NO_QUESTION = Problem(
    404, "not_found", _l("No such question"), _l("It was proposed anew or left out since; look again.")
)
