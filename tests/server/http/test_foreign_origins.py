"""Programs with an origin of their own: served with a token; pages of other sites where CORS_ORIGINS has them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.http.services import Services
from server.settings import BadSettings, read_settings

TOKEN = "abcdefghijklmnopqrstuvwxyz"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
CHAT = "https://chat.example.org"
TALK = {"model": "pagewise", "messages": [{"role": "user", "content": "How much is the cooperative share?"}]}


@pytest.fixture(scope="module")
def guarded(start: Callable[..., Services]) -> FlaskClient:
    services = start(api_tokens=SecretStr(f"anna:{TOKEN}"), cors_origins=f"{CHAT}, https://b.example/")
    return create_app(services).test_client()


@pytest.mark.parametrize(
    "origin",
    [
        "app://obsidian.md",
        "null",
        "chrome-extension://abcdef",
        "moz-extension://a-b-c",
        "vscode-webview://x",
        "file://",
    ],
)
@pytest.mark.parametrize("site", [{}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_program_with_a_token_is_served_whatever_its_origin(
    guarded: FlaskClient, origin: str, site: dict[str, str]
) -> None:
    headers = BEARER | {"Origin": origin} | site
    assert guarded.post("/v1/chat/completions", json=TALK, headers=headers).status_code == 200
    assert guarded.get("/v1/models", headers=headers).status_code == 200
    assert guarded.post("/v1/chat/completions", json=TALK, headers={"Origin": origin}).status_code == 401


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param("/v1/chat/completions", BEARER | {"Origin": "https://evil.example"}, id="another site"),
        pytest.param("/v1/chat/completions", BEARER | {"Origin": "http://localhost:3000"}, id="another port"),
        pytest.param("/ask", BEARER | {"Origin": "null"}, id="a form"),
        pytest.param("/v1/chat/completions", {"Authorization": "Basic YTpi", "Origin": "null"}, id="a password"),
    ],
)
def test_pages_of_other_sites_are_not(guarded: FlaskClient, path: str, headers: dict[str, str]) -> None:
    response = guarded.post(path, json=TALK, headers=headers)
    assert response.status_code in (401, 403)
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_listed_page_may_ask_and_read(guarded: FlaskClient) -> None:
    asks = {"Origin": CHAT, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    preflight = guarded.options("/v1/chat/completions", headers=asks)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == CHAT
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    headers = BEARER | {"Origin": CHAT, "Sec-Fetch-Site": "cross-site"}
    reply = guarded.post("/v1/chat/completions", json=TALK, headers=headers)
    assert reply.status_code == 200
    assert reply.headers["Access-Control-Allow-Origin"] == CHAT
    assert "Origin" in reply.headers["Vary"]
    refused = guarded.post("/v1/chat/completions", json=TALK, headers={"Origin": CHAT})
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, CHAT)


@pytest.mark.parametrize("path", ["/", "/ask", "/documents"])
def test_pages_for_people_are_shared_with_no_origin(guarded: FlaskClient, path: str) -> None:
    response = guarded.options(path, headers={"Origin": CHAT, "Access-Control-Request-Method": "POST"})
    assert "Access-Control-Allow-Origin" not in response.headers
    assert guarded.post("/ask", data={"question": "why?"}, headers=BEARER | {"Origin": CHAT}).status_code == 403


@pytest.mark.parametrize("origins", ["*", "https://*.example.org", "chat.example.org", "https://a.example/path"])
def test_an_origin_is_a_scheme_and_a_host(monkeypatch: pytest.MonkeyPatch, origins: str) -> None:
    monkeypatch.setenv("CORS_ORIGINS", origins)
    with pytest.raises(BadSettings, match="CORS_ORIGINS"):
        read_settings()
