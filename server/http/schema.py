"""What programs send and get, as pydantic models: they validate, and the OpenAPI document is made from them."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from server.answers import AskedMode
from storage.messages import message

LONGEST_QUESTION = 4000

LONGEST_PAST_ANSWER = 20_000
MOST_TURNS = 20

ModelName = Literal["chat", "reasoner", "both", "deepseek-chat", "deepseek-reasoner"]


def _has_words(text: str) -> str:
    if "\0" in text:
        raise ValueError(message("must not contain NUL characters"))
    if len(text) > LONGEST_QUESTION:
        raise ValueError(message("must have at most {count} characters", count=LONGEST_QUESTION))
    if not any(character.isalnum() for character in text):
        raise ValueError(message("must contain at least one letter or digit"))
    return text


QuestionText = Annotated[
    str,
    # No max_length here: the document would promise it of the text before trimming.
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(_has_words),
    Field(
        description=f"The question, in any language: up to {LONGEST_QUESTION} characters after trimming.",
        examples=["what is the GRPO?"],
    ),
]
PathGlob = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Documents = Annotated[
    list[PathGlob],
    Field(
        max_length=100,
        description="Only these documents: globs on the relative path. Empty: all.",
        examples=[["papers/*.pdf"]],
    ),
]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Response(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Turn(_Request):
    """A question that was asked before, and its answer."""

    question: QuestionText
    answer: str = Field(max_length=LONGEST_PAST_ANSWER)


class QueryRequest(_Request):
    """A question to be answered."""

    question: QuestionText
    model: ModelName = Field(
        default="chat",
        description="chat answers at once, reasoner thinks first, both answer side by side from the same passages.",
    )
    k: int | None = Field(default=None, ge=1, le=50, description="Passages to retrieve; RETRIEVE_K when left out.")
    keep: int | None = Field(
        default=None, ge=1, le=20, description="Passages to answer from at most; KEEP_K when left out."
    )
    threshold: int | None = Field(
        default=None,
        ge=0,
        le=10,
        description="Passages scored below it are not used; RELEVANCE_THRESHOLD when left out.",
    )
    documents: Documents = Field(default_factory=list)
    stream: bool | None = Field(
        default=None, description="True: server-sent events. Left out: these where Accept prefers text/event-stream."
    )
    history: list[Turn] = Field(
        default_factory=list,
        max_length=MOST_TURNS,
        description="The conversation so far, oldest turn first; a question that points back to it is rewritten.",
    )

    @property
    def mode(self) -> AskedMode:
        """The model without its old prefix."""
        if self.model == "both":
            return "both"
        return "reasoner" if self.model.endswith("reasoner") else "chat"


class RetrieveRequest(_Request):
    """A question whose passages are wanted, without an answer."""

    question: QuestionText
    k: int | None = Field(default=None, ge=1, le=50, description="Passages to retrieve; RETRIEVE_K when left out.")
    documents: Documents = Field(default_factory=list)
    score: bool = Field(default=False, description="True: score their relevance too.")


class Relevance(_Response):
    """How much a passage says about the question."""

    score: int | None = Field(default=None, ge=0, le=10, description="null: not scored.")
    reason: str = ""
    kept: bool = False


class PlaceOut(_Response):
    """A document and pages."""

    document: str
    pages: list[int]


class PassageOut(_Response):
    """A passage of a document, where it stands, and what it is worth for the question."""

    id: str
    document: str
    pages: list[int]
    labels: list[str] = Field(
        default_factory=list,
        description="Names of the pages where they have some: sheets, slides, what is printed on a PDF's page.",
    )
    text: str
    retrieval_score: float = Field(ge=0, le=1)
    relevance: Relevance
    stale: bool = Field(description="The file has changed since it was indexed.")
    url: str = Field(description="The passage on its page, for people.")
    remarks: list[str] = Field(
        default_factory=list, description="How its pages were read: what was left out, guessed or doubtful."
    )
    also_in: list[PlaceOut] = Field(default_factory=list, description="Other documents in which the same text stands.")


class Scoring(_Response):
    """Who scored, against which threshold, and how many."""

    scorer: Literal["llm", "local"]
    threshold: int
    scored: int
    unscored: int


class Checks(_Response):
    """What could not be verified in the answer."""

    unknown_citations: int = Field(default=0, description="Citations of no kept passage; they were removed.")
    unsupported: list[str] = Field(default_factory=list, description="Numbers and quotations not found where cited.")
    computed: list[str] = Field(
        default_factory=list, description='Sums and differences of cited numbers: "1,140 + 1,315 = 2,455".'
    )
    numbers_found: int = Field(default=0, description="Numbers that the cited passages bear out.")
    quotations_found: int = Field(default=0, description="Quotations that the cited passages bear out.")


class IndexInfo(_Response):
    """The generation of the index that answered."""

    generation: str
    embed_model: str


class StatementOut(_Response):
    """What one of the sources says."""

    source: int = Field(ge=1, description="Its number: [1] is sources[0].")
    document: str
    quote: str
    date: str = Field(description='The date of its document, "2025-07-01" or a part of it; "" where none is known.')


class ConflictOut(_Response):
    """Sources that answer differently."""

    statements: list[StatementOut]
    newer: int | None = Field(description="The number of the source whose document is newest; null: not known.")
    newer_by: Literal["superseded", "date", "version", "file time"] | None = Field(
        description="What tells which one is newer: what documents say, their dates, versions, or files' times."
    )


class WholeReadingOut(_Response):
    """Documents that were read as a whole."""

    documents: list[str]
    pages: int
    calls: int = Field(description="Calls of the language model, at most one for 30 pages; 0 without one.")
    prompt_tokens: int = Field(description="Estimated.")
    cost: float | None = Field(description="Estimated, of what is read; null: no price is known.")
    currency: str | None


class BestPlace(_Response):
    """The passage that says most of a word."""

    document: str
    pages: list[int]
    passage: str = Field(description="Its id.")
    url: str = Field(description="The passage on its page, for people.")


class WordHitsOut(_Response):
    """In how many passages of how many documents a word or phrase of the question stands."""

    text: str
    forms: list[str] = Field(description="Other spellings and forms that were searched for as well.")
    passages: int
    documents: int
    is_more: bool = Field(description="There are more passages than were counted.")
    best: BestPlace | None = Field(description="null: it stands nowhere.")


class WordingSearchedOut(_Response):
    """A wording of the question that was searched for."""

    question: str
    language: str | None = Field(description='"en", "zh", …; null: not known.')
    words: list[WordHitsOut]


class SearchedOut(_Response):
    """What was searched for a question that is refused, and what was not."""

    documents: int
    pages: int
    passages: int
    wordings: list[WordingSearchedOut] = Field(
        description="The question as it was understood, then its translations, each with what its words found."
    )
    languages: dict[str, float] = Field(description="What share of the passages is in which language, 0 to 1.")
    unread: list[str] = Field(description="Files that could not be read, at most 20.")
    unread_files: int = Field(description="How many there are.")
    pages_without_text: int = Field(description="Pages of the documents on which nothing could be read.")
    files_of_other_kinds: int = Field(description="Files in the folder of kinds that are not read.")
    complete: bool = Field(description="False: there was no time to count every word.")


class WrittenAnswer(_Response):
    """An answer and the passages it rests on. [1] in it is its sources[0]."""

    answer: str
    refused: bool
    complete: bool
    reason: str | None
    mode: Literal["llm", "extractive"]
    model: str | None
    reasoning: str | None
    sources: list[PassageOut]
    checks: Checks
    notices: list[str]
    usage: dict[str, dict[str, Any]]
    timings_ms: dict[str, float]


class SecondAnswer(WrittenAnswer):
    """The reasoner's answer where both were asked, from the same passages. [1] in it is its sources[0]."""


