"""Documents and vectors that need no model: word-like text with the frequencies of a language, vectors in clusters.

The same seed gives the same bytes. Stop words are the most frequent words, as in a real text, so that a question's
other words are as rare in the index as they would be there.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from storage.caches.embeddings import Matrix, unit_rows
from storage.words.terms import STOP_WORDS

NOISE = 0.05
"""Standard deviation of each coordinate around the unit vector of its cluster."""

_VOCABULARY = 30_000
_ZIPF = 1.07
_TEXTS_PER_CLUSTER = 50
_SENTENCE_WORDS = 20
_SEED = 7


def write_documents(
    folder: Path, documents: int, paragraphs: int, *, characters: int, first: int = 0, suffix: str = "txt"
) -> None:
    """`documents` text files of `paragraphs` paragraphs of about so many characters, numbered from `first`."""
    words = np.array(vocabulary())
    chances = 1.0 / np.arange(1, len(words) + 1) ** _ZIPF
    bounds = np.cumsum(chances / chances.sum())
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + documents):
        random = np.random.default_rng((_SEED, number))
        drawn = words[np.searchsorted(bounds, random.random(paragraphs * (characters // 2 + 1)))]
        text = "\n\n".join(_paragraphs(drawn, paragraphs, characters))
        place = folder / f"{number // 1000:03d}"
        place.mkdir(exist_ok=True)
        (place / f"document-{number:06d}.{suffix}").write_text(f"{text}\n", encoding="utf-8")


def vocabulary() -> list[str]:
    """Words, the most frequent first: the stop words of English, then words that nobody has heard of."""
    syllables = [a + b for a, b in product("bdfgklmnprstvz", "aeiou")]
    made_up = (a + b + c for a, b, c in product(syllables, syllables, ("", "l", "n", "r", "s", "rim", "ton")))
    invented = [word for word in made_up if word not in STOP_WORDS]
    random = np.random.default_rng(_SEED)
    stop_words = sorted(STOP_WORDS)
    return [
        *(stop_words[i] for i in random.permutation(len(stop_words))),
        *(invented[i] for i in random.permutation(len(invented))),
    ][:_VOCABULARY]


def questions(texts: Sequence[str], words: int = 4) -> list[str]:
    """A question about each text: some of its words that are no stop words."""
    asked = []
    for number, text in enumerate(texts):
        random = np.random.default_rng((_SEED, 1, number))
        content = sorted({word for word in text.lower().replace(".", " ").split() if word not in STOP_WORDS})
        chosen = [content[i] for i in random.permutation(len(content))[:words]]
        asked.append(f"What is the {chosen[0]} of {' and '.join(chosen[1:])}?")
    return asked


def clustered_vectors(texts: Sequence[str], dimension: int, expected: int) -> Matrix:
    """Unit vectors `(n, dimension)`, derived from the texts' bytes: a cluster for every 50 of `expected` texts."""
    clusters = max(1, expected // _TEXTS_PER_CLUSTER)
    return unit_rows(np.stack([_clustered(text, dimension, clusters) for text in texts]))


def _clustered(text: str, dimension: int, clusters: int) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    noise = np.random.default_rng(seed).normal(size=dimension)
    return np.asarray(_centre(seed % clusters, dimension) + NOISE * noise)


@lru_cache(maxsize=5_000)
def _centre(cluster: int, dimension: int) -> NDArray[np.float64]:
    centre = np.random.default_rng((_SEED, cluster)).normal(size=dimension)
    return np.asarray(centre / np.linalg.norm(centre))


def _paragraphs(words: NDArray[np.str_], paragraphs: int, characters: int) -> Iterator[str]:
    rest = iter(words)
    for _ in range(paragraphs):
        sentences: list[str] = []
        while sum(map(len, sentences)) < characters:
            sentences.append(" ".join(str(next(rest)) for _ in range(_SENTENCE_WORDS)).capitalize() + ".")
        yield " ".join(sentences[:-1] or sentences)
