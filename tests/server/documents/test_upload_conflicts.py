"""Files whose names are taken: asked for each, and whatever is chosen, nothing is lost."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.documents.reindexing import Reindexing
from server.http.services import Services
from server.settings import ServerSettings
from tests.server.documents.test_uploads import names, upload
from tests.server.documents.upload_setup import served
from tests.server.pages.browser_setup import chromium
from tests.server.pages.test_pages import PAGE, outline

OLD, NEW = b"old words", b"new and other words"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("a.md", "b.md", "c.md"):
        (folder / name).write_bytes(OLD)
    return folder


@pytest.fixture
def taking(empty_services: Services, folder: Path) -> FlaskClient:
    settings = ServerSettings(allow_uploads=True, documents_dir=folder)
    return create_app(replace(empty_services, settings=settings)).test_client()


def held(client: FlaskClient) -> str:
    """Where the choice for three files of taken names and a new one is told."""
    asked = upload(client, *((f"{name}.md", NEW) for name in "abcd"), path="/uploads")
    assert asked.status_code == 409
    assert [legend[1] for legend in re.finditer(r'<legend class="name">([^<]+)', asked.text)] == [
        "a.md",
        "b.md",
        "c.md",
    ]
    (address,) = {str(form["action"]) for form in outline(asked).all("form") if "/uploads/" in str(form.get("action"))}
    return address


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names(folder)}


def test_each_file_is_asked_for_and_kept_replaced_or_left_out(taking: FlaskClient, folder: Path) -> None:
    address = held(taking)
    assert len(contents(folder)) == 3 + 4, "what was sent waits under hidden names"
    stored = taking.post(address, data={"choice-0": "both", "choice-1": "replace", "choice-2": "skip"})
    assert (stored.status_code, stored.headers["Location"]) == (303, "/documents?added=3&same=0#indexing")
    assert contents(folder) == {"a.md": OLD, "a (2).md": NEW, "b.md": NEW, "c.md": OLD, "d.md": NEW}


@pytest.mark.parametrize("form", [{}, {"choice-0": "both", "choice-1": "skip"}, {"choice": "perhaps"}])
def test_without_a_choice_for_each_nothing_happens_and_nothing_is_lost(
    taking: FlaskClient, folder: Path, form: dict[str, str]
) -> None:
    address = held(taking)
    assert taking.post(address, data=form, headers=PAGE).status_code == 422
    assert taking.post(address, data={"choice": "both"}).status_code == 303
    assert len(contents(folder)) == 7
    assert [content for name, content in contents(folder).items() if name in ("a.md", "b.md", "c.md")] == [OLD] * 3


def test_none_may_be_stored(taking: FlaskClient, folder: Path) -> None:
    address = held(taking)
    assert taking.post(address, data={"choice": "none"}).status_code == 303
    assert contents(folder) == {"a.md": OLD, "b.md": OLD, "c.md": OLD}
    assert taking.post(address, data={"choice": "both"}).status_code == 422


def test_a_script_is_told_of_each_file_in_pieces(taking: FlaskClient, folder: Path) -> None:
    added = upload(taking, ("d.md", NEW), path="/uploads", piece="1")
    assert (added.status_code, added.text.count("<html"), added.text.count("added: d.md")) == (200, 0, 1)
    asked = upload(taking, ("a.md", NEW), path="/uploads", piece="1")
    assert (asked.status_code, asked.text.count("<html"), asked.text.count("data-settle")) == (409, 0, 1)
    address = re.search(r'action="([^"]+)"', asked.text)
    assert address
    settled = taking.post(address[1], data={"choice-0": "skip", "piece": "1"})
    assert "left out" in settled.text
    assert contents(folder)["a.md"] == OLD


@pytest.mark.browser
@pytest.mark.parametrize(("has_script", "width"), [(True, 1280), (True, 360), (False, 768)])
def test_a_person_is_asked_for_each_file_in_a_browser(
    empty_services: Services, folder: Path, tmp_path: Path, has_script: bool, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    mine = tmp_path / "mine"
    mine.mkdir()
    for name in ("a.md", "b.md", "d.md", "e.exe"):
        (mine / name).write_bytes(NEW)
    chosen = [
        str(mine / name) for name in (("a.md", "b.md", "d.md", "e.exe") if has_script else ("a.md", "b.md", "d.md"))
    ]
    settings = ServerSettings(allow_uploads=True, documents_dir=folder)
    with served(replace(empty_services, settings=settings)) as house, chromium() as browser:
        size = {"width": width, "height": 800}
        page = browser.new_context(viewport=size, bypass_csp=True, java_script_enabled=has_script).new_page()  # type: ignore[arg-type]
        page.goto(f"{house.address}/documents")
        page.set_input_files("input[type=file]", chosen)
        if not has_script:  # with one they are sent at once
            page.click("#add form button[type=submit] >> nth=0")
        page.wait_for_selector(".conflict fieldset >> nth=1")
        if has_script:
            page.wait_for_selector("text=added: d.md")
            assert "are not read" in page.locator(".sent .wrong").inner_text()
            assert [each["id"] for each in Axe().run(page).response["violations"]] == []
            for number, choice in enumerate(("replace", "skip")):
                page.check(f".conflict >> nth=0 >> input[value={choice}]")
                page.click(".conflict >> nth=0 >> button >> nth=0")
                page.wait_for_function("left => document.querySelectorAll('.conflict').length === left", arg=1 - number)
        else:
            page.check("fieldset >> nth=0 >> input[value=replace]")
            page.check("fieldset >> nth=1 >> input[value=skip]")
            page.click(".conflict button >> nth=0")
            page.wait_for_url("**added=2**")
    assert contents(folder) == {"a.md": NEW, "b.md": OLD, "c.md": OLD, "d.md": NEW}


@pytest.mark.browser
def test_files_dropped_on_the_form_are_added_and_the_form_stays(
    empty_services: Services, folder: Path, tmp_path: Path
) -> None:
    settings = ServerSettings(allow_uploads=True, documents_dir=folder)
    reindexing = Reindexing(tmp_path / "index", [sys.executable, "-c", "print('1/1 d.md')"], quiet_seconds=0)
    with served(replace(empty_services, settings=settings, reindexing=reindexing)) as house, chromium() as browser:
        page = browser.new_page()
        page.goto(house.address)
        page.evaluate(
            """() => {
              const files = new DataTransfer();
              files.items.add(new File(["new words"], "d.md"));
              dispatchEvent(new DragEvent("drop", { dataTransfer: files, cancelable: true }));
            }"""
        )
        page.wait_for_url("**/?added=1&same=0")
        assert page.locator("form.ask").is_visible()
        assert "1 file was added." in page.inner_text(".done")
        page.wait_for_selector("[data-job=ended]")
    assert contents(folder)["d.md"] == b"new words"
