"""Programs over the OpenAI protocol: notices and limits, what is refused, other endpoints, tasks of chat front ends."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.api.front_end_tasks import plain_answer, task_of
from server.api.openai_text import TextLimit
from server.http.services import Services
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.api.test_openai import KEY, QUESTION, asked, speaking

CHAT = "/v1/chat/completions"
TALK = {"model": "pagewise", "messages": [{"role": "user", "content": QUESTION}]}


@pytest.fixture(scope="module")
def caller(quoting_app: Flask) -> FlaskClient:
    return quoting_app.test_client()


@pytest.fixture
def deepseek() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek(key=KEY) as fake:
        fake.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
        yield fake


@pytest.fixture
def app(start: Callable[..., Services], deepseek: FakeDeepSeek) -> Flask:
    return create_app(start(deepseek_api_key=SecretStr(KEY), deepseek_base_url=deepseek.url))


def chunks_of(body: str) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: {")]
    return [json.loads(line) for line in lines]


def text_of(body: str) -> str:
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks_of(body) if chunk["choices"])


@pytest.mark.parametrize(
    ("written", "notice"),
    [
        ("The share costs 4,500 euros. [1]", "Not found in the cited passages: 4,500."),
        ("The share costs 60 euros [9] [1].", "Citations removed, because there is no such passage: 1."),
        ("The share costs 60 euros.", "The answer does not say which passages it comes from."),
    ],
)
def test_what_the_check_found_is_said_in_stream_and_whole_reply_alike(
    app: Flask, deepseek: FakeDeepSeek, written: str, notice: str
) -> None:
    deepseek.when_answering(Completion(written))
    whole = app.test_client().post(CHAT, json=TALK).get_json()
    streamed = app.test_client().post(CHAT, json=TALK | {"stream": True}).get_data(as_text=True)
    content = whole["choices"][0]["message"]["content"]
    assert text_of(streamed) == content
    assert "[9]" not in content
    assert f"- {notice}" in content
    assert notice in whole["notices"]
    assert chunks_of(streamed)[-1]["notices"] == whole["notices"]


def test_only_what_is_cited_is_listed_each_page_once(app: Flask, deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Completion("It is 60 euros [2][1-2]. So it is (Document 1)."))
    reply = app.test_client().post(CHAT, json=TALK).get_json()
    content = reply["choices"][0]["message"]["content"]
    assert content.startswith("It is 60 euros [2][1, 2]. So it is [1].\n\nSources:\n\n")
    listed = [line for line in content.splitlines() if line.startswith("- [")]
    assert len(listed) == len({line.partition("`")[2] for line in listed}) <= 2
    assert len(reply["sources"]) > 2


@pytest.mark.parametrize(
    ("path", "changes", "param"),
    [
        (CHAT, {"response_format": {"type": "json_object"}}, "response_format"),
        (CHAT, {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}}, "response_format"),
        (CHAT, {"n": 2}, "n"),
        (CHAT, {"tools": [{"type": "function"}], "tool_choice": "required"}, "tool_choice"),
        (CHAT, {"tool_choice": {"type": "function", "function": {"name": "x"}}}, "tool_choice"),
        (CHAT, {"function_call": {"name": "x"}}, "function_call"),
        ("/v1/completions", {"n": 3, "prompt": QUESTION}, "n"),
        ("/v1/completions", {"best_of": 2, "prompt": QUESTION}, "best_of"),
        ("/v1/completions", {"prompt": [QUESTION, QUESTION]}, "prompt"),
        ("/v1/responses", {"input": QUESTION, "text": {"format": {"type": "json_schema"}}}, "text.format"),
        ("/v1/responses", {"input": QUESTION, "tool_choice": "required"}, "tool_choice"),
        ("/v1/responses", {"input": QUESTION, "previous_response_id": "resp_1"}, "previous_response_id"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_given_is_refused_by_name(
    caller: FlaskClient, path: str, changes: dict[str, Any], param: str, stream: bool
) -> None:
    body = (TALK if path == CHAT else {"model": "pagewise"}) | changes | {"stream": stream}
    refused = caller.post(path, json=body)
    assert refused.status_code == 400
    error = refused.get_json()["error"]
    assert (error["param"], error["code"], error["type"]) == (param, "not_supported", "invalid_request_error")


@pytest.mark.parametrize(
    "changes",
    [
        {"response_format": {"type": "text"}, "n": 1, "tools": [{"type": "function"}], "tool_choice": "auto"},
        {"tool_choice": "none", "parallel_tool_calls": False, "logprobs": False, "seed": 3},
    ],
)
def test_what_changes_nothing_is_accepted(caller: FlaskClient, changes: dict[str, Any]) -> None:
    assert caller.post(CHAT, json=TALK | changes).status_code == 200


def test_stop_and_max_tokens_are_obeyed(app: Flask, deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Completion("It is 60 euros [1]. STOP and more of it, in many further words [1]."))
    for changes, ends, reason in (
        ({"stop": "STOP"}, "It is 60 euros [1]. ", "stop"),
        ({"stop": ["zzz", " euros"]}, "It is 60", "stop"),
        ({"max_tokens": 3}, "It is 60", "length"),
        ({"max_completion_tokens": 3}, "It is 60", "length"),
    ):
        whole = app.test_client().post(CHAT, json=TALK | changes).get_json()["choices"][0]
        streamed = app.test_client().post(CHAT, json=TALK | changes | {"stream": True}).get_data(as_text=True)
        assert whole["finish_reason"] == reason
        assert whole["message"]["content"].startswith(ends[:8])
        assert len(whole["message"]["content"]) <= len(ends) + 2
        assert text_of(streamed) == whole["message"]["content"]
        assert chunks_of(streamed)[-1]["choices"][0]["finish_reason"] == reason


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_a_stop_sequence_in_pieces_never_gets_out(size: int) -> None:
    text = "one two END three"
    limit = TextLimit(("END", "nothing"))
    shown = "".join(limit.add(text[place : place + size]) for place in range(0, len(text), size)) + limit.rest()
    assert (shown, limit.finish) == ("one two ", "stop")


@pytest.mark.parametrize("path", ["/v1/models/", "/v1/models/pagewise/"])
def test_a_slash_at_the_end_changes_nothing(caller: FlaskClient, path: str) -> None:
    assert caller.get(path).status_code == 200
    assert caller.post(f"{CHAT}/", json=TALK).status_code == 200
    assert caller.post("/v1/completions/", json={"model": "pagewise", "prompt": QUESTION}).status_code == 200
    assert caller.post("/v1/responses/", json={"model": "pagewise", "input": QUESTION}).status_code == 200


def test_the_official_client_completes_a_prompt(quoting_app: Flask) -> None:
    with speaking(quoting_app) as client:
        whole = client.completions.create(model="pagewise", prompt=QUESTION)
        pieces = list(client.completions.create(model="pagewise", prompt=QUESTION, stream=True))
    assert "60 euros" in whole.choices[0].text
    assert whole.choices[0].finish_reason == "stop"
    assert "".join(piece.choices[0].text for piece in pieces) == whole.choices[0].text


def test_the_official_client_asks_for_responses(quoting_app: Flask) -> None:
    conversation: Any = [
        {"role": "user", "content": "What is a cooperative?"},
        {"role": "assistant", "content": [{"type": "output_text", "text": "A library [1]."}]},
        {"role": "user", "content": [{"type": "input_text", "text": QUESTION}]},
    ]
    with speaking(quoting_app) as client:
        whole = client.responses.create(model="pagewise", input=QUESTION, instructions="Be brief.")
        events = list(client.responses.create(model="pagewise", input=conversation, stream=True))
    assert "60 euros" in whole.output_text
    assert whole.status == "completed"
    assert whole.usage is not None
    kinds = [event.type for event in events]
    assert kinds[:4] == [
        *("response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"),
    ]
    assert kinds[-1] == "response.completed"
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == events[-1].response.output_text == whole.output_text  # type: ignore[union-attr]
    assert [event.sequence_number for event in events] == list(range(len(events)))


def test_a_history_may_be_of_any_length(caller: FlaskClient) -> None:
    turns = [{"role": role, "content": "word " * 20} for _ in range(3000) for role in ("user", "assistant")]
    reply = caller.post(CHAT, json={"model": "pagewise", "messages": [*turns, TALK["messages"][0]]})
    assert reply.status_code == 200


TITLE = (
    "### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history.\n### Guidelines:\n- Be "
    'clear.\n### Output:\nJSON format: { "title": "your concise title here" }\n### Examples:\n- { "title": "Stocks" }\n'
    "### Chat History:\n<chat_history>\nUSER: How much is the cooperative share of a member?\nASSISTANT: 60 euros.\n"
    "</chat_history>"
)
TAGS = TITLE.replace("a concise, 3-5 word title", "1-3 broad tags").replace(
    '"title": "your concise title here"', '"tags": []'
)
FOLLOW_UPS = (
    "### Task:\nSuggest 3-5 relevant follow-up questions or prompts that the user might naturally ask next in this "
    'conversation.\n### Output:\nJSON format: { "follow_ups": ["Question 1?"] }\n### Chat History:\n<chat_history>\n'
    "USER: When is the library open?\nASSISTANT: At nine.\n</chat_history>"
)
QUERIES = (
    "### Task:\nAnalyze the chat history to determine the necessity of generating search queries.\n### Guidelines:\n"
    '### Output:\nStrictly return in JSON format: { "queries": ["query1"] }\n### Chat History:\n<chat_history>\n'
    "USER: When is the library open?\n</chat_history>"
)
TASKS = [
    ([("user", TITLE)], "title"),
    ([("user", TAGS)], "tags"),
    ([("user", FOLLOW_UPS)], "follow_ups"),
    ([("user", QUERIES)], "queries"),
    (
        [
            ("user", "When is the library open?"),
            ("assistant", "At nine."),
            ("user", "Provide a concise, 5-word-or-less title for the conversation, using title case conventions."),
        ],
        "title",
    ),
    (
        [
            ("user", "图书馆几点开门？"),
            ("assistant", "九点。"),
            ("user", "使用四到五个字直接返回这句话的简要主题，不要解释、不要标点、不要语气词。"),
        ],
        "title",
    ),
    (
        [
            ("system", "你是一名擅长会话的助理，你需要将用户的会话总结为 10 个字以内的标题"),
            ("user", "user: 图书馆几点开门？\nassistant: 九点。"),
        ],
        "title",
    ),
    (
        [
            ("system", "You summarize the user's request into a title of four words or less. Respond with it only."),
            ("user", "When is the library open?"),
        ],
        "title",
    ),
]
NO_TASKS = [
    "What is the title of the handbook?",
    "How much is the deposit?",
    "Suggest a book about conversation skills",
    "List the tags that documents may have.",
    "Which follow-up questions does the interview guide suggest?",
    "合同的标题是什么？",
    "会议讨论的主题是什么？",
    "### Task\nHow much is the deposit?",
    "Summarise the discussion of the annual meeting",
]


@pytest.mark.parametrize(("said", "kind"), TASKS)
def test_the_tasks_of_front_ends_are_known(said: list[tuple[str, str]], kind: str) -> None:
    task = task_of(said)
    assert task is not None
    assert task.kind == kind
    assert plain_answer(task)


@pytest.mark.parametrize("question", NO_TASKS)
def test_questions_are_none(question: str) -> None:
    assert task_of([("system", "You are a helpful assistant. Answer briefly."), ("user", question)]) is None


def test_a_task_goes_to_the_model_without_a_search(app: Flask, deepseek: FakeDeepSeek) -> None:
    deepseek.when("### Task:", Completion('{"title": "📚 The share"}'))
    for stream in (False, True):
        body = {"model": "pagewise", "messages": [{"role": "user", "content": TITLE}], "stream": stream}
        reply = app.test_client().post(CHAT, json=body)
        text = text_of(reply.get_data(as_text=True)) if stream else reply.get_json()["choices"][0]["message"]["content"]
        assert text == '{"title": "📚 The share"}'
    assert len(deepseek.chats()) == 2


def test_without_a_model_there_is_a_plain_title(caller: FlaskClient) -> None:
    def content(prompt: str) -> str:
        body = {"model": "pagewise", "messages": [{"role": "user", "content": prompt}]}
        return str(caller.post(CHAT, json=body).get_json()["choices"][0]["message"]["content"])

    assert json.loads(content(TITLE)) == {"title": "How much is the cooperative share of"}
    assert json.loads(content(TAGS)) == {"tags": ["General"]}
    assert json.loads(content(FOLLOW_UPS)) == {"follow_ups": []}
    assert json.loads(content(QUERIES)) == {"queries": ["When is the library open?"]}


def test_typed_output_is_refused_to_the_official_client(quoting_app: Flask) -> None:
    with speaking(quoting_app) as client, pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(
            model="pagewise", messages=asked(QUESTION), response_format={"type": "json_object"}
        )
    assert caught.value.param == "response_format"
