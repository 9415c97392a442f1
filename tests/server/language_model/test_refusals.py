"""What servers say when they refuse a request, and what is learned of it."""

from dataclasses import replace
from typing import Any

import pytest

from server.language_model.capabilities import Capabilities, PromptTooLong, adapted, from_plain, learned, to_plain
from server.language_model.refusals import Refusal
from server.language_model.roles import SCORE_FORMAT

SENT: dict[str, Any] = {
    "model": "qwen3-thinking",
    "messages": [{"role": "user", "content": "word " * 400}],
    "temperature": 0.0,
    "thinking": {"type": "disabled"},
    "response_format": {"type": "json_object"},
    "stream_options": {"include_usage": True},
    "max_tokens": 8192,
}
SCHEMA = SENT | {"response_format": SCORE_FORMAT}
LATER = {name: value for name, value in SENT.items() if name != "max_tokens"} | {"max_completion_tokens": 8192}
SYSTEM = SENT | {"messages": [{"role": "system", "content": "Be brief."}, *SENT["messages"]]}

FIELDS = [
    pytest.param({"error": {"message": "Unsupported", "param": "thinking"}}, "thinking", id="param"),
    pytest.param({"error": {"message": "Bad value", "param": "thinking.type"}}, "thinking", id="a path as param"),
    pytest.param({"detail": [{"loc": ["body", "stream_options"], "msg": "no"}]}, "stream_options", id="loc"),
    pytest.param(
        {"detail": [{"loc": ["body", "temperature"], "msg": "Input should be 1"}]}, "temperature", id="a value"
    ),
    pytest.param('json: unknown field "stream_options"', "stream_options", id="Go"),
    pytest.param({"error": "UNKNOWN FIELD: THINKING"}, "thinking", id="capitals"),
    pytest.param(
        {"error": "Additional properties are not allowed ('thinking' was unexpected)"}, "thinking", id="schema"
    ),
    pytest.param({"error": {"issues": [{"code": "unrecognized_keys", "keys": ["thinking"]}]}}, "thinking", id="zod"),
    pytest.param("create() got an unexpected keyword argument 'thinking'", "thinking", id="Python"),
    pytest.param(
        "unknown field `thinking`, expected one of `model`, `messages`, `max_tokens`, `temperature`, `stream_options`",
        "thinking",
        id="serde, which names what it knows",
    ),
    pytest.param(
        'Unrecognized field \'thinking\' in request {"temperature": 0, "max_tokens": 300}', "thinking", id="an echo"
    ),
    pytest.param(
        {"errors": [{"message": "Type mismatch of '/stream_options', 'object'"}]}, "stream_options", id="a slash"
    ),
    pytest.param({"message": "`temperature` must be strictly positive"}, "temperature", id="backticks"),
    pytest.param({"error": {"message": "Unknown parameter: streamOptions"}}, "stream_options", id="camel case"),
    pytest.param({"error": {"message": "不支持参数thinking"}}, "thinking", id="Chinese"),
    pytest.param({"error": {"message": "JSON mode is not supported by this model"}}, "json_object", id="JSON mode"),
    pytest.param({"error": {"message": "extra fields not permitted"}}, "thinking", id="no name: the likeliest"),
    pytest.param({"detail": '{"error": {"param": "stream_options"}}'}, "stream_options", id="JSON in a text"),
    pytest.param({"error": {"message": "max_tokens is not supported"}}, "max_tokens", id="max_tokens"),
]


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(("body", "field"), FIELDS)
def test_the_field_that_a_refusal_names_is_left_out(body: Any, field: str, status: int) -> None:
    lesson = learned(SENT, Refusal(status, body), Capabilities())
    assert lesson is not None
    assert lesson.without == {field}


@pytest.mark.parametrize(
    "body",
    [
        "bad",
        {"error": {"message": "The model `qwen3-thinking` does not exist"}},
        {"detail": [{"loc": ["body", 5], "msg": "JSON decode error"}]},
        {"error": {"message": "Invalid request"}},
        "<html><body>400 Bad Request</body></html>",
        None,
    ],
)
def test_a_refusal_that_names_nothing_teaches_nothing(body: Any) -> None:
    assert learned(SENT, Refusal(400, body), Capabilities()) is None


def test_several_fields_are_learned_at_once() -> None:
    body = {"detail": [{"loc": ["body", name], "msg": "extra"} for name in ("thinking", "stream_options")]}
    lesson = learned(SENT, Refusal(422, body), Capabilities())
    assert lesson == Capabilities(frozenset(("thinking", "stream_options")))


