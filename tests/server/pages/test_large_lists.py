"""Ten thousand documents: the pages stay light, and what is the same for all requests is not read for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.http.services import Services
from server.retrieval.index_holder import IndexState, OpenIndex
from storage.catalogue.catalogue import Catalogue
from storage.records import DocumentRecord, PageRecord

DOCUMENTS = 10_000
DAY = "2026-01-01T08:00:00Z"
_HEAVIEST = 150_000  # bytes of a page


def record(number: int) -> DocumentRecord:
    """Long names, some failures, some scans of many pages."""
    path = f"department {number % 17:02}/{2010 + number % 15}/report-{number:05} of the harbour committee.pdf"
    plain = DocumentRecord(
        path, "indexed", "pdf", f"{number:064}", 10, 1_000, "", pages=1 + number % 300, indexed_at=DAY
    )
    if number % 40:
        return replace(plain, title=f"Report {number} of the harbour committee", chunks=3)
    return replace(plain, status="failed", category="damaged", detail="it is damaged; replace it", sha256="", pages=0)


class Large:
    """The holder of an open index with another catalogue."""

    def __init__(self, services: Services, catalogue: Catalogue) -> None:
        self._index = services.index
        self._catalogue = catalogue
        self.index_dir = services.index.index_dir

    def state(self) -> IndexState:
        return self._index.state()

    @contextmanager
    def acquire(self) -> Iterator[OpenIndex]:
        with self._index.acquire() as index:
            yield replace(index, generation=replace(index.generation, catalogue=self._catalogue))


@pytest.fixture(scope="module")
def large(quoting_services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    file = tmp_path_factory.mktemp("large") / "catalogue.db"
    with Catalogue.create(file) as made, made.transaction():
        for number in range(DOCUMENTS):
            made.put_document(record(number))
        for number in range(1, DOCUMENTS, 500):
            made.replace_document(record(number), [PageRecord(page, "", "ocr") for page in range(1, 300, 2)], [])
    with Catalogue.open(file) as catalogue:
        services = replace(quoting_services, index=Large(quoting_services, catalogue), suggestions=None)  # type: ignore[arg-type]
        yield create_app(services).test_client()


@pytest.mark.parametrize(
    ("path", "heaviest"),
    [
        ("/documents", _HEAVIEST),
        ("/documents?order=pages", _HEAVIEST),
        ("/documents?page=200", _HEAVIEST),
        ("/documents?state=attention", _HEAVIEST),
        ("/documents?folder=department+03", _HEAVIEST),
        ("/documents?q=report-0", _HEAVIEST),
        ("/documents?" + "&".join(f"documents=department+{n:02}/" for n in range(5)), _HEAVIEST),
        ("/", 20_000),
    ],
)
def test_a_page_over_ten_thousand_documents_is_light(large: FlaskClient, path: str, heaviest: int) -> None:
    response = large.get(path)
    assert response.status_code == 200
    assert len(response.data) <= heaviest


def test_all_of_them_stand_on_some_page(large: FlaskClient) -> None:
    text = large.get("/documents?order=name&page=200").text
    assert "9,951 to 10,000 of 10,000" in text or "9951 to 10000 of 10000" in text
    assert text.count('class="tick"') >= 50
