"""What a caller is told when something is wrong: problem+json for programs, a page for people, never an inside."""

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server import create_app
from server.deadline import Cancelled, DeadlineExceeded
from server.http.services import Services
from server.language_model.errors import KeyRejected, RateLimited

SECRET = "sk-canary-0123456789"
PAGE = {"Accept": "text/html"}


@pytest.fixture
def app(empty_services: Services) -> Flask:
    """An application that fails in every way, on demand."""
    app = create_app(empty_services)
    failures: dict[str, Exception] = {
        "key": KeyRejected("the server rejects the key"),
        "rate": RateLimited("asked too often", retry_after_seconds=7),
        "deadline": DeadlineExceeded("the question was not answered in the time it may take"),
        "cancelled": Cancelled("nobody waits for the answer any more"),
        "mistake": ZeroDivisionError(SECRET),
    }

    def fail(kind: str) -> str:
        raise failures[kind]

    app.add_url_rule("/fail/<kind>", view_func=fail)
    return app


@pytest.fixture
def caller(app: Flask) -> FlaskClient:
    return app.test_client()


def problem(response: TestResponse, status: int, code: str) -> str:
    """Check that it is a whole problem, and return its sentence."""
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    body = response.get_json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"urn:pagewise:problem:{code}"
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert body["title"]
    assert body["detail"][0].isupper()
    assert body["detail"].endswith(".")
    return str(body["detail"])


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        pytest.param("/nothing", "GET", 404, "not_found", id="unknown address"),
        pytest.param("/api/nothing", "POST", 404, "not_found", id="unknown address of the API"),
        pytest.param("/api/query", "GET", 405, "method_not_allowed", id="wrong method"),
        pytest.param("/answers/none", "GET", 404, "no_such_answer", id="unknown answer"),
        pytest.param("/readyz", "GET", 503, "no_index", id="not ready"),
        pytest.param("/api/documents", "GET", 503, "no_index", id="no index"),
        pytest.param("/documents/a.pdf", "GET", 503, "no_index", id="no index for a page"),
        pytest.param("/fail/key", "GET", 502, "key_rejected", id="language model"),
        pytest.param("/fail/rate", "GET", 502, "rate_limited", id="language model, later"),
        pytest.param("/fail/deadline", "GET", 504, "deadline_exceeded", id="deadline"),
        pytest.param("/fail/cancelled", "GET", 503, "stopping", id="cancelled"),
        pytest.param("/fail/mistake", "GET", 500, "internal_error", id="a mistake of ours"),
    ],
)
def test_every_failure_is_a_problem(caller: FlaskClient, path: str, method: str, status: int, code: str) -> None:
    problem(caller.open(path, method=method), status, code)


def test_a_problem_says_what_happened_and_what_to_do(caller: FlaskClient) -> None:
    sentence = problem(caller.get("/fail/key"), 502, "key_rejected")
    assert sentence == "The server rejects the key. Check DEEPSEEK_API_KEY and restart the server."


def test_what_passes_says_when_to_come_again(caller: FlaskClient) -> None:
    assert caller.get("/fail/rate").headers["Retry-After"] == "7"
    assert caller.get("/readyz").headers["Retry-After"] == "5"


def test_a_wrong_method_is_told_the_right_one(caller: FlaskClient) -> None:
    assert "POST" in caller.get("/api/query").headers["Allow"]


@pytest.mark.faults("X16")
def test_a_mistake_of_ours_shows_nothing_of_the_inside(caller: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        as_json, as_page = caller.get("/fail/mistake"), caller.get("/fail/mistake", headers=PAGE)
    for shown in (as_json.get_data(as_text=True), as_page.get_data(as_text=True), caplog.text):
        assert SECRET not in shown
        assert "Traceback" not in shown
    assert "ZeroDivisionError" not in as_json.get_data(as_text=True)
    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert as_json.headers["X-Request-ID"] in logged[0].getMessage()
    assert "ZeroDivisionError at test_error_responses.py" in logged[0].getMessage()


def test_people_get_a_page(caller: FlaskClient) -> None:
    response = caller.get("/fail/deadline", headers=PAGE)
    assert response.status_code == 504
    assert response.content_type.startswith("text/html")
    assert "It took too long" in response.get_data(as_text=True)
    assert response.headers["X-Request-ID"] in response.get_data(as_text=True)


def test_people_who_read_chinese_get_it_in_chinese(caller: FlaskClient) -> None:
    page = caller.get("/fail/deadline", headers=PAGE | {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert "用时过长" in page.get_data(as_text=True)
    assert 'lang="zh-Hans"' in page.get_data(as_text=True)


def test_programs_get_json_whatever_their_language(caller: FlaskClient) -> None:
    problem(caller.get("/api/nothing", headers=PAGE), 404, "not_found")


def test_a_failed_question_is_kept_in_the_form(caller: FlaskClient) -> None:
    response = caller.post("/ask", data={"question": "why <b>?"}, headers=PAGE)
    assert response.status_code == 503
    assert "why &lt;b&gt;?</textarea>" in response.get_data(as_text=True)


def test_a_value_out_of_range_is_told_in_chinese(client: FlaskClient) -> None:
    page = client.post("/ask", data={"question": "?!"}, headers=PAGE | {"Accept-Language": "zh"})
    assert "问题：至少要有一个字母、数字或汉字。" in page.get_data(as_text=True)
    refused = client.post("/api/query", json={"question": "", "k": 0}, headers={"Accept-Language": "zh"}).get_json()
    assert (refused["title"], refused["detail"]) == ("数值超出范围", "问题：不能为空；k：不能小于 1。")
    english = client.post("/api/query", json={"question": "", "k": 0}).get_json()
    assert english["detail"] == (
        "question: string should have at least 1 character; k: input should be greater than or equal to 1."
    )
