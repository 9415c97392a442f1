"""The pages as a browser without JavaScript sees them, over a real index."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from server import create_app
from server.http.services import Services
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion, Failure
from tests.server.conftest import DOCUMENTS, EVIL_NAME

QUESTION = "How much is the cooperative share that every member buys?"
PAGE = {"Accept": "text/html"}


class _Outline(HTMLParser):
    """What a page is made of: tags with their attributes, and the text outside of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def outline(response: TestResponse) -> _Outline:
    assert response.content_type == "text/html; charset=utf-8"
    return _Outline(response.get_data(as_text=True))


def ask(client: FlaskClient, question: str, **form: str) -> TestResponse:
    response = client.post("/ask", data={"question": question} | form, headers=PAGE)
    assert response.status_code == 303
    return client.get(response.headers["Location"])


def test_the_form_is_there_and_says_how_answers_are_made(client: FlaskClient) -> None:
    page = outline(client.get("/"))
    assert [a["name"] for a in page.all("textarea")] == ["question"]
    assert "No language model is configured" in page.text
    assert f"{DOCUMENTS} of {DOCUMENTS + 1} documents" in page.text
    assert "use-multilingual-3" in page.text


def test_a_question_leads_to_a_page_with_answer_and_evidence(client: FlaskClient) -> None:
    page = outline(ask(client, QUESTION))
    assert "60 euros" in page.text
    assert "Quoted from the documents; no language model configured." in page.text
    cards = {a["id"]: a for a in page.all("article") if a.get("id")}
    cited = {str(a["href"]) for a in page.all("a") if a.get("class") == "cite"}
    assert cited
    assert {re.sub(r".*open=(\d+)#sentence$", r"source-\1", address) for address in cited} <= cards.keys()
    assert "Not used (" in page.text
    assert page.text.count(QUESTION) >= 1


def test_the_link_of_an_answer_goes_on_working(client: FlaskClient) -> None:
    location = client.post("/ask", data={"question": QUESTION}, headers=PAGE).headers["Location"]
    first, second = (client.get(location).get_data(as_text=True) for _ in range(2))
    assert first.split("<main")[1].split("<time")[0] == second.split("<main")[1].split("<time")[0]


def test_a_refusal_is_calm_and_shows_what_was_nearest(client: FlaskClient) -> None:
    page = outline(ask(client, "Who won the football world cup in 1954?"))
    assert "Sorry, the documents do not contain the information" in page.text
    assert "Closest passages" in page.text
    assert "No passage reached the cutoff of 4." in page.text
    assert "1 file could not be read" in page.text
    assert not [a for a in page.all("div") if a.get("role") == "alert"]


def test_every_source_opens_with_the_passage_marked(client: FlaskClient) -> None:
    page = outline(ask(client, QUESTION))
    links = [str(a["href"]).split("#")[0] for a in page.all("a")]
    found = [link for link in links if "passage=" in link or "open=" in link]
    assert {"open=" in link for link in found} == {True, False}
    for link in found:
        shown = client.get(link)
        assert shown.status_code == 200
        assert 'id="sentence"' in shown.text if "open=" in link else '<mark id="passage">' in shown.text


def test_the_cutoff_and_the_document_are_kept_in_the_form(client: FlaskClient) -> None:
    page = outline(ask(client, QUESTION, threshold="7", documents="library-handbook.md"))
    chosen = {a["value"] for a in page.all("input") if a.get("name") == "documents" and "value" in a}
    assert chosen == {"library-handbook.md"}
    assert {a["value"] for a in page.all("input") if a.get("name") == "threshold"} == {"7"}


@pytest.mark.parametrize(
    ("form", "status"),
    [
        pytest.param({"question": ""}, 422, id="no question"),
        pytest.param({}, 422, id="no field"),
        pytest.param({"question": "why?", "threshold": "99"}, 422, id="threshold"),
        pytest.param({"question": "why?", "threshold": "x"}, 400, id="no number"),
        pytest.param({"question": "why?", "model": "gpt"}, 422, id="model"),
    ],
)
def test_a_form_that_cannot_be_answered_comes_back(client: FlaskClient, form: dict[str, str], status: int) -> None:
    response = client.post("/ask", data=form, headers=PAGE)
    assert response.status_code == status
    assert f"{form.get('question', '')}</textarea>" in response.get_data(as_text=True)


