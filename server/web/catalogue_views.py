"""What the pages want to know of all documents; nothing of any while no index is open."""

from server.services import services
from storage.records import DocumentRecord, PageRecord


def document_records() -> list[DocumentRecord]:
    """The documents of the open index; none while it is not open."""
    if not services().index.state().ready:
        return []
    with services().index.acquire() as index:
        return index.generation.catalogue.documents()


def odd_pages() -> list[tuple[str, PageRecord]]:
    """Every page that was not read plainly, with the path of its document."""
    if not services().index.state().ready:
        return []
    with services().index.acquire() as index:
        return index.generation.catalogue.odd_pages()
