"""Questions about whole documents are answered from all of the document that is meant, and from nothing else."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.answering.collaborators import LanguageModelParts
from server.answering.whole_document import Line
from server.answering.whole_reading import Reading
from server.answering.whole_request import whole_request
from server.answering.whole_selection import calls_for, chosen_numbers, selected
from server.deadline import Deadline, until
from server.http.services import Services
from server.passages import Passage
from storage.records import ChunkRecord
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion, Failure
from tests.server.answering_setup import Setup
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
    ("Can you sum up the boat agreement for me?", BOAT),
    ("tl;dr of the library handbook", LIBRARY),
    ("What does the ferry timetable say, in short?", FERRY),
    ("Every fee in the library handbook, please", LIBRARY),
    ("Worum geht es in der Badeordnung?", BATH),
    ("Nenne alle Verbote der Badeordnung", BATH),
    ("Fais-moi une synthèse de boat-hire-agreement", BOAT),
    ("¿De qué trata library-handbook?", LIBRARY),
    ("把修理站的收费都列出来", STATION),
    ("What is not allowed at the Waldbad?", BATH),
    ("Was darf man im Waldbad alles nicht?", BATH),
    ("Was sind die wichtigsten Regeln der Badeordnung?", BATH),
    ("修理站哪些事情不能做", STATION),
    ("Dime todo lo que hay que pagar en library-handbook", LIBRARY),
]
ORDINARY = [
    "In what districts are the plates all of the same type?",
    "Among all of the ships that carry cars, which one is the fastest?",
    "Do all the ships carry cars?",
    "房屋归谁所有？",
    "这辆车的所有权归谁",
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
    "Which documents do I need to become a member?",
    "What is the summary statistic used?",
    "Is there a list of tools at the desk?",
    "全部要多少钱",
    "What was decided about the roof?",
    "What must I do if I lose my key?",
    "What must we do before leaving the hut?",
    "Which documents have to be submitted?",
    "通过什么方式付款？",
    "会议决定什么时候召开？",
    "Wo ist der Müll, alles?",
    "Which papers must I sign?",
    "Which documents do I have to bring?",
    "Why was it forbidden?",
    "What may my dog do?",
    "Was ist eine Tageskarte?",
    "What decision was made on the sandpit?",
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


def _reading(sections: int) -> tuple[Reading, list[Passage]]:
    """A document of so many sections of three chunks each, and its passages."""
    chunks = tuple(
        ChunkRecord(
            f"{place:032}", "long.md", place, f"Lighthouse {place} is lit at dusk. " * 24, f"Long › {place // 3}"
        )
        for place in range(3 * sections)
    )
    request = whole_request("Summarise the document")
    assert request is not None
    pages = sum(len(chunk.text) for chunk in chunks) // 1800
    lines = tuple(Line(place, 0, "", chunks[place].text, 1.0, True) for place in range(0, len(chunks), 10))
    passages = [Passage(chunk.id, "long.md", (1,), chunk.text, 0.0, context=chunk.context) for chunk in chunks]
    return Reading(request, ("long.md",), pages, chunks, lines), passages


@pytest.mark.parametrize("sections", [70, 100, 200])
def test_of_a_long_document_the_model_chooses_in_parts_that_end_with_sections(
    deepseek: FakeDeepSeek, sections: int
) -> None:
    deepseek.when_scoring(Completion("1, 2, 2, 900"))
    reading, passages = _reading(sections)
    with _model(deepseek) as model, until(Deadline(60)):
        selection = selected("Summarise the document", reading, passages, model)
    calls = len(deepseek.chats())
    assert calls + 1 == calls_for(reading.pages) <= math.ceil(reading.pages / 30)
    assert len(selection.places) == 2 * calls
    assert {3 * place // len(passages) for place in selection.places} >= ({0, 1, 2} if calls > 2 else {0, 1})
    assert all(place % 3 in (0, 1) for place in selection.places)  # parts begin with sections
    assert selection.usage.calls == calls


def test_a_part_that_the_model_does_not_read_keeps_its_key_sentences(deepseek: FakeDeepSeek) -> None:
    deepseek.when_scoring(Failure(400, "no"))
    reading, passages = _reading(100)
    with _model(deepseek) as model, until(Deadline(60)):
        selection = selected("Summarise the document", reading, passages, model)
    assert selection.failed == selection.parts == calls_for(reading.pages) - 1
    assert set(selection.places) == {line.chunk for line in reading.lines}


def test_a_part_of_which_the_model_needs_nothing_was_read_all_the_same(deepseek: FakeDeepSeek) -> None:
    deepseek.when_scoring(Completion("none"))
    reading, passages = _reading(100)
    with _model(deepseek) as model, until(Deadline(60)):
        assert selected("Summarise the document", reading, passages, model).failed == 0


@pytest.mark.parametrize(("pages", "calls"), [(1, 1), (30, 1), (60, 1), (61, 3), (90, 3), (91, 4), (300, 10)])
def test_there_is_at_most_one_call_for_thirty_pages(pages: int, calls: int) -> None:
    assert calls_for(pages) == calls


@pytest.mark.parametrize(
    ("reply", "numbers"),
    [("3, 7, 12", [3, 7, 12]), ("Numbers: [3] and [3]", [3]), ("0, 99", []), ("none", []), ("", [])],
)
def test_numbers_are_read_from_a_reply(reply: str, numbers: list[int]) -> None:
    assert chosen_numbers(reply, 12) == numbers


@contextmanager
def _model(deepseek: FakeDeepSeek) -> Iterator[LanguageModelParts]:
    setup = Setup(deepseek)
    service = setup.service(key=KEY)
    try:
        assert service._model is not None
        yield service._model
    finally:
        setup.close()


@pytest.mark.parametrize("question", ORDINARY)
def test_an_ordinary_question_is_none_about_the_whole(question: str) -> None:
    assert whole_request(question) is None


@pytest.mark.parametrize(("question", "document"), QUESTIONS)
def test_every_third_of_the_document_is_cited(
    client: FlaskClient, quoting_services: Services, question: str, document: str
) -> None:
    body = ask(client, question)
    with quoting_services.index.acquire() as index:
        order = [chunk.id for chunk in index.generation.catalogue.document_chunks(document)]
    cited = [source["id"] for number, source in enumerate(body["sources"], 1) if f"[{number}]" in body["answer"]]
    assert {min(2, 3 * order.index(id_) // len(order)) for id_ in cited} == {0, 1, 2}


def test_documents_that_mention_something_are_each_cited(client: FlaskClient) -> None:
    body = ask(client, "Which documents mention insurance?")
    assert body["whole_reading"]["documents"] == [BOAT]
    body = ask(client, "Which documents mention members?")
    assert {LIBRARY} <= set(body["whole_reading"]["documents"])


def test_a_topic_is_looked_for_in_other_languages_as_well(client: FlaskClient) -> None:
    """The bathing rules are German and say "Hunde"; the ferry's leaflet says "dog"."""
    body = ask(client, "Which documents mention dogs?")
    assert {FERRY, BATH} <= set(body["whole_reading"]["documents"])


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


