"""Fits the weights of `server.evidence.likelihood` on the development sets.

python -m benchmarks.quality.fit_local_scorer

A logistic regression with signs kept right, on pairs of a question and a passage that retrieval found for it: does the
passage answer? Some pairs come from asking a set's questions to another set's documents, where nothing answers, and
from taking the answering passages away. Prints the weights and, for thresholds, who would be refused.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from benchmarks.quality.question_sets import EvalQuestion, question_sets
from benchmarks.quality.systems import open_indexes
from server.evidence.examination import examine, profile_of
from server.evidence.likelihood import Weights
from server.passages import found_of
from server.retrieval.index_holder import OpenIndex
from server.retrieval.retriever import HybridRetriever
from storage.vectors.llama_index import metadata_of

_FEATURES = tuple(field.name for field in fields(Weights) if field.name != "constant")
# Questions of these kinds are rare in the sets, and the embedding model here is a weak one: not less than this.
_LEAST = {"standing": 0.15, "typed": 0.15, "introduced": 2.5}
_RIDGE = 1.0
# (questions of, asked to, with answering passages taken away, weight of a pair)
_MIXTURE = (
    ("papers", "papers", False, 6.0),
    ("squad2", "squad2", False, 1.0),
    ("squad2", "squad2", True, 0.5),
    ("cmrc2018", "cmrc2018", False, 0.5),
    ("cmrc2018", "cmrc2018", True, 0.3),
    ("squad2", "papers", False, 2.0),
    ("cmrc2018", "papers", False, 0.5),
    ("cmrc2018", "squad2", False, 0.5),
    ("papers", "squad2", False, 3.0),
    ("squad2", "cmrc2018", False, 0.5),
)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Passages found for questions: `features` (n, 7), whether each answers, and which question it was found for."""

    features: NDArray[np.float64]
    answers: NDArray[np.bool_]
    questions: NDArray[np.int64]

    def best(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The strength of each question's best passage."""
        strengths = self.features @ weights[:-1] + weights[-1]
        return np.array([strengths[self.questions == number].max() for number in np.unique(self.questions)])


def main() -> None:
    """Fit and print."""
    sets = {each.name: each for each in question_sets()}
    indexes = dict(open_indexes([sets[name] for name in ("papers", "squad2", "cmrc2018")]))
    pairs = {}
    for asked, to, taken_away, _ in _MIXTURE:
        questions = [question for question in sets[asked].questions if not question.unanswerable]
        pairs[asked, to, taken_away] = _pairs(indexes[to], questions, asked == to, taken_away)
    weights = _fit([(pairs[mixed[:3]], mixed[3]) for mixed in _MIXTURE])
    print({name: round(float(value), 3) for name, value in zip((*_FEATURES, "constant"), weights, strict=True)})
    for threshold in np.arange(-4.0, -1.0, 0.15):
        shares = (
            f"{a} to {t}{' less' * away} {np.mean(p.best(weights) < threshold):.3f}"
            for (a, t, away), p in pairs.items()
        )
        print(f"refused below {threshold:.2f}: " + ", ".join(shares))


def _pairs(index: OpenIndex, questions: Sequence[EvalQuestion], are_at_home: bool, taken_away: bool) -> Pairs:
    catalogue, counts = index.generation.catalogue, index.generation.manifest.counts
    features, answers, numbers = [], [], []
    for number, question in enumerate(questions):
        profile = profile_of(question.text, catalogue.words.document_frequencies, counts.chunks)
        nodes = HybridRetriever(index, 15 if taken_away else 10, evidence_share=0.0).retrieve(question.text)
        chunks = catalogue.chunks(node.node.node_id for node in nodes)
        for node in nodes:
            chunk = chunks[node.node.node_id]
            answering = are_at_home and question.is_answered_by(chunk)
            if not (answering and taken_away):
                standing = min(6.0, max(-1.0, found_of(metadata_of(node.node)).standing))
                evidence = examine(profile, chunk.text, chunk.context)
                features.append([standing, *(getattr(evidence, name) for name in _FEATURES[1:])])
                answers.append(answering)
                numbers.append(number)
    return Pairs(np.array(features, dtype=float), np.array(answers), np.array(numbers))


def _fit(mixture: Sequence[tuple[Pairs, float]]) -> NDArray[np.float64]:
    features = np.concatenate([pairs.features for pairs, _ in mixture])
    answers = np.concatenate([pairs.answers for pairs, _ in mixture]).astype(float)
    shares = np.concatenate([np.full(len(pairs.answers), share) for pairs, share in mixture])

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        strengths = features @ weights[:-1] + weights[-1]
        wrong = (1 / (1 + np.exp(-strengths)) - answers) * shares
        value = (shares * (np.logaddexp(0, strengths) - answers * strengths)).sum() + _RIDGE / 2 * (
            weights[:-1] ** 2
        ).sum()
        return float(value), np.append(features.T @ wrong + _RIDGE * weights[:-1], wrong.sum())

    bounds = [(_LEAST.get(name, 0.0), None) for name in _FEATURES] + [(None, None)]
    found = minimize(loss, np.array(astuple(Weights())), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


if __name__ == "__main__":
    main()
