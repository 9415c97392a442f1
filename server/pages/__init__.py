"""The pages: how is it shown? They work without JavaScript; text of models and documents passes through `rendering`."""

from server.pages import (
    answers,
    documents,
    evidence,
    history,
    indexing,
    settings,
    sharing,
    sign_in,
    static_files,
    suggestions,
    uploads,
    verdicts,
)
from server.pages.blueprint import blueprint

BLUEPRINTS = (blueprint, indexing.blueprint, uploads.blueprint, settings.blueprint, sign_in.blueprint)
"""All pages: `answers`, `documents`, `evidence`, `history`, `sharing`, `suggestions` and `verdicts` share the first."""

__all__ = [
    "BLUEPRINTS",
    "answers",
    "documents",
    "evidence",
    "history",
    "sharing",
    "static_files",
    "suggestions",
    "verdicts",
]
