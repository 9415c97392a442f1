"""Names are names: what is asked of one thing is not answered with what is said of another of nearly that name."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from llama_index.core.schema import NodeWithScore, TextNode

from server.answering.quoting import Words, extract_answer
from server.evidence.examination import profile_of
from server.evidence.near_misses import (
    begins_before,
    is_another_branch,
    is_another_edition,
    is_another_name,
    names_another_code,
    names_edition,
    opposites_asked,
)
from server.evidence.sentence_evidence import sentence_evidence
from server.passages import Found, Passage
from server.relevance.local_scorer import LocalScorer
from storage.message_translation import told

MODELS = ("R1", "V3", "Nova-2", "Orion-X1", "GLM-4", "Q-7", "Titan-3", "Alpha-5", "K2", "Delta-9")
SUFFIXES = ("-Zero", ".2", "-Mini", "-Max", "-Turbo", "-Distill")
YEARS = tuple(range(2012, 2027))
PARTIES = (
    *(("buyer", "seller"), ("landlord", "tenant"), ("employer", "employee"), ("lender", "borrower"), ("host", "guest")),
    *(("customer", "supplier"), ("insurer", "policyholder"), ("teacher", "student"), ("lessor", "lessee")),
)
PARTIES_ZH = (
    *(("买方", "卖方"), ("甲方", "乙方"), ("出租人", "承租人"), ("用人单位", "劳动者"), ("贷款人", "借款人")),
    *(
        ("成人", "儿童"),
        ("基础版", "高级版"),
        ("标准版", "专业版"),
        ("夏季", "冬季"),
        ("工作日", "节假日"),
        ("本科生", "研究生"),
    ),
)
PLANS = (("Basic", "Premium"), ("Standard", "Premium"), ("Basic", "Standard"), ("Bronze", "Silver"), ("Silver", "Gold"))


def pairs() -> Iterator[tuple[str, str, str]]:
    """(question, a sentence that answers, the same sentence about the other thing)."""
    for model in MODELS:
        for suffix in SUFFIXES:
            for asked, other in ((model, model + suffix), (model + suffix, model)):
                question = f"What score does {asked} reach on the entrance test?"
                yield question, said_of(asked, "79.8"), said_of(other, "71.0")
    for year, next_year in pairwise(YEARS):
        for asked, wrong in ((str(year), str(next_year)), (str(next_year), str(year))):
            yield (
                f"What was the revenue in {asked}?",
                f"The revenue in {asked} was 12 million euros.",
                f"The revenue in {wrong} was 15 million euros.",
            )
            yield f"{asked}年的收入是多少？", f"{asked}年的收入为12亿元。", f"{wrong}年的收入为15亿元。"
    for one, other in (*PARTIES, *((f"{a} plan", f"{b} plan") for a, b in PLANS)):
        for asked, wrong in ((one, other), (other, one)):
            yield (
                f"How much does the {asked} cost a month?",
                f"The {asked} costs 20 euros a month.",
                f"The {wrong} costs 35 euros a month.",
            )
    for one, other in PARTIES_ZH:
        for asked, wrong in ((one, other), (other, one)):
            yield f"{asked}每月要付多少费用？", f"{asked}每月付费20元。", f"{wrong}每月付费35元。"


def said_of(name: str, score: str) -> str:
    return f"{name} reaches a score of {score} points on the entrance test."


PAIRS = tuple(pairs())
WORDS = Words(lambda stems: {}, 1000)
SCORER = LocalScorer(WORDS.frequencies, WORDS.chunks)


def score(question: str, text: str) -> int:
    metadata = {"found": Found(3.0, score=0.8)}
    found = SCORER.score(question, [NodeWithScore(node=TextNode(text=text, metadata=metadata))])[0].score
    assert found is not None
    return found


def passage(text: str) -> Passage:
    return Passage("id", "a.pdf", (1,), text, 0.8, found=Found(3.0))


def test_there_are_many_pairs_in_both_languages() -> None:
    assert len(PAIRS) >= 200
    assert sum(not question.isascii() for question, _, _ in PAIRS) >= 40


def test_of_two_things_with_nearly_the_same_name_the_asked_one_is_quoted() -> None:
    wrong = []
    for question, right, other in PAIRS:
        for text in (f"{other} {right}", f"{right} {other}"):
            if extract_answer(question, [passage(text)], WORDS) != f"{right} [1]":
                wrong.append((question, text))
    assert len(wrong) <= 0.05 * 2 * len(PAIRS), wrong[:20]


def test_another_thing_with_nearly_the_same_name_is_no_answer() -> None:
    wrong = [(question, other) for question, _, other in PAIRS if score(question, other) >= 4]
    assert len(wrong) <= 0.05 * len(PAIRS), wrong[:20]


def test_the_thing_itself_is_an_answer() -> None:
    wrong = [(question, right) for question, right, _ in PAIRS if score(question, right) < 4]
    assert len(wrong) <= 0.05 * len(PAIRS), wrong[:20]


def test_a_near_miss_is_shown_as_one() -> None:
    question = "What score does R1 reach on the entrance test?"
    reasons = [
        SCORER.score(asked, [NodeWithScore(node=TextNode(text=text, metadata={"standing": 3.0}))])[0].reason
        for asked, text in ((question, said_of("R1-Zero", "71.0")), ("甲方每月要付多少费用？", "乙方每月付费35元。"))
    ]
    assert "nearly the same name" in reasons[0]
    assert "名称相近" in told(reasons[1], "zh")


@pytest.mark.parametrize(
    ("text", "name", "is_another"),
    [
        ("R1-Zero", "R1", True),
        ("R1.", "R1", False),
        ("R1's", "R1", False),
        ("R1-based", "R1", False),
        ("V3.2", "V3", True),
        ("GPT-4o", "GPT-4", True),
        ("iPhone 15 Pro", "iPhone 15", True),
        ("iPhone 15 provides", "iPhone 15", False),
        ("2024-05-01", "2024", False),
        ("2024/25", "2024", False),
        ("2024.", "2024", False),
        ("12.5", "12", True),
    ],
)
def test_a_name_that_goes_on_is_another(text: str, name: str, is_another: bool) -> None:
    assert is_another_name(text, len(name), name) is is_another


def test_a_number_behind_another_name_is_that_names() -> None:
    zero = "We trained R1-Zero first. Its average score rises to 71.0 points on the entrance test."
    own = "R1 is the final model. It reaches a score of 79.8 points on the entrance test."
    question = "What score does R1 reach on the entrance test?"
    assert score(question, zero) < 4
    assert "79.8" in extract_answer(question, [passage(f"{zero} {own}")], WORDS)
    assert "71.0" not in extract_answer(question, [passage(f"{zero} {own}")], WORDS)


def test_who_asks_for_both_gets_both() -> None:
    assert opposites_asked("What do buyer and seller pay?") == ()
    assert opposites_asked("What does the buyer pay?") == (("buyer", frozenset({"seller", "sellers"})),)


@pytest.mark.parametrize(
    ("name", "text", "another"),
    [
        ("LP-15", "Protocol LP-14: extraction of DNA", True),
        ("LP-15", "Protocol LP-14 replaces LP-15.", False),
        ("E12", "| E01 | Fan blocked |\n| E11 | No connection |", True),
        ("E5", "| E05 | Fan blocked |", False),
        ("XM-90", "云沐 XM-80 滚筒洗衣机", True),
        ("FY18", "Capital expenditure in FY2018", False),
        ("FY18", "Capital expenditure in FY2019", True),
        ("2024", "In 2023 it rained.", False),  # no code
        ("E5", "Errors E1 to E9 are shown on the display.", False),
        ("Hesk", "Ormsay", False),
    ],
)
def test_another_number_of_the_same_code_is_another_thing(name: str, text: str, another: bool) -> None:
    assert names_another_code(name, text) is another


@pytest.mark.parametrize(
    ("question", "texts", "another"),
    [
        ("What is the rate in version 3 of the policy?", ("policy-v1.md", "Travel Policy – Version 1"), True),
        ("What is the rate in version 2 of the policy?", ("policy-v2.md", ""), False),
        ("What is the rate in version 3 of the policy?", ("policy.md", "Travel Policy"), False),
        ("What is the rate?", ("policy-v1.md", ""), False),
        ("What is new in version 2?", ("manual-v2.0.pdf", ""), False),
        ("How do I upgrade from version 4?", ("manual-v5.pdf", ""), False),
        ("第2版的住宿标准是多少", ("制度.md", "制度 第二版"), False),
        ("2.1版的住宿标准是多少", ("制度.md", "制度 3版"), True),
    ],
)
def test_another_edition_is_told_by_what_the_document_is_called(
    question: str, texts: tuple[str, ...], another: bool
) -> None:
    assert is_another_edition(question, *texts) is another


def test_a_text_may_name_the_edition_that_is_asked_for() -> None:
    assert names_edition("What changed in version 3?", "Version 3 replaces version 2.")
    assert not names_edition("What changed in version 3?", "Version 2 is in force.")
    assert not names_edition("What does version 3 pay?", "3.3 It pays 0.30 a kilometre, within 3 weeks.")
    assert names_edition("What did 2.1 pay in edition 2.1?", "Under 2.1 it was 0.30.")
    assert not names_edition("What did edition 2.1 pay?", "Section 12.1 or 2.15 or 2.1.4 of it.")


@pytest.mark.parametrize(
    ("question", "text", "begins"),
    [
        ("When does the ferry to Elm leave?", "The ferry to Little Elm leaves at noon.", True),
        ("When does the ferry to Elm leave?", "The ferry to Elm leaves at noon.", False),
        ("When does the ferry to Little Elm leave?", "The ferry to Little Elm leaves at noon.", False),
        ("When was Elm divided?", "North Elm was divided from it in 1948.", False),
        ("How old is the elm?", "A new elm was planted.", False),
    ],
)
def test_a_name_that_begins_before_is_another(question: str, text: str, begins: bool) -> None:
    start = text.casefold().index("elm")
    assert begins_before(question, text, start, "elm" if "the elm" in question else "Elm") is begins


def test_of_two_places_the_asked_one_is_quoted() -> None:
    text = "The crossing to Little Elm takes 40 minutes. The crossing to Elm takes 25 minutes."
    answer = extract_answer("How long does the crossing to Elm take?", [passage(text)], WORDS)
    assert answer == "The crossing to Elm takes 25 minutes. [1]"


@pytest.mark.parametrize(
    "question",
    [
        "What does Nodalia include?",
        "¿Qué incluye el contrato de Nodalia?",
        "Que prévoit le contrat de Nodalia ?",
        "Che cosa prevede il contratto di Nodalia?",
        "O que inclui o contrato da Nodalia?",
        "Wat is inbegrepen in het contract van Nodalia?",
    ],
)
def test_a_name_is_known_as_one_in_every_language(question: str) -> None:
    needs = profile_of(question, lambda stems: dict.fromkeys(stems, 1), 100).needs
    assert [need.shown for need in needs if need.is_name] == ["Nodalia"]


@pytest.mark.parametrize(
    ("question", "text", "another"),
    [
        ("河西分館週六開到幾點", "| 河東分館 | 09:00–18:00 |", True),
        ("河東分館週六開到幾點", "| 河东分馆 | 09:00–18:00 |", False),
        ("12号楼几点关门", "2号楼晚上十点关门", True),
        ("3号楼几点关门", "1号楼和3号楼晚上十点关门", False),
        ("哪个校区有游泳馆", "东校区有游泳馆", False),
        ("食堂几点开", "第一食堂七点开", False),
        ("B展厅收费吗", "A展厅免费开放", True),
    ],
)
def test_another_branch_is_told_by_the_sign_before_its_kind(question: str, text: str, another: bool) -> None:
    assert is_another_branch(question, text) is another
    assert sentence_evidence(profile_of(question, lambda stems: {}, 100), text)[0].features.near == float(another)
