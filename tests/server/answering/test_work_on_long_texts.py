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


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("unit", UNITS)
def test_four_times_the_text_takes_about_four_times_the_steps(unit: str, reader: str) -> None:
    read, small = READERS[reader], 2500 // len(unit)
    few = _steps(lambda: read(unit * small))
    many = _steps(lambda: read(unit * (4 * small)))
    assert many <= 8 * few + 2000, (few, many)
