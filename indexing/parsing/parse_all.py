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
from indexing.readers import reader_for
from storage.formats import SUFFIXES
from storage.messages import message
from storage.records import ATTACHED, PageRecord
from storage.words.scripts import letters_of

KeepOcr = Callable[[str, str], None]

_MOST_TOO_SLOW = 2  # pages of a file on which OCR takes too long, before it is given up for that file


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

    With `limits.ocr`, pages without usable text and pictures that may hold text are recognised, a page a task;
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
    too_slow: int = 0


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
        elif again := _read_otherwise(task, answer, self.limits):
            self.pages.appendleft(again)
        elif "failure" in answer.content:
            yield ParseOutcome(task.path, None, failure_from_json(answer.content["failure"]), answer.seconds)
        else:
            document = document_from_json(answer.content["document"])
            pages = list(_pages_to_recognise(task.path, document))[: self.limits.ocr_pages] if self.limits.ocr else []
            self.pages.extend(pages)
            self.unfinished[task.path] = _Unfinished(document, answer.seconds, len(pages))
            yield from self._finish(task.path)

    def _take_page(self, path: Path, number: int, answer: ChildReply) -> Iterator[ParseOutcome]:
        unfinished = self.unfinished[path]
        unfinished.seconds += answer.seconds
        unfinished.waiting -= 1
        unfinished.document = _with_ocr_page(unfinished.document, number, answer.content)
        unfinished.too_slow += answer.content.get("failure", ("",))[0] == "timeout"
        if unfinished.too_slow >= _MOST_TOO_SLOW:  # such pages are alike: the others are reported as they are
            kept = deque(task for task in self.pages if task.path != path)
            unfinished.waiting -= len(self.pages) - len(kept)
            self.pages = kept
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


def _read_otherwise(task: ParseTask, answer: ChildReply, limits: ReadLimits) -> ParseTask | None:
    """The same file without the part that ended the process, or by another library; None: there is no other way."""
    category = answer.content.get("failure", ("",))[0]
    if category not in ("timeout", "memory", "crashed"):
        return None
    if not answer.part:  # PDFium died on the file itself: the second library has guards around all that it does
        is_pdf = task.path.suffix.lower() in SUFFIXES["pdf"]
        return (
            replace(task, without_pdfium=True) if category == "crashed" and is_pdf and not task.without_pdfium else None
        )
    if answer.is_file_limit or len(task.lost) >= limits.lost_parts:
        return None if task.stop is not None else replace(task, stop=answer.part)
    return replace(task, lost={**task.lost, answer.part: category})


def _pages_to_recognise(path: Path, document: ParsedDocument) -> Iterator[ParseTask]:
    """Pages without text and those whose pictures may say more, of the file and of files within it."""
    form = reader_for(path)
    within = {part.number: part for part in document.part_pages}
    is_office = form is not None and form.kind == "zip"  # their pages without text have no picture either
    attached = {page.number for page in document.pages if page.label and ATTACHED in page.label}
    wanted = {*document.pictures, *(() if is_office else document.pages_without_text), *within}
    for number in sorted(wanted):
        if number in within:
            yield ParseTask(path, number, within[number])
        elif form is not None and form.recognition and number not in attached:
            yield ParseTask(path, number)


def _with_ocr_page(document: ParsedDocument, number: int, content: dict[str, Any]) -> ParsedDocument:
    old = document.pages[number - 1]
    if old.status == "text":
        return _with_picture(document, old, content.get("ocr", {}).get("text", ""))
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


def _with_picture(document: ParsedDocument, page: PageRecord, text: str) -> ParsedDocument:
    """The page with what its picture says after its own text: lines that only repeat that are left out."""
    own = letters_of(page.text)
    lines = [line for line in text.split("\n") if not line.strip() or letters_of(line) not in own]
    added = "\n".join(lines).strip("\n")
    if not letters_of(added):
        return document
    new = replace(page, text=f"{page.text}\n\n{added}", status="ocr")
    return replace(document, pages=(*document.pages[: page.number - 1], new, *document.pages[page.number :]))


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
