"""The fake keeps DeepSeek's protocol, remembers, and fails loudly."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion, Failure, believable


@pytest.fixture
def fake() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek() as server:
        yield server


def _ask(fake: FakeDeepSeek, prompt: str, **options: Any) -> httpx.Response:
    body = {"model": "deepseek-flash", "messages": [{"role": "user", "content": prompt}], **options}
    return httpx.post(f"{fake.url}/chat/completions", json=body)


def test_a_request_that_no_rule_matches_fails_loudly() -> None:
    with pytest.raises(AssertionError, match="unexpected question"), FakeDeepSeek() as fake:
        assert _ask(fake, "unexpected question").status_code == 400


def test_rules_match_by_the_prompts_text_and_answer_in_turn(fake: FakeDeepSeek) -> None:
    fake.when("", Completion("other")).when("GRPO", Completion("first"), Completion("second"))
    said = [_ask(fake, prompt).json()["choices"][0]["message"]["content"] for prompt in ("GRPO?", "PPO?", "GRPO?")]
    assert said == ["first", "other", "second"]


def test_a_stream_ends_with_finish_reason_usage_and_done(fake: FakeDeepSeek) -> None:
    fake.when("", Completion("long enough for pieces", reasoning="hm"))
    lines = _ask(fake, "x", stream=True, stream_options={"include_usage": True}).text.split("\n\n")
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    deltas = [event["choices"][0]["delta"] for event in events if event["choices"]]
    assert "".join(delta.get("content") or "" for delta in deltas) == "long enough for pieces"
    assert "".join(delta.get("reasoning_content") or "" for delta in deltas) == "hm"
    assert events[-2]["choices"][0]["finish_reason"] == "stop"
    assert (
        events[-1]["usage"]["completion_tokens_details"]["reasoning_tokens"] == 0 < events[-1]["usage"]["total_tokens"]
    )
    assert lines[-2] == "data: [DONE]"


def test_json_mode_needs_the_word_and_blanks_what_is_not_json(fake: FakeDeepSeek) -> None:
    fake.when("", Completion("seven"))
    json_mode = {"response_format": {"type": "json_object"}}
    assert _ask(fake, "no such word", **json_mode).status_code == 400
    assert not _ask(fake, "as json", **json_mode).json()["choices"][0]["message"]["content"].strip()


@pytest.mark.parametrize("model", ["deepseek-chat", "deepseek-reasoner"])
def test_retired_models_are_rejected_by_name(fake: FakeDeepSeek, model: str) -> None:
    response = _ask(fake, "x", model=model)
    assert response.status_code == 400
    assert "supported API model names are deepseek-flash" in response.json()["error"]["message"]


def test_a_prompt_that_begins_as_an_earlier_one_hits_the_cache(fake: FakeDeepSeek) -> None:
    fake.when("", Completion("ok"))
    prefix = "the same long beginning " * 40
    first, second = (_ask(fake, prefix + tail).json()["usage"] for tail in ("a", "b"))
    assert first["prompt_cache_hit_tokens"] == 0
    assert second["prompt_cache_hit_tokens"] >= 192
    assert second["prompt_cache_hit_tokens"] + second["prompt_cache_miss_tokens"] == second["prompt_tokens"]


def test_errors_carry_retry_after_and_a_wrong_key_is_rejected() -> None:
    with FakeDeepSeek(key="right") as fake:
        assert _ask(fake, "x").status_code == 401
        assert httpx.get(f"{fake.url}/models", headers={"Authorization": "Bearer right"}).json()["data"]
    with FakeDeepSeek() as fake:
        fake.when("", Failure(429, retry_after="7"))
        assert _ask(fake, "x").headers["Retry-After"] == "7"


def test_a_client_that_leaves_is_noticed(fake: FakeDeepSeek) -> None:
    fake.when("", Completion("some words and then silence", stall_after=1))
    body = {"model": "deepseek-flash", "messages": [{"role": "user", "content": "x"}], "stream": True}
    with httpx.stream("POST", f"{fake.url}/chat/completions", json=body) as response:
        next(response.iter_lines())
    assert fake.wait_for(lambda: fake.chats()[0].client_left_at is not None)


def test_the_default_model_scores_by_overlap_and_quotes(fake: FakeDeepSeek) -> None:
    fake.when("", believable)
    block = "<passage-aa>\n(a.md)\nThe battery lasts 14 hours. It is blue.\n</passage-aa>"
    scored = _ask(fake, f"json score\nQuestion: how many hours does the battery last?\n{block}")
    assert json.loads(scored.json()["choices"][0]["message"]["content"])["score"] >= 4
    answered = _ask(fake, f"Document 1:\n{block}\nQuestion: how many hours does the battery last?")
    assert answered.json()["choices"][0]["message"]["content"].startswith("The battery lasts 14 hours. [1]")


def test_it_can_be_started_by_hand() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fake_deepseek", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[0].removeprefix("DEEPSEEK_BASE_URL=")
        assert httpx.get(f"{address}/models").status_code == 200
    finally:
        process.terminate()
        process.communicate()
