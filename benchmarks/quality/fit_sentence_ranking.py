"""Fits the weights of `server.evidence.sentence_ranking` and shows, question by question held out, what they do.

python -m benchmarks.quality.fit_sentence_ranking [NAME ...]     only these sets

A question's sentences compete with one another and with "nothing here answers", whose strength is 0 (a conditional
logit). Questions that nothing answers come from the sets and from asking a set's questions to another set's documents.
Questions in scripts without spaces have weights of their own, in whose fit the others count less, and so have passages
whose sentences' meanings are known. What is printed of each set comes from weights that were fitted without the
documents its questions are about (three folds); the weights themselves from all. Needs the sets of `../shared/data`.
"""

import argparse
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from benchmarks.quality.answer_grading import holds, normalised
from benchmarks.quality.question_sets import EvalQuestion, QuestionSet, question_sets, squeezed
from benchmarks.quality.systems import open_indexes
from server.evidence.examination import profile_of, sentences_of
from server.evidence.sentence_evidence import sentence_evidence
from server.evidence.sentence_ranking import ANSWERED_FROM, PARTS, parts_of
from server.passages import found_of
from server.retrieval.index_holder import OpenIndex
from server.retrieval.retriever import HybridRetriever
from storage.vectors.llama_index import metadata_of
from storage.words.scripts import IS_UNSPACED

