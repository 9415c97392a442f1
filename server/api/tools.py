"""What agents can do with the documents: search, ask, list, read a page. Plain functions over the server's services.

Knows nothing of the protocol by which they are called, and nothing of Flask: they run outside of any request.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Literal, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, Field, ValidationError

from server import answers
from server.answers import Answered
from server.http import conversion, schema
from server.http.problems import Problem, Refused, bad_input, known_exceptions, problem_of, told_problem
from server.http.services import Answering, Services
from server.language import question_language
from storage.catalogue.catalogue import Catalogue
from storage.collections import split_address
from storage.message_translation import told
from storage.messages import message
from storage.place_names import place_names
from storage.records import DocumentRecord, PageRecord

T = TypeVar("T")

OPENING_SECONDS = 60.0
"""How long a call waits for an index that is being opened."""

_SECONDS_BETWEEN = 1.0
_NEAREST_SHOWN = 3
_MOST_LISTED = 200
_LONGEST_DOCUMENT = 200_000

Progress = Callable[[float, str], None]
"""Told how far a call has come: 0 to 1, and what happens."""


class ToolFailed(Exception):
    """A call failed; the message says why and what to do."""


class AskResult(schema.WrittenAnswer):
    """An answer with its evidence. [1] in the answer is sources[0]."""

    conflicts: list[schema.ConflictOut] = Field(description="Where sources answer differently.")
    nearest: list[schema.PassageOut] = Field(description="What came nearest, where the documents hold no answer.")
    standalone_question: str | None = Field(description="What was searched for, where it is not what was asked.")
    searched: schema.SearchedOut | None = Field(description="What was searched, where it is refused.")
    index: schema.IndexInfo


class ListedDocument(BaseModel):
    """One document of the index."""

    path: str
    title: str | None
    pages: int
    state: Literal["read", "read_in_part", "failed"]
    detail: str | None = Field(description="What is wrong and what to do.")
    url: str


class DocumentList(BaseModel):
    """Documents of the index, by path."""

    documents: list[ListedDocument]
    total: int = Field(description="How many there are, of which `documents` shows some.")
    next_offset: int | None = Field(description="The offset of those that follow; null: these are the last.")


class PageText(BaseModel):
    """What was read on one page."""

    document: str
    page: int
    pages: int = Field(description="How many the document has.")
    label: str | None = Field(description="The page's own name: a sheet, a heading, what is printed on it.")
    text: str
    remarks: list[str] = Field(description="How it was read: what was left out, guessed or doubtful.")
    stale: bool = Field(description="The file has changed since it was indexed.")
    url: str


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools over these services. Every method raises `ToolFailed`, and nothing else that is known.

    `base` is the address of the pages that people open, without a slash at its end.
    """

    services: Services
    base: str

    def search(self, question: str, k: int | None, documents: list[str], cancel: Event) -> schema.RetrieveResponse:
        """The passages nearest to a question, scored, best first."""

        def work() -> schema.RetrieveResponse:
            asked = schema.RetrieveRequest(question=question, k=k, documents=documents)
            count = asked.k or self.services.settings.retrieve_k
            found = self._answering().retrieve(asked.question, count, tuple(asked.documents), score=True, cancel=cancel)
            response = conversion.retrieve_response(found, question)
            return response.model_copy(update={"passages": [self._linked(each) for each in response.passages]})

        return _told_failure(work, question)

    def ask(
        self,
        question: str,
        documents: list[str],
        history: list[schema.Turn],
        model: schema.ModelName,
        cancel: Event,
        progress: Progress,
    ) -> AskResult:
        """The answer to a question. `progress` is told how far it is."""

        def work() -> AskResult:
            asked = schema.QueryRequest(question=question, documents=documents, history=history, model=model)
            steps = _Steps(progress)
            for event in self._answering().events(conversion.question_of(asked, self.services.settings), cancel):
                if isinstance(event, Answered):
                    return self._ask_result(event.answer)
                if self.services.stopping.is_set():
                    cancel.set()
                steps.tell(event)
            raise AssertionError("the last event is the answer")

        return _told_failure(work, question)

    def list_documents(self, contains: str, offset: int) -> DocumentList:
        """Documents whose path or title contains these words, in any case; "" for all."""

        def work() -> DocumentList:
            self._wait_for_index()
            wanted = contains.casefold()
            with self.services.index.acquire() as index:
                records = index.generation.catalogue.documents()
            found = [each for each in records if wanted in f"{each.path}\n{each.title or ''}".casefold()]
            shown = found[offset : offset + _MOST_LISTED]
            following = offset + len(shown)
            return DocumentList(
                documents=[self._listed(record) for record in shown],
                total=len(found),
                next_offset=following if following < len(found) else None,
            )

        return _told_failure(work)

    def read_page(self, document: str, page: int) -> PageText:
        """The text of one page of a document."""

        def work() -> PageText:
            self._wait_for_index()
            with self.services.index.acquire() as index:
                catalogue, folder = index.generation.catalogue, index.generation.manifest.documents_dir
                record = _known(catalogue, document)
                found = catalogue.page(document, page)
                if found is None:
                    raise Refused(_no_page(record, page))
                is_stale = self.services.files.find(folder, record) is None
            remarks = [*filter(None, [found.detail]), *found.remarks]
            return PageText(
                document=document,
                page=page,
                pages=record.pages,
                label=found.label,
                text=found.text,
                remarks=[told(remark, "en") for remark in remarks],
                stale=is_stale,
                url=f"{self.base}/documents/{quote(document)}?page={page}",
            )

        return _told_failure(work)

    def page_picture(self, document: str, page: int) -> bytes | None:
        """The same page as PNG; None where it has no picture: it is no PDF, or its file has changed."""

        def work() -> bytes | None:
            with self.services.index.acquire() as index:
                record = _known(index.generation.catalogue, document)
                file = self.services.files.find(index.generation.manifest.documents_dir, record)
            if record.format != "pdf" or file is None:
                return None
            return self.services.pictures.picture(file, record.sha256, page, "")

        return _told_failure(work)

    def document_text(self, document: str) -> str:
        """All pages of a document, each under its name; a long one ends with how to read on."""

        def work() -> str:
            self._wait_for_index()
            with self.services.index.acquire() as index:
                _known(index.generation.catalogue, document)
                pages = index.generation.catalogue.pages(document)
            parts: list[str] = []
            room = _LONGEST_DOCUMENT
            for page in pages:
                part = f"## {_page_name(document, page)}\n\n{page.text}"
                if (room := room - len(part)) < 0:
                    parts.append(f"(The document goes on: read_page, page {page.number} of {len(pages)}.)")
                    break
                parts.append(part)
            return "\n\n".join(parts)

        return _told_failure(work)

    def _answering(self) -> Answering:
        self._wait_for_index()
        return self.services.answering()

    def _wait_for_index(self) -> None:
        """An agent's first call comes while the index is still being opened."""
        self.services.index.wait_until_opened(OPENING_SECONDS)

    def _ask_result(self, answer: answers.Answer) -> AskResult:
        response = conversion.query_response(answer, "")
        written = {name: getattr(response, name) for name in schema.WrittenAnswer.model_fields}
        written["sources"] = [self._linked(passage) for passage in response.sources]
        nearest = response.rejected[:_NEAREST_SHOWN] if response.refused else []
        return AskResult(
            **written,
            conflicts=response.conflicts,
            nearest=[self._linked(passage) for passage in nearest],
            standalone_question=response.standalone_question,
            searched=response.searched,
            index=response.index,
        )

    def _linked(self, passage: schema.PassageOut) -> schema.PassageOut:
        """The passage with an address that can be opened from anywhere."""
        return passage.model_copy(update={"url": self.base + split_address(passage.url)[1]})

    def _listed(self, record: DocumentRecord) -> ListedDocument:
        shown = conversion.document_out(record)
        return ListedDocument(
            path=shown.path,
            title=shown.title,
            pages=shown.pages,
            state=shown.state,
            detail=shown.detail and told(shown.detail, "en"),
            url=f"{self.base}/documents/{quote(record.path)}",
        )


