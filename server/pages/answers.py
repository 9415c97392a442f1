"""Asking and answering: the form, the answer as it comes, and the page of an answer that is kept."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from server.answering import notices
from server.answers import Answered, Mode, PassageScored, PassagesFound, PassagesKept, ReadingPlanned
from server.http import conversion, schema
from server.http.answer_records import StoredAnswer, statement_of
from server.http.event_stream import EVENT_STREAM, Sent, stream_answer
from server.http.kept_answers import changed_since, keep, required_answer, thread_of
from server.http.problems import problem_of
from server.http.services import document_records, odd_pages, services
from server.http.translation import interface_language
from server.pages.blueprint import blueprint
from server.pages.cited_pages import opened
from server.pages.collections import sent_elsewhere
from server.pages.rendering import AnswerContext, GrowingText
from server.pages.scopes import chosen_in, chosen_scopes, pattern_of, scopes_of
from server.pages.sharing import is_only_here, shared_url
from server.pages.suggestions import suggested
from server.pages.verdicts import REASONS
from storage.message_translation import told
from storage.messages import encoded
from storage.server_state.answers import MOST_HELD


def shown(stored: StoredAnswer) -> dict[str, Any]:
    """What the template of a result shows."""
    records = document_records()
    paths = [record.path for record in records if record.sha256]
    chosen = chosen_scopes(paths, stored.asked.documents)
    unstored = services().answers.unstored(stored.id)
    return {
        "stored": stored,
        "address": url_for("web.answer", answer_id=stored.id),
        "address_with": partial(url_for, "web.answer", answer_id=stored.id),
        "statements": [statement_of(stored.response, number + 1) for number in range(len(stored.response.sources))],
        "reasons": REASONS,
        "share_url": shared_url(url_for("web.answer", answer_id=stored.id)),
        "only_here": is_only_here(),
        "response": stored.response,
        "thread": thread_of(stored.follows).answers,
        "unstored": unstored and told(unstored, interface_language()).rstrip(".。"),
        "most_held": MOST_HELD,
        "chosen": chosen,
        "ocr": {(path, page.number) for path, page in odd_pages(_documents_of(stored)) if page.status == "ocr"},
        "changed": changed_since(stored, records),
        "asked": stored.asked.model_dump(),
        "offered": scopes_of(paths),
        **suggested(_to_go_on_with(stored, chosen), stored.response.question),
        "unreadable": [record for record in records if record.status != "indexed"],
    }


def _to_go_on_with(stored: StoredAnswer, chosen: Sequence[str]) -> list[str]:
    """The documents that more may be asked of: those the answer rests on, else those that were chosen."""
    sources = dict.fromkeys(passage.document for passage in stored.response.sources)
    return list(sources) or [scope for scope in chosen if not scope.endswith("/")]


def _documents_of(stored: StoredAnswer) -> set[str]:
    return {passage.document for passage in (*stored.response.sources, *stored.response.rejected)}


@blueprint.get("/")
def ask_page() -> str:
    """The form."""
    paths = _answering_paths()
    asked = {"question": request.args.get("q", "")[: schema.LONGEST_QUESTION]}
    chosen = chosen_in(paths, request.args.getlist("documents"))
    questions = suggested([each for each in chosen if not each.endswith("/")])
    return render_template("ask.html", asked=asked, chosen=chosen, offered=scopes_of(paths), **questions)


@blueprint.post("/ask")
def ask() -> BaseResponse:
    """Answer the form and lead to the answer's own page; a script gets the pieces of that page as they come."""
    if (elsewhere := sent_elsewhere(request.form)) is not None:
        return elsewhere
    thread = thread_of(request.form.get("follows"))
    asked = schema.QueryRequest.model_validate(_asked(request.form, thread.answers), strict=False)
    question = conversion.question_of(asked, services().settings)
    if request.accept_mimetypes.best == EVENT_STREAM:
        modes: tuple[Mode, ...] = ("chat", "reasoner") if question.mode == "both" else (question.mode,)
        modes = modes if services().language_model else ("chat",)
        presenter = PagePresenter(asked.question, modes, lambda answered: shown(keep(answered.answer, asked, thread)))
        return stream_answer(question, presenter)
    stored = keep(services().answering().answer(question, services().stopping), asked, thread)
    return redirect(url_for("web.answer", answer_id=stored.id, _anchor="asked" if stored.follows else None), 303)


