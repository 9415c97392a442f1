"""Documents that cannot be reached: it is said as it is, everywhere, and never taken for documents that say nothing."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.bootstrap import build_services
from server.settings import ServerSettings
from storage.folder_identity import MARKER
from storage.settings import StorageSettings
from tests.server.documents.upload_setup import House, Reply, served
from tests.server.pages.test_pages import PAGE, _Outline
from tests.server.served_folder import index_folder

TEXTS = {
    "ferry.md": "# Ferry\n\nThe ferry to Skarholm leaves the eastern pier at 7:40 every morning.\n",
    "tram.md": "# Tram\n\nTram line 6 ends at the botanical garden beside the old observatory.\n",
    "bus.md": "# Bus\n\nThe night bus costs 4 euros and leaves every hour.\n",
    "lines/train.md": "# Train\n\nThe train to Orsted crosses the long bridge.\n",
}
QUESTION = "When does the ferry to Skarholm leave?"
FERRY_ONLY = {"question": QUESTION, "documents": ["ferry.md"]}
JSON = {"Content-Type": "application/json"}
STREAM = {**JSON, "Accept": "text/event-stream"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", **PAGE}
REFUSALS = ("do not contain", "不包含")


def _environment(place: Path) -> dict[str, str]:
    return {"DOCUMENTS_DIR": str(place / "documents"), "INDEX_DIR": str(place / "index"), "EMBED_MODEL": "packaged"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server over four documents that were indexed; it takes documents and starts the job."""
    place = tmp_path_factory.mktemp("reachability")
    for path, text in TEXTS.items():
        (place / "documents" / path).parent.mkdir(parents=True, exist_ok=True)
        (place / "documents" / path).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _environment(place).items():
            patch.setenv(name, value)
        assert index_folder(place / "documents", place / "index").exit_code == 0
        settings = ServerSettings(allow_uploads=True, documents_dir=place / "documents")
        services = build_services(settings, StorageSettings(index_dir=place / "index"))
        services.load()
        assert services.index.wait_until_opened(90)
        with served(services) as running:
            yield running
        services.close()


def missing(folder: Path) -> None:
    folder.rename(folder.with_name("away"))


def replaced(folder: Path) -> None:
    missing(folder)
    folder.mkdir()
    (folder / "unrelated.md").write_text("Another disk.")


@pytest.fixture(params=[missing, replaced], ids=["missing", "another disk"])
def away(house: House, request: pytest.FixtureRequest) -> Iterator[House]:
    """The same, its folder away."""
    fault: Callable[[Path], None] = request.param
    fault(house.folder)
    yield house
    shutil.rmtree(house.folder, ignore_errors=True)
    house.folder.with_name("away").rename(house.folder)
    assert house.send("GET", "/readyz").status == 200


def ask(house: House, path: str, body: Any, headers: dict[str, str] = JSON) -> Reply:
    return house.send("POST", path, json.dumps(body).encode(), headers)


def said(reply: Reply) -> str:
    text = reply.body.decode()
    assert not any(refusal in text for refusal in REFUSALS)
    return text


@pytest.mark.parametrize("question", [QUESTION, "Which colour has the moon of Saturn?"], ids=["known", "unknown"])
def test_a_question_is_answered_with_what_is_wrong(away: House, question: str) -> None:
    for path in ("/api/query", "/api/retrieve"):
        reply = ask(away, path, {"question": question})
        assert (reply.status, reply.json["code"]) == (503, "documents_unreachable")
        assert reply.headers["Content-Type"] == "application/problem+json"
        assert "The documents cannot be reached" in said(reply)
        assert "bring the folder back" in reply.json["detail"]
        assert str(away.folder) not in said(reply)


def test_a_question_about_documents_that_match_nothing_is_too(away: House) -> None:
    reply = ask(away, "/api/query", {"question": QUESTION, "documents": ["nothing-*.md"]})
    assert reply.json["code"] == "documents_unreachable"


