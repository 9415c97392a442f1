"""The Python client and the page of examples, against a server that listens: what they say is what it does."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pagewise_client import Event, Pagewise, PagewiseError, Refused, Unreachable
from pagewise_client.models import QueryResponse, Turn
from pydantic import SecretStr

from server import create_app
from server.language import REFUSALS
from tests.repository import ROOT
from tests.server.api.test_mcp import listening
from tests.server.served_folder import served
from tests.serving import PlayedServer
from tools.python_client import NAMES, PACKAGE, openapi_document, operations, written

TOKEN = "abcdefghijklmnopqrstuvwxyz"
QUESTION = "What does the cooperative share cost?"
EXAMPLES = ROOT / "docs" / "programs.md"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over two of our documents, which wants a token."""
    files = {
        name: (ROOT / "documents" / name).read_text() for name in ("library-handbook.md", "waldbad-badeordnung.md")
    }
    with (
        served(tmp_path_factory.mktemp("client"), files, api_tokens=SecretStr(f"all:{TOKEN}")) as services,
        listening(create_app(services)) as address,
    ):
        yield address


@pytest.fixture
def pagewise(address: str) -> Pagewise:
    return Pagewise(address, TOKEN)


# -- made from the document ------------------------------------------------------------------------


def test_the_client_is_what_the_openapi_document_says() -> None:
    for name, text in written(openapi_document()).items():
        assert (PACKAGE / name).read_text(encoding="utf-8") == text, "run make client"


def test_every_operation_has_a_method() -> None:
    found = {(method, path) for method, path, _ in operations(openapi_document())}
    assert found == NAMES.keys()
    assert [name for name in NAMES.values() if not callable(getattr(Pagewise, name, None))] == []


# -- against the server ----------------------------------------------------------------------------


def test_a_question_is_answered_with_typed_passages(pagewise: Pagewise) -> None:
    answer = pagewise.query(QUESTION, documents=["*.md"], k=5)
    assert "60 euros" in answer.answer
    source = answer.sources[0]
    assert source.document == "library-handbook.md"
    assert source.relevance.kept
    assert (answer.second, answer.searched, answer.index.generation) == (None, None, "0001")


def test_a_refusal_says_what_was_searched(pagewise: Pagewise) -> None:
    answer = pagewise.query("Who won the football world cup in 1954?")
    assert (answer.refused, answer.answer) == (True, REFUSALS["en"])
    assert answer.searched is not None
    assert {word.text: word.passages for word in answer.searched.wordings[0].words}["football"] == 0


def test_a_conversation_goes_along(pagewise: Pagewise) -> None:
    first = pagewise.query(QUESTION)
    again = pagewise.query("And when is it paid back?", history=[Turn(question=QUESTION, answer=first.answer)])
    assert again.standalone_question is not None


def test_a_stream_ends_with_the_whole_response(pagewise: Pagewise) -> None:
    events = list(pagewise.query_events(QUESTION))
    assert events[0].name == "passages"
    assert [event.result for event in events[:-1]] == [None] * (len(events) - 1)
    last: Event[QueryResponse] = events[-1]
    assert last.name == "done"
    assert last.result is not None
    assert "60 euros" in last.result.answer


def test_passages_documents_answers_and_states_are_read(pagewise: Pagewise) -> None:
    assert len(pagewise.retrieve("opening hours", k=3).passages) == 3
    documents = pagewise.documents()
    assert {document.path for document in documents.documents} == {"library-handbook.md", "waldbad-badeordnung.md"}
    assert documents.folder is not None
    assert documents.folder.read == 2
    assert pagewise.answers(state="lost").answers == []
    assert pagewise.status().ready
    assert (pagewise.healthz().status, pagewise.readyz().status) == ("ok", "ok")
    assert "pagewise_answers_total" in pagewise.metrics()


def test_documents_are_added_replaced_and_deleted(pagewise: Pagewise, tmp_path: Path) -> None:
    file = tmp_path / 'a "boat" 船.md'
    file.write_bytes(b"The boat house opens at seven.\r\n--x")
    (added,) = pagewise.upload([file]).documents
    assert (added.outcome, added.bytes) == ("added", 35)
    (replaced,) = pagewise.upload([(file.name, b"At eight.")], replace=True).documents
    assert (replaced.path, replaced.outcome) == (added.path, "replaced")
    assert pagewise.delete_document(added.path).path == added.path


@pytest.mark.parametrize(
    ("token", "question", "status", "code"),
    [
        pytest.param(TOKEN, "", 422, "out_of_range", id="no question"),
        pytest.param("wrong", QUESTION, 401, "unauthorized", id="wrong token"),
        pytest.param(None, QUESTION, 401, "unauthorized", id="no token"),
    ],
)
def test_an_error_is_an_exception_with_its_code(
    address: str, token: str | None, question: str, status: int, code: str
) -> None:
    with pytest.raises(Refused) as raised:
        Pagewise(address, token).query(question)
    assert (raised.value.status, raised.value.code) == (status, code)
    assert raised.value.detail
    with pytest.raises(Refused):
        list(Pagewise(address, token).query_events(question))


def test_the_file_that_has_the_name_is_named(pagewise: Pagewise) -> None:
    with pytest.raises(Refused) as raised:
        pagewise.upload([("library-handbook.md", b"another")])
    assert (raised.value.status, raised.value.code) == (409, "name_taken")


