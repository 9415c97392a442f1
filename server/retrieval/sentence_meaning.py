"""What the sentences that may answer mean, as far from passages in general as `Standing` measures it.

Only with a model that says of itself that it is quick: a question then waits for 35 to 50 ms of processor time, and a
small transformer takes four times as long. Which sentences are read never depends on what is remembered, so neither
does an answer.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from heapq import nlargest

import numpy as np

from server.evidence.examination import Profile, sentences_of
from server.evidence.sentence_ranking import Found, ranked_sentences
from storage.caches.embeddings import Matrix, unit_rows
from storage.records import ChunkRecord

EmbedTexts = Callable[[list[str]], Sequence[Sequence[float]]]

_MOST = 24  # sentences of a question: with 40 the sets differ by less than their noise; 2 ms each
_LONGEST = 400  # characters of a sentence with its heading
_HEADING = 80  # characters
_REMEMBERED = 4096  # vectors: 8 MB
_HEADINGS_END = " › "


class SentenceVectors:
    """The vectors of sentences with the heading above them, the last ones remembered. For many threads."""

    def __init__(self, embed: EmbedTexts) -> None:
        self._embed = embed
        self._remembered: OrderedDict[tuple[str, int], Matrix] = OrderedDict()
        self._changing = threading.Lock()

    def vectors(self, sentences: Sequence[tuple[ChunkRecord, int]]) -> list[Matrix]:
        """One unit vector for each passage and place of a sentence in it, in order."""
        keys = [(chunk.id, place) for chunk, place in sentences]
        with self._changing:
            found = {key: self._remembered[key] for key in keys if key in self._remembered}
        new = {key: _read(*sentence) for key, sentence in zip(keys, sentences, strict=True) if key not in found}
        if new:
            found |= dict(zip(new, unit_rows(self._embed(list(new.values()))), strict=True))
        with self._changing:
            for key in keys:
                self._remembered[key] = found[key]
                self._remembered.move_to_end(key)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return [found[key] for key in keys]


def likeliest_sentences(profile: Profile, passages: Sequence[tuple[ChunkRecord, Found]]) -> list[tuple[int, int]]:
    """Passage and place of the sentences that answer most strongly by all else. Pure."""
    strengths = [
        (row.strength, -number, -row.place)
        for number, (chunk, found) in enumerate(passages)
        for row in ranked_sentences(profile, chunk.text, chunk.context, found)
    ]
    return [(-number, -place) for _, number, place in nlargest(_MOST, strengths)]


def sentence_meanings(
    profile: Profile,
    passages: Sequence[tuple[ChunkRecord, Found]],
    question: Matrix,
    general: tuple[float, float],
    vectors: SentenceVectors,
) -> list[list[float]]:
    """For each passage, for each of its sentences, by how many deviations its cosine exceeds the general one.

    0 where a sentence was not read. `general`: mean and deviation of the question's cosine to passages in general.
    """
    mean, deviation = general
    meanings = [[0.0] * len(sentences_of(chunk.text)) for chunk, _ in passages]
    chosen = likeliest_sentences(profile, passages)
    if not chosen:
        return meanings
    rows = np.stack(vectors.vectors([(passages[number][0], place) for number, place in chosen]))
    for (number, place), cosine in zip(chosen, (rows @ question).tolist(), strict=True):
        meanings[number][place] = (cosine - mean) / deviation
    return meanings


def _read(chunk: ChunkRecord, place: int) -> str:
    """A sentence as the model reads it: with the heading above its passage, which often names its subject."""
    heading = chunk.context.rpartition(_HEADINGS_END)[2][:_HEADING]
    return f"{heading}. {sentences_of(chunk.text)[place].text}"[:_LONGEST]
