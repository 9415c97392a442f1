"""How strongly the evidence says that a sentence answers, and that strength as a score from 0 to 10. Pure.

A linear model, fitted by `benchmarks/quality/fit_sentence_ranking.py`: the best sentence of a question's passages is
chosen against the others and against "nothing here answers", whose strength is 0. What is quoted and what the board
shows come from the same figures, so they agree.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from server.evidence.examination import Profile
from server.evidence.meaning import SURELY_ELSEWHERE
from server.evidence.sentence_evidence import FEATURES, Features, SentenceEvidence, sentence_evidence
from server.passages import Found, Meaning
from storage.words.frame_words import question_tongue
from storage.words.scripts import IS_UNSPACED

_LARGEST_STANDING = 6.0
_SURE_STANDING = (4.5, 6.0)
"""From here to there, a model that knows both languages makes up for words that the other one cannot hold."""


@dataclass(frozen=True, slots=True)
class Weights(Features):
    """What each piece of evidence adds to the strength.

    `standing` is that of the passage, `retrieval` its score, `crossed` what a passage in another language gains.
    The next ones are for what `Meaning` says of the sentence; `behind` and `kin_behind` for what it lacks to the
    nearest and the closest one of the question, `foreign` and `foreign_kin` for the meaning of one whose words cannot
    be the question's, by the share of those that cannot.
    """

    standing: float = 0.0
    retrieval: float = 0.0
    crossed: float = 0.0
    near_meaning: float = 0.0
    kin: float = 0.0
    least: float = 0.0
    kin_above: float = 0.0
    kin_before: float = 0.0
    kin_around: float = 0.0
    plain: float = 0.0
    behind: float = 0.0
    kin_behind: float = 0.0
    foreign: float = 0.0
    foreign_kin: float = 0.0
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
    crossed=7.0,
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
    crossed=7.0,
    constant=-7.96,
)
"""For questions whose words are pairs of characters."""

WEIGHTS_WITH_MEANING = Weights(
    own=-2.84,
    before=0.17,
    beside=-1.12,
    above=-2.25,
    around=-1.38,
    soft=2.58,
    order=-0.23,
    telling=4.16,
    words=-0.01,
    rarest=0.27,
    names=-1.75,
    near=-1.04,
    number=0.88,
    typed=0.33,
    untyped=-1.25,
    vague=-0.38,
    unit=0.37,
    unitless=-0.97,
    introduced=2.66,
    row=0.45,
    fragment=-1.57,
    question=-3.12,
    short=0.63,
    long=-2.02,
    incomparable=-1.31,
    standing=1.37,
    retrieval=4.06,
    kin=0.28,
    least=1.72,
    kin_above=7.57,
    kin_before=4.82,
    kin_around=1.76,
    plain=2.46,
    near_meaning=3.08,
    behind=0.05,
    kin_behind=3.44,
    foreign=-0.76,
    foreign_kin=1.0,
    crossed=1.0,
    constant=-7.72,
)
"""The same where the sentences' own meanings are known; of the packaged model."""

CJK_WEIGHTS_WITH_MEANING = Weights(
    own=-3.09,
    before=0.01,
    beside=-1.1,
    above=-4.44,
    around=-1.66,
    soft=3.1,
    order=-0.64,
    telling=6.87,
    words=-1.73,
    rarest=0.52,
    names=-1.79,
    near=-1.21,
    number=0.76,
    typed=0.3,
    untyped=-1.42,
    vague=-0.65,
    unit=0.37,
    unitless=-1.04,
    introduced=3.15,
    row=0.73,
    fragment=-1.62,
    question=-3.11,
    short=0.85,
    long=-1.14,
    incomparable=-0.46,
    standing=1.93,
    retrieval=4.84,
    kin=-2.3,
    least=1.92,
    kin_above=7.15,
    kin_before=4.84,
    kin_around=1.03,
    plain=4.73,
    near_meaning=3.67,
    behind=-0.55,
    kin_behind=3.56,
    foreign=-1.88,
    foreign_kin=1.97,
    crossed=1.0,
    constant=-8.63,
)
"""The same for questions whose words are pairs of characters."""

PARTS = tuple(field.name for field in fields(Weights) if field.name != "constant")
_NO_MEANING = [0.0] * (len(PARTS) - PARTS.index("near_meaning"))

_OTHER_TONGUE = 0.6
"""What a question in German, French, Spanish, Italian, Portuguese or Dutch gains: its words have more forms, so fewer
are met, and the weights come from questions in English."""

_OF_SOMETHING_ELSE = 3.0
"""What a passage loses where the question names another document's subject and nothing here is about that: dogs at a
pool are no dogs on a ferry."""

_IN_ANOTHER_TONGUE = 1.5
"""What a passage loses in another language than the question's, where documents speak that one and it names nothing of
the passage's: more than a passage in another language gains for words that it cannot hold."""

_BESIDE = 8.0
"""What a sentence loses that cannot be the answer, see `Lacks.answer`."""

_THE_THING = 0.25
"""From here on a word is like what must be there: "wireless" is so like "wifi" (0.5), "bathing" not "sauna" (0.15)."""

_BY_NOBODY = 9.0
"""What it loses that says that something was done, and it is asked by whom: its words are just the question's."""

_EXTREME = 6.0
"""What a row gains that has the most or least of what is asked for: its words are only its table's."""

_UNTIMED = 3.0
"""What it loses that says no time where one is asked for: none of 103 sentences that answer such questions does."""

_UNREASONED = 5.0
"""What it loses that gives no reason where one is asked for: so say 6 of 39 sentences that answer."""

_UNDATED = 1.5
"""What it loses where a year is asked for and nothing around it is of that year."""

