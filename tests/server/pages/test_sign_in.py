"""Signing in from a browser on another device, over the whole application."""

import socket
from collections.abc import Callable
from dataclasses import replace
from http.cookies import SimpleCookie

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from server import create_app
from server.http.body_limits import limit_of_uploads
from server.http.own_addresses import OwnAddresses
from server.http.services import Services
from server.http.sign_in import COOKIE, session_of
from server.settings import ApiToken, ServerSettings

TOKEN = "abcdefghijklmnopqrstuvwxyz"
OTHER_TOKEN = "zyxwvutsrqponmlkjihgfedcba"
PAGE = {"Accept": "text/html"}


def guarded(services: Services, tokens: str = f"anna:{TOKEN}, {OTHER_TOKEN}", **settings: object) -> FlaskClient:
    return create_app(replace(services, settings=ServerSettings(api_tokens=tokens, **settings))).test_client()  # type: ignore[arg-type]


def test_a_browser_without_a_token_gets_the_form_in_place_of_the_page_and_no_dialog(empty_services: Services) -> None:
    response = guarded(empty_services).get("/documents?state=failed", headers=PAGE)
    text = response.get_data(as_text=True)
    assert response.status_code == 401
    assert not response.headers["WWW-Authenticate"].startswith("Basic")
    assert 'type="password"' in text
    assert 'name="next" value="/documents?state=failed"' in text


def test_the_form_tells_nothing_of_the_documents(quoting_services: Services) -> None:
    text = guarded(quoting_services).get("/", headers=PAGE).get_data(as_text=True)
    assert "passages" not in text
    assert "use-multilingual" not in text
    assert "indexed" not in text


def test_signing_in_leads_to_the_page_and_the_cookie_opens_all_others(empty_services: Services) -> None:
    client = guarded(empty_services)
    response = client.post("/sign-in", data={"token": f" {TOKEN} ", "next": "/documents"}, headers=PAGE)
    assert response.status_code == 303
    assert response.headers["Location"] == "/documents"
    cookie = SimpleCookie(response.headers["Set-Cookie"])[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert int(cookie["max-age"]) > 0
    assert TOKEN not in cookie.value
    for path in ("/", "/documents", "/settings", "/api/status"):
        assert client.get(path, headers=PAGE).status_code == 200
    assert "Signed in as anna" in client.get("/", headers=PAGE).get_data(as_text=True)


def test_the_cookie_is_secure_where_the_page_is(empty_services: Services) -> None:
    client = guarded(empty_services)
    for scheme, is_secure in (("http", False), ("https", True)):
        response = client.post("/sign-in", data={"token": TOKEN}, base_url=f"{scheme}://localhost")
        assert bool(SimpleCookie(response.headers["Set-Cookie"])[COOKIE]["secure"]) == is_secure


@pytest.mark.parametrize("given", ["", "x" * 30, TOKEN[:-1], "ünïcödé"])
def test_a_wrong_token_is_told_beside_the_field(empty_services: Services, given: str) -> None:
    response = guarded(empty_services).post("/sign-in", data={"token": given, "next": "/documents"}, headers=PAGE)
    text = response.get_data(as_text=True)
    assert response.status_code == 401
    assert "Set-Cookie" not in response.headers
    assert 'aria-invalid="true"' in text
    assert 'value="/documents"' in text
    assert not given or given not in text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_it_never_leads_to_another_site(empty_services: Services, target: str) -> None:
    response = guarded(empty_services).post("/sign-in", data={"token": TOKEN, "next": target})
    assert response.headers["Location"] == "/"


def test_signing_out_forgets_the_cookie(empty_services: Services) -> None:
    client = guarded(empty_services)
    client.post("/sign-in", data={"token": TOKEN})
    assert client.get("/", headers=PAGE).status_code == 200
    assert client.post("/sign-out").status_code == 303
    assert client.get("/", headers=PAGE).status_code == 401


def _expired(token: ApiToken) -> str:
    class Past(URLSafeTimedSerializer):
        pass

    value = session_of(token)
    name, _time, signature = value.split(".")
    return f"{name}.AAAAAA.{signature}"


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(lambda token: "", id="empty"),
        pytest.param(lambda token: token.value, id="the token itself"),
        pytest.param(lambda token: session_of(ApiToken(token.name, "another" * 4)), id="signed with another token"),
        pytest.param(lambda token: session_of(token)[:-1], id="cut"),
        pytest.param(_expired, id="another time"),
        pytest.param(lambda token: session_of(ApiToken("boris", token.value)), id="another name"),
        pytest.param(lambda token: URLSafeTimedSerializer(token.value).dumps(token.name), id="signed for another use"),
    ],
)
def test_no_other_cookie_opens(empty_services: Services, forged: Callable[[ApiToken], str]) -> None:
    client = guarded(empty_services)
    client.set_cookie(COOKIE, forged(ApiToken("anna", TOKEN)))
    assert client.get("/api/status").status_code == 401


