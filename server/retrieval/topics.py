"""Queries that name a topic rather than ask for a thing: what is like the best passages is about it too. Pure.

A question is answered by one passage, and its words and names stand close together there. A topic ("heat transfer in
composite slabs") has many passages that are about as good, and no name or kind of answer tells them apart: then those
that resemble the best ones, in meaning and in words, come first. Resemblance is measured among the candidates of one
query, so that it means the same with every embedding model.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from server.evidence.examination import Frequencies, Profile, words_of
from storage.caches.embeddings import Matrix

Scores = NDArray[np.float64]

SUPPORT = 0.7
"""Of a passage's score, what its resemblance to the best ones counts."""

_NEIGHBOURS, _VOCABULARY, _TERMS, _CENTRE = 0.25, 0.25, 0.25, 0.2  # what each kind of resemblance counts
_BEST_NEIGHBOURS, _BEST_VOCABULARY, _BEST_TERMS, _BEST_CENTRE = 10, 5, 8, 5  # passages that are resembled
_EXPANSION = 20  # words
_FLAT = (0.45, 0.6)  # the next nine scores' mean as a share of the best one: from here to there a topic
_FLAT_DEPTH = 10
_WORDS = (6, 8)  # that say something; a few words are looked up as they stand
_THINGS = ("number", "date", "person", "place", "definition", "reason")
_SATURATION, _LENGTH = 1.2, 0.75  # BM25's k1 and b


def topicality(profile: Profile, scores: Sequence[float]) -> float:
    """How surely the query describes a topic, 0 to 1: in many words, none of them a name, by passages about as good."""
    best = sorted(scores, reverse=True)[:_FLAT_DEPTH]
    if not may_be_topic(profile) or len(best) < _FLAT_DEPTH or best[0] <= 0.0:
        return 0.0
    flatness = sum(best[1:]) / (len(best) - 1) / best[0]
    return _between(flatness, _FLAT) * _between(len(profile.needs), _WORDS)


def may_be_topic(profile: Profile) -> bool:
    """Whether the query may describe a topic, whatever is found: it names nothing, and asks for no thing."""
    return profile.expects not in _THINGS and not any(need.is_name for need in profile.needs)


def _between(value: float, steps: tuple[float, float]) -> float:
    low, high = steps
    return min(1.0, max(0.0, (value - low) / (high - low)))


def supported(
    scores: Mapping[str, float],
    vectors: Matrix,
    texts: Sequence[str],
    frequencies: Frequencies,
    chunks: int,
) -> dict[str, float]:
    """The scores with most of them replaced by how much each passage is like the best ones.

    `vectors` `(n, dimension)` and `texts` are in the order of `scores`; `chunks` is how many the index holds.
    """
    plain = np.array(list(scores.values()))
    if plain.size == 0 or plain.max() <= 0.0:
        return dict(scores)
    best = np.argsort(-plain, kind="stable")
    centred = np.asarray(vectors - vectors.mean(axis=0), dtype=np.float64)
    words = _Vocabulary(texts, frequencies, chunks)
    support = (
        _NEIGHBOURS * _like_neighbours(plain, centred, best[:_BEST_NEIGHBOURS])
        + _VOCABULARY * _like_neighbours(plain, words.vectors(), best[:_BEST_VOCABULARY])
        + _TERMS * _like_in_words(plain, words, best[:_BEST_TERMS])
        + _CENTRE * _scaled(centred @ (plain[best[:_BEST_CENTRE]] @ centred[best[:_BEST_CENTRE]]))
    ) / (_NEIGHBOURS + _VOCABULARY + _TERMS + _CENTRE)
    mixed = (1.0 - SUPPORT) * plain + SUPPORT * support * plain.max()
    return dict(zip(scores, mixed.tolist(), strict=True))


class _Vocabulary:
    """The words of the candidates' texts, each text's counted, and how rare each is in the index."""

    def __init__(self, texts: Sequence[str], frequencies: Frequencies, chunks: int) -> None:
        self.counted = [
            Counter(word.partition("/")[0] for word in words_of(text).stems if len(word) > 1) for text in texts
        ]
        known = frequencies({word for counts in self.counted for word in counts})
        self.rarity = {word: math.log((chunks + 1) / (number + 0.5)) for word, number in known.items()}

    def vectors(self) -> Scores:
        """Each text's words, weighted by number and rarity, as a row."""
        places = {word: number for number, word in enumerate(self.rarity)}
        found = np.zeros((len(self.counted), len(places)))
        for row, counts in zip(found, self.counted, strict=True):
            for word, number in counts.items():
                if word in places:
                    row[places[word]] = (1.0 + math.log(number)) * max(self.rarity[word], 0.0)
        return found


def _like_neighbours(scores: Scores, centred: Scores, best: NDArray[np.intp]) -> Scores:
    """Nearness in meaning to each of the best, the better ones counting more; nobody is a neighbour of its own."""
    unit = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    near = np.clip(unit @ unit[best].T, 0.0, 1.0)
    near[best, np.arange(len(best))] = 0.0
    return _scaled(near @ np.clip(scores[best], 0.0, None))


def _like_in_words(scores: Scores, words: _Vocabulary, best: NDArray[np.intp]) -> Scores:
    """BM25 of the words that are frequent in the best passages and rare elsewhere (Lavrenko and Croft 2001)."""
    weights: Counter[str] = Counter()
    for place in best:
        length = words.counted[place].total() or 1
        for word, number in words.counted[place].items():
            weights[word] += scores[place] * number / length * words.rarity.get(word, 0.0)
    terms = dict(weights.most_common(_EXPANSION))
    usual = sum(map(Counter.total, words.counted)) / len(words.counted) or 1.0
    return _scaled(np.array([_bm25(each, terms, words.rarity, usual) for each in words.counted]))


def _bm25(counted: Counter[str], terms: Mapping[str, float], rarity: Mapping[str, float], usual: float) -> float:
    damping = _SATURATION * (1 - _LENGTH + _LENGTH * counted.total() / usual)
    return sum(
        weight * max(rarity.get(word, 0.0), 0.0) * counted[word] * (_SATURATION + 1) / (counted[word] + damping)
        for word, weight in terms.items()
        if word in counted
    )


def _scaled(values: Scores) -> Scores:
    """0 to 1, 1 is the best."""
    return np.clip(values / max(float(values.max()), 1e-9), 0.0, 1.0)
