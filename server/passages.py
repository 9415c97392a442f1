"""What the answering side passes around: a passage, what retrieval found of it, what was judged of it and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from storage.records import Span

if TYPE_CHECKING:
    from llama_index.core.schema import NodeWithScore

    from storage.vectors.llama_index import PassageMetadata


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


class Meaning(NamedTuple):
    """`near`: by how many deviations the sentence's cosine exceeds that of sentences in general, 0 where not read.

    The others are shares of the question's words, 0 to 1, each by its likest word. `kin`: in the sentence; `above`,
    `before`, `around`: what is gained by the headings, the sentence before and the rest of the passage. `least`: of the
    word that sentence and headings hold worst; `plain`: of the words that are no names, in the sentence. `thing`: how
    like what must be there something in the sentence, before or above it is; 1 where nothing must, see `AskedWord` in
    `server.evidence.meaning`.
    """

    near: float = 0.0
    kin: float = 0.0
    least: float = 0.0
    above: float = 0.0
    before: float = 0.0
    around: float = 0.0
    plain: float = 0.0
    thing: float = 1.0


class Found(NamedTuple):
    """What retrieval says of a passage: `standing` and `crosses` see `Standing`, `score` 0 to 1.

    `meanings`: those of its sentences, empty where the model is not quick. `nearest`, `closest`: the greatest `near`
    and `kin` of all the question's sentences. `elsewhere`: how surely the question names another document's subject, of
    which nothing is said here; 0 to 1. `other_edition`: the question names a version by its number, and the document is
    another one. `paired`: the places of likely sentences that another edition of the document fills differently.
    `other_tongue`: the passage is in another language than the question, which documents speak, and is not named by it.
    `called`: the words and years by which the question names the passage's document: they hold for all of it.
    `of_another`: the question names another document by a proper name, which is nowhere in this passage.
    """

    standing: float = 0.0
    crosses: bool = False
    score: float = 0.5
    meanings: tuple[Meaning, ...] = ()
    nearest: float = 0.0
    closest: float = 0.0
    elsewhere: float = 0.0
    other_edition: bool = False
    paired: tuple[int, ...] = ()
    other_tongue: bool = False
    called: tuple[str, ...] = ()
    of_another: bool = False


NOTHING_FOUND = Found()
"""Nothing is known of the passage."""


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


def found_of(metadata: PassageMetadata) -> Found:
    """What a node says that retrieval found, which may have been written as JSON meanwhile."""
    values = metadata.get("found")
    if values is None:
        return Found(score=metadata.get("retrieval_score", NOTHING_FOUND.score))
    found = Found(*values)
    meanings = tuple(Meaning(*each) for each in found.meanings)
    return found._replace(meanings=meanings, paired=tuple(found.paired), called=tuple(found.called))
