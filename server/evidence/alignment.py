"""What tells which sentences of two editions belong together: how much they are worded alike, and their headings. Pure.

Apart from those who ask, retrieval and answering, who must mean the same by it.
"""

import re
from functools import lru_cache
from itertools import pairwise

from server.evidence.examination import sentences_of
from storage.words.english_stems import stem
from storage.words.scripts import HAN, IS_HAN

_WORD = re.compile(rf"[{HAN}]|[^\W\d_{HAN}]+")
_NUMBER_OF_ITEM = re.compile(
    r"^\W*(?:§\s*\d+|\(?\d{1,3}(?:\.\d{1,3})*[.)、]|\d{1,3}(?:\.\d{1,3})+|第[一二三四五六七八九十百\d]+条"
    r"|[（(]?[一二三四五六七八九十]{1,3}[）)、])\s+"
)
_NUMBER_OF_HEADING = re.compile(r"^[\W\d]+|^第[\d一二三四五六七八九十百]+[条章节]")


def alike(one: str, other: str) -> float:
    """The share of their words and pairs of neighbouring words that both hold, 0 to 1; in Chinese of characters."""
    a, b = _wording(one), _wording(other)
    return 2 * len(a & b) / (len(a) + len(b) or 1)


def without_item_number(text: str) -> str:
    """The statement without the number of its item in front: "3.1 The door …"; a number that it begins with stays."""
    return _NUMBER_OF_ITEM.sub("", text)


def begin_alike(one: str, other: str) -> bool:
    """Whether both begin with the same two words, in Chinese with three characters, the number of an item apart."""
    a, b = ([word.casefold() for word in _WORD.findall(text)] for text in (one, other))
    count = 3 if a and IS_HAN.match(a[0]) else 2
    return len(a) >= count and a[:count] == b[:count]


@lru_cache(maxsize=2048)
def _wording(text: str) -> frozenset[str | tuple[str, str]]:
    words = [stem(word.casefold()) for word in _WORD.findall(text)]
    return frozenset((*words, *pairwise(words)))


def headings_of(text: str, context: str) -> list[str]:
    """For each sentence of a passage the heading above it without its number, "" where there is none.

    `context`: the title and the headings above the passage.
    """
    lines = [line.strip() for line in re.split(r"\n| › ", context) if line.strip()]
    heading = _without_number(lines[-1]) if len(lines) > 1 else ""
    found = []
    for sentence in sentences_of(text):
        found.append(heading)
        heading = _without_number(sentence.text) if sentence.is_heading else heading
    return found


def _without_number(heading: str) -> str:
    return _NUMBER_OF_HEADING.sub("", heading).strip().casefold()
