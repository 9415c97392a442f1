"""How often one client may ask, and what one is told who asks more (docs/faults.md X24)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.http.services import Services
from server.settings import ServerSettings

ANNA = "abcdefghijklmnopqrstuvwxyz"
BERT = "zyxwvutsrqponmlkjihgfedcba"


@pytest.fixture
def limited(empty_services: Services) -> Callable[..., FlaskClient]:
    """A program that talks to a server with limits; there is no index, so that nothing is computed."""

    def build(**settings: Any) -> FlaskClient:
        return create_app(replace(empty_services, settings=ServerSettings(**settings))).test_client()

    return build


def statuses(client: FlaskClient, number: int, path: str = "/api/status", **sent: Any) -> list[int]:
    return [client.get(path, **sent).status_code for _ in range(number)]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.faults("X24")
def test_too_many_requests_are_refused_with_the_time_to_wait(limited: Callable[..., FlaskClient]) -> None:
    client = limited(rate_limit_per_minute=5)
    assert statuses(client, 7) == [200] * 5 + [429] * 2
    refused = client.get("/api/status")
    assert refused.content_type == "application/problem+json"
    assert refused.get_json()["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert refused.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.faults("X24")
@pytest.mark.parametrize(
    ("path", "sent"),
    [
        pytest.param("/api/query", {"json": {"question": "why?"}}, id="api"),
        pytest.param("/ask", {"data": {"question": "why?"}}, id="form"),
        pytest.param(
            "/v1/chat/completions",
            {"json": {"model": "pagewise", "messages": [{"role": "user", "content": "why?"}]}},
            id="openai",
        ),
    ],
)
def test_questions_have_a_limit_of_their_own(
    limited: Callable[..., FlaskClient], path: str, sent: dict[str, Any]
) -> None:
    client = limited(question_limit_per_minute=2)
    assert [client.post(path, **sent).status_code for _ in range(4)] == [503, 503, 429, 429]
    assert client.get("/api/status").status_code == 200


def test_a_form_and_a_program_share_the_limit_of_their_client(limited: Callable[..., FlaskClient]) -> None:
    client = limited(question_limit_per_minute=1)
    assert client.post("/api/query", json={"question": "why?"}).status_code == 503
    assert client.post("/ask", data={"question": "why?"}).status_code == 429


def test_the_protocol_of_openai_has_its_own_form_for_it(limited: Callable[..., FlaskClient]) -> None:
    client = limited(rate_limit_per_minute=1)
    client.get("/v1/models")
    refused = client.get("/v1/models")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]
    assert refused.get_json()["error"]["type"] == "rate_limit_error"


def test_each_token_has_its_own_limit(limited: Callable[..., FlaskClient]) -> None:
    client = limited(api_tokens=SecretStr(f"anna:{ANNA},bert:{BERT}"), rate_limit_per_minute=2)
    assert statuses(client, 3, headers=bearer(ANNA)) == [200, 200, 429]
    assert statuses(client, 3, headers=bearer(BERT)) == [200, 200, 429]
    assert statuses(client, 3) == [401] * 3


def test_each_address_has_its_own_limit(limited: Callable[..., FlaskClient]) -> None:
    client = limited(rate_limit_per_minute=1)
    for address in ("192.0.2.1", "192.0.2.2"):
        assert statuses(client, 2, environ_base={"REMOTE_ADDR": address}) == [200, 429]


def test_probes_and_the_files_of_the_pages_are_not_counted(limited: Callable[..., FlaskClient]) -> None:
    client = limited(rate_limit_per_minute=1)
    for path in ("/healthz", "/static/style.css", "/metrics"):
        assert statuses(client, 3, path, buffered=True) == [200] * 3


def test_without_tokens_nothing_is_limited_unless_asked_for() -> None:
    assert (ServerSettings().requests_per_minute, ServerSettings().questions_per_minute) == (0, 0)
    guarded = ServerSettings(api_tokens=SecretStr(ANNA))
    assert (guarded.requests_per_minute, guarded.questions_per_minute) == (1200, 60)
    free = ServerSettings(api_tokens=SecretStr(ANNA), rate_limit_per_minute=0, question_limit_per_minute=0)
    assert (free.requests_per_minute, free.questions_per_minute) == (0, 0)
