"""What an answer of many brackets costs: calls are counted, and four times the text takes far from sixteen times.

What a pattern does within one call is not seen by this; none is to scan again from every place.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from server.answering.citations import CheckedStream, check_citations
from server.answering.refusals import is_refusal, may_become_refusal
from server.passages import Passage

PASSAGES = [Passage("1", "1.md", (1,), "The fee is 30 euros.", 0.9)]
UNITS = [
    *("\\(", "\\[", "[", "[1", "[1, ", "[[", "![", "[a](", "](", "[^1]: a\n", "【", "(Doc 1 ", "(", "^1", "<sup>", "¹"),
    *("`", "`` ", "`a` ", "```\n", "$", "$x", "$x$ ", "$$", "\\begin{a}", "\\frac{", "x^{", "<think>", "http://a "),
    *(
        '"',
        "“",
        "a. ",
        "1,",
        "1,11,",
        "1.",
        "12 ",
        "aA",
        "a-1.",
        "三",
        "百",
        " ",
        "\n",
        "\\",
        "not ",
        "documents ",
        "[1]. ",
    ),
]


def _stream(text: str) -> None:
    stream = CheckedStream(PASSAGES)
    for place in range(0, len(text), 200):
        stream.add(text[place : place + 200])
    stream.rest()


READERS: dict[str, Callable[[str], object]] = {
    "check": lambda text: check_citations(text, PASSAGES),
    "refusal": lambda text: (is_refusal(text), may_become_refusal(text)),
    "stream": _stream,
}


def _steps(work: Callable[[], object]) -> int:
    """How many calls it takes, of Python and of C."""
    steps = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal steps
        steps += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return steps


SLOWLY = ("[1, ", "[1] and ", "The fee is 30 euros [1]. ", "[", "(Doc 1 ", "[a](", "`a ", "$x ", "^1", "word ")


@pytest.mark.parametrize("unit", SLOWLY)
def test_a_text_that_comes_by_characters_is_not_read_anew_with_each(unit: str) -> None:
    """Counts characters that are looked at, by the length of what is searched for code before every look for marks."""
    text, looked_at = unit * (1500 // len(unit)), 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal looked_at
        if event == "call" and frame.f_code.co_name == "spans_of_code_and_formulas":
            looked_at += len(frame.f_locals["text"])

    stream = CheckedStream(PASSAGES)
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        said = "".join([*map(stream.add, text), stream.rest()])
    finally:
        sys.setprofile(before)
    assert said == check_citations(text, PASSAGES).text
    assert looked_at <= 500 * len(text)  # each is looked at a bounded number of times


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("unit", UNITS)
def test_four_times_the_text_takes_about_four_times_the_steps(unit: str, reader: str) -> None:
    read, small = READERS[reader], 1000 // len(unit)
    few = _steps(lambda: read(unit * small))
    many = _steps(lambda: read(unit * (4 * small)))
    assert many <= 8 * few + 2000, (few, many)
