"""Who asked, read, signed in, added, deleted, indexed and changed: a line of JSON each, in a file that is rotated.

Names of documents are in it, questions only where that was asked for, answers and texts of documents never.
"""

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from flask_limiter.util import get_remote_address

from server.http.scopes import asks_by_tool, needed_scope
from server.http.services import collection
from server.settings import ServerSettings
from storage.file_locks import alone_in

_BYTES, _FILES = 10 * 1024 * 1024, 5
_ACTIONS = {
    "api.retrieve": "search",
    "web.find": "search",
    "web.file": "read_file",
    "web.page_picture": "read_page",
    "web.document": "read_page",
    "web.answer": "read_answer",
    "web.answer_markdown": "read_answer",
    "web.print_answer": "read_answer",
    "web.answer_json": "read_answer",
    "web.answer_file": "read_answer",
    "web.answer_word": "read_answer",
    "web.evidence_pack": "read_answer",
    "sign_in.sign_in": "sign_in",
    "sign_in.sign_out": "sign_out",
    "indexing.start": "index",
    "indexing.cancel": "cancel_indexing",
    "upload_api.upload": "upload",
    "uploads.upload": "upload",
    "uploads.settle": "upload",
    "upload_api.delete": "delete",
    "uploads.delete": "delete",
    "web.forget": "forget_answers",
    "web.judge": "judge_answer",
}
_LONGEST_TEXT = 4000


class _EachLineClosed(RotatingFileHandler):
    """Leaves the file closed after each line: it may be moved away by whoever collects logs.

    The processes of one server write into it and turn it over one at a time.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Append the line; called under the handler's lock."""
        try:
            with alone_in(Path(self.baseFilename).parent):
                super().emit(record)
        except OSError:
            self.handleError(record)
        if self.stream is not None:
            self.stream.close()
            self.stream = None  # the next line opens it


def keep_audit_log(app: Flask, settings: ServerSettings) -> None:
    """Write a line for every response of note from now on; nothing where AUDIT_LOG is empty."""
    if settings.audit_log is None:
        return
    settings.audit_log.parent.mkdir(parents=True, exist_ok=True)
    handler = _EachLineClosed(settings.audit_log, maxBytes=_BYTES, backupCount=_FILES - 1, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(message)s"))

    @app.after_request
    def note(response: Response) -> Response:
        action = _action()
        if action is not None or response.status_code in (401, 403):
            line = _line(action or "refused", response.status_code, with_text=settings.audit_texts)
            handler.handle(logging.makeLogRecord({"msg": json.dumps(line, ensure_ascii=False), "name": "audit"}))
        return response


def _action() -> str | None:
    """What the request does, where it is of note."""
    endpoint = request.endpoint or ""
    if asks_by_tool():
        return "ask"
    if endpoint == "mcp.call":
        return "call_tool"
    if (named := _ACTIONS.get(endpoint)) is not None:
        return named
    if request.method == "GET":
        return None
    return "ask" if needed_scope(endpoint) == "ask" else "change"


def _line(action: str, status: int, *, with_text: bool) -> dict[str, Any]:
    line: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "who": g.get("token_name"),
        "address": get_remote_address(),
        "action": action,
        "status": status,
        "path": request.path[:500],
        "request_id": g.get("request_id"),
    }
    if named := collection():
        line["collection"] = named
    if scope := g.get("missing_scope"):
        line["missing_scope"] = scope
    if documents := _documents(status):
        line["documents"] = documents
    if with_text and status < 400 and action in ("ask", "search") and (text := _question()):
        line["question"] = text[:_LONGEST_TEXT]
    return line


def _documents(status: int) -> list[str]:
    named = (request.view_args or {}).get("document")
    if named:
        return [str(named)]
    if request.method == "POST" and request.mimetype == "multipart/form-data" and status < 400:
        return [file.filename or "" for file in request.files.getlist("file")][:100]
    return []


def _question() -> str:
    """What was asked, in whichever form it was sent."""
    if request.mimetype != "application/json":
        return str(request.form.get("question", ""))
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return ""
    found = body.get("question") or body.get("input") or body.get("prompt")
    if isinstance(body.get("params"), dict):
        found = (body["params"].get("arguments") or {}).get("question")
    if isinstance(body.get("messages"), list) and body["messages"] and isinstance(body["messages"][-1], dict):
        found = body["messages"][-1].get("content")
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False) if found else ""