def test_documents_are_listed_problems_first(client: FlaskClient) -> None:
    page = outline(client.get("/documents"))
    assert page.text.index("empty.pdf") < page.text.index("library-handbook.md")
    assert "1 could not be read" in page.text


def test_the_text_of_a_deleted_document_is_not_shown(client: FlaskClient, documents_dir: Path, tmp_path: Path) -> None:
    (documents_dir / "library-handbook.md").rename(tmp_path / "away.md")
    try:
        response = client.get("/documents/library-handbook.md")
        assert response.status_code == 410
        assert "was deleted" in response.text
        assert "cooperative share" not in response.text
    finally:
        (tmp_path / "away.md").rename(documents_dir / "library-handbook.md")
    assert client.get("/documents/library-handbook.md").status_code == 200


def test_a_document_is_shown_page_by_page(client: FlaskClient) -> None:
    page = outline(client.get("/documents/how-relevance-is-measured.pdf"))
    assert re.search(r"Page 1 of \d+", page.text)
    assert [a["src"] for a in page.all("img")] == ["/page-pictures/how-relevance-is-measured.pdf?page=1"]


def test_the_page_of_a_pdf_is_shown_as_a_picture(client: FlaskClient) -> None:
    response = client.get("/page-pictures/how-relevance-is-measured.pdf?page=1")
    assert response.content_type == "image/png"
    assert response.data.startswith(b"\x89PNG")
    assert client.get("/page-pictures/library-handbook.md?page=1").status_code == 404


def test_a_passage_that_is_gone_is_said_to_be(client: FlaskClient) -> None:
    assert "not in the index any more" in outline(client.get("/documents/library-handbook.md?passage=0123")).text


@pytest.mark.faults("X11")
def test_only_pdf_opens_in_the_browser(client: FlaskClient) -> None:
    pdf = client.get("/files/how-relevance-is-measured.pdf", buffered=True)
    assert pdf.content_type == "application/pdf"
    text = client.get("/files/library-handbook.md", buffered=True)
    assert text.content_type == "application/octet-stream"
    assert text.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.faults("X10")
@pytest.mark.parametrize("place", ["documents", "files", "page-pictures"])
@pytest.mark.parametrize(
    "path",
    [
        *("../pyproject.toml", "..%2fpyproject.toml", "..\\pyproject.toml", "%2e%2e/pyproject.toml", "/etc/passwd"),
        *("....//pyproject.toml", "..%252fpyproject.toml", "%00", "library-handbook.md%00.pdf", "CON", "nul.pdf"),
        *("./library-handbook.md", "x/../library-handbook.md", "library-handbook.md/", "LIBRARY-HANDBOOK.MD"),
        *("file:///etc/passwd", "~/.ssh/id_rsa", "%ff%fe", "a" * 3000, "\u202egnp.exe", ".", ".."),
    ],
)
def test_nothing_but_a_document_of_the_catalogue_is_shown(client: FlaskClient, place: str, path: str) -> None:
    assert client.get(f"/{place}/{path}", follow_redirects=True, buffered=True).status_code in (404, 308, 400)


@pytest.mark.faults("X4")
def test_names_and_texts_of_documents_are_text(client: FlaskClient) -> None:
    pages = [
        client.get("/documents", headers=PAGE),
        client.get(f"/documents/{quote(EVIL_NAME)}", headers=PAGE),
        ask(client, "What is the parrot's name?"),
        client.get(f"/{quote(EVIL_NAME)}", headers=PAGE),
        client.post("/ask", data={"question": "<svg onload=alert(1)>", "threshold": "99"}, headers=PAGE),
        client.get("/?q=</textarea><svg onload=alert(1)>"),
    ]
    assert "Polly" in outline(pages[2]).text
    for page in map(outline, pages):
        assert not page.all("svg")
        assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
        assert all(a.get("src", "").startswith("/static/") for a in page.all("script"))  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["/", "/documents", "/documents/library-handbook.md", "/api", "/nothing"])
