"""Nobody is kept from any page: axe finds nothing, and nothing is wider than the window.

Each page is seen in both languages and themes, at three widths and at 200 %; not in every combination of these, but
each value of one meets each value of another on some page, so that the whole takes seconds.
"""

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import TYPE_CHECKING, Literal

import pytest

from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.pages.test_browser import QUESTION, SCORED, broken_rules

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Theme = Literal["light", "dark"]
VIEWS: tuple[tuple[int, Theme], ...] = (
    (1280, "light"),
    (360, "dark"),
    (640, "light"),  # 1280 at 200 %
    (768, "dark"),
    (360, "light"),
    (1280, "dark"),
    (768, "light"),
    (640, "dark"),
)
PAGES = (
    "/",
    "/?documents=library-handbook.md&documents=boat-hire-agreement.docx",
    "/documents",
    "/documents?q=membership&documents=library-handbook.md",
    "/documents?state=attention&cause=empty",
    "/documents?q=nothing-like-it",
    "/documents/how-relevance-is-measured.pdf?page=2",
    "/documents/library-handbook.md",
    "/documents/empty.pdf",
    "/delete/library-handbook.md",
    "/reindex/plan",
    "/history",
    "/history?show=unanswered",
    "/history/delete",
    "/settings",
    "/api",
    "/answers/none",
    "/nothing",
)
ANSWER_PAGES = ("", "?open=1", "/print")


def faults(page: "Page", paths: tuple[str, ...], views: Iterator[tuple[int, Theme]]) -> dict[str, object]:
    """What is wrong with each of these pages, seen in the next two views."""
    found: dict[str, object] = {}
    for path in paths:
        page.goto(path)
        for _ in range(2):
            width, theme = next(views)
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            rules = broken_rules(page)
            beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if rules or beyond > 0:
                found[f"{path} at {width} px, {theme}"] = (rules, beyond)
    return found


@pytest.mark.timeout(400)  # some eighty looks, each a fraction of a second on a machine that does nothing else
@pytest.mark.parametrize(("language", "first"), [("en-US", 0), ("zh-CN", 3)])
def test_nobody_is_kept_from_any_page(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek, address: str, language: str, first: int
) -> None:
    deepseek.when(lambda asked: asked.is_json_mode, SCORED)
    deepseek.when(
        lambda asked: "for-everybody" in asked.prompt,
        Completion("It is **60 euros** [1], or 4711 [2].\n\n| a | b |\n|---|---|\n| 1 | 2 |", reasoning="Hm."),
    )
    page = visit(locale=language, bypass_csp=True, base_url=address)
    views = cycle((*VIEWS[first:], *VIEWS[:first]))
    assert faults(page, PAGES, views) == {}
    page.goto("/")
    page.check("input[value=both]")
    page.fill("#question", f"{QUESTION} for-everybody")
    page.press("#question", "Enter")
    page.wait_for_url("**/answers/*")
    own = page.url.removeprefix(address)
    assert faults(page, tuple(f"{own}{more}" for more in ANSWER_PAGES), views) == {}
