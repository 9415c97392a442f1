"""In which order the passages found for a question stand, and what each one's score is. Pure.

    score = weight · ((1 − e) · (a · nearness + (1 − a) · bm25 / best bm25) + e · strength of the evidence)

Nearness is how far the cosine stands above that of passages in general, the nearest 1: cosines themselves lie close
together. A convex combination, because ranks hide how good the best hit is: with an embedding model that does not know
the language, rank fusion drags a 0.97 (nDCG@10, CMRC) down to 0.55, this stays above and is better in English too.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from server.evidence.asked_figures import tells_count
from server.evidence.asked_rows import holds_asked_row
from server.evidence.examination import Profile, different_words, examine, needs_met
from server.evidence.likelihood import Standing, share_of, strength
from server.passages import NOTHING_FOUND, Found
from server.retrieval.document_names import Named
from storage.records import ChunkRecord

FOREIGN_PLACES = 5
"""Of the passages nearest in meaning, how many keep a place if they are in another language."""

TABLE_SHARE = 0.3
"""In a named document, what a fitting heading counts, and figures below the year asked for, beside the score's 1.0."""

EVIDENCE_SHARE = 0.65
"""`e`: what the evidence in a passage's text counts."""

NAMED_SHARE = 0.3
"""Of a passage's score, where the question names documents."""

_MOST_ALIKE = 3  # near-duplicate passages of one document
_SCALE = 0.88  # the weights that judge sentences know scores of this size
_ALIKE = 0.8  # of the different words of two passages are common to both
_ASKED_ROW = 2.0  # what the strength gains where a row of a table is just what is asked for
_COUNTED = 0.3  # where a number counts what is to be counted
_HEAD = 120  # characters at the beginning of a passage that may be a heading
_FIGURE = re.compile(r"(?<![\w.])\$?\(?\d[\d,.]*\)?%?")
_MANY_FIGURES = 0.4  # of the words of a passage
_UNKNOWN = Standing()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage and what speaks for it: `score` 0 to 1, `standing` see `Standing`.

    `is_foreign`: in another language than the question, which the embedding model knows as well.
    """

    chunk: ChunkRecord
    score: float
    standing: Standing = _UNKNOWN
    is_foreign: bool = False
    also_in: tuple[ChunkRecord, ...] = ()
    found: Found = NOTHING_FOUND


def fuse(
    cosines: Mapping[str, float],
    words: Mapping[str, float],
    weights: Mapping[str, float],
    dense_share: float = 0.5,
) -> dict[str, float]:
    """Each passage's score, 0 to 1, from cosine or nearness, its BM25, if any, and its weight, if it is not 1.0. Pure.

    Where no word of the question occurs the first alone counts, so that it is not halved.
    """
    best = max(words.values(), default=0.0)
    share = dense_share if best > 0.0 else 1.0

    def score(id_: str) -> float:
        shared = words.get(id_, 0.0) / best if best > 0.0 else 0.0
        return weights.get(id_, 1.0) * (share * min(1.0, max(0.0, cosines[id_])) + (1.0 - share) * shared)

    return {id_: score(id_) for id_ in cosines}


def look_closely(
    candidates: Sequence[Candidate], profile: Profile, evidence_share: float = EVIDENCE_SHARE
) -> list[Candidate]:
    """The candidates with the evidence in their texts added to their scores, best first. Pure."""

    def score(candidate: Candidate) -> float:
        chunk = candidate.chunk
        evidence = examine(profile, chunk.text, chunk.context)
        gain = _ASKED_ROW if holds_asked_row(profile, chunk.text, chunk.context) else 0.0
        if tells_count(profile.question, chunk.text):
            gain += _COUNTED
        found = chunk.weight * share_of(strength(evidence, candidate.standing) + gain)
        return _SCALE * ((1.0 - evidence_share) * candidate.score + evidence_share * found)

    return sorted((replace(candidate, score=score(candidate)) for candidate in candidates), key=_best_first)


def with_places_by_meaning(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, those in another language not further back than meaning places them. Pure.

    Their words cannot be the question's, so only meaning speaks for them: of the first in meaning every second place is
    theirs, and the first place is left to whichever has the words.
    """
    placed = list(candidates)
    by_meaning = sorted(candidates, key=lambda candidate: (-candidate.standing.deviations, candidate.chunk.id))
    for rank, candidate in enumerate(by_meaning[:FOREIGN_PLACES]):
        place, now = 2 * rank + 1, placed.index(candidate)
        if candidate.is_foreign and now > place:
            del placed[now]
            placed.insert(place, replace(candidate, score=max(candidate.score, placed[place].score)))
    return placed


