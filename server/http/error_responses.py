"""Answers every exception of the application: problem+json for programs, a page for people.

No traceback, path, key or question leaves here, and none is logged either.
"""

import logging
import traceback
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from server.http.collections import scopes_in
from server.http.conversion import passage_out
from server.http.metrics import count_failure
from server.http.problems import Problem, problem_of, told_problem
from server.http.services import collection
from server.http.translation import interface_language
from storage.messages import encoded

logger = logging.getLogger(__name__)

_OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def problem_body(problem: Problem) -> dict[str, Any]:
    """The members of RFC 9457 and ours."""
    return {
        "type": f"urn:pagewise:problem:{problem.code}",
        "title": str(problem.title),
        "status": problem.status,
        "detail": told_problem(problem, interface_language()),
        "code": problem.code,
        "request_id": g.get("request_id", ""),
    }


def openai_body(problem: Problem) -> dict[str, Any]:
    """The same in the form of OpenAI's protocol."""
    kind = _OPENAI_TYPES.get(problem.status, "invalid_request_error" if problem.status < 500 else "server_error")
    body = problem_body(problem)
    return {
        "error": {
            "message": body["detail"],
            "type": kind,
            "param": problem.param,
            "code": problem.code,
            "request_id": body["request_id"],
        }
    }


def log_failure(error: Exception, problem: Problem) -> None:
    """Count it, and log where it broke, without the message: it may quote a question, a document or a key."""
    count_failure(problem.code)
    if problem.status < 500 or problem.status == 503:
        return
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    place = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))
    logger.error("%s %s %s at %s", g.get("request_id", "-"), problem.code, type(error).__name__, place)


def register(app: Flask) -> None:
    """Answer every exception of the application from the table."""
    app.register_error_handler(Exception, _respond)


def _respond(error: Exception) -> Response:
    problem = problem_of(error)
    log_failure(error, problem)
    # Without a trusted host there are no URLs to build a page with.
    if _wants_page() and not isinstance(error, SecurityError):
        passages = [passage_out(passage, encoded) for passage in problem.passages]
        is_stranger = problem.status == 401
        page = (
            render_template("sign_in.html", bare=True, next=_asked_for())
            if is_stranger
            else render_template("problem.html", problem=problem, passages=passages, bare=_is_closed())
        )
        response = Response(page, problem.status)
    elif request.path.startswith("/v1/"):
        response = jsonify(openai_body(problem))
        response.status_code = problem.status
    else:
        response = jsonify(problem_body(problem))
        response.status_code = problem.status
        response.content_type = "application/problem+json"
    if isinstance(error, HTTPException) and error.code == 405:
        response.headers.extend(error.get_headers())  # Allow
        response.headers["Content-Type"] = response.content_type
    if problem.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(problem.retry_after_seconds)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Pagewise"'  # Basic would open a dialog of the browser
    return response


def _is_closed() -> bool:
    """Whether the reader may not know anything of the collection that the address leads to."""
    return "token" in g and "read" not in scopes_in(collection())


def _asked_for() -> str:
    """Where to go on after signing in: the page, for what was sent cannot be sent again."""
    path = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return quote(request.script_root) + path


def _wants_page() -> bool:
    return not request.path.startswith(("/api/", "/v1/")) and "text/html" in request.headers.get("Accept", "")
