"""The pages. They work without JavaScript; what a model or a document wrote passes through `rendering`."""

from server.web import answer_pages, document_pages, house_pages
from server.web.blueprint import blueprint

__all__ = ["answer_pages", "blueprint", "document_pages", "house_pages"]
