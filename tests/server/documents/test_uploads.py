"""Adding and deleting documents: what is stored, what is refused, and that it answers and answers no more."""

import gc
import io
import os
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from server import create_app
from server.bootstrap import build_services
from server.documents.uploads import NameTaken, SentFile, Uploads
from server.http.services import Services
from server.settings import ServerSettings
from storage.formats import ALL_SUFFIXES
from storage.settings import StorageSettings
from tests.server.api.test_openapi_cases import _CHECKS, operations_of
from tests.server.conftest import ROOT
from tests.server.documents.upload_setup import House, multipart, served
from tests.server.pages.browser_setup import chromium
from tests.server.pages.test_pages import PAGE, outline

FERRY = b"# Ferry\n\nThe ferry to Skarholm leaves the eastern pier at 7:40 every morning.\n"
TRAM = b"# Tram\n\nTram line 6 ends at the botanical garden beside the old observatory.\n"
ACTIVE = {
    "page.html": b"<h1>Menu</h1><p>Soup costs 4 euros.</p><script>alert(document.domain)</script>",
    "page.xhtml": b"<html xmlns='http://www.w3.org/1999/xhtml'><p>Rye bread.</p><script>alert(1)</script></html>",
    "drawing.xml": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><text>A drawing of a boat.</text></svg>",
    "page.pdf": b"<html><script>alert(1)</script><p>No PDF at all.</p></html>",
    "page.md": b"<svg onload=alert(1)>\n\n[x](javascript:alert(1)) A tale of two boats.\n",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server that began without documents and an index; these were added and indexed through it."""
    place = tmp_path_factory.mktemp("house")
    settings = ServerSettings(allow_uploads=True, documents_dir=place / "documents")
    paper = (ROOT / "documents" / "how-relevance-is-measured.pdf").read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBED_MODEL", "packaged")
        services = build_services(settings, StorageSettings(index_dir=place / "index"))
        services.load()
        with served(services) as house:
            added = house.upload(("ferry.md", FERRY), ("tram.md", TRAM), ("paper.pdf", paper), *ACTIVE.items())
            assert {file["outcome"] for file in added.json["documents"]} == {"added"}
            house.index()
            yield house
        services.close()


def test_what_was_added_answers_and_what_is_deleted_does_so_no_more(house: House) -> None:
    question = "When does the ferry to Skarholm leave?"
    answer = house.ask(question)
    assert ("7:40" in answer["answer"], answer["sources"][0]["document"]) == (True, "ferry.md")
    assert house.delete("ferry.md").json == {"path": "ferry.md", "next": "The next run takes it out of the index."}
    answer = house.ask(question)
    assert "7:40" not in answer["answer"]
    assert "ferry.md" not in {passage["document"] for passage in answer["sources"] + answer["rejected"]}
    assert "Deleted: it answers no more" in page_of(house, "/documents")
    house.index()
    listed = {document["path"] for document in house.send("GET", "/api/documents").json["documents"]}
    assert listed == {"tram.md", "paper.pdf", *ACTIVE}
    assert "botanical garden" in house.ask("Where does tram line 6 end?")["answer"]


@pytest.mark.faults("X11")
def test_what_could_run_is_never_shown_in_the_browser(house: House) -> None:
    assert house.upload(("drawing.svg", b"<svg onload=alert(1)/>")).status == 415
    for name in ACTIVE:
        reply = house.send("GET", f"/files/{name}")
        headers = reply.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        if reply.status == 200 and name != "page.pdf":
            assert headers["Content-Type"] == "application/octet-stream"
            assert headers["Content-Disposition"].startswith("attachment")
        else:
            assert reply.status == 404 or headers["Content-Type"] == "application/pdf"
    assert house.send("GET", "/files/page.html").status == 200


def test_a_file_that_was_replaced_is_labelled(house: House) -> None:
    assert house.upload(("tram.md", TRAM + b"Or so they say.\n"), replace="true").json["documents"][0]["outcome"] == (
        "replaced"
    )
    assert "The file is newer than the index." in page_of(house, "/documents")
    assert house.ask("Where does tram line 6 end?")["sources"][0]["stale"] is True


def page_of(house: House, path: str) -> str:
    return house.send("GET", path, headers=PAGE).body.decode()


# --- The rules, without HTTP or an index --------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def taking(empty_services: Services, folder: Path) -> FlaskClient:
    """A server without an index that takes documents."""
    settings = ServerSettings(allow_uploads=True, documents_dir=folder, max_upload_mb=5)
    return create_app(replace(empty_services, settings=settings)).test_client()


def upload(client: FlaskClient, *files: tuple[str, bytes], path: str = "/api/documents", **fields: str) -> Any:
    body, kind = multipart(files, fields)
    return client.post(path, data=body, content_type=kind)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_same_bytes_are_there_already_and_others_are_refused_until_asked_to_replace(
    taking: FlaskClient, folder: Path
) -> None:
    assert upload(taking, ("a.md", b"one")).json["documents"][0]["outcome"] == "added"
    assert upload(taking, ("a.md", b"one")).json["documents"][0]["outcome"] == "unchanged"
    refused = upload(taking, ("b.md", b"new"), ("a.md", b"two"))
    assert (refused.status_code, refused.json["code"]) == (409, "name_taken")
    assert "a.md" in refused.json["detail"]
    assert names(folder) == ["a.md"]
    assert (folder / "a.md").read_bytes() == b"one"
    stored = upload(taking, ("b.md", b"new"), ("a.md", b"two"), replace="true").json["documents"]
    assert [file["outcome"] for file in stored] == ["added", "replaced"]
    assert (folder / "a.md").read_bytes() == b"two"


def test_two_files_of_one_name_are_stored_only_if_they_are_one(folder: Path) -> None:
    def sent(name: str, content: bytes) -> SentFile:
        return SentFile(name, io.BytesIO(content))

    with pytest.raises(NameTaken):
        Uploads().add(folder, [sent("x/a.md", b"one"), sent("y/a.md", b"two")], replace=True)
    assert names(folder) == []
    outcomes = [file.outcome for file in Uploads().add(folder, [sent("a.md", b"one"), sent("y/a.md", b"one")])]
    assert outcomes == ["added", "unchanged"]


def test_one_file_that_is_not_read_refuses_all(taking: FlaskClient, folder: Path) -> None:
    refused = upload(taking, ("a.md", b"one"), ("pro\u202egram.exe", b"MZ"))
    assert (refused.status_code, refused.json["code"]) == (415, "kind_not_read")
    assert "program.exe" in refused.json["detail"]
    assert all(suffix in refused.json["detail"] for suffix in ALL_SUFFIXES)
    assert not folder.exists() or names(folder) == []


@pytest.mark.filterwarnings("ignore:[Uu]nclosed file:ResourceWarning")  # Werkzeug 3.1 leaves the part it cannot keep
def test_a_full_disk_leaves_no_half_file(taking: FlaskClient, folder: Path) -> None:
    folder.mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))  # writes beyond it fail as on a full disk
    try:
        # The first is too large for the folder, the second already for the parts of the form that wait on the disk.
        replies = [upload(taking, ("a.md", b"a"), ("b.md", b"x" * size)) for size in (300_000, 2_000_000)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    gc.collect()
    for reply in replies:
        assert (reply.status_code, reply.json["code"]) == (507, "disk_full")
        assert "nothing was stored" in reply.json["detail"]
    assert names(folder) == []


def test_a_folder_that_cannot_be_written_is_said_so(taking: FlaskClient, folder: Path) -> None:
    folder.write_bytes(b"a file where the folder should be")
    refused = upload(taking, ("a.md", b"one"))
    assert (refused.status_code, refused.json["code"]) == (503, "folder_not_writable")
    assert str(folder) not in refused.get_data(as_text=True)


def test_what_a_killed_server_left_is_removed_and_what_another_writes_is_not(taking: FlaskClient, folder: Path) -> None:
    folder.mkdir()
    for name, age in ((".upload-old", 7200), (".upload-new", 5)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    upload(taking, ("a.md", b"one"))
    assert names(folder) == [".upload-new", "a.md"]


def test_of_a_link_only_the_link_is_replaced_or_deleted(taking: FlaskClient, folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    outside = tmp_path / "outside.md"
    outside.write_bytes(b"mine")
    for name in ("a.md", "b.md"):
        (folder / name).symlink_to(outside)
    assert upload(taking, ("a.md", b"mine")).status_code == 409  # not the same file, whatever it leads to
    assert upload(taking, ("a.md", b"yours"), replace="true").status_code == 200
    assert taking.delete("/api/documents/b.md").status_code == 200
    assert not (folder / "a.md").is_symlink()
    assert outside.read_bytes() == b"mine"
    assert names(folder) == ["a.md"]


def test_a_folder_of_the_name_is_never_replaced(taking: FlaskClient, folder: Path) -> None:
    (folder / "a.md").mkdir(parents=True)
    assert upload(taking, ("a.md", b"one"), replace="true").status_code == 409
    assert taking.delete("/api/documents/a.md").status_code == 404


def test_documents_in_folders_below_can_be_deleted(taking: FlaskClient, folder: Path) -> None:
    (folder / "papers").mkdir(parents=True)
    for name in ("a.md", "b.md", "notes.bin", ".hidden.md"):
        (folder / "papers" / name).write_bytes(b"x")
    assert taking.delete("/api/documents/papers/a.md").status_code == 200
    for path in ("papers/notes.bin", "papers/.hidden.md", "papers", "papers/a.md", "nowhere/b.md"):
        refused = taking.delete(f"/api/documents/{path}")
        assert (refused.status_code, refused.get_json()["code"]) == (404, "no_such_document")
    assert names(folder / "papers") == [".hidden.md", "b.md", "notes.bin"]


def test_the_page_says_what_became_of_the_files(taking: FlaskClient, folder: Path) -> None:
    sent = upload(taking, ("a.md", b"one"), ("<b>.md", b"two"), path="/uploads")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/documents?added=2&same=0#indexing")
    page = outline(taking.get(sent.headers["Location"]))
    assert "2 files were added." in page.text
    assert "Waiting for the next run" in page.text
    assert "_b_.md" in page.text
    asked = outline(taking.get("/delete/a.md"))
    assert "cannot be undone" in asked.text
    assert [form["method"] for form in asked.all("form")] == ["post"]
    assert names(folder) == ["_b_.md", "a.md"]  # asking deletes nothing
    gone = taking.post("/delete/a.md")
    assert (gone.status_code, gone.headers["Location"]) == (303, "/documents?deleted=1#indexing")
    assert "The document was deleted." in outline(taking.get(gone.headers["Location"])).text
    assert taking.get("/delete/a.md", headers=PAGE).status_code == 404
    assert upload(taking, ("", b""), path="/uploads").status_code == 422


def test_in_chinese_too(taking: FlaskClient, folder: Path) -> None:
    headers = {"Accept-Language": "zh", "Accept": "text/html"}
    folder.mkdir()
    (folder / "a.md").write_bytes(b"x")
    assert "添加文档" in taking.get("/documents", headers=headers).get_data(as_text=True)
    assert "要删除此文档吗" in taking.get("/delete/a.md", headers=headers).get_data(as_text=True)


def test_where_it_is_not_allowed_the_page_does_not_offer_it(quoting_services: Services) -> None:
    client = create_app(replace(quoting_services, settings=ServerSettings(allow_uploads=False))).test_client()
    page = client.get("/documents").get_data(as_text=True)
    assert "Add documents" not in page
    assert "/delete/" not in page


def test_made_up_requests_are_answered_as_documented(taking: FlaskClient) -> None:
    operations = [found for found in operations_of(taking.application) if found.label.split()[0] in ("POST", "DELETE")]
    mine = [operation for operation in operations if "/api/documents" in operation.label]
    assert len(mine) == 2
    for operation in mine:
        modes = [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if operation.body else [])]
        for mode in modes:

            @settings(
                max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def check(case: Any) -> None:
                case.call_and_validate(checks=_CHECKS)

            check()


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "has_script"), [("light", True), ("dark", True), ("light", False)])
def test_a_person_adds_and_deletes_in_a_browser(
    empty_services: Services, folder: Path, tmp_path: Path, scheme: Literal["light", "dark"], has_script: bool
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shutil.copytree(ROOT / "documents", folder)
    mine, large = tmp_path / "会议 minutes.md", tmp_path / "large.txt"
    mine.write_bytes(FERRY)
    large.write_bytes(b"x" * 1_100_000)
    server_settings = ServerSettings(allow_uploads=True, documents_dir=folder, max_upload_mb=1)
    found: list[Any] = []
    with served(replace(empty_services, settings=server_settings)) as house, chromium() as browser:
        page = browser.new_page(
            viewport={"width": 360, "height": 800}, color_scheme=scheme, java_script_enabled=has_script, bypass_csp=True
        )
        examine: Callable[[], None] = lambda: found.extend(  # noqa: E731
            Axe().run(page).response["violations"] if has_script else []
        )
        page.goto(f"{house.address}/documents")
        if has_script:
            page.set_input_files("input[type=file]", str(large))
            assert page.eval_on_selector("input[type=file]", "field => field.validationMessage").startswith("Together")
        page.set_input_files("input[type=file]", str(mine))
        if not has_script:  # with one they are sent at once
            page.click("#add button")
        page.wait_for_selector(".done")
        assert "1 file was added." in page.inner_text(".done")
        assert page.locator("html").evaluate("html => html.scrollWidth - innerWidth") <= 0 if has_script else True
        examine()
        page.click(".waiting li:has-text('会议 minutes.md') a")
        assert "会议 minutes.md" in page.inner_text(".confirm")
        examine()
        page.click(".confirm button")
        assert "The document was deleted." in page.inner_text(".done")
        examine()
    assert [violation["id"] for violation in found] == []
    assert not (folder / mine.name).exists()


@pytest.mark.parametrize("path", ["/api/documents", "/uploads"])
def test_a_thousand_files_are_taken_at_a_time(house: House, path: str) -> None:
    files = [(f"note-{number}.md", f"Note {number}.\n".encode() * (1 + number % 7)) for number in range(1_000)]
    before = house.names()
    try:
        assert house.upload(*files, path=path).status in (200, 303)
        assert house.names() - before == {name for name, _ in files}
        assert all((house.folder / name).read_bytes() == content for name, content in files)
    finally:
        for name, _ in files:
            (house.folder / name).unlink(missing_ok=True)


@pytest.fixture
def twenty_handles() -> Iterator[None]:
    """This process may open no more than twenty files besides those that are open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(handle.name) for handle in Path("/proc/self/fd").iterdir())
    between = [os.open(os.devnull, os.O_RDONLY)]  # a limit is on the number of a handle: the free ones below are taken
    while between[-1] < highest:
        between.append(os.open(os.devnull, os.O_RDONLY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(highest, between[-1]) + 21, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    for handle in between:
        os.close(handle)


@pytest.mark.usefixtures("twenty_handles")
def test_large_files_of_one_upload_need_no_handle_each(house: House) -> None:
    files = [(f"large-{number}.txt", bytes([97 + number % 26]) * 600_000) for number in range(40)]
    assert house.upload(*files).status == 200
    for name, content in files:
        assert (house.folder / name).read_bytes() == content
        (house.folder / name).unlink()
