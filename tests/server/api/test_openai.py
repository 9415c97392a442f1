"""The OpenAI protocol, as the official client speaks it over HTTP."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import openai
import pytest
from flask import Flask
from pydantic import SecretStr
from werkzeug.serving import make_server

from server import create_app
from server.http.services import Services
from server.language import REFUSALS
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion, Failure

QUESTION = "How much is the cooperative share that every member buys?"
TOKEN = "abcdefghijklmnopqrstuvwxyz"
KEY = "sk-canary-do-not-show-0123456789"


@contextmanager
def speaking(app: Flask, token: str = "any") -> Iterator[openai.OpenAI]:
    """The official client, connected to this application."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/v1"
        with openai.OpenAI(base_url=address, api_key=token, max_retries=0) as client:
            yield client
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def quoting(quoting_app: Flask) -> Iterator[openai.OpenAI]:
    with speaking(quoting_app) as client:
        yield client


@pytest.fixture
def deepseek() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek(key=KEY) as fake:
        fake.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
        yield fake


@pytest.fixture
def writing(start: Callable[..., Services], deepseek: FakeDeepSeek) -> Iterator[openai.OpenAI]:
    services = start(deepseek_api_key=SecretStr(KEY), deepseek_base_url=deepseek.url)
    with speaking(create_app(services)) as client:
        yield client


def asked(text: str) -> list[Any]:
    return [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]


def test_a_question_is_answered_with_its_sources(quoting: openai.OpenAI) -> None:
    completion = quoting.chat.completions.create(model="pagewise", messages=asked(QUESTION))
    content = completion.choices[0].message.content
    assert content is not None
    assert "60 euros" in content
    assert "\n\nSources:\n\n- [1] `library-handbook.md, " in content
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == "pagewise"
    assert completion.id.startswith("chatcmpl-")
    assert completion.model_extra is not None
    assert completion.model_extra["sources"][0]["document"] == "library-handbook.md"
    assert completion.model_extra["refused"] is False


def test_a_stream_says_the_same(quoting: openai.OpenAI) -> None:
    whole = quoting.chat.completions.create(model="pagewise", messages=asked(QUESTION))
    chunks = list(
        quoting.chat.completions.create(
            model="pagewise", messages=asked(QUESTION), stream=True, stream_options={"include_usage": True}
        )
    )
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == whole.choices[0].message.content
    last, usage = chunks[-2:]
    assert last.choices[0].finish_reason == "stop"
    assert last.model_extra is not None
    assert last.model_extra["sources"] == (whole.model_extra or {})["sources"]
    assert usage.choices == []
    assert usage.usage is not None


def test_what_the_documents_do_not_say_is_refused(quoting: openai.OpenAI) -> None:
    completion = quoting.chat.completions.create(
        model="pagewise", messages=asked("Who won the football world cup in 1954?")
    )
    assert completion.choices[0].message.content == REFUSALS["en"]
    assert (completion.model_extra or {})["refused"] is True


def test_messages_in_pieces_and_fields_of_other_models_are_accepted(quoting: openai.OpenAI) -> None:
    completion = quoting.chat.completions.create(
        model="pagewise",
        messages=[{"role": "user", "content": [{"type": "text", "text": QUESTION}]}],
        temperature=0.2,
        max_tokens=100,
        user="somebody",
        extra_body={"documents": ["*.pdf"]},
    )
    assert {source["document"] for source in (completion.model_extra or {})["sources"]} <= {
        "how-relevance-is-measured.pdf"
    }


def test_the_models_are_listed(quoting: openai.OpenAI) -> None:
    assert [model.id for model in quoting.models.list()] == ["pagewise", "pagewise-reasoner"]
    assert quoting.models.retrieve("pagewise").owned_by == "pagewise"
    with pytest.raises(openai.NotFoundError):
        quoting.models.retrieve("gpt-4")


def test_a_language_model_writes_and_its_tokens_are_counted(writing: openai.OpenAI, deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Completion("It is 60 euros [1]."))
    completion = writing.chat.completions.create(model="pagewise", messages=asked(QUESTION))
    assert (completion.choices[0].message.content or "").startswith("It is 60 euros [1].\n\nSources:")
    assert completion.usage is not None
    assert completion.usage.prompt_tokens > 0
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


