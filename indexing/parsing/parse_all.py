"""Reads many files in child processes; one that costs too much is named and costs no other file.

The processes are the business of `child_pool`; here is what is asked of them, and what becomes of their answers.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.parsing.child import document_from_json, failure_from_json
from indexing.parsing.child_pool import ChildPool, ChildReply, OnPart, ParseTask
from storage.messages import message
from storage.records import PageRecord

KeepOcr = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class ParseOutcome:
    """What became of one file: a document or a failure, never both."""

    path: Path
    document: ParsedDocument | None
    failure: ParseFailure | None
    seconds: float


def parse_all(
    files: Iterable[Path],
    limits: ReadLimits,
    workers: int,
    *,
    keep_ocr: KeepOcr | None = None,
    on_part: OnPart | None = None,
) -> Iterator[ParseOutcome]:
    """One outcome for every file, in the order in which they finish; `files` is consumed as children become free.

    With `limits.ocr`, pages of PDFs without usable text are read from their pictures, each as a task of its own;
    `keep_ocr(key, text)` is called for each page so read, at once. `on_part` is told which part of a file is being
    read. Closing the iterator kills the children.
    """
    work = _Work(iter(files), limits, keep_ocr)
    with ChildPool(limits, max(1, workers), on_part) as pool:
        while pool.assign(work.next_task):
            for task, answer in pool.finished():
                yield from work.take(task, answer)


@dataclass(slots=True)
class _Unfinished:
    """A document whose pages are being read by OCR."""

    document: ParsedDocument
    seconds: float
    waiting: int


@dataclass(slots=True)
class _Work:
    """What is to be done, and the documents that wait for pages."""

    files: Iterator[Path]
    limits: ReadLimits
    keep_ocr: KeepOcr | None
    pages: deque[ParseTask] = field(default_factory=deque)
    unfinished: dict[Path, _Unfinished] = field(default_factory=dict)

    def next_task(self) -> ParseTask | None:
        """Pages first: a document in hand is finished before the next is opened."""
        if self.pages:
            return self.pages.popleft()
        path = next(self.files, None)
        return None if path is None else ParseTask(path)

    def take(self, task: ParseTask, answer: ChildReply) -> Iterator[ParseOutcome]:
        """Files that are finished with this answer: none or one."""
        if task.page is not None:
            yield from self._take_page(task.path, task.page, answer)
        elif again := _without_lost_part(task, answer, self.limits):
            self.pages.appendleft(again)
        elif "failure" in answer.content:
            yield ParseOutcome(task.path, None, failure_from_json(answer.content["failure"]), answer.seconds)
        else:
            document = document_from_json(answer.content["document"])
            pages = document.pages_without_text[: self.limits.ocr_pages] if self._may_ocr(task.path) else ()
            self.pages.extend(ParseTask(task.path, page) for page in pages)
            self.unfinished[task.path] = _Unfinished(document, answer.seconds, len(pages))
            yield from self._finish(task.path)

    def _may_ocr(self, path: Path) -> bool:
        return self.limits.ocr and path.suffix.lower() == ".pdf"

    def _take_page(self, path: Path, number: int, answer: ChildReply) -> Iterator[ParseOutcome]:
        unfinished = self.unfinished[path]
        unfinished.seconds += answer.seconds
        unfinished.waiting -= 1
        unfinished.document = _with_ocr_page(unfinished.document, number, answer.content)
        if self.keep_ocr is not None and (page := answer.content.get("ocr")) and page["is_new"]:
            self.keep_ocr(page["key"], page["text"])
        yield from self._finish(path)

    def _finish(self, path: Path) -> Iterator[ParseOutcome]:
        if self.unfinished[path].waiting:
            return
        done = self.unfinished.pop(path)
        if any(page.text for page in done.document.pages):
            yield ParseOutcome(path, done.document, None, done.seconds)
        else:
            yield ParseOutcome(path, None, _no_text(done.document, self.limits), done.seconds)


def _without_lost_part(task: ParseTask, answer: ChildReply, limits: ReadLimits) -> ParseTask | None:
    """The same file without the part that ended the process; None: there is none, or the file is not worth it."""
    category = answer.content.get("failure", ("",))[0]
    if not answer.part or category not in ("timeout", "memory", "crashed"):
        return None
    if answer.is_file_limit or len(task.lost) >= limits.lost_parts:
        return None if task.stop is not None else replace(task, stop=answer.part)
    return replace(task, lost={**task.lost, answer.part: category})


def _with_ocr_page(document: ParsedDocument, number: int, content: dict[str, Any]) -> ParsedDocument:
    old = document.pages[number - 1]
    if "failure" in content:
        detail = failure_from_json(content["failure"]).detail
        new = replace(old, detail=message("{before}; OCR: {detail}", before=old.detail, detail=detail))
    elif not content["ocr"]["text"]:
        new = replace(old, detail=message("{before}; OCR found none either", before=old.detail))
    else:
        new = PageRecord(number, content["ocr"]["text"], "ocr", old.label)
    pages = (*document.pages[: number - 1], new, *document.pages[number:])
    headings = tuple(heading for heading in document.headings if heading.page != number)
    return replace(document, pages=pages, headings=headings)


def _no_text(document: ParsedDocument, limits: ReadLimits) -> ParseFailure:
    details = sorted({page.detail for page in document.pages if page.detail})
    reason = details[0] if details else None
    if all(page.status == "failed" for page in document.pages):
        return ParseFailure("damaged", _no_page_can_be_read(reason))
    return ParseFailure("no_text", _no_page_has_text(reason, may_be_set=not limits.ocr))


def _no_page_can_be_read(reason: str | None) -> str:
    if reason is None:
        return message("no page can be read; open and save it with its program, or replace it")
    return message("no page can be read ({reason}); open and save it with its program, or replace it", reason=reason)


def _no_page_has_text(reason: str | None, *, may_be_set: bool) -> str:
    remedy = (
        message("provide a copy with a text layer, or set OCR=auto")
        if may_be_set
        else message("provide a copy with a text layer")
    )
    if reason is None:
        return message("no page has text; {remedy}", remedy=remedy)
    return message("no page has text ({reason}); {remedy}", reason=reason, remedy=remedy)
