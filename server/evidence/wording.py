"""How much two sentences are worded alike, whatever numbers they give. Pure.

Apart from those who ask, retrieval and answering, who must mean the same by it.
"""

import re
from functools import lru_cache
from itertools import pairwise

from storage.words.english_stems import stem
from storage.words.scripts import HAN

_WORD = re.compile(rf"[{HAN}]|[^\W\d_{HAN}]+")


def alike(one: str, other: str) -> float:
    """The share of their words and pairs of neighbouring words that both hold, 0 to 1; in Chinese of characters."""
    a, b = _wording(one), _wording(other)
    return 2 * len(a & b) / (len(a) + len(b) or 1)


@lru_cache(maxsize=2048)
def _wording(text: str) -> frozenset[str | tuple[str, str]]:
    words = [stem(word.casefold()) for word in _WORD.findall(text)]
    return frozenset((*words, *pairwise(words)))