@blueprint.get("/answers/<answer_id>")
def answer(answer_id: str) -> str:
    """An answer that was given, which of its documents have changed since, and with `?open=2` the page of a source."""
    stored = required_answer(answer_id)
    number, page, zoom = (request.args.get(name, type=int) for name in ("open", "page", "zoom"))
    sources, statement = stored.response.sources, statement_of(stored.response, number or 1)
    pane = opened(sources, number, statement, page, zoom or 1) if number else None
    return render_template("answer.html", pane=pane, **shown(stored))


def _answering_paths() -> list[str]:
    return [record.path for record in document_records() if record.sha256]


def _asked(form: MultiDict[str, str], thread: Sequence[StoredAnswer]) -> dict[str, Any]:
    asked: dict[str, Any] = {"question": form.get("question", ""), "model": form.get("model") or "chat"}
    asked["history"] = [_turn(earlier.response) for earlier in thread]
    if form.get("threshold"):
        asked["threshold"] = form["threshold"]
    asked["documents"] = [pattern_of(scope) for scope in form.getlist("documents") if scope]
    return asked


def _turn(response: schema.QueryResponse) -> dict[str, str]:
    return {"question": response.question, "answer": response.answer[: schema.LONGEST_PAST_ANSWER]}


class PagePresenter:
    """Pieces of the page. `keep` stores the answer and gives what its page shows, by the names of the template.

    `modes`: whose answers grow side by side. `question`: what is asked, as it was written.
    """

    def __init__(self, question: str, modes: Sequence[Mode], keep: Callable[[Answered], dict[str, Any]]) -> None:
        self._keep = keep
        self._asked_for = question
        self._modes = modes
        self._understood: str | None = None
        self._reasoning: dict[Mode, GrowingText] = defaultdict(GrowingText)
        self._context = AnswerContext()
        self._answers: dict[Mode, GrowingText] = defaultdict(lambda: GrowingText(context=self._context))

    def rewritten(self, question: str) -> Sent:
        """How the question was understood, shown at once and above the answer."""
        self._understood = self._asked_for = question
        return "rewritten", {"html": render_template("_understood.html", understood=question)}

    def planned(self, planned: ReadingPlanned) -> Sent:
        """What will be read, and what that costs, before it does."""
        return "planned", {
            "html": render_template("_planned.html", notice=encoded(notices.reads_whole(planned.reading)))
        }

    def passages(self, found: PassagesFound) -> Sent:
        """The evidence in the order of retrieval, and room for the answer."""
        shown = [conversion.passage_out(passage, encoded) for passage in found.passages]
        html = render_template(
            "_pending.html",
            passages=shown,
            modes=self._modes,
            understood=self._understood,
            asked_for=self._asked_for,
        )
        return "passages", {"html": html}

    def scored(self, scored: PassageScored) -> Sent:
        """The verdict of one card."""
        relevance = schema.Relevance(score=scored.judgement.score, reason=encoded(scored.judgement.reason))
        return "relevance", {"index": scored.index, "html": render_template("_verdict.html", relevance=relevance)}

    def kept(self, kept: PassagesKept) -> Sent:
        """The evidence in its final order, numbered as the answer cites it."""
        self._context = AnswerContext(len(kept.kept))
        shown = {
            "sources": [conversion.passage_out(passage, encoded) for passage in kept.kept],
            "rejected": [conversion.passage_out(passage, encoded) for passage in kept.rejected],
        }
        return "evidence", {"html": render_template("_kept.html", asked_for=self._asked_for, **shown)}

    def reasoning(self, delta: str, mode: Mode) -> Sent | None:
        """The blocks that changed."""
        return self._changed("reasoning", self._reasoning, delta, mode)

    def answer(self, delta: str, mode: Mode) -> Sent | None:
        """The blocks that changed, with citations as links to the cards."""
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
