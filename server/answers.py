"""A question, its answer, and what happens in between, as plain data."""

from dataclasses import dataclass, field
from typing import Any, Literal

from server.passages import Judgement, Passage, Scoring

Mode = Literal["chat", "reasoner"]
AskedMode = Literal["chat", "reasoner", "both"]


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked before, and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `documents` are globs on relative paths; empty means all of them.

    With mode "both", chat answers and reasoner answers too, from the same evidence. `history` is the conversation so
    far, oldest turn first: a question that points back to it is rewritten to stand alone.
    """

    text: str
    mode: AskedMode = "chat"
    k: int = 10
    keep: int = 5
    threshold: int = 4
    documents: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """Which generation answered, and the short name of its embedding model."""

    generation: str
    embed_model: str


@dataclass(frozen=True, slots=True)
class Checks:
    """What could not be verified: citations of no kept passage (removed), and pieces of text not found where cited.

    And what could: numbers and quotations that the cited passages bear out, counted; `computed` are sums and
    differences of such numbers ("1,140 + 1,315 = 2,455").
    """

    unknown_citations: int = 0
    unsupported: tuple[str, ...] = ()
    numbers_found: int = 0
    quotations_found: int = 0
    computed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """What one of the sources says, quoted. `source` counts from 1; `date` is that of its document, "" if unknown."""

    source: int
    document: str
    quote: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sources that answer differently. `newer` is the source whose document is newest, None where that is not known;
    `newer_by` says what tells so: "superseded", "date", "version" or "file time".
    """

    statements: tuple[Statement, ...]
    newer: int | None = None
    newer_by: str | None = None


@dataclass(frozen=True, slots=True)
class WholeReading:
    """Documents that were read as a whole: how many pages, and what that costs of the language model.

    `prompt_tokens` are estimated; `cost` is None where no price is known. Without a model there are no calls.
    """

    documents: tuple[str, ...]
    pages: int
    calls: int = 0
    prompt_tokens: int = 0
    cost: float | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class WordHits:
    """In how many passages, of how many documents, a word or phrase of a question stands, and where it says most.

    `forms`: the other spellings and forms that were searched for. `is_more`: there are more than were counted.
    """

    text: str
    forms: tuple[str, ...]
    passages: int
    documents: int
    is_more: bool = False
    best_document: str | None = None
    best_pages: tuple[int, ...] = ()
    best_passage: str | None = None


@dataclass(frozen=True, slots=True)
class WordingSearched:
    """A wording of the question that was searched for, and what each of its words found."""

    question: str
    language: str | None
    words: tuple[WordHits, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """What was searched for a question that is refused, and what was not.

    The first of the `wordings` is the question as it was understood. `languages`: what share of the passages is in
    which. `unread` names some of the `unread_files`, which could not be read as they are now. Not `complete`: there was
    no time to count all words.
    """

    documents: int
    pages: int
    passages: int
    wordings: tuple[WordingSearched, ...] = ()
    languages: dict[str, float] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    unread_files: int = 0
    pages_without_text: int = 0
    files_of_other_kinds: int = 0
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer with its evidence; the fields mean what docs/api.md says. [1] in the text is `sources[0]`.

    With `complete` false, `reason` says why the text ends where it ends. `reason` is also set when the language model
    failed and the documents were quoted instead. `second` is the reasoner's answer where both were asked.
    `standalone_question` is what was searched for and answered, where the question had to be rewritten.
    `also_searched_as` is the question in the documents' languages, where they are not its own, or, where it may need
    that, together with what was asked before. `conflicts`: where sources give different answers. `whole_reading`: what
    was read where whole documents were asked about.
    `searched`: what was searched, where it is refused.
    """

    question: str
    answer: str
    refused: bool
    complete: bool
    reason: str | None
    mode: Literal["llm", "extractive"]
    model: str | None
    reasoning: str | None
    sources: tuple[Passage, ...]
    rejected: tuple[Passage, ...]
    relevance: Scoring
    checks: Checks
    notices: tuple[str, ...]
    usage: dict[str, dict[str, Any]]
    timings_ms: dict[str, float]
    index: IndexInfo
    second: "Answer | None" = None
    standalone_question: str | None = None
    also_searched_as: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    whole_reading: WholeReading | None = None
    searched: Searched | None = None


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Passages without an answer: in retrieval order, or best first when they were scored."""

    passages: tuple[Passage, ...]
    index: IndexInfo
    timings_ms: dict[str, float] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    usage: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuestionRewritten:
    """The question as it is searched for, since it pointed back to the conversation."""

    text: str


@dataclass(frozen=True, slots=True)
class ReadingPlanned:
    """Documents will be read as a whole, told before it costs anything."""

    reading: WholeReading


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """What was retrieved, best first, not scored yet."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class PassageScored:
    """The judgement of the passage at this position of `PassagesFound`."""

    index: int
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class PassagesKept:
    """What is answered from, numbered from 1 as the answer cites it, and what is not; all are judged."""

    kept: tuple[Passage, ...]
    rejected: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A further piece of the reasoning of the model in this mode."""

    text: str
    mode: Mode = "reasoner"


@dataclass(frozen=True, slots=True)
class AnswerDelta:
    """A further piece of the answer of the model in this mode, not checked yet."""

    text: str
    mode: Mode = "chat"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Nothing happened for a while; the question is still being worked on."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The last event: the whole answer, checked."""

    answer: Answer


Event = (
    QuestionRewritten
    | ReadingPlanned
    | PassagesFound
    | PassageScored
    | PassagesKept
    | ReasoningDelta
    | AnswerDelta
    | Heartbeat
    | Answered
)
