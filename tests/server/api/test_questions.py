"""The contract with programs: what docs/api.md promises, kept by a real server over a real index."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.http.schema import QueryResponse
from server.http.services import Services
from server.language import REFUSALS
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion, Failure
from tests.server.conftest import DOCUMENTS

QUESTION = "How much is the cooperative share that every member buys?"
UNANSWERABLE = "Who won the football world cup in 1954?"
KEY = "sk-canary-do-not-show-0123456789"

PASSAGE_FIELDS = {"id", "document", "pages", "text", "retrieval_score", "relevance", "stale", "url"}
RESPONSE_FIELDS = {
    *("question", "answer", "refused", "complete", "reason", "mode", "model", "reasoning", "sources", "rejected"),
    *("relevance", "checks", "notices", "usage", "timings_ms", "index", "request_id"),
}


@pytest.fixture
def deepseek() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek(key=KEY) as fake:
        yield fake


@pytest.fixture
def writing_client(start: Callable[..., Services], deepseek: FakeDeepSeek) -> FlaskClient:
    """A program that talks to a server with a language model."""
    services = start(deepseek_api_key=SecretStr(KEY), deepseek_base_url=deepseek.url)
    return create_app(services).test_client()


def events(body: str) -> list[tuple[str, Any]]:
    """The events of a stream, comments left out."""
    found = []
    for block in body.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_a_question_is_answered_from_the_documents(client: FlaskClient) -> None:
    response = client.post("/api/query", json={"question": QUESTION})
    assert response.status_code == 200
    body = response.get_json()
    assert set(body) >= RESPONSE_FIELDS
    assert body["mode"] == "extractive"
    assert body["model"] is None
    assert not body["refused"]
    assert body["sources"][0]["document"] == "library-handbook.md"
    assert "60 euros" in body["answer"]
    assert "[1]" in body["answer"]
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert body["index"] == {"generation": "0001", "embed_model": "use-multilingual-3"}
    for passage in [*body["sources"], *body["rejected"]]:
        assert set(passage) >= PASSAGE_FIELDS
        assert 0 <= passage["retrieval_score"] <= 1
        assert client.get(passage["url"]).status_code == 200
    assert all(passage["relevance"]["kept"] for passage in body["sources"])
    assert not any(passage["relevance"]["kept"] for passage in body["rejected"])


def test_a_chinese_question_is_answered_in_chinese(client: FlaskClient) -> None:
    body = client.post("/api/query", json={"question": "修理站有多少件工具可以外借？"}).get_json()
    assert body["sources"][0]["document"] == "repair-station-zh.txt"
    assert "265" in body["answer"]


def test_what_the_documents_do_not_say_is_refused(client: FlaskClient) -> None:
    body = client.post("/api/query", json={"question": UNANSWERABLE}).get_json()
    assert body["refused"]
    assert body["answer"] == REFUSALS["en"]
    assert body["sources"] == []
    assert body["rejected"]


def test_documents_narrow_the_question(client: FlaskClient) -> None:
    body = client.post("/api/query", json={"question": QUESTION, "documents": ["how-*.pdf"]}).get_json()
    assert {p["document"] for p in [*body["sources"], *body["rejected"]]} <= {"how-relevance-is-measured.pdf"}


def test_retrieve_gives_passages_without_an_answer(client: FlaskClient) -> None:
    body = client.post("/api/retrieve", json={"question": QUESTION, "k": 3}).get_json()
    assert set(body) == {"passages", "index", "timings_ms", "notices"}
    assert len(body["passages"]) == 3
    assert body["passages"][0]["document"] == "library-handbook.md"
    assert all(passage["relevance"]["score"] is None for passage in body["passages"])


def test_retrieve_scores_where_it_is_asked_to(client: FlaskClient) -> None:
    body = client.post("/api/retrieve", json={"question": QUESTION, "k": 3, "score": True}).get_json()
    scores = [passage["relevance"]["score"] for passage in body["passages"]]
    assert scores == sorted(scores, reverse=True)


def test_the_folders_files_are_each_in_one_number(client: FlaskClient) -> None:
    reply = client.get("/api/documents").get_json()
    folder = reply["folder"]
    parts = ("read", "read_in_part", "failed", "other_kind", "ignored", "hidden")
    assert folder["files"] == sum(folder[part] for part in parts)
    assert folder["read"] + folder["read_in_part"] + folder["failed"] == len(reply["documents"])
    assert {document["state"] for document in reply["documents"]} <= {"read", "read_in_part", "failed"}


def test_documents_are_listed_with_their_problems(client: FlaskClient) -> None:
    listed = {d["path"]: d for d in client.get("/api/documents").get_json()["documents"]}
    assert listed["empty.pdf"]["status"] == "failed"
    assert listed["empty.pdf"]["category"] == "empty"
    assert listed["empty.pdf"]["detail"]
    assert listed["library-handbook.md"]["status"] == "indexed"
    assert listed["library-handbook.md"]["chunks"] > 0
    assert len(listed["library-handbook.md"]["sha256"]) == 64
    assert listed["library-handbook.md"]["indexed_at"].endswith("Z")


def test_status_says_what_answers(client: FlaskClient) -> None:
    body = client.get("/api/status").get_json()
    assert body["ready"]
    assert body["mode"] == "extractive"
    assert body["language_model"] is None
    assert body["index"]["embed_model"] == "use-multilingual-3"
    assert body["index"]["documents"] == DOCUMENTS
    assert client.get("/readyz").status_code == 200


def test_a_server_without_an_index_is_alive_but_not_ready(empty_services: Services) -> None:
    client = create_app(empty_services).test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert client.get("/api/status").get_json()["reason"] == "there is no index yet; run make index"
    assert client.post("/api/query", json={"question": QUESTION}).status_code == 503


@pytest.mark.faults("B27")
@pytest.mark.parametrize("path", ["/api/query", "/api/retrieve"])
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param({"json": {}}, 400, id="no question"),
        pytest.param({"json": {"question": ""}}, 422, id="empty"),
        pytest.param({"json": {"question": " \n\t "}}, 422, id="blank"),
        pytest.param({"json": {"question": "🦜🦜🦜"}}, 422, id="only emoji"),
        pytest.param({"json": {"question": "?!"}}, 422, id="only punctuation"),
        pytest.param({"json": {"question": "a\0b"}}, 422, id="NUL"),
        pytest.param({"json": {"question": "x" * 4001}}, 422, id="too long"),
        pytest.param({"json": {"question": "x" * 1_000_000}}, 413, id="a megabyte"),
        pytest.param({"json": {"question": 5}}, 400, id="a number"),
        pytest.param({"json": {"question": None}}, 400, id="null"),
        pytest.param({"json": {"question": ["x"]}}, 400, id="a list"),
        pytest.param({"json": {"question": "x", "surprise": 1}}, 400, id="unknown field"),
        pytest.param({"json": {"question": "x", "k": 0}}, 422, id="k too small"),
        pytest.param({"json": {"question": "x", "k": 10**30}}, 422, id="k too large"),
        pytest.param({"json": {"question": "x", "k": "3"}}, 400, id="k a string"),
        pytest.param({"json": {"question": "x", "k": 1.5}}, 400, id="k a fraction"),
        pytest.param({"json": {"question": "x", "documents": "a.pdf"}}, 400, id="documents no list"),
        pytest.param({"json": {"question": "x", "documents": [""]}}, 422, id="empty glob"),
        pytest.param({"json": {"question": "x", "documents": ["a"] * 101}}, 422, id="too many globs"),
        pytest.param({"json": []}, 400, id="a list for a body"),
        pytest.param({"json": '{"question": "x"}'}, 400, id="JSON within JSON"),
        pytest.param({"data": "{", "content_type": "application/json"}, 400, id="cut JSON"),
        pytest.param({"data": "", "content_type": "application/json"}, 400, id="no body"),
        pytest.param({"data": "[" * 100_000, "content_type": "application/json"}, 400, id="deep JSON"),
        pytest.param({"data": b'{"question":"\xff\xfe"}', "content_type": "application/json"}, 400, id="broken UTF-8"),
        pytest.param({"data": rb'{"question":"\ud800x"}', "content_type": "application/json"}, 400, id="surrogate"),
        pytest.param({"data": '{"question":"x","k":NaN}', "content_type": "application/json"}, 400, id="NaN"),
        pytest.param({"data": "question=x", "content_type": "application/x-www-form-urlencoded"}, 415, id="a form"),
        pytest.param({"data": "question"}, 415, id="no content type"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(
    client: FlaskClient, path: str, sent: dict[str, Any], status: int
) -> None:
    response = client.post(path, **sent)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.get_json()["detail"].endswith(".")


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"question": "x", "threshold": 11}, id="threshold"),
        pytest.param({"question": "x", "keep": 0}, id="keep"),
        pytest.param({"question": "x", "model": "gpt"}, id="model"),
    ],
)
def test_only_a_query_has_these(client: FlaskClient, asked: dict[str, Any]) -> None:
    assert client.post("/api/query", json=asked).status_code == 422
    assert client.post("/api/retrieve", json=asked).status_code == 400


def test_with_a_language_model_the_answer_is_written(writing_client: FlaskClient, deepseek: FakeDeepSeek) -> None:
    deepseek.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
    deepseek.when_answering(Completion("An ordinary member pays 60 euros a year [1]."))
    body = writing_client.post("/api/query", json={"question": QUESTION}).get_json()
    assert body["mode"] == "llm"
    assert body["model"] == "deepseek-flash"
    assert body["answer"] == "An ordinary member pays 60 euros a year [1]."
    assert body["relevance"]["scorer"] == "llm"
    assert body["sources"][0]["relevance"] == {"score": 9, "reason": "names the fee", "kept": True}
    assert body["usage"]["answer"]["completion_tokens"] > 0
    assert body["reasoning"] is None


@pytest.mark.parametrize("model", ["reasoner", "deepseek-reasoner"])
def test_the_reasoner_gives_its_thoughts_apart(writing_client: FlaskClient, deepseek: FakeDeepSeek, model: str) -> None:
    deepseek.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
    deepseek.when_answering(Completion("60 euros [1].", reasoning="Let me look at the table."))
    body = writing_client.post("/api/query", json={"question": QUESTION, "model": model}).get_json()
    assert body["reasoning"] == "Let me look at the table."
    assert "table" not in body["answer"]


@pytest.mark.parametrize("model", ["chat", "deepseek-chat"])
def test_the_chat_model_answers_without_thoughts(
    writing_client: FlaskClient, deepseek: FakeDeepSeek, model: str
) -> None:
    deepseek.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
    deepseek.when_answering(Completion("60 euros [1]."))
    body = writing_client.post("/api/query", json={"question": QUESTION, "model": model}).get_json()
    assert (body["answer"], body["reasoning"]) == ("60 euros [1].", None)
    assert not deepseek.answerings()[0].thinks


@pytest.mark.faults("L1")
@pytest.mark.faults("X18")
def test_what_a_model_that_cannot_be_reached_does_not_judge_is_judged_locally(start: Callable[..., Services]) -> None:
    services = start(deepseek_api_key=SecretStr(KEY), deepseek_base_url="http://127.0.0.1:9")
    client = create_app(services).test_client()
    body = client.post("/api/query", json={"question": QUESTION}).json
    assert body is not None
    assert (body["relevance"]["scorer"], body["relevance"]["unscored"]) == ("local", 0)
    assert all(passage["relevance"]["score"] >= 4 for passage in body["sources"])
    assert any("scored by the local formula" in notice for notice in body["notices"])
    refused = client.post("/api/query", json={"question": UNANSWERABLE}).json
    assert refused is not None
    assert refused["refused"]


def test_a_rejected_key_is_said_and_never_shown(
    start: Callable[..., Services], deepseek: FakeDeepSeek, caplog: pytest.LogCaptureFixture
) -> None:
    services = start(deepseek_api_key=SecretStr("sk-wrong-canary"), deepseek_base_url=deepseek.url)
    client = create_app(services).test_client()
    with caplog.at_level(logging.DEBUG, logger="server"):
        responses = [
            client.post("/api/query", json={"question": QUESTION}),
            client.post("/api/query", json={"question": QUESTION, "stream": True}),
            client.post("/ask", data={"question": QUESTION}, headers={"Accept": "text/html"}, follow_redirects=True),
            client.get("/api/status"),
        ]
    shown = caplog.text + "".join(response.get_data(as_text=True) for response in responses) + repr(services)
    assert "canary" not in shown
    assert QUESTION not in caplog.text


def test_streaming_tells_everything_and_ends_with_the_response(
    writing_client: FlaskClient, deepseek: FakeDeepSeek
) -> None:
    deepseek.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
    deepseek.when_answering(Completion("An ordinary member pays 60 euros a year [1].", reasoning="Hm."))
    response = writing_client.post("/api/query", json={"question": QUESTION, "model": "reasoner", "stream": True})
    assert response.content_type.startswith("text/event-stream")
    told = events(response.get_data(as_text=True))
    names = [name for name, _ in told]
    assert names[0] == "passages"
    assert names.count("relevance") == len(told[0][1]["passages"])
    assert names.index("reasoning") < names.index("answer")
    assert "".join(data["delta"] for name, data in told if name == "answer") == told[-1][1]["answer"]
    assert "".join(data["delta"] for name, data in told if name == "reasoning") == "Hm."
    assert names[-1] == "done"
    assert names.count("done") == 1
    done = QueryResponse.model_validate(told[-1][1])
    assert done.answer == "An ordinary member pays 60 euros a year [1]."
    assert done.request_id == response.headers["X-Request-ID"]


def test_the_accept_header_asks_for_a_stream_too(client: FlaskClient) -> None:
    response = client.post("/api/query", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    assert events(response.get_data(as_text=True))[-1][0] == "done"


def test_a_stream_that_fails_ends_with_the_problem(
    writing_client: FlaskClient, deepseek: FakeDeepSeek, monkeypatch: pytest.MonkeyPatch
) -> None:
    deepseek.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
    deepseek.when_answering(Failure(402))
    response = writing_client.post("/api/query", json={"question": QUESTION, "stream": True})
    told = events(response.get_data(as_text=True))
    assert [name for name, _ in told if name in ("done", "error")] in (["error"], ["done"])
    name, data = told[-1]
    assert data["code"] == "no_balance" if name == "error" else "balance" in str(data["notices"])


def test_a_stream_that_cannot_begin_has_a_status(empty_services: Services) -> None:
    client = create_app(empty_services).test_client()
    response = client.post("/api/query", json={"question": QUESTION, "stream": True})
    assert response.status_code == 503
    assert response.content_type == "application/problem+json"


def test_the_api_describes_itself(client: FlaskClient) -> None:
    document = client.get("/api/openapi.json").get_json()
    assert set(document["paths"]) == {
        *(
            "/api/query",
            "/api/retrieve",
            "/api/collections",
            "/api/documents",
            "/api/documents/{document}",
            "/api/status",
        ),
        "/api/answers",
        *("/healthz", "/readyz", "/metrics"),
        *("/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/models", "/v1/models/{model}"),
    }
    query = document["paths"]["/api/query"]["post"]
    assert set(query["responses"]) >= {"200", "400", "401", "413", "415", "422", "502", "503", "504"}
    assert "application/problem+json" in query["responses"]["422"]["content"]
    assert set(document["components"]["schemas"]["QueryResponse"]["properties"]) == set(QueryResponse.model_fields)
