"""What two answers both say: sentences that share most of their words, all their numbers, and yes or no. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.answering.citation_marks import without_marks
from server.answering.contrasts import is_negative
from storage.words.english_stems import stem
from storage.words.terms import content_words

_SHARED = 0.6  # of all words of the two sentences
_FEWEST_WORDS = 3  # fewer say nothing that could be compared


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says, without its citations: stems of its words, its numbers, whether it denies something."""

    words: frozenset[str]
    numbers: frozenset[str]
    is_negative: bool


def statement(sentence: str) -> Statement:
    """What this sentence says."""
    text = without_marks(sentence)
    terms = content_words(text)
    numbers = frozenset(term for term in terms if any(map(str.isdigit, term)))
    return Statement(frozenset(map(stem, terms)), numbers, is_negative(text))


def is_among(said: Statement, others: Iterable[Statement]) -> bool:
    """Whether one of the others says the same."""
    return len(said.words) >= _FEWEST_WORDS and any(_is_same(said, other) for other in others)


def _is_same(one: Statement, other: Statement) -> bool:
    if one.numbers != other.numbers or one.is_negative != other.is_negative:
        return False
    return len(one.words & other.words) >= _SHARED * len(one.words | other.words)
