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

AS_THEY_COME = [
    ("The fee is 30 euros [2].", (2,)),
    ("The fee is 30 euros [2][4].", (2, 4)),
    ("The fee is 30 euros 【2】.", (2,)),
    ("The fee is 30 euros 【2†L10-L14】.", (2,)),
    ("The fee is 30 euros [[2]].", (2,)),
    ("The fee is 30 euros [^2].", (2,)),
    ("The deposit is refunded.¹ ²", (1, 2)),
    ("Fees apply (Source: Document 3).", (3,)),
    ("Fees apply (Sources 1 and 3).", (1, 3)),
    ("Fees apply (see passages 2–4).", (2, 3, 4)),
    ("Fees apply [Passage 1; Passage 2].", (1, 2)),
    ("Fees apply [Source 1, p. 14].", (1,)),
    ("Fees apply [1](#1).", (1,)),
    ("Fees apply [doc2].", (2,)),
    ("Fees apply [ID:3].", (3,)),
    ("Fees apply [citation: 1, 2].", (1, 2)),
    ("费用为30元［1］［2］。", (1, 2)),
    ("费用为30元（来源：文档2）。", (2,)),
    ("费用为30元（见片段 1、3）。", (1, 3)),
    ("费用为30元【文档1】【文档2】。", (1, 2)),
    ("费用为30元[资料1][资料3]。", (1, 3)),
    ("费用为30元（参考文档1和文档2）。", (1, 2)),
    ("Fees apply [1,2,5].", (1, 2, 5)),
    ("Fees apply [1] – [3].", (1, 2, 3)),
    ("Fees apply.<sup>1</sup>", (1,)),
    ("Fees apply.<sup>[1]</sup>", (1,)),
    ("Fees apply \\[1\\].", (1,)),
    ("Fees apply [1].\n\nSources:\n[1] handbook.md, p. 3", (1,)),
    ("Es fallen Gebühren an (Quelle: Dokument 2).", (2,)),
    ("Es fallen Gebühren an (vgl. Quelle 1 und 3).", (1, 3)),
    ("Es fallen Gebühren an (siehe [2]).", (2,)),
    ("Es fallen Gebühren an (Dok. 2).", (2,)),
    ("Des frais s'appliquent (voir document 2).", (2,)),
    ("Hay una cuota (fuente 1).", (1,)),
    ("Hay una cuota (documentos 1 y 2).", (1, 2)),
    ("According to [1] and [3], fees apply.", (1, 3)),
    ("Fees apply **[2]**.", (2,)),
    ("| Fee | 30 euros [1] |\n|---|---|\n| Rent | 500 [2] |", (1, 2)),
    ("- 30 euros. [1]\n- 20 euros. [2]", (1, 2)),
    ("Es kostet 30 Euro [1, S. 4].", (1,)),
    ("Fees apply [1, §3].", (1,)),
    ("Fees apply [Document 1: handbook.md].", (1,)),
    ("Fees apply [1: handbook.md, p. 3].", (1,)),
    ("Fees apply [Doc. 1, page 2; Doc. 3, page 7].", (1, 3)),
    ("Fees apply ([1], [2]).", (1, 2)),
    ("Fees apply [1/2].", (1, 2)),
    ("Fees apply [1 | 2].", (1, 2)),
    ("Fees apply {1}.", ()),
    ("Fees apply [Ref 2].", (2,)),
    ("Fees apply [source_2].", (2,)),
    ("Fees apply (1, 2)?", ()),
    ("Fees apply [Excerpts 1, 2 and 4].", (1, 2, 4)),
    ("Fees apply [passage-2].", (2,)),
    ("Fees apply <passage-2>.", ()),
    ("出典【1】によると60ユーロです。", (1,)),
    ("60유로입니다 [1].", (1,)),
    ("60ユーロです（文書1、文書2）。", (1, 2)),
    ("The array is [3, 1, 2] after sorting.", ()),
    ("Set a[1] to b[2].", ()),
    ("Use `rows[1]` here.", ()),
    ("The confidence interval [1, 3] covers zero.", ()),
    ("Here $x_{[1]} = 3$.", ()),
    ("x ∈ [0, 1] holds.", ()),
    ("See Article 5(1) of the law.", ()),
    ("(1) first, (2) second", ()),
    ("Version (2) of it.", ()),
    ("In [2024] it rose.", ()),
    ("On [2024-01-05] it rose.", ()),
    ("It has 10^6^ cells.", ()),
    ("It is 30 m^2^ large.", ()),
    ("- [ ] task [x] done", ()),
    ("The score is [1.5].", ()),
    ("Call range(1)[0] first.", ()),
    ("The tuple (1, 2) is it.", ()),
    ("See https://x.example/a[1] there.", ()),
    ("See [Chapter 3] and (Figure 2), (Table 1), (Section 4), (Step 2).", ()),
    ("```\nx = [1]\n```", ()),
    ("The matrix [[1, 2], [3, 4]] is it.", ()),
    ("The scores were [7, 8, 9].", ()),
    ("The function returns [1].", ()),
    ("Take word[1:3] and s[0:2].", ()),
    ("Some (documents from 2024), (3 documents), (document no longer valid).", ()),
    ("Numbers between [5, 10] are allowed.", ()),
    ("The list [1, 2, 3] has three items.", ()),
    ("取值范围为[1, 5]。", ()),
    ("向量[4, 5, 9]的长度为3。", ()),
    ("Die Werte liegen in [0; 1].", ()),
    ("Les valeurs [2, 3] sont exclues.", ()),
    ("It costs $5 [1] or $6 [2].", (1, 2)),
    ("x = [1, 2]\nprint(x)", ()),
    ('"ids": [1, 2]', ()),
    ("The group [1] [2] [3] is cited.", (1, 2, 3)),
    ("The area is 30 m² in total.", ()),
    ("Energy is E=mc², he said.", ()),
    ("About 10³ users.", ()),
    ("It costs 60 euros¹, paid once.", (1,)),
    ("It is paid once.² Then it is kept.³", (2, 3)),
    ("Members pay 60 euros (documents 1, 2).", (1, 2)),
    ("Pay at the desk [Documents 1-2].", (1, 2)),
    ("Pay at the desk [Source 2: page 4].", (2,)),
    ("Pay at the desk (Ref. 3).", (3,)),
    ("Pay at the desk [refs 1, 3].", (1, 3)),
    ("[1] says 60 euros; [2] says 70.", (1, 2)),
    ("Pay (1) at the desk and (2) online.", ()),
    ("Pay at the desk[2].", (2,)),
    ("在前台付款[2,3]。", (2, 3)),
    ("在前台付款〔文档3〕。", (3,)),
    ("在前台付款（资料1、资料2）。", (1, 2)),
    ("在前台付款(根据文档2)。", (2,)),
    ("Zahlung am Schalter [Dokument 1, Seite 3].", (1,)),
    ("Zahlung am Schalter [1, 2 und 3].", (1, 2, 3)),
    ("Zahlung am Schalter (Dokumente 1 und 2).", (1, 2)),
    ("Paiement au guichet [document 2].", (2,)),
    ("Paiement au guichet [1 et 2].", (1, 2)),
    ("Pago en el mostrador [1 y 3].", (1, 3)),
    ("Pago en el mostrador (fuentes 1, 2).", (1, 2)),
    ("A list of [10, 20, 30] values.", ()),
    ("weights = [1, 2]", ()),
    ("The shape is [2, 3].", ()),
    ("Lines [3]-[5] of the file.", ()),
    ("See RFC [2119].", ()),
    ("The year [1999] was wet.", ()),
    ("Array index [0] is first.", ()),
    ("matrix[2][3] is zero.", ()),
    ("Use the [Save] button [1].", (1,)),
    ("Dimension [3, 224, 224] is usual.", ()),
    ("Choose between [1, 10].", ()),
    ('"The share costs 60 euros" [1].', (1,)),
    ("*The share costs 60 euros [1]*", (1,)),
    ("The share costs 60 euros [1]!", (1,)),
    ("The share: 60 euros [ 1 ].", (1,)),
    ("The share: 60 euros [#1].", (1,)),
    ("The share: 60 euros [no. 2].", (2,)),
    ("The share: 60 euros 【3†handbook.md†L3-L5】.", (3,)),
    ("The share: 60 euros [1–2, 4].", (1, 2, 4)),
    ("The ISO date [2024-05] is short.", ()),
    ("The share: 60 euros [Context 2].", (2,)),
    ("The share: 60 euros [Chunk 3].", (3,)),
    ("The share: 60 euros [Snippet #2].", (2,)),
    ("Coordinates (1, 2) and (3, 4).", ()),
    ("The share: 60 euros (Context 1).", (1,)),
    ("The share: 60 euros (Excerpt 3, p. 2).", (3,)),
]
"""What models wrote, and the passages that each cites."""


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


@pytest.mark.parametrize(("answer", "cited"), AS_THEY_COME)
def test_each_cites_these_passages(answer: str, cited: tuple[int, ...]) -> None:
    assert cited_numbers(answer) == cited


def test_there_are_eighty_of_them() -> None:
    assert len({*dict(CITATIONS), *NO_CITATIONS, *dict(BESIDE_A_CITATION)}) >= 80


WHOLE = "\n\n".join([*dict(CITATIONS), *NO_CITATIONS, *dict(BESIDE_A_CITATION)])


@pytest.mark.parametrize("seed", range(3))
def test_a_stream_in_any_pieces_says_the_same(seed: int) -> None:
    pieces = random.Random(seed)
    for answer in [
        *dict(CITATIONS),
        *NO_CITATIONS,
        *dict(BESIDE_A_CITATION),
        *dict(AS_THEY_COME),
        WHOLE,
        " ".join(dict(CITATIONS)),
    ]:
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
