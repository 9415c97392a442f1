"""An answer is right when it says what was asked for, however numbers and dates are spelt."""

import pytest

from benchmarks.quality.answer_grading import grade, normalised
from benchmarks.quality.measures import answer_figures
from benchmarks.quality.question_sets import EvalQuestion
from benchmarks.quality.systems import Outcome

KEYS = (("two keys", "2 keys"), ("Friday",))


@pytest.mark.parametrize(
    ("answer", "variant"),
    [
        ("They open at 1,140 euros.", "1140"),
        ("Es kostet 1.140 Euro.", "1140"),
        ("Das sind 0,42 %.", "0.42%"),
        ("within twenty-one days", "21 days"),
        ("innerhalb von zwei Wochen", "2 Wochen"),
        ("百分之五", "5%"),
        ("每人十二元", "12元"),
        ("圖書館", "图书馆"),
        ("ab 22 Uhr", "22:00"),
        ("The “Deposit”", "the deposit"),
        ("| a | 20 | 30 |", "20"),
    ],
)
def test_one_thing_has_one_spelling(answer: str, variant: str) -> None:
    assert grade(answer, False, ((variant,),)) == "right"


@pytest.mark.parametrize(("answer", "variant"), [("120 euros", "20"), ("1.25", "1.2"), ("20 | 30", "2030"), ("x", "")])
def test_a_part_of_a_number_is_another_number(answer: str, variant: str) -> None:
    assert grade(answer, False, ((variant,),)) == "wrong"


@pytest.mark.parametrize(
    ("answer", "refused", "points", "kind", "expected"),
    [
        ("2 keys on Friday [1]", False, KEYS, "", "right"),
        ("two keys", False, KEYS, "", "partly"),
        ("a key", False, KEYS, "", "wrong"),
        ("", True, KEYS, "", "refused"),
        ("", True, (), "", "refused"),
        ("two keys", False, (), "", "wrong"),
        ("a b c", False, (("a",), ("b",), ("c",), ("x",)), "whole", "right"),
        ("a b", False, (("a",), ("b",), ("x",), ("y",)), "whole", "partly"),
    ],
)
def test_every_point_counts(
    answer: str, refused: bool, points: tuple[tuple[str, ...], ...], kind: str, expected: str
) -> None:
    assert grade(answer, refused, points, kind) == expected


def test_a_citation_is_no_number_of_the_answer() -> None:
    assert grade("nothing [3]", False, (("3",),)) == "wrong"
    assert normalised("2 Euro") == normalised("zwei Euro")


def test_figures_are_told_by_language_and_kind() -> None:
    questions = [
        EvalQuestion("q", "a", points=(("20",),), kind="fact", language="en"),
        EvalQuestion("f", "a", points=(("20",),), kind="fact", language="de"),
        EvalQuestion("g", unanswerable=True, kind="unanswerable", language="de"),
    ]
    ranked: dict[str, list[object]] = {"ours": []}
    outcomes = [
        Outcome(ranked, 5, False, 0.0, 0.0, answer="20 euros [1]"),  # type: ignore[arg-type]
        Outcome(ranked, 0, True, 0.0, 0.0),  # type: ignore[arg-type]
        Outcome(ranked, 0, True, 0.0, 0.0),  # type: ignore[arg-type]
    ]
    figures = answer_figures(questions, outcomes)
    assert figures["all"]["right"].value == figures["all"]["refused"].value == 0.5
    assert figures["all"]["characters"].value == len("20 euros")
    assert figures["language en"]["right"].value == 1.0
    assert figures["language de"]["unanswerable refused"].value == 1.0
    assert set(figures) == {"all", "language en", "language de", "kind fact", "kind unanswerable"}
