"""Amounts of a question that a range holds."""

import pytest

from server.evidence.examination import profile_of
from server.evidence.ranges import Amount, amounts, numbers_in_range, rows_in_range
from server.evidence.sentence_ranking import ranked_sentences
from server.passages import Found

LEAVE = ("| Completed years | Days |", ["| 0–2 | 24 |", "| 3–5 | 26 |", "| 6 and more | 28 |"])
AGES = ("| Alter | Preis |", ["| unter 6 Jahren | frei |", "| 6 bis 14 Jahre | 3 € |", "| ab 15 Jahren | 6 € |"])
GROUPS = ("| Groupe (personnes) | Prix |", ["| 1–9 | 8 € |", "| 10–20 | 6 € |", "| plus de 20 | 5 € |"])
SERVICE = ("| 工龄 | 天数 |", ["| 1至3年 | 5天 |", "| 3至10年 | 10天 |", "| 10年以上 | 15天 |"])
HOURS = ("| Buchung | Preis |", ["| bis 5 Stunden | 90 € |", "| bis 7 Stunden | 120 € |", "| bis 9 Stunden | 150 € |"])
FEES = (
    "| Tarifa | Cuota |",
    ["| Familiar (hasta 3 hijos) | 89 € |", "| Joven (16 a 25 años) | 29 € |", "| Sénior (desde 65 años) | 26 € |"],
)
NOTICE = (
    "| Notice | Refund |",
    ["| More than 48 hours | 100 % |", "| 48 to 4 hours | 60 % |", "| Less than 4 hours | 0 % |"],
)
CHARGES = ("| Distance | Fee |", ["| up to 5 km | £3 |", "| 5 to 10 km | £5 |", "| over 10 km | £8 |"])


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What do I get after 4 years?", [(4.0, "years")]),
        ("my three year old", [(3.0, "years")]),
        ("Was zahlt meine 16-jährige Tochter?", [(16.0, "years")]),
        ("pour 12 personnes pendant 2 nuits", [(12.0, "people")]),
        ("工作4年有几天年假", [(4.0, "years")]),
        ("7 km away", [(7.0, "kilometres")]),
        ("a passage got 5 out of 10", [(5.0, "points")]),
        ("what does a score of 3 mean", [(3.0, "points")]),
        ("What does table 4 say?", []),
        ("In 2024", []),
    ],
)
def test_a_question_says_amounts(question: str, found: list[tuple[float, str]]) -> None:
    assert amounts(question) == tuple(Amount(*each) for each in found)


@pytest.mark.parametrize(
    ("question", "table", "rows"),
    [
        ("How many days after 4 years?", LEAVE, {1}),
        ("How many days after 9 years?", LEAVE, {2}),
        ("Was kostet es für ein Kind von 10 Jahren?", AGES, {1}),
        ("Was zahlt meine 16-jährige Tochter?", AGES, {2}),
        ("combien pour 12 personnes", GROUPS, {1}),
        ("combien pour 25 personnes", GROUPS, {2}),
        ("工作4年有几天年假", SERVICE, {1}),
        ("How much is it to a place 7 km away?", CHARGES, {1}),
        ("How much is it for 7 people?", CHARGES, None),  # of kilometres, not of people
        ("Was kostet eine Betreuung von 6 Stunden?", HOURS, {1}),  # the tightest of those that are open
        ("tengo 68 años, ¿cuánto pago?", FEES, {2}),
        ("What is refunded if I cancel the day before?", NOTICE, {1}),
        ("What is refunded if I cancel three days before?", NOTICE, {0}),
        ("How many days do I get?", LEAVE, None),
        ("How long is 4 years of study?", ("| Code | Years |", ["| A | 1 |", "| B | 2 |"]), None),  # no ranges
    ],
)
def test_the_row_whose_range_holds_the_amount(
    question: str, table: tuple[str, list[str]], rows: set[int] | None
) -> None:
    head, below = table
    assert rows_in_range(question, head, tuple(below)) == rows


@pytest.mark.parametrize(
    ("question", "text", "numbers"),
    [
        ("How much is it for my 10 year old?", "Children aged 6 to 14 years pay half.", {10.0}),
        ("I am 68 years old, what do I pay?", "From 65 years on membership is 26 euros.", {68.0}),
        ("I am 17 years old, may I?", "From 18 years on nobody asks.", set()),
        ("Si j'annule 3 semaines avant ?", "si elle intervient entre 45 et 15 jours avant l'arrivée", {21.0}),
        ("How much is it for my 15 year old?", "Children aged 6 to 14 years pay half.", set()),
        ("How much is it for my 10 year old?", "From 2010 to 2014 it cost 6 to 14 euros.", set()),
        ("Was zahlt ein Kind mit 10 Jahren?", "Kinder von 6 bis 14 Jahren zahlen die Hälfte.", {10.0}),
    ],
)
def test_a_sentence_whose_range_holds_the_amount(question: str, text: str, numbers: set[float]) -> None:
    assert numbers_in_range(question, text) == numbers


def test_the_row_of_the_range_is_the_best_of_its_table() -> None:
    head, rows = LEAVE
    text = "\n".join(["## Holidays", "", head, "| --- | --- |", *rows])
    profile = profile_of("How many holidays do I get after 4 years?", lambda stems: dict.fromkeys(stems, 1), 100)
    best = ranked_sentences(profile, text, "Staff handbook", Found())[0]
    assert best.evidence.ranged == 1
    assert [row.evidence.ranged for row in ranked_sentences(profile, text, "Staff handbook", Found())].count(-1) == 2
