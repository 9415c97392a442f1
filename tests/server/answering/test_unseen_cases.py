"""Cases written before the rules met them: a table per kind and round, and the rate that each must reach.

A rate is held, each case is not: those that are known to be missed stand in the tables like all others.
"""

import re
from pathlib import Path

import pytest

from server.answering.citation_marks import cited_numbers
from server.answering.citations import check_citations
from server.answering.refusals import is_refusal
from server.answering.standalone import dependence, kind_of
from server.passages import Passage

TABLES = Path(__file__).with_name("tables")
ROUNDS = {
    "citations": ("second", "third", "fourth", "sixth", "seventh", "eighth", "ninth"),
    "refusals": ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    "questions": (
        "second",
        "third",
        "fourth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
    ),
    "figures": ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
}
LEAST = 0.95
"""The share of a table's cases that must come out as it says."""


def rows(kind: str, which: str) -> list[tuple[str, ...]]:
    """The rows of a table: what is expected, then the text or texts, with a line break and a backslash escaped."""
    lines = (TABLES / f"{kind}_{which}.tsv").read_text("utf-8").splitlines()
    return [tuple(_ESCAPED.sub(_unescaped, field) for field in line.split("\t")) for line in lines]


_ESCAPED = re.compile(r"\\(.)")


def _unescaped(escaped: re.Match[str]) -> str:
    return "\n" if escaped[1] == "n" else escaped[1]


def is_read_right(expected: str, answer: str) -> bool:
    passages = [Passage(str(number), f"{number}.md", (number,), "nothing of it", 0.9) for number in (1, 2, 3)]
    text = check_citations(answer, passages).text
    if expected == "-":
        return text == answer and not cited_numbers(text)
    return sorted(set(cited_numbers(text))) == [int(number) for number in expected.split()]


def wrong_citations(which: str) -> list[tuple[str, ...]]:
    return [row for row in rows("citations", which) if not is_read_right(*row)]


def wrong_refusals(which: str) -> list[tuple[str, ...]]:
    return [row for row in rows("refusals", which) if is_refusal(row[1]) is not (row[0] == "yes")]


def wrong_questions(which: str) -> list[tuple[str, ...]]:
    """One that stands alone may be in doubt: it is then searched for both ways."""
    return [row for row in rows("questions", which) if kind_of(row[1]) != row[0] and not is_in_doubt(*row[:2])]


def is_in_doubt(expected: str, question: str) -> bool:
    return expected == "alone" and kind_of(question) == "follow-up" and dependence(question) == "likely"


def wrong_figures(which: str) -> list[tuple[str, ...]]:
    return [
        row
        for row in rows("figures", which)
        if bool(check_citations(row[1], [Passage("1", "source.md", (1,), row[2], 0.9)]).checks.unsupported)
        is not (row[0] == "doubted")
    ]


WRONG = {
    "citations": wrong_citations,
    "refusals": wrong_refusals,
    "questions": wrong_questions,
    "figures": wrong_figures,
}


@pytest.mark.parametrize(("kind", "which"), [(kind, which) for kind, rounds in ROUNDS.items() for which in rounds])
def test_nineteen_in_twenty_come_out_as_the_table_says(kind: str, which: str) -> None:
    wrong = WRONG[kind](which)
    assert len(wrong) <= (1 - LEAST) * len(rows(kind, which)), wrong


def test_few_questions_that_stand_alone_are_in_doubt() -> None:
    alone = [row[1] for which in ROUNDS["questions"] for row in rows("questions", which) if row[0] == "alone"]
    doubted = [question for question in alone if is_in_doubt("alone", question)]
    assert len(doubted) <= (1 - LEAST) * len(alone), doubted


@pytest.mark.parametrize("which", ["first", "second", "third", "fifth"])
def test_questions_within_threads_are_told_apart(which: str) -> None:
    wrong = [row for row in rows("threads", which) if kind_of(row[-1]) != row[0]]
    assert len(wrong) <= (1 - LEAST) * len(rows("threads", which)), wrong


# The fifth table is by somebody who knew neither the rules nor the other tables, and nothing is fitted on it. Its first
# pass: 153 of 160, the nine that are about the answer itself not told from other follow-ups; one kind was mended since.


def test_of_a_table_that_nothing_was_fitted_on_six_in_seven_are_told_apart() -> None:
    """Its first pass: 52 of 60; 38 by the rules alone. Those that are missed go on with a noun of their own."""
    wrong = [row for row in rows("threads", "fourth") if kind_of(row[-1]) != row[0]]
    assert len(wrong) <= len(rows("threads", "fourth")) / 7, wrong
    assert all(row[0] == "follow-up" for row in wrong)
