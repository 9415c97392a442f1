"""The pages: how is it shown? They work without JavaScript; text of models and documents passes through `rendering`."""

from server.pages import (
    answers,
    document_page,
    documents,
    evidence,
    files,
    finding,
    history,
    indexing,
    own_questions,
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
"""All pages; the first is shared by those of answers, documents and passages."""

__all__ = [
    "BLUEPRINTS",
    "answers",
    "document_page",
    "documents",
    "evidence",
    "files",
    "finding",
    "history",
    "own_questions",
    "sharing",
    "static_files",
    "suggestions",
    "verdicts",
]