def test_every_page_stands_on_its_own(client: FlaskClient, path: str) -> None:
    page = outline(client.get(path, headers=PAGE))
    assert len([a for a in page.all("h1") if "data-question" not in a]) == 1  # that one waits in a template
    assert len(page.all("main")) == 1
    labelled = {a.get("for") for a in page.all("label")}
    assert {a["id"] for a in page.all("textarea")} <= labelled
    for _, attributes in page.tags:
        assert "style" not in attributes
        for name in ("src", "href", "action"):
            assert (attributes.get(name) or "/").startswith(("/", "#", "?"))


def test_the_ask_page_is_light(client: FlaskClient) -> None:
    page = outline(client.get("/"))
    # A telephone asks for its own icon when it puts the page on the home screen, and not before.
    fetched = [a for tag in ("link", "script") for a in page.all(tag) if a.get("rel") != "apple-touch-icon"]
    addresses = {str(a.get("href") or a.get("src")) for a in fetched}
    responses = [client.get(address, buffered=True) for address in ("/", *addresses)]
    assert len(responses) <= 5
    assert sum(len(response.data) for response in responses) <= 60_000


def test_files_of_the_page_are_kept_for_ever_under_the_sum_of_their_content(client: FlaskClient) -> None:
    page = outline(client.get("/"))
    files = [a for tag in ("link", "script") for a in page.all(tag) if a.get("rel") != "manifest"]
    addresses = [str(a.get("href") or a.get("src")) for a in files]
    assert len(addresses) == 4
    for address in addresses:
        named = client.get(address, buffered=True)
        assert named.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        name, _sum, suffix = address.rsplit(".", 2)
        assert client.get(f"{name}.{suffix}", buffered=True).data == named.data
        old = client.get(f"{name}.{'0' * 12}.{suffix}", buffered=True)
        assert "immutable" not in old.headers.get("Cache-Control", ""), "a page of before, a file of now"


@pytest.fixture
def deepseek() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek() as fake:
        yield fake


@pytest.fixture
def writing_client(start: Callable[..., Services], deepseek: FakeDeepSeek) -> FlaskClient:
    services = start(deepseek_api_key=SecretStr("sk-fake"), deepseek_base_url=deepseek.url)
    return create_app(services).test_client()


def test_thoughts_are_folded_away_and_what_was_not_found_is_marked(
    writing_client: FlaskClient, deepseek: FakeDeepSeek
) -> None:
    deepseek.when_scoring(Completion('{"score": 9, "reason": "<b>names</b> the fee"}'))
    deepseek.when_answering(Completion("It is 60 euros [1], or 4711 euros [1][9].", reasoning="Let me **think**."))
    page = outline(ask(writing_client, QUESTION, model="reasoner"))
    assert "Let me think." in page.text
    assert "<b>names</b> the fee" in page.text
    assert [a for a in page.all("mark") if a.get("class") == "doubt"]
    assert "1 citation of no source was removed." in page.text


def test_when_the_model_fails_the_question_is_kept_or_quoted(
    writing_client: FlaskClient, deepseek: FakeDeepSeek
) -> None:
    deepseek.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
    deepseek.when_answering(Failure(402))
    response = writing_client.post("/ask", data={"question": QUESTION}, headers=PAGE, follow_redirects=True)
    assert f"{QUESTION}</textarea>" in response.get_data(as_text=True)


def test_an_answer_says_when_a_source_has_changed_since(
    client: FlaskClient, quoting_services: Services, tmp_path: Path
) -> None:
    location = client.post("/ask", data={"question": QUESTION}, headers=PAGE).headers["Location"]
    answer_id = location.rsplit("/", 1)[-1]
    kept = quoting_services.answers.get(answer_id)
    assert kept is not None
    assert "Changed since this answer was given." not in client.get(location).get_data(as_text=True)
    quoting_services.answers.put(answer_id, re.sub(r'"[0-9a-f]{64}"', f'"{"0" * 64}"', kept))
    assert "Changed since this answer was given." in client.get(location).get_data(as_text=True)


def test_without_an_index_the_page_says_what_to_do(empty_services: Services) -> None:
    page = outline(create_app(empty_services).test_client().get("/"))
    assert "Nothing is indexed yet" in page.text
    assert "Put files into the documents folder" in page.text
