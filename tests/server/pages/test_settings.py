"""The Settings page over a real index, and its test of the set-up."""

import re
from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.http.own_addresses import reachable_addresses
from server.http.services import Services
from server.settings import ServerSettings

TOKEN = "abcdefghijklmnopqrstuvwxyz"
KEY = "sk-secret-of-the-model"


def client_with(services: Services, **settings: object) -> FlaskClient:
    return create_app(replace(services, settings=ServerSettings(**settings))).test_client()  # type: ignore[arg-type]


def test_it_says_what_the_server_works_with(client: FlaskClient, quoting_services: Services) -> None:
    text = client.get("/settings").get_data(as_text=True)
    assert str(quoting_services.index.index_dir) in text
    assert "passages below 4 of 10 are dropped" in text
    assert "judged by a formula" in text
    assert "Only this machine can ask" in text
    for field in ServerSettings.model_fields.values():
        assert f"<code>{field.validation_alias}=" in text


def test_it_shows_no_secret(quoting_services: Services) -> None:
    client = client_with(quoting_services, api_tokens=f"anna:{TOKEN}", deepseek_api_key=KEY, keep_k=7)
    text = client.get("/settings", headers={"Authorization": f"Bearer {TOKEN}"}).get_data(as_text=True)
    assert KEY not in text
    assert TOKEN not in text
    assert "DEEPSEEK_API_KEY=…" in text
    assert "API_TOKENS=…" in text
    assert "anna" in text
    assert '<tr class="changed"><th scope="row"><code>KEEP_K=7' in text


def test_a_server_that_others_reach_shows_where(quoting_services: Services) -> None:
    client = client_with(quoting_services, host="0.0.0.0", api_tokens=TOKEN)
    authorized = {"Authorization": f"Bearer {TOKEN}"}
    addresses = reachable_addresses(ServerSettings(host="0.0.0.0", api_tokens=TOKEN), 8123)  # type: ignore[arg-type]
    text = client.get("/settings", headers=authorized, base_url="http://localhost:8123").get_data(as_text=True)
    picture = client.get("/settings/address.svg", headers=authorized)
    if not addresses:
        pytest.skip("this machine has no address but loopback")
    assert all(address in text for address in addresses)
    assert picture.content_type.startswith("image/svg+xml")
    assert picture.data.startswith(b"<?xml")


def test_there_is_no_picture_of_an_address_that_nobody_reaches(client: FlaskClient) -> None:
    assert client.get("/settings/address.svg").status_code == 404


@pytest.mark.parametrize(("language", "sentence"), [("en", "Set DEEPSEEK_API_KEY"), ("zh", "设置 DEEPSEEK_API_KEY")])
def test_the_test_says_what_doctor_says(
    client: FlaskClient, quoting_services: Services, language: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INDEX_DIR", str(quoting_services.index.index_dir))
    client.set_cookie("language", language)
    text = client.post("/settings/test").get_data(as_text=True)
    assert sentence in text
    assert quoting_services.index.state().ready
    assert text.count("<li>✓") >= 3


def test_the_examples_of_the_api_are_what_this_server_takes(client: FlaskClient) -> None:
    page = client.get("/api").get_data(as_text=True)
    examples = {name: unescape(text) for name, text in re.findall(r'<code id="([\w-]+)">(.*?)</code>', page, re.DOTALL)}
    assert {"curl-ask", "curl-retrieve", "curl-add", "python-ask", "openai-ask"} <= examples.keys()
    for name, code in examples.items():
        if name.startswith(("python", "openai")):
            compile(code, name, "exec")
    for name in ("curl-ask", "curl-retrieve"):
        address, body = re.search(r"curl -s (\S+).*-d '(.*)'", examples[name], re.DOTALL).groups()  # type: ignore[union-attr]
        assert client.post(address, data=body, content_type="application/json").status_code == 200, name


def test_the_examples_name_a_token_where_one_is_needed(quoting_services: Services) -> None:
    page = client_with(quoting_services, api_tokens=TOKEN).get("/api", headers={"Authorization": f"Bearer {TOKEN}"})
    assert page.text.count("Bearer TOKEN") >= 3
    assert TOKEN not in page.text
