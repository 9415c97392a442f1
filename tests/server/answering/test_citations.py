"""Answers are checked against the passages they cite: unknown [i] go, what the passage does not say is listed."""

import pytest

from server.answering.citation_marks import cited_numbers
from server.answering.citations import check_citations
from server.passages import Passage

PASSAGES = [
    Passage(
        "a",
        "DeepSeek_R1.pdf",
        (5,),
        "We use GRPO (Group Relative Policy Optimization), which foregoes the critic model. The score rose from 15.6% "
        "to 71.0% on AIME 2024, with 32,768 tokens and 200k samples [12].",
        0.9,
        context="DeepSeek-R1 › Approach",
    ),
    Passage(
        "b", "library.txt", (1,), "图书馆有二十三万册图书，每天上午九点开门，占百分之八十。It has four halls.", 0.8
    ),
]


@pytest.mark.parametrize(
    ("answer", "text", "unknown"),
    [
        pytest.param("It rose [1].", "It rose [1].", 0, id="known"),
        pytest.param("It rose [1] [7].", "It rose [1].", 1, id="unknown among known"),
        pytest.param("It rose [1, 3].", "It rose [1].", 1, id="unknown in a list"),
        pytest.param("It rose [1-4].", "It rose [1, 2].", 2, id="a range"),
        pytest.param("It rose [9].", "It rose.", 1, id="no space left behind"),
        pytest.param("升高【1】", "升高[1]", 0, id="other brackets"),
        pytest.param("It rose [Document 2].", "It rose [2].", 0, id="the word document"),
        pytest.param("In $x[9]$ and `a[7]`", "In $x[9]$ and `a[7]`", 0, id="formulas and code are left alone"),
        pytest.param("A value in [0, 1] [1]", "A value in [0, 1] [1]", 0, id="an interval"),
        pytest.param("See [9](http://x)", "See [9](http://x)", 0, id="a link"),
        pytest.param("and 200k samples [12]. [1]", "and 200k samples [12]. [1]", 0, id="quoted with its own reference"),
    ],
)
def test_citations_of_no_passage_go(answer: str, text: str, unknown: int) -> None:
    checked = check_citations(answer, PASSAGES)
    assert (checked.text, checked.checks.unknown_citations) == (text, unknown)


@pytest.mark.parametrize(
    "answer",
    [
        "It rose to 71% [1].",
        "It rose to 0.71 [1].",
        "It rose to 71.0 percent. [1]",
        "It used 32768 tokens and 200,000 samples [1].",
        "About 15.6 before. It was 71 after [1].",
        "馆藏23万册，即230,000册，占80%[2]。",
        "It has 4 halls [2].",
        "“foregoes the critic  model” [1]",
        "DeepSeek R1 uses GRPO [1].",
        "GRPOs [1]",
        "1. It rose [1]\n2. It has halls [2]",
        "There are three reasons [1].",
        "$71.0$ and `88` [1]",
        "DeepSeek_R1.pdf says so [1].",
        "Sorry, the documents do not contain the information to answer this question.",
    ],
)
def test_what_the_passage_says_is_supported(answer: str) -> None:
    assert check_citations(answer, PASSAGES).checks.unsupported == ()


@pytest.mark.parametrize(
    ("answer", "unsupported"),
    [
        pytest.param("It rose to 72.0% [1].", ("72.0%",), id="another number"),
        pytest.param("It rose to 71.0% [2].", ("71.0%",), id="the number of another passage"),
        pytest.param("馆藏二十四万册[2]", ("二十四万",), id="a Chinese number"),
        pytest.param("“foregoes the actor model” [1]", ("foregoes the actor model",), id="another quotation"),
        pytest.param("It uses PPO [1].", ("PPO",), id="another name"),
        pytest.param("It uses GPT-4o [1].", ("GPT-4o",), id="a name that begins alike"),
        pytest.param("33k tokens, again 33k tokens [1]", ("33k",), id="each once"),
        pytest.param("It rose by 55.4. [1]", ("55.4",), id="a mark behind the full stop"),
        pytest.param("Nothing is cited: 15.6 and 16.6", ("16.6",), id="without a mark all passages count"),
    ],
)
def test_what_the_passage_does_not_say_is_listed_as_it_stands(answer: str, unsupported: tuple[str, ...]) -> None:
    checked = check_citations(answer, PASSAGES)
    assert checked.checks.unsupported == unsupported
    assert all(piece in checked.text for piece in unsupported)


def test_numbers_are_cited_in_order_each_once() -> None:
    assert cited_numbers("a [2], b [1, 3] c [2] 【4】") == (2, 1, 3, 4)
