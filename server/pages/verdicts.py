"""Good or wrong: what people say of answers, and the question set that `make eval` measures from it."""

import json
from collections.abc import Iterable

from flask import redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from server.documents.cited_sentence import cited_range
from server.http.answer_records import StoredAnswer, Verdict, read_summary, statement_of
from server.http.kept_answers import required_answer, store, stored_answer
from server.http.problems import Problem, Refused
from server.http.services import services
from server.pages.blueprint import blueprint

REASONS = {
    "statement": _l("It says something that is not so"),
    "incomplete": _l("Something is missing"),
    "source": _l("The cited passage does not say it"),
    "should_refuse": _l("The documents do not say it"),
    "refused": _l("The documents do say it"),
    "other": _l("Something else"),
}
_LONGEST = 500


@blueprint.post("/answers/<answer_id>/verdict")
def judge(answer_id: str) -> BaseResponse:
    """Keep what a person says of an answer, or take it back, and lead back to the answer."""
    stored = required_answer(answer_id)
    said, reason = request.form.get("verdict"), request.form.get("reason", "")
    if said not in ("good", "wrong", "none") or (reason and reason not in REASONS):
        raise Refused(_NO_VERDICT)
    verdict = None
    if said == "good":
        verdict = Verdict(verdict="good")
    elif said == "wrong":
        verdict = Verdict(verdict="wrong", reason=reason or "other", right=request.form.get("right", "")[:_LONGEST])
    store(stored.model_copy(update={"verdict": verdict}))
    return redirect(url_for("web.answer", answer_id=answer_id, _anchor="verdict"), 303)


def question_lines(answers: Iterable[StoredAnswer]) -> str:
    """The judged answers as JSON lines for `EVAL_QUESTIONS`."""
    lines = [line for stored in answers if (line := _line(stored)) is not None]
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)


def judged_answers() -> list[StoredAnswer]:
    """Every kept answer that somebody judged, oldest first. Raises `AnswersUnreadable`."""
    kept = [(each.id, read_summary(each.summary)) for each in reversed(services().answers.newest())]
    judged = [answer_id for answer_id, summary in kept if summary is not None and summary.verdict is not None]
    found = [stored for answer_id in judged if (stored := stored_answer(answer_id)) is not None]
    return [stored for stored in found if stored.verdict is not None]


def _line(stored: StoredAnswer) -> dict[str, object] | None:
    verdict, response = stored.verdict, stored.response
    asked: dict[str, object] = {"question": response.standalone_question or response.question}
    if verdict is None:
        return None
    if verdict.verdict == "good":
        return asked | ({"unanswerable": True} if response.refused else _place(stored))
    if verdict.reason == "should_refuse":
        return asked | {"unanswerable": True, "kind": "regression"}
    right = {"answers": [verdict.right]} if verdict.right else {}
    return asked | {"document": "*", "kind": "regression", "reason": verdict.reason} | right


def _place(stored: StoredAnswer) -> dict[str, object]:
    """The passage that a good answer rests on, by the sentence of it that counts."""
    source = stored.response.sources[0] if stored.response.sources else None
    if source is None:
        return {"document": "*"}
    sentence, _weight = cited_range(source.text, statement_of(stored.response, 1))
    quote = source.text[slice(*sentence)] if sentence else ""
    return {"document": source.document, "pages": source.pages, "quote": quote, "kind": "good"}


_NO_VERDICT = Problem(
    422, "out_of_range", _l("No such verdict"), _l("An answer is good or wrong, or nothing is said of it.")
)
