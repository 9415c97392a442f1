"""Who may ask, from where, and what every response carries (docs/faults.md X13 to X17)."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server import create_app
from server.http.services import Services
from server.settings import BadSettings, ServerSettings, read_settings
from storage.server_state.answers import AnswerStore

TOKEN = "abcdefghijklmnopqrstuvwxyz"
OTHER_TOKEN = "zyxwvutsrqponmlkjihgfedcba"
PUBLIC = {"/healthz", "/readyz", "/static/style.css", "/manifest.webmanifest", "/favicon.ico", "/preferences"}
SIGN_IN = ("GET", "HEAD", "OPTIONS")
"""Methods that show the form of /sign-in; a token is given with the others."""


@pytest.fixture
def open_app(empty_services: Services) -> Flask:
    return create_app(empty_services)


@pytest.fixture
def guarded(empty_services: Services) -> FlaskClient:
    """A server with two tokens."""
    settings = ServerSettings(api_tokens=f"anna:{TOKEN}, {OTHER_TOKEN}")  # type: ignore[arg-type]
    return create_app(replace(empty_services, settings=settings)).test_client()


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Every route of the application with every method, arguments filled in."""
    for rule in app.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, "style.css" if rule.endpoint == "static" else "x")
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in sorted(rule.methods or ()):
            yield method, path


@pytest.mark.faults("X13")
def test_no_route_but_the_public_ones_answers_without_a_token(guarded: FlaskClient) -> None:
    for method, path in [*addresses(guarded.application), ("GET", "/nothing"), ("POST", "/")]:
        status = guarded.open(path, method=method, buffered=True).status_code
        is_public = path in PUBLIC or (path == "/sign-in" and method in SIGN_IN)
        assert (status == 401) == (not is_public), (method, path, status)


@pytest.mark.faults("X13")
@pytest.mark.parametrize(
    ("headers", "path"),
    [
        pytest.param({}, "/api/status", id="none"),
        pytest.param({"Authorization": f"Bearer {TOKEN[:-1]}"}, "/api/status", id="short"),
        pytest.param({"Authorization": f"Bearer {TOKEN}x"}, "/api/status", id="long"),
        pytest.param({"Authorization": "Bearer "}, "/api/status", id="empty"),
        pytest.param({"Authorization": TOKEN}, "/api/status", id="without a scheme"),
        pytest.param({"Authorization": "Basic %%%"}, "/api/status", id="broken basic"),
        pytest.param({"Authorization": "Bearer ünïcödé"}, "/api/status", id="not ASCII"),
        pytest.param({}, f"/api/status?token={TOKEN}", id="in the address"),
        pytest.param({"Cookie": f"token={TOKEN}"}, "/api/status", id="in a cookie"),
    ],
)
def test_nothing_but_a_whole_token_in_the_header_opens(
    guarded: FlaskClient, headers: dict[str, str], path: str
) -> None:
    response = guarded.get(path, headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", [TOKEN, OTHER_TOKEN])
def test_each_token_opens_as_bearer_and_as_the_password_of_a_browser(guarded: FlaskClient, token: str) -> None:
    basic = base64.b64encode(f"anybody:{token}".encode()).decode()
    for header in (f"Bearer {token}", f"bearer {token}", f"Basic {basic}"):
        assert guarded.get("/api/status", headers={"Authorization": header}).status_code == 200


@pytest.mark.faults("X14")
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({"Origin": "http://evil.example"}, 403, id="another origin"),
        pytest.param({"Origin": "null"}, 403, id="an opaque origin"),
        pytest.param({"Origin": "http://localhost:1"}, 403, id="another port"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="cross-site"),
        pytest.param({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 403, id="a neighbour"),
        pytest.param({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 503, id="our own page without a referrer"),
        pytest.param({"Origin": "http://localhost"}, 503, id="our own origin"),
        pytest.param({}, 503, id="a program"),
    ],
)
def test_forms_of_other_sites_do_nothing(open_app: Flask, headers: dict[str, str], expected: int) -> None:
    response = open_app.test_client().post("/ask", data={"question": "why?"}, headers=headers)
    assert response.status_code == expected


@pytest.mark.faults("X15")
def test_every_response_carries_the_headers(open_app: Flask) -> None:
    client = open_app.test_client()
    for method, path in [*addresses(open_app), ("GET", "/nothing"), ("PUT", "/api/query")]:
        for accept in ("text/html", "application/json"):
            headers = client.open(path, method=method, headers={"Accept": accept}, buffered=True).headers
            policy = headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'")
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Request-ID"]
            assert path.startswith("/static") or headers["Cache-Control"] == "no-store"
            assert "Access-Control-Allow-Origin" not in headers
            assert "Server" not in headers


@pytest.mark.faults("X17")
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:8000", "1.2.3.4", ""])
def test_other_names_are_not_answered(open_app: Flask, host: str) -> None:
    for accept in ("text/html", "*/*"):
        response = open_app.test_client().get("/", headers={"Host": host, "Accept": accept})
        assert response.status_code == 400
        assert response.content_type == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000"])
def test_loopback_names_are_answered(open_app: Flask, host: str) -> None:
    assert open_app.test_client().get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("bound", "host", "status"),
    [
        pytest.param("::1", "[::1]:8000", 200, id="its own address"),
        pytest.param("[::1]", "[::1]", 200, id="written as in a URL"),
        pytest.param("::1", "localhost:8000", 200, id="its name"),
        pytest.param("::1", "[::2]:8000", 400, id="another address"),
        pytest.param("::1", "evil.example", 400, id="another name"),
        pytest.param("127.0.0.1", "[::1]:8000", 400, id="not bound"),
        pytest.param("::1", "[::1]evil.example", 400, id="more than an address"),
    ],
)
def test_a_server_may_be_bound_to_an_ipv6_address(empty_services: Services, bound: str, host: str, status: int) -> None:
    settings = ServerSettings(host=bound)
    app = create_app(replace(empty_services, settings=settings))
    assert settings.may_reindex
    assert app.test_client().get("/healthz", headers={"Host": host}).status_code == status