def test_a_stream_ends_with_it(away: House) -> None:
    for path, body in (
        ("/api/query", {"question": QUESTION, "stream": True}),
        ("/v1/chat/completions", {"model": "pagewise", "stream": True, "messages": [_message()]}),
    ):
        reply = ask(away, path, body, STREAM)
        assert "documents_unreachable" in said(reply)
        assert reply.status == 503 or "event: error" in said(reply)


def test_the_protocol_of_openai_says_it(away: House) -> None:
    reply = ask(away, "/v1/chat/completions", {"model": "pagewise", "messages": [_message()]})
    assert (reply.status, reply.json["error"]["code"]) == (503, "documents_unreachable")


def test_the_page_says_it_above_the_form_and_to_a_question(away: House) -> None:
    assert "The documents cannot be reached" in outline_of(away, "/").text
    reply = away.send("POST", "/ask", b"question=When+does+the+ferry+leave%3F", FORM)
    assert (reply.status, "Mount their disk" in said(reply)) == (503, True)
    chinese = away.send("GET", "/", headers={**PAGE, "Accept-Language": "zh"}).body.decode()
    assert "无法访问文档" in chinese
    assert "cannot be reached" not in chinese


def test_the_server_is_not_ready(away: House) -> None:
    reply = away.send("GET", "/readyz")
    assert (reply.status, reply.json["code"]) == (503, "documents_unreachable")
    status = away.send("GET", "/api/status").json
    assert (status["ready"], "cannot be reached" in status["reason"]) == (False, True)
    assert away.send("GET", "/healthz").status == 200


def test_no_document_is_called_deleted(away: House) -> None:
    page = outline_of(away, "/documents").text
    assert "ferry.md" in page
    assert "Deleted:" not in page
    assert away.send("GET", "/documents/ferry.md", headers=PAGE).status == 503
    assert away.send("GET", "/files/ferry.md").status == 503


def test_nothing_is_stored_in_or_deleted_from_another_folder(away: House) -> None:
    before = sorted(away.names())
    for reply in (away.upload(("new.md", b"New.")), away.delete("ferry.md"), away.delete("unrelated.md")):
        assert (reply.status, reply.json["code"]) == (503, "documents_unreachable")
    assert away.send("GET", "/delete/ferry.md", headers=PAGE).status == 503
    assert sorted(away.names()) == before
    assert away.folder.exists() == (before != [])


def test_a_server_whose_index_is_not_open_yet_makes_no_folder_either(away: House) -> None:
    shutil.rmtree(away.folder, ignore_errors=True)
    settings = away.services.settings
    services = build_services(settings, StorageSettings(index_dir=away.services.index.index_dir))
    with served(replace(services, reindexing=None)) as starting:
        assert starting.upload(("new.md", b"New.")).json["code"] == "documents_unreachable"
    services.close()
    assert not away.folder.exists()


def test_index_now_publishes_nothing(away: House) -> None:
    before = away.services.index.state(), generation(away)
    assert away.services.reindexing is not None
    assert away.send("POST", "/reindex").status == 303
    assert ended(away) in (2, 5)
    assert (away.services.index.state(), generation(away)) == before


@pytest.fixture
def without_ferry(house: House) -> Iterator[House]:
    """The same, with one file gone from its folder."""
    (house.folder / "ferry.md").rename(house.folder.with_name("ferry.md"))
    yield house
    house.folder.with_name("ferry.md").rename(house.folder / "ferry.md")


def test_files_that_are_gone_are_named_and_the_others_answer(without_ferry: House) -> None:
    answer = ask(without_ferry, "/api/query", {"question": "Where does tram line 6 end?"}).json
    assert "botanical garden" in answer["answer"]
    assert any("files are gone: ferry.md" in notice for notice in answer["notices"])
    found = ask(without_ferry, "/api/retrieve", {"question": QUESTION}).json
    assert "Left out 1 of the best passages" in found["notices"][0]
    assert "ferry.md" not in {passage["document"] for passage in found["passages"]}


