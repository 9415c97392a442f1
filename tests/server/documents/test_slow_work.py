"""Slow work holds a bounded share of the threads: whoever finds no room is told so, and nothing is done twice."""

import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from email.message import Message
from pathlib import Path

import psutil
import pytest

from server import create_app
from server.documents.page_pictures import IndexedFiles, NoPicture, PagePictures
from server.documents.reindexing import NoPlan, Reindexing
from server.documents.slow_work import LANES, NoRoom, SlowWork
from server.http.services import Services
from storage.child_environment import job_environment
from storage.file_hash import file_sha256
from storage.newest import Newest
from tests.indexing.samples import slow_pages_pdf
from tests.server.conftest import ROOT
from tests.server.documents.test_page_pictures import pdf as pdf
from tests.server.documents.test_page_pictures import record
from tests.server.served_folder import index_folder

PAGES = 20
PATIENCE_SECONDS = 30
TEXT = "The lighthouse of Skarholm burns all night."


def begun(work: Callable[[], object], event: threading.Event) -> threading.Thread:
    """A thread with this work, which has begun it."""
    thread = threading.Thread(target=work)
    thread.start()
    assert event.wait(PATIENCE_SECONDS)
    return thread


def test_half_of_the_threads_are_left_whatever_is_asked_for() -> None:
    slow_work = SlowWork(threads=4)
    with ExitStack() as held:
        held.enter_context(slow_work.turn("plans"))
        held.enter_context(slow_work.turn("uploads"))
        started = time.monotonic()
        with pytest.raises(NoRoom), slow_work.turn("pictures"):
            pass
        assert time.monotonic() - started < LANES["pictures"].patience_seconds
    with slow_work.turn("pictures"):
        pass


def test_whoever_waits_is_told_in_time_and_the_next_one_at_once() -> None:
    slow_work = SlowWork()
    lane = LANES["pictures"]
    refused: list[float] = []

    def wait() -> None:
        started = time.monotonic()
        with pytest.raises(NoRoom), slow_work.turn("pictures"):
            pass
        refused.append(time.monotonic() - started)

    with ExitStack() as held:
        for _ in range(lane.running):
            held.enter_context(slow_work.turn("pictures"))
        with ThreadPoolExecutor(20) as crowd:
            for _ in range(20):
                crowd.submit(wait).add_done_callback(lambda done: done.result())
    waited = [seconds for seconds in refused if seconds > lane.patience_seconds / 2]
    assert (len(refused), len(waited)) == (20, lane.waiting)


