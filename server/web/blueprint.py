"""What all pages share: their blueprint, and what is shown around their content."""

from typing import Any

from flask import Blueprint, request

from server import presentation
from server.api import model_notice, open_index_status, readiness, stores_notice
from server.services import VERSION, services
from server.translation import LANGUAGES, interface_language
from server.upkeep import documents_problem

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")

blueprint = Blueprint("web", __name__)


@blueprint.app_context_processor
def page_context() -> dict[str, Any]:
    """What every page shows around its content."""
    return {
        **presentation.HELPERS,
        "index": open_index_status(),
        "index_state": readiness(),
        "model_notice": model_notice,
        "documents_problem": documents_problem,
        "stores_notice": stores_notice,
        "language_model": services().language_model,
        "settings": services().settings,
        "can_reindex": services().reindexing is not None,
        "is_indexing": _is_indexing,
        "version": VERSION,
        "language": interface_language(),
        "languages": LANGUAGES,
        "theme": _theme(),
    }


def _theme() -> str:
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def _is_indexing() -> bool:
    reindexing = services().reindexing
    return reindexing is not None and reindexing.state().is_running
