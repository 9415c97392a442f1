"""What an embedding model says of a sentence: as a whole, and word by word. Pure.

Word by word because a question is often asked in other words than the document's, and a sentence's vector is mostly
about what else it says: "dog" is near to "animal" whatever stands around it, and near to "Hund".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.passages import Meaning

_UNLIKE, _SAME = 0.4, 0.95
"""Cosines of two words: below the first they say nothing of one another, from the second on the same."""


SURELY_ELSEWHERE = 0.35
"""From here on a passage speaks of something else than the question, see `Found.elsewhere`."""

_NEARLY_SURE = 0.99
_OF_WHOLE = 0.6
"""How much less alike something is to a thing no word of which its document has: a crèche is no children's course."""

_NAMES = 0.7
"""From here on a word of a title is the question's own, or its translation."""


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word of the question, and what it counts. `is_thing`: it names what must be there, see `asked_things`, and the
    passage's document has no such word. `is_whole_thing`: so it is with every word of the thing.
    `is_place`: the question asks of it as of a place, see `asked_things.place_words`.
    """

    text: str
    weight: float
    is_name: bool = False
    is_thing: bool = False
    is_whole_thing: bool = False
    is_place: bool = False


Likeness = NDArray[np.float32]
"""For each word of the question, 0 to 1, how like it something is."""


def likeness(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cosines of words as shares."""
    return np.asarray(np.clip((cosines - _UNLIKE) / (_SAME - _UNLIKE), 0.0, 1.0), dtype=np.float32)


def names_a_document(titles: Sequence[Likeness]) -> NDArray[np.bool_]:
    """Which words of the question some of these titles hold, and not more than half of them."""
    every = np.stack(titles)
    return np.asarray((every.max(axis=0) >= _NAMES) & ((every >= _NAMES).mean(axis=0) <= 0.5))


def elsewhere(asked: Sequence[AskedWord], title: Likeness, titles: Sequence[Likeness], passage: Likeness) -> float:
    """How surely the question names the subject of another document, of which nothing is said here; 0 to 1.

    1 only where it asks of that subject as of a place or a thing that has what is asked for: "on the ferry".

    `title`: how like each word of the question this document's title is, `titles` all of them, `passage` what stands in
    the passage and above it. A word that more than half of the titles hold names none of them. Of a document that is
    named itself nothing is elsewhere: a question may name two.
    """
    names = names_a_document(titles)
    if np.any(names & (title >= _NAMES)):
        return 0.0
    lacking = np.stack(titles).max(axis=0) - np.maximum(title, passage)
    lacking = np.where(names, np.maximum(lacking, 0.0), 0.0)
    if np.any(lacking[[word.is_place for word in asked]] >= SURELY_ELSEWHERE):
        return 1.0
    return min(_NEARLY_SURE, float(lacking.max(initial=0.0)))


def meanings_of(
    asked: Sequence[AskedWord],
    sentences: Sequence[Likeness],
    headings: Sequence[int | None],
    context: Likeness,
    heads: Sequence[Sequence[int]],
) -> list[Meaning]:
    """For each sentence of a passage what its words mean to the question; `near` is left at 0.

    `headings`: for each sentence the place of the heading within the passage that it stands under. `context`: the
    likeness of the headings above the passage. `heads`: for each sentence that is a row the places of what names its
    columns, where a thing may stand as well.
    """
    if not asked:
        return [Meaning()] * len(sentences)
    weights = np.array([word.weight for word in asked])
    shares = weights / (weights.sum() or 1.0)
    plain = np.array([not word.is_name for word in asked])
    things = [place for place, word in enumerate(asked) if word.is_thing]
    signs = [place for place in things if len(asked[place].text) == 1]  # of a Chinese word that the model does not know
    whole = [place for place in things if place not in signs]
    of_whole = _OF_WHOLE if any(asked[place].is_whole_thing for place in whole) else 1.0
    everywhere = np.max(sentences, axis=0)
    nothing = np.zeros(len(asked), dtype=np.float32)
    found = []
    for place, own in enumerate(sentences):
        heading = headings[place]
        with_headings = np.maximum(own, context if heading is None else np.maximum(context, sentences[heading]))
        with_previous = np.maximum(with_headings, sentences[place - 1] if place else nothing)
        in_table = (sentences[head] for head in heads[place])
        with_heads = np.max([with_previous, *in_table], axis=0)
        found.append(
            Meaning(
                kin=float(shares @ own),
                least=float(with_headings.min()),
                above=float(shares @ (with_headings - own)),
                before=float(shares @ (with_previous - with_headings)),
                around=float(shares @ (np.maximum(with_previous, everywhere) - with_previous)),
                plain=float(own[plain].mean()) if plain.any() else 0.0,
                thing=of_whole * _held(with_heads, whole, signs) if things else 1.0,
            )
        )
    return found


def _held(alike: Likeness, whole: Sequence[int], signs: Sequence[int]) -> float:
    """How like something is to any of these words, or to all of these characters of one."""
    return float(max(alike[whole].max(initial=0.0), alike[signs].min() if signs else 0.0))