def merged(found: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """What several wordings of one question found, best first; of a passage found twice the better. Pure."""
    if len(found) == 1:
        return list(found[0])
    best: dict[str, Candidate] = {}
    for candidate in (each for candidates in found for each in candidates):
        known = best.get(candidate.chunk.id)
        if known is None or candidate.score > known.score:
            best[candidate.chunk.id] = candidate
    return sorted(best.values(), key=_best_first)


def named_first(candidates: Sequence[Candidate], named: Named) -> list[Candidate]:
    """Best first: a share of the score is whether the passage's document is named. Pure."""

    def score(candidate: Candidate) -> float:
        return (1.0 - NAMED_SHARE) * candidate.score + NAMED_SHARE * named.documents.get(candidate.chunk.document, 0.0)

    return sorted((replace(candidate, score=score(candidate)) for candidate in candidates), key=_best_first)


def over_the_mean(cosines: Mapping[str, float], mean: float, least: float = 1e-6) -> dict[str, float]:
    """How far each stands above passages in general, 0 to 1, the nearest 1: the same scale for every model. Pure.

    Less than 1 where the nearest is not `least` above them.
    """
    farthest = max(max(cosines.values(), default=0.0) - mean, least)
    return {id_: max(0.0, cosine - mean) / farthest for id_, cosine in cosines.items()}


def with_table(candidate: Candidate, profile: Profile, dated_figures: float) -> float:
    """Within a named document what is asked for often stands in a row, under a heading that says what it is."""
    total = sum(need.weight for need in profile.needs) or 1.0
    head = f"{candidate.chunk.context} {candidate.chunk.text[:_HEAD]}"
    headed = sum(profile.needs[number].weight for number in needs_met(profile, head)) / total
    return (candidate.score + TABLE_SHARE * (headed + dated_figures)) / (1.0 + 2 * TABLE_SHARE)


def dated_figures(text: str, years: Collection[str]) -> float:
    """How much of a table the passage is, times the share of the years asked for that stand there. 0 to 1."""
    dated = sum(year in text for year in years)
    if not dated:
        return 0.0
    return dated / len(years) * min(1.0, len(_FIGURE.findall(text)) / (len(text.split()) or 1) / _MANY_FIGURES)


def without_repetition(candidates: Sequence[Candidate], k: int) -> list[Candidate]:
    """The best `k`, of which at most three of one document say nearly the same. Pure.

    A text that stands in several documents is one passage, the best of them; it names the other places.
    """
    chosen: list[Candidate] = []
    places: dict[str, int] = {}
    words: dict[str, frozenset[str]] = {}
    for candidate in candidates:
        text = " ".join(candidate.chunk.text.split())
        place = places.get(text)
        if place is not None and candidate.chunk.document != chosen[place].chunk.document:
            chosen[place] = replace(chosen[place], also_in=(*chosen[place].also_in, candidate.chunk))
        elif len(chosen) < k:
            words[candidate.chunk.id] = different_words(candidate.chunk.text)
            if sum(_is_alike(candidate, other, words) for other in chosen) < _MOST_ALIKE:
                places.setdefault(text, len(chosen))
                chosen.append(candidate)
    return chosen


def _is_alike(one: Candidate, other: Candidate, words: Mapping[str, frozenset[str]]) -> bool:
    if one.chunk.document != other.chunk.document:
        return False
    ours, theirs = words[one.chunk.id], words[other.chunk.id]
    return len(ours & theirs) >= _ALIKE * len(ours | theirs)


def _best_first(candidate: Candidate) -> tuple[float, str]:
    return (-candidate.score, candidate.chunk.id)
