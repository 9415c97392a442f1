"""Small things the templates need."""

from typing import Any

import pytest
from flask import Flask, current_app
from flask_babel import Babel

from server.http.schema import PassageOut
from server.pages.template_helpers import cost, fold, page_list, reflow, shown_passage, token_count

LINE = "estimates the baseline from the scores of the group"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{LINE}\ninstead", f"{LINE} instead", id="within a sentence"),
        pytest.param(f"{LINE}.\nThen", f"{LINE}.\nThen", id="after a sentence"),
        pytest.param("Fees\nMembers pay", "Fees\nMembers pay", id="heading"),
        pytest.param(f"{LINE}\n\nNext", f"{LINE}\n\nNext", id="paragraph"),
        pytest.param(f"| {LINE} |\n| 1 |", f"| {LINE} |\n| 1 |", id="table"),
        pytest.param("员" * 45 + "\n" + "工", "员" * 45 + "工", id="Chinese"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_lines_of_a_page_flow_together(text: str, expected: str) -> None:
    assert reflow(text) == expected


@pytest.mark.parametrize("text", ["", "short", "word " * 200, "一句话。" * 200, "x" * 2000, "One. " + "y" * 900])
def test_folding_loses_nothing(text: str) -> None:
    shown, folded = fold(text)
    assert shown + folded == text
    assert len(shown) <= 504


def test_the_heading_of_a_table_is_shown_with_rows_below_it() -> None:
    rows = "".join(f"| kind {number} | {number} |\n" for number in range(12))
    text = f"{'Something else is said here first. ' * 8}\n\n| Membership | Fee |\n|---|---|\n{rows}\nAnd then."
    passage = PassageOut.model_validate(
        {"id": "1", "document": "a.md", "pages": [1], "text": text, "retrieval_score": 1.0, "relevance": {}}
        | {"stale": False, "url": "/documents/a.md"}
    )
    with Flask(__name__).app_context():
        shown = shown_passage(passage, "membership fee")
    assert "<th>Membership</th>" in shown.key
    assert shown.key.count("<tr>") == 7
    assert "Something else" not in shown.key


def test_runs_of_pages_are_drawn_together() -> None:
    assert page_list([3, 7, 8, 9, 1]) == "1, 3, 7–9"


@pytest.mark.parametrize(
    ("scoring", "is_known"),
    [
        pytest.param({"prompt_tokens": 900, "completion_tokens": 9, "cost": 0.002}, True, id="of both"),
        pytest.param({"prompt_tokens": 900, "completion_tokens": 9}, False, id="of the answer alone"),
        pytest.param({}, True, id="nothing else was asked"),
    ],
)
def test_a_price_is_that_of_the_whole_question(scoring: dict[str, Any], is_known: bool) -> None:
    answer = {"prompt_tokens": 90, "completion_tokens": 9, "cost": 0.001, "currency": "CNY"}
    with Flask(__name__).app_context():
        Babel(current_app)
        shown = cost({"scoring": scoring | ({"currency": "CNY"} if scoring else {}), "answer": answer})
    assert bool(shown) == is_known


def test_tokens_of_all_steps_are_counted() -> None:
    usage: dict[str, dict[str, Any]] = {
        "scoring": {"prompt_tokens": 100, "completion_tokens": 5},
        "answer": {"prompt_tokens": 7, "cost": None},
    }
    assert token_count(usage) == 112
