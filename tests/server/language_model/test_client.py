"""The language model: its roles, its errors, its clock. docs/faults.md L1, L3–L4, L6–L15, L18, L20, X18."""

import logging
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage
from pydantic import SecretStr

from server.deadline import Cancelled, Deadline, DeadlineExceeded, until
from server.language_model.client import LanguageModels
from server.language_model.errors import (
    ContentRisk,
    EmptyAnswer,
    IncompleteAnswer,
    KeyRejected,
    LanguageModelError,
    ModelNotOffered,
    NoBalance,
    RateLimited,
    RequestRejected,
    Unavailable,
    UnreadableReply,
)
from server.language_model.received import Reply
from server.language_model.retrying import RetryPolicy
from server.language_model.roles import ModelLimits
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import ENDLESS, Completion, Failure, Page

CANARY = "sk-canary-0123456789abcdef"
QUICK = RetryPolicy(first_wait_seconds=0.02)
MESSAGES = [ChatMessage(role="user", content="Say it as json.")]


@pytest.fixture
def fake() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek(key=CANARY) as server:
        yield server


@pytest.fixture
def build(fake: FakeDeepSeek) -> Iterator[Callable[..., LanguageModels]]:
    built: list[LanguageModels] = []

    def build(key: str = CANARY, model: str = "deepseek-flash", **options: Any) -> LanguageModels:
        options = {"retry": QUICK, **options}
        built.append(LanguageModels(SecretStr(key), fake.url, model, **options))
        return built[-1]

    yield build
    for models in built:
        models.close()


@pytest.fixture
def models(build: Callable[..., LanguageModels]) -> LanguageModels:
    return build()


class Reader:
    """Asks for a stream and keeps what was handed over."""

    def __init__(self, models: LanguageModels) -> None:
        self.models = models
        self.text = ""
        self.reasoning = ""

    def read(self, *, thinking: bool = False, seconds: float = 5.0, cancel: threading.Event | None = None) -> Reply:
        cancels = (cancel,) if cancel else ()
        with until(Deadline(seconds, *cancels)):
            return self.models.stream(MESSAGES, thinking=thinking, on_text=self._text, on_reasoning=self._reason)

    def _text(self, delta: str) -> None:
        self.text += delta

    def _reason(self, delta: str) -> None:
        self.reasoning += delta


@pytest.fixture
def reader(models: LanguageModels) -> Reader:
    return Reader(models)


def _complete(models: LanguageModels, seconds: float = 5.0) -> Reply:
    with until(Deadline(seconds)):
        return models.complete(MESSAGES, json_mode=True)


# ---- Roles


def test_scoring_asks_without_thinking_in_json_mode_at_temperature_0(
    fake: FakeDeepSeek, models: LanguageModels
) -> None:
    fake.when("", Completion('{"score": 7}'))
    assert _complete(models).text == '{"score": 7}'
    body = fake.chats()[0].body
    assert body["thinking"] == {"type": "disabled"}
    assert body["response_format"] == {"type": "json_object"}
    assert body["temperature"] == 0
    assert body["max_tokens"] == ModelLimits().scoring_tokens
    assert body["model"] == "deepseek-flash"


@pytest.mark.parametrize(("thinking", "switch"), [(True, "enabled"), (False, "disabled")])
def test_answers_stream_with_thinking_on_or_off(
    fake: FakeDeepSeek, reader: Reader, thinking: bool, switch: str
) -> None:
    fake.when("", Completion("The answer [1].", reasoning="Let me think." if thinking else ""))
    reply = reader.read(thinking=thinking)
    assert reply.text == reader.text == "The answer [1]."
    assert reply.reasoning == reader.reasoning == ("Let me think." if thinking else "")
    assert reply.problem is None
    assert fake.chats()[0].body["thinking"] == {"type": switch}
    assert fake.chats()[0].body["max_tokens"] > 1000


def test_usage_counts_cache_hits_and_reasoning(fake: FakeDeepSeek, reader: Reader) -> None:
    fake.when("", Completion("A text of some length.", reasoning="A thought of some length."))
    usage = reader.read(thinking=True).usage
    assert usage.calls == 1
    assert usage.prompt_tokens > 0
    assert 0 < usage.reasoning_tokens < usage.completion_tokens


