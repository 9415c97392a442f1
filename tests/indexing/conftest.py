"""The workshop's fixtures are for all tests here, so that its first index is made once."""

from tests.indexing.recognising import recogniser
from tests.indexing.workshop import empty_workshop, indexed_once, workshop

__all__ = ["empty_workshop", "indexed_once", "recogniser", "workshop"]
