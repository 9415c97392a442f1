"""The two ways to tell of an answer in progress: as JSON for programs, as sanitised HTML for the page."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from flask import render_template, url_for

from server import conversion, schema
from server.answers import Answered, Mode, PassageScored, PassagesFound
from server.errors import problem_body
from server.problems import problem_of
from server.rendering import GrowingText
from server.streaming import Sent


class JsonPresenter:
    """The events of docs/api.md."""

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id

    def rewritten(self, question: str) -> Sent:
        """What is searched for instead."""
        return "rewritten", {"standalone_question": question}

    def passages(self, found: PassagesFound) -> Sent:
        """As retrieved."""
        shown = [conversion.passage_out(passage).model_dump() for passage in found.passages]
        return "passages", {"passages": shown}

    def scored(self, scored: PassageScored) -> Sent:
        """`index` is the passage's place in `passages`."""
        judgement = scored.judgement
        return "relevance", {"index": scored.index, "score": judgement.score, "reason": judgement.reason}

    def reasoning(self, delta: str, mode: Mode) -> Sent:
        """A further piece, and whose it is."""
        return "reasoning", {"delta": delta, "model": mode}

    def answer(self, delta: str, mode: Mode) -> Sent:
        """A further piece, and whose it is."""
        return "answer", {"delta": delta, "model": mode}

    def done(self, answered: Answered) -> Sent:
        """The response that would have been sent without a stream."""
        return "done", conversion.query_response(answered.answer, self._request_id).model_dump()

    def error(self, error: Exception) -> Sent:
        """The problem."""
        return "error", problem_body(problem_of(error))


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

    def passages(self, found: PassagesFound) -> Sent:
        """The evidence in the order of retrieval, and room for the answer."""
        shown = [conversion.passage_out(passage) for passage in found.passages]
        html = render_template("_pending.html", passages=shown, modes=self._modes, understood=self._understood)
        return "passages", {"html": html}

    def scored(self, scored: PassageScored) -> Sent:
        """The verdict of one card."""
        relevance = schema.Relevance(score=scored.judgement.score, reason=scored.judgement.reason)
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
