"""Attacks on uploading and deleting (docs/faults.md X10, X12, X13, X14), over real HTTP."""

import base64
import gc
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.documents.uploads import stored_name
from server.http.services import Services
from server.settings import ServerSettings
from tests.server.documents.upload_setup import PATIENCE_SECONDS, House, multipart, served

TOKEN = "abcdefghijklmnopqrstuvwxyz"
MEGABYTE = 1_000_000
HOSTILE_NAMES = [
    *("../canary.md", "../../canary.md", "..\\canary.md", "..\\..\\canary.md", "....//canary.md", "..;/canary.md"),
    *("%2e%2e/canary.md", "%2e%2e%2fcanary.md", "..%252fcanary.md", "..%c0%afcanary.md", "\uff0e\uff0e\uff0fcanary.md"),
    *("/etc/canary.md", "//server/share/canary.md", "\\\\server\\share\\canary.md", "C:\\canary.md", "C:canary.md"),
    *("file:///etc/passwd.md", "~/canary.md", "out/canary.md", "canary.md\0.png", "x\0/../canary.md"),
    *("CON.md", "nul.md", "COM1.txt", "aux .md", "x.md:stream.md", "x.md::$DATA"),
    *(".hidden.md", ".upload-1234", "~$lock.docx", "-rf.md", "*.md", "a\r\nX-Header: b.md", "\u202egnp.md"),
    *("a" * 5000 + ".md", "x/" * 500 + "canary.md", ".", "..", "", " .md"),
]


@pytest.fixture
def settings(tmp_path: Path) -> ServerSettings:
    return ServerSettings(allow_uploads=True, documents_dir=tmp_path / "outer" / "documents")


@pytest.fixture
def house(empty_services: Services, settings: ServerSettings) -> Iterator[House]:
    """A folder with a way out of it, and what must not be touched around it."""
    folder = settings.documents_dir
    folder.mkdir(parents=True)
    for place in (folder.parent, folder.parent.parent):
        (place / "canary.md").write_bytes(b"canary")
    (folder / "out").symlink_to(folder.parent)
    (folder / "mine.md").write_bytes(b"mine")
    (folder / ".secret.md").write_bytes(b"secret")
    with served(replace(empty_services, settings=settings)) as house:
        yield house


def snapshot(house: House) -> dict[str, bytes]:
    """Everything around the folder, and what is hidden in it."""
    root = house.folder.parent.parent
    files = {path for path in root.rglob("*") if path.is_file() and "index" not in path.relative_to(root).parts[:1]}
    inside = {path for path in files if path.parent == house.folder and not path.name.startswith(".")}
    return {str(path): path.read_bytes() for path in files - inside}


@pytest.mark.faults("X10")
def test_no_name_of_an_upload_leads_out_of_the_folder(house: House) -> None:
    before = snapshot(house)
    assert len(HOSTILE_NAMES) >= 30
    for name in HOSTILE_NAMES:
        reply = house.upload((name, name.encode("utf-8", "replace")), replace="true")
        assert reply.status in ((200,) if stored_name(name) else (200, 400, 415)), (name, reply.body)
    assert snapshot(house) == before
    kept = [path for path in house.folder.iterdir() if path.name not in ("out", ".secret.md")]
    assert len(kept) > 10
    assert all(path.is_file() and not path.is_symlink() for path in kept)
    assert all(stored_name(path.name) == path.name for path in kept)


@pytest.mark.faults("X10")
@pytest.mark.parametrize("is_quoted", [True, False], ids=["quoted", "as it is"])
def test_no_path_is_deleted_or_read_outside_the_folder(house: House, is_quoted: bool) -> None:
    before, inside = snapshot(house), house.names()
    raw = [name for name in HOSTILE_NAMES if all("!" <= character <= "~" for character in name)]
    paths = [quote(name, safe="") for name in HOSTILE_NAMES] if is_quoted else raw
    for path in [*paths, ".secret.md", "out/canary.md", "out/documents/.secret.md", "out"]:
        for method, address in (
            ("DELETE", f"/api/documents/{path}"),
            ("GET", f"/delete/{path}"),
            ("POST", f"/delete/{path}"),
            ("GET", f"/files/{path}"),
        ):
            reply = house.send(method, address)
            assert reply.status in (308, 400, 404, 405, 503), (method, path, reply.status)
            assert b"canary" not in reply.body or reply.status in (308, 404)
            assert b"root:" not in reply.body
    assert snapshot(house) == before
    assert house.names() == inside


