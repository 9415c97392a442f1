"""Asks for cells of real tables by the names of their row and column, and counts the answers that quote the row.

    python -m benchmarks.quality.table_cells [--sets filings papers natural own] [--count 60] [--misses]

The questions are made from the tables of each set's documents, always the same ones; the answers are those without a
language model. Of reports whose columns are years it is asked as people ask: "What were Acme's total assets in 2019?"
"""

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.quality.question_sets import question_sets
from benchmarks.quality.systems import ask, open_indexes
from server.evidence.examination import sentences_of
from server.evidence.tables import TIME, cells_of, head_of
from server.retrieval.index_holder import OpenIndex
from storage.words.scripts import IS_HAN

_FORMS = ("What is the {column} of {row}?", "{row} {column}", "Which {column} does {row} have?")
_DATED = (
    "What was {name}'s {row} in {column}?",
    "How much {row} did {name} have in FY{column}?",
    "{name} {row} {column}",
    "How high was {row} at {name} for {column}?",
)
_CHINESE = ("{row}的{column}是多少？", "{row} {column}")
_YEAR = re.compile(r"(?<!\d)20[0-3]\d(?!\d)")
_LABEL = re.compile(r"(?=.*[^\W\d_]{3})[^|]{3,50}")
_MOST_CELLS = 3  # with other figures under the same names: more would be anybody's guess


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table by the names of its row and column; `name` is how the document's file name begins."""

    document: str
    row: str
    column: str

    @property
    def name(self) -> str:
        """The file's name up to the first sign that is no letter."""
        return re.split(r"[\W\d_]", self.document.rpartition("/")[2])[0]


def main() -> None:
    """Ask and print, by set."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.table_cells")
    parser.add_argument("--sets", nargs="+", default=["filings", "papers", "natural", "own"])
    parser.add_argument("--count", type=int, default=60, help="questions of each set")
    parser.add_argument("--misses", action="store_true", help="print those that were not answered")
    options = parser.parse_args()
    sets = {each.name: each for each in question_sets()}
    for name, index in open_indexes(sets[each] for each in sorted(sets.keys() & options.sets)):
        grades = Counter(grade for grade, _ in _graded(index, options.count, options.misses))
        asked = grades.total() or 1
        print(f"{name}: {grades.total()} cells", {grade: round(grades[grade] / asked, 3) for grade in sorted(grades)})


def _graded(index: OpenIndex, count: int, shows_misses: bool) -> Iterator[tuple[str, Cell]]:
    cells: dict[Cell, set[str]] = {}
    for cell, value in _cells(index):
        cells.setdefault(cell, set()).add(value)
    rng = random.Random(9)
    fit = sorted((cell for cell, values in cells.items() if len(values) <= _MOST_CELLS), key=repr)
    for cell in rng.sample(fit, min(count, len(fit))):
        question = _question(cell, rng)
        outcome = ask(index, question)
        is_right = cell.row in outcome.answer and any(value in outcome.answer for value in cells[cell])
        grade = "refused" if outcome.refused else "right" if is_right else "wrong"
        if shows_misses and grade != "right":
            print(f"  {grade}: {question} | {sorted(cells[cell])} | {cell.document} | {outcome.answer[:160]!r}")
        yield grade, cell


def _cells(index: OpenIndex) -> Iterator[tuple[Cell, str]]:
    for chunk in index.generation.catalogue.iter_chunks():
        sentences = sentences_of(chunk.text)
        for place, sentence in enumerate(sentences):
            heads = head_of(sentences, place) if sentence.is_row else ()
            names = [cells_of(sentences[head].text) for head in heads if sentences[head].is_row and head != place]
            values = cells_of(sentence.text)
            if names and len(names[0]) == len(values) > 2 and place not in heads and _LABEL.fullmatch(values[0]):
                yield from _of_row(chunk.document, values, names[0])


def _of_row(document: str, values: Sequence[str], names: Sequence[str]) -> Iterator[tuple[Cell, str]]:
    years = [_YEAR.search(name) for name in names[1:]]
    are_years = all(years) and len({year.group() for year in years if year}) == len(years)
    for value, name, year in zip(values[1:], names[1:], years, strict=True):
        figure = re.sub(r"\^\([^)]*\)|[$()]", "", value).strip()
        column = year.group() if are_years and year else name
        if re.search(r"\d", figure) and (are_years or (_LABEL.fullmatch(name) and not TIME.match(name))):
            yield Cell(document, values[0], column), figure


def _question(cell: Cell, rng: random.Random) -> str:
    is_dated = _YEAR.fullmatch(cell.column) is not None
    forms = _DATED if is_dated else _CHINESE if IS_HAN.search(cell.row) else _FORMS
    return rng.choice(forms).format(row=cell.row.lower() if is_dated else cell.row, column=cell.column, name=cell.name)


if __name__ == "__main__":
    main()
