"""Asking some documents or folders, from the form, from links and from the list of documents."""

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from server import create_app
from server.pages.scopes import chosen_in, chosen_scopes, pattern_of, scopes_of
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.pages.test_pages import PAGE, outline
from tests.server.served_folder import served

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATHS = ["a.md", "law/b [1].pdf", "law/old/c.pdf", "lawyers/d.md"]
FILES = {
    "law/leases/mill.md": "# Mill\n\nThe rent of the mill is 410 euros a month.\n",
    "law/leases/barn.md": "# Barn\n\nThe rent of the barn is 520 euros a month.\n",
    "law/notes.md": "# Notes\n\nThe rent of the boat house is 630 euros a month.\n",
    "garden.md": "# Garden\n\nThe rent of the garden is 740 euros a month.\n",
    "shed/tools.md": "# Tools\n\nThe saw is lent for a week.\n",
    "shed/tools.mdx": "# More tools\n\nThe ladder is lent for a day.\n",
}
QUESTION = "How much is the rent a month?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with served(tmp_path_factory.mktemp("scopes"), FILES) as services:
        yield create_app(services).test_client()


def test_a_scope_matches_its_documents_alone() -> None:
    matched = {
        scope: [path for path in PATHS if fnmatchcase(path, pattern_of(scope))]
        for scope in ("law/", "law/old/", "a.md", "law/b [1].pdf")
    }
    assert matched == {
        "law/": ["law/b [1].pdf", "law/old/c.pdf"],
        "law/old/": ["law/old/c.pdf"],
        "a.md": ["a.md"],
        "law/b [1].pdf": ["law/b [1].pdf"],
    }


def test_a_form_offers_as_much_as_it_has_room_for() -> None:
    assert scopes_of(PATHS) == ["law/", "law/old/", "lawyers/", *PATHS]
    assert scopes_of([f"f/{number}.md" for number in range(10_000)]) == ["f/"]
    assert scopes_of([f"{n % 7}/{n}/a.md" for n in range(10_000)]) == [f"{n}/" for n in range(7)]
    assert len(scopes_of([f"{n}/a.md" for n in range(10_000)])) == 100


@given(st.lists(st.text(st.sampled_from("a*?[]!/é\n"), min_size=1, max_size=6), min_size=1, max_size=4))
def test_what_was_chosen_is_known_from_what_was_asked(names: list[str]) -> None:
    paths = list(dict.fromkeys(f"{re.sub('/+', '/', name).strip('/')}x.md" for name in names))
    scopes = [*scopes_of(paths), "nothing.md"]
    assert chosen_scopes(paths, [pattern_of(scope) for scope in scopes]) == scopes[:-1]


def test_only_what_there_is_can_be_chosen_and_once() -> None:
    assert chosen_in(PATHS, ["law/", "a.md", "law/", "b.md", "law", ""]) == ["law/", "a.md"]


def test_a_link_to_ask_a_document_chooses_it(client: FlaskClient) -> None:
    link = next(
        a["href"] for a in outline(client.get("/documents/library-handbook.md")).all("a")
        if "documents=" in (a.get("href") or "")
    )  # fmt: skip
    assert chips(client, str(link)) == ["library-handbook.md"]


def chips(client: FlaskClient, address: str) -> list[str | None]:
    """What is ticked in the form that asks."""
    form = client.get(address, headers=PAGE).text.split('<form class="ask"')[1].split("<template")[0]
    return [found[1] for found in re.finditer(r'name="documents" value="([^"]+)" checked', form)]


def test_several_scopes_answer_are_kept_with_the_answer_and_go_on_with_its_follow_ups(folder: FlaskClient) -> None:
    asked = folder.post("/ask", data={"question": QUESTION, "documents": ["law/leases/", "garden.md", ""]})
    address = asked.headers["Location"]
    text = folder.get(address).text
    assert chips(folder, address) == ["law/leases/", "garden.md"]
    cards = set(re.findall(r"<h3><a href=[^>]+>([^<]+)</a>", text))
    assert cards == {"law/leases/mill.md", "law/leases/barn.md", "garden.md"}
    follow = text.split("data-follow")[1].split("</form>")[0]
    assert re.findall(r'name="documents" value="([^"]+)" checked', follow) == ["law/leases/", "garden.md"]


