"""Documents whose names hold line breaks, tabs and marks of direction: indexed, shown, linked, opened, logged."""

import html
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from fpdf import FPDF

from storage.escaping import escaped
from tests.server.server_process import ROOT, ServerProcess, server_process

NAMES = {
    "a\nb.md": "The heron nests in the old willow.",
    "x\u202efdp.md": "The otter swims under the stone bridge.",
    "tab\tname.txt": "The badger digs beneath the orchard.",
    "a\rb.md": "The kestrel hovers above the quarry.",
    "in\nner/\nc.md": "The hedgehog sleeps behind the mill.",
}
FORGED = "d\n2026-11-23 10:00:00,000 INFO server all is well.pdf"
_ODD = pytest.mark.parametrize("name", [pytest.param(name, id=escaped(name)) for name in (*NAMES, FORGED)])
_RAW = re.compile("[\u202e\r]|\n(?:b\\.md|c\\.md|2026-11-23 10)")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for name, text in NAMES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text + "\n", encoding="utf-8", newline="")
    paper = FPDF()
    paper.add_page()
    paper.set_font("helvetica", size=14)
    paper.cell(text="The lynx waits on the ridge.")
    paper.output(str(folder / FORGED))
    (folder / "broken\nINFO fine.pdf").write_bytes(b"no PDF")
    return folder


@pytest.fixture(scope="module")
def environment(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    index = tmp_path_factory.mktemp("index")
    return {"DOCUMENTS_DIR": str(documents), "INDEX_DIR": str(index), "EMBED_MODEL": "packaged", "ALLOW_UPLOADS": "1"}


@pytest.fixture(scope="module")
def said(environment: dict[str, str]) -> "subprocess.CompletedProcess[bytes]":
    """What the indexing job said."""
    return subprocess.run(
        [sys.executable, "-m", "indexing"], cwd=ROOT, env=os.environ | environment, capture_output=True, check=False
    )


@pytest.fixture(scope="module")
def server(
    environment: dict[str, str], said: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    with server_process(tmp_path_factory.mktemp("log") / "log", environment) as process:
        process.wait_until_ready()
        yield process


def ask(server: ServerProcess, path: str, body: object | None = None, method: str | None = None) -> tuple[int, bytes]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{path}", data, {"Content-Type": "application/json"}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_the_job_names_each_on_one_line(said: "subprocess.CompletedProcess[bytes]") -> None:
    for line in said.stderr.decode().splitlines():
        assert re.match(r"\d{4}-\d\d-\d\d [\d:,]+ (?:INFO|WARNING) ", line), line
    output = said.stdout.decode() + said.stderr.decode()
    assert not _RAW.search(output)
    assert "  broken⟨U+000A⟩INFO fine.pdf: " in said.stdout.decode()
    for name in (*NAMES, FORGED):
        assert f"{escaped(name)}: 1 pages" in said.stderr.decode()


def test_the_report_names_each_on_one_line(environment: dict[str, str], said: object) -> None:
    report = subprocess.run(
        [sys.executable, "-m", "indexing", "--report"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        check=False,
    )
    assert "broken⟨U+000A⟩INFO fine.pdf: " in report.stdout.decode()
    assert b"\nINFO fine" not in report.stdout


@_ODD
def test_its_page_and_file_open_by_the_links_of_the_list(server: ServerProcess, documents: Path, name: str) -> None:
    listing = server.get("/documents")[1].decode()
    assert html.escape(escaped(name)) in listing
    assert not re.search("\u202e|\r", listing)
    links = [html.unescape(link) for link in re.findall(r'href="(/documents/[^"?]+)"', listing)]
    link = next(link for link in links if unquote(link) == f"/documents/{name}")
    status, page = server.get(link)
    assert status == 200
    assert html.escape(escaped(name)) in page.decode()
    assert "\u202e" not in page.decode()
    assert server.get(f"/files/{quote(name)}") == (200, (documents / name).read_bytes())


def test_the_picture_of_its_page_is_drawn(server: ServerProcess) -> None:
    status, picture = server.get(f"/page-pictures/{quote(FORGED)}?page=1")
    assert status == 200
    assert picture.startswith(b"\x89PNG")


@pytest.mark.parametrize(("name", "text"), [pytest.param(*item, id=escaped(item[0])) for item in NAMES.items()])
def test_it_answers_and_its_citation_leads_to_it(server: ServerProcess, name: str, text: str) -> None:
    question = f"Where is {text[:10].lower()}?"
    body = {"question": question, "documents": [name], "threshold": 0}
    status, answer = ask(server, "/api/query", body)
    assert status == 200, answer
    source = json.loads(answer)["sources"][0]
    assert source["document"] == name
    assert server.get(source["url"])[0] == 200
    status, page = server.get(source["url"])
    assert text[:20] in page.decode()


def test_the_form_of_the_page_asks_it_alone(server: ServerProcess) -> None:
    sent = b"question=Where+does+the+heron+nest%3F&documents=a%0D%0Ab.md&threshold=0"  # as browsers send a line feed
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/ask", sent, timeout=30) as response:
        page = response.read().decode()
    assert "heron" in page
    assert escaped("a\nb.md") in page


def test_each_request_is_one_line_of_the_log(server: ServerProcess, documents: Path) -> None:
    server.get(f"/documents/{quote(FORGED)}")
    gone = "gone\n2026-11-23 10:00:00,000 INFO server all is well.md"
    (documents / gone).write_text("The mole digs.\n")
    assert ask(server, f"/api/documents/{quote(gone)}", method="DELETE")[0] == 200
    log = server.log.read_text()
    assert "removed gone⟨U+000A⟩" in log
    assert not re.search("^2026-11-23", log, re.MULTILINE)
    assert all(re.match(r"\d{4}-", line) for line in log.splitlines())


def test_the_terminal_names_the_source_on_one_line(environment: dict[str, str], said: object) -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "server", "ask", "Where does the heron nest?"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        check=False,
    )
    assert "a⟨U+000A⟩b.md, " in asked.stdout.decode(), asked