_OF_MEANING = PARTS[PARTS.index("near_meaning") :]
_UNFITTED = "crossed"  # for models that are not quick and know several languages: set by hand
_WORDS = tuple(name for name in PARTS if name != _UNFITTED and name not in _OF_MEANING)
_ALL = tuple(name for name in PARTS if name != _UNFITTED)
_RIDGE = 3.0  # of features in units of their deviation
_OTHER_SCRIPT = 0.4
_FOLDS = 3
# (questions of, asked to) → what one question counts
_MIXTURE = {
    ("squad2", "squad2"): 2.0,
    ("cmrc2018", "cmrc2018"): 2.0,
    ("natural", "natural"): 5.0,
    ("own", "own"): 3.0,
    ("own natural", "own natural"): 5.0,
    ("squad2", "papers"): 1.0,
    ("cmrc2018", "squad2"): 0.3,
    ("papers", "papers"): 5.0,
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
    """A question with the sentences found for it: `features` (n, len(PARTS)), which of them answer, what it counts, and
    which part of the documents it is about.

    `is_elsewhere`: of a large set, and asked to documents that do not answer it.
    """

    pair: tuple[str, str]
    features: NDArray[np.float64]
    answers: NDArray[np.bool_]
    weight: float
    is_unspaced: bool
    fold: int
    is_elsewhere: bool = False


Fitted = Mapping[bool, NDArray[np.float64]]
"""The weights and the constant, for questions in scripts without spaces or with."""


def main(names: Sequence[str]) -> None:
    """Fit and print."""
    sets = {each.name: each for each in question_sets() if not names or each.name in names}
    pairs = {pair: weight for pair, weight in _MIXTURE.items() if sets.keys() >= set(pair)}
    indexes = dict(open_indexes(sets[name] for name in sorted({name for _, name in pairs})))
    asked = [
        _asked(indexes[to], question, (name, to), weight)
        for (name, to), weight in pairs.items()
        for question in _known(sets[name], name == to)
    ]
    asked = [each for each in asked if len(each.answers)]
    for title, used in (("WEIGHTS", _WORDS), ("WEIGHTS_WITH_MEANING", _ALL)):
        for is_unspaced, values in _fitted(asked, used).items():
            shown = {part: round(float(value), 2) for part, value in zip((*PARTS, "constant"), values, strict=True)}
            print("CJK_" * is_unspaced + title, shown)
        held_out = [(each, strengths) for fold in range(_FOLDS) for each, strengths in _held_out(asked, used, fold)]
        for strength in np.arange(ANSWERED_FROM - 0.8, ANSWERED_FROM + 0.9, 0.4):
            print(f"answered from {strength:.1f}: {_shown(held_out, strength)}")


def _known(question_set: QuestionSet, is_at_home: bool) -> Iterator[EvalQuestion]:
    """The questions of which it is known which sentences answer them, here or elsewhere."""
    for question in question_set.questions:
        is_known = question.unanswerable or question.points or question.quote or question.quotes or question.pages
        if is_known if is_at_home else not question.unanswerable:
            yield question


def _fold(question: EvalQuestion, gold: str) -> int:
    about = gold or question.text
    return hashlib.md5(about.encode(), usedforsecurity=False).digest()[0] % _FOLDS


def _asked(index: OpenIndex, question: EvalQuestion, pair: tuple[str, str], weight: float) -> Asked:
    catalogue, is_at_home = index.generation.catalogue, pair[0] == pair[1]
    text = question.searched_text
    profile = profile_of(text, catalogue.words.document_frequencies, index.generation.manifest.counts.chunks)
    nodes = HybridRetriever(index, 10).retrieve(text)
    chunks = catalogue.chunks([node.node.node_id for node in nodes])
    features, answers, gold = [], [], ""
    for node in nodes:
        chunk = chunks[node.node.node_id]
        found = found_of(metadata_of(node.node))
        is_gold = is_at_home and question.is_answered_by(chunk)
        gold = gold or (chunk.document if is_gold else "")
        sentences = sentences_of(chunk.text)
        for evidence in sentence_evidence(profile, chunk.text, chunk.context):
            features.append(parts_of(evidence, found))
            answers.append(is_gold and _answers(question, sentences[evidence.place].text))
    weight *= _share(question, any(answers), is_at_home)
    return Asked(
        pair,
        np.array(features),
        np.array(answers, dtype=bool),
        weight,
        IS_UNSPACED.search(text) is not None,
        _fold(question, gold),
        not is_at_home and pair[0] in _ASKED_ELSEWHERE,
    )


def _answers(question: EvalQuestion, sentence: str) -> bool:
    quotes = question.quotes or ((question.quote,) if question.quote else ())
    if quotes:
        said = squeezed(sentence)
        return any(said in squeezed(quote) or squeezed(quote) in said for quote in quotes)
    said = normalised(sentence)
    if not question.points:  # only the page is known, so any of its sentences may be the one
        return bool(question.pages)
    return all(any(holds(said, variant) for variant in point) for point in question.points)


def _share(question: EvalQuestion, is_found: bool, is_at_home: bool) -> float:
    if is_at_home and not is_found:
        return _SAME_WORDS if question.unanswerable and not question.quotes else _NOT_FOUND
    return 1.0


def _fitted(asked: Sequence[Asked], names: Sequence[str]) -> Fitted:
    """For each kind of script the weights, the constant such that questions asked elsewhere are refused."""
    found = {}
    for is_unspaced in (False, True):
        counts = [each.weight * (1.0 if each.is_unspaced == is_unspaced else _OTHER_SCRIPT) for each in asked]
        found[is_unspaced] = _fit(asked, counts, names)
    for is_unspaced, weights in found.items():
        elsewhere = [each for each in asked if each.is_elsewhere and each.is_unspaced == is_unspaced]
        if elsewhere:
            strongest = [(each.features @ weights[:-1]).max() for each in elsewhere]
            weights[-1] = ANSWERED_FROM - np.quantile(strongest, _REFUSED)
    return found


def _held_out(asked: Sequence[Asked], names: Sequence[str], fold: int) -> Iterator[tuple[Asked, NDArray[np.float64]]]:
    """The questions of this fold with the strengths of their sentences, by weights that were fitted without them."""
    weights = _fitted([each for each in asked if each.fold != fold], names)
    for each in asked:
        if each.fold == fold:
            own = weights[each.is_unspaced]
            yield each, each.features @ own[:-1] + own[-1]


def _fit(asked: Sequence[Asked], counted: Sequence[float], names: Sequence[str]) -> NDArray[np.float64]:
    """The weights of these features, 0 for the others, and the constant."""
    all_features = np.concatenate([each.features for each in asked])
    used = [PARTS.index(name) for name in names]
    deviations = all_features[:, used].std(axis=0) + 1e-6
    features = all_features[:, used] / deviations
    sizes = [len(each.answers) for each in asked]
    starts = np.cumsum([0, *sizes[:-1]])
    of = np.repeat(np.arange(len(asked)), sizes)
    answers = np.concatenate([each.answers for each in asked])
    counts = np.array(counted)
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

    found = minimize(loss, np.zeros(len(used) + 1), jac=True, method="L-BFGS-B").x
    weights = np.zeros(len(PARTS) + 1)
    weights[used] = found[:-1] / deviations
    weights[-1] = found[-1]
    return weights


def _shown(held_out: Sequence[tuple[Asked, NDArray[np.float64]]], strength: float) -> str:
    parts = []
    for pair in dict.fromkeys(each.pair for each, _ in held_out):
        members = [(each, strengths) for each, strengths in held_out if each.pair == pair]
        refused = [strengths.max() < strength for _, strengths in members]
        right = [strengths.max() >= strength and each.answers[strengths.argmax()] for each, strengths in members]
        said = f"best sentence right {np.mean(right):.2f}, " if pair[0] == pair[1] else ""
        parts.append(f"{pair[0]} to {pair[1]}: {said}refused {np.mean(refused):.2f}")
    return "; ".join(parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these sets")
    main(parser.parse_args().names)
