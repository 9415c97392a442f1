"""Traces of OpenTelemetry, as a collector on this machine receives them from a server of its own."""

import http.client
import json
import queue
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from server.settings import ServerSettings
from tests.server.server_process import ServerProcess, server_process
from tests.serving import PlayedServer
from tests.shared import has_moved

QUESTION = "How much is the cooperative share that every member buys?"
UNANSWERABLE = "Who won the football world cup in 1954?"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
_SECONDS = 60


class Collector(PlayedServer):
    """Keeps what it is sent."""

    def __init__(self) -> None:
        received: queue.SimpleQueue[tuple[str, dict[str, str], bytes]] = queue.SimpleQueue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.put((self.path, dict(self.headers.items()), body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Not in the output of the tests."""

        self.received = received
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def question(self, name: str = "question") -> dict[str, dict[str, Any]]:
        """The spans of the next question that is whole, by name."""
        spans: dict[str, dict[str, Any]] = {}
        while name not in spans:
            path, headers, body = self.received.get(timeout=_SECONDS)
            assert (path, headers["x-key"]) == ("/v1/traces", "a b")
            request: Any = ExportTraceServiceRequest.FromString(body)
            for resource in request.resource_spans:
                about = _attributes(resource.resource)
                assert about["service.name"] == "documents of the house"
                spans |= {span.name: _span(span) for scope in resource.scope_spans for span in scope.spans}
        return spans


def _span(span: Any) -> dict[str, Any]:
    return {
        "trace": span.trace_id.hex(),
        "id": span.span_id.hex(),
        "parent": span.parent_span_id.hex(),
        "start": span.start_time_unix_nano,
        "end": span.end_time_unix_nano,
        "failed": span.status.code == 2,
        **_attributes(span),
    }


def _attributes(of: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in of.attributes}


@contextmanager
def _traced(index_dir: Path, place: Path, **more: str) -> Iterator[tuple[ServerProcess, Collector]]:
    shutil.copytree(index_dir.parent, place / "copy")
    has_moved(place / "copy" / "index", place / "copy" / "documents")
    with Collector() as collector:
        environment = {
            "INDEX_DIR": str(place / "copy" / "index"),
            "DOCUMENTS_DIR": str(place / "copy" / "documents"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20b",
            "OTEL_SERVICE_NAME": "documents of the house",
            "OTEL_BSP_SCHEDULE_DELAY": "50",
            **more,
        }
        with server_process(place / "log", environment) as server:
            server.wait_until_ready()
            yield server, collector


@pytest.fixture(scope="module")
def traced(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServerProcess, Collector]]:
    with _traced(index_dir, tmp_path_factory.mktemp("traced")) as found:
        yield found


def post(server: ServerProcess, path: str, body: dict[str, Any], **headers: str) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_SECONDS)
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **headers})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def test_a_question_is_a_trace_of_its_steps_with_counts(traced: tuple[ServerProcess, Collector]) -> None:
    server, collector = traced
    answer = post(server, "/api/query", {"question": QUESTION}, traceparent=f"00-{TRACE}-{PARENT}-01")
    spans = collector.question()
    assert set(spans) == {"question", "retrieve", "score", "answer", "check"}
    question = spans["question"]
    assert (question["trace"], question["parent"]) == (TRACE, PARENT)
    assert (question["pagewise.refused"], question["pagewise.mode"]) == (False, "extractive")
    steps = [spans[name] for name in ("retrieve", "score", "answer", "check")]
    assert {step["parent"] for step in steps} == {question["id"]}
    assert all(before["end"] == after["start"] for before, after in pairwise(steps))
    assert all(step["start"] <= step["end"] <= question["end"] for step in steps)
    found = len(answer["sources"]) + len(answer["rejected"])
    assert spans["retrieve"]["pagewise.passages"] == found
    assert spans["score"]["pagewise.kept"] == len(answer["sources"])
    assert spans["score"]["pagewise.scored"] == answer["relevance"]["scored"]
    assert spans["answer"]["pagewise.characters"] == len(answer["answer"])
    assert spans["check"]["pagewise.numbers_found"] == answer["checks"]["numbers_found"]


def test_no_text_is_in_a_trace(traced: tuple[ServerProcess, Collector]) -> None:
    server, collector = traced
    post(server, "/api/query", {"question": QUESTION})
    texts = [value for span in collector.question().values() for value in span.values() if isinstance(value, str)]
    assert not any("share" in text or "euros" in text or ".md" in text for text in texts)


def test_a_refusal_and_a_search_are_traced_too(traced: tuple[ServerProcess, Collector]) -> None:
    server, collector = traced
    post(server, "/api/query", {"question": UNANSWERABLE})
    spans = collector.question()
    assert spans["question"]["pagewise.refused"]
    assert "check" not in spans
    found = post(server, "/api/retrieve", {"question": QUESTION, "k": 3})
    spans = collector.question("search")
    assert spans["retrieve"]["pagewise.passages"] == len(found["passages"])


def test_texts_are_there_where_they_are_asked_for(index_dir: Path, tmp_path: Path) -> None:
    with _traced(index_dir, tmp_path, OTEL_TEXTS="1") as (server, collector):
        answer = post(server, "/api/query", {"question": QUESTION})
        question = collector.question()["question"]
    assert (question["pagewise.question"], question["pagewise.answer"]) == (QUESTION, answer["answer"])


def test_what_was_not_yet_sent_is_sent_when_the_server_ends(index_dir: Path, tmp_path: Path) -> None:
    with _traced(index_dir, tmp_path, OTEL_BSP_SCHEDULE_DELAY="600000") as (server, collector):
        post(server, "/api/query", {"question": QUESTION})
        server.process.terminate()
        server.process.wait(_SECONDS)
        assert not collector.received.empty()
        assert "answer" in collector.question()


def test_a_collector_that_does_not_answer_does_not_keep_the_server(index_dir: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        deaf = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        with _traced(index_dir, tmp_path, OTEL_BSP_SCHEDULE_DELAY="600000", **deaf) as (server, _):
            post(server, "/api/query", {"question": QUESTION})
            server.process.terminate()
            assert server.process.wait(_SECONDS) == 0
            assert "did not end in time" not in server.log.read_text()


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        pytest.param({}, "", id="nothing is set"),
        pytest.param({"otel_endpoint": "http://c:4318/"}, "http://c:4318/v1/traces", id="a collector"),
        pytest.param({"otel_traces_endpoint": "http://c/t"}, "http://c/t", id="the address of traces"),
        pytest.param({"otel_endpoint": "http://c", "otel_exporter": "none"}, "", id="no exporter"),
        pytest.param({"otel_endpoint": "http://c", "otel_disabled": True}, "", id="switched off"),
    ],
)
def test_the_standard_variables_mean_what_they_say(settings: dict[str, Any], url: str) -> None:
    assert ServerSettings(**settings).traces_url == url