class QueryResponse(WrittenAnswer):
    """An answer with its evidence. [1] in the answer is sources[0]."""

    question: str
    rejected: list[PassageOut]
    relevance: Scoring
    index: IndexInfo
    request_id: str
    standalone_question: str | None = Field(
        default=None, description="What was searched for and answered, where the question had to be rewritten."
    )
    also_searched_as: list[str] = Field(
        default_factory=list,
        description="The question in the documents' languages, where they are not its own; or together with the one "
        "before, where it may go on with it; or in the documents' words, where only these were answered.",
    )
    second: SecondAnswer | None = Field(default=None, description='The reasoner\'s answer with "model": "both".')
    whole_reading: WholeReadingOut | None = Field(
        default=None, description="What was read where the question is about whole documents."
    )
    conflicts: list[ConflictOut] = Field(default_factory=list, description="Where sources answer differently.")
    searched: SearchedOut | None = Field(default=None, description="What was searched, where an answer is refused.")


class RetrieveResponse(_Response):
    """Passages, best first."""

    passages: list[PassageOut]
    index: IndexInfo
    timings_ms: dict[str, float]
    notices: list[str] = Field(default_factory=list, description="Files of passages that were left out.")


class PageRemark(_Response):
    """What a person should know of how a page was read."""

    page: int
    remark: str


