"""Extractive answers quote the fewest sentences that answer, exactly, cited, in reading order."""

import pytest
from llama_index.core.schema import NodeWithScore, TextNode

from server.answering.citations import check_citations
from server.answering.quoting import Words, extract_answer
from server.pages.rendering import AnswerContext, render_answer
from server.passages import Passage
from server.relevance.local_scorer import LocalScorer

GRPO = (
    "2.2.1. Reinforcement Learning Algorithm\n"
    "In order to save the training costs, we adopt Group Relative Policy\nOptimization (GRPO) (Shao et al., 2024), "
    "which foregoes the critic model. The weather was fine. "
    "Specifically, GRPO optimizes the policy model by maximizing the "
    "following objective:\nJ(θ) = E[1/G Σ min(r A, clip(r, 1−ε, 1+ε) A)] − β D_KL"
)
TABLE = (
    "Table 2 | Comparison of models.\nModel AIME MATH-500 GPQA\nOpenAI-o1-mini 63.6 90.0 60.0\n"
    "DeepSeek-R1-Zero 71.0 95.9 73.3"
)
CHINESE = "图书馆成立于1925年。图书馆每天上午九点开门，星期日除外。馆内有三个阅览室。"


def passage(text: str, context: str = "") -> Passage:
    return Passage("id", "a.pdf", (1,), text, 0.9, context=context)


@pytest.mark.parametrize(
    ("question", "text", "quoted"),
    [
        pytest.param("what is the GRPO?", GRPO, "we adopt Group Relative Policy Optimization (GRPO)", id="definition"),
        pytest.param("图书馆几点开门？", CHINESE, "图书馆每天上午九点开门，星期日除外。", id="Chinese"),
        pytest.param("图书馆成立于哪一年？", CHINESE, "图书馆成立于1925年。", id="a Chinese year"),
        pytest.param("What does DeepSeek-R1-Zero score on AIME?", TABLE, "DeepSeek-R1-Zero 71.0 95.9 73.3", id="a row"),
    ],
)
def test_the_sentence_that_answers_is_quoted(question: str, text: str, quoted: str) -> None:
    answer = extract_answer(question, [passage(text)])
    assert quoted in answer
    assert answer.endswith("[1]")


def test_only_what_answers_is_quoted() -> None:
    assert extract_answer("图书馆几点开门？", [passage(CHINESE)]) == "图书馆每天上午九点开门，星期日除外。 [1]"
    assert "weather" not in extract_answer("what is the GRPO?", [passage(GRPO)])


def test_a_heading_above_is_not_quoted() -> None:
    assert "2.2.1" not in extract_answer("what is the GRPO?", [passage(GRPO)])


def test_a_row_brings_the_head_of_its_table_on_its_own_line() -> None:
    lines = extract_answer("What does DeepSeek-R1-Zero score on AIME?", [passage(TABLE)]).split("\n")
    assert "Model AIME MATH-500 GPQA" in lines[-3:][0] + lines[-2:][0]
    assert lines[-1] == "DeepSeek-R1-Zero 71.0 95.9 73.3 [1]"


MARKDOWN = (
    "## Fees\n\n| Member | Yearly fee |\n|---|---|\n| ordinary | 20 € |\n| pupil | 5 € |\n\nThe fee is due in May."
)
TWO_LINES = (
    "Model\nAIME 2024 MATH-500 GPQA\npass@1 cons@64 pass@1\nQwQ-32B-Preview 50.0 60.0 90.6\n"
    "DeepSeek-R1-Zero-Qwen-32B 47.0 60.0 91.6\nTable 6 | Comparison of distilled models.\nRL training is slow."
)


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        pytest.param(
            "What is the yearly fee of an ordinary member?",
            MARKDOWN,
            "| Member | Yearly fee |\n|---|---|\n| ordinary | 20 € |\n\n[1]",
            id="Markdown",
        ),
        pytest.param(
            "What AIME 2024 pass@1 does DeepSeek-R1-Zero-Qwen-32B get?",
            TWO_LINES,
            "Model AIME 2024 MATH-500 GPQA pass@1 cons@64 pass@1\nDeepSeek-R1-Zero-Qwen-32B 47.0 60.0 91.6 [1]",
            id="names of columns on two lines",
        ),
    ],
)
def test_a_question_for_a_value_is_answered_by_its_row_and_not_by_the_names_of_the_columns(
    question: str, text: str, answer: str
) -> None:
    assert extract_answer(question, [passage(text)]) == answer


