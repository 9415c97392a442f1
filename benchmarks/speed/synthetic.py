"""Documents and vectors that need no model: word-like text with the frequencies of a language, vectors of passages.

The same seed gives the same bytes. Stop words are the most frequent words, as in a real text, so that a question's
other words are as rare in the index as they would be there. Vectors are spread as those of an embedding model are
(`passage_vectors`), or in islands, as no model's are: hard for any graph (`clustered_vectors`).
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
"""Standard deviation of each coordinate around the unit vector of its cluster: an island."""

_COMMON = 0.4  # length of what all passages have in common
_DOCUMENT = (0.2, 0.7)  # share of its document in what sets a passage apart: in some they are alike, in some not
_FIRST, _FALLS = 5, 1.2  # variance of the i-th direction: (i + 5) ** -1.2
_MEAN, _OF_DOCUMENT, _OF_PASSAGE = 2, 3, 4  # what a random generator makes

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


def passage_vectors(texts: Sequence[str], dimension: int, expected: int) -> Matrix:
    """Unit vectors `(n, dimension)`, derived from the texts' bytes: a document for every 50 of `expected` texts.

    Spread as real passages are, between two measured sets (docs/decisions.md): cosine of two of them in the middle, of
    the nearest and the tenth, local dimension.
    """
    documents = max(1, expected // _TEXTS_PER_CLUSTER)
    return unit_rows(np.stack([_passage(text, dimension, documents) for text in texts]))


def _passage(text: str, dimension: int, documents: int) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    share, centre = _document(seed % documents, dimension)
    own = np.random.default_rng((_SEED, _OF_PASSAGE, seed)).standard_normal(dimension, dtype=np.float32)
    return np.asarray(centre + np.float32((1 - share) ** 0.5) * own * _deviations(dimension))


@lru_cache(maxsize=5_000)
def _document(number: int, dimension: int) -> tuple[float, NDArray[np.float32]]:
    random = np.random.default_rng((_SEED, _OF_DOCUMENT, number))
    share = float(random.uniform(*_DOCUMENT))
    own = np.float32(share**0.5) * random.standard_normal(dimension, dtype=np.float32) * _deviations(dimension)
    return share, _common(dimension) + own


@lru_cache
def _common(dimension: int) -> NDArray[np.float32]:
    mean = np.random.default_rng((_SEED, _MEAN)).standard_normal(dimension, dtype=np.float32)
    return np.asarray(mean * np.float32(_COMMON / np.linalg.norm(mean)))


@lru_cache
def _deviations(dimension: int) -> NDArray[np.float32]:
    """Of the coordinates: few directions say most, and every one says something."""
    variances = (np.arange(dimension) + _FIRST) ** -_FALLS
    return np.asarray(np.sqrt(variances / variances.sum() * (1 - _COMMON**2)), dtype=np.float32)


def clustered_vectors(texts: Sequence[str], dimension: int, expected: int) -> Matrix:
    """Unit vectors `(n, dimension)`, derived from the texts' bytes: a cluster for every 50 of `expected` texts.

    Clusters stand at right angles to one another, and what is not in it is about as far from a vector as anything else.
    """
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
