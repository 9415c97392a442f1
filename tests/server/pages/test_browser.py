"""The pages in a real browser: with and without JavaScript, small and large, light and dark, under attack."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from server import create_app
from server.http.services import Services
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion, Failure
from tests.server.pages.browser_setup import listening
from tests.server.pages.test_rendering import EXFILTRATION_PAYLOADS, SCRIPT_PAYLOADS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

QUESTION = "How much is the cooperative share that every member buys?"
SCORED = Completion('{"score": 9, "reason": "names the fee"}')

pytestmark = pytest.mark.browser


def ask(page: "Page", question: str = QUESTION) -> None:
    page.fill("#question", question)
    page.press("#question", "Enter")


def test_an_answer_streams_in_and_gets_its_address(visit: Callable[..., "Page"], deepseek: FakeDeepSeek) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(
        lambda asked: "streams-in" in asked.prompt,
        Completion(
            "It is **60 euros** a year [1].\n\n" + "More of it [1]. " * 20, reasoning="Let me see.", gap_seconds=0.05
        ),
    )
    page = visit()
    page.check("input[value=reasoner]")
    ask(page, f"{QUESTION} streams-in")
    page.wait_for_selector("[data-answer] strong")
    assert page.locator("[data-stop]").is_visible()
    page.wait_for_url("**/answers/*")
    address = page.locator(".prose a.cite").first.get_attribute("href")
    assert address == f"{page.url[page.url.index('/answers') :]}?open=1#sentence"
    assert page.locator("[data-announce]").inner_text() == "The answer is there."
    assert page.input_value("#question") == f"{QUESTION} streams-in"
    page.hover(".prose a.cite >> nth=0")
    assert "paired" in str(page.locator("#source-1").get_attribute("class"))
    page.reload()
    assert "60 euros" in page.locator(".prose").first.inner_text()


def test_it_works_without_javascript(visit: Callable[..., "Page"], deepseek: FakeDeepSeek) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "no-script" in asked.prompt, Completion("It is 60 euros [1]."))
    page = visit(java_script_enabled=False)
    page.fill("#question", f"{QUESTION} no-script")
    page.click("button[type=submit]")
    assert re.search(r"/answers/[\w-]+$", page.url)
    assert "60 euros" in page.locator(".prose").first.inner_text()
    page.click(".card h3 a >> nth=0")
    assert page.locator("[data-pane] #sentence").is_visible()


@pytest.mark.parametrize("script", [True, False], ids=["JavaScript", "none"])
def test_a_picture_that_cannot_be_had_leaves_a_sentence_in_its_place(
    visit: Callable[..., "Page"], address: str, script: bool
) -> None:
    page = visit(java_script_enabled=script)
    asked: list[str] = []

    def refuse(route: "Route") -> None:
        asked.append(route.request.url)
        if len(asked) <= 1:
            route.fulfill(status=503, body="")
        else:
            route.continue_()

    page.route("**/page-pictures/**", refuse)
    page.goto(f"{address}/documents/how-relevance-is-measured.pdf")
    box = page.locator(".picture").bounding_box()
    assert box is not None
    if script:  # without one nobody can tell that it failed, and its place is kept so that nothing jumps
        assert box["height"] < 400, "no hole of the size of a page"
        page.wait_for_selector(".picture .hint")
        assert not page.locator(".picture img").is_visible()
        page.wait_for_selector(".picture img", timeout=30_000)  # asked for again
        assert not page.locator(".picture .hint").is_visible()
        assert len(asked) == 2


def test_stopping_keeps_what_came(visit: Callable[..., "Page"], deepseek: FakeDeepSeek) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "stop-me" in asked.prompt, Completion("Word by word. " * 200, gap_seconds=0.05))
    page = visit()
    ask(page, f"{QUESTION} stop-me")
    page.wait_for_selector("[data-answer] p:has-text('Word by word.')")
    page.click("[data-stop]")
    page.wait_for_selector("[data-step]:not([hidden])")
    assert page.locator("[data-step]").inner_text() == "Stopped."
    assert "Word by word." in page.locator("[data-answer]").inner_text()
    asked = next(asked for asked in deepseek.chats() if "stop-me" in asked.prompt and asked.is_stream)
    assert deepseek.wait_for(lambda: asked.client_left_at is not None, 60)


@pytest.mark.faults("X2", "X3")
def test_no_payload_runs_and_none_is_loaded(visit: Callable[..., "Page"], deepseek: FakeDeepSeek) -> None:
    attack = "\n\n".join(SCRIPT_PAYLOADS + EXFILTRATION_PAYLOADS)
    deepseek.when(
        lambda asked: asked.is_json_mode, Completion('{"score": 9, "reason": "<img src=x onerror=alert(1)>"}')
    )
    deepseek.when(lambda asked: "attack" in asked.prompt, Completion(attack, reasoning=attack, piece=3))
    page = visit()
    page.check("input[value=reasoner]")
    ask(page, f"{QUESTION} attack <img src=//evil.example onerror=alert(1)>")
    page.wait_for_url("**/answers/*", timeout=60_000)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    page.wait_for_timeout(200)
    for tag in (
        "img",
        "iframe",
        "svg",
        "style",
        "object",
        "form form",
        "main script",
        "video",
        "base",
        "a[href^=http]",
    ):
        assert page.locator(f"main {tag}").count() == 0, tag


def test_another_cutoff_keeps_the_old_answer_until_the_new_one_is_there(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek
) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(
        lambda asked: "slider" in asked.prompt and asked.is_stream,
        Completion("The first answer [1]."),
        Completion("The second answer [1].", delay_seconds=0.5),
    )
    page = visit()
    ask(page, f"{QUESTION} slider")
    page.wait_for_selector("input[type=range]")
    first = page.url
    page.focus("input[type=range]")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("[data-result][aria-busy=true]")
    assert "The first answer" in page.locator(".prose").first.inner_text()
    page.wait_for_selector(".prose:has-text('The second answer')")
    assert page.url != first
    assert page.locator("[data-cutoff]").inner_text() == "3"


def test_a_rewritten_question_is_shown_at_once_and_stays(visit: Callable[..., "Page"], deepseek: FakeDeepSeek) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "rewrite-me" in asked.prompt and asked.is_stream, Completion("It is 60 euros [1]."))
    deepseek.when(
        lambda asked: asked.prompt.rstrip().endswith("Rewritten question:"),
        Completion("What does <b>the share</b> cost rewrite-me slowly?"),
    )
    deepseek.when(
        lambda asked: "slowly" in asked.prompt and asked.is_stream,
        Completion("It costs 60 euros [1]. " * 20, gap_seconds=0.05),
    )
    page = visit()
    ask(page, f"{QUESTION} rewrite-me")
    page.wait_for_selector("#follow-up")
    page.fill("#follow-up", "And what does it cost?")
    page.press("#follow-up", "Enter")
    page.wait_for_selector("[data-understood]")
    understood = "Understood as: What does <b>the share</b> cost rewrite-me slowly?"
    assert page.locator("[data-understood]").all_inner_texts() == [understood]
    page.wait_for_selector("[data-stop]", state="detached")
    assert page.locator("[data-understood]").all_inner_texts() == [understood]
    assert page.locator(".thread summary").inner_text() == f"{QUESTION} rewrite-me"


def test_a_page_that_could_not_answer_shows_itself_anew(
    browser: "Browser", quoting_services: Services, empty_services: Services
) -> None:
    indexes = [empty_services.index]

    class Late:
        def __getattr__(self, name: str) -> Any:
            return getattr(indexes[-1], name)

    application = create_app(replace(quoting_services, index=Late()))  # type: ignore[arg-type]
    with listening(application) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/")
        assert page.locator(".notice h2").inner_text() == "Nothing is indexed yet"
        indexes.append(quoting_services.index)
        page.wait_for_selector(".notice", state="detached", timeout=60_000)
        context.close()


def broken_rules(page: "Page") -> list[tuple[str, str]]:
    """What axe finds on a page with everything unfolded."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    if page.evaluate("typeof axe") == "undefined":  # its half a megabyte once for each page, not for each look
        page.evaluate(Axe().axe_script)
    violations = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [(violation["id"], violation["nodes"][0]["html"]) for violation in violations]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule_of_accessibility(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek, scheme: str
) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(
        lambda asked: "accessible" in asked.prompt,
        Completion("It is 60 euros [1], or 4711 [2].\n\n$$\\sum_{i=1}^{n} x_i$$", reasoning="Hm."),
    )
    page = visit(color_scheme=scheme, bypass_csp=True)
    base = page.url.rstrip("/")
    found = {"/": broken_rules(page)}
    for mode in ("reasoner", "both"):
        page.goto(base)
        page.check(f"input[value={mode}]")
        ask(page, f"{QUESTION} accessible")
        page.wait_for_url("**/answers/*")
        assert page.locator(".result.both").count() == (mode == "both")
        found[mode] = broken_rules(page)
        page.reload()
        found[f"permalink of {mode}"] = broken_rules(page)
    passage = page.get_attribute(".card h3 a", "href")
    for path in (
        "/documents",
        "/documents?q=nothing-like-it",
        "/documents/how-relevance-is-measured.pdf?page=2",
        "/documents/library-handbook.md",
        "/documents/empty.pdf",
        str(passage),
        "/api",
        "/settings",
        "/answers/none",
        "/reindex/plan",
    ):
        page.goto(base + path)
        found[path] = broken_rules(page)
    assert {path: rules for path, rules in found.items() if rules} == {}


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_nothing_is_wider_than_the_window(visit: Callable[..., "Page"], width: int, language: str) -> None:
    page = visit(viewport={"width": width, "height": 900}, locale=language)
    base = page.url.rstrip("/")
    for path in ("/", "/documents", "/documents/how-relevance-is-measured.pdf", "/api", "/settings"):
        page.goto(base + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    assert page.evaluate("document.documentElement.lang") == ("zh-Hans" if language == "zh-CN" else "en")


def test_everything_can_be_done_with_the_keyboard(visit: Callable[..., "Page"], deepseek: FakeDeepSeek) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "keyboard" in asked.prompt, Completion("It is 60 euros [1]."))
    page = visit()
    page.keyboard.type(f"{QUESTION} keyboard")  # the question has the focus at once
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("please")
    assert page.input_value("#question").endswith("keyboard\nplease")
    page.keyboard.press("Enter")
    page.wait_for_url("**/answers/*")
    page.focus(".prose a.cite")
    page.keyboard.press("Enter")
    page.wait_for_url("**open=1#sentence")
    page.wait_for_selector("[data-pane]")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-pane]", state="detached")
    assert page.evaluate("document.activeElement.className") == "cite"
    page.goto(page.url.split("/answers")[0] + "/documents/how-relevance-is-measured.pdf")
    if page.locator('.pager a[rel="next"]').count():
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**page=2**")


# The last one: the language model is left alone for minutes after this.
def test_a_failure_says_what_to_do_and_keeps_the_question(visit: Callable[..., "Page"], deepseek: FakeDeepSeek) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(lambda asked: "no-balance" in asked.prompt, Failure(402))
    page = visit()
    ask(page, f"{QUESTION} no-balance")
    page.wait_for_selector(".problem, .facts a")
    assert page.input_value("#question") == f"{QUESTION} no-balance"