def test_rows_are_shown_as_rows_with_their_citation() -> None:
    fee, score = "What is the yearly fee of an ordinary member?", "What does DeepSeek-R1-Zero score on AIME?"
    context = AnswerContext(1, keeps_lines=True)
    table = render_answer(extract_answer(fee, [passage(MARKDOWN)]), context)
    assert "<td>20 €</td>" in table
    assert 'class="cite"' in table
    lines = render_answer(extract_answer(score, [passage(TABLE)]), context)
    assert "GPQA<br" in lines
    assert 'class="cite"' in lines


def test_what_a_figure_shows_is_its_caption_even_in_the_middle_of_a_sentence() -> None:
    text = "As depicted in Figure 3, time shows improve-\nFigure 3 | The average response length.\nIt improves."
    assert extract_answer("What does Figure 3 show?", [passage(text)]) == "Figure 3 | The average response length. [1]"


def test_a_subscript_finds_the_letters_that_a_page_has_of_it() -> None:
    text = "The group is large.\n\nAi = ri − mean(r) is the advantage.\n\nGRPO is computed in groups of eight."
    assert "Ai = ri" in extract_answer("How is the advantage A_i computed?", [passage(text)])


def test_a_heading_that_a_sentence_follows_is_left_out() -> None:
    text = "6. Conclusion and Future Work\nIn this paper we introduce DeepSeek-V3."
    assert extract_answer("what does this paper introduce?", [passage(text)]).startswith("In this paper")


def test_a_sentence_that_announces_a_formula_brings_it() -> None:
    answer = extract_answer("Which objective does GRPO maximize to optimize the policy model?", [passage(GRPO)])
    assert "following objective:\nJ(θ) = E[" in answer


def test_two_passages_are_cited_each_the_better_one_first() -> None:
    passages = [
        passage("The gate is red. Opening hours: see the door."),
        passage("The tower of Wrexham is 41 metres high."),
    ]
    answer = extract_answer("How high is the tower of Wrexham, and is the gate red?", passages)
    assert answer.split("\n\n") == ["The tower of Wrexham is 41 metres high. [2]", "The gate is red. [1]"]


def test_every_sentence_quoted_is_in_its_passage() -> None:
    for question in ("what is the GRPO?", "Which objective is maximized?", "costs", "xyzzy"):
        quoted = extract_answer(question, [passage(GRPO)]).removesuffix(" [1]")
        for part in quoted.split(" … "):
            assert "".join(part.split()) in "".join(GRPO.split())


@pytest.mark.parametrize(
    "question",
    ["what is the GRPO?", "What does DeepSeek-R1-Zero score?", "图书馆几点开门？", "What is the yearly fee?", "?"],
)
def test_a_quotation_gives_no_false_alarm(question: str) -> None:
    passages = [passage(GRPO), passage(TABLE), passage(CHINESE), passage(MARKDOWN)]
    answer = extract_answer(question, passages)
    checked = check_citations(answer, passages)
    assert (checked.text, checked.checks.unknown_citations, checked.checks.unsupported) == (answer, 0, ())


