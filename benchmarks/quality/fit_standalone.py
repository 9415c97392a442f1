"""Fits the weights by whose sense a question is told to need the conversation, and says what they do held out.

python -m benchmarks.quality.fit_standalone             print figures
python -m benchmarks.quality.fit_standalone --write     and write `server/answering/standalone_sense.py`

Questions: the tables of the tests, but for `HELD_OUT`, which nothing is ever fitted on; `standalone-questions.tsv`; and
the question sets, whose questions stand alone unless they have a history. Every table is judged by weights that were
fitted without it: as the rules alone would say, and as both do.
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.question_sets import ROOT, question_sets
from server.answering.standalone import is_plainly_dependent
from server.answering.standalone_sense import encoded_weights
from storage.embedding.universal_encoder import packaged_encoder
from tests.server.answering.test_follow_up_cases import ALONE, FOLLOW_UPS

HELD_OUT = ("threads_fourth", "threads_fifth")
_TABLES = ROOT / "tests" / "server" / "answering" / "tables"
_OWN = Path(__file__).with_name("standalone-questions.tsv")
_WEIGHTS = ROOT / "server" / "answering" / "standalone_sense.py"
_SETS = ("natural", "own natural")
_RIDGE = 0.3
_WITHIN_THREADS = 3.0  # what a question of these tables counts: the others were asked of rules that were made on them
_STEPS = 30
_WIDTH = 50  # characters of a line of weights

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """A question, of which table, and whether it needs the conversation before it."""

    table: str
    text: str
    is_dependent: bool

    @property
    def weight(self) -> float:
        """What it counts in the fit."""
        return _WITHIN_THREADS if self.table.startswith(("threads", "standalone")) else 1.0


def read_rows() -> list[Row]:
    """All labelled questions; those about the conversation itself are another matter."""
    rows = [Row("cases", text, is_dependent=False) for text in ALONE]
    rows += [Row("cases", text, is_dependent=True) for text in FOLLOW_UPS]
    for file in (*sorted(_TABLES.glob("questions_*.tsv")), *sorted(_TABLES.glob("threads_*.tsv")), _OWN):
        with file.open(encoding="utf-8", newline="") as lines:
            cells = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            rows += [Row(file.stem, row[-1], row[0] == "follow-up") for row in cells if row[0] != "conversation"]
    for each in question_sets():
        if each.name in _SETS:
            rows += [Row(each.name, question.text, bool(question.history)) for question in each.questions]
    return rows


def fitted(vectors: Numbers, dependent: NDArray[np.bool_], counts: Numbers) -> Numbers:
    """Weights of a logistic regression and, last, its constant."""
    columns = np.column_stack([vectors, np.ones(len(vectors))])
    ridge = np.full(columns.shape[1], _RIDGE)
    ridge[-1] = 0.001
    weights = np.zeros(columns.shape[1])
    for _ in range(_STEPS):
        said = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (counts * (said - dependent)) + ridge * weights
        bend = (columns.T * (counts * said * (1 - said))) @ columns + np.diag(ridge)
        weights -= np.linalg.solve(bend, slope)
    return weights


def main(arguments: Sequence[str]) -> int:
    """Fit, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.fit_standalone")
    parser.add_argument("--write", action="store_true", help="write the weights into the code")
    options = parser.parse_args(arguments)
    encoder = packaged_encoder()
    if encoder is None:
        print("the packaged embedding model is not installed; run make install", file=sys.stderr)
        return 2
    rows = read_rows()
    vectors = encoder.embed([row.text for row in rows]).astype(np.float64)
    dependent = np.array([row.is_dependent for row in rows])
    counts = np.array([row.weight for row in rows])
    tables = np.array([row.table for row in rows])
    plain = np.array([is_plainly_dependent(row.text) for row in rows])
    for table in dict.fromkeys(row.table for row in rows):
        others = (tables != table) & ~np.isin(tables, HELD_OUT)
        weights = fitted(vectors[others], dependent[others], counts[others])
        of_table = tables == table
        strength = vectors[of_table] @ weights[:-1] + weights[-1]
        _print(table, dependent[of_table], plain[of_table], strength)
    if options.write:
        known = ~np.isin(tables, HELD_OUT)
        _write(fitted(vectors[known], dependent[known], counts[known]))
    return 0


def _print(table: str, dependent: NDArray[np.bool_], plain: NDArray[np.bool_], strength: Numbers) -> None:
    shares = []
    for taken in (plain, plain | (strength > 0)):
        right = taken == dependent
        follow_ups = f"{right[dependent].mean():.3f}" if dependent.any() else "-"
        shares.append(f"{follow_ups} / {right[~dependent].mean():.3f}" if not dependent.all() else follow_ups)
    questions = f"{dependent.sum():4} follow-ups, {(~dependent).sum():4} alone"
    print(f"{table:22} {questions}; right by rules {shares[0]}, by both {shares[1]}")


def _write(weights: Numbers) -> None:
    text, scale = encoded_weights(weights[:-1].tolist())
    parts = "\n".join(f"    {text[start : start + _WIDTH]!r}" for start in range(0, len(text), _WIDTH))
    values = f"SCALE = {scale:.8f}\nBIAS = {weights[-1]:.6f}\nWEIGHTS = (\n{parts}\n)\n"
    before, first, rest = _WEIGHTS.read_text(encoding="utf-8").partition("# fitted: from here\n")
    _, last, after = rest.partition("# fitted: to here\n")
    _WEIGHTS.write_text(f"{before}{first}{values}{last}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
