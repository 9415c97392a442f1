"""What each token may do, over every address, and what is written down of it (docs/api.md, "Tokens")."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from server import create_app
from server.documents.reindexing import Reindexing
from server.http.scopes import needed_scope
from server.http.services import Services
from server.settings import SCOPES, BadSettings, ServerSettings, read_settings
from tests.server.http.test_security import PUBLIC

READ, ASK, UPLOAD, ADMIN = (f"{scope}-{'x' * 22}" for scope in SCOPES)
ALLOWED: dict[str, set[str]] = {READ: {"read"}, ASK: {"read", "ask"}, UPLOAD: {"read", "upload"}, ADMIN: set(SCOPES)}
TOKENS = f"r:read:{READ},a:ask:{ASK},u:upload:{UPLOAD},all:admin:{ADMIN}"

API = {
    ("GET", "/api/answers"): "ask",
    ("GET", "/api/collections"): "read",
    ("GET", "/api/documents"): "read",
    ("POST", "/api/documents"): "upload",
    ("DELETE", "/api/documents/{document}"): "upload",
    ("GET", "/api/openapi.json"): "read",
    ("POST", "/api/query"): "ask",
    ("POST", "/api/retrieve"): "read",
    ("GET", "/api/status"): "read",
    ("GET", "/metrics"): "read",
    ("POST", "/v1/chat/completions"): "ask",
    ("POST", "/v1/completions"): "ask",
    ("POST", "/v1/responses"): "ask",
    ("GET", "/v1/models"): "read",
    ("GET", "/v1/models/{model}"): "read",
}


@pytest.fixture
def guarded(empty_services: Services) -> FlaskClient:
    settings = ServerSettings(api_tokens=TOKENS)  # type: ignore[arg-type]
    return create_app(replace(empty_services, settings=settings)).test_client()


def is_refused(client: FlaskClient, token: str, method: str, path: str, **sent: Any) -> bool:
    response = client.open(path, method=method, headers={"Authorization": f"Bearer {token}"}, buffered=True, **sent)
    return response.status_code == 403 and "scope" in response.get_data(as_text=True)


@pytest.mark.parametrize("token", ALLOWED)
def test_every_address_of_the_openapi_document_is_allowed_or_refused_as_documented(
    guarded: FlaskClient, token: str
) -> None:
    described = guarded.get("/api/openapi.json", headers={"Authorization": f"Bearer {READ}"}).get_json()["paths"]
    calls = {(method.upper(), path) for path, methods in described.items() for method in methods}
    public = {("GET", "/healthz"), ("GET", "/readyz")}
    assert calls - public == set(API) - {("GET", "/api/openapi.json")}
    for (method, path), scope in API.items():
        refused = is_refused(guarded, token, method, path.replace("{document}", "x").replace("{model}", "pagewise"))
        assert refused == (scope not in ALLOWED[token]), (method, path)


def endpoints(app: Flask) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if rule.rule not in PUBLIC and rule.endpoint not in ("static", "sign_in.sign_in", "sign_in.sign_in_page"):
            yield rule.endpoint


def test_every_address_names_its_scope(guarded: FlaskClient) -> None:
    assert [endpoint for endpoint in endpoints(guarded.application) if needed_scope(endpoint) is None] == []


def test_pages_ask_for_scopes_as_well(guarded: FlaskClient) -> None:
    assert not is_refused(guarded, READ, "GET", "/documents")
    assert is_refused(guarded, READ, "POST", "/ask")
    assert is_refused(guarded, ASK, "POST", "/uploads")
    assert is_refused(guarded, UPLOAD, "GET", "/settings")
    assert not is_refused(guarded, ADMIN, "GET", "/settings")


@pytest.mark.parametrize(("tool", "scope"), [("ask", "ask"), ("search", "read"), ("read_page", "read")])
def test_agents_need_the_scope_of_their_tool(guarded: FlaskClient, tool: str, scope: str) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": {}}}
    for token, allowed in ALLOWED.items():
        assert is_refused(guarded, token, "POST", "/mcp", json=message) == (scope not in allowed)


def test_the_sentence_names_the_scope_and_the_token(guarded: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {READ}", "Accept-Language": "en"}
    problem = guarded.post("/api/query", json={"question": "x"}, headers=headers).get_json()
    assert problem["code"] == "scope_missing"
    assert "needs the scope ask; the token r has read" in problem["detail"]


def tokens_of(text: str) -> list[tuple[str, str, set[str]]]:
    settings = ServerSettings(api_tokens=text)  # type: ignore[arg-type]
    return [(token.name, token.value, set(token.scopes)) for token in settings.tokens]


def test_scopes_are_read_from_the_setting() -> None:
    secret = "s" * 22
    assert tokens_of(f"anna:read+upload:{secret}") == [("anna", secret, {"read", "upload"})]
    assert tokens_of(f"anna:{secret}, {secret}") == [
        ("anna", secret, set(SCOPES)),
        ("token 2", secret, set(SCOPES)),
    ]
    assert tokens_of(f"anna:{secret}:rest") == [("anna", f"{secret}:rest", set(SCOPES))]  # a token may hold a colon


def test_a_scope_that_does_not_exist_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKENS", f"anna:raed+ask:{'s' * 22}")
    with pytest.raises(BadSettings) as caught:
        read_settings()
    assert "unknown scopes raed; there are read, ask, upload, admin" in str(caught.value)
    assert "s" * 22 not in str(caught.value)


@pytest.fixture
def audited(empty_services: Services, tmp_path: Path) -> tuple[FlaskClient, Path]:
    file = tmp_path / "logs" / "audit.jsonl"
    settings = ServerSettings(api_tokens=TOKENS, audit_log=file)  # type: ignore[arg-type]
    return create_app(replace(empty_services, settings=settings)).test_client(), file


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_who_did_what_is_written_down_without_texts(audited: tuple[FlaskClient, Path]) -> None:
    client, file = audited
    secret_question = "What does the secret clause say?"
    client.post("/api/query", json={"question": secret_question}, headers={"Authorization": f"Bearer {ASK}"})
    client.delete("/api/documents/a/b.pdf", headers={"Authorization": f"Bearer {READ}"})
    client.post("/api/query", json={"question": secret_question})
    client.get("/api/status", headers={"Authorization": f"Bearer {READ}"})
    asked, deleted, nobody = lines(file)
    assert (asked["who"], asked["action"]) == ("a", "ask")
    assert (deleted["who"], deleted["action"], deleted["status"]) == ("r", "delete", 403)
    assert (deleted["documents"], deleted["missing_scope"]) == (["a/b.pdf"], "upload")
    assert (nobody["who"], nobody["action"], nobody["status"]) == (None, "ask", 401)
    written = file.read_text(encoding="utf-8")
    assert secret_question not in written
    assert ASK not in written


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/query", {"question": "Which fee?"}),
        ("/v1/chat/completions", {"model": "pagewise", "messages": [{"role": "user", "content": "Which fee?"}]}),
        (
            "/mcp",
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {"name": "ask", "arguments": {"question": "Which fee?"}},
            },
        ),
    ],
)
def test_questions_are_written_down_where_that_is_asked_for(
    quoting_services: Services, tmp_path: Path, path: str, body: dict[str, Any]
) -> None:
    file = tmp_path / "audit.jsonl"
    settings = ServerSettings(audit_log=file, audit_texts=True)
    client = create_app(replace(quoting_services, settings=settings)).test_client()
    accept = {"Accept": "application/json, text/event-stream"}
    assert client.post(path, json=body, headers=accept, buffered=True).status_code == 200
    (line,) = lines(file)
    assert (line["who"], line["action"], line["question"]) == (None, "ask", "Which fee?")


def test_no_log_is_kept_unless_it_is_asked_for(guarded: FlaskClient, tmp_path: Path) -> None:
    guarded.post("/api/query", json={"question": "x"}, headers={"Authorization": f"Bearer {ASK}"})
    assert list(tmp_path.rglob("*.jsonl")) == []


def addresses(html: str) -> set[tuple[str, str]]:
    """Method and path of everything that a page offers: links, forms, and buttons that send these elsewhere."""
    found: set[tuple[str, str]] = set()
    page = BeautifulSoup(html, "html.parser")
    for link in page.select("a[href^='/'], [data-upload], [data-copy]"):
        found |= {("GET", str(link[name])) for name in ("href", "data-copy") if link.has_attr(name)}
        found |= {("POST", str(link["data-upload"]))} if link.has_attr("data-upload") else set()
    for button in page.select("form button"):
        form = button.find_parent("form")
        assert form is not None
        method = button.get("formmethod") or form.get("method") or "get"
        found.add((str(method).upper(), str(button.get("formaction") or form.get("action") or "/documents")))
    return found


@pytest.mark.parametrize("token", ALLOWED)
def test_no_page_offers_what_the_token_may_not_do(quoting_services: Services, token: str) -> None:
    settings = ServerSettings(api_tokens=TOKENS, allow_uploads=True)  # type: ignore[arg-type]
    reindexing = Reindexing(quoting_services.index.index_dir)
    app = create_app(replace(quoting_services, settings=settings, reindexing=reindexing))
    client, own = app.test_client(), {"Authorization": f"Bearer {token}", "Accept": "text/html"}
    asked = client.post(
        "/ask", data={"question": "What does a rowing boat cost?"}, headers=own | {"Authorization": f"Bearer {ADMIN}"}
    )
    answer = asked.headers["Location"].partition("#")[0]
    pages = [
        "/",
        "/documents",
        "/documents/empty.pdf",
        "/documents/library-handbook.md",
        "/find?q=boat",
        "/reindex/plan",
    ]
    pages += [answer, f"{answer}?open=1", "/history", "/settings"]
    router = app.url_map.bind("localhost")
    shown = 0
    for page in pages:
        response = client.get(page, headers=own)
        if response.status_code == 403:
            continue
        shown += 1
        for method, path in addresses(response.text):
            endpoint, _arguments = router.match(path.partition("?")[0].partition("#")[0], method)
            scope = needed_scope(endpoint)
            assert scope is None or scope in ALLOWED[token], (page, method, path)
    assert shown >= len(pages) - 2