@pytest.mark.parametrize(
    ("question", "text", "quoted"),
    [
        pytest.param(
            "How long may books be kept?", "## Keeping books\n\nBooks may be kept for four weeks.", "Books may", id="##"
        ),
        pytest.param(
            "修理站什么时候开放？", "一、修理站开放时间\n\n修理站每周三晚上六点到九点开放。", "修理站每周三", id="一、"
        ),
        pytest.param(
            "如何申请会员？", "（一）申请会员\n申请会员须填写表格并交费。\n", "申请会员须填写表格", id="（一）"
        ),
        pytest.param(
            "What may pets do in the garden?",
            "4 Pets in the garden\nPets may run there on a lead.",
            "Pets may",
            id="4 Title",
        ),
        pytest.param(
            "Wann endet die Mitgliedschaft?",
            "§ 5 Ende der Mitgliedschaft\n\nDie Mitgliedschaft endet zum 1. Januar des folgenden Jahres. Mehr nicht.",
            "Die Mitgliedschaft endet zum 1. Januar des folgenden Jahres.",
            id="§ and zum 1.",
        ),
    ],
)
def test_headings_are_not_quoted(question: str, text: str, quoted: str) -> None:
    assert extract_answer(question, [passage(text)]).startswith(quoted)


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "How high is the tower of Wrexham?",
            "The tower of Wrexham stands by the river. It is 41 metres high. The weather is mild there.",
            "The tower of Wrexham stands by the river. It is 41 metres high. [1]",
        ),
        (
            "赤塔的高度是多少？",
            "赤塔位于河边。它的高度为四十一米。附近天气温和。",
            "赤塔位于河边。它的高度为四十一米。 [1]",
        ),
    ],
)
def test_a_sentence_that_points_back_brings_the_one_before(question: str, text: str, answer: str) -> None:
    assert extract_answer(question, [passage(text)]) == answer


def test_the_quoted_sentence_is_that_of_the_passage_with_the_best_score() -> None:
    question = "When was the tower of Wrexham built?"
    texts = ["The tower of Wrexham is open daily.", "The tower of Wrexham was built in 1506."]
    words = Words(lambda stems: {}, 1000)
    scorer = LocalScorer(words.frequencies, words.chunks)
    nodes = [NodeWithScore(node=TextNode(text=text)) for text in texts]
    scores = [judgement.score or 0 for judgement in scorer.score(question, nodes)]
    assert scores[1] > scores[0]
    assert extract_answer(question, [passage(text) for text in texts], words).startswith(texts[1])


def test_a_row_below_a_heading_brings_the_names_of_its_columns_and_the_currency_of_the_heading() -> None:
    text = (
        "3 Fares in pounds, one way\n| Vehicle | Hesk | Ormsay |\n| Bicycle | 2.00 | 3.00 |\n| Car | 24.00 | 39.50 |\n"
        "Drivers pay as well."
    )
    answer = extract_answer("What does a car cost to Ormsay?", [passage(text)])
    assert answer.startswith("3 Fares in pounds, one way\n| Vehicle | Hesk | Ormsay |\n| Car | 24.00 | 39.50 |")


def test_a_heading_that_names_no_currency_is_not_brought() -> None:
    text = "6 The ships\n| Ship | Passengers |\n| Fulmar | 310 |\n| Kittiwake | 355 |\n"
    answer = extract_answer("How many passengers does the Fulmar carry?", [passage(text)])
    assert answer.startswith("| Ship | Passengers |\n| Fulmar | 310 |")


def test_rows_of_a_page_without_markdown_are_shown_as_a_table_below_their_heading() -> None:
    text = "3 Fares in pounds\n| Vehicle | Hesk |\n| Bicycle | 2.00 |\n| Car | 24.00 |\n"
    shown = render_answer(
        extract_answer("What does a car cost to Hesk?", [passage(text)]), AnswerContext(1, keeps_lines=True)
    )
    assert "<th>Vehicle</th>" in shown
    assert "<td>24.00</td>" in shown
    assert "3 Fares in pounds" in shown
    assert 'class="cite"' in shown
    assert "|" not in shown
