"""The local scorer: integers from 0 to 10 for what a passage says, the same whatever else was found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.schema import NodeWithScore, TextNode

from server.evidence.answer_types import expected_answer, holds_answer, introduces
from server.evidence.likelihood import score_of, share_of
from server.language import question_language
from server.passages import Found, Judgement
from server.relevance.local_scorer import LocalScorer
from storage.message_translation import told

TOWER = "The tower of Wrexham was built in 1506 by local masons. It is 41 metres high."
GRPO = "We adopt Group Relative Policy Optimization (GRPO), which foregoes the critic model."
CHINESE = "图书馆每天上午九点开门，星期日除外。"
SCORER = LocalScorer(lambda stems: {}, chunks=1000)


def judged(question: str, text: str, standing: float = 2.0, context: str = "", crosses: bool = False) -> Judgement:
    metadata = {"found": Found(standing, crosses), "context": context}
    return SCORER.score(question, [NodeWithScore(node=TextNode(text=text, metadata=metadata))])[0]


def score(question: str, text: str, standing: float = 2.0, context: str = "", crosses: bool = False) -> int:
    found = judged(question, text, standing, context, crosses).score
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("question", "text", "least", "most"),
    [
        pytest.param("When was the tower of Wrexham built?", TOWER, 8, 10, id="answers"),
        pytest.param("what is the GRPO?", GRPO, 9, 10, id="defines"),
        pytest.param("图书馆几点开门？", CHINESE, 7, 10, id="answers in Chinese"),
        pytest.param("Who designed the tower of Caernarfon castle for King Edward?", TOWER, 0, 3, id="same topic"),
        pytest.param("How many parrots live in Brazil?", TOWER, 0, 2, id="unrelated"),
        pytest.param("谁设计了这座城堡的塔楼？", CHINESE, 0, 3, id="unrelated in Chinese"),
        pytest.param("xyzzy", "", 0, 2, id="an empty passage"),
        pytest.param("", TOWER, 0, 3, id="an empty question"),
    ],
)
def test_the_score_says_how_well_the_passage_answers(question: str, text: str, least: int, most: int) -> None:
    assert least <= score(question, text) <= most


@pytest.mark.parametrize(
    ("question", "says", "of_another_unit"),
    [
        ("At what pressure did pump 7 trip?", "Pump 7 tripped at 4.1 bar.", "Pump 7 tripped after 9 minutes."),
        ("What voltage does the charger need?", "The charger needs 230 V.", "The charger needs 3 hours."),
        ("Bei welchem Druck öffnet das Ventil?", "Das Ventil öffnet bei 6 bar.", "Das Ventil öffnet bei 60 °C."),
        ("¿A qué temperatura se hornea el pan?", "El pan se hornea a 220 grados.", "El pan se hornea 40 minutos."),
        ("水泵在什么压力下跳闸？", "水泵在0.8兆帕时跳闸。", "水泵在8点跳闸。"),
    ],
)
def test_a_value_stands_for_the_word_of_its_quantity(question: str, says: str, of_another_unit: str) -> None:
    assert score(question, says) == 10
    assert score(question, of_another_unit) <= 7


def test_a_score_does_not_depend_on_the_other_passages() -> None:
    nodes = [NodeWithScore(node=TextNode(text=text, metadata={"found": Found(2.0)})) for text in (TOWER, GRPO, CHINESE)]
    together = SCORER.score("what is the GRPO?", nodes)
    assert together == [SCORER.score("what is the GRPO?", [node])[0] for node in nodes]


def test_each_judgement_is_told_as_it_is_known() -> None:
    told: list[tuple[int, Judgement]] = []
    nodes = [NodeWithScore(node=TextNode(text=text)) for text in (TOWER, GRPO)]
    judgements = SCORER.score("what is the GRPO?", nodes, lambda index, judgement: told.append((index, judgement)))
    assert told == list(enumerate(judgements))


def test_the_title_above_counts_but_less_than_the_text() -> None:
    question = "When was the tower of Wrexham built?"
    bare, titled = "It was built in 1506.", score(question, "It was built in 1506.", context="The tower of Wrexham")
    assert score(question, bare) < titled < score(question, TOWER) + 1


def test_what_the_embedding_model_says_never_lowers_a_score() -> None:
    scores = [score("When was the tower built?", TOWER, standing) for standing in (-3.0, 0.0, 3.0, 9.0)]
    assert scores == sorted(scores)


def test_another_language_counts_only_where_the_model_knows_both() -> None:
    question = "图书馆几点开门？"
    english = "The library opens at nine."
    assert score(question, english, standing=6.0) < 4 <= score(question, english, standing=6.0, crosses=True)


@pytest.mark.parametrize(
    ("question", "text", "reason"),
    [
        ("what is the GRPO?", GRPO, "introduces “GRPO”"),
        ("GRPO objective", "GRPO maximizes an objective.", "names “GRPO”, “objective” close together"),
        ("How many parrots live in Brazil?", TOWER, "names nothing the question asks about"),
        ("图书馆几点开门？", CHINESE, "“图书馆"),
        ("谁设计了塔楼？", CHINESE, "没有提到问题中的内容"),
        ("Wer hat den Turm gebaut?", TOWER, "names nothing the question asks about"),
    ],
)
def test_the_reason_is_a_sentence_for_people(question: str, text: str, reason: str) -> None:
    assert reason in told(judged(question, text).reason, question_language(question))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When was it built?", "date"),
        ("哪一年成立的？", "date"),
        ("报销款星期几发？", "date"),
        ("An welchen Wochentagen ist offen?", "date"),
        ("What happens when I am ill?", "any"),
        ("How much is it when I am a member?", "number"),
        ("How much is it and when is it due?", "number"),
        ("Muss ich etwas bezahlen, und wie viel?", "number"),
        ("What's the maximum number of guests?", "number"),
        ("What is dense search bad at?", "any"),
        ("how come it is closed", "reason"),
        ("How many halls are there?", "number"),
        ("有多少个阅览室？", "number"),
        ("Why did it fail?", "reason"),
        ("为什么失败？", "reason"),
        ("Who built it?", "person"),
        ("Where is it?", "place"),
        ("what is the GRPO?", "definition"),
        ("What does GRPO stand for?", "definition"),
        ("什么是强化学习？", "definition"),
        ("What is the largest city of Poland?", "any"),
        ("GRPO objective", "any"),
    ],
)
def test_a_question_asks_for_a_kind_of_answer(question: str, kind: str) -> None:
    assert expected_answer(question) == kind


def test_what_the_question_itself_names_is_no_answer() -> None:
    assert not holds_answer("What happened when 1506 came?", "date", "In 1506 it rained.")
    assert holds_answer("When did it rain?", "date", "In 1506 it rained.")


@pytest.mark.parametrize(
    ("question", "text", "is_introduced"),
    [
        ("what is the GRPO?", GRPO, True),
        ("what is the GRPO?", "With GRPO, the score rose.", False),
        ("What is reward hacking?", "Reward hacking is a failure of the reward.", True),
        ("What is BM25?", "The lexical score is BM25, a formula of the 1990s.", True),
        ("什么是强化学习？", "强化学习是一种方法。", True),
        ("What is a (strange [question?", "A strange question is asked.", False),
    ],
)
def test_an_introduction_is_told_from_a_mention(question: str, text: str, is_introduced: bool) -> None:
    assert introduces(question, text) is is_introduced


@given(st.text(max_size=200), st.text(max_size=400), st.text(max_size=80))
def test_any_text_gets_a_score(question: str, text: str, context: str) -> None:
    judgement = judged(question, text, context=context)
    assert judgement.score is not None
    assert 0 <= judgement.score <= 10
    assert judgement.reason


def test_scores_and_shares_grow_with_strength() -> None:
    strengths = [-20.0, -6.0, -3.0, -1.0, 0.0, 1.5, 20.0]
    assert [score_of(value) for value in strengths] == sorted(score_of(value) for value in strengths)
    assert (score_of(strengths[0]), score_of(strengths[-1])) == (0, 10)
    assert (share_of(strengths[0]), share_of(strengths[-1])) == (0.0, 1.0)
