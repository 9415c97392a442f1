"""Replies of a model as scores (docs/faults.md L16)."""

import pytest

from server.passages import Judgement
from server.relevance.score_parsing import UNREADABLE, parse_score

READABLE = [
    pytest.param('{"score": 7, "reason": "It says so."}', 7, "It says so.", id="as asked"),
    pytest.param('{"reason": "First.", "score": 0}', 0, "First.", id="other order, zero"),
    pytest.param('```json\n{"score": 10, "reason": ""}\n```', 10, "", id="fenced"),
    pytest.param('Sure! Here it is: {"score": 3, "reason": "x"} Anything else?', 3, "x", id="chatter"),
    pytest.param('{"score": "8", "reason": "x"}', 8, "x", id="string"),
    pytest.param('{"score": "8/10"}', 8, "", id="string out of ten"),
    pytest.param('{"score": 6.0}', 6, "", id="float"),
    pytest.param('{"score": 4.5}', 5, "", id="half counts up"),
    pytest.param('{"Score": 5, "Reason": "x"}', 5, "x", id="capitals"),
    pytest.param('{"relevance_score": 5}', 5, "", id="another key"),
    pytest.param('{"评分": 9, "理由": "直接回答"}', 9, "直接回答", id="Chinese keys"),
    pytest.param('{"score": 2, "reason": "a {brace} in it"}', 2, "a {brace} in it", id="brace in reason"),
    pytest.param('{"score": 2, "reason": "line\nbreak"}', 2, "line break", id="raw line break in string"),
    pytest.param('{"score": 2, "reason": null}', 2, "", id="reason null"),
    pytest.param('{"score": 2, "reason": ["a"]}', 2, "", id="reason list"),
    pytest.param('{"score": 7, "reason": "cut off in the mid', 7, "cut off in the mid", id="cut off"),
    pytest.param("{'score': 7, 'reason': 'single quotes'}", 7, "single quotes", id="single quotes"),
    pytest.param("Score: 6\nReason: partly", 6, "partly", id="lines"),
    pytest.param("**Score:** 6", 6, "", id="markdown"),
    pytest.param("I give it 6/10.", 6, "", id="out of ten"),
    pytest.param("6 out of 10", 6, "", id="out of ten in words"),
    pytest.param("评分：8", 8, "", id="Chinese"),
    pytest.param("8分", 8, "", id="Chinese points"),
    pytest.param(" 7. ", 7, "", id="bare"),
    pytest.param('<think>maybe {"score": 1}</think>{"score": 9}', 9, "", id="thoughts"),
    pytest.param('{"score": 3} {"score": 3}', 3, "", id="twice the same"),
]
HOPELESS = [
    pytest.param(None, id="null"),
    pytest.param("", id="empty"),
    pytest.param("   \n  ", id="spaces"),
    pytest.param("I cannot judge this.", id="prose"),
    pytest.param('{"score": 11}', id="too large"),
    pytest.param('{"score": -1}', id="negative"),
    pytest.param('{"score": 85}', id="percent"),
    pytest.param('{"score": null}', id="score null"),
    pytest.param('{"score": true}', id="boolean"),
    pytest.param('{"score": NaN}', id="not a number"),
    pytest.param('{"score": Infinity}', id="infinite"),
    pytest.param('{"score": [7]}', id="list"),
    pytest.param('{"score": "high"}', id="word"),
    pytest.param('{"reason": "no score"}', id="no score"),
    pytest.param('{"score": 3} {"score": 9}', id="two scores"),
    pytest.param("Score: 3 or score: 8", id="two in prose"),
    pytest.param("The passage names 7 countries.", id="a number that is no score"),
    pytest.param("a score from 0 to 10", id="the scale"),
    pytest.param("<html><body>502</body></html>", id="html"),
    pytest.param("[" * 100_000, id="deep nesting"),
    pytest.param('{"a":' * 50_000, id="deep objects"),
    pytest.param("\x00\ufffd", id="rubbish"),
]


@pytest.mark.faults("L16")
@pytest.mark.parametrize(("reply", "score", "reason"), READABLE)
def test_a_score_is_found(reply: str, score: int, reason: str) -> None:
    assert parse_score(reply) == Judgement(score, reason)


@pytest.mark.faults("L16")
@pytest.mark.parametrize("reply", HOPELESS)
def test_no_score_is_made_up(reply: str | None) -> None:
    assert parse_score(reply) == UNREADABLE


def test_a_long_reason_is_cut() -> None:
    assert parse_score('{"score": 1, "reason": "' + "x" * 5000 + '"}') == Judgement(1, "x" * 300)
