"""How strongly the evidence says that a passage answers a question, and that strength as a score from 0 to 10. Pure.

A logistic model; `benchmarks/quality/fit_local_scorer.py` fits its weights and prints what the score's steps mean.
"""

from bisect import bisect_right
from dataclasses import dataclass

from server.evidence.examination import Evidence

_LARGEST_STANDING = 6.0
_SURE_STANDING = (4.5, 6.0)
"""From here to there, a model that knows both languages makes up for words that the other one cannot hold."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each piece of evidence adds to the log-odds."""

    standing: float = 0.150
    coverage: float = 3.242
    closeness: float = 3.064
    names: float = 1.559
    typed: float = 0.150
    introduced: float = 2.500
    comparable: float = 3.957
    constant: float = -12.174


WEIGHTS = Weights()

_STEPS = (-6.0, -5.0, -3.9, -2.65, -2.2, -1.5, -0.9, -0.2, 0.5, 1.2)
"""The strength from which a passage has score 1, 2, … 10.

From 4 on it may be answered from: below lie 98 % of the best passages for questions that the documents know nothing of.
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the embedding model says. `deviations`: by how many standard deviations the passage's cosine exceeds that of
    passages in general, so that it means the same for every model. `crosses`: the model knows a sentence and its
    translation for the same, so its word counts where question and passage are in different languages.
    """

    deviations: float = 0.0
    crosses: bool = False


def strength(evidence: Evidence, standing: Standing, weights: Weights = WEIGHTS) -> float:
    """Log-odds that the passage answers."""
    low, high = _SURE_STANDING
    sure = 0.0
    if standing.crosses and evidence.comparable < 1.0:
        sure = min(1.0, max(0.0, (standing.deviations - low) / (high - low)))
    return (
        weights.constant
        + weights.standing * min(_LARGEST_STANDING, max(-1.0, standing.deviations))
        + weights.coverage * max(evidence.coverage, sure)
        + weights.closeness * max(evidence.closeness, sure)
        + weights.names * evidence.names
        + weights.typed * evidence.typed
        + weights.introduced * evidence.introduced
        + weights.comparable * max(evidence.comparable, sure)
    )


def score_of(value: float) -> int:
    """The strength as an integer: 0 unrelated, 1-3 same topic, 4-6 partly answers, 7-8 mostly, 9-10 directly."""
    return bisect_right(_STEPS, value)


def share_of(value: float) -> float:
    """The strength as a number from 0 to 1, for adding it to other scores."""
    weakest, strongest = -8.0, 2.5
    return min(1.0, max(0.0, (value - weakest) / (strongest - weakest)))
