"""What a run of the evaluation found, as plain data, and how it is compared with an earlier one."""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.quality.measures import (
    Figure,
    all_figures,
    answer_figures,
    graded_gains,
    grades,
    ranks,
    refusal_figures,
    surely_falls,
)
from benchmarks.quality.question_sets import QuestionSet
from benchmarks.quality.systems import Outcome

BASELINE = Path(__file__).with_name("baseline.json")


@dataclass(frozen=True, slots=True)
class SetResult:
    """One set's figures. `places` (page level, ours; 0: not found) and `right_to_answer` go question by question, and
    so does `gains`, the nDCG@10 of documents that have grades.

    `answers`: which questions → measure; `grades` those of the answers question by question, None where not known.
    `scores` counts the best relevance score of each question: score → how many, for answerable and other questions.
    """

    name: str
    fingerprint: str
    questions: int
    figures: Mapping[str, Mapping[str, Mapping[str, Figure]]]
    refusal: Mapping[str, Figure]
    places: tuple[int, ...]
    right_to_answer: tuple[int, ...]
    scores: Mapping[str, Mapping[int, int]]
    latency_ms: Mapping[str, float]
    answers: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    grades: tuple[str | None, ...] = ()
    gains: tuple[float, ...] = ()


def result_of(question_set: QuestionSet, outcomes: Sequence[Outcome]) -> SetResult:
    """Everything that is to be known of one set."""
    questions = question_set.questions
    pairs = list(zip(questions, outcomes, strict=True))
    scores = {
        kind: dict(sorted(Counter(o.best_score for q, o in pairs if q.unanswerable == unanswerable).items()))
        for kind, unanswerable in (("answerable", False), ("unanswerable", True))
    }
    return SetResult(
        name=question_set.name,
        fingerprint=question_set.fingerprint,
        questions=len(questions),
        figures=all_figures(questions, outcomes),
        refusal=refusal_figures(questions, outcomes),
        places=tuple(ranks(questions, outcomes, "ours", "page")),
        right_to_answer=tuple(int(outcome.refused == question.unanswerable) for question, outcome in pairs),
        scores=scores,
        latency_ms=_latency(outcomes),
        answers=answer_figures(questions, outcomes),
        grades=tuple(grades(questions, outcomes)),
        gains=tuple(round(gain, 4) for gain in graded_gains(questions, outcomes, "ours")),
    )


def repeatable(results: Sequence[SetResult], model: str) -> dict[str, Any]:
    """The run without its times: the same to the last bit every time, in one environment."""
    sets = {result.name: asdict(result) for result in results}
    for each in sets.values():
        del each["latency_ms"]
    return {"model": model, "sets": sets}


def write_baseline(results: Sequence[SetResult], model: str, file: Path = BASELINE) -> None:
    """Make this run the one that later ones are compared with; others keep their figures of this model."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    sets = known["sets"] if known.get("model") == model else {}
    sets |= {result.name: _kept(result) for result in results}
    text = json.dumps({"model": model, "sets": sets}, separators=(",", ":"))
    file.write_text(
        text.replace('},"', '},\n"').replace('{"fingerprint"', '\n {"fingerprint"') + "\n", encoding="utf-8"
    )


def _kept(result: SetResult) -> dict[str, Any]:
    kept = {
        "fingerprint": result.fingerprint,
        "places": result.places,
        "right_to_answer": result.right_to_answer,
        "grades": _letters(result.grades),
    }
    return kept | ({"gains": result.gains} if result.gains else {})


def compare(
    results: Sequence[SetResult], model: str, file: Path = BASELINE, *, across_models: bool = False
) -> tuple[list[str], list[str]]:
    """(figures that fell by more than their noise, sets that could not be compared), as sentences."""
    if not file.is_file():
        return [], ["there is no baseline; write one with --update-baseline"]
    baseline = json.loads(file.read_text(encoding="utf-8"))
    if baseline["model"] != model and not across_models:
        return [], [f"the baseline is of the embedding model {baseline['model']}, this run of {model}"]
    fallen, unknown = [], []
    for result in results:
        before = baseline["sets"].get(result.name)
        if before is None or before["fingerprint"] != result.fingerprint:
            unknown.append(f"{result.name}: the baseline has no figures for these questions")
            continue
        for name, was, now in _compared(before, result):
            if surely_falls(was, now):
                fallen.append(f"{result.name}: {name} fell from {_mean(was):.4f} to {_mean(now):.4f}")
    return fallen, unknown


def _compared(before: Mapping[str, Any], now: SetResult) -> list[tuple[str, list[float], list[float]]]:
    """The gate's figures, question by question, before and now."""
    found = []
    if now.places:
        for name, value in _BY_PLACE.items():
            found.append((name, list(map(value, before["places"])), list(map(value, now.places))))
    if now.gains and before.get("gains"):
        found.append(("nDCG@10 of documents", list(before["gains"]), list(now.gains)))
    right = [float(value) for value in before["right_to_answer"]]
    found.append(("right to answer or refuse", right, [float(value) for value in now.right_to_answer]))
    letters = before.get("grades", "")
    if len(letters) == len(now.grades) and any(now.grades):
        for name, is_good in _BY_GRADE.items():
            found.append((name, list(map(is_good, letters)), list(map(is_good, _letters(now.grades)))))
    return found


def _letters(found: Sequence[str | None]) -> str:
    """One letter for each grade: r(ight), p(artly), w(rong), n(o answer), - not known."""
    return "".join({"refused": "n"}.get(grade, grade[0]) if grade else "-" for grade in found)


def _hit_at_5(place: int) -> float:
    return float(0 < place <= 5)


def _reciprocal(place: int) -> float:
    return 1 / place if place else 0.0


def _discounted_gain(place: int) -> float:
    return 1 / math.log2(place + 1) if place else 0.0


_BY_PLACE: Mapping[str, Callable[[int], float]] = {
    "hit@5": _hit_at_5,
    "MRR": _reciprocal,
    "nDCG@10": _discounted_gain,
}


_BY_GRADE: Mapping[str, Callable[[str], float]] = {
    "answers that are right": lambda letter: float(letter == "r"),
    "answers that are not wrong": lambda letter: float(letter != "w"),
}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _latency(outcomes: Sequence[Outcome]) -> dict[str, float]:
    found = {}
    for name in ("retrieve", "score", "answer"):
        seconds = [getattr(outcome, f"{name}_seconds") for outcome in outcomes]
        for label, share in (("p50", 0.5), ("p95", 0.95)):
            found[f"{name} {label}"] = round(1000 * float(np.quantile(seconds, share)), 1)
    return found
