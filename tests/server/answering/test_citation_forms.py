"""How models write citations, and what only looks like one: 80 answers, as they come and as they are shown.

The answers are checked against three passages, so [4] and higher are unknown and go.
"""

import random

import pytest

from server.answering.citation_marks import cited_numbers
from server.answering.citations import CheckedStream, check_citations
from server.passages import Passage

PASSAGES = [Passage(str(number), f"{number}.md", (number,), "nothing of it", 0.9) for number in (1, 2, 3)]

CITATIONS = [
    ("The fee is due [1].", "The fee is due [1]."),
    ("The fee is due [1][2].", "The fee is due [1][2]."),
    ("The fee is due [1] [3].", "The fee is due [1] [3]."),
    ("The fee is due [1, 2].", "The fee is due [1, 2]."),
    ("The fee is due [1,2,3].", "The fee is due [1,2,3]."),
    ("The fee is due [1-3].", "The fee is due [1, 2, 3]."),
    ("The fee is due [2–3].", "The fee is due [2, 3]."),
    ("The fee is due [1]-[3].", "The fee is due [1, 2, 3]."),
    ("The fee is due [1;2].", "The fee is due [1, 2]."),
    ("The fee is due [1; 3].", "The fee is due [1, 3]."),
    ("The fee is due [1 & 2].", "The fee is due [1, 2]."),
    ("The fee is due [1 and 3].", "The fee is due [1, 3]."),
    ("The fee is due [1, 2, and 3].", "The fee is due [1, 2, 3]."),
    ("Die Gebühr ist fällig [1 und 2].", "Die Gebühr ist fällig [1, 2]."),
    ("会费应付【1】。", "会费应付[1]。"),
    ("会费应付【1】【2】。", "会费应付[1][2]。"),
    ("The fee is due 【1†source】.", "The fee is due [1]."),
    ("The fee is due【2:0†handbook.md】.", "The fee is due[2]."),
    ("The fee is due 【3†L12-L18】.", "The fee is due [3]."),
    ("会费应付［2］。", "会费应付[2]。"),
    ("会费应付〔1、3〕。", "会费应付[1, 3]。"),
    ("The fee is due [citation:1].", "The fee is due [1]."),
    ("The fee is due [citation:1][citation:3].", "The fee is due [1][3]."),
    ("The fee is due [cite: 2].", "The fee is due [2]."),
    ("The fee is due (Document 1).", "The fee is due [1]."),
    ("The fee is due (see Document 2).", "The fee is due [2]."),
    ("The fee is due (Documents 1 and 3).", "The fee is due [1, 3]."),
    ("The fee is due (Passage 2, Passage 3).", "The fee is due [2, 3]."),
    ("Die Gebühr ist fällig (siehe Dokument 1).", "Die Gebühr ist fällig [1]."),
    ("Die Gebühr ist fällig (Quelle 2).", "Die Gebühr ist fällig [2]."),
    ("La cuota vence (Documento 3).", "La cuota vence [3]."),
    ("The fee is due [Document 1, Document 2].", "The fee is due [1, 2]."),
    ("The fee is due [Document 1; Document 3].", "The fee is due [1, 3]."),
    ("The fee is due [Doc 2].", "The fee is due [2]."),
    ("The fee is due [doc_3].", "The fee is due [3]."),
    ("The fee is due [Source: 1].", "The fee is due [1]."),
    ("The fee is due [Source: Document 1].", "The fee is due [1]."),
    ("The fee is due [1, p. 3].", "The fee is due [1]."),
    ("The fee is due [Document 2, pages 4-6].", "The fee is due [2]."),
    ("Die Gebühr ist fällig [1, S. 12; 2, S. 3].", "Die Gebühr ist fällig [1, 2]."),
    ("会费应付[1，第3页]。", "会费应付[1]。"),
    ("会费应付[片段1]。", "会费应付[1]。"),
    ("会费应付[片段1、片段3]。", "会费应付[1, 3]。"),
    ("会费应付（文档1）。", "会费应付[1]。"),
    ("会费应付（见文档2和文档3）。", "会费应付[2, 3]。"),
    ("会费应付[来源：2]。", "会费应付[2]。"),
    ("会费应付[文档片段 3]。", "会费应付[3]。"),
    ("The fee is due^1^.", "The fee is due[1]."),
    ("The fee is due ^1,2^.", "The fee is due [1, 2]."),
    ("The fee is due [^2].", "The fee is due [2]."),
    ("The fee is due.<sup>[3]</sup>", "The fee is due.[3]"),
    ("The fee is due [[2]].", "The fee is due [2]."),
    ("The fee is due [1](#source-1).", "The fee is due [1]."),
    ("The fee is due \\[1\\].", "The fee is due [1]."),
    ("**The fee is 60 euros**[1]", "**The fee is 60 euros**[1]"),
    ("It is $60 [1] and the deposit $20 [2].", "It is $60 [1] and the deposit $20 [2]."),
    ("| fee | 60[1] |", "| fee | 60[1] |"),
    ("The fee is due [7].", "The fee is due."),
    ("The fee is due (Document 8).", "The fee is due."),
    ("会费应付[片段9]。", "会费应付。"),
    ("The sources are [1, 2].", "The sources are [1, 2]."),
    ("DeepSeek-R1[1] and GPT-4[2]", "DeepSeek-R1[1] and GPT-4[2]"),
]
NO_CITATIONS = [
    "The vector is [4, 5, 9].",
    "It returns [9, 7, 8] for this input.",
    "with scores [8, 6, 9] for the runs",
    "结果是[4, 5, 6]。",
    "x = [7]",
    "It stands at x[9] of the row.",
    "Then my_list[5] is read.",
    "`rows[4]` holds it.",
    "```\nprint(a[7])\n```",
    "The sum $a[9]$ is small.",
    "where \\(x_i[8]\\) is one",
    "a value in [0, 1] or so",
    "on the interval [4, 9] it grows",
    "from [2024] on",
    "on [2024-05-04] it began",
    "on [05-04] it began",
    "The matrix [[4, 5], [6, 7]] is regular.",
    "See [9](https://example.org/a).",
    "It is 10^6^ times as much.",
    "m^2^ of it (Table 9), (Section 4)",
]
BESIDE_A_CITATION = [
    ("The vector is [4, 5, 9] [1].", (1,)),
    ("The result is [6] [2].", (2,)),
    ("A value in [0, 1] [3]", (3,)),
]


