"""The interface in two languages: every text of it is translated, and the browser's language or the cookie decides."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

import server
from server import create_app
from server.http.services import Services

PACKAGE = Path(server.__file__).parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2)}


def texts_of_the_interface() -> set[str]:
    """Every text that templates and Python mark as translatable."""
    methods = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
    found = extract_from_dir(PACKAGE, methods, {}, KEYWORDS, strip_comment_tags=True)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def translated() -> dict[str, str]:
    with (PACKAGE / "translations/zh/LC_MESSAGES/messages.po").open("rb") as file:
        messages = read_po(file)
    return {str(m.id[0] if isinstance(m.id, tuple) else m.id): str(m.string) for m in messages if m.id}


def test_every_text_is_translated_and_nothing_else() -> None:
    texts = texts_of_the_interface()
    assert len(texts) > 80
    assert {text for text in texts if not translated().get(text, "").strip("()',\"")} == set()


def test_reasons_of_other_modules_are_told_in_chinese(empty_services: Services) -> None:
    client = create_app(empty_services).test_client()
    headers = {"Accept-Language": "zh", "Accept": "text/html"}
    assert "还没有建立索引" in client.get("/", headers=headers).get_data(as_text=True)
    failed = client.post("/ask", data={"question": "谁？"}, headers=headers)
    assert (failed.status_code, "服务器正在启动" in failed.get_data(as_text=True)) == (503, True)


@pytest.fixture
def browser(empty_services: Services) -> FlaskClient:
    return create_app(empty_services).test_client()


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        pytest.param("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans", id="Chinese"),
        pytest.param("zh-TW", "zh-Hans", id="Chinese of Taiwan"),
        pytest.param("en-GB,zh;q=0.5", "en", id="English first"),
        pytest.param("fr", "en", id="neither"),
        pytest.param("", "en", id="nothing said"),
        pytest.param("*;q=x,,;;", "en", id="nonsense"),
    ],
)
def test_the_browser_says_which_language(browser: FlaskClient, accepted: str, expected: str) -> None:
    assert f'<html lang="{expected}"' in browser.get("/", headers={"Accept-Language": accepted}).get_data(as_text=True)


def test_the_switch_is_remembered_and_leads_back(browser: FlaskClient) -> None:
    response = browser.get("/preferences?language=zh&theme=dark&next=/documents%3Fpage%3D2")
    assert response.status_code == 303
    assert response.headers["Location"] == "/documents?page=2"
    assert all("SameSite=Lax" in cookie and "HttpOnly" in cookie for cookie in response.headers.getlist("Set-Cookie"))
    page = browser.get("/", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert '<html lang="zh-Hans" data-theme="dark">' in page


@pytest.mark.parametrize(
    "address", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "x"]
)
def test_the_switch_leads_nowhere_else(browser: FlaskClient, address: str) -> None:
    response = browser.get("/preferences", query_string={"next": address, "language": "xx", "theme": "pink"})
    assert response.headers["Location"] == "/"
    assert "Set-Cookie" not in response.headers