def _long_document() -> str:
    """About 100 pages in forty sections, each with something of its own."""
    sentence = (
        "The keeper of lighthouse {number} writes down wind, weather and ships in book {line}, every hour of the day. "
    )
    sections = [
        f"## {number} Lighthouse {number}\n\n"
        + "".join(sentence.format(number=number, line=line) for line in range(42))
        for number in range(1, 41)
    ]
    return "# Rules of the lighthouses\n\n" + "\n\n".join(sections)


@pytest.mark.soak
def test_a_long_document_is_read_in_parts_and_never_with_more_calls_than_one_for_thirty_pages(
    tmp_path_factory: pytest.TempPathFactory, deepseek: FakeDeepSeek
) -> None:
    deepseek.when(lambda asked: "Numbers:" in asked.prompt, Completion("1, 2, 3"))
    deepseek.when_answering(Completion("Every keeper writes [1] and so on [7]."))
    settings = {"deepseek_api_key": SecretStr(KEY), "deepseek_base_url": deepseek.url}
    files = {"lighthouses.md": _long_document()}
    with served(tmp_path_factory.mktemp("long"), files, **settings) as services:
        client = create_app(services).test_client()
        body = ask(client, "Summarise the rules of the lighthouses")
        deepseek.when(lambda asked: "Numbers:" in asked.prompt, Failure(400, "no"))
        unread = ask(client, "Give me a summary of the rules of the lighthouses")
    reading = body["whole_reading"]
    assert reading["pages"] > 90
    assert 2 * reading["calls"] == len(deepseek.asked) == 2 * -(-reading["pages"] // 30)
    assert body["usage"]["reading"]["calls"] + body["usage"]["answer"]["calls"] == reading["calls"]
    assert len(body["sources"]) == 3 * (reading["calls"] - 1)
    assert "[7]" in body["answer"]
    thirds = {int(source["text"].split("lighthouse ")[1].split()[0]) // 13 for source in body["sources"]}
    assert thirds == {0, 1, 2}
    failed = reading["calls"] - 1
    assert any(notice.startswith(f"Of {failed} of {failed} parts of the document") for notice in unread["notices"])