def test_the_reasoner_streams_its_thoughts_apart(writing: openai.OpenAI, deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Completion("60 euros [1].", reasoning="Let me look at the table."))
    chunks = writing.chat.completions.create(model="pagewise-reasoner", messages=asked(QUESTION), stream=True)
    deltas = [chunk.choices[0].delta for chunk in chunks]
    thoughts = "".join((delta.model_extra or {}).get("reasoning_content") or "" for delta in deltas)
    assert thoughts == "Let me look at the table."
    assert "".join(delta.content or "" for delta in deltas).startswith("60 euros [1].")


def test_earlier_turns_are_the_history(writing: openai.OpenAI, deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Completion("It is 60 euros [1]."))
    first = writing.chat.completions.create(model="pagewise", messages=asked(QUESTION))
    messages = [*asked(QUESTION), {"role": "assistant", "content": first.choices[0].message.content}]
    writing.chat.completions.create(
        model="pagewise", messages=[*messages, {"role": "user", "content": "And who pays it?"}]
    )
    follow_up = [request.prompt for request in deepseek.asked if "And who pays it?" in request.prompt]
    assert QUESTION in follow_up[0]
    assert "Sources:" not in follow_up[0]


@pytest.mark.parametrize(
    ("changes", "raised", "code"),
    [
        pytest.param({"model": "gpt-4"}, openai.NotFoundError, "model_not_found", id="unknown model"),
        pytest.param({"messages": []}, openai.UnprocessableEntityError, "out_of_range", id="no message"),
        pytest.param(
            {"messages": [{"role": "system", "content": "x"}]}, openai.BadRequestError, "no_question", id="no question"
        ),
        pytest.param({"messages": asked("")}, openai.UnprocessableEntityError, "out_of_range", id="empty question"),
        pytest.param({"messages": [{"role": "x"}]}, openai.UnprocessableEntityError, "out_of_range", id="unknown role"),
        pytest.param({"messages": "x"}, openai.BadRequestError, "bad_request", id="no list"),
        pytest.param(
            {"messages": asked("x" * 4_000_000)}, openai.APIStatusError, "request_entity_too_large", id="too large"
        ),
    ],
)
def test_errors_have_the_form_of_the_protocol(
    quoting: openai.OpenAI, changes: dict[str, Any], raised: type[openai.APIStatusError], code: str
) -> None:
    with pytest.raises(raised) as caught:
        quoting.chat.completions.create(**({"model": "pagewise", "messages": asked(QUESTION)} | changes))
    assert caught.value.code == code
    assert caught.value.type == "invalid_request_error"
    assert caught.value.response.headers["Content-Type"] == "application/json"


def test_the_key_of_the_client_is_the_token(start: Callable[..., Services]) -> None:
    app = create_app(start(api_tokens=SecretStr(f"anna:{TOKEN}")))
    with speaking(app, TOKEN) as client:
        assert client.models.list().data
    with speaking(app, "wrong") as client, pytest.raises(openai.AuthenticationError):
        client.models.list()


def test_a_server_without_an_index_says_so(empty_services: Services) -> None:
    with speaking(create_app(empty_services)) as client:
        for stream in (False, True):
            with pytest.raises(openai.InternalServerError) as caught:
                client.chat.completions.create(model="pagewise", messages=asked(QUESTION), stream=stream)
            assert caught.value.status_code == 503
            assert caught.value.type == "server_error"


def test_a_stream_that_breaks_ends_with_an_error(start: Callable[..., Services], deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Completion("It is 60 euros [1]. " * 20, gap_seconds=0.1))
    services = replace(
        start(deepseek_api_key=SecretStr(KEY), deepseek_base_url=deepseek.url), stopping=threading.Event()
    )
    with speaking(create_app(services)) as client:
        stream = client.chat.completions.create(model="pagewise", messages=asked(QUESTION), stream=True)
        next(stream)
        services.stopping.set()
        with pytest.raises(openai.APIError, match="Ask again") as caught:
            list(stream)
    assert caught.value.code == "stopping"


def test_a_key_that_is_rejected_is_never_shown(start: Callable[..., Services], deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Failure(401))
    services = start(deepseek_api_key=SecretStr("sk-wrong-canary"), deepseek_base_url=deepseek.url)
    with speaking(create_app(services)) as client:
        try:
            shown = client.chat.completions.create(model="pagewise", messages=asked(QUESTION)).model_dump_json()
        except openai.APIStatusError as error:
            shown = str(error.body)
    assert "canary" not in shown
