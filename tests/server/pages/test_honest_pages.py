"""What the pages say is so: stale sources, counts that agree, the model that was called, an empty folder."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.documents.reindexing import Reindexing
from server.http.services import Services
from server.settings import ServerSettings
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.pages.test_pages import PAGE, QUESTION, ask, outline


@pytest.fixture
def changed_handbook(documents_dir: Path) -> Iterator[Path]:
    """The handbook with another line at its end, until the test is over; no run has seen it."""
    handbook = documents_dir / "library-handbook.md"
    before, status = handbook.read_bytes(), handbook.stat()
    yield handbook
    handbook.write_bytes(before)
    os.utime(handbook, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_source_that_changed_is_flagged_before_the_next_run(client: FlaskClient, changed_handbook: Path) -> None:
    address = ask(client, QUESTION).request.path
    assert "Changed since" not in outline(client.get(address)).text
    changed_handbook.write_bytes(changed_handbook.read_bytes() + b"\nOr so they say.\n")
    page = outline(client.get(address))
    assert "Changed since this answer was given: library-handbook.md." in page.text
    assert "Changed since this answer was given." in page.text.split("Evidence", 1)[1], "on its card too"


def test_a_stale_source_is_named_once_and_in_amber(client: FlaskClient, changed_handbook: Path) -> None:
    changed_handbook.write_bytes(changed_handbook.read_bytes() + b"\nOr so they say.\n")
    html = ask(client, QUESTION).get_data(as_text=True)
    above = html.split("data-side", 1)[0]
    assert above.count("Changed since it was indexed: library-handbook.md.") == 1
    assert 'class="flag">Changed since it was indexed' in above


def test_the_number_of_documents_is_the_same_everywhere(client: FlaskClient) -> None:
    listed, home = outline(client.get("/documents")), outline(client.get("/"))
    rows = len([a for a in listed.all("th") if a.get("scope") == "row"])
    answering = rows - 1  # empty.pdf
    said = f"{answering} of {rows} documents"
    assert said in " ".join(home.text.split())
    assert said in " ".join(listed.text.split("<footer")[0].split())


def test_what_a_markdown_file_has_is_called_sections(client: FlaskClient) -> None:
    shown = " ".join(outline(client.get("/documents/library-handbook.md")).text.split())
    assert "section" in shown
    assert " page ·" not in shown
    assert " pages ·" not in shown
    assert "Page 1 of" not in shown
    pdf = outline(client.get("/documents/how-relevance-is-measured.pdf")).text
    assert "Page 1 of" in pdf


def test_a_model_that_was_not_called_is_not_named(start: Callable[..., Services]) -> None:
    with FakeDeepSeek() as deepseek:
        deepseek.when_scoring(Completion('{"score": 0, "reason": "says nothing of it"}'))
        settings = {"deepseek_api_key": SecretStr("sk-fake"), "deepseek_base_url": deepseek.url}
        writing = create_app(start(**settings)).test_client()
        page = outline(ask(writing, QUESTION))
        assert not deepseek.answerings()
        assert "deepseek-flash" not in page.text


def test_an_empty_folder_does_not_lead_in_circles(empty_services: Services, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    settings = ServerSettings(documents_dir=tmp_path / "nothing")
    reindexing = Reindexing(tmp_path / "index", ["false"])
    empty = create_app(replace(empty_services, settings=settings, reindexing=reindexing)).test_client()
    for path in ("/", "/documents"):
        html = empty.get(path, headers=PAGE).get_data(as_text=True)
        assert "There is nothing to index yet" in html, path
        assert "Index now" not in html, path
    (tmp_path / "nothing" / "first.md").write_text("The first line.\n", encoding="utf-8")
    assert "Index now" in empty.get("/documents", headers=PAGE).get_data(as_text=True)
