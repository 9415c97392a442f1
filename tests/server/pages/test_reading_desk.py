"""An answer with its evidence: the page beside it, sharing, verdicts, and the history of what was asked."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from flask.testing import FlaskClient

from benchmarks.quality.question_sets import read_questions
from server import create_app
from server.http.services import Services
from server.settings import ServerSettings
from storage.server_state.answers import AnswerStore
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.pages.test_browser import QUESTION, SCORED, broken_rules
from tests.server.pages.test_browser import ask as ask_in
from tests.server.pages.test_pages import PAGE, ask, outline

if TYPE_CHECKING:
    from playwright.sync_api import Page

NOT_SAID = "Who won the football world cup in 1954?"


@pytest.fixture
def fresh(quoting_services: Services, tmp_path: Path) -> FlaskClient:
    """A server without a history."""
    return create_app(replace(quoting_services, answers=AnswerStore(tmp_path / "answers.db"))).test_client()


def address_of(client: FlaskClient, question: str = QUESTION) -> str:
    return client.post("/ask", data={"question": question}, headers=PAGE).headers["Location"]


def test_a_source_opens_beside_its_answer_with_the_sentence_marked(client: FlaskClient) -> None:
    address = address_of(client)
    html = client.get(f"{address}?open=1").text
    assert "60 euros" in html.split("data-pane")[0], "the answer stays"
    (first,) = re.findall(r'<mark id="passage">(.*?)</mark>', html, re.DOTALL)
    assert first == "The share and the yearly fee", "its heading, without the signs of Markdown"
    marked = re.search(r'<mark>([^|]*?<strong id="sentence">.*?)</mark>', html, re.DOTALL)
    assert marked
    strong = re.search(r'<strong id="sentence">(.*?)</strong>', marked[1], re.DOTALL)
    assert strong
    assert "<td><mark> Ordinary </mark></td>" in html, "a table is one"
    assert "cooperative share" in strong[1]
    assert "60 euros" in strong[1]
    assert len(strong[1]) < len(marked[1])
    assert "within three months, when the member leaves." in marked[1], "without the line ends of the page"
    assert client.get(f"{address}?open=99").text.count("data-pane") == 0


def test_a_page_of_a_pdf_opens_as_a_picture_with_the_sentence_framed(client: FlaskClient) -> None:
    address = address_of(client, "What does a score of 10 mean for a passage?")
    links = re.findall(r'href="(/answers/[^"]+open=\d+)', client.get(address).text)
    shown = [client.get(link).text for link in dict.fromkeys(links)]
    pdf = next(html for html in shown if '<rect id="sentence"' in html)
    frame = re.search(r'<rect id="sentence" x="(-?\d+)" y="(-?\d+)" width="(\d+)" height="(\d+)"', pdf)
    size = re.search(r'<image href="([^"]+)" width="(\d+)" height="(\d+)"', pdf)
    assert frame
    assert size
    x, y, width, height = map(int, frame.groups())
    assert 0 < x < x + width < int(size[2])
    assert 0 < y < y + height < int(size[3])
    assert height < int(size[3]) / 3
    picture = client.get(size[1].replace("&amp;", "&"))
    assert picture.content_type == "image/png"


def test_a_source_whose_document_is_gone_opens_as_the_text_that_was_kept(quoting_services: Services) -> None:
    client = create_app(quoting_services).test_client()
    address = address_of(client)
    store = quoting_services.answers
    kept = json.loads(store.get(address.rsplit("/", 1)[-1]) or "")
    kept["response"]["sources"][0]["document"] = "gone.md"
    store.put(kept["id"], json.dumps(kept))
    shown = client.get(f"{address}?open=1").text
    assert "60 euros" in shown.split("data-frame")[1]


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("script", [True, False], ids=["JavaScript", "none"])
def test_where_a_number_comes_from_is_one_click_away(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek, width: int, script: bool
) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "one-click" in asked.prompt, Completion("The share costs 60 euros [1]."))
    page = visit(viewport={"width": width, "height": 800}, java_script_enabled=script)
    page.fill("#question", f"{QUESTION} one-click")
    page.click("button[type=submit] >> nth=0")
    page.wait_for_url("**/answers/*")
    page.click(".answer a.cite >> nth=0")
    page.wait_for_selector("[data-pane] #sentence")
    box, answer = page.locator("#sentence").bounding_box(), page.locator(".answer .prose").bounding_box()
    frame = page.locator("[data-frame]").bounding_box()
    assert box
    assert frame
    assert answer
    assert 0 <= box["y"] < 800, "the sentence is in view"
    assert frame["y"] - 1 <= box["y"] < frame["y"] + frame["height"], "within what is seen of its page"
    assert answer["y"] + answer["height"] > 0, "the answer is still there"
    assert answer["y"] < 800
    cite, sheet = page.locator(".answer a.cite >> nth=0").bounding_box(), page.locator("[data-pane]").bounding_box()
    assert cite
    assert sheet
    if width < 900:  # the page lies over the answer
        assert 0 <= cite["y"] < cite["y"] + cite["height"] <= sheet["y"], "what it bears out stands above the page"
    page.click("[data-close]")
    page.wait_for_selector("[data-pane]", state="detached")
    page.wait_for_selector("#source-1")


@pytest.mark.browser
def test_a_citation_that_is_pointed_at_shows_its_sentence(visit: Callable[..., "Page"], deepseek: FakeDeepSeek) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "peek" in asked.prompt, Completion("The share costs 60 euros [1]."))
    page = visit()
    ask_in(page, f"{QUESTION} peek")
    page.wait_for_url("**/answers/*")
    quotation = page.locator("#quote-1").text_content()
    page.focus(".answer a.cite")
    assert page.locator(".peek").text_content() == quotation
    page.locator(".answer a.cite").blur()
    assert page.locator(".peek").count() == 0
    page.hover(".answer a.cite")
    assert page.locator(".peek").is_visible()


@pytest.mark.browser
def test_the_pages_beside_are_turned_by_arrow_keys_and_going_back_closes_them(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek, address: str
) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "turn-me" in asked.prompt, Completion("It is so [1]."))
    page = visit()
    page.select_option("select[name=documents]", "how-relevance-is-measured.pdf")
    ask_in(page, "What does a score of 10 mean for a passage? turn-me")
    page.wait_for_url("**/answers/*")
    closed = page.url
    page.click(".answer a.cite >> nth=0")
    page.wait_for_selector("[data-pane] .pager")
    first = page.inner_text("[data-pane] .pager")
    key = "ArrowRight" if page.locator("[data-pane] a[rel=next]").count() else "ArrowLeft"
    page.keyboard.press(key)
    page.wait_for_function("before => document.querySelector('[data-pane] .pager').innerText !== before", arg=first)
    assert page.locator(".answer .prose").is_visible()
    page.click("[data-pane] .tools a:has-text('200')")
    page.wait_for_selector("[data-pane] .zoom-3")
    page.reload()
    assert page.locator("[data-pane] .zoom-3").count() == 1
    page.goto(closed)
    assert page.locator("[data-pane]").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize(("scheme", "language"), [("light", "en-US"), ("dark", "zh-CN")])
def test_nobody_is_kept_from_the_desk(
    visit: Callable[..., "Page"],
    deepseek: FakeDeepSeek,
    address: str,
    width: int,
    scheme: Literal["light", "dark"],
    language: str,
) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "for-all" in asked.prompt, Completion("The share costs 60 euros [1] [2] [3]."))
    page = visit(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language, bypass_csp=True)
    ask_in(page, f"{QUESTION} for-all")
    page.wait_for_url("**/answers/*")
    own = page.url
    found = {"answer": broken_rules(page)}
    for path in (f"{own}?open=1", f"{own}?open=2", f"{own}/print", f"{address}/history"):
        page.goto(path)
        found[path] = broken_rules(page)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    for path in (f"{address}/history?show=unanswered", f"{address}/history/delete"):
        page.goto(path)
        found[path] = broken_rules(page)
    assert {path: rules for path, rules in found.items() if rules} == {}


def test_an_answer_is_shared_as_markdown_and_as_a_page_to_print(client: FlaskClient) -> None:
    address = address_of(client)
    text = client.get(f"{address}.md")
    assert text.headers["Content-Disposition"].startswith("attachment")
    assert text.text.startswith(f"# {QUESTION}\n\n")
    assert re.search(r"\n\[1\] library-handbook\.md, .*“.*60 euros.*”", text.text)
    assert "http://localhost/documents/library-handbook.md" in text.text
    printed = outline(client.get(f"{address}/print"))
    assert QUESTION in printed.text
    assert "60 euros" in printed.text
    assert [tag for tag, _ in printed.tags if tag in ("button", "input", "form")] == []


def test_the_shared_link_is_one_that_others_reach(quoting_services: Services) -> None:
    settings = ServerSettings(
        host="0.0.0.0",
        trusted_hosts="desk.example",
        api_tokens="x" * 30,  # type: ignore[arg-type]
    )
    token = {"Authorization": f"Bearer {'x' * 30}"}
    client = create_app(replace(quoting_services, settings=settings)).test_client()
    address = client.post("/ask", data={"question": QUESTION}, headers=PAGE | token).headers["Location"]
    page = outline(client.get(address, base_url="http://127.0.0.1:8000", headers=token))
    assert f"http://desk.example:8000{address}" in {a.get("value") for a in page.all("input")}


def test_a_verdict_is_kept_with_the_answer_listed_and_taken_back(fresh: FlaskClient) -> None:
    address = address_of(fresh)
    wrong = {"verdict": "wrong", "reason": "statement", "right": "It is 70 euros"}
    assert fresh.post(f"{address}/verdict", data=wrong).status_code == 303
    assert "Marked as wrong: It says something that is not so" in outline(fresh.get(address)).text
    assert QUESTION in outline(fresh.get("/history?show=wrong")).text
    assert QUESTION not in outline(fresh.get("/history?show=good")).text.split("<main")[0]
    fresh.post(f"{address}/verdict", data={"verdict": "none"})
    assert "Marked as" not in outline(fresh.get(address)).text
    assert fresh.post(f"{address}/verdict", data={"verdict": "perhaps"}).status_code == 422
    assert fresh.post("/answers/none/verdict", data={"verdict": "good"}).status_code == 404


def test_verdicts_become_a_question_set_that_can_be_measured(fresh: FlaskClient, tmp_path: Path) -> None:
    good, refused, wrong = (address_of(fresh, q) for q in (QUESTION, NOT_SAID, "What is the yearly fee?"))
    for address, verdict in (
        (good, {"verdict": "good"}),
        (refused, {"verdict": "good"}),
        (wrong, {"verdict": "wrong", "reason": "statement", "right": "24 euros"}),
    ):
        fresh.post(f"{address}/verdict", data=verdict)
    file = tmp_path / "questions.jsonl"
    file.write_bytes(fresh.get("/history/questions.jsonl").data)
    first, second, third = read_questions(file)
    assert (first.document, first.unanswerable) == ("library-handbook.md", False)
    assert "60 euros" in first.quote
    assert second.unanswerable
    assert (third.kind, third.points) == ("regression", (("24 euros",),))


def test_the_history_is_searched_filtered_and_forgotten(fresh: FlaskClient) -> None:
    assert "Nothing was asked yet." in outline(fresh.get("/history")).text
    address = address_of(fresh)
    address_of(fresh, NOT_SAID)
    listed = outline(fresh.get("/history"))
    assert listed.text.index(NOT_SAID) < listed.text.index(QUESTION), "the newest first"
    assert NOT_SAID not in outline(fresh.get("/history?q=cooperative+share")).text
    assert NOT_SAID not in outline(fresh.get("/history?document=library-handbook.md")).text
    assert "No question is like this." in outline(fresh.get("/history?q=zeppelin")).text
    fresh.post("/history/delete", data={"answer": address.rsplit("/", 1)[-1]})
    assert fresh.get(address).status_code == 404
    assert QUESTION not in outline(fresh.get("/history")).text
    fresh.post("/history/delete", data={"all": "1"})
    assert "Nothing was asked yet." in outline(fresh.get("/history")).text


def test_what_the_documents_do_not_say_is_grouped(fresh: FlaskClient) -> None:
    for question in (QUESTION, NOT_SAID, "Who won the world cup in football 1954?", "What is the capital of Peru?"):
        address_of(fresh, question)
    page = outline(fresh.get("/history?show=unanswered"))
    text = " ".join(page.text.split())
    assert "asked 2 times" in text
    assert "asked 1 time" in text
    assert QUESTION not in text


def test_the_history_says_which_answers_rest_on_what_has_changed(fresh: FlaskClient, tmp_path: Path) -> None:
    address_of(fresh)
    assert "its documents have changed since" not in outline(fresh.get("/history")).text
    store = AnswerStore(tmp_path / "answers.db")
    (kept,) = store.newest()
    changed = re.sub(r'"[0-9a-f]{64}"', f'"{"0" * 64}"', kept.summary)
    store.put(kept.id, store.get(kept.id) or "", changed)
    again = create_app(replace(fresh.application.extensions["pagewise"], answers=store)).test_client()
    assert "its documents have changed since" in outline(again.get("/history")).text


def test_follow_ups_can_be_asked_without_a_language_model(fresh: FlaskClient) -> None:
    first = address_of(fresh)
    page = outline(fresh.get(first))
    follows = [a["value"] for a in page.all("input") if a.get("name") == "follows"]
    assert follows == [first.rsplit("/", 1)[-1]]
    second = outline(ask(fresh, "And what happens to it when somebody leaves?", follows=str(follows[0])))
    assert second.text.index(QUESTION) < second.text.rindex("And what happens to it")


def test_a_card_shows_the_sentence_that_counts_before_the_whole_passage(fresh: FlaskClient) -> None:
    card = ask(fresh, QUESTION).text.split('id="source-1"')[1].split("</article>")[0]
    first, whole = card.split("<details", 1)
    assert "60 euros" in first
    assert len(re.sub("<[^>]+>", "", whole)) > len(re.sub("<[^>]+>", "", first.split("<blockquote")[1]))
    assert "answers" in first.split("verdict")[1], "the score in words"


def test_a_table_in_a_passage_is_a_table(fresh: FlaskClient) -> None:
    html = ask(fresh, "What does a household membership cost a year?").text
    assert re.search(r"<table>.*?<td[^>]*>72 euros</td>", html, re.DOTALL)