_IN_RANGE, _OUT_OF_RANGE = 1.5, -3.0
"""What a row gains in whose range an amount of the question is (4 years in "3–5"), and the others of its table."""

_ASKED_ROW = 6.0
"""What a row gains whose label is just what is asked for."""

_WHO_MAY = 1.5
"""What it gains that says what people may do something, where that is asked."""

_DEFINES_ROLE = 6.0
"""What it gains that says who has the role that is asked for: the word alone is in half of a contract's sentences."""

_UNCOUNTED = 1.2
"""What it loses where no number counts what is to be counted: so say 13 % of the sentences that answer and 65 % of
those that were taken for answers and are none: a factor of five in the odds, of which a part is in the weights."""

_NUMBERLESS = 4.0
"""What it loses that says no number at all where one is asked for: so say two of 132 sentences that answer."""

_PAIRED = 0.9
"""What a sentence gains that another edition of the document fills differently, see `Found.paired`. Of the five
questions that it brings an answer, on natural and on a set of our own, all get what was asked for."""

_STEPS = (-5.0, -4.0, -2.8, -1.6, -1.2, -0.8, -0.3, 0.4, 1.3, 2.3)
"""The strength from which a passage has score 1, 2, … 10."""

ANSWERED_FROM = _STEPS[3]
"""The strength from which a passage may be answered from."""

NEAR_MISS = 2
"""The most that a passage gets whose best sentence speaks of something else with nearly the same name."""


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence by its place in its passage, how strongly it answers, and what speaks for it."""

    place: int
    strength: float
    evidence: SentenceEvidence
    other_edition: bool = False

    @property
    def is_near_miss(self) -> bool:
        """Whether it speaks of something that is easily taken for what is asked."""
        return self.evidence.features.near > 0.0 or self.other_edition


def ranked_sentences(profile: Profile, text: str, context: str, found: Found) -> list[RankedSentence]:
    """The sentences of a passage that could be quoted, best first; of equals the first."""
    weights = _weights(IS_UNSPACED.search(profile.question) is not None, has_meanings=bool(found.meanings))
    gain = _OTHER_TONGUE if found.meanings and question_tongue(profile.question) else 0.0
    gain -= _OF_SOMETHING_ELSE if found.elsewhere >= SURELY_ELSEWHERE or found.of_another else 0.0
    gain -= _IN_ANOTHER_TONGUE if found.other_tongue else 0.0
    context = "\n".join((context, " ".join(found.called))) if found.called else context
    rows = [
        RankedSentence(
            evidence.place,
            _strength(weights, evidence, found) + gain + _gained(evidence, found) - _lost(evidence, found),
            evidence,
            found.other_edition,
        )
        for evidence in sentence_evidence(profile, text, context)
    ]
    return sorted(rows, key=lambda row: (-row.strength, row.place))


def score_of(best: RankedSentence | None) -> int:
    """A passage's score, from its best sentence: 0 unrelated, 1-3 same topic, 4-6 partly, 7-8 mostly, 9-10 directly."""
    if best is None:
        return 0
    score = bisect_right(_STEPS, best.strength)
    return min(score, NEAR_MISS) if best.is_near_miss else score


def _gained(evidence: SentenceEvidence, found: Found) -> float:
    is_paired = evidence.place in found.paired
    ranged = (_OUT_OF_RANGE, 0.0, _IN_RANGE)[evidence.ranged + 1]
    return (
        ranged
        + _EXTREME * evidence.extreme
        + _ASKED_ROW * evidence.asked_row
        + _WHO_MAY * evidence.names_who_may
        + _DEFINES_ROLE * evidence.defines_role
        + _PAIRED * is_paired
    )


def _lost(evidence: SentenceEvidence, found: Found) -> float:
    is_without = bool(found.meanings) and found.meanings[evidence.place].thing < _THE_THING
    lacks = evidence.lacks
    return (
        _BESIDE * (lacks.answer or is_without)
        + _UNCOUNTED * lacks.count
        + _NUMBERLESS * lacks.number
        + _UNTIMED * lacks.time
        + _UNREASONED * lacks.reason
        + _BY_NOBODY * lacks.agent
        + _UNDATED * evidence.is_undated
    )


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
    parts = zip(_parts_of(weights), parts_of(evidence, found), strict=True)
    return weights.constant + sum(weight * part for weight, part in parts)


@lru_cache(maxsize=8)
def _parts_of(weights: Weights) -> tuple[float, ...]:
    return tuple(getattr(weights, name) for name in PARTS)


def parts_of(evidence: SentenceEvidence, found: Found) -> list[float]:
    """What speaks for a sentence, in the order of `PARTS`."""
    features = evidence.features
    parts = [getattr(features, name) for name in FEATURES]
    parts += [standing_share(found.standing), found.score, _crossed(features.incomparable, found)]
    if not found.meanings:
        return [*parts, *_NO_MEANING]
    meaning = found.meanings[evidence.place]
    near = standing_share(meaning.near)
    behind = near - standing_share(max(found.nearest, 0.0))
    return [
        *parts,
        near,
        *meaning[1 : Meaning._fields.index("thing")],
        behind,
        meaning.kin - found.closest,
        near * features.incomparable,
        meaning.kin * features.incomparable,
    ]


def _crossed(incomparable: float, found: Found) -> float:
    """How surely meaning makes up for the words that a passage in another language cannot hold.

    Where sentences and words were read, their meanings say that already; what is left is the same for all of them.
    """
    if found.meanings:
        return incomparable
    low, high = _SURE_STANDING
    return incomparable * min(1.0, max(0.0, (found.standing - low) / (high - low))) if found.crosses else 0.0


def standing_share(deviations: float) -> float:
    """The standing as the model reads it, -1/6 to 1."""
    return min(_LARGEST_STANDING, max(-1.0, deviations)) / _LARGEST_STANDING
