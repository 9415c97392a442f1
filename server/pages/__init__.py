"""The pages: how is it shown? They work without JavaScript; text of models and documents passes through `rendering`."""

from server.pages import answers, documents, indexing, settings, sign_in, uploads
from server.pages.blueprint import blueprint

BLUEPRINTS = (blueprint, indexing.blueprint, uploads.blueprint, settings.blueprint, sign_in.blueprint)
"""All pages: `answers` and `documents` share the first."""

__all__ = ["BLUEPRINTS", "answers", "documents"]