def test_a_session_ends_with_its_token(empty_services: Services) -> None:
    value = session_of(ApiToken("anna", TOKEN))
    for tokens, status in ((f"anna:{TOKEN}", 200), (f"anna:{OTHER_TOKEN}", 401), (f"boris:{TOKEN}", 401)):
        client = guarded(empty_services, tokens)
        client.set_cookie(COOKIE, value)
        assert client.get("/api/status").status_code == status


def test_forms_of_other_sites_do_nothing_with_the_cookie(empty_services: Services) -> None:
    client = guarded(empty_services)
    client.post("/sign-in", data={"token": TOKEN})
    for path in ("/ask", "/sign-out", "/sign-in", "/settings/test"):
        response = client.post(path, data={"question": "why?"}, headers={"Origin": "http://evil.example"})
        assert response.status_code == 403, path


def test_without_tokens_nobody_is_asked(empty_services: Services) -> None:
    client = create_app(empty_services).test_client()
    assert client.get("/sign-in?next=/documents").headers["Location"] == "/documents"
    response = client.post("/sign-in", data={"token": "whatever"})
    assert response.status_code == 303
    assert "Set-Cookie" not in response.headers


def test_whoever_is_signed_in_may_send_files_as_large_as_with_the_header() -> None:
    limit = limit_of_uploads(ServerSettings(api_tokens=f"anna:{TOKEN}", allow_uploads=True))  # type: ignore[arg-type]
    cookie = f"theme=dark; {COOKIE}={session_of(ApiToken('anna', TOKEN))}"
    with_header = limit("POST", "/uploads", f"Bearer {TOKEN}", "")
    assert with_header is not None
    assert limit("POST", "/uploads", "", cookie) == with_header
    assert limit("POST", "/uploads", "Bearer wrong", cookie) is None
    assert limit("POST", "/uploads", "", f"{COOKIE}=x") is None


def test_the_manifest_and_its_pictures_need_no_token(empty_services: Services) -> None:
    client = guarded(empty_services)
    manifest = client.get("/manifest.webmanifest")
    assert manifest.content_type == "application/manifest+json"
    for icon in manifest.get_json()["icons"]:
        with client.get(icon["src"]) as picture:
            assert picture.content_type == "image/png"


def test_a_server_on_all_addresses_answers_under_those_of_its_machine(empty_services: Services) -> None:
    client = guarded(empty_services, host="0.0.0.0")
    names = OwnAddresses("0.0.0.0").names()
    assert socket.gethostname().lower() in names
    for name in [*names, *(f"{name}:8000" for name in names)]:
        assert client.get("/healthz", headers={"Host": name}).status_code == 200
    for name in ("evil.example", "203.0.113.7", "0.0.0.0"):
        assert client.get("/healthz", headers={"Host": name}).status_code == 400


def test_a_server_on_loopback_answers_under_no_other_name(empty_services: Services) -> None:
    client = create_app(empty_services).test_client()
    for name in OwnAddresses("0.0.0.0").names():
        assert client.get("/healthz", headers={"Host": name}).status_code == 400
