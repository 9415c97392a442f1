"""What once went wrong on the pages, in a real browser: copying, a lost connection, printing, shifting, stale words."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from server.http.services import Services
from server.settings import ServerSettings
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.documents.upload_setup import served
from tests.server.pages.browser_setup import Relay
from tests.server.pages.test_browser import QUESTION, SCORED, ask, broken_rules

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SHIFTS = """
    window.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""


def test_copying_takes_the_answer_with_its_numbers_and_sources(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek
) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "copy-me" in asked.prompt, Completion("It is **60 euros** [1]."))
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page, f"{QUESTION} copy-me")
    page.wait_for_url("**/answers/*")
    page.click("[data-copy]")
    page.wait_for_selector("[data-announce]:has-text('Copied')", state="attached")
    copied = page.evaluate("navigator.clipboard.readText()")
    document = page.locator("#source-1 h3 a").inner_text()
    assert "It is **60 euros** [1]." in copied
    assert document in copied.split("[1]", 2)[2]
    rich = page.evaluate(
        "navigator.clipboard.read().then(items => items[0].getType('text/html')).then(blob => blob.text())"
    )
    assert "<strong>60 euros</strong>" in rich
    assert "Cutoff" not in copied + rich


def test_a_connection_that_is_lost_in_the_middle_is_said(
    browser: "Browser", address: str, deepseek: FakeDeepSeek
) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "cut-me" in asked.prompt, Completion("Word by word. " * 400, gap_seconds=0.05))
    with Relay(urlsplit(address).port or 0) as relay:
        page = browser.new_page()
        page.goto(relay.address)
        ask(page, f"{QUESTION} cut-me")
        page.wait_for_selector("[data-answer] p:has-text('Word by word.')")
        relay.cut()
        page.wait_for_selector("[data-lost]:not([hidden])")
        assert "connection to the server was lost" in page.inner_text("[data-lost]")
        assert page.locator("[data-stop]").count() == 0
        assert "Word by word." in page.inner_text("[data-answer]")
        assert page.input_value("#question") == f"{QUESTION} cut-me"
        assert page.locator("button:visible:has-text('Ask again')").count() == 1
        page.close()


def answered(visit: Callable[..., "Page"], deepseek: FakeDeepSeek, word: str) -> "Page":
    """The page of an answer to a question with this word."""
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: word in asked.prompt, Completion("It is 60 euros [1]."))
    page = visit()
    ask(page, f"{QUESTION} {word}")
    page.wait_for_url("**/answers/*")
    return page


def test_a_printed_answer_has_its_question_and_no_controls(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek
) -> None:
    page = answered(visit, deepseek, "print-me")
    page.emulate_media(media="print")
    assert page.locator(f"h1:has-text('{QUESTION} print-me')").is_visible()
    seen = page.evaluate(
        "[...document.querySelectorAll('button, input, textarea, select, nav')]"
        ".filter(one => one.checkVisibility()).map(one => one.outerHTML)"
    )
    assert seen == []


def test_no_address_makes_the_page_to_print_wider_than_the_screen(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek
) -> None:
    page = answered(visit, deepseek, "widely")
    page.goto(f"{page.url}/print")
    page.set_viewport_size({"width": 360, "height": 900})
    page.evaluate("document.querySelector('.printed .facts').append('W'.repeat(200))")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


class Late:
    """An index that is being opened until `ready` is called."""

    def __init__(self, ready: Services, opening: Services) -> None:
        self._ready, self._now = ready.index, opening.index

    def ready(self) -> None:
        self._now = self._ready

    def __getattr__(self, name: str) -> Any:
        return getattr(self._now, name)


def test_the_notice_of_an_index_that_is_being_opened_goes_with_the_answer(
    browser: "Browser", quoting_services: Services, empty_services: Services
) -> None:
    late = Late(quoting_services, empty_services)
    with served(replace(quoting_services, index=late)) as house:  # type: ignore[arg-type]
        page = browser.new_page()
        page.goto(house.address)
        assert page.locator("[data-waiting]").is_visible()
        page.fill("#question", QUESTION)
        late.ready()
        page.press("#question", "Enter")
        page.wait_for_url("**/answers/*")
        assert page.locator("[data-waiting]").count() == 0
        page.close()


