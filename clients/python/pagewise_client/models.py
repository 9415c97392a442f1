"""What the server sends and gets.

Made from the OpenAPI document by `make client`; not to be changed by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class AnswersResponse:
    """Those that have lost most first, then the newest first."""

    answers: list[KeptAnswer]


@dataclass(frozen=True, kw_only=True)
class BestPlace:
    """The passage that says most of a word."""

    document: str
    pages: list[int]
    # Its id.
    passage: str
    # The passage on its page, for people.
    url: str


@dataclass(frozen=True, kw_only=True)
class Checks:
    """What could not be verified in the answer."""

    # Citations of no kept passage; they were removed.
    unknown_citations: int = 0
    # Numbers and quotations not found where cited.
    unsupported: list[str] = field(default_factory=list)
    # Sums and differences of cited numbers: "1,140 + 1,315 = 2,455".
    computed: list[str] = field(default_factory=list)
    # Numbers that the cited passages bear out.
    numbers_found: int = 0
    # Quotations that the cited passages bear out.
    quotations_found: int = 0


@dataclass(frozen=True, kw_only=True)
class Collection:
    """One of several folders that are served side by side."""

    name: str
    # The address of its pages; its API is below /api/collections/NAME/.
    url: str
    # Whether it is the one that is meant where none is named.
    default: bool
    # Whether its index is open.
    ready: bool


@dataclass(frozen=True, kw_only=True)
class CollectionsResponse:
    """The collections that the caller may read; none where there is one folder without a name."""

    collections: list[Collection]


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Sources that answer differently."""

    statements: list[Statement]
    # The number of the source whose document is newest; null: not known.
    newer: int | None
    # What tells which one is newer: what documents say, their dates, versions, or files' times.
    newer_by: Literal["superseded", "date", "version", "file time"] | None


@dataclass(frozen=True, kw_only=True)
class DeleteResponse:
    """The document is gone from the folder and answers no more."""

    path: str
    # What to do so that it leaves the index too.
    next: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """One file of the documents folder as the index knows it."""

    path: str
    status: Literal["indexed", "failed", "stale"]
    category: str | None
    # What is wrong and what to do.
    detail: str | None
    pages: int
    pages_without_text: list[int]
    chunks: int
    bytes: int
    sha256: str
    indexed_at: str | None
    title: str | None = None
    format: str = ""
    # How much of the file as it is on disk answers.
    state: Literal["read", "read_in_part", "failed"] = "read"
    # How single pages were read: what was left out, guessed or doubtful.
    remarks: list[PageRemark] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class DocumentsResponse:
    """Every document the index knows, problems included."""

    documents: list[Document]
    index: IndexInfo
    # null: the index is older than this account.
    folder: Folder | None = None


@dataclass(frozen=True, kw_only=True)
class Folder:
    """Every file of the documents folder as the last run saw it, in exactly one of the numbers."""

    files: int
    read: int
    read_in_part: int
    failed: int
    # Of kinds that are not read.
    other_kind: int
    # Excluded by .pagewiseignore.
    ignored: int
    hidden: int
    seen_at: str
    # At most 1,000; the numbers are whole.
    left_out: list[LeftOutFile]


@dataclass(frozen=True, kw_only=True)
class Health:
    """Alive or ready."""

    status: str = "ok"
    # What is wrong although it answers.
    notice: str | None = None


@dataclass(frozen=True, kw_only=True)
class IndexInfo:
    """The generation of the index that answered."""

    generation: str
    embed_model: str


@dataclass(frozen=True, kw_only=True)
class IndexStatus:
    """What the open index holds."""

    generation: str
    documents: int
    pages: int
    chunks: int
    embed_model: str
    # The small packaged model stands in for the one asked for.
    fallback: bool
    published_at: str


@dataclass(frozen=True, kw_only=True)
class KeptAnswer:
    """An answer given on the page."""

    id: str
    question: str
    answered_at: str
    state: Literal["holds", "lost", "refused"]
    lost: list[Loss]
    url: str


@dataclass(frozen=True, kw_only=True)
class LeftOutFile:
    """A file that is no document, or a folder of such files; its path ends with a slash then."""

    path: str
    reason: Literal["kind", "ignored", "hidden"]
    files: int


@dataclass(frozen=True, kw_only=True)
class Loss:
    """Something an answer rests on that is not there any more."""

    document: str
    reason: Literal["document_gone", "sentence_gone"]
    # What stood there.
    sentence: str


@dataclass(frozen=True, kw_only=True)
class PageRemark:
    """What a person should know of how a page was read."""

    page: int
    remark: str


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A passage of a document, where it stands, and what it is worth for the question."""

    id: str
    document: str
    pages: list[int]
    text: str
    retrieval_score: float
    relevance: Relevance
    # The file has changed since it was indexed.
    stale: bool
    # The passage on its page, for people.
    url: str
    # Names of the pages where they have some: sheets, slides, what is printed on a PDF's page.
    labels: list[str] = field(default_factory=list)
    # How its pages were read: what was left out, guessed or doubtful.
    remarks: list[str] = field(default_factory=list)
    # Other documents in which the same text stands.
    also_in: list[Place] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A document and pages."""

    document: str
    pages: list[int]


