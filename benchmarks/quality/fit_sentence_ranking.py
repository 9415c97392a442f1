"""Fits the weights of `server.evidence.sentence_ranking` on half of the development sets and shows the other half.

python -m benchmarks.quality.fit_sentence_ranking

A question's sentences compete with one another and with "nothing here answers", whose strength is 0 (a conditional
logit). Questions that nothing answers come from the sets and from asking a set's questions to another set's documents.
Questions in Chinese, whose words are pairs of characters, have weights of their own, and so have passages whose
sentences' meanings are known. Which half a question is in follows from its text. Needs the sets of `../shared/data`.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from benchmarks.quality.answer_grading import holds, normalised
from benchmarks.quality.corpora import publish_index
from benchmarks.quality.question_sets import ROOT, EvalQuestion, question_sets, squeezed
from server.evidence.examination import profile_of, sentences_of
from server.evidence.sentence_evidence import FEATURES, sentence_evidence
from server.evidence.sentence_ranking import ANSWERED_FROM, meaning_shares, standing_share
from server.retrieval.index_holder import OpenIndex
from server.retrieval.retriever import HybridRetriever
from storage.embedding.local import build_embed_model
from storage.embedding.models import resolve_model
from storage.generations.published import open_generation
from storage.vectors.llama_index import metadata_of
from storage.words.scripts import IS_CJK

_OF_PASSAGE = (*FEATURES, "standing", "retrieval")
_NAMES = (*_OF_PASSAGE, "meaning", "behind", "foreign")
_NEVER_GOOD = frozenset(
    ("names", "near", "number", "untyped", "vague", "unitless", "fragment", "question", "short", "incomparable")
)
_EITHER = frozenset(("row", "long"))
_LEAST = {"introduced": 2.0}  # rare in the sets
_RIDGE = 1.0
# (questions of, asked to) → what one question counts
_MIXTURE = {
    ("squad2", "squad2"): 2.0,
    ("cmrc2018", "cmrc2018"): 2.0,
    ("natural", "natural"): 5.0,
    ("own", "own"): 3.0,
    ("own natural", "own natural"): 5.0,
    ("squad2", "papers"): 1.0,
    ("cmrc2018", "squad2"): 0.3,
    ("papers", "squad2"): 2.0,
    ("natural", "papers"): 0.7,
    ("squad2", "natural"): 1.0,
    ("own", "natural"): 2.0,
    ("cmrc2018", "natural"): 0.5,
    ("natural", "own"): 0.7,
    ("own natural", "papers"): 0.7,
}
_SAME_WORDS = 0.25  # an unanswerable question about the very passage, in its words: SQuAD 2.0's
_REFUSED = 0.98  # of the questions of these sets that are asked to other documents
_ASKED_ELSEWHERE = ("squad2", "cmrc2018")
_NOT_FOUND = 0.4  # an answerable one whose answer was not among the passages


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the sentences found for it: `features` (n, 30), which of them answer, and what it counts.

    `is_elsewhere`: of a large set, and asked to documents that do not answer it.
    """

    features: NDArray[np.float64]
    answers: NDArray[np.bool_]
    weight: float
    is_cjk: bool
    is_elsewhere: bool = False


def main() -> None:
    """Fit and print."""
    sets = {each.name: each for each in question_sets()}
    indexes = dict(_open_indexes(sets))
    fitted: dict[bool, list[Asked]] = {False: [], True: []}
    held_out: dict[tuple[str, str], list[Asked]] = {}
    for (asked, to), weight in _MIXTURE.items():
        for question in sets[asked].questions:
            is_known = question.unanswerable or question.points or question.quote or question.quotes
            if is_known if asked == to else not question.unanswerable:
                found = _asked(indexes[to], question, asked == to, weight)
                found = replace(found, is_elsewhere=asked != to and asked in _ASKED_ELSEWHERE)
                (fitted[found.is_cjk] if _half(question) == 0 else held_out.setdefault((asked, to), [])).append(found)
    for title, names in (("WEIGHTS", _OF_PASSAGE), ("WEIGHTS_WITH_MEANING", _NAMES)):
        weights = {is_cjk: _calibrated(members, names) for is_cjk, members in fitted.items()}
        for is_cjk, values in weights.items():
            shown = {part: round(float(value), 2) for part, value in zip((*_NAMES, "constant"), values, strict=True)}
            print("CJK_" * is_cjk + title, shown)
        for strength in np.arange(-4.0, 0.1, 0.4):
            print(f"answered from {strength:.1f}: {_shown(held_out, weights, strength)}")


def _open_indexes(sets: Mapping[str, Any]) -> Iterator[tuple[str, OpenIndex]]:
    identity = resolve_model("packaged")
    model: Any = build_embed_model(identity)
    results = ROOT / "eval" / "results"
    for name in sorted({name for _, name in _MIXTURE}):
        directory: Path = results / "indexes" / sets[name].corpus
        publish_index(directory, sets[name].documents(), identity, model, cache_file=results / "embeddings.db")
        yield name, OpenIndex(open_generation(directory), model)