@pytest.mark.faults("X12")
@pytest.mark.parametrize("path", ["/api/documents", "/uploads"])
@pytest.mark.parametrize("expect", ["", "Expect: 100-continue\r\n"], ids=["at once", "asks first"])
def test_what_says_it_is_too_large_is_refused_before_it_comes(house: House, path: str, expect: str) -> None:
    assert head(house, path, f"Content-Length: {51 * MEGABYTE}\r\n{expect}").startswith(b"HTTP/1.1 413 ")
    assert house.send("GET", "/healthz").status == 200


@pytest.mark.faults("X12")
@pytest.mark.parametrize("path", ["/api/query", "/ask", "/delete/mine.md", "/api/documents/mine.md", "/reindex"])
def test_other_addresses_keep_their_limit(house: House, path: str) -> None:
    assert head(house, path, f"Content-Length: {20 * MEGABYTE}\r\n").startswith(b"HTTP/1.1 413 ")


@pytest.mark.faults("X12")
def test_chunks_without_end_are_refused(house: House) -> None:
    sent = 0
    with connected(house, "/api/documents", "Transfer-Encoding: chunked\r\n") as connection:
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        try:
            while sent < 80:
                connection.sendall(chunk)
                sent += 1
        except OSError:
            pass  # the server has closed the connection
    assert sent < 80
    assert house.names() == {"out", "mine.md", ".secret.md"}


@pytest.mark.faults("X12")
@pytest.mark.filterwarnings("ignore:[Uu]nclosed file:ResourceWarning")  # Werkzeug 3.1 leaves the parts it refuses
def test_many_parts_are_refused_and_a_large_file_is_taken(house: House) -> None:
    refused = house.upload(*[(f"{number}.md", b"x") for number in range(5_001)])
    assert (refused.status, refused.json["code"]) == (413, "too_many_files")
    large = b"x" * (20 * MEGABYTE)
    assert house.upload(("large.txt", large)).status == 200
    assert (house.folder / "large.txt").read_bytes() == large
    body, kind = multipart([("more.md", b"x")], {"note": "y" * MEGABYTE})
    assert house.send("POST", "/api/documents", body, {"Content-Type": kind}).status == 413
    assert house.names() == {"out", "mine.md", ".secret.md", "large.txt"}
    gc.collect()


@pytest.mark.faults("X12")
def test_a_body_that_trickles_in_is_broken_off(house: House) -> None:
    started = time.monotonic()
    with connected(house, "/api/documents", "Content-Length: 1000000\r\n") as connection:
        connection.settimeout(0.1)
        said = b""
        while not said and time.monotonic() - started < 60:
            connection.sendall(b"x")
            try:
                said = connection.recv(4096)
            except TimeoutError:
                continue
    assert said.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started < PATIENCE_SECONDS + 30


@pytest.mark.faults("X14")
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://evil.example"}, id="another origin"),
        pytest.param({"Origin": "null"}, id="no origin to speak of"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="another site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, id="a neighbour"),
    ],
)
def test_another_site_can_neither_add_nor_delete(house: House, headers: dict[str, str]) -> None:
    body, kind = multipart([("theirs.md", b"x")], {})
    for path in ("/uploads", "/api/documents"):
        assert house.send("POST", path, body, headers | {"Content-Type": kind}).status == 403
    assert house.send("POST", "/delete/mine.md", headers=headers).status == 403
    reply = house.send("DELETE", "/api/documents/mine.md", headers=headers)
    assert reply.status == 403
    assert "Access-Control-Allow-Origin" not in reply.headers
    assert house.names() == {"out", "mine.md", ".secret.md"}


BEARER = {"Authorization": f"Bearer {TOKEN}"}
BASIC = {"Authorization": "Basic " + base64.b64encode(f"anna:{TOKEN}".encode()).decode()}
WITH_TOKEN = {"allow_uploads": True, "api_tokens": SecretStr(f"anna:{TOKEN}")}