def test_where_all_that_was_found_is_gone_the_index_is_called_out_of_date(without_ferry: House) -> None:
    reply = ask(without_ferry, "/api/query", FERRY_ONLY)
    assert "make index" in said(reply)
    assert (reply.status, reply.json["refused"], reply.json["sources"]) == (200, False, [])
    assert "The index is out of date" in reply.json["answer"]
    assert "ferry.md" in reply.json["notices"][0]
    streamed = said(ask(without_ferry, "/api/query", {**FERRY_ONLY, "stream": True}, STREAM))
    assert "event: done" in streamed
    assert "The index is out of date" in streamed
    completion = {"model": "pagewise", "messages": [_message()], "documents": ["ferry.md"]}
    answered = ask(without_ferry, "/v1/chat/completions", completion)
    assert "The index is out of date" in answered.json["choices"][0]["message"]["content"]
    chinese = ask(without_ferry, "/api/query", {**FERRY_ONLY, "question": "渡轮什么时候出发？"})
    assert "索引已过时" in said(chinese)


def test_the_page_calls_it_out_of_date_too_and_quotes_nothing(without_ferry: House) -> None:
    body = b"question=When+does+the+ferry+to+Skarholm+leave%3F&documents=ferry.md"
    asked = without_ferry.send("POST", "/ask", body, FORM)
    page = outline_of(without_ferry, asked.headers["Location"]).text
    assert "The index is out of date" in page
    assert not any(words in page for words in (*REFUSALS, "Quoted from the documents"))


def test_the_page_asks_before_many_documents_are_taken_out_and_does_so_then(house: House) -> None:
    keep = house.folder.with_name("keep")
    shutil.copytree(house.folder, keep)
    for path in TEXTS:
        (house.folder / path).unlink()
    before = generation(house)
    assert house.send("POST", "/reindex").status == 303
    assert ended(house) == 5
    assert generation(house) == before
    page = outline_of(house, "/documents")
    assert "4 of 4 indexed documents are not in the documents folder any more." in page.text
    assert any(field["name"] == "allow_removals" for field in page.all("input") if "name" in field)
    chinese = house.send("GET", "/documents", headers={**PAGE, "Accept-Language": "zh"}).body.decode()
    assert "已不在文档文件夹中" in chinese
    assert "not in the documents folder" not in chinese
    assert "It would publish nothing." in outline_of(house, "/reindex/plan").text
    assert house.send("POST", "/reindex", b"allow_removals=1", FORM).status == 303
    assert ended(house) == 0
    house.services.index.refresh()
    assert house.send("GET", "/api/documents").json["documents"] == []
    shutil.copytree(keep, house.folder, dirs_exist_ok=True)
    shutil.rmtree(keep)
    house.index()


def test_what_was_deleted_through_the_server_is_taken_out_without_asking(house: House) -> None:
    for path in TEXTS:
        assert house.delete(path).status == 200
    house.index()
    assert house.send("GET", "/api/documents").json["documents"] == []
    shutil.rmtree(house.folder)
    assert house.upload(*((path.rpartition("/")[2], text.encode()) for path, text in TEXTS.items())).status == 200
    house.index()
    assert "7:40" in house.ask(QUESTION)["answer"]
    assert (house.folder / MARKER).is_file()


def generation(house: House) -> str:
    return (house.services.index.index_dir / "CURRENT").read_text()


def ended(house: House) -> int | None:
    """The exit code of the run that was started."""
    reindexing = house.services.reindexing
    assert reindexing is not None
    assert reindexing._process is not None
    code = reindexing._process.wait(120)
    until = time.monotonic() + 30
    while reindexing.state().is_running and time.monotonic() < until:  # the server notices a moment later
        time.sleep(0.05)
    return code


def outline_of(house: House, path: str) -> _Outline:
    return _Outline(house.send("GET", path, headers=PAGE).body.decode())


def _message() -> dict[str, str]:
    return {"role": "user", "content": QUESTION}