@dataclass(frozen=True, kw_only=True)
class QueryResponse:
    """An answer with its evidence. [1] in the answer is sources[0]."""

    answer: str
    refused: bool
    complete: bool
    reason: str | None
    mode: Literal["llm", "extractive"]
    model: str | None
    reasoning: str | None
    sources: list[Passage]
    checks: Checks
    notices: list[str]
    usage: dict[str, dict[str, Any]]
    timings_ms: dict[str, float]
    question: str
    rejected: list[Passage]
    relevance: Scoring
    index: IndexInfo
    request_id: str
    # What was searched for and answered, where the question had to be rewritten.
    standalone_question: str | None = None
    # The question in the documents' languages, where they are not its own; or together with the one before, where
    # it may go on with it; or in the documents' words, where only these were answered.
    also_searched_as: list[str] = field(default_factory=list)
    # The reasoner's answer with "model": "both".
    second: SecondAnswer | None = None
    # What was read where the question is about whole documents.
    whole_reading: WholeReading | None = None
    # Where sources answer differently.
    conflicts: list[Conflict] = field(default_factory=list)
    # What was searched, where an answer is refused.
    searched: Searched | None = None


@dataclass(frozen=True, kw_only=True)
class Relevance:
    """How much a passage says about the question."""

    # null: not scored.
    score: int | None = None
    reason: str = ""
    kept: bool = False


@dataclass(frozen=True, kw_only=True)
class RetrieveResponse:
    """Passages, best first."""

    passages: list[Passage]
    index: IndexInfo
    timings_ms: dict[str, float]
    # Files of passages that were left out.
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """Who scored, against which threshold, and how many."""

    scorer: Literal["llm", "local"]
    threshold: int
    scored: int
    unscored: int


@dataclass(frozen=True, kw_only=True)
class Searched:
    """What was searched for a question that is refused, and what was not."""

    documents: int
    pages: int
    passages: int
    # The question as it was understood, then its translations, each with what its words found.
    wordings: list[WordingSearched]
    # What share of the passages is in which language, 0 to 1.
    languages: dict[str, float]
    # Files that could not be read, at most 20.
    unread: list[str]
    # How many there are.
    unread_files: int
    # Pages of the documents on which nothing could be read.
    pages_without_text: int
    # Files in the folder of kinds that are not read.
    files_of_other_kinds: int
    # False: there was no time to count every word.
    complete: bool


@dataclass(frozen=True, kw_only=True)
class SecondAnswer:
    """The reasoner's answer where both were asked, from the same passages. [1] in it is its sources[0]."""

    answer: str
    refused: bool
    complete: bool
    reason: str | None
    mode: Literal["llm", "extractive"]
    model: str | None
    reasoning: str | None
    sources: list[Passage]
    checks: Checks
    notices: list[str]
    usage: dict[str, dict[str, Any]]
    timings_ms: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What one of the sources says."""

    # Its number: [1] is sources[0].
    source: int
    document: str
    quote: str
    # The date of its document, "2025-07-01" or a part of it; "" where none is known.
    date: str


@dataclass(frozen=True, kw_only=True)
class StatusResponse:
    """How the server is."""

    ready: bool
    # Why it is not ready, and what to do.
    reason: str | None
    # What is wrong although it answers.
    notice: str | None
    index: IndexStatus | None
    language_model: str | None
    mode: Literal["llm", "extractive"]
    version: str


@dataclass(frozen=True, kw_only=True)
class StoredDocument:
    """What became of one of them."""

    # Its name in the documents folder, made safe.
    path: str
    outcome: Literal["added", "replaced", "unchanged"]
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A question that was asked before, and its answer."""

    # The question, in any language: up to 4000 characters after trimming.
    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class UploadResponse:
    """The documents in the folder; they answer once they are indexed."""

    documents: list[StoredDocument]
    # What to do so that they answer.
    next: str


@dataclass(frozen=True, kw_only=True)
class WholeReading:
    """Documents that were read as a whole."""

    documents: list[str]
    pages: int
    # Calls of the language model, at most one for 30 pages; 0 without one.
    calls: int
    # Estimated.
    prompt_tokens: int
    # Estimated, of what is read; null: no price is known.
    cost: float | None
    currency: str | None


@dataclass(frozen=True, kw_only=True)
class WordHits:
    """In how many passages of how many documents a word or phrase of the question stands."""

    text: str
    # Other spellings and forms that were searched for as well.
    forms: list[str]
    passages: int
    documents: int
    # There are more passages than were counted.
    is_more: bool
    # null: it stands nowhere.
    best: BestPlace | None


@dataclass(frozen=True, kw_only=True)
class WordingSearched:
    """A wording of the question that was searched for."""

    question: str
    # "en", "zh", …; null: not known.
    language: str | None
    words: list[WordHits]