def test_the_list_chooses_documents_and_folders(folder: FlaskClient) -> None:
    page = outline(folder.get("/documents?folder=law&documents=garden.md&documents=law/notes.md&documents=gone.md"))
    boxes = {
        a["value"]: "checked" in a
        for a in page.all("input")
        if a.get("type") == "checkbox" and a.get("name") == "documents"
    }
    assert boxes == {
        "garden.md": True,
        "law/notes.md": True,
        "law/leases/": False,
        "law/leases/mill.md": False,
        "law/leases/barn.md": False,
    }
    links = [str(a["href"]) for a in page.all("a") if str(a.get("href")).startswith("/documents?")]
    assert links
    assert all("documents=garden.md&documents=law/notes.md" in link for link in links)
    assert chips(folder, "/?documents=garden.md&documents=law/") == ["garden.md", "law/"]


def test_what_is_chosen_stays_though_a_name_that_is_shorter_by_a_letter_is_listed(folder: FlaskClient) -> None:
    page = folder.get("/documents?q=saw&documents=shed/tools.md&documents=shed/tools.mdx").text
    assert re.findall(r'name="documents" value="([^"]+)"[^>]* checked', page) == ["shed/tools.mdx", "shed/tools.md"]


def test_the_list_finds_words_of_the_text_and_leads_to_them(folder: FlaskClient) -> None:
    page = folder.get("/documents?q=boat+house").text
    rows = re.findall(r'<tr class="indexed">.*?</tr>', page, re.DOTALL)
    assert len(rows) == 1
    assert "The rent of the boat house is 630 euros a month." in rows[0]
    link = re.search(r'href="(/documents/law/notes\.md[^"]*passage=[^"]+)"', rows[0])
    assert link
    assert '<mark id="passage">' in folder.get(link[1].replace("&amp;", "&")).text
    assert "none says it" in outline(folder.get("/documents?q=zeppelin")).text
    assert [name for name in FILES if f">{name}</a></th>" in page] == []


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["JavaScript", "none"])
def test_scopes_are_chosen_and_removed_in_a_browser(
    visit: Callable[..., "Page"], deepseek: FakeDeepSeek, address: str, script: bool
) -> None:
    deepseek.when(lambda asked: "pick-me" in asked.prompt, Completion("It is 60 euros [1]."))
    page = visit("/documents?q=.md", java_script_enabled=script)
    search, order = page.locator(".filter label >> nth=0"), page.locator(".filter label >> nth=1")
    assert search.evaluate("label => label.offsetHeight") == order.evaluate("label => label.offsetHeight"), "one line"
    page.check("input[value='library-handbook.md']")
    page.check("input[value='waldbad-badeordnung.md']")
    if script:
        page.click(".states a >> nth=0")
        assert page.is_checked("input[type=checkbox][value='library-handbook.md']")
    page.click("#chosen button")
    page.wait_for_url("**documents=library-handbook.md**")
    assert page.locator(".chip .name").all_inner_texts() == ["library-handbook.md", "waldbad-badeordnung.md"]
    page.click(".chip:has(input[value='waldbad-badeordnung.md'])")
    assert page.locator(".chip").count() == (1 if script else 2)
    page.select_option("select[name=documents]", "boat-hire-agreement.docx")
    assert page.locator(".chip").count() == 2
    page.fill("#question", "What does the share cost? pick-me")
    page.click("form.ask button[type=submit]")
    page.wait_for_url("**/answers/*")
    chosen = page.locator("[data-follow] .chip .name").all_inner_texts()
    assert sorted(chosen) == ["boat-hire-agreement.docx", "library-handbook.md"]