def test_flask_is_told_its_limits(open_app: Flask) -> None:
    for name in ("MAX_CONTENT_LENGTH", "SESSION_COOKIE_SAMESITE"):
        assert open_app.config[name] is not None


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        pytest.param({"PORT": "eighty"}, "PORT=eighty: ", id="no number"),
        pytest.param({"PORT": "99999"}, "PORT=99999: ", id="out of range"),
        pytest.param({"KEEP_K": "0"}, "KEEP_K=0: ", id="too little"),
        pytest.param({"RELEVANCE_SCORER": "magic"}, "RELEVANCE_SCORER=magic: ", id="no choice"),
        pytest.param({"DEEPSEEK_BASE_URL": "ftp://x"}, "DEEPSEEK_BASE_URL: ", id="no web address"),
        pytest.param({"ANSWER_PROMPT_FILE": "no/such/file"}, "ANSWER_PROMPT_FILE: ", id="no file"),
        pytest.param({"HOST": "::"}, "API_TOKENS must be set", id="open to all by IPv6"),
        pytest.param({"HOST": "0.0.0.0"}, "API_TOKENS must be set", id="open to all"),
        pytest.param({"API_TOKENS": "short"}, "API_TOKENS: ", id="short token"),
    ],
)
def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], sentence: str) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=sentence) as raised:
        read_settings()
    assert "pydantic" not in str(raised.value)
    assert "short," not in str(raised.value)


def test_an_empty_setting_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "API_TOKENS", "DEEPSEEK_API_KEY", "ANSWER_PROMPT_FILE", "RELEVANCE_SCORER"):
        monkeypatch.setenv(name, "")
    settings = read_settings()
    assert settings.port == 8000
    assert settings.language_model is None


def test_beyond_loopback_with_a_token_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("API_TOKENS", TOKEN)
    monkeypatch.setenv("TRUSTED_HOSTS", "pagewise.example.org, other.example")
    settings = read_settings()
    assert settings.host_names == ["localhost", "127.0.0.1", "pagewise.example.org", "other.example"]


@pytest.mark.faults("X18")
def test_settings_do_not_show_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-canary")
    monkeypatch.setenv("API_TOKENS", TOKEN)
    settings = read_settings()
    assert "canary" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert TOKEN not in repr(settings) + str(settings) + settings.model_dump_json() + repr(settings.tokens)


def test_the_newest_answers_are_kept(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path / "new" / "answers.db", most=3)
    assert store.get("0") is None
    for number in range(5):
        store.put(str(number), f"answer {number}")
    assert [store.get(str(number)) for number in range(5)] == [None, None, "answer 2", "answer 3", "answer 4"]
