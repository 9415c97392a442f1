"""What a text asks is no answer, whether it ends with a question mark or says that it is a question."""

import pytest

from server.evidence.examination import profile_of
from server.evidence.sentence_evidence import sentence_evidence

QUESTION = "To which lake does the Torvan run?"


def asks(text: str) -> list[float]:
    profile = profile_of(QUESTION, lambda stems: dict.fromkeys(stems, 1), 100)
    return [each.features.question for each in sentence_evidence(profile, text, "")]


@pytest.mark.parametrize(
    "text",
    [
        "To which lake does the river run?",
        "Q: The Torvan runs to a lake from a certain range of hills.",
        "Question 12: name the lake to which the Torvan runs.",
        "Frage: der See, in den der Torvan fließt.",
        "问题：河流流入哪个湖。",
        "問：河流流入哪個湖。",
    ],
)
def test_a_question_is_none(text: str) -> None:
    assert asks(text) == [1.0]


@pytest.mark.parametrize(
    "text",
    ["The Torvan runs to Lake Brenn.", "Q3: the Torvan ran to Lake Brenn.", "A: to Lake Brenn.", "Questions are open."],
)
def test_whatever_else_begins_so_is_a_statement(text: str) -> None:
    assert asks(text) == [0.0]
