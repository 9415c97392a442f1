"""Questions about whole documents are answered from all of the document that is meant, and from nothing else."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.answering.whole_request import whole_request
from server.http.services import Services
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.served_folder import served

BOAT, FERRY, BATH = "boat-hire-agreement.docx", "ferry-timetable-2026.pdf", "waldbad-badeordnung.md"
LIBRARY, STATION, PAPER = "library-handbook.md", "repair-station-zh.txt", "how-relevance-is-measured.pdf"
KEY = "sk-canary-whole-0123456789"
PAGE = {"Accept": "text/html"}

QUESTIONS = [
    ("Summarise the boat hire agreement", BOAT),
    ("What are the main obligations of the hirer?", BOAT),
    ("what does the rowing society have to do under the hire contract", BOAT),
    ("List all charges in the boat agreement", BOAT),
    ("list all the deadlines in the boat hire agreement", BOAT),
    ("give me an overview of the ferry timetable", FERRY),
    ("summarise the ferry leaflet", FERRY),
    ("list all fees and fares of the ferry", FERRY),
    ("Was ist im Waldbad alles verboten? Bitte auflisten", BATH),
    ("Fasse die Badeordnung zusammen", BATH),
    ("alle Preise des Waldbads auflisten", BATH),
    ("summary of the library handbook please", LIBRARY),
    ("list all the fees of the library", LIBRARY),
    ("What are the duties of the members of the library?", LIBRARY),
    ("key points of the note on how relevance is measured", PAPER),
    ("Summarise how-relevance-is-measured.pdf", PAPER),
    ("总结一下修理站工作手册", STATION),
    ("概括修理站的规定", STATION),
    ("列出修理站所有的费用", STATION),
    ("修理站禁止哪些事情，请全部列出", STATION),
]
ORDINARY = [
    "How much is the deposit?",
    "list the days when it's open",
    "who pays for the fuel of the boat",
    "What is the fare for a dog?",
    "When does the season begin?",
    "Which ship has a lift?",
    "What does the annual membership cost?",
    "Was kostet die Saisonkarte?",
    "电动工具能借几天？",
    "押金多少钱",
    "How do I become a member?",
    "what happens if I return a tool late?",
    "Are all members allowed to vote?",
    "Is there a lift on the Fulmar?",
]


def ask(client: FlaskClient, question: str, **more: Any) -> Any:
    return client.post("/api/query", json={"question": question, **more}).get_json()


@pytest.mark.parametrize(("question", "document"), QUESTIONS)
def test_a_whole_document_is_answered_from_itself_and_from_each_third(
    client: FlaskClient, question: str, document: str
) -> None:
    body = ask(client, question)
    assert not body["refused"]
    assert body["whole_reading"]["documents"] == [document]
    assert {source["document"] for source in body["sources"]} == {document}
    cited = [source for number, source in enumerate(body["sources"], start=1) if f"[{number}]" in body["answer"]]
    assert cited == body["sources"]
    assert len(cited) >= 3
    assert body["checks"]["unknown_citations"] == 0
    assert any(f"Read as a whole: {document}" in notice or document in notice for notice in body["notices"])


@pytest.mark.parametrize("question", ORDINARY)
def test_an_ordinary_question_is_none_about_the_whole(question: str) -> None:
    assert whole_request(question) is None


def test_documents_that_mention_something_are_each_cited(client: FlaskClient) -> None:
    body = ask(client, "Which documents mention insurance?")
    assert body["whole_reading"]["documents"] == [BOAT]
    body = ask(client, "Which documents mention members?")
    assert {LIBRARY} <= set(body["whole_reading"]["documents"])


def test_only_the_documents_asked_for_are_read(client: FlaskClient) -> None:
    body = ask(client, "Summarise this document", documents=[FERRY])
    assert {source["document"] for source in body["sources"]} == {FERRY}


def test_the_duties_are_those_of_the_one_who_is_asked_about(client: FlaskClient) -> None:
    answer = ask(client, "What are the main obligations of the hirer?")["answer"]
    assert "enter every outing in the log book" in answer
    assert "third-party insurance of at least £3,000,000" in answer


def test_the_page_shows_the_parts_with_their_headings(client: FlaskClient) -> None:
    asked = {"question": "Summarise the boat hire agreement"}
    text = client.post("/ask", data=asked, headers=PAGE, follow_redirects=True).get_data(as_text=True)
    assert "<strong>11. Termination</strong>" in text
    assert "Read as a whole" in text


def test_a_folder_that_is_named_is_read_and_no_other(tmp_path_factory: pytest.TempPathFactory) -> None:
    files = {
        "contracts/lease.md": "# Lease\n\nThe tenant pays 900 euros a month. The tenant keeps the garden.\n",
        "contracts/loan.md": "# Loan\n\nThe borrower pays 4 percent interest. The loan ends in 2030.\n",
        "recipes/soup.md": "# Soup\n\nThe soup needs two onions and one litre of water. It cooks for an hour.\n",
    }
    with served(tmp_path_factory.mktemp("folders"), files) as services:
        body = ask(create_app(services).test_client(), "Summarise the folder contracts")
    assert body["whole_reading"]["documents"] == ["contracts/lease.md", "contracts/loan.md"]
    assert "900 euros" in body["answer"]
    assert "4 percent" in body["answer"]
    assert "onions" not in body["answer"]


@pytest.fixture
def deepseek() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek(key=KEY) as fake:
        yield fake


def test_a_model_reads_a_short_document_in_one_call_whose_cost_is_told_before(
    start: Callable[..., Services], deepseek: FakeDeepSeek
) -> None:
    deepseek.when_answering(Completion("The hirer pays £6,900 [1]."))
    services = start(deepseek_api_key=SecretStr(KEY), deepseek_base_url=deepseek.url)
    client = create_app(services).test_client()
    stream = client.post(
        "/api/query", json={"question": "Summarise the boat hire agreement"}, headers={"Accept": "text/event-stream"}
    ).get_data(as_text=True)
    assert stream.index("event: planned") < stream.index("event: answer")
    body = ask(client, "Summarise the boat hire agreement")
    assert body["mode"] == "llm"
    assert body["whole_reading"]["calls"] == 1
    assert body["whole_reading"]["prompt_tokens"] > 1000
    assert body["usage"]["answer"]["calls"] == 1
    assert {source["document"] for source in body["sources"]} == {BOAT}
