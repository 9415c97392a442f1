"""The row of a table that has the most or the least of what is asked for."""

import pytest

from server.answering.quoting import Words, extract_answer
from server.evidence.examination import profile_of
from server.evidence.extremes import asked_extreme, extreme_rows
from server.evidence.sentence_evidence import sentence_evidence
from server.passages import Found, Passage

HEAD = "| Van | Built | Length | Seats | Price a day | Range |"
ROWS = (
    "| Swift | 2012 | 5.4 m | 9 | 80 euros | 1,200 km |",
    "| Robin | 2021 | 4.7 m | 5 | 65 euros | 900 km |",
    "| Heron | 1998 | 6.9 m | 12 | 110 euros | 640 km |",
    "| Total | 40 | - | 26 | 255 euros | - |",
)
TABLE = "\n".join(("4 Vans", HEAD, *ROWS, "Every van is washed once a week."))
WORDS = Words(lambda stems: {}, 1000)


def passage(text: str) -> Passage:
    return Passage("id", "a.pdf", (1,), text, 0.8, found=Found(3.0))


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("Which van is the longest?", 2),
        ("Which is the shortest van?", 1),
        ("What is the oldest van?", 2),
        ("What is the newest van you have?", 1),
        ("Which van is the cheapest?", 1),
        ("What is the most expensive van?", 2),
        ("Which van has the most seats?", 2),
        ("Which van has the fewest seats?", 1),
        ("Welcher Van ist am teuersten?", 2),
        ("Which van has the greatest range?", 0),
    ],
)
def test_the_row_with_the_most_or_least_is_found_and_quoted_alone(question: str, row: int) -> None:
    extreme = asked_extreme(question)
    assert extreme is not None
    assert extreme_rows(extreme, HEAD, ROWS) == frozenset({row})
    answer = extract_answer(question, [passage(TABLE)], WORDS)
    assert [each for each in ROWS if each in answer] == [ROWS[row]]
    assert HEAD in answer


@pytest.mark.parametrize(
    "question",
    [
        "How long is the longest van?",
        "Which is the second longest van?",
        "What is the cheapest van with a roof rack?",
        "What is the most they pay?",
        "Who is the driver?",
    ],
)
def test_other_questions_ask_for_no_such_row(question: str) -> None:
    assert asked_extreme(question) is None


@pytest.mark.parametrize(
    ("question", "head", "rows"),
    [
        ("Which van is the heaviest?", HEAD, ROWS),
        ("Which van is the longest?", HEAD, ROWS[:2]),
        ("Which van is the longest?", "| Van | Length |", ("| A | 4 m |", "| B | 4 m |", "| C | 4 m |")),
        (
            "Which course is the cheapest?",
            "| Course | Price for members | Price for others |",
            ("| A | 10 | 40 |", "| B | 20 | 30 |", "| C | 25 | 35 |"),
        ),
    ],
)
def test_where_it_is_not_to_be_told_no_row_is(question: str, head: str, rows: tuple[str, ...]) -> None:
    extreme = asked_extreme(question)
    assert extreme is not None
    assert extreme_rows(extreme, head, rows) is None


def test_columns_of_sums_have_prices() -> None:
    extreme = asked_extreme("Was ist die teuerste Karte?")
    rows = ("| Abend | 3 Euro | 7 Euro |", "| Tag | 4,50 Euro | 11 Euro |", "| Saison | 85 Euro | 160 Euro |")
    assert extreme is not None
    assert extreme_rows(extreme, "| Karte | Einzeln | Familie |", rows) == frozenset({2})


@pytest.mark.parametrize(("after", "found"), [("\nEvery van is washed once a week.", [-1, -1, 1]), ("", [0, 0, 0])])
def test_a_table_that_may_go_on_elsewhere_has_no_most(after: str, found: list[int]) -> None:
    profile = profile_of("Which van is the longest?", WORDS.frequencies, WORDS.chunks)
    evidence = sentence_evidence(profile, "\n".join(("4 Vans", HEAD, *ROWS[:3])) + after)
    assert [each.extreme for each in evidence][:3] == found
