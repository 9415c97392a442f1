"""A follow-up that names another one of a kind is the question before, with that one in it."""

from collections.abc import Iterator

import pytest

from server.answering.follow_up import put_together
from server.answering.in_its_place import in_its_place
from server.answers import Question, Turn
from server.http.services import Services
from tests.server.served_folder import served

MANUAL = """# Coffee maker

| Code | Cause | Remedy |
|---|---|---|
| E2 | grounds drawer full | empty the drawer |
| E9 | descaling overdue | start the descaling programme |

# Hut

| Occupant | Charge per night |
|---|---|
| Member | 9 pounds |
| Guest | 14 pounds |
"""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with served(tmp_path_factory.mktemp("manual"), {"manual.md": MANUAL}) as found:
        yield found


@pytest.mark.parametrize(
    ("question", "before", "whole"),
    [
        ("and E9?", "What does E2 mean?", "What does E9 mean?"),
        ("what about e-14", "how do I mend E-12", "how do I mend e-14"),
        ("And in 2024?", "What was the revenue in 2023?", "What was the revenue in 2024?"),
        ("and in July?", "When does it open in June?", "When does it open in July?"),
        ("und am Sonntag?", "Wann öffnet die Bücherei am Samstag?", "Wann öffnet die Bücherei am Sonntag?"),
        ("et le dimanche ?", "à quelle heure ouvre le marché le samedi", "à quelle heure ouvre le marché le dimanche"),
        ("¿y el lunes?", "¿A qué hora abre el martes?", "¿A qué hora abre el lunes?"),
        ("what about guests", "do members pay in winter", "do guests pay in winter"),
        ("und für Kinder?", "Was zahlen Erwachsene?", "Was zahlen Kinder?"),
        ("儿童呢", "成人票多少钱", "儿童票多少钱"),
        ("那冬季呢？", "夏季几点开门", "冬季几点开门"),
        ("周日呢", "周六几点开门", "周日几点开门"),
    ],
)
def test_another_one_of_a_kind_takes_its_place(question: str, before: str, whole: str) -> None:
    assert in_its_place(question, before) == whole


@pytest.mark.parametrize(
    ("question", "before"),
    [
        ("and why?", "What does E2 mean?"),
        ("and E9?", "What is the difference between E2 and E3?"),  # in the place of which?
        ("and E2?", "What does E2 mean?"),
        ("and how much is it for children?", "What do adults pay?"),  # says itself what it asks
        ("and for dogs?", "What do adults pay?"),
        ("for how long?", "May I camp in July?"),
        ("may I?", "May I camp in July?"),
        ("", "What does E2 mean?"),
        ("And in June?", "What may members bring?"),
        ("And x" + "!" * 3000 + "x?", "What does E2 mean?"),
        ("呢", "成人票多少钱"),
    ],
)
def test_what_stands_against_nothing_takes_no_place(question: str, before: str) -> None:
    assert in_its_place(question, before) is None


def test_each_of_a_chain_takes_the_place_of_the_one_before() -> None:
    history = [Turn("What does E2 mean?", "The drawer is full."), Turn("And E9?", "Descaling is overdue.")]
    assert put_together("And E3?", history).question == "What does E3 mean?"


@pytest.mark.parametrize(
    ("before", "question", "said"),
    [("What does E2 mean?", "and E9?", "descaling"), ("What does a member pay a night?", "and a guest?", "14 pounds")],
)
def test_it_is_answered_as_that_question(services: Services, before: str, question: str, said: str) -> None:
    service = services.answering()
    told = service.answer(Question(before)).answer
    answer = service.answer(Question(question, history=(Turn(before, told),)))
    assert said in answer.answer
    assert answer.standalone_question == in_its_place(question, before)
