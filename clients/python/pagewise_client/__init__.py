"""A client of a Pagewise server, typed, without any library but Python's own."""

from pagewise_client.client import Pagewise
from pagewise_client.transport import Event, File, PagewiseError, Refused, Unreachable

__all__ = ["Event", "File", "Pagewise", "PagewiseError", "Refused", "Unreachable"]
