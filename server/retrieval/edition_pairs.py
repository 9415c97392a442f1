"""Sentences that two editions of a document word alike and fill differently: "30 pounds" here and "45" there. Pure.

Apart from the retriever, which only passes on what is found here. Where the likeliest sentence has such a counterpart
among the likeliest ones of another edition, it is the more likely to be what is asked for: whoever asks, asks for what
changes, and a sentence that is likely by chance in one edition is seldom so beside its counterpart alone.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from server.evidence.alignment import alike, headings_of, without_item_number
from server.evidence.examination import Profile, sentences_of
from server.evidence.sentence_ranking import ANSWERED_FROM, ranked_sentences
from server.passages import Found
from server.retrieval.versions import version_key
from storage.records import ChunkRecord

_COUNTERPARTS = 8  # so many are held against these
_LEAST_ALIKE = 0.28
_SIGN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Likely:
    """A sentence of a passage, both by their places."""

    passage: int
    place: int
    text: str
    edition: str
    document: str
    heading: str
    strength: float


def paired_places(profile: Profile, passages: Sequence[tuple[ChunkRecord, Found]]) -> list[tuple[int, ...]]:
    """For each passage the place of its sentence that another edition words alike and fills differently.

    Only of the likeliest sentence of all, and only where that is too weak to be answered from.
    """
    likely = _likeliest(profile, passages)
    is_answered = not likely or likely[0].strength >= ANSWERED_FROM
    pair = () if is_answered else _pair(likely)
    return [_places(pair, number) for number in range(len(passages))]


def _pair(likely: Sequence[_Likely]) -> Sequence[_Likely]:
    """The likeliest sentence and its counterpart; that is also the second likeliest under the same heading."""
    best = likely[0]
    other = _counterpart(best, likely)
    if other is None:
        other = next((each for each in likely[1:2] if _is_in_same_section(best, each)), None)
    if other is None or (_counterpart(other, likely) or best) != best:
        return ()
    return (best, other) if _is_filled_otherwise(best.text, other.text) else ()


def _places(pair: Collection[_Likely], passage: int) -> tuple[int, ...]:
    return tuple(sorted(each.place for each in pair if each.passage == passage))


def _likeliest(profile: Profile, passages: Sequence[tuple[ChunkRecord, Found]]) -> list[_Likely]:
    """The likeliest sentences, best first; none where no two documents are editions of one."""
    editions = [version_key(chunk.document) for chunk, _ in passages]
    documents = {(edition, chunk.document) for edition, (chunk, _) in zip(editions, passages, strict=True) if edition}
    if len(documents) == len({edition for edition, _ in documents}):
        return []
    rows = [
        (-row.strength, number, row.place)
        for number, (chunk, found) in enumerate(passages)
        for row in ranked_sentences(profile, chunk.text, chunk.context, found)
        if not row.is_near_miss
    ]
    return [
        _Likely(
            number,
            place,
            sentences_of(passages[number][0].text)[place].text,
            editions[number] or "",
            passages[number][0].document,
            headings_of(passages[number][0].text, passages[number][0].context)[place],
            -weakness,
        )
        for weakness, number, place in sorted(rows)[:_COUNTERPARTS]
    ]


def _counterpart(sentence: _Likely, likely: Sequence[_Likely]) -> _Likely | None:
    """The sentence of another edition that is worded most like this one; of equals the likelier."""
    there = [
        other
        for other in likely
        if sentence.edition and other.edition == sentence.edition and other.document != sentence.document
    ]
    best = max(there, key=lambda other: alike(sentence.text, other.text), default=None)
    return best if best is not None and alike(sentence.text, best.text) >= _LEAST_ALIKE else None


def _is_in_same_section(one: _Likely, other: _Likely) -> bool:
    """Whether another edition says it, and under the same heading."""
    is_other_edition = one.edition == other.edition and one.document != other.document
    return bool(one.edition and one.heading) and is_other_edition and one.heading == other.heading


def _is_filled_otherwise(one: str, other: str) -> bool:
    """Whether each says something that the other does not, the number of an item in front apart."""
    a, b = (set(_SIGN.findall(without_item_number(text).casefold())) for text in (one, other))
    return bool(a - b) and bool(b - a)