@pytest.mark.faults("X13")
@pytest.mark.parametrize(
    ("configured", "headers", "allowed"),
    [
        pytest.param({}, {}, 200, id="this machine, as it is by default"),
        pytest.param({"trusted_hosts": "docs.example.org"}, {}, 403, id="other names, by default"),
        pytest.param({"allow_uploads": False}, {}, 403, id="off"),
        pytest.param(
            {"host": "0.0.0.0", "api_tokens": WITH_TOKEN["api_tokens"]}, BEARER, 403, id="a network, by default"
        ),
        pytest.param(WITH_TOKEN | {"allow_uploads": False}, BEARER, 403, id="off, with a token"),
        pytest.param({"allow_uploads": True}, {}, 200, id="this machine"),
        pytest.param({"allow_uploads": True, "trusted_hosts": "docs.example.org"}, {}, 403, id="other names, no token"),
        pytest.param(WITH_TOKEN, {}, 401, id="no token"),
        pytest.param(WITH_TOKEN, {"Authorization": f"Bearer {TOKEN[:-1]}"}, 401, id="wrong token"),
        pytest.param(WITH_TOKEN, BEARER, 200, id="token"),
        pytest.param(WITH_TOKEN, BASIC, 200, id="token as password"),
        pytest.param(
            WITH_TOKEN | {"host": "0.0.0.0", "trusted_hosts": "docs.example.org"}, BEARER, 200, id="token, open to all"
        ),
    ],
)
def test_only_those_who_may_upload_can_add_and_delete(
    empty_services: Services, tmp_path: Path, configured: dict[str, object], headers: dict[str, str], allowed: int
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("a.md", "b.md"):
        (folder / name).write_bytes(b"x")
    settings = ServerSettings(documents_dir=folder, **configured)  # type: ignore[arg-type]
    client = create_app(replace(empty_services, settings=settings)).test_client()
    for path, success in (("/api/documents", 200), ("/uploads", 303)):
        body, kind = multipart([(f"{success}.md", b"x")], {})
        expected = success if allowed == 200 else allowed
        assert client.post(path, data=body, content_type=kind, headers=headers).status_code == expected
    assert client.get("/delete/a.md", headers=headers).status_code == allowed
    assert client.delete("/api/documents/a.md", headers=headers).status_code == allowed
    assert client.post("/delete/b.md", headers=headers).status_code == (303 if allowed == 200 else allowed)
    assert {path.name for path in folder.iterdir()} == ({"200.md", "303.md"} if allowed == 200 else {"a.md", "b.md"})


@pytest.mark.parametrize(
    ("configured", "step"),
    [
        ({"allow_uploads": False}, "Set ALLOW_UPLOADS=1"),
        ({"trusted_hosts": "x.org", "allow_uploads": True}, "API_TOKENS"),
    ],
)
def test_a_refusal_says_what_to_do(empty_services: Services, configured: dict[str, object], step: str) -> None:
    client: FlaskClient = create_app(
        replace(empty_services, settings=ServerSettings(**configured))  # type: ignore[arg-type]
    ).test_client()
    for headers in ({}, {"Accept": "text/html"}):
        assert step in client.post("/uploads", headers=headers).get_data(as_text=True)


@pytest.mark.faults("X12")
def test_without_a_token_nothing_large_is_even_taken_in(empty_services: Services, tmp_path: Path) -> None:
    settings = ServerSettings(documents_dir=tmp_path / "documents", **WITH_TOKEN)  # type: ignore[arg-type]
    with served(replace(empty_services, settings=settings)) as house:
        length = f"Content-Length: {20 * MEGABYTE}\r\n"
        for authorization in ("", "Authorization: Bearer wrong\r\n"):
            assert head(house, "/api/documents", length + authorization).startswith(b"HTTP/1.1 413 ")
        body, kind = multipart([("large.txt", b"x" * (20 * MEGABYTE))], {})
        assert house.send("POST", "/api/documents", body, BEARER | {"Content-Type": kind}).status == 200


def connected(house: House, path: str, lines: str) -> socket.socket:
    """A connection on which the head of a POST was sent."""
    connection = socket.create_connection(("127.0.0.1", house.port), timeout=30)
    kind = "Content-Type: multipart/form-data; boundary=b\r\n"
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{kind}{lines}\r\n".encode())
    return connection


def head(house: House, path: str, lines: str) -> bytes:
    """What the server says to the head alone."""
    with connected(house, path, lines) as connection:
        return connection.recv(4096)