def test_a_question_is_seen_to_be_worked_on_before_the_server_says_a_word(visit: Callable[..., "Page"]) -> None:
    page = visit()
    page.route("**/ask", lambda _route: None)  # never answered
    ask(page)
    assert page.locator(f"h1:has-text('{QUESTION}')").is_visible()
    assert page.locator("[data-step]").inner_text() == "Searching …"
    assert page.locator("[data-stop]").is_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_when_an_answer_comes(visit: Callable[..., "Page"], deepseek: FakeDeepSeek, width: int) -> None:
    slow = Completion('{"score": 9, "reason": "names the fee"}', delay_seconds=1.0)
    deepseek.when(lambda asked: asked.is_json_mode and "shift-me" in asked.prompt, slow)
    deepseek.when(
        lambda asked: "shift-me" in asked.prompt,
        Completion("It is 60 euros [1]. " * 60, delay_seconds=0.6, gap_seconds=0.02),
    )
    page = visit(viewport={"width": width, "height": 900})
    page.evaluate(SHIFTS)
    ask(page, f"{QUESTION} shift-me")
    page.wait_for_url("**/answers/*")
    page.wait_for_timeout(300)
    assert page.evaluate("shifts") <= 0.05


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_when_the_picture_of_a_page_comes(visit: Callable[..., "Page"], address: str, width: int) -> None:
    page = visit(viewport={"width": width, "height": 900})
    page.add_init_script(SHIFTS)
    for path in ("how-relevance-is-measured.pdf", "how-relevance-is-measured.pdf?page=2", "library-handbook.md"):
        page.goto(f"{address}/documents/{path}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("shifts") <= 0.05, path


def test_underscores_are_seen_in_names_that_are_underlined(visit: Callable[..., "Page"], address: str) -> None:
    page = visit("/documents")
    hidden = page.evaluate(
        """[...document.querySelectorAll("main a")].filter((link) => {
          const style = getComputedStyle(link);
          if (!style.textDecorationLine.includes("underline")) return false;
          const pen = document.createElement("canvas").getContext("2d");
          pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
          return parseFloat(style.textUnderlineOffset) < pen.measureText("_").actualBoundingBoxDescent;
        }).map((link) => link.textContent)"""
    )
    assert hidden == []


def test_the_title_of_the_tab_is_the_question(visit: Callable[..., "Page"], deepseek: FakeDeepSeek) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "entitled" in asked.prompt, Completion("It is 60 euros [1]."))
    page = visit()
    ask(page, "entitled: how much is the cooperative share?")
    page.wait_for_url("**/answers/*")
    assert page.title() == "entitled: how much is the cooperative share? · Pagewise"


def test_a_stopped_answer_keeps_its_numbers_and_links(visit: Callable[..., "Page"], deepseek: FakeDeepSeek) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "halt-me" in asked.prompt, Completion("It is 60 euros [1]. " * 200, gap_seconds=0.05))
    page = visit()
    ask(page, f"{QUESTION} halt-me")
    page.wait_for_selector("[data-answer] p:has-text('60 euros')")
    page.click("[data-stop]")
    page.wait_for_selector("[data-step]:has-text('Stopped.')")
    link = page.locator("[data-answer] a.cite").first
    number = link.inner_text()
    card = page.locator(f"#source-{number}")
    assert card.locator(".number").inner_text() == number
    link.hover()
    assert "paired" in str(card.get_attribute("class"))
    assert page.locator("button:visible:has-text('Ask again')").count() == 1


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_api_page_can_be_read_by_everybody(visit: Callable[..., "Page"], width: int, scheme: str) -> None:
    page = visit("/api", viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    assert broken_rules(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cards_below_the_cutoff_can_still_be_read(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek, scheme: str
) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: asked.is_stream and "fade-me" in asked.prompt, Completion("It is 60 euros [1]."))
    page = visit(color_scheme=scheme, bypass_csp=True)
    ask(page, f"{QUESTION} fade-me")
    page.wait_for_selector("input[type=range]")
    page.route("**/ask", lambda _route: None)
    page.focus("input[type=range]")
    page.keyboard.press("End")
    assert page.locator(".card.below").count() > 0
    assert broken_rules(page) == []


@pytest.mark.parametrize("script", [True, False], ids=["JavaScript", "none"])
def test_files_whose_names_are_taken_are_asked_for_and_none_is_lost(
    browser: "Browser", empty_services: Services, tmp_path: Path, script: bool
) -> None:
    folder, mine = tmp_path / "documents", tmp_path / "mine"
    folder.mkdir()
    mine.mkdir()
    (folder / "minutes.md").write_text("The minutes of May.\n", encoding="utf-8")
    (mine / "minutes.md").write_text("The minutes of June.\n", encoding="utf-8")
    (mine / "notes.md").write_text("Notes of June.\n", encoding="utf-8")
    settings = ServerSettings(allow_uploads=True, documents_dir=folder)
    with served(replace(empty_services, settings=settings)) as house:
        page = browser.new_page(java_script_enabled=script)
        page.goto(f"{house.address}/documents")
        page.set_input_files("input[type=file]", [str(mine / "minutes.md"), str(mine / "notes.md")])
        if not script:  # with one they are sent at once
            page.click("#add button")
        page.wait_for_selector(".conflict:has-text('minutes.md')")
        page.click(".conflict button >> nth=0")  # keep both, unless something else is chosen
        page.wait_for_selector(".done:has-text('2 files were added.')")
        page.close()
    names = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert names == {
        "minutes.md": "The minutes of May.\n",
        "minutes (2).md": "The minutes of June.\n",
        "notes.md": "Notes of June.\n",
    }
    shutil.rmtree(folder)
