"""The page of a document: reflowed text beside its picture, jumping, search inside, the way back, failed files."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.documents.reindexing import Reindexing
from server.documents.text_search import TextSearch
from server.http.services import Services
from server.pages.page_text import PageText
from server.settings import ServerSettings
from storage.records import PageRecord
from tests.server.pages.test_browser import QUESTION, broken_rules
from tests.server.pages.test_pages import PAGE, outline

if TYPE_CHECKING:
    from playwright.sync_api import Page

PDF = "/documents/how-relevance-is-measured.pdf"


def pages(*texts: str) -> list[PageRecord]:
    return [PageRecord(number, text, "text") for number, text in enumerate(texts, start=1)]


@pytest.mark.parametrize(
    ("text", "wanted", "hit"),
    [
        ("The Share costs", "share", "Share"),
        ("a cooperative\nshare of", "cooperative share", "cooperative\nshare"),
        ("Der Gebühr folgt", "gebuhr", "Gebühr"),
        ("Gebu\u0308hr", "gebühr", "Gebu\u0308hr"),
        ("每位成员的合作\n社股份", "合作社", "合作\n社"),
        ("每個成員", "成员", "成員"),
        ("an eﬃcient way", "efficient", "eﬃcient"),
        ("costs (60) euros", "(60)", "(60)"),
    ],
)
def test_words_are_found_whatever_their_case_accents_script_and_line_ends(text: str, wanted: str, hit: str) -> None:
    inside = TextSearch(wanted, pages(text))
    assert [text[slice(*each)] for each in inside.on_page(1)] == [hit]
    assert inside.found().hits == 1


def test_pages_with_all_words_are_found_where_none_has_the_phrase() -> None:
    inside = TextSearch("share lent", pages("A share is lent.", "A share.", "Lent is no share, a share."))
    assert [(each.number, each.count) for each in inside.found().listed] == [(1, 2), (3, 3)]
    assert TextSearch("share is", pages("A share is lent.", "is share")).found().pages == 1
    assert TextSearch("nothing", pages("A share.")).found().hits == 0
    assert TextSearch(" ", pages("A share.")).found().hits == 0


def test_the_text_of_a_page_is_read_in_paragraphs_and_tables() -> None:
    text = (
        "A line of a page that is long enough to go on\nwith the next one.\n\n| Name | Cost |\n|---|---|\n| saw | 5 |"
    )
    where = text.index("Cost"), text.index("Cost") + 4
    html = PageText(text, passage=[(0, 6)], hits=[where, (2, 6)]).html()
    assert "go on with the next one.</p>" in html
    assert '<mark id="passage">A <mark id="hit" class="hit">line</mark></mark>' in html
    assert re.search(r'<td> Name </td><td> <mark class="hit">Cost</mark> </td>', html)
    assert "---" not in html
    assert PageText("<b> & <script>", [(0, 3)]).html() == (
        '<p><mark id="passage">&lt;b&gt;</mark> &amp; &lt;script&gt;</p>'
    )


def test_the_sentence_is_marked_more_strongly_over_cells_and_headings_lose_their_signs() -> None:
    text = "## Fees\n\n| saw | 5 |\n| axe | 7 |\n\n#1 is not a heading"
    row = text.index("| saw"), text.index("\n| axe")
    html = PageText(text, [(0, len(text))], sentence=row, is_markdown=True).html()
    assert '<p><b><mark id="passage">Fees</mark></b></p>' in html
    assert (
        '<td><mark><strong id="sentence"> saw </strong></mark></td><td><mark><strong> 5 </strong></mark></td>' in html
    )
    assert "<p><mark>#1 is not a heading</mark></p>" in html
    assert "## Fees" in PageText(text).html()


def test_what_is_looked_for_is_listed_by_page_and_marked(client: FlaskClient) -> None:
    page = client.get("/documents/library-handbook.md?find=cooperative+share")
    hits = page.text.split('class="hits"')[1].split("</details>")[0]
    links = re.findall(r'href="([^"]+)"', hits)
    assert links
    shown = client.get(links[0].replace("&amp;", "&").split("#")[0])
    assert '<mark id="hit" class="hit">cooperative share</mark>' in shown.text
    picture = re.search(r'src="([^"]+)"', client.get(f"{PDF}?page=1&find=relevance").text.split("<figure")[1])
    assert picture
    assert "find=relevance" in picture[1]
    assert client.get(picture[1].replace("&amp;", "&")).content_type == "image/png"
    assert "does not stand in this document" in client.get("/documents/library-handbook.md?find=zeppelin").text


def test_the_page_and_what_was_looked_for_stay_while_turning(client: FlaskClient) -> None:
    html = client.get(f"{PDF}?page=2&find=score&zoom=2&view=page").text
    turning = re.search(r'<a rel="next" href="([^"]+)"', html)
    assert turning
    for kept in ("page=3", "find=score", "zoom=2", "view=page"):
        assert kept in turning[1]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', html.split('class="jump"')[1]))
    assert {"find": "score", "view": "page", "zoom": "2"}.items() <= fields.items()
    assert 'id="text-title"' not in html
    assert "data-picture" not in client.get(f"{PDF}?view=text").text


def test_the_way_back_leads_to_the_answer_and_nowhere_else(client: FlaskClient) -> None:
    address = client.post("/ask", data={"question": QUESTION}, headers=PAGE).headers["Location"]
    links = [str(a["href"]) for a in outline(client.get(f"{address}?open=1")).all("a")]
    document = next(link for link in links if link.startswith("/documents/library-handbook.md"))
    page = outline(client.get(document))
    assert "Back to the answer" in page.text
    assert f"{address}?open=1" in {a.get("href") for a in page.all("a")}
    links = [str(a["href"]) for a in outline(client.get(address)).all("a")]
    assert f"back={quote(address, safe='/')}" in next(link for link in links if "passage=" in link)
    for elsewhere in ("https://evil.example/", "//evil.example/answers/x", "/settings", "javascript:alert(1)"):
        assert 'class="back"' not in client.get(f"{PDF}?back={quote(elsewhere)}").text


def test_a_file_that_could_not_be_read_is_opened_retried_and_ignored(quoting_services: Services) -> None:
    settings = ServerSettings(allow_uploads=True)
    calls = quoting_services.index.index_dir.parent / "calls.txt"
    command = ["sh", "-c", f'echo "$@" > "{calls}"', "job"]
    reindexing = Reindexing(quoting_services.index.index_dir, command)
    client = create_app(replace(quoting_services, settings=settings, reindexing=reindexing)).test_client()
    page = outline(client.get("/documents/empty.pdf", headers=PAGE))
    assert "/files/empty.pdf" in {a.get("href") for a in page.all("a")}
    with client.get("/files/empty.pdf") as file:
        assert file.status_code == 200
    buttons = {(a.get("name"), a.get("value")) for a in page.all("button")}
    assert {("retry", "empty.pdf"), ("document", "empty.pdf")} <= buttons
    started = client.post("/reindex", data={"retry": ["empty.pdf", "library-handbook.md", "../x"]})
    assert started.headers["Location"] == "/documents/empty.pdf#indexing"
    while reindexing.state().is_running:
        pass  # a moment
    assert calls.read_text(encoding="utf-8").split() == ["--retry=empty.pdf"]
    well = outline(client.get("/documents/library-handbook.md", headers=PAGE))
    assert "retry" not in {a.get("name") for a in well.all("button")}


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("script", [True, False], ids=["JavaScript", "none"])
def test_a_document_is_searched_and_turned_with_and_without_a_script(
    visit: Callable[..., "Page"], width: int, script: bool
) -> None:
    page = visit(PDF, viewport={"width": width, "height": 800}, java_script_enabled=script, bypass_csp=True)
    page.fill("input[name=find]", "relevance")
    page.press("input[name=find]", "Enter")
    page.wait_for_url("**find=relevance*")
    page.click(".hits a >> nth=0")
    page.wait_for_url("**#hit")
    box = page.locator("#hit").bounding_box()
    assert box
    assert 0 <= box["y"] < 800, "the first hit is in view"
    colour = "mark => getComputedStyle(mark).backgroundColor"
    passages = page.eval_on_selector(".hits mark", colour)
    assert page.eval_on_selector("#hit", colour) != passages, "a hit in a passage is seen"
    page.fill(".jump input[type=number]", "2")
    page.press(".jump input[type=number]", "Enter")
    page.wait_for_url("**page=2*")
    assert page.input_value("input[name=find]") == "relevance"
    picture, text = page.locator(".picture").bounding_box(), page.locator(".text").bounding_box()
    assert picture
    assert text
    assert (abs(picture["y"] - text["y"]) < 40) == (width >= 1024), "both in view where there is room"
    for link in ("Text", "Page", "200"):
        page.click(f".switch a:has-text('{link}')")
        page.wait_for_load_state()
        if script:
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, link
    assert page.locator(".text").count() == 0
    if script and width == 360:
        assert broken_rules(page) == []
