"""Find: passages without an answer, under an address of its own, without a language model."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.http.services import Services
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.pages.test_browser import QUESTION, SCORED, broken_rules
from tests.server.pages.test_pages import PAGE, outline

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_the_form_for_questions_leads_to_the_passages_and_keeps_where_to_look(client: FlaskClient) -> None:
    form = {"question": "opening hours", "model": "both", "documents": "library-handbook.md"}
    found = client.get("/find", query_string=form, headers=PAGE)
    assert found.status_code == 303
    assert found.headers["Location"] == "/find?q=opening+hours&documents=library-handbook.md"
    page = outline(client.get(found.headers["Location"], headers=PAGE))
    titles = [a["href"] for a in page.all("a") if "open=" in (a.get("href") or "")]
    assert titles
    boxes = [a for a in page.all("input") if a.get("name") == "documents"]
    assert [a.get("value") for a in boxes if "checked" in a and a.get("value")] == ["library-handbook.md"]
    assert "opening" in page.text.lower()
    cards = client.get(found.headers["Location"]).text.split("<article")[1:]
    assert cards
    assert all("library-handbook.md" in card for card in cards)


def test_the_passages_are_those_of_the_api_in_the_same_order(client: FlaskClient) -> None:
    html = client.get("/find", query_string={"q": QUESTION, "k": 4}).text
    shown = re.findall(r"likeness (\d\.\d\d)", html)
    passages = client.post("/api/retrieve", json={"question": QUESTION, "k": 4}).json["passages"]  # type: ignore[index]
    assert shown == [f"{passage['retrieval_score']:.2f}" for passage in passages]
    assert 'href="/find?q=' in html.split("Show more")[0].rsplit("<a", 1)[1]


def test_no_language_model_is_called(start: Callable[..., Services]) -> None:
    with FakeDeepSeek() as fake:
        services = start(deepseek_api_key=SecretStr("sk-fake"), deepseek_base_url=fake.url)
        page = create_app(services).test_client().get("/find", query_string={"q": QUESTION})
        assert "60 euros" in page.text
        assert fake.chats() == []


def test_a_passage_opens_beside_the_others_at_its_sentence(client: FlaskClient) -> None:
    html = client.get("/find", query_string={"q": QUESTION, "open": 1}).text
    strong = re.search(r'<strong id="sentence">(.*?)</strong>', html, re.DOTALL)
    assert strong
    assert "60 euros" in strong[1]
    link = next(a["href"] for a in outline(client.get("/find", query_string={"q": QUESTION, "open": 1})).all("a")
                if "/documents/library-handbook.md" in (a.get("href") or ""))  # fmt: skip
    assert "Back to the passages found" in outline(client.get(str(link))).text


@pytest.mark.parametrize("wanted", ["?!", "x" * 5000], ids=["no letter", "too long"])
def test_what_cannot_be_looked_for_comes_back_in_the_form(client: FlaskClient, wanted: str) -> None:
    found = client.get("/find", query_string={"q": wanted}, headers=PAGE)
    assert found.status_code == 422
    assert "formaction" in found.text


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("script", [True, False], ids=["JavaScript", "none"])
def test_passages_are_found_and_opened_with_and_without_a_script(
    visit: Callable[..., "Page"], width: int, script: bool
) -> None:
    page = visit(viewport={"width": width, "height": 800}, java_script_enabled=script, bypass_csp=True)
    page.fill("#question", QUESTION)
    page.click("button:has-text('Find')")
    page.wait_for_url("**/find?q=*")
    page.click(".card h3 a >> nth=0")
    page.wait_for_selector("[data-pane] #sentence")
    box, frame = page.locator("#sentence").bounding_box(), page.locator("[data-frame]").bounding_box()
    assert box
    assert frame
    assert frame["y"] - 1 <= box["y"] < frame["y"] + frame["height"]
    assert page.locator(".card").count() > 3, "the others stay"
    if script:
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert broken_rules(page) == []
    page.click("[data-close]")
    page.wait_for_selector("[data-pane]", state="detached")
    assert urlsplit(page.url).query.startswith("q=")


@pytest.mark.browser
def test_enter_finds_again_and_ask_answers_from_the_same_form(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek
) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: asked.is_stream, Completion("It is 60 euros [1]."))
    page = visit("/find")
    page.fill("#question", "harbour")
    page.press("#question", "Enter")
    page.wait_for_url("**/find?q=harbour")
    page.fill("#question", QUESTION)
    page.click("button:has-text('Ask')")
    page.wait_for_url("**/answers/*")
    assert page.locator("form.ask").count() == 1
    assert page.locator(".find").count() == 0