@dataclass(slots=True)
class _Steps:
    """Turns what happens to a question into a share of its way."""

    progress: Progress
    found: int = 0
    scored: int = 0
    share: float = 0.5
    told_at: float = 0.0

    def tell(self, event: answers.Event) -> None:
        """Retrieving is the first tenth, scoring the next four; writing is the rest, whose length nobody knows."""
        match event:
            case answers.PassagesFound(passages=passages):
                self.found = count = len(passages)
                self.progress(0.1, f"{count} passages found")
            case answers.PassageScored():
                self.scored += 1
                self.progress(0.1 + 0.4 * self.scored / max(1, self.found), "judging the passages")
            case answers.PassagesKept(kept=kept):
                self.progress(0.5, f"answering from {len(kept)} passages")
            case answers.ReadingPlanned(reading=reading):
                self.progress(0.05, f"reading {reading.pages} pages of {len(reading.documents)} documents")
            case answers.AnswerDelta() | answers.ReasoningDelta() | answers.Heartbeat():
                self._tell_still_working()

    def _tell_still_working(self) -> None:
        """Once a second, so that nobody takes it for dead, and a caller who has left is noticed."""
        if time.monotonic() - self.told_at >= _SECONDS_BETWEEN and self.scored == self.found:
            self.told_at = time.monotonic()
            self.share += (1 - self.share) / 20
            self.progress(self.share, "writing")


def _known(catalogue: Catalogue, path: str) -> DocumentRecord:
    if (record := catalogue.document(path)) is None:
        raise Refused(_NO_DOCUMENT)
    return record


def _page_name(document: str, page: PageRecord) -> str:
    return told(place_names(document, [page.number], [page.label or ""])[0], "en")


def _no_page(record: DocumentRecord, page: int) -> Problem:
    text = message("the document has {pages} pages; there is no page {page}", pages=record.pages, page=page)
    return Problem(404, "not_found", "", text)


_NO_DOCUMENT = Problem(
    404,
    "no_such_document",
    "",
    message("The index has no document of this path."),
    message("Take the path from list_documents or from a passage."),
)


def _told_failure(work: Callable[[], T], question: str = "") -> T:
    """What the work gives; what it raises becomes a `ToolFailed` with the sentence that callers are told."""
    try:
        return work()
    except ValidationError as error:
        problem = bad_input(error).problem
    except known_exceptions() as error:
        problem = problem_of(error)
    raise ToolFailed(told_problem(problem, question_language(question) if question else "en"))
