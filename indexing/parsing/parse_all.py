"""Reads many files in child processes; one that costs too much is named and costs no other file.

The processes are the business of `child_pool`; here is what is asked of them, and what becomes of their answers.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.parsing.child import document_from_json
from indexing.parsing.child_pool import Answer, ChildPool, Task
from indexing.readers import reader_for
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
    files: Iterable[Path], limits: ReadLimits, workers: int, *, keep_ocr: KeepOcr | None = None
) -> Iterator[ParseOutcome]:
    """One outcome for every file, in the order in which they finish; `files` is consumed as children become free.

    With `limits.ocr`, pages of PDFs without usable text are read from their pictures, each as a task of its own;
    `keep_ocr(key, text)` is called for each page so read, at once. Closing the iterator kills the children.
    """
    work = _Work(iter(files), limits, keep_ocr)
    with ChildPool(limits, max(1, workers)) as pool:
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
    pages: deque[Task] = field(default_factory=deque)
    unfinished: dict[Path, _Unfinished] = field(default_factory=dict)

    def next_task(self) -> Task | None:
        """Pages first: a document in hand is finished before the next is opened."""
        if self.pages:
            return self.pages.popleft()
        path = next(self.files, None)
        return None if path is None else Task(path)

    def take(self, task: Task, answer: Answer) -> Iterator[ParseOutcome]:
        """Files that are finished with this answer: none or one."""
        if task.page is not None:
            yield from self._take_page(task.path, task.page, answer)
        elif "failure" in answer.content:
            yield ParseOutcome(task.path, None, ParseFailure(*answer.content["failure"]), answer.seconds)
        else:
            document = document_from_json(answer.content["document"])
            pages = list(self._pages_to_recognise(task.path, document))[: self.limits.ocr_pages]
            self.pages.extend(pages)
            self.unfinished[task.path] = _Unfinished(document, answer.seconds, len(pages))
            yield from self._finish(task.path)

    def _pages_to_recognise(self, path: Path, document: ParsedDocument) -> Iterator[Task]:
        """Pages of the file itself without text, and such pages of files within it."""
        form = reader_for(path)
        if not self.limits.ocr:
            return
        within = {part.number: part for part in document.part_pages}
        for number in document.pages_without_text:
            if number in within:
                yield Task(path, number, within[number])
            elif form is not None and form.recognition:
                yield Task(path, number)

    def _take_page(self, path: Path, number: int, answer: Answer) -> Iterator[ParseOutcome]:
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


def _with_ocr_page(document: ParsedDocument, number: int, content: dict[str, Any]) -> ParsedDocument:
    old = document.pages[number - 1]
    if "failure" in content:
        new = replace(old, detail=f"{old.detail}; OCR: {content['failure'][1]}")
    elif not content["ocr"]["text"]:
        new = replace(old, detail=f"{old.detail}; OCR found none either")
    else:
        new = PageRecord(number, content["ocr"]["text"], "ocr", old.label)
    pages = (*document.pages[: number - 1], new, *document.pages[number:])
    headings = tuple(heading for heading in document.headings if heading.page != number)
    return replace(document, pages=pages, headings=headings)


def _no_text(document: ParsedDocument, limits: ReadLimits) -> ParseFailure:
    details = sorted({page.detail for page in document.pages if page.detail})
    reason = f" ({details[0]})" if details else ""
    if all(page.status == "failed" for page in document.pages):
        return ParseFailure("damaged", f"no page can be read{reason}; open and save it with its program, or replace it")
    remedy = "" if limits.ocr else ", or set OCR=auto"
    return ParseFailure("no_text", f"no page has text{reason}; provide a copy with a text layer{remedy}")