@pytest.mark.parametrize(("answer", "text"), CITATIONS)
def test_these_are_citations(answer: str, text: str) -> None:
    checked = check_citations(answer, PASSAGES)
    assert checked.text == text
    known = [number for number in cited_numbers(answer) if number <= 3]
    assert list(cited_numbers(text)) == known
    assert checked.checks.unknown_citations == (0 if known else 1)


@pytest.mark.parametrize("answer", NO_CITATIONS)
def test_these_are_none(answer: str) -> None:
    assert cited_numbers(answer) == ()
    assert check_citations(answer, PASSAGES).text == answer


@pytest.mark.parametrize(("answer", "cited"), BESIDE_A_CITATION)
def test_what_is_none_stays_beside_one(answer: str, cited: tuple[int, ...]) -> None:
    assert cited_numbers(answer) == cited
    assert check_citations(answer, PASSAGES).text == answer


def test_there_are_eighty_of_them() -> None:
    assert len({*dict(CITATIONS), *NO_CITATIONS, *dict(BESIDE_A_CITATION)}) >= 80


WHOLE = "\n\n".join([*dict(CITATIONS), *NO_CITATIONS, *dict(BESIDE_A_CITATION)])


@pytest.mark.parametrize("seed", range(3))
def test_a_stream_in_any_pieces_says_the_same(seed: int) -> None:
    pieces = random.Random(seed)
    for answer in [*dict(CITATIONS), *NO_CITATIONS, *dict(BESIDE_A_CITATION), WHOLE, " ".join(dict(CITATIONS))]:
        stream, shown, place = CheckedStream(PASSAGES), "", 0
        while place < len(answer):
            length = pieces.choice((1, 1, 2, 3, 7))
            shown += stream.add(answer[place : place + length])
            place += length
        assert shown + stream.rest() == check_citations(answer, PASSAGES).text


def test_a_stream_holds_back_no_more_than_a_bracket() -> None:
    stream = CheckedStream(PASSAGES)
    assert stream.add("It costs $60 in the first year") == "It costs $60 in the first year"
    assert stream.add(" [9") == ""
    assert stream.add("] and 20 after it.") == " and 20 after it."
