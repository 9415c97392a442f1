"""What retrieval says of a passage, for whoever judges or quotes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from storage.vectors.llama_index import PassageMetadata


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


NOTHING_FOUND = Found()
"""Nothing is known of the passage."""


def found_of(metadata: PassageMetadata) -> Found:
    """What a node says that retrieval found, which may have been written as JSON meanwhile."""
    values = metadata.get("found")
    if values is None:
        return Found(score=metadata.get("retrieval_score", Found().score))
    found = Found(*values)
    meanings = tuple(Meaning(*each) for each in found.meanings)
    return found._replace(meanings=meanings, paired=tuple(found.paired))
