"""What a follow-up asks of its own must be answered: at the statement of the last answer, behind it, or not at all."""

from collections.abc import Iterator

import pytest

from server.answering.beside_answer import Beside, beside_answer, leaves_open
from server.answers import Answer, Question, Turn
from server.http.services import Services
from server.passages import Passage
from tests.server.served_folder import served

RULES = (
    "Appeals are sent to the committee in writing. The committee decides within six weeks. "
    "If its members cannot agree, the dean decides. The fee for copies is 12 euros."
)


def passage(text: str) -> Passage:
    return Passage("id", "rules.md", (1,), text, 0.9)


@pytest.mark.parametrize(
    ("question", "before", "sentence"),
    [
        ("and when do they decide?", "Appeals are sent to the committee in writing. [1]", 1),
        ("what if they don't agree?", "The committee decides within six weeks. [1]", 2),
        ("how much?", "There is a fee for copies. [1]", 3),
        ("und wie viel genau?", "Die Anlage ist haftpflichtversichert.", None),
        ("since when?", "Appeals are sent to the committee in writing. [1]", None),
        ("and with breakfast?", "Appeals are sent to the committee in writing. [1]", None),
        ("how much?", "The pool opens at nine. [1]", None),
    ],
)
def test_a_follow_up_is_answered_at_the_last_answer_or_behind_it(
    question: str, before: str, sentence: int | None
) -> None:
    found = beside_answer(question, before, [passage("The weather was fine."), passage(RULES)])
    assert found == (None if sentence is None else Beside(1, sentence))


def test_nothing_is_taken_from_under_another_heading() -> None:
    text = "# Fees\n\nA membership costs 40 euros.\n\n# Guests\n\nGuests pay 5 euros."
    assert beside_answer("and guests?", "A membership costs 40 euros. [1]", [passage(text)]) is None


@pytest.mark.parametrize(
    ("question", "before", "answer", "is_open"),
    [
        ("and if it is electric?", "The allowance is 0.44 euros. [1]", "The allowance is 0.44 euros. [1]", True),
        ("how many days does that take?", "A new card costs 25 euros.", "A new card costs 25 euros. [1]", True),
        ("what about films?", "Books may be kept for a month.", "Books and films may be kept for a month. [1]", False),
        ("what about goldfish then?", "No dogs are allowed.", "Fish and caged birds are allowed. [1]", False),
        ("and guests?", "A membership costs 40 euros. [1]", "The pool opens at nine. [1]", True),
        ("要等几天？", "补办每张收取工本费二十五元。", "补办每张收取工本费二十五元。[1]", True),
        ("exactly how much?", "There is an insurance. [1]", "The insurance covers 5,000 euros. [1]", False),
    ],
)
def test_the_last_answer_told_again_answers_no_follow_up(
    question: str, before: str, answer: str, is_open: bool
) -> None:
    assert leaves_open(question, before, answer) is is_open


def test_a_question_that_may_stand_alone_is_left_open_only_by_the_same_answer() -> None:
    before, answer = "The pump is sold with a filter. [1]", "All options are erased. [1]"
    assert leaves_open("Will my settings be lost?", before, answer)
    assert not leaves_open("Will my settings be lost?", before, answer, is_plain=False)


HOUSE = """# Rules of the guest house at Torvan

## Rooms

A room costs 80 euros a night. A deposit is paid on arrival and returned by bank transfer.

## Complaints

Complaints are sent to the manager in writing. The manager answers within ten days. If the guest is not satisfied,
the tourist board decides.
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with served(tmp_path_factory.mktemp("house"), {"house.md": HOUSE}) as services:
        yield services


def follow_up(services: Services, question: str, before: Turn) -> Answer:
    return services.answering().answer(Question(question, history=(before,)))


def reason_of(found: Passage) -> str:
    return found.judgement.reason if found.judgement else ""


def test_the_sentence_behind_the_last_answer_is_quoted_and_says_why(house: Services) -> None:
    before = Turn("Whom do I complain to?", "Complaints are sent to the manager in writing. [1]")
    answer = follow_up(house, "and if they don't budge?", before)
    assert "the tourist board decides" in answer.answer
    assert "goes on from the statement" in reason_of(answer.sources[0])


def test_what_nothing_says_is_refused_though_the_last_answer_is_found_again(house: Services) -> None:
    before = Turn("What does a room cost?", "A room costs 80 euros a night. [1]")
    answer = follow_up(house, "and with a balcony?", before)
    assert answer.refused
    assert any(
        "beyond what was answered before" in (each.judgement.reason if each.judgement else "")
        for each in answer.rejected
    )
