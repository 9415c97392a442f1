"""What the answering side passes around: a passage, what was judged of it and by whom, its way from nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from server.found import NOTHING_FOUND, Found, found_of
from storage.records import Span

if TYPE_CHECKING:
    from llama_index.core.schema import NodeWithScore


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well a passage answers the question: 0 (unrelated) to 10 (answers directly); None means unscored.

    `reason` is one short sentence for people.
    """

    score: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """Another document in which the very same text stands, and on which pages."""

    document: str
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved passage. `labels` names its pages as a citation does ("Sheet Prices"); empty means page numbers.

    `retrieval_score` is 0 to 1, 1 is best. `context` (title and headings above) is never quoted.
    `found`: what retrieval says of it, for whoever judges or quotes it.
    `remarks` say how its pages were read, where a person should know.
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
    remarks: tuple[str, ...] = ()
    also_in: tuple[Place, ...] = ()
    found: Found = NOTHING_FOUND

    def is_below(self, cutoff: int) -> bool:
        """Whether it was judged and found below this score."""
        return self.judgement is not None and self.judgement.score is not None and self.judgement.score < cutoff


@dataclass(frozen=True, slots=True)
class Scoring:
    """Who scored, against which threshold, and how many passages could (not) be scored."""

    scorer: Literal["llm", "local"]
    threshold: int
    scored: int
    unscored: int


def passage_of(scored: NodeWithScore, judgement: Judgement | None = None, kept: bool = False) -> Passage:
    """The passage of a retrieved node, with what was judged of it."""
    from storage.vectors.llama_index import (
        metadata_of,  # imports LlamaIndex, which a server that starts does not wait for
    )

    metadata = metadata_of(scored.node)
    return Passage(
        id=scored.node.node_id,
        document=metadata["document"],
        pages=tuple(metadata.get("pages", ())),
        text=scored.node.get_content(),
        retrieval_score=min(1.0, max(0.0, metadata.get("retrieval_score", scored.score or 0.0))),
        labels=tuple(metadata.get("labels", ())),
        judgement=judgement,
        kept=kept,
        stale=bool(metadata.get("stale", False)),
        spans=tuple(Span(*span) for span in metadata.get("spans", ())),
        context=metadata.get("context", ""),
        remarks=tuple(metadata.get("remarks", ())),
        also_in=tuple(Place(place["document"], tuple(place["pages"])) for place in metadata.get("also_in", ())),
        found=found_of(metadata),
    )
