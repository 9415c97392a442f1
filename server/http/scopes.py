"""What each address is for, and which scope of a token it asks for. Whatever is not named here asks for `admin`."""

from typing import Any

from flask import g, request
from werkzeug.exceptions import HTTPException

from server.http.services import collection
from server.settings import SCOPES, ApiToken, Scope

_NEEDED: dict[Scope, frozenset[str]] = {
    "read": frozenset(
        {
            "api.collections",
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
_OF_ANY_COLLECTION = {"api.collections", "openai.model", "openai.models", "sign_in.sign_out"}
"""Whoever may do it in one of them may do it: the views look at each collection by themselves, or at none."""
_SERVER_WIDE = "settings."
"""Views of what holds for all collections: a scope that a token has in one of them does not count there."""
_SCOPE_OF: dict[str, Scope] = {endpoint: scope for scope in SCOPES for endpoint in _NEEDED[scope]}


def needed_scope(endpoint: str) -> Scope | None:
    """The scope that an address asks for; None: it is not named here, and asks for `admin`."""
    return _SCOPE_OF.get(endpoint)


def missing_scope(token: ApiToken) -> Scope | None:
    """The scope that the current request asks for and its token lacks; None: it may go on, or leads nowhere."""
    if request.endpoint is None:
        return None
    needed: Scope = "ask" if asks_by_tool() else needed_scope(request.endpoint) or "admin"
    return None if needed in allowed_scopes(token) else needed


def allowed_scopes(token: ApiToken) -> frozenset[Scope]:
    """What the token allows the current request: in its collection, but for what the whole server is set by."""
    if request.endpoint in _OF_ANY_COLLECTION or _only_introduces():
        return token.scopes.union(*token.scopes_within.values())
    return _scopes_for(request.endpoint or "", token, _named_collection(token) or collection())


def may(endpoint: str) -> bool:
    """Whether whoever sent the current request may use this address: what he may not use is not offered to him."""
    token: ApiToken | None = g.get("token")
    if token is None:
        return True
    return (needed_scope(endpoint) or "admin") in _scopes_for(endpoint, token, collection())


def _scopes_for(endpoint: str, token: ApiToken, name: str) -> frozenset[Scope]:
    """What the token allows there in this collection; what the whole server is set by asks for a scope everywhere."""
    return token.scopes if endpoint.startswith(_SERVER_WIDE) else token.scopes_in(name)


def asks_by_tool() -> bool:
    """Whether the current request is a message of MCP that calls the tool that answers."""
    return _tool_call().get("name") == "ask"


def _named_collection(token: ApiToken) -> str:
    """The collection that the body names, by a tool's argument or a model's name; whether it exists, the view says."""
    if not token.scopes_within:
        return ""
    if (request.endpoint or "").startswith("openai.") and request.method == "POST":
        return str(_sent().get("model")).partition("/")[2]
    return called_collection()


def called_collection() -> str:
    """The collection that the call of a tool names; "" where it names none, or none is called."""
    named = _dict(_tool_call().get("arguments")).get("collection")
    return named if isinstance(named, str) else ""


def _only_introduces() -> bool:
    """Whether a message of MCP tells nothing of documents: how a client begins, before it can name a collection."""
    if request.endpoint != "mcp.call":
        return False
    method = str(_sent().get("method"))
    return method in ("initialize", "ping", "tools/list") or method.startswith("notifications/")


def _tool_call() -> dict[str, Any]:
    """The tool that the current request calls and its arguments; empty where it calls none."""
    said = _sent() if request.endpoint == "mcp.call" else {}
    return _dict(said.get("params")) if said.get("method") == "tools/call" else {}


def _sent() -> dict[str, Any]:
    try:
        return _dict(request.get_json(silent=True))
    except HTTPException:  # too large to be looked at: whoever reads it next refuses it
        return {}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