# -- what else may answer --------------------------------------------------------------------------


class _Other(PlayedServer):
    """Answers everything with one response, of which bytes may be missing at its end."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str] | None = None, missing: int = 0) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body) + missing))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:
                """Not in the output of the tests."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def test_fields_of_a_newer_server_are_left_out() -> None:
    with _Other(200, b'{"status": "ok", "notice": null, "mood": {"is": "good"}}') as other:
        assert Pagewise(other.url).readyz().status == "ok"


def test_a_token_is_sent_to_no_other_address() -> None:
    with _Other(200, b"{}") as elsewhere, _Other(302, b"", {"Location": f"{elsewhere.url}/readyz"}) as other:
        with pytest.raises(Refused) as raised:
            Pagewise(other.url, TOKEN).readyz()
        assert raised.value.status == 302


@pytest.mark.parametrize("body", [b"<html>", b'["x"]', b"{}", b'{"ready": "\xff"}', b"5", b"[" * 100_000])
def test_what_is_no_pagewise_is_said(body: bytes) -> None:
    with _Other(200, body) as other, pytest.raises(Unreachable, match="no Pagewise"):
        Pagewise(other.url).status()


def test_a_stream_that_breaks_off_is_an_error() -> None:
    with (
        _Other(200, b'event: answer\ndata: {"delta": "The"}\n\n') as other,
        pytest.raises(Unreachable, match="ended before"),
    ):
        list(Pagewise(other.url).query_events(QUESTION))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b'data: {"delta": "Th', id="cut off"),
        pytest.param(b'data: {"delta": "\xff"}', id="no UTF-8"),
        pytest.param(b"data: 5", id="no object"),
        pytest.param(b'event: done\ndata: {"answer": "The"}', id="not the whole response"),
        pytest.param(b'event: error\ndata: {"status": "bad"}', id="no status"),
        pytest.param(b"event: error\ndata: []", id="no problem"),
    ],
)
def test_a_line_of_a_stream_that_cannot_be_read_is_an_error(line: bytes) -> None:
    with _Other(200, line + b"\n\n") as other, pytest.raises(Unreachable):
        list(Pagewise(other.url).query_events(QUESTION))


def test_a_text_that_is_none_is_an_error() -> None:
    with _Other(200, b"\xff") as other, pytest.raises(Unreachable):
        Pagewise(other.url).metrics()


@pytest.mark.parametrize("missing", [0, 5])
def test_an_error_whose_description_is_cut_off_is_still_the_error(missing: int) -> None:
    with _Other(503, b'{"code": "sta', {"Retry-After": "²"}, missing) as other, pytest.raises(Refused) as raised:
        Pagewise(other.url).status()
    assert (raised.value.status, raised.value.retry_after_seconds) == (503, None)


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:8000", "localhost", "", "file:///etc", "http://", "http://[::1", "http://127.0.0.1:port", "http://a b"],
)
def test_an_address_that_is_none_is_said(url: str) -> None:
    with pytest.raises(Unreachable):
        Pagewise(url, timeout_seconds=5).status()


@pytest.mark.parametrize("token", ["two\nlines", "straße"])
def test_a_token_that_cannot_be_sent_is_said_and_not_shown(token: str) -> None:
    with _Other(200, b"{}") as other, pytest.raises(Unreachable) as raised:
        Pagewise(other.url, token).readyz()
    assert token not in str(raised.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_asked_without_a_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); from pagewise_client import Pagewise\n"
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with _Other(200, b'{"status": "ok", "notice": null}') as other:
        url = other.url.replace("127.0.0.1", host)
        said = _said([sys.executable, "-c", f"{program}print(Pagewise({url!r}).readyz().status)"], ROOT)
    assert said == "ok\n"


def test_a_server_that_is_not_there_is_said() -> None:
    with _Other(200, b"{}") as other:
        url = other.url
    with pytest.raises(PagewiseError, match=re.escape(url)):
        Pagewise(url, timeout_seconds=5).status()


# -- the page of examples --------------------------------------------------------------------------


def _example(language: str, address: str) -> str:
    """All blocks of one language as one program."""
    page = EXAMPLES.read_text(encoding="utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 6
    return "\n".join(blocks).replace("http://127.0.0.1:8000", address).replace("TOKEN", TOKEN)


def _said(command: list[str], place: Path) -> str:
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_examples_for_curl_do_what_they_say(address: str, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    said = _said(["sh", "-ec", _example("sh", address)], tmp_path)
    assert "60 euros" in said
    assert "event: done" in said
    assert '"outcome":"added"' in said.replace(" ", "")
    assert "out_of_range" in said


def test_the_examples_for_python_do_what_they_say(address: str, tmp_path: Path) -> None:
    program = f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n{_example('python', address)}"
    _expect(_said([sys.executable, "-c", program], tmp_path))


def test_the_examples_for_javascript_do_what_they_say(address: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node.js here")
    (tmp_path / "example.mjs").write_text(_example("js", address), encoding="utf-8")
    _expect(_said([node, "example.mjs"], tmp_path))


def _expect(said: str) -> None:
    assert said.count("60 euros") >= 2  # at once, and as a stream
    assert re.search(r"^from \d+ passages", said, re.MULTILINE)
    assert "library-handbook.md read" in said
    assert "added " in said
    assert "422 out_of_range" in said
