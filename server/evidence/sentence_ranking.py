"""How strongly the evidence says that a sentence answers, and that strength as a score from 0 to 10. Pure.

A linear model, fitted by `benchmarks/quality/fit_sentence_ranking.py`: the best sentence of a question's passages is
chosen against the others and against "nothing here answers", whose strength is 0. What is quoted and what the board
shows come from the same figures, so they agree.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, fields

from server.evidence.examination import Profile
from server.evidence.sentence_evidence import FEATURES, Features, SentenceEvidence, sentence_evidence

_LARGEST_STANDING = 6.0
_SURE_STANDING = (4.5, 6.0)
"""From here to there, a model that knows both languages makes up for words that the other one cannot hold."""


@dataclass(frozen=True, slots=True)
class Weights(Features):
    """What each piece of evidence adds to the strength. The defaults are what the fit printed.

    `standing` is that of the passage, `retrieval` its score, `crossed` what a passage in another language gains.
    """

    own: float = 2.13
    before: float = 3.12
    beside: float = 0.68
    above: float = 1.68
    around: float = 0.0
    soft: float = 6.83
    order: float = 0.94
    telling: float = 3.26
    words: float = 1.51
    rarest: float = 0.05
    names: float = -0.89
    near: float = -1.24
    number: float = 0.0
    typed: float = 0.32
    untyped: float = -1.06
    vague: float = -0.91
    unit: float = 1.7
    unitless: float = -0.89
    introduced: float = 2.0
    row: float = 0.25
    fragment: float = -0.22
    question: float = -1.02
    short: float = 0.0
    long: float = 0.45
    incomparable: float = -0.8
    standing: float = 2.61
    retrieval: float = 5.53
    crossed: float = 7.0
    constant: float = -8.34


WEIGHTS = Weights()

_STEPS = (-5.0, -4.0, -3.0, -2.0, -1.5, -1.0, -0.4, 0.3, 1.2, 2.2)
"""The strength from which a passage has score 1, 2, … 10. From 4 on it may be answered from."""

NEAR_MISS = 3
"""The most that a passage gets whose best sentence speaks of something else with nearly the same name."""


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval says of a passage: `standing` and `crosses` see `Standing`, `score` 0 to 1."""

    standing: float = 0.0
    crosses: bool = False
    score: float = 0.5


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence by its place in its passage, how strongly it answers, and what speaks for it."""

    place: int
    strength: float
    evidence: SentenceEvidence

    @property
    def is_near_miss(self) -> bool:
        """Whether it speaks of something that is easily taken for what is asked."""
        return self.evidence.features.near > 0.0


def ranked_sentences(profile: Profile, text: str, context: str, found: Found) -> list[RankedSentence]:
    """The sentences of a passage that could be quoted, best first; of equals the first."""
    rows = [
        RankedSentence(evidence.place, _strength(evidence.features, found), evidence)
        for evidence in sentence_evidence(profile, text, context)
    ]
    return sorted(rows, key=lambda row: (-row.strength, row.place))


def score_of(best: RankedSentence | None) -> int:
    """A passage's score, from its best sentence: 0 unrelated, 1-3 same topic, 4-6 partly, 7-8 mostly, 9-10 directly."""
    if best is None:
        return 0
    score = bisect_right(_STEPS, best.strength)
    return min(score, NEAR_MISS) if best.is_near_miss else score


def best_of(ranked: Sequence[RankedSentence]) -> RankedSentence | None:
    """The best sentence; one with the asked name itself before any with a name like it."""
    return next((row for row in ranked if not row.is_near_miss and row.strength >= _STEPS[3]), None) or next(
        iter(ranked), None
    )


def _strength(features: Features, found: Found) -> float:
    value = WEIGHTS.constant + sum(getattr(WEIGHTS, name) * getattr(features, name) for name in FEATURES)
    value += WEIGHTS.standing * standing_share(found.standing) + WEIGHTS.retrieval * found.score
    if found.crosses and features.incomparable > 0.0:
        low, high = _SURE_STANDING
        sure = min(1.0, max(0.0, (found.standing - low) / (high - low)))
        value += WEIGHTS.crossed * sure * features.incomparable
    return value


def standing_share(deviations: float) -> float:
    """The standing as the model reads it, -1/6 to 1."""
    return min(_LARGEST_STANDING, max(-1.0, deviations)) / _LARGEST_STANDING


ALL_WEIGHTS = tuple(field.name for field in fields(Weights))
