"""What each address is for, and which scope of a token it asks for. Whatever is not named here asks for `admin`."""

from typing import Any

from flask import g, request
from werkzeug.exceptions import HTTPException

from server.settings import SCOPES, ApiToken, Scope

_NEEDED: dict[Scope, frozenset[str]] = {
    "read": frozenset(
        {
            "api.documents",
            "api.metrics",
            "api.openapi",
            "api.retrieve",
            "api.status",
            "indexing.plan",
            "indexing.progress",
            "mcp.call",  # but for its tool that asks
            "openai.model",
            "openai.models",
            "sign_in.sign_out",
            "web.answer",
            "web.answer_file",
            "web.answer_json",
            "web.answer_markdown",
            "web.answer_word",
            "web.api_page",
            "web.ask_page",
            "web.document",
            "web.evidence_pack",
            "web.documents",
            "web.file",
            "web.find",
            "web.page_picture",
            "web.print_answer",
            "web.suggestions_piece",
        }
    ),
    "ask": frozenset(
        {
            "answers_api.kept_answers",
            "api.query",
            "openai.chat_completions",
            "openai.completions",
            "openai.responses",
            "web.ask",
            "web.history",
            "web.judge",
            "web.judged_questions",
            "web.own_questions",
            "web.settle_question",
        }
    ),
    "upload": frozenset(
        {
            "indexing.cancel",
            "indexing.start",
            "upload_api.delete",
            "upload_api.upload",
            "uploads.confirm",
            "uploads.delete",
            "uploads.ignore",
            "uploads.settle",
            "uploads.upload",
        }
    ),
    "admin": frozenset(
        {
            "settings.address_picture",
            "settings.settings_page",
            "settings.test",
            "web.confirm_forgetting",
            "web.forget",
        }
    ),
}
_SCOPE_OF: dict[str, Scope] = {endpoint: scope for scope in SCOPES for endpoint in _NEEDED[scope]}


def needed_scope(endpoint: str) -> Scope | None:
    """The scope that an address asks for; None: it is not named here, and asks for `admin`."""
    return _SCOPE_OF.get(endpoint)


def missing_scope(token: ApiToken) -> Scope | None:
    """The scope that the current request asks for and its token lacks; None: it may go on, or leads nowhere."""
    if request.endpoint is None:
        return None
    needed: Scope = "ask" if asks_by_tool() else needed_scope(request.endpoint) or "admin"
    return None if needed in token.scopes else needed


def may(endpoint: str) -> bool:
    """Whether whoever sent the current request may use this address: what he may not use is not offered to him."""
    token: ApiToken | None = g.get("token")
    return token is None or (needed_scope(endpoint) or "admin") in token.scopes


def asks_by_tool() -> bool:
    """Whether the current request is a message of MCP that calls the tool that answers."""
    if request.endpoint != "mcp.call":
        return False
    try:
        return _asks(request.get_json(silent=True))
    except HTTPException:  # too large to be looked at: whoever reads it next refuses it
        return False


def _asks(said: Any) -> bool:
    if not isinstance(said, dict) or said.get("method") != "tools/call":
        return False
    parameters = said.get("params")
    return isinstance(parameters, dict) and parameters.get("name") == "ask"
