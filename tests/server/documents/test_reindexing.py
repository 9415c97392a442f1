"""The indexing job from the page: a real child process of this Python stands in for it, or the job itself plans."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.documents.reindexing import JobState, NoPlan, Reindexing
from server.documents.shown_page import PageMark, page_marks
from server.http.services import Services
from server.settings import ServerSettings
from storage.generations.lock import index_lock
from storage.records import DocumentRecord, PageRecord, PageStatus
from tests.server.pages.test_pages import PAGE, outline

SAYS = "import os, sys; print('2026-11-23 10:00:00,000 INFO    3/7 a.pdf: 2 pages', os.environ.get('API_TOKENS'));"


def job(index_dir: Path, then: str) -> Reindexing:
    return Reindexing(index_dir, [sys.executable, "-c", f"{SAYS} sys.stdout.flush(); {then}"])


def ended(reindexing: Reindexing) -> JobState:
    deadline = time.monotonic() + 60
    while (state := reindexing.state()).is_running:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return state


def test_the_run_is_followed_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKENS", "secret")
    reindexing = job(tmp_path, "sys.stdin.read(); sys.exit(1)")
    assert reindexing.start(tmp_path)
    assert ended(reindexing) == JobState(False, ("3/7 a.pdf: 2 pages None",), exit_code=1)


def test_two_never_run_at_once_and_the_count_is_shown(tmp_path: Path) -> None:
    reindexing = job(tmp_path, "import time; time.sleep(60)")
    assert reindexing.start(tmp_path)
    try:
        deadline = time.monotonic() + 60
        while not (state := reindexing.state()).total:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert (state.is_running, state.done, state.total) == (True, 3, 7)
        assert not reindexing.start(tmp_path)
    finally:
        assert reindexing._process is not None
        reindexing._process.kill()
        ended(reindexing)


def test_a_run_can_be_cancelled_and_one_of_a_shell_cannot(tmp_path: Path) -> None:
    reindexing = job(tmp_path, "import time; time.sleep(60)")
    assert not reindexing.cancel()
    assert reindexing.start(tmp_path)
    assert reindexing.state().can_cancel
    assert reindexing.cancel()
    state = ended(reindexing)
    assert (state.exit_code, state.can_cancel) == (-15, False)
    with index_lock(tmp_path):
        assert not reindexing.state().can_cancel
        assert not reindexing.cancel()


def test_another_server_sees_how_a_run_gets_on_ends_it_and_knows_how_it_ended(tmp_path: Path) -> None:
    first, other = job(tmp_path, "import time; time.sleep(60)"), Reindexing(tmp_path)
    assert first.start(tmp_path)
    deadline = time.monotonic() + 60
    while not other.state().can_cancel:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert other.state().is_running
    assert not other.start(tmp_path)
    assert other.cancel()
    assert ended(other).exit_code == ended(first).exit_code == -15
    asks = job(tmp_path, "sys.exit(5)")
    assert asks.start(tmp_path)
    ended(asks)
    assert Reindexing(tmp_path).state().asks_for_removals, "a server that was started anew knows it as well"


def test_of_two_servers_that_start_a_run_at_the_same_moment_one_does(tmp_path: Path) -> None:
    both = [job(tmp_path, "import time; time.sleep(60)") for _ in range(2)]
    together = threading.Barrier(2)

    def start(reindexing: Reindexing) -> bool:
        together.wait()
        return reindexing.start(tmp_path)

    with ThreadPoolExecutor(2) as threads:
        started = list(threads.map(start, both))
    try:
        assert sorted(started) == [False, True]
        assert all(each.state().is_running for each in both)
    finally:
        assert both[started.index(False)].cancel()
        assert ended(both[started.index(True)]).exit_code == -15


def test_files_that_come_during_a_run_are_read_by_one_after_it(tmp_path: Path) -> None:
    reindexing = job(tmp_path, f"open({str(tmp_path / 'runs')!r}, 'a').write('run;'); import time; time.sleep(1)")
    assert reindexing.start(tmp_path)
    for _ in range(3):
        reindexing.follow(tmp_path)
    deadline = time.monotonic() + 60
    while not (tmp_path / "runs").exists() or (tmp_path / "runs").read_text() != "run;run;":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    ended(reindexing)
    assert (tmp_path / "runs").read_text() == "run;run;"


def test_a_server_started_anew_sees_the_run_of_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "reindex.log").write_text("embedded 5/9 chunks, 1.0 chunks/s\n")
    with index_lock(tmp_path):
        assert Reindexing(tmp_path).state() == JobState(True, ("embedded 5/9 chunks, 1.0 chunks/s",), 5, 9)
        assert not Reindexing(tmp_path).start(tmp_path)
    assert not Reindexing(tmp_path).state().is_running


def test_the_plan_is_that_of_the_job_and_names_no_place_of_this_machine(index_dir: Path, documents_dir: Path) -> None:
    lines = Reindexing(index_dir).plan(documents_dir)
    assert any("unchanged" in line.casefold() for line in lines), lines
    with pytest.raises(NoPlan) as raised:
        Reindexing(index_dir).plan(index_dir.parent / "nowhere")
    assert str(index_dir.parent) not in str(raised.value)


def test_what_the_job_says_is_told_in_the_language_of_the_page(quoting_services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "empty.txt").touch()
    reindexing = Reindexing(tmp_path / "index")
    assert reindexing.start(folder)
    assert ended(reindexing).exit_code == 4
    client = create_app(replace(quoting_services, reindexing=reindexing)).test_client()
    english, chinese = (
        outline(client.get("/reindex", headers={"Accept-Language": language})).text for language in ("en", "zh")
    )
    assert "Not read: 1 empty" in english
    assert "Nothing published: no document could be read, so there is no index." in english
    assert "未能读取：1 个为空" in chinese
    assert "未发布任何内容：没有一个文档可以读取，因此没有索引。" in chinese
    assert str(tmp_path) not in english + chinese


@pytest.fixture
def pages(quoting_services: Services, tmp_path: Path) -> FlaskClient:
    return create_app(replace(quoting_services, reindexing=job(tmp_path, "sys.exit(0)"))).test_client()


def test_the_button_starts_a_run_and_the_page_tells_how_it_ended(pages: FlaskClient) -> None:
    response = pages.post("/reindex", headers=PAGE)
    assert (response.status_code, response.headers["Location"]) == (303, "/documents#indexing")
    deadline = time.monotonic() + 60
    while "running" in pages.get("/reindex").get_data(as_text=True):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert "The last run ended well." in outline(pages.get("/documents")).text
    assert "3/7 a.pdf" in pages.get("/reindex/plan").get_data(as_text=True)


def test_a_cancelled_run_of_the_job_itself_leaves_the_index_as_it_was(
    quoting_services: Services, tmp_path: Path, documents_dir: Path
) -> None:
    reindexing = Reindexing(tmp_path / "index")
    client = create_app(replace(quoting_services, reindexing=reindexing)).test_client()
    assert reindexing.start(documents_dir)
    deadline = time.monotonic() + 60
    while not reindexing.state().lines:  # it has set up how it ends
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert 'action="/reindex/cancel"' in client.get("/reindex").get_data(as_text=True)
    assert client.post("/reindex/cancel").headers["Location"] == "/documents#indexing"
    assert ended(reindexing).exit_code == 143
    assert "was cancelled" in outline(client.get("/documents")).text
    assert not (tmp_path / "index" / "CURRENT").exists()


@pytest.mark.faults("X14")
def test_another_site_cannot_start_it(pages: FlaskClient) -> None:
    assert pages.post("/reindex", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert pages.post("/reindex", headers={"Origin": "https://evil.example"}).status_code == 403
    assert pages.get("/reindex").get_data(as_text=True).strip() == ""


@pytest.mark.parametrize(
    ("settings", "may"),
    [
        pytest.param({}, True, id="loopback"),
        pytest.param({"trusted_hosts": "docs.example.org"}, False, id="behind another name, no token"),
        pytest.param({"trusted_hosts": "docs.example.org", "api_tokens": SecretStr("x" * 22)}, True, id="token"),
    ],
)
def test_only_this_machine_or_a_token_may(settings: dict[str, object], may: bool) -> None:
    assert ServerSettings(**settings).may_reindex is may  # type: ignore[arg-type]


def test_where_it_is_not_offered_nothing_is_started(quoting_services: Services) -> None:
    client = create_app(replace(quoting_services, reindexing=None)).test_client()
    assert client.post("/reindex").status_code == 403
    assert "Index now" not in outline(client.get("/documents")).text


def test_every_page_has_its_mark() -> None:
    record = DocumentRecord("a.pdf", "indexed", "pdf", "", 0, 0, "", pages=6)
    odd = [("a.pdf", PageRecord(3, "", "ocr")), ("a.pdf", PageRecord(4, "", "empty")), ("b.pdf", PageRecord(1, ""))]
    states = ["text", "text", "ocr", "empty", "text", "text"]
    assert [(mark.first, mark.last, mark.status) for mark in page_marks([record], odd, 6)["a.pdf"]] == [
        (number, number, status) for number, status in enumerate(states, start=1)
    ]
    assert page_marks([record], odd, 5) == {
        "a.pdf": [PageMark(1, 2, "text"), PageMark(3, 3, "ocr"), PageMark(4, 4, "empty"), PageMark(5, 6, "text")]
    }


@pytest.mark.parametrize("status", ["text", "ocr", "empty"])
def test_a_page_of_the_list_has_a_bounded_number_of_marks(status: PageStatus) -> None:
    records = [DocumentRecord(f"{n}.pdf", "indexed", "pdf", "", 0, 0, "", pages=1_000) for n in range(50)]
    odd = [(each.path, PageRecord(number, "", status)) for each in records for number in range(1, 1_001, 2)]
    marks = page_marks(records, odd, 400)
    assert all(0 < len(those) <= 8 for those in marks.values())


def test_the_filter_finds_part_of_a_name(client: FlaskClient) -> None:
    page = outline(client.get("/documents?q=HANDBOOK"))
    assert "library-handbook.md" in page.text
    assert "how-relevance-is-measured.pdf" not in page.text
    assert "No document is called so, and none says it." in outline(client.get("/documents?q=zzz")).text


def test_a_document_opens_to_its_passages(client: FlaskClient) -> None:
    page = outline(client.get("/documents/how-relevance-is-measured.pdf?page=2"))
    assert "stand on this page" in page.text
    link = next(str(a["href"]) for a in page.all("a") if "passage=" in (a.get("href") or ""))
    assert '<mark id="passage">' in client.get(link).get_data(as_text=True)


def test_without_an_index_the_job_can_be_started(empty_services: Services, tmp_path: Path) -> None:
    services = replace(empty_services, reindexing=Reindexing(tmp_path))
    page = outline(create_app(services).test_client().get("/documents"))
    assert "Index now" in page.text
    assert "Nothing is indexed yet" in page.text


@pytest.mark.parametrize(("code", "says"), [(0, "The new index is being opened."), (4, "Nothing is indexed yet")])
def test_between_the_end_of_the_first_run_and_its_index_nobody_is_told_to_index(
    empty_services: Services, tmp_path: Path, code: int, says: str
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.md").write_text("Some words.")
    reindexing = job(tmp_path / "index", f"sys.exit({code})")
    settings = ServerSettings(documents_dir=folder)
    client = create_app(replace(empty_services, settings=settings, reindexing=reindexing)).test_client()
    assert reindexing.start(folder)
    ended(reindexing)
    shown = client.get("/", headers=PAGE).text
    assert says in shown
    assert ("make index" in shown) == (code == 4)
