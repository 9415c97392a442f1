"""The tools of the Model Context Protocol, as the official SDK's client calls them over HTTP and over stdio."""

import asyncio
import base64
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from pydantic import SecretStr
from werkzeug.serving import make_server

from server import create_app
from server.api.tools import AskResult, DocumentList, PageText
from server.http import schema
from server.http.services import Services
from server.language import REFUSALS
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import ENDLESS, Completion
from tests.server.conftest import ROOT

QUESTION = "How much is the cooperative share that every member buys?"
TOKEN = "abcdefghijklmnopqrstuvwxyz"
KEY = "sk-fake"


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """The address at which this application answers."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def address(quoting_app: Flask) -> Iterator[str]:
    with listening(quoting_app) as address:
        yield address


@asynccontextmanager
async def connected(address: str, token: str = "") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
    ):
        yield client


def called(address: str, tool: str, token: str = "", **arguments: Any) -> Any:
    async def call() -> Any:
        async with connected(address, token) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(call())


def failure(address: str, tool: str, **arguments: Any) -> str:
    result = called(address, tool, **arguments)
    assert result.is_error
    return str(result.content[0].text)


def test_the_tools_are_described_with_the_forms_of_what_they_take_and_give(address: str) -> None:
    async def listed() -> list[Any]:
        async with connected(address) as client:
            assert client.instructions is not None
            return list((await client.list_tools()).tools)

    tools = {tool.name: tool for tool in asyncio.run(listed())}
    assert set(tools) == {"search", "ask", "list_documents", "read_page"}
    for tool in tools.values():
        assert tool.description
        assert tool.output_schema
        assert tool.annotations.read_only_hint
        assert all("description" in field for field in tool.input_schema["properties"].values())


def test_an_answer_is_the_same_as_over_rest_with_links_that_open(address: str, client: FlaskClient) -> None:
    result = called(address, "ask", question=QUESTION)
    answer = AskResult.model_validate(result.structured_content)
    rest = client.post("/api/query", json={"question": QUESTION}).get_json()
    assert answer.answer == rest["answer"]
    assert [source.id for source in answer.sources] == [source["id"] for source in rest["sources"]]
    assert answer.sources[0].url == address + rest["sources"][0]["url"]
    assert client.get(answer.sources[0].url.removeprefix(address)).status_code == 200
    assert result.content[0].text.startswith(f"{rest['answer']}\n\n[1] library-handbook.md")


def test_what_the_documents_do_not_say_is_refused_with_what_came_nearest(address: str) -> None:
    answer = AskResult.model_validate(called(address, "ask", question="Who won the chess Olympiad?").structured_content)
    assert (answer.answer, answer.refused, answer.sources) == (REFUSALS["en"], True, [])
    assert 0 < len(answer.nearest) <= 3


def test_a_search_is_that_of_rest_scored(address: str, client: FlaskClient) -> None:
    found = schema.RetrieveResponse.model_validate(called(address, "search", question=QUESTION, k=4).structured_content)
    rest = client.post("/api/retrieve", json={"question": QUESTION, "k": 4, "score": True}).get_json()
    assert [passage.id for passage in found.passages] == [passage["id"] for passage in rest["passages"]]
    assert found.passages[0].relevance.score == rest["passages"][0]["relevance"]["score"]


def test_documents_may_be_narrowed_by_globs(address: str) -> None:
    found = called(address, "search", question=QUESTION, documents=["*.pdf"]).structured_content
    assert {Path(passage["document"]).suffix for passage in found["passages"]} == {".pdf"}


def test_documents_are_listed_with_what_is_wrong(address: str) -> None:
    listed = DocumentList.model_validate(called(address, "list_documents").structured_content)
    states = {document.path: document.state for document in listed.documents}
    assert listed.total == len(states)
    assert states["empty.pdf"] == "failed"
    assert states["library-handbook.md"] == "read"
    some = DocumentList.model_validate(called(address, "list_documents", contains="LIBRARY").structured_content)
    assert [document.path for document in some.documents] == ["library-handbook.md"]
    none = DocumentList.model_validate(called(address, "list_documents", offset=listed.total).structured_content)
    assert (none.documents, none.total, none.next_offset) == ([], listed.total, None)


def test_a_page_is_read_and_looked_at(address: str) -> None:
    result = called(address, "read_page", document="ferry-timetable-2026.pdf", page=2, picture=True)
    page = PageText.model_validate(result.structured_content)
    assert (page.page, page.pages, page.stale) == (2, 4, False)
    assert page.text in result.content[0].text
    assert base64.b64decode(result.content[1].data).startswith(b"\x89PNG")
    text_only = called(address, "read_page", document="library-handbook.md", page=1, picture=True)
    assert [part.type for part in text_only.content] == ["text", "text"]


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("read_page", {"document": "nothing.pdf", "page": 1}, "Take the path from list_documents"),
        ("read_page", {"document": "../secret", "page": 1}, "Take the path from list_documents"),
        ("read_page", {"document": "library-handbook.md", "page": 99}, "there is no page 99"),
        ("search", {"question": "x", "k": 51}, "less than or equal to 50"),
        ("search", {"question": " "}, "question"),
        ("ask", {"question": "???"}, "at least one letter"),
        ("ask", {"question": "x", "documents": [""]}, "documents"),
        ("sing", {}, "sing"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    address: str, tool: str, arguments: dict[str, Any], sentence: str
) -> None:
    assert sentence in failure(address, tool, **arguments)


def test_documents_are_resources(address: str) -> None:
    async def read() -> None:
        async with connected(address) as client:
            listed = {resource.name: resource.uri for resource in (await client.list_resources()).resources}
            handbook = (await client.read_resource(listed["library-handbook.md"])).contents[0]
            assert "cooperative share" in getattr(handbook, "text", "")
            with pytest.raises(MCPError, match="no document of this path"):
                await client.read_resource("pagewise://documents/nothing.md")

    asyncio.run(read())


def test_an_index_that_is_not_there_is_said(empty_services: Services) -> None:
    with listening(create_app(empty_services)) as address:
        assert "make index" in failure(address, "list_documents")


@contextmanager
def guarded(services: Services, **settings: Any) -> Iterator[str]:
    changed = services.settings.model_copy(update=settings)
    with listening(create_app(replace(services, settings=changed))) as address:
        yield address


def test_a_token_is_asked_for_as_everywhere(quoting_services: Services) -> None:
    with guarded(quoting_services, api_tokens=SecretStr(f"agent:{TOKEN}")) as address:
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        assert httpx2.post(f"{address}/mcp", json=message).status_code == 401
        assert httpx2.post(f"{address}/mcp", json=message, headers={"Host": "evil.example"}).status_code == 400
        assert called(address, "ask", TOKEN, question=QUESTION).structured_content["refused"] is False


def test_pages_of_other_sites_cannot_call_it(address: str) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert httpx2.post(f"{address}/mcp", json=message, headers=headers).status_code == 403
    assert httpx2.get(f"{address}/mcp").status_code == 405
    assert httpx2.post(f"{address}/mcp", content=b"x" * 300_000).status_code == 413
    assert httpx2.post(f"{address}/mcp", content=b"no json").status_code == 400


def test_questions_of_agents_count_as_questions(quoting_services: Services) -> None:
    with guarded(quoting_services, question_limit_per_minute=1) as address:
        assert not called(address, "ask", question=QUESTION).is_error
        assert not called(address, "search", question=QUESTION).is_error
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask", "arguments": {}}}
        assert httpx2.post(f"{address}/mcp", json=message).status_code == 429
        assert httpx2.post(f"{address}/mcp", json=message | {"method": "tools/list"}).status_code != 429


def test_twenty_calls_at_a_time_are_all_answered(address: str) -> None:
    async def crowd() -> list[Any]:
        async with connected(address) as client:
            return list(await asyncio.gather(*(client.call_tool("ask", {"question": QUESTION}) for _ in range(20))))

    answers = {result.structured_content["answer"] for result in asyncio.run(crowd())}
    assert len(answers) == 1


@pytest.fixture
def deepseek() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek(key=KEY) as fake:
        fake.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
        yield fake


def test_progress_is_told_while_an_answer_is_written(start: Callable[..., Services], deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Completion("60 euros [1]."))
    services = start(deepseek_api_key=SecretStr(KEY), deepseek_base_url=deepseek.url)
    told: list[float] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append(progress)

    async def ask(address: str) -> Any:
        async with connected(address) as client:
            return await client.call_tool("ask", {"question": QUESTION}, progress_callback=note)

    with listening(create_app(services)) as address:
        result = asyncio.run(ask(address))
    assert result.structured_content["mode"] == "llm"
    assert told == sorted(told)
    assert told[0] < 0.5 <= told[-1]


def test_a_client_that_leaves_ends_the_work(start: Callable[..., Services], deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Completion("60 euros [1]. " * 1000, piece=4, gap_seconds=0.05, stall_after=ENDLESS))
    services = start(deepseek_api_key=SecretStr(KEY), deepseek_base_url=deepseek.url)
    service: Any = services.answering()

    async def ignored(progress: float, total: float | None, message: str | None) -> None:
        return

    async def leave(address: str) -> None:
        async with connected(address) as client:
            asking = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}, progress_callback=ignored))
            while not deepseek.answerings():
                await asyncio.sleep(0.02)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking

    with listening(create_app(services)) as address:
        asyncio.run(leave(address))
        assert deepseek.wait_for(lambda: service.running == 0, 30)


def test_over_stdio_the_index_that_a_later_run_publishes_answers(tmp_path: Path) -> None:
    documents, index = tmp_path / "documents", tmp_path / "index"
    documents.mkdir()
    (documents / "parrot.md").write_text("# Parrot\n\nThe parrot's name is Polly.\n", encoding="utf-8")
    environment = os.environ | {"DOCUMENTS_DIR": str(documents), "INDEX_DIR": str(index), "EMBED_MODEL": "packaged"}
    parameters = StdioServerParameters(command=sys.executable, args=["-m", "server", "mcp"], env=environment, cwd=ROOT)

    async def run_job() -> None:
        job = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "indexing", cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL
        )
        assert await job.wait() == 0

    async def answer(client: Client, wanted: str) -> str:
        """The answer, asked for until the index is open that holds it."""
        for _ in range(600):
            said = (await client.call_tool("ask", {"question": "What is the parrot's name?"})).content[0]
            if wanted in (text := str(getattr(said, "text", ""))):
                return text
            await asyncio.sleep(0.1)
        raise AssertionError(text)

    async def talk() -> tuple[str, str, str]:
        async with Client(stdio_client(parameters)) as client:
            missing = await answer(client, "make index")
            await run_job()
            first = await answer(client, "Polly")
            (documents / "parrot.md").write_text("# Parrot\n\nThe parrot's name is Rosalind.\n", encoding="utf-8")
            await run_job()
            return missing, first, await answer(client, "Rosalind")

    missing, first, second = asyncio.run(talk())
    assert "There is no index yet" in missing
    assert "/documents/parrot.md?page=1" in first
    assert "Polly" not in second
