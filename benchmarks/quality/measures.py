"""Figures of merit, with how sure one can be of them. Pure.

Ranking figures come from ir-measures. Any gold page will do, so the first one found is the one relevant result. Of
topical queries every document has a grade, and nDCG@10 counts them all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from ir_measures import RR, Qrel, ScoredDoc, Success, nDCG

from benchmarks.quality.answer_grading import Grade, without_citations
from benchmarks.quality.answer_grading import grade as graded_answer
from benchmarks.quality.question_sets import EvalQuestion
from benchmarks.quality.systems import DEPTH, SYSTEMS, Outcome
from storage.records import ChunkRecord

LEVELS = ("passage", "page", "document")
MEASURES = {"hit@1": Success @ 1, "hit@5": Success @ 5, "hit@10": Success @ 10, "MRR": RR @ DEPTH, "nDCG@10": nDCG @ 10}
_DRAWS = 1000
_SEED = 20261123
_GOLD = "gold"


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean and the middle 95 % of its bootstrap distribution."""

    value: float
    low: float
    high: float


def ranks(questions: Sequence[EvalQuestion], outcomes: Sequence[Outcome], system: str, level: str) -> list[int]:
    """For each answerable question the place, from 1, of the first result that answers; 0 when none of ten does."""
    found = []
    for question, outcome in zip(questions, outcomes, strict=True):
        if not question.unanswerable:
            units = _units(question, outcome.ranked[system], level)[:DEPTH]
            found.append(units.index(_GOLD) + 1 if _GOLD in units else 0)
    return found


def ranking_figures(places: Sequence[int]) -> dict[str, Figure]:
    """hit@k, MRR and nDCG@10 of these places."""
    qrels = [Qrel(str(number), _GOLD, 1) for number in range(len(places))]
    run = [
        ScoredDoc(str(number), _GOLD if rank == place else f"other-{rank}", -float(rank))
        for number, place in enumerate(places)
        for rank in range(1, DEPTH + 1)
    ]
    return {name: bootstrapped(found) for name, found in _calculated(qrels, run, len(places)).items()}


def graded_gains(questions: Sequence[EvalQuestion], outcomes: Sequence[Outcome], system: str) -> list[float]:
    """For each question whose documents have grades, the nDCG@10 of the documents found, each once."""
    return _graded_values(questions, outcomes, system)["nDCG@10"]


def _graded_values(
    questions: Sequence[EvalQuestion], outcomes: Sequence[Outcome], system: str
) -> dict[str, list[float]]:
    pairs = [(q, o) for q, o in zip(questions, outcomes, strict=True) if q.grades]
    qrels = [Qrel(str(n), document, grade) for n, (q, _) in enumerate(pairs) for document, grade in q.grades]
    run = [
        ScoredDoc(str(number), document, -float(rank))
        for number, (_, outcome) in enumerate(pairs)
        for rank, document in enumerate(dict.fromkeys(chunk.document for chunk in outcome.ranked[system]))
    ]
    return _calculated(qrels, run, len(pairs))


def _calculated(qrels: Sequence[Qrel], run: Sequence[ScoredDoc], questions: int) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {name: [0.0] * questions for name in MEASURES}
    names = {str(measure): name for name, measure in MEASURES.items()}
    for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels, run):
        values[names[str(metric.measure)]][int(metric.query_id)] = metric.value
    return values


def bootstrapped(values: Sequence[float]) -> Figure:
    """The mean with its interval; the same draws in every run."""
    if not values:
        return Figure(float("nan"), float("nan"), float("nan"))
    means = _drawn_means(np.asarray(values, dtype=float))
    low, high = np.quantile(means, [0.025, 0.975])
    return Figure(round(float(np.mean(values)), 4), round(float(low), 4), round(float(high), 4))


def surely_falls(before: Sequence[float], now: Sequence[float]) -> bool:
    """Whether the mean fell by more than its noise: nearly every draw of the questions' differences is a fall."""
    difference = np.asarray(now, dtype=float) - np.asarray(before, dtype=float)
    if not difference.any():
        return False
    return float(np.quantile(_drawn_means(difference), 0.975)) < 0.0


