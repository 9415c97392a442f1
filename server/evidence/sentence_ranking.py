"""How strongly the evidence says that a sentence answers, and that strength as a score from 0 to 10. Pure.

A linear model, fitted by `benchmarks/quality/fit_sentence_ranking.py`: the best sentence of a question's passages is
chosen against the others and against "nothing here answers", whose strength is 0. What is quoted and what the board
shows come from the same figures, so they agree.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from server.evidence.examination import Profile
from server.evidence.sentence_evidence import FEATURES, Features, SentenceEvidence, sentence_evidence
from storage.words.scripts import IS_UNSPACED

_LARGEST_STANDING = 6.0
_SURE_STANDING = (4.5, 6.0)
"""From here to there, a model that knows both languages makes up for words that the other one cannot hold."""


@dataclass(frozen=True, slots=True)
class Weights(Features):
    """What each piece of evidence adds to the strength.

    `standing` is that of the passage, `retrieval` its score, `crossed` what a passage in another language gains.
    `meaning` is the sentence's own, `behind` what it lacks to that of the nearest one, `foreign` the meaning of one
    whose words cannot be the question's, by the share of those that cannot.
    """

    standing: float = 0.0
    retrieval: float = 0.0
    crossed: float = 7.0
    meaning: float = 0.0
    behind: float = 0.0
    foreign: float = 0.0
    constant: float = 0.0


WEIGHTS = Weights(
    own=2.64,
    before=2.23,
    beside=0.0,
    above=3.88,
    around=0.0,
    soft=3.99,
    order=0.58,
    telling=2.79,
    words=1.47,
    rarest=0.37,
    names=-1.19,
    near=-0.43,
    number=0.0,
    typed=0.7,
    untyped=-2.02,
    vague=-0.62,
    unit=2.12,
    unitless=-0.67,
    introduced=2.0,
    row=0.4,
    fragment=-0.34,
    question=-1.42,
    short=0.0,
    long=-0.95,
    incomparable=-0.95,
    standing=4.49,
    retrieval=3.66,
    constant=-7.96,
)
"""For questions written with letters."""

CJK_WEIGHTS = Weights(
    own=1.81,
    before=2.04,
    beside=1.96,
    above=1.28,
    around=0.0,
    soft=5.32,
    order=0.0,
    telling=5.51,
    words=1.24,
    rarest=0.67,
    names=-1.03,
    near=-0.63,
    number=-0.81,
    typed=0.38,
    untyped=-1.66,
    vague=-0.61,
    unit=0.9,
    unitless=-1.1,
    introduced=2.0,
    row=-0.62,
    fragment=-0.96,
    question=-0.45,
    short=-0.13,
    long=-0.04,
    incomparable=-0.94,
    standing=4.27,
    retrieval=4.03,
    constant=-7.96,
)
"""For questions whose words are pairs of characters."""

WEIGHTS_WITH_MEANING = Weights(
    own=1.37,
    before=3.32,
    beside=0.0,
    above=3.55,
    around=0.0,
    soft=3.7,
    order=0.37,
    telling=2.49,
    words=1.69,
    rarest=0.18,
    names=-1.88,
    near=-0.39,
    number=0.0,
    typed=0.39,
    untyped=-2.0,
    vague=-0.23,
    unit=1.34,
    unitless=-0.4,
    introduced=2.0,
    row=0.04,
    fragment=-0.46,
    question=-1.39,
    short=0.0,
    long=-1.19,
    incomparable=-1.19,
    standing=2.73,
    retrieval=3.65,
    meaning=0.56,
    behind=2.04,
    foreign=0.66,
    crossed=0.0,
    constant=-6.4,
)
"""The same where the sentences' own meanings are known; of the packaged model."""

CJK_WEIGHTS_WITH_MEANING = Weights(
    own=0.0,
    before=3.0,
    beside=2.8,
    above=0.14,
    around=0.0,
    soft=5.0,
    order=0.0,
    telling=6.61,
    words=0.0,
    rarest=0.77,
    names=-0.86,
    near=-0.75,
    number=-1.0,
    typed=0.83,
    untyped=-0.07,
    vague=-0.69,
    unit=0.31,
    unitless=-1.43,
    introduced=2.0,
    row=-0.46,
    fragment=-0.78,
    question=-0.88,
    short=0.0,
    long=0.06,
    incomparable=-1.03,
    standing=2.48,
    retrieval=4.12,
    meaning=2.2,
    behind=2.58,
    foreign=0.47,
    crossed=0.0,
    constant=-7.7,
)
"""The same for questions whose words are pairs of characters."""

_STEPS = (-5.0, -4.0, -3.0, -1.6, -1.2, -0.8, -0.3, 0.4, 1.3, 2.3)
"""The strength from which a passage has score 1, 2, … 10."""

ANSWERED_FROM = _STEPS[3]
"""The strength from which a passage may be answered from."""

NEAR_MISS = 3
"""The most that a passage gets whose best sentence speaks of something else with nearly the same name."""


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval says of a passage: `standing` and `crosses` see `Standing`, `score` 0 to 1.

    `meanings`: the standing of each of its sentences, 0 for one that was not read; empty where none was. `nearest`: the
    greatest of all the question's passages.
    """

    standing: float = 0.0
    crosses: bool = False
    score: float = 0.5
    meanings: tuple[float, ...] = ()
    nearest: float = 0.0


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
    weights = _weights(IS_UNSPACED.search(profile.question) is not None, has_meanings=bool(found.meanings))
    rows = [
        RankedSentence(evidence.place, _strength(weights, evidence, found), evidence)
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
    return next((row for row in ranked if not row.is_near_miss and row.strength >= ANSWERED_FROM), None) or next(
        iter(ranked), None
    )


def _weights(is_unspaced: bool, has_meanings: bool) -> Weights:
    if has_meanings:
        return CJK_WEIGHTS_WITH_MEANING if is_unspaced else WEIGHTS_WITH_MEANING
    return CJK_WEIGHTS if is_unspaced else WEIGHTS


def _strength(weights: Weights, evidence: SentenceEvidence, found: Found) -> float:
    features = evidence.features
    value: float = weights.constant + sum(getattr(weights, name) * getattr(features, name) for name in FEATURES)
    value += weights.standing * standing_share(found.standing) + weights.retrieval * found.score
    if found.crosses and features.incomparable > 0.0:
        low, high = _SURE_STANDING
        sure = min(1.0, max(0.0, (found.standing - low) / (high - low)))
        value += weights.crossed * sure * features.incomparable
    if found.meanings:
        meaning, behind = meaning_shares(found.meanings[evidence.place], found.nearest)
        value += weights.meaning * meaning - weights.behind * behind
        value += weights.foreign * features.incomparable * meaning
    return value


def meaning_shares(meaning: float, nearest: float) -> tuple[float, float]:
    """A sentence's meaning as the model reads it, and how far it is behind the nearest one."""
    share = standing_share(meaning)
    return share, standing_share(max(nearest, 0.0)) - share


def standing_share(deviations: float) -> float:
    """The standing as the model reads it, -1/6 to 1."""
    return min(_LARGEST_STANDING, max(-1.0, deviations)) / _LARGEST_STANDING
