"""What was asked before: the list of kept answers, what the documents did not say, and forgetting it all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from server.documents.ground import Loss
from server.http.answer_records import Summary, read_summary
from server.http.kept_answers import changed_documents
from server.http.services import answer_losses, document_records, services
from server.pages.blueprint import blueprint
from server.pages.verdicts import judged_answers, question_lines
from storage.words.terms import content_words

PAGE_LENGTH = 50
SHOWN = ("all", "unanswered", "lost", "good", "wrong")


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept answer in the list. `is_stale`: a document it rests on has changed; `lost`: what of it is gone."""

    id: str
    summary: Summary
    is_stale: bool
    lost: tuple[Loss, ...] = ()


@blueprint.get("/history")
def history() -> str:
    """The questions that were asked, the newest first, with search and filters."""
    entries = _entries()
    wanted, document = request.args.get("q", "").strip(), request.args.get("document", "")
    show = request.args.get("show", "all")
    show = show if show in SHOWN else "all"
    found = [each for each in entries if _matches(each.summary, wanted, document) and _is_shown(each, show)]
    if show == "lost":
        found.sort(key=lambda each: -len(each.lost))
    page = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "history.html",
        entries=found[(page - 1) * PAGE_LENGTH : page * PAGE_LENGTH],
        groups=unanswered_groups(found) if show == "unanswered" else None,
        found=len(found),
        kept=len(entries),
        counts={name: sum(_is_shown(each, name) for each in entries) for name in SHOWN},
        documents=sorted({path for each in entries for path in each.summary.sources}),
        wanted=wanted,
        chosen=document,
        show=show,
        page=page,
        has_more=page * PAGE_LENGTH < len(found),
    )


@blueprint.post("/history/delete")
def forget() -> BaseResponse:
    """Forget the answers that are named, or all of them."""
    services().answers.delete(None if request.form.get("all") else request.form.getlist("answer"))
    return redirect(url_for("web.history"), 303)


@blueprint.get("/history/delete")
def confirm_forgetting() -> str:
    """Ask whether all shall be forgotten."""
    return render_template("forget.html", kept=len(services().answers.newest()))


@blueprint.get("/history/questions.jsonl")
def judged_questions() -> Response:
    """The judged answers as a question set for `make eval`."""
    headers = {"Content-Disposition": 'attachment; filename="questions.jsonl"'}
    return Response(question_lines(judged_answers()), content_type="application/jsonl; charset=utf-8", headers=headers)


def unanswered_groups(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Entries whose questions ask for the same words, largest group first; in a group the newest first."""
    groups: list[tuple[frozenset[str], list[Entry]]] = []
    for entry in entries:
        words = _content_words(entry.summary.question)
        group = next((each for known, each in groups if _is_alike(known, words)), None)
        if group is None:
            groups.append((words, [entry]))
        else:
            group.append(entry)
    return sorted((each for _, each in groups), key=lambda each: -len(each))


def _entries() -> list[Entry]:
    now = {record.path: record.sha256 for record in document_records()}
    kept = services().answers.newest()
    summaries = ((each.id, read_summary(each.summary)) for each in kept)
    lost = answer_losses(kept)
    return [
        Entry(answer_id, summary, bool(changed_documents(summary.sources, now)), tuple(lost.get(answer_id, ())))
        for answer_id, summary in summaries
        if summary is not None
    ]


def _matches(summary: Summary, wanted: str, document: str) -> bool:
    if document and document not in summary.sources:
        return False
    text = f"{summary.question}\n{summary.answer}".casefold()
    return all(word in text for word in wanted.casefold().split())


def _is_shown(entry: Entry, show: str) -> bool:
    summary = entry.summary
    if show == "unanswered":
        return summary.refused
    if show == "lost":
        return bool(entry.lost)
    return show == "all" or (summary.verdict is not None and summary.verdict.verdict == show)


def _content_words(question: str) -> frozenset[str]:
    return frozenset(content_words(question)[:50])


def _is_alike(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two questions share at least half of all their words."""
    first, second = set(one), set(other)
    return 2 * len(first & second) >= len(first | second) > 0
