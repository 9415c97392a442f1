"""The pages: how is it shown? They work without JavaScript; text of models and documents passes through `rendering`."""

from server.pages import answers, documents, indexing, uploads
from server.pages.blueprint import blueprint

BLUEPRINTS = (blueprint, indexing.blueprint, uploads.blueprint)
"""All pages: `answers` and `documents` share the first."""

__all__ = ["BLUEPRINTS", "answers", "documents"]
