"""The row of a table whose label is just what is asked for, and figures of other years."""

import pytest

from server.answering.quoting import Words, extract_answer
from server.evidence.asked_rows import holds_asked_row
from server.evidence.examination import profile_of
from server.evidence.sentence_evidence import sentence_evidence
from server.evidence.sentence_ranking import ranked_sentences
from server.evidence.sentences import split_sentences
from server.passages import Found, Passage

TABLE = "\n".join(
    (
        "Balance sheet",
        "(in thousands of crowns)",
        "",
        "|  | March 31, 2024 | March 31, 2023 |",
        "| ASSETS |",
        "| Total current assets | 4,180 | 3,975 |",
        "| Boats and moorings, net | 9,204 | 8,112 |",
        "| Deferred tax assets | 310 | 298 |",
        "| Total assets | 13,694 | 12,385 |",
        "| Net income | 871 | 640 |",
        "| Provision for income taxes, net | 212 | 167 |",
    )
)
PROSE = "Total assets of the harbour are looked after by the board. Net zero is the aim, with income from 2024 on."
WORDS = Words(lambda stems: {}, 1000)


def passage(text: str, *called: str) -> Passage:
    return Passage("id", "harbour.pdf", (1,), text, 0.8, found=Found(3.0, called=called))


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        pytest.param("What were the total assets in 2024?", "13,694 | 12,385", id="beside longer labels"),
        pytest.param("How high were total current assets in FY2023?", "4,180 | 3,975", id="fiscal year"),
        pytest.param("net income 2024", "871 | 640", id="keywords"),
        pytest.param("How much were deferred tax assets at the end of fiscal 2024?", "310 | 298", id="frame words"),
    ],
)
def test_the_row_with_just_the_asked_label_is_quoted_with_its_head(question: str, figures: str) -> None:
    answer = extract_answer(question, [passage(PROSE), passage(TABLE)], WORDS)
    assert figures in answer.split("[2]")[0]
    assert "March 31, 2024 | March 31, 2023" in answer


def test_the_name_of_a_document_holds_for_all_its_rows() -> None:
    profile = profile_of("What were Seaholm's total assets in 2024?", lambda stems: {}, 1000)

    def asked(found: Found) -> float:
        return max(row.evidence.asked_row for row in ranked_sentences(profile, TABLE, "", found))

    assert asked(Found(3.0)) == 0.0
    assert asked(Found(3.0, called=("Seaholm",))) == 1.0


@pytest.mark.parametrize("question", ["What were the total assets in 2019?", "What was net income in FY2020?"])
def test_figures_of_other_years_are_no_answer(question: str) -> None:
    profile = profile_of(question, lambda stems: {}, 1000)
    rows = [row for row in ranked_sentences(profile, TABLE, "", Found(3.0)) if row.evidence.features.row]
    assert rows
    assert all(row.is_near_miss for row in rows if row.evidence.met)
    assert not any(row.evidence.asked_row for row in rows)


@pytest.mark.parametrize(
    ("question", "is_held"),
    [
        ("What were the total assets in 2024?", True),
        ("What was the total income in 2024?", False),
        ("What were the total assets of Antarctica in 2024?", False),
        ("What are assets?", False),
    ],
)
def test_a_passage_holds_the_asked_row_or_not(question: str, is_held: bool) -> None:
    assert holds_asked_row(profile_of(question, lambda stems: {}, 1000), TABLE, "") is is_held


def test_a_year_that_nothing_around_says_counts_against_a_sentence() -> None:
    profile = profile_of("How many boats were there in 2019?", lambda stems: {}, 1000)
    (dated,) = sentence_evidence(profile, "In 2019 there were 40 boats.")
    (undated,) = sentence_evidence(profile, "There were 40 boats.")
    (titled,) = sentence_evidence(profile, "There were 40 boats.", "Report of 2019")
    assert [each.is_undated for each in (dated, undated, titled)] == [False, True, False]


def test_a_passage_of_another_document_loses_where_one_is_named() -> None:
    profile = profile_of("How many boats does Seaholm have?", lambda stems: {}, 1000)
    text = "There are 40 boats."
    found = (Found(3.0), Found(3.0, of_another=True))
    own, other = (ranked_sentences(profile, text, "", each)[0].strength for each in found)
    assert other < own


def test_the_unit_above_a_table_is_not_its_head() -> None:
    sentences = split_sentences(TABLE)
    texts = [sentence.text for sentence in sentences]
    profile = profile_of("What is the total?", lambda stems: {}, 1000)
    quotable = {texts[each.place] for each in sentence_evidence(profile, TABLE)}
    assert "|  | March 31, 2024 | March 31, 2023 |" not in quotable


@pytest.mark.parametrize(("question", "is_held"), [("2024年总资产是多少？", True), ("2019年总资产是多少？", False)])
def test_a_row_with_a_chinese_label_is_asked_for_too(question: str, is_held: bool) -> None:
    table = "|  | 2024年 | 2023年 |\n| 流动资产 | 418 | 397 |\n| 总资产 | 1369 | 1238 |"
    assert holds_asked_row(profile_of(question, lambda stems: {}, 1000), table, "") is is_held


PRICES = "\n".join(
    (
        "## § 3 Tarife",
        "",
        "| Klasse | Tagespreis | Wochenpreis |",
        "|---|---|---|",
        "| Mini | 39 € | 219 € |",
        "| Kombi | 64 € | 359 € |",
    )
)


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("Was kostet ein Kombi für eine Woche?", True),  # the column is "Wochenpreis", the figures are money
        ("Was kostet ein Kombi mit Fahrer für eine Woche?", False),
        ("Wie viele Koffer passen in einen Kombi?", False),
    ],
)
def test_the_row_that_a_price_is_asked_of_need_not_say_that_it_is_one(question: str, holds: bool) -> None:
    assert holds_asked_row(profile_of(question, lambda stems: {}, 1000), PRICES, "") is holds
