"""Which sentence of a passage bears out a statement: the one that shares its rare words and its numbers. Pure."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from storage.words.english_stems import stem
from storage.words.lines import is_row
from storage.words.sentences import sentence_spans
from storage.words.terms import content_words

_LONGEST_GAIN = 12
"""Words from which on a sentence's length counts against it."""

_NUMBER_COUNTS = 2.0
"""A number that both hold says more than a word does."""


def sentence_ranges(text: str, start: int = 0, stop: int | None = None) -> list[tuple[int, int]]:
    """Where the sentences and the rows of tables of `text[start:stop]` stand, without the white space around them."""
    stop = len(text) if stop is None else stop
    return [trimmed for piece in _pieces(text, start, stop) if (trimmed := _trimmed(text, *piece))]


def cited_range(
    text: str, statement: str, ranges: Sequence[tuple[int, int]] | None = None
) -> tuple[tuple[int, int] | None, float]:
    """The sentence within `ranges` of the text that bears out the statement most, and how much it does.

    None and 0.0 where no sentence shares a word with it.
    """
    pieces = [piece for start, stop in (ranges or [(0, len(text))]) for piece in sentence_ranges(text, start, stop)]
    words = [_words(text[start:stop]) for start, stop in pieces]
    wanted, known = _words(statement), Counter(word for each in words for word in each)
    weights = [_weight(each & wanted, known) / math.sqrt(max(len(each), _LONGEST_GAIN)) for each in words]
    best = max(range(len(pieces)), key=weights.__getitem__, default=None)
    return (None, 0.0) if best is None or weights[best] <= 0.0 else (pieces[best], weights[best])


def _weight(shared: set[str], known: Counter[str]) -> float:
    return sum((_NUMBER_COUNTS if word.isdigit() else 1.0) / known[word] for word in shared)


def _words(text: str) -> set[str]:
    return set(map(stem, content_words(text)))


def _pieces(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Rows one by one; what is between them by sentences."""
    begin = position = start
    for line in text[start:stop].splitlines(keepends=True):
        if is_row(line.strip()):
            yield from sentence_spans(text, begin, position)
            yield position, position + len(line)
            begin = position + len(line)
        position += len(line)
    yield from sentence_spans(text, begin, stop)


def _trimmed(text: str, start: int, stop: int) -> tuple[int, int] | None:
    piece = text[start:stop]
    if not re.search(r"\w", piece):
        return None
    return start + len(piece) - len(piece.lstrip()), stop - (len(piece) - len(piece.rstrip()))