def refusal_figures(questions: Sequence[EvalQuestion], outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """How well ours knows that there is nothing to find. `separation`: how often an answerable question's best score is
    above an unanswerable one's (ties count half), 0.5 is chance.
    """
    pairs = list(zip(questions, outcomes, strict=True))
    some_unanswerable = any(question.unanswerable for question in questions)
    refused = [float(question.unanswerable) for question, outcome in pairs if outcome.refused and some_unanswerable]
    figures = {
        "refusal precision": bootstrapped(refused),
        "refusal recall": bootstrapped(
            [float(outcome.refused) for question, outcome in pairs if question.unanswerable]
        ),
        "wrongly refused": bootstrapped([float(o.refused) for question, o in pairs if not question.unanswerable]),
    }
    good = [outcome.best_score for question, outcome in pairs if not question.unanswerable]
    bad = [outcome.best_score for question, outcome in pairs if question.unanswerable]
    if good and bad:
        above = [sum((g > b) + 0.5 * (g == b) for b in bad) / len(bad) for g in good]
        figures["separation"] = bootstrapped(above)
    return {name: figure for name, figure in figures.items() if figure.value == figure.value}


ANSWER_FIGURES = ("right", "partly", "wrong", "refused", "evidence retrieved", "evidence kept", "characters")
"""What is told of answers, of answerable questions alone; `all`'s figures have "unanswerable refused" as well."""


def grades(questions: Sequence[EvalQuestion], outcomes: Sequence[Outcome]) -> list[Grade | None]:
    """How the answer to each question does; None where the question's answer is not known."""
    return [
        graded_answer(outcome.answer, outcome.refused, question.points, question.kind)
        if question.points or question.unanswerable
        else None
        for question, outcome in zip(questions, outcomes, strict=True)
    ]


def answer_figures(questions: Sequence[EvalQuestion], outcomes: Sequence[Outcome]) -> dict[str, Mapping[str, Figure]]:
    """Which questions → measure: all, and those of each language and kind; {} where no answer is known."""
    graded = [
        (question, outcome, found)
        for question, outcome, found in zip(questions, outcomes, grades(questions, outcomes), strict=True)
        if found is not None
    ]
    if not any(question.points for question, _, _ in graded):
        return {}
    groups = {"all": graded}
    for label in ("language", "kind"):
        values = sorted({getattr(question, label) for question, _, _ in graded})
        if len(values) > 1:
            groups |= {f"{label} {value}": [g for g in graded if getattr(g[0], label) == value] for value in values}
    return {name: figures for name, members in groups.items() if (figures := _answer_figures(members))}


def _answer_figures(graded: Sequence[tuple[EvalQuestion, Outcome, Grade]]) -> dict[str, Figure]:
    answerable = [(question, outcome, found) for question, outcome, found in graded if question.points]
    unanswerable = [grade for question, _, grade in graded if question.unanswerable]
    lengths = [float(len(without_citations(outcome.answer))) for _, outcome, _ in answerable if outcome.answer]
    figures = {name: bootstrapped([float(grade == name) for *_, grade in answerable]) for name in ANSWER_FIGURES[:4]}
    found = [(question, outcome.ranked["ours"], outcome.kept) for question, outcome, _ in answerable]
    retrieved = [float(any(map(question.is_answered_by, chunks))) for question, chunks, _ in found]
    kept = [float(any(map(question.is_answered_by, chunks))) for question, _, chunks in found]
    figures |= {"evidence retrieved": bootstrapped(retrieved), "evidence kept": bootstrapped(kept)}
    figures["characters"] = bootstrapped(lengths)
    figures["unanswerable refused"] = bootstrapped([float(grade == "refused") for grade in unanswerable])
    return {name: figure for name, figure in figures.items() if figure.value == figure.value}


def all_figures(
    questions: Sequence[EvalQuestion], outcomes: Sequence[Outcome]
) -> dict[str, Mapping[str, Mapping[str, Figure]]]:
    """level → system → measure; of graded questions by document alone."""
    if all(question.unanswerable for question in questions):
        return {}
    if any(question.grades for question in questions):
        graded = {system: _graded_values(questions, outcomes, system) for system in SYSTEMS}
        figures = {
            system: {name: bootstrapped(found) for name, found in values.items()} for system, values in graded.items()
        }
        return {"document": figures}
    return {
        level: {system: ranking_figures(ranks(questions, outcomes, system, level)) for system in SYSTEMS}
        for level in ("passage", "page")
    }


def _units(question: EvalQuestion, chunks: Sequence[ChunkRecord], level: str) -> list[str]:
    """The ranking as passages or as pages, each once; what answers is called gold."""
    name: Callable[[ChunkRecord], str] = (
        (lambda chunk: chunk.id) if level == "passage" else (lambda chunk: f"{chunk.document}#{chunk.pages[:1]}")
    )
    return list(dict.fromkeys(_GOLD if question.is_answered_by(chunk) else name(chunk) for chunk in chunks))


def _drawn_means(values: np.ndarray) -> np.ndarray:
    draws = np.random.default_rng(_SEED).integers(0, len(values), size=(_DRAWS, len(values)))
    return np.asarray(values[draws].mean(axis=1))
