"""What the answering side passes around: a passage and what was judged of it. Plain data, no LlamaIndex."""

from dataclasses import dataclass

from storage.records import Span


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well a passage answers the question: 0 (unrelated) to 10 (answers directly); None means unscored.

    `reason` is one short sentence for people.
    """

    score: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved passage. `labels` names its pages as a citation does ("Sheet Prices"); empty means page numbers.

    `retrieval_score` is 0 to 1, 1 is best. `context` (title and headings above) is never quoted.
    """

    id: str
    document: str
    pages: tuple[int, ...]
    text: str
    retrieval_score: float
    labels: tuple[str, ...] = ()
    judgement: Judgement | None = None
    kept: bool = False
    stale: bool = False
    spans: tuple[Span, ...] = ()
    context: str = ""