class DocumentOut(_Response):
    """One file of the documents folder as the index knows it."""

    path: str
    status: Literal["indexed", "failed", "stale"]
    category: str | None
    detail: str | None = Field(description="What is wrong and what to do.")
    title: str | None = None
    format: str = ""
    pages: int
    pages_without_text: list[int]
    chunks: int
    bytes: int
    sha256: str
    indexed_at: str | None
    state: Literal["read", "read_in_part", "failed"] = Field(
        default="read", description="How much of the file as it is on disk answers."
    )
    remarks: list[PageRemark] = Field(
        default_factory=list, description="How single pages were read: what was left out, guessed or doubtful."
    )


class LeftOutFile(_Response):
    """A file that is no document, or a folder of such files; its path ends with a slash then."""

    path: str
    reason: Literal["kind", "ignored", "hidden"]
    files: int


class FolderOut(_Response):
    """Every file of the documents folder as the last run saw it, in exactly one of the numbers."""

    files: int
    read: int
    read_in_part: int
    failed: int
    other_kind: int = Field(description="Of kinds that are not read.")
    ignored: int = Field(description="Excluded by .pagewiseignore.")
    hidden: int
    seen_at: str
    left_out: list[LeftOutFile] = Field(description="At most 1,000; the numbers are whole.")


class DocumentsResponse(_Response):
    """Every document the index knows, problems included."""

    documents: list[DocumentOut]
    index: IndexInfo
    folder: FolderOut | None = Field(default=None, description="null: the index is older than this account.")


class IndexStatus(_Response):
    """What the open index holds."""

    generation: str
    documents: int
    pages: int
    chunks: int
    embed_model: str
    fallback: bool = Field(description="The small packaged model stands in for the one asked for.")
    published_at: str


class CollectionOut(BaseModel):
    """One of several folders that are served side by side."""

    name: str
    url: str = Field(description="The address of its pages; its API is below /api/collections/NAME/.")
    default: bool = Field(description="Whether it is the one that is meant where none is named.")
    ready: bool = Field(description="Whether its index is open.")


class CollectionsResponse(BaseModel):
    """The collections that the caller may read; none where there is one folder without a name."""

    collections: list[CollectionOut]


class StatusResponse(_Response):
    """How the server is."""

    ready: bool
    reason: str | None = Field(description="Why it is not ready, and what to do.")
    notice: str | None = Field(description="What is wrong although it answers.")
    index: IndexStatus | None
    language_model: str | None
    mode: Literal["llm", "extractive"]
    version: str


class Health(_Response):
    """Alive or ready."""

    status: Literal["ok"] = "ok"
    notice: str | None = Field(default=None, description="What is wrong although it answers.")


class ProblemOut(_Response):
    """Any error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
