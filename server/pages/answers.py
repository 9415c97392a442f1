"""Asking and answering: the form, the answer as it comes, the answers that are kept, and the page of each."""

import glob
import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from server.answering import notices
from server.answers import (
    Answer,
    Answered,
    Mode,
    PassageScored,
    PassagesFound,
    ReadingPlanned,
)
from server.http import conversion, schema
from server.http.event_stream import EVENT_STREAM, Sent, stream_answer
from server.http.problems import Problem, Refused, problem_of
from server.http.services import document_records, odd_pages, services
from server.http.translation import interface_language
from server.pages.blueprint import blueprint
from server.pages.rendering import GrowingText
from server.pages.template_helpers import literal
from storage.message_translation import told
from storage.messages import encoded, message
from storage.records import DocumentRecord
from storage.server_state.answers import MOST_HELD, AnswersUnreadable

logger = logging.getLogger(__name__)

_MOST_TURNS = 6


class StoredAnswer(BaseModel):
    """An answer as it is kept for its link. `versions`: the SHA-256 of each document it was answered from.

    Its sentences are encoded messages: each reader is told them in the language of the page.
    """

    id: str
    response: schema.QueryResponse
    asked: schema.QueryRequest
    answered_at: datetime
    versions: dict[str, str]
    follows: str | None = None
    """The answer that this question was a follow-up to."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The answers that a question follows, oldest first. `lost` says why they are not all of them, if so."""

    answers: tuple[StoredAnswer, ...] = ()
    lost: str | None = None


def stored_answer(answer_id: str) -> StoredAnswer | None:
    """The answer of this id; None where it is not kept any more. Raises `AnswersUnreadable`."""
    document = services().answers.get(answer_id)
    if document is None:
        return None
    try:
        return StoredAnswer.model_validate_json(document)
    except ValidationError:
        # Bytes were overwritten in the file, or another version of the program has written it.
        logger.warning("the kept answer %s cannot be read any more", answer_id)
        return None


def thread_of(answer_id: str | None) -> Thread:
    """The answers that lead up to this one, and itself."""
    found: list[StoredAnswer] = []
    while answer_id and len(found) < _MOST_TURNS:
        try:
            stored = stored_answer(answer_id)
        except AnswersUnreadable as error:
            return Thread(tuple(found), str(error))
        if stored is None:
            return Thread(tuple(found), message("it is not kept any more"))
        found.insert(0, stored)
        answer_id = stored.follows
    return Thread(tuple(found))


def keep(found: Answer, asked: schema.QueryRequest, thread: Thread) -> StoredAnswer:
    """Store an answer under an id of its own, with a notice where the answers before it could not be had."""
    if thread.lost and not thread.answers:
        note = notices.thread_lost(thread.lost)
        found = replace(found, notices=(*found.notices, note))
    response = conversion.query_response(found, g.request_id, encoded)
    stored = StoredAnswer(
        id=secrets.token_urlsafe(9),
        response=response,
        asked=asked.model_copy(update={"history": []}),
        answered_at=datetime.now(UTC),
        versions=_versions(response),
        follows=thread.answers[-1].id if thread.answers else None,
    )
    services().answers.put(stored.id, stored.model_dump_json())
    return stored


def shown(stored: StoredAnswer) -> dict[str, Any]:
    """What the template of a result shows."""
    records = document_records()
    unstored = services().answers.unstored(stored.id)
    return {
        "stored": stored,
        "response": stored.response,
        "thread": thread_of(stored.follows).answers,
        "unstored": unstored and told(unstored, interface_language()).rstrip(".。"),
        "most_held": MOST_HELD,
        "chosen": [record.path for record in records if glob.escape(record.path) in stored.asked.documents],
        "ocr": {(path, page.number) for path, page in odd_pages() if page.status == "ocr"},
        "changed": _changed(stored.versions, records),
        "unreadable": [record for record in records if record.status != "indexed"],
    }


def _versions(response: schema.QueryResponse) -> dict[str, str]:
    named = {passage.document for passage in (*response.sources, *response.rejected)}
    return {record.path: record.sha256 for record in document_records() if record.path in named}


def _changed(versions: dict[str, str], records: list[DocumentRecord]) -> set[str]:
    """Which documents are not what they were; none where nothing is known of them now."""
    now = {record.path: record.sha256 for record in records}
    return {path for path, version in versions.items() if now and now.get(path) != version}


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


class PagePresenter:
    """Pieces of the page. `keep` stores the answer and gives what its page shows, by the names of the template.

    `modes`: whose answers grow side by side.
    """

    def __init__(self, modes: Sequence[Mode], keep: Callable[[Answered], dict[str, Any]]) -> None:
        self._keep = keep
        self._modes = modes
        self._understood: str | None = None
        self._reasoning: dict[Mode, GrowingText] = defaultdict(GrowingText)
        self._answers: dict[Mode, GrowingText] = defaultdict(GrowingText)

    def rewritten(self, question: str) -> Sent:
        """How the question was understood, shown at once and above the answer."""
        self._understood = question
        return "rewritten", {"html": render_template("_understood.html", understood=question)}

    def planned(self, planned: ReadingPlanned) -> Sent:
        """What will be read, and what that costs, before it does."""
        return "planned", {
            "html": render_template("_planned.html", notice=encoded(notices.reads_whole(planned.reading)))
        }

    def passages(self, found: PassagesFound) -> Sent:
        """The evidence in the order of retrieval, and room for the answer."""
        shown = [conversion.passage_out(passage, encoded) for passage in found.passages]
        html = render_template("_pending.html", passages=shown, modes=self._modes, understood=self._understood)
        return "passages", {"html": html}

    def scored(self, scored: PassageScored) -> Sent:
        """The verdict of one card."""
        relevance = schema.Relevance(score=scored.judgement.score, reason=encoded(scored.judgement.reason))
        return "relevance", {"index": scored.index, "html": render_template("_verdict.html", relevance=relevance)}

    def reasoning(self, delta: str, mode: Mode) -> Sent | None:
        """The blocks that changed."""
        return self._changed("reasoning", self._reasoning, delta, mode)

    def answer(self, delta: str, mode: Mode) -> Sent | None:
        """The blocks that changed; citations become links when the whole is there and was checked."""
        return self._changed("answer", self._answers, delta, mode)

    def done(self, answered: Answered) -> Sent:
        """The whole result and its address."""
        shown = self._keep(answered)
        url = url_for("web.answer", answer_id=shown["stored"].id)
        return "done", {"url": url, "html": render_template("_result.html", **shown)}

    def error(self, error: Exception) -> Sent:
        """What happened and what to do."""
        return "error", {"html": render_template("_problem.html", problem=problem_of(error))}

    def _changed(self, event: str, texts: dict[Mode, GrowingText], delta: str, mode: Mode) -> Sent | None:
        column = mode if mode in self._modes else self._modes[0]
        changed = texts[column].add(delta)
        return (event, {"mode": column, **changed}) if changed else None
