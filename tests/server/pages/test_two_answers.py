"""Two answers to one question: side by side or as tabs, with what both say marked, each with its own facts and copy."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from server.pages.common_statements import is_among, statement
from server.pages.rendering import AnswerContext, render_answer, sentences_in
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.pages.test_browser import QUESTION, SCORED, broken_rules

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUICK = "The cooperative share is **60 euros** [1]. Household members pay nothing."
THOUGHT = "- The cooperative share is 60 euros for every member [1].\n- It is paid back when somebody leaves [2]."


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("The share costs **60 euros** [1].", "The share costs 60 euros [2].", True),
        ("The share costs 60 euros.", "The share costs 70 euros.", False),
        ("Members may borrow two tools.", "Members may not borrow two tools.", False),
        ("每位成员购买一份60欧元的合作社股份。", "每位成员需购买一份60欧元的合作社股份。", True),
        ("Yes.", "Yes.", False),
        ("The share costs 60 euros.", "Boats are moored in the harbour for 60 euros.", False),
    ],
)
def test_sentences_are_the_same_where_words_numbers_and_denial_are(one: str, other: str, is_same: bool) -> None:
    (said,), (known,) = sentences_in(one), sentences_in(other)
    assert is_among(statement(said), [statement(known)]) == is_same


def test_what_both_say_is_marked_over_emphasis_and_around_citations() -> None:
    said = tuple(map(statement, sentences_in(THOUGHT)))
    html = render_answer(QUICK, AnswerContext(sources=2, said_elsewhere=said))
    assert html.startswith('<p><mark class="same">The cooperative share is </mark><strong><mark class="same">60 euros')
    assert '<mark class="same">Household' not in html
    assert 'class="cite"' in html
    assert "class=" not in render_answer("| a |\n|---|\n| It is 5 |", AnswerContext(said_elsewhere=said))


def ask_both(page: "Page", deepseek: FakeDeepSeek, word: str) -> None:
    deepseek.when(lambda asked: word in asked.prompt and not asked.thinks, Completion(QUICK))
    deepseek.when(lambda asked: word in asked.prompt and asked.thinks, Completion(THOUGHT, reasoning="Hm."))
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    page.check("input[value=both]")
    page.fill("#question", f"{QUESTION} {word}")
    page.click("button[type=submit] >> nth=0")
    page.wait_for_url("**/answers/*")


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1024])
def test_two_answers_are_tabs_where_there_is_no_room_for_both(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek, width: int
) -> None:
    page = visit(viewport={"width": width, "height": 800}, bypass_csp=True)
    ask_both(page, deepseek, f"tabs-{width}")
    quick, thought = page.locator("#answer-chat"), page.locator("#answer-reasoner")
    assert (quick.is_visible(), thought.is_visible()) == (True, False)
    page.click(".answer-tabs a >> nth=1")
    assert (quick.is_visible(), thought.is_visible()) == (False, True)
    assert page.locator(".answer-tabs [aria-current]").inner_text() == "Thinking"
    assert page.locator(".follow").count() == 1, "one box to go on asking"
    page.click("#answer-reasoner a.cite >> nth=0")
    page.wait_for_selector("[data-pane]")
    assert thought.is_visible(), "the answer stays"
    page.reload()
    assert (quick.is_visible(), thought.is_visible()) == (False, True), "and is shown again"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert broken_rules(page) == []


@pytest.mark.browser
def test_two_answers_stand_side_by_side_where_there_is_room(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek
) -> None:
    page = visit(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    ask_both(page, deepseek, "side-by-side")
    assert page.locator(".answer-tabs").is_hidden()
    tops = {page.locator(each).bounding_box()["y"] for each in ("#answer-chat", "#answer-reasoner")}  # type: ignore[index]
    assert len(tops) == 1
    for part in ("chat", "reasoner"):
        assert re.search(r"\d s · .*tokens", page.inner_text(f"#answer-{part} .facts"))
        assert page.locator(f"#answer-{part} .same").count() >= 1
    page.click("#answer-chat a.cite >> nth=0")
    page.wait_for_selector("[data-pane]")
    assert page.locator(".answer-tabs").is_visible(), "beside an open page there is room for one"
    assert page.locator("#answer-reasoner").is_hidden()
    assert broken_rules(page) == []


@pytest.mark.browser
def test_each_of_two_answers_is_copied_by_itself(visit: Callable[..., "Page"], deepseek: FakeDeepSeek) -> None:
    page = visit(viewport={"width": 1280, "height": 800}, permissions=["clipboard-read", "clipboard-write"])
    ask_both(page, deepseek, "copy-one")
    page.click("#answer-reasoner [data-copy]")
    page.wait_for_selector("#answer-reasoner [data-copy]:has-text('Copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "paid back when somebody leaves" in copied
    assert "Household members" not in copied
    assert re.findall(r"^\[(\d)\] ", copied, re.MULTILINE) == ["1", "2"], "the passages it cites"
    page.click("#answer-chat [data-copy]")
    page.wait_for_selector("#answer-chat [data-copy]:has-text('Copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "Household members" in copied
    assert "paid back" not in copied
    assert re.findall(r"^\[(\d)\] ", copied, re.MULTILINE) == ["1"]


@pytest.mark.browser
def test_without_a_script_links_lead_to_both_answers(visit: Callable[..., "Page"], deepseek: FakeDeepSeek) -> None:
    page = visit(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    ask_both(page, deepseek, "no-tabs")
    assert page.locator("#answer-chat").is_visible()
    assert page.locator("#answer-reasoner").is_visible()
    page.click(".answer-tabs a >> nth=1")
    box = page.locator("#answer-reasoner").bounding_box()
    assert box
    assert 0 <= box["y"] < 400