def test_a_key_for_another_provider_is_never_sent(
    fake: FakeDeepSeek, build: Callable[..., LanguageModels], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-environment")
    fake.when("", Completion("{}"))
    _complete(build())
    assert fake.chats()[0].headers["Authorization"] == f"Bearer {CANARY}"


@pytest.mark.faults("X18")
def test_the_key_is_in_no_text_and_no_log(
    fake: FakeDeepSeek, models: LanguageModels, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.when("", Failure(400, f"Your api key: {CANARY} is invalid"))
    with pytest.raises(LanguageModelError) as caught:
        reader.read()
    shown: list[object] = [models.answering_llm.to_dict(), models.scoring_llm, models.__dict__, caught.value.__cause__]
    assert CANARY not in "".join([caplog.text, *map(repr, shown), str(caught.value), caught.value.help])
    with pytest.raises(TypeError, match="holds a key"):
        pickle.dumps(models.answering_llm)


def test_a_server_that_does_not_know_the_thinking_switch_is_asked_without(
    fake: FakeDeepSeek, models: LanguageModels
) -> None:
    fake.when("", Completion("{}")).when(
        lambda asked: "thinking" in asked.body, Failure(400, "Unknown field: thinking")
    )
    assert _complete(models).text == "{}"
    assert _complete(models).text == "{}"
    assert ["thinking" in asked.body for asked in fake.chats()] == [True, False, False]


# ---- Error codes

ERRORS = [
    pytest.param(Failure(401), KeyRejected, 1, id="L1-401"),
    pytest.param(Failure(402), NoBalance, 1, id="L2-402"),
    pytest.param(Failure(400, "bad"), RequestRejected, 1, id="L3-400"),
    pytest.param(Failure(422, "bad"), RequestRejected, 1, id="L3-422"),
    pytest.param(Failure(400, "Content Exists Risk"), ContentRisk, 1, id="L5-content-risk"),
    pytest.param(Failure(429), RateLimited, 3, id="L6-429"),
    pytest.param(Failure(500), Unavailable, 3, id="L7-500"),
    pytest.param(Failure(502), Unavailable, 3, id="L7-502"),
    pytest.param(Failure(503), Unavailable, 3, id="L7-503"),
    pytest.param(Page(), UnreadableReply, 2, id="L8-html"),
    pytest.param(Page('{"choices": [', content_type="application/json"), UnreadableReply, 2, id="L8-cut-json"),
    pytest.param(Page('{"choices": []}', content_type="application/json"), UnreadableReply, 2, id="L8-no-choices"),
    pytest.param(Page("[1]", content_type="application/json"), UnreadableReply, 2, id="L8-a-list"),
]


@pytest.mark.parametrize(("answer", "kind", "attempts"), ERRORS)
@pytest.mark.faults("L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8")
def test_every_error_code_is_one_member_of_the_family(
    fake: FakeDeepSeek, models: LanguageModels, answer: Any, kind: type[LanguageModelError], attempts: int
) -> None:
    fake.when("", answer)
    with pytest.raises(kind) as caught:
        _complete(models)
    assert len(fake.chats()) == attempts
    assert caught.value.code
    assert caught.value.help


@pytest.mark.faults("L1")
def test_a_rejected_key_fails_at_once(build: Callable[..., LanguageModels]) -> None:
    models = build(key="sk-wrong")
    started = time.monotonic()
    with pytest.raises(KeyRejected):
        _complete(models)
    assert time.monotonic() - started < 20


@pytest.mark.faults("L3")
def test_the_providers_request_id_is_logged(
    fake: FakeDeepSeek, models: LanguageModels, caplog: pytest.LogCaptureFixture
) -> None:
    fake.when("", Failure(422))
    with pytest.raises(RequestRejected):
        _complete(models)
    assert "fake-request" in caplog.text


@pytest.mark.faults("L4")
def test_a_retired_model_is_named_with_its_setting(fake: FakeDeepSeek, build: Callable[..., LanguageModels]) -> None:
    with pytest.raises(ModelNotOffered, match='"deepseek-chat"') as caught:
        _complete(build(model="deepseek-chat"))
    assert "DEEPSEEK_MODEL" in caught.value.help
    assert "it offers: deepseek-flash, deepseek-v4-pro" in str(caught.value)
    assert len(fake.chats()) == 1


@pytest.mark.faults("L3")
def test_what_the_server_says_is_passed_on(fake: FakeDeepSeek, models: LanguageModels) -> None:
    fake.when("", Failure(422, f"no such\nfield for {CANARY}"))
    with pytest.raises(RequestRejected, match=r"no such field for …$"):
        _complete(models)


@pytest.mark.faults("L6")
def test_retry_after_is_honoured(fake: FakeDeepSeek, models: LanguageModels) -> None:
    fake.when("", Failure(429, retry_after="0.3"), Completion("{}"))
    assert _complete(models).text == "{}"
    first, second = fake.chats()
    assert 0.3 <= second.at - first.at < 20


@pytest.mark.faults("L6")
def test_a_wait_that_outlasts_the_deadline_is_not_begun(fake: FakeDeepSeek, models: LanguageModels) -> None:
    fake.when("", Failure(429, retry_after="30"))
    started = time.monotonic()
    with pytest.raises(RateLimited) as caught:
        _complete(models, seconds=10)
    assert time.monotonic() - started < 20
    assert caught.value.retry_after_seconds == 30


@pytest.mark.faults("L7", "L8")
@pytest.mark.parametrize(
    "first",
    [[Failure(500), Failure(502)], [Failure(503), Failure(503)], [Page()], [Completion("{}", drop_after=0)]],
    ids=["500-502", "503-503", "html", "dropped"],
)
def test_success_after_failures(fake: FakeDeepSeek, reader: Reader, first: list[Any]) -> None:
    fake.when("", *first, Completion("Fine [1]."))
    assert reader.read().text == reader.text == "Fine [1]."


@pytest.mark.faults("L22")
def test_a_server_that_is_not_there_is_unavailable(fake: FakeDeepSeek) -> None:
    models = LanguageModels(SecretStr("k"), "http://127.0.0.1:9", "deepseek-flash", retry=QUICK)
    with pytest.raises(Unavailable):
        _complete(models)
    models.close()


# ---- Streams that go wrong


@pytest.mark.faults("L9")
def test_blank_lines_before_the_reply_are_waited_through(fake: FakeDeepSeek, models: LanguageModels) -> None:
    fake.when("", Completion('{"score": 1}', blank_lines=10, gap_seconds=0.01))
    assert _complete(models).text == '{"score": 1}'


@pytest.mark.faults("L10")
@pytest.mark.parametrize(
    "answer",
    [
        Completion("late", blank_lines=ENDLESS, gap_seconds=0.02),
        Completion("late", blank_lines=ENDLESS, gap_seconds=0.0001),
        Completion("late", delay_seconds=60),
    ],
    ids=["blank lines", "a flood of them", "silence"],
)
@pytest.mark.parametrize("streamed", [True, False])
def test_our_deadline_ends_it(fake: FakeDeepSeek, reader: Reader, answer: Completion, streamed: bool) -> None:
    fake.when("", answer)
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        reader.read(seconds=0.4) if streamed else _complete(reader.models, 0.4)
    assert 0.3 < time.monotonic() - started < 20
    assert fake.wait_for(lambda: fake.chats()[0].client_left_at is not None, 30)


@pytest.mark.faults("L11")
@pytest.mark.parametrize("comments", [0, ENDLESS], ids=["silence", "keep-alive comments"])
def test_a_stall_after_the_first_words_keeps_them_and_ends(
    fake: FakeDeepSeek, build: Callable[..., LanguageModels], comments: int
) -> None:
    fake.when("", Completion("Some words and silence", stall_after=1, comments=comments, gap_seconds=0.01))
    reader = Reader(build(limits=ModelLimits(idle_seconds=0.2)))
    started = time.monotonic()
    reply = reader.read()
    assert time.monotonic() - started < 20
    assert reply.text == "Some wor"
    assert isinstance(reply.problem, IncompleteAnswer)
    assert "silent" in str(reply.problem)


def test_an_answer_cut_by_the_deadline_is_incomplete(fake: FakeDeepSeek, reader: Reader) -> None:
    fake.when("", Completion("Some words and silence", stall_after=1))
    reply = reader.read(seconds=0.4)
    assert reply.text == "Some wor"
    assert "time" in str(reply.problem)


@pytest.mark.faults("L12")
@pytest.mark.parametrize("fault", [{"cut_after": 2}, {"drop_after": 2}, {"finish_reason": None, "send_done": False}])
def test_an_end_without_finish_reason_is_incomplete(fake: FakeDeepSeek, reader: Reader, fault: Any) -> None:
    fake.when("", Completion("Cut off in the middle of", **fault))
    reply = reader.read()
    assert reply.problem is not None
    assert "Cut off in the m" in reply.text


@pytest.mark.faults("L13")
@pytest.mark.parametrize(
    ("finish", "word"),
    [
        ("length", "longer"),
        ("content_filter", "filter"),
        ("insufficient_system_resource", "resources"),
        ("something_new", "unknown"),
    ],
)
def test_every_other_finish_has_its_own_sentence(fake: FakeDeepSeek, reader: Reader, finish: str, word: str) -> None:
    fake.when("", Completion("Half an answer", finish_reason=finish))
    reply = reader.read()
    assert reply.text == "Half an answer"
    assert word in str(reply.problem)


@pytest.mark.faults("L13")
def test_want_of_resources_is_tried_once_more_when_nothing_was_shown(fake: FakeDeepSeek, reader: Reader) -> None:
    fake.when("", Completion("", finish_reason="insufficient_system_resource"), Completion("Whole [1]."))
    assert reader.read().text == "Whole [1]."


@pytest.mark.faults("L14")
@pytest.mark.parametrize("finish", ["stop", "length"])
def test_thoughts_without_an_answer_are_tried_again_without_thinking(
    fake: FakeDeepSeek, reader: Reader, finish: str
) -> None:
    fake.when("", Completion("", reasoning="On and on", finish_reason=finish), Completion("At last [1]."))
    reply = reader.read(thinking=True)
    assert reply.text == reader.text == "At last [1]."
    assert [asked.body["thinking"]["type"] for asked in fake.chats()] == ["enabled", "disabled"]


@pytest.mark.faults("L14")
def test_a_model_that_says_nothing_twice_is_an_error(fake: FakeDeepSeek, reader: Reader) -> None:
    fake.when("", Completion("  ", reasoning="On and on"))
    with pytest.raises(EmptyAnswer):
        reader.read(thinking=True)
    assert len(fake.chats()) == 2


@pytest.mark.faults("L15")
@pytest.mark.parametrize("reply", [Completion("no json"), Completion("", null_content=True)])
def test_spaces_and_null_in_json_mode_are_blank(fake: FakeDeepSeek, models: LanguageModels, reply: Completion) -> None:
    fake.when("", reply)
    assert not _complete(models).text.strip()


@pytest.mark.faults("L18")
def test_a_broken_chunk_keeps_what_came_before(fake: FakeDeepSeek, reader: Reader) -> None:
    fake.when("", Completion("Some words and more", bad_chunk_after=1))
    reply = reader.read()
    assert reply.text == "Some wor"
    assert isinstance(reply.problem, UnreadableReply)


def test_what_was_shown_is_never_tried_again(fake: FakeDeepSeek, reader: Reader) -> None:
    fake.when("", Completion("Some words and more", drop_after=1))
    assert reader.read().text == reader.text == "Some wor"
    assert len(fake.chats()) == 1


@pytest.mark.faults("L20")
def test_cancelling_closes_the_connection(fake: FakeDeepSeek, reader: Reader) -> None:
    fake.when("", Completion("word " * 20_000, gap_seconds=0.005))
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        reader.read(cancel=cancel)
    assert time.monotonic() - started < 20
    assert fake.wait_for(lambda: fake.chats()[0].client_left_at is not None, 30)


def test_giving_a_stream_up_closes_the_connection(fake: FakeDeepSeek, models: LanguageModels) -> None:
    def refuse(delta: str) -> None:
        raise RuntimeError("the reader is gone")

    fake.when("", Completion("word " * 20_000, gap_seconds=0.005))
    with pytest.raises(RuntimeError), until(Deadline(5)):
        models.stream(MESSAGES, thinking=False, on_text=refuse, on_reasoning=refuse)
    assert fake.wait_for(lambda: fake.chats()[0].client_left_at is not None, 30)


def test_connections_are_used_again(fake: FakeDeepSeek, models: LanguageModels) -> None:
    fake.when("", Completion("{}"))
    for _ in range(5):
        _complete(models)
    assert len({asked.connection for asked in fake.chats()}) == 1