def _half(question: EvalQuestion) -> int:
    return hashlib.md5(question.text.encode(), usedforsecurity=False).digest()[0] % 2


def _asked(index: OpenIndex, question: EvalQuestion, is_at_home: bool, weight: float) -> Asked:
    catalogue = index.generation.catalogue
    profile = profile_of(question.text, catalogue.document_frequencies, index.generation.manifest.counts.chunks)
    nodes = HybridRetriever(index, 10).retrieve(question.text)
    chunks = catalogue.chunks([node.node.node_id for node in nodes])
    features, answers = [], []
    for node in nodes:
        chunk, metadata = chunks[node.node.node_id], metadata_of(node.node)
        of_passage = [standing_share(metadata["standing"]), metadata["retrieval_score"]]
        is_gold = is_at_home and question.is_answered_by(chunk)
        sentences = sentences_of(chunk.text)
        for evidence in sentence_evidence(profile, chunk.text, chunk.context):
            meaning, behind = meaning_shares(metadata["meanings"][evidence.place], metadata["nearest_meaning"])
            of_meaning = [meaning, -behind, evidence.features.incomparable * meaning]
            features.append([*(getattr(evidence.features, name) for name in FEATURES), *of_passage, *of_meaning])
            answers.append(is_gold and _answers(question, sentences[evidence.place].text))
    weight *= _share(question, any(answers), is_at_home)
    return Asked(np.array(features), np.array(answers, dtype=bool), weight, IS_CJK.search(question.text) is not None)


def _answers(question: EvalQuestion, sentence: str) -> bool:
    quotes = question.quotes or ((question.quote,) if question.quote else ())
    if quotes:
        said = squeezed(sentence)
        return any(said in squeezed(quote) or squeezed(quote) in said for quote in quotes)
    said = normalised(sentence)
    return bool(question.points) and all(any(holds(said, variant) for variant in point) for point in question.points)


def _share(question: EvalQuestion, is_found: bool, is_at_home: bool) -> float:
    if is_at_home and not is_found:
        return _SAME_WORDS if question.unanswerable and not question.quotes else _NOT_FOUND
    return 1.0


def _calibrated(asked: Sequence[Asked], names: Sequence[str]) -> NDArray[np.float64]:
    """The weights, the constant such that questions asked to documents that do not answer them are refused."""
    found = [each for each in asked if len(each.answers)]
    weights = _fit(found, names)
    strongest = [(each.features @ weights[:-1]).max() for each in found if each.is_elsewhere]
    weights[-1] = ANSWERED_FROM - np.quantile(strongest, _REFUSED)
    return weights


def _fit(asked: Sequence[Asked], names: Sequence[str]) -> NDArray[np.float64]:
    """The weights of these features, 0 for the others, and the constant."""
    features = np.concatenate([each.features for each in asked])
    sizes = [len(each.answers) for each in asked]
    starts = np.cumsum([0, *sizes[:-1]])
    of = np.repeat(np.arange(len(asked)), sizes)
    answers = np.concatenate([each.answers for each in asked])
    counts = np.array([each.weight for each in asked])
    is_found = np.array([each.answers.any() for each in asked])

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        strengths = features @ weights[:-1] + weights[-1]
        largest = np.maximum(np.maximum.reduceat(strengths, starts), 0.0)
        likely = np.exp(strengths - largest[of])
        total = np.add.reduceat(likely, starts) + np.exp(-largest)
        good = np.where(is_found, np.add.reduceat(np.where(answers, likely, 0.0), starts), np.exp(-largest))
        wanted = np.where(is_found[of] & answers, likely / np.maximum(good, 1e-300)[of], 0.0)
        slope = (likely / total[of] - wanted) * counts[of]
        value = (counts * (np.log(total) - np.log(good + 1e-300))).sum() + _RIDGE / 2 * (weights[:-1] ** 2).sum()
        return float(value), np.append(features.T @ slope + _RIDGE * weights[:-1], slope.sum())

    bounds = [*(_bounds(name) if name in names else (0.0, 0.0) for name in _NAMES), (None, None)]
    return np.asarray(minimize(loss, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds).x)


def _bounds(name: str) -> tuple[float | None, float | None]:
    if name in _EITHER:
        return None, None
    return (None, 0.0) if name in _NEVER_GOOD else (_LEAST.get(name, 0.0), None)


def _shown(
    sets: Mapping[tuple[str, str], Sequence[Asked]], weights: Mapping[bool, NDArray[np.float64]], strength: float
) -> str:
    parts = []
    for (asked, to), members in sets.items():
        refused, right = [], []
        for each in members:
            own = weights[each.is_cjk]
            strengths = each.features @ own[:-1] + own[-1] if len(each.answers) else np.array([-np.inf])
            refused.append(strengths.max() < strength)
            right.append(len(each.answers) > 0 and not refused[-1] and each.answers[strengths.argmax()])
        said = f"best sentence right {np.mean(right):.2f}, " if asked == to else ""
        parts.append(f"{asked} to {to}: {said}refused {np.mean(refused):.2f}")
    return "; ".join(parts)


if __name__ == "__main__":
    main()
