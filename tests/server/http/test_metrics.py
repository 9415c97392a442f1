"""What Prometheus is told."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from server import create_app
from server.http.services import Services
from server.language_model.errors import BudgetSpent
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion, tokens_of
from tests.server.api.test_openai_programs import TITLE

QUESTION = "How much is the cooperative share that every member buys?"
KEY = "sk-canary-do-not-show-0123456789"
PROMPTS = ("kind", "prompt")
TOKEN = "abcdefghijklmnopqrstuvwxyz"


def figures(client: FlaskClient, **sent: Any) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every figure by its name and labels."""
    text = client.get("/metrics", **sent).get_data(as_text=True)
    return {
        (sample.name.removeprefix("pagewise_"), frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def key(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


@pytest.fixture
def deepseek() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek(key=KEY) as fake:
        fake.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
        yield fake


def test_answers_and_their_steps_are_counted(quoting_services: Services) -> None:
    client = create_app(quoting_services).test_client()
    client.post("/api/query", json={"question": QUESTION})
    client.post("/api/query", json={"question": QUESTION, "stream": True}).get_data()
    client.post("/api/query", json={"question": "Who won the football world cup in 1954?"})
    client.post("/api/retrieve", json={"question": QUESTION})
    found = figures(client)
    assert found[key("answers_total", mode="extractive", outcome="complete")] == 2
    assert found[key("answers_total", mode="extractive", outcome="refused")] == 1
    assert found[key("step_seconds_count", step="retrieve")] == 4
    assert found[key("step_seconds_count", step="answer")] == 3
    assert found[key("passages_kept_count")] == 3
    assert found[key("passages_unscored_total")] == 0
    assert found[key("index_ready")] == 1
    assert 0 <= found[key("generation_age_seconds")] < 3600


@pytest.mark.parametrize("model", ["chat", "both"])
def test_the_tokens_of_every_step_are_counted_and_each_once(
    start: Callable[..., Services], deepseek: FakeDeepSeek, model: str
) -> None:
    deepseek.when_answering(Completion("It is 60 euros [1]."))
    deepseek.when("Question to rewrite:", Completion(QUESTION))
    client = create_app(start(deepseek_api_key=SecretStr(KEY), deepseek_base_url=deepseek.url)).test_client()
    history = [{"question": "What does every member buy?", "answer": "A share [1]."}]
    asked = {"question": "And how much is it?", "history": history, "model": model}
    answer = client.post("/api/query", json=asked).get_json()
    client.post("/api/retrieve", json={"question": "What does the handbook say of parrots?", "score": True})
    found = figures(client)
    counted = [value for (name, labels), value in found.items() if name == "tokens_total" and PROMPTS in labels]
    assert {"rewriting", "scoring", "answer"} == set(answer["usage"])
    assert len(counted) == 3
    assert sum(counted) == sum(tokens_of(asked.prompt) for asked in deepseek.chats())


def test_tokens_and_cost_are_counted(start: Callable[..., Services], deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Completion("It is 60 euros [1]."))
    settings = {"deepseek_api_key": SecretStr(KEY), "deepseek_base_url": deepseek.url}
    client = create_app(start(**settings, language_model_prices="0.02 1 4 CNY")).test_client()
    used = client.post("/api/query", json={"question": QUESTION}).get_json()["usage"]
    found = figures(client)
    for step in ("scoring", "answer"):
        assert found[key("tokens_total", step=step, kind="prompt")] == used[step]["prompt_tokens"]
        assert found[key("cost_total", step=step, currency="CNY")] == pytest.approx(used[step]["cost"])


def test_a_front_ends_task_is_priced_and_counted_by_the_budget(
    start: Callable[..., Services], deepseek: FakeDeepSeek
) -> None:
    deepseek.when("### Task:", Completion('{"title": "The share"}'))
    settings = {"deepseek_api_key": SecretStr(KEY), "deepseek_base_url": deepseek.url}
    services = start(**settings, language_model_prices="0.02 1 4 CNY", daily_token_budget=100)
    client = create_app(services).test_client()
    task = {"model": "pagewise", "messages": [{"role": "user", "content": TITLE}]}
    used = client.post("/v1/chat/completions", json=task).get_json()["usage"]
    found = figures(client)
    assert found[key("tokens_total", step="task", kind="prompt")] == used["prompt_tokens"] > 100
    cost = (used["prompt_tokens"] * 1 + used["completion_tokens"] * 4) / 1e6
    assert found[key("cost_total", step="task", currency="CNY")] == pytest.approx(cost)
    assert isinstance(services.answering().model_problem(), BudgetSpent)
    client.post("/v1/chat/completions", json=task)
    assert len(deepseek.chats()) == 1


def test_requests_and_failures_are_counted_by_route_and_code(empty_services: Services) -> None:
    client = create_app(empty_services).test_client()
    client.post("/api/query", json={"question": "why?"})
    client.post("/api/query", json={"question": ""})
    client.get("/answers/none")
    client.get("/nowhere/at/all")
    client.open("/api/status", method="STRANGE")
    found = figures(client)
    assert found[key("requests_total", route="/api/query", method="POST", status="503")] == 1
    assert found[key("requests_total", route="/api/query", method="POST", status="422")] == 1
    assert found[key("requests_total", route="/answers/<answer_id>", method="GET", status="404")] == 1
    assert found[key("requests_total", route="none", method="GET", status="404")] == 1
    assert found[key("requests_total", route="none", method="other", status="405")] == 1
    assert found[key("failures_total", code="no_index")] == 1
    assert found[key("failures_total", code="out_of_range")] == 1
    assert found[key("index_ready")] == 0


def test_two_applications_count_apart(quoting_services: Services, quoting_app: Flask) -> None:
    other = create_app(quoting_services).test_client()
    quoting_app.test_client().get("/api/status")
    assert key("requests_total", route="/api/status", method="GET", status="200") not in figures(other)


@pytest.mark.faults("X13")
def test_figures_need_the_token_where_there_is_one(start: Callable[..., Services]) -> None:
    client = create_app(start(api_tokens=SecretStr(TOKEN))).test_client()
    assert client.get("/metrics").status_code == 401
    assert figures(client, headers={"Authorization": f"Bearer {TOKEN}"})


def test_figures_hold_no_question(quoting_services: Services) -> None:
    client = create_app(quoting_services).test_client()
    client.post("/api/query", json={"question": QUESTION})
    client.get("/documents/library-handbook.md?passage=secret")
    shown = client.get("/metrics").get_data(as_text=True)
    assert "cooperative" not in shown
    assert "handbook" not in shown
    assert "secret" not in shown