LENGTHS = [
    pytest.param(
        "max_tokens is too large: 8192. This model supports at most 4096 completion tokens.", 4096, id="OpenAI"
    ),
    pytest.param("Invalid max_tokens value, the valid range of max_tokens is [1, 4096]", 4096, id="DeepSeek"),
    pytest.param("max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens", 4096, id="Claude"),
    pytest.param(
        {"detail": [{"loc": ["max_tokens"], "msg": "Input should be less than or equal to 4096"}]}, 4096, id="422"
    ),
    pytest.param("Value error, max_tokens must be at most 4,096, got 8192", 4096, id="a comma"),
    pytest.param("参数 max_tokens 超出范围，最大值为 4096", 4096, id="Chinese"),
    pytest.param("max_tokens is too large", 4096, id="no number: half"),
]


@pytest.mark.parametrize(("body", "most"), LENGTHS)
def test_a_reply_that_is_too_long_is_shrunk(body: Any, most: int) -> None:
    lesson = learned(SENT, Refusal(400, body), Capabilities())
    assert lesson == Capabilities(most_tokens=most)
    assert adapted(SCHEMA, lesson)["max_tokens"] == most


CONTEXTS = [
    pytest.param("This model's maximum context length is 4096 tokens. However, you requested 8700 tokens", id="OpenAI"),
    pytest.param(
        {"error": {"message": "exceeds the context size", "n_ctx": 4096, "n_prompt_tokens": 480}}, id="llama.cpp"
    ),
    pytest.param("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 480 `inputs` tokens and 8192", id="TGI"),
    pytest.param("Prompt contains 480 tokens, too large for model with 4096 maximum context length", id="Mistral"),
    pytest.param(
        "Trying to keep the first 480 tokens when context the overflows. However, the model is loaded with context "
        "length of only 4096 tokens, which is not enough.",
        id="LM Studio",
    ),
    pytest.param("上下文长度最大为 4096，请求超出限制", id="Chinese"),
]


@pytest.mark.parametrize("body", CONTEXTS)
def test_a_context_is_learned_and_the_reply_shrunk_to_what_is_left(body: Any) -> None:
    lesson = learned(SENT, Refusal(400, body), Capabilities())
    assert lesson is not None
    assert lesson.context_tokens == 4096
    assert 2000 < adapted(SCHEMA, lesson)["max_tokens"] < 4096 - 480


def test_a_prompt_that_fills_the_context_is_said_to_be_too_long() -> None:
    with pytest.raises(PromptTooLong):
        adapted(SCHEMA, Capabilities(context_tokens=500))
    unsized = SENT | {"max_tokens": 100}
    with pytest.raises(PromptTooLong):
        learned(unsized, Refusal(400, "the prompt exceeds the context: too many tokens"), Capabilities())


def test_fields_have_successors() -> None:
    assert adapted(SCHEMA, Capabilities())["response_format"] == {"type": "json_object"}
    one = learned(SENT, Refusal(400, {"error": "'response_format.type' must be 'json_schema'"}), Capabilities())
    assert one is not None
    assert adapted(SCHEMA, one)["response_format"] == SCORE_FORMAT
    two = learned(SCHEMA, Refusal(400, {"error": "response_format is not supported"}), one)
    assert two is not None
    assert "response_format" not in adapted(SCHEMA, two)
    three = learned(SENT, Refusal(400, {"error": {"param": "max_tokens", "message": "Unsupported parameter"}}), two)
    assert three is not None
    assert adapted(SCHEMA, three)["max_completion_tokens"] == 8192
    four = learned(LATER, Refusal(400, "Unrecognized request argument: max_completion_tokens"), three)
    assert four is not None
    assert not {"max_tokens", "max_completion_tokens"} & set(adapted(SCHEMA, four))


@pytest.mark.parametrize(
    "body",
    [
        {
            "error": {
                "message": "'messages[0].role' does not support 'system' with this model.",
                "param": "messages[0].role",
            }
        },
        {"object": "error", "message": "System role not supported"},
        {"error": "this model does not support system messages"},
    ],
)
def test_what_the_system_says_goes_into_the_first_message(body: Any) -> None:
    lesson = learned(SYSTEM, Refusal(400, body), Capabilities())
    assert lesson == Capabilities(frozenset(("system",)))
    (message,) = adapted(SYSTEM, lesson)["messages"]
    assert message["role"] == "user"
    assert message["content"].startswith("Be brief.\n\nword ")


def test_what_is_known_is_kept_as_json_and_nothing_else_is_believed() -> None:
    known = Capabilities(frozenset(("thinking", "system")), 100, 4096, 1.5, True, "reasoning", False)
    assert from_plain(to_plain(known)) == known
    plain = to_plain(known)
    wrongs: list[dict[str, Any]] = [{}, {"without": []}, plain | {"more": 1}, plain | {"without": "thinking"}]
    for wrong in wrongs:
        with pytest.raises((ValueError, TypeError, KeyError)):
            from_plain(wrong)


def test_lessons_come_in_any_order() -> None:
    first, second = Capabilities(frozenset(("thinking",)), most_tokens=100), Capabilities(most_tokens=50, thinks=True)
    assert first.merged(second) == second.merged(first) == replace(first, most_tokens=50, thinks=True)