def test_the_same_work_is_done_once_for_all_who_ask() -> None:
    slow_work, begins, may_end = SlowWork(), threading.Event(), threading.Event()
    done: list[str] = []

    def work() -> None:
        begins.set()
        assert may_end.wait(PATIENCE_SECONDS)
        done.append("done")

    first = begun(lambda: slow_work.once("plans", "a", work), begins)
    second = threading.Thread(target=lambda: slow_work.once("plans", "a", work))
    second.start()
    may_end.set()
    first.join()
    second.join()
    assert done in (["done"], ["done", "done"])  # twice where the second came when the first had ended
    with pytest.raises(ZeroDivisionError):
        slow_work.once("plans", "a", lambda: 1 // 0)
    slow_work.once("plans", "a", lambda: done.append("after a failure"))
    assert done[-1] == "after a failure"


def test_what_is_kept_is_bounded_in_number_and_in_weight() -> None:
    kept: Newest[str, bytes] = Newest(3, heaviest=10, weight=len)
    for key, size in (("a", 4), ("b", 4), ("b", 5), ("c", 1)):
        kept.put(key, bytes(size))
    assert [len(kept.get(key) or b"") for key in "abc"] == [4, 5, 1]
    kept.put("d", b"")
    assert (kept.get("a"), kept.get("d")) == (None, b"")
    kept.put("e", bytes(11))
    assert [kept.get(key) for key in "bcde"] == [None] * 4


# --- Pictures and files -------------------------------------------------------------------------------------------


def test_a_page_that_failed_is_not_drawn_again_for_a_while(tmp_path: Path, pdf: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 broken")
    pictures = PagePictures()
    for file in (tmp_path / "bad.pdf", pdf):  # the second could be drawn
        with pytest.raises(NoPicture):
            pictures.picture(file, "version", 1, "")
    assert pictures.picture(pdf, "another version", 1, "")
    forgetful = PagePictures(failure_seconds=0)
    with pytest.raises(NoPicture):
        forgetful.picture(tmp_path / "bad.pdf", "version", 1, "")
    assert forgetful.picture(pdf, "version", 1, "")


def drawing() -> dict[psutil.Process, dict[str, str]]:
    """The processes of ours that draw pages now, and their environments."""
    found = {}
    for child in psutil.Process().children():
        try:
            if "server.documents.draw_page" in child.cmdline():
                found[child] = child.environ()
        except psutil.Error:  # it has ended meanwhile
            continue
    return found


def test_one_page_is_drawn_by_one_process_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "canary-5f2c")
    (tmp_path / "slow.pdf").write_bytes(slow_pages_pdf(1, TEXT))
    pictures = PagePictures()
    outcomes: list[type[Exception]] = []

    def ask(passage: str) -> None:
        try:
            pictures.picture(tmp_path / "slow.pdf", "version", 1, passage)
        except (NoPicture, NoRoom) as error:
            outcomes.append(type(error))

    askers = [threading.Thread(target=ask, args=(passage,)) for passage in ("", "", "lighthouse", "night")]
    for asker in askers:
        asker.start()
    most = 0
    while any(asker.is_alive() for asker in askers):
        children = drawing()
        most = max(most, len(children))
        for child, environment in children.items():
            assert "canary-5f2c" not in environment.values()
            if len(outcomes) == len(askers) - 1:
                child.kill()  # the others have been told; nothing more is to be seen
        time.sleep(0.01)
    assert most == 1
    assert sorted(kind.__name__ for kind in outcomes) == ["NoPicture", "NoRoom", "NoRoom", "NoRoom"]


def test_a_file_of_another_time_is_read_once(pdf: Path) -> None:
    document = record(pdf, mtime_ns=0, sha256=file_sha256(pdf))
    files = IndexedFiles()
    assert files.find(str(pdf.parent), document) == pdf.resolve()
    status = pdf.stat()
    content = bytearray(pdf.read_bytes())
    content[-1] ^= 1
    pdf.write_bytes(content)
    assert files.find(str(pdf.parent), document) is None
    os.utime(pdf, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert files.find(str(pdf.parent), document) == pdf.resolve()  # of this time and size it is known


# --- Plans --------------------------------------------------------------------------------------------------------


def planning(index_dir: Path, then: str = "") -> Reindexing:
    """A job that writes a line into a file each time it is asked for its plan."""
    place = str(index_dir / "asked")
    program = f"import sys; open({place!r}, 'a').write('x'); print('To add: 1'); sys.stdout.flush(); {then}"
    return Reindexing(index_dir, [sys.executable, "-c", program])


def test_forty_who_ask_for_the_plan_start_one_process(tmp_path: Path) -> None:
    reindexing = planning(tmp_path)
    told: list[object] = []

    def ask() -> None:
        try:
            told.append(reindexing.plan(tmp_path))
        except NoRoom:
            told.append(None)

    with ThreadPoolExecutor(40) as crowd:
        for _ in range(40):
            crowd.submit(ask)
    assert len(told) == 40
    assert set(told) <= {("To add: 1",), None}
    assert ("To add: 1",) in told
    assert (tmp_path / "asked").read_text() == "x"


def test_the_plan_is_made_anew_after_a_run_was_started(tmp_path: Path) -> None:
    reindexing = planning(tmp_path)
    assert reindexing.plan(tmp_path) == reindexing.plan(tmp_path)
    assert (tmp_path / "asked").read_text() == "x"
    assert reindexing.start(tmp_path)
    assert reindexing._process is not None
    reindexing._process.wait(PATIENCE_SECONDS)
    reindexing.plan(tmp_path)
    assert (tmp_path / "asked").read_text() == "xxx"


def test_a_plan_that_failed_is_not_tried_again_at_once(tmp_path: Path) -> None:
    reindexing = planning(tmp_path, "sys.exit(2)")
    for _ in range(2):
        with pytest.raises(NoPlan):
            reindexing.plan(tmp_path)
    assert (tmp_path / "asked").read_text() == "x"


@pytest.mark.faults("X14")
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403,
                     id="a picture of another site"),
        pytest.param({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 403,
                     id="a script of a neighbour"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 403,
                     id="a link of another site"),
        pytest.param({"Origin": "http://evil.example"}, 403, id="another origin"),
        pytest.param({"Referer": "http://evil.example/page"}, 403, id="an older browser"),
        pytest.param({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200,
                     id="the person"),
        pytest.param({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200,
                     id="our own page"),
        pytest.param({"Referer": "http://localhost/documents"}, 200, id="our own page in an older browser"),
        pytest.param({}, 200, id="a program"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_another_site_cannot_have_the_plan_made(
    quoting_services: Services, tmp_path: Path, method: str, headers: dict[str, str], expected: int
) -> None:
    client = create_app(replace(quoting_services, reindexing=planning(tmp_path))).test_client()
    assert client.open("/reindex/plan", method=method, headers=headers).status_code == expected
    assert (tmp_path / "asked").exists() == (expected == 200)


@pytest.mark.faults("X14")
@pytest.mark.parametrize("path", ["/documents", "/files/library-handbook.md", "/api/documents", "/metrics", "/"])
def test_another_site_may_link_to_a_page_but_not_embed_it(quoting_services: Services, path: str) -> None:
    client = create_app(quoting_services).test_client()
    embedded = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    framed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    linked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert [client.get(path, headers=headers, buffered=True).status_code for headers in (embedded, framed, linked)] == [
        403,
        403,
        200,
    ]
    assert client.get("/healthz", headers=embedded).status_code == 200


# --- A whole server -----------------------------------------------------------------------------------------------


@pytest.fixture
def slow_house(tmp_path: Path) -> Iterator[str]:
    """The address of a server whose only document is read at once and drawn slowly."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "slow.pdf").write_bytes(slow_pages_pdf(PAGES, TEXT))
    environment = job_environment(
        {
            "DOCUMENTS_DIR": str(tmp_path / "documents"),
            "INDEX_DIR": str(tmp_path / "index"),
            "EMBED_MODEL": "packaged",
            "PORT": "0",
        }
    )
    assert index_folder(tmp_path / "documents", tmp_path / "index").exit_code == 0
    server = subprocess.Popen(
        [sys.executable, "-m", "server"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    address = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
    assert address is not None
    deadline = time.monotonic() + 90
    while asked(f"{address[0]}/readyz")[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield address[0]
    server.kill()
    server.communicate()


def asked(url: str) -> tuple[int, Message, float]:
    """Status, headers and how long it took."""
    started = time.monotonic()
    try:
        with urllib.request.urlopen(url, timeout=120) as response:
            response.read()
            return response.status, response.headers, time.monotonic() - started
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, time.monotonic() - started


def test_slow_pictures_keep_neither_health_nor_questions_waiting(slow_house: str) -> None:
    urls = [f"{slow_house}/page-pictures/slow.pdf?page={number}" for number in range(1, PAGES + 1)]
    with ThreadPoolExecutor(PAGES) as crowd:
        pictures = [crowd.submit(asked, url) for url in urls]
        healths = []
        while not all(picture.done() for picture in pictures):
            healths.append(asked(f"{slow_house}/healthz"))
            time.sleep(0.02)  # as a monitor that looks often
        drawn = [picture.result() for picture in pictures]
    assert {status for status, _, _ in healths} == {200}
    waits = sorted(seconds for _, _, seconds in healths)
    assert waits[int(len(waits) * 0.99)] <= 1
    assert waits[-1] < 5  # a single one that is held does not show in the line above
    refused = [(headers["Retry-After"], seconds) for status, headers, seconds in drawn if headers["Retry-After"]]
    assert {status for status, _, _ in drawn} == {503}
    assert len(refused) == PAGES - LANES["pictures"].running
    assert max(seconds for _, seconds in refused) < 5
    status, headers, seconds = asked(urls[[headers["Retry-After"] for _, headers, _ in drawn].index(None)])
    assert (status, headers["Retry-After"]) == (503, None)
    assert seconds < 1, "it is known that the page cannot be drawn"
