"""Answers to take away: a signed pack in which every change shows, the same as single files, and its two commands."""

import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient

from storage.server_state.evidence_packs import CheckedPack, checked_pack, signing_key, written_pack
from tests.server.conftest import ROOT
from tests.shared import has_moved

QUESTION = "When does the last ferry leave Torvan?"


@pytest.fixture(scope="module")
def answered(quoting_app: Flask) -> str:
    """The address of an answer whose source is a PDF."""
    client = quoting_app.test_client()
    response = client.post("/ask", data={"question": QUESTION})
    assert response.status_code == 303
    return str(response.headers["Location"]).partition("#")[0]


@pytest.fixture(scope="module")
def pack(answered: str, quoting_app: Flask) -> bytes:
    client = quoting_app.test_client()
    return bytes(client.get(f"{answered}.zip").data)


def files_of(pack: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_pack_holds_all_that_the_answer_rests_on(pack: bytes) -> None:
    files = files_of(pack)
    told = json.loads(files["answer.json"])
    assert told["asked"]["question"] == QUESTION
    assert told["response"]["sources"][0]["document"] == "ferry-timetable-2026.pdf"
    assert re.fullmatch("[0-9a-f]{64}", told["documents"]["ferry-timetable-2026.pdf"]["sha256"])
    assert set(told["made_with"]["prompts"]) >= {"answer_en.txt", "relevance.txt"}
    assert "\x1e" not in json.dumps(told, ensure_ascii=False)  # its sentences are told, not encoded
    assert files["pages/source-1.png"].startswith(b"\x89PNG")
    assert len(pack) <= 2_000_000


def test_its_page_asks_nobody_for_anything(pack: bytes) -> None:
    files = files_of(pack)
    html = files["index.html"].decode()
    assert QUESTION in html
    assert "<script" not in html
    addresses = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert [address for address in addresses if not address.startswith("#") and address not in files] == []


def test_a_whole_pack_is_whole(pack: bytes) -> None:
    checked = checked_pack(pack)
    assert checked.problems == ()
    assert re.fullmatch("[0-9a-f]{16}", checked.signer)


def test_one_changed_byte_anywhere_shows(pack: bytes) -> None:
    dice = random.Random(5)
    places = {0, 4, 10, len(pack) - 1, len(pack) - 10, *(dice.randrange(len(pack)) for _ in range(300))}
    for place in places:
        changed = bytearray(pack)
        changed[place] ^= 1 << dice.randrange(8)
        assert checked_pack(bytes(changed)).problems, place


def rewritten(pack: bytes, change: Callable[[dict[str, bytes]], object]) -> CheckedPack:
    """The check of a pack whose files were changed and packed again, in the order of their names."""
    files = files_of(pack)
    change(files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), files[name])
    return checked_pack(target.getvalue())


def test_what_was_changed_is_named(pack: bytes) -> None:
    def replace(files: dict[str, bytes]) -> None:
        files["answer.md"] += b" "

    assert "answer.md was changed." in rewritten(pack, replace).problems
    assert "index.html is missing." in rewritten(pack, lambda files: files.pop("index.html")).problems
    assert "more.txt was added." in rewritten(pack, lambda files: files.update({"more.txt": b"x"})).problems


def test_whoever_writes_the_table_anew_cannot_sign_it(pack: bytes) -> None:
    def forge(files: dict[str, bytes]) -> None:
        files["answer.md"] = b"# Another answer"
        table = json.loads(files["pack.json"])
        table["files"]["answer.md"] = hashlib.sha256(files["answer.md"]).hexdigest()
        files["pack.json"] = json.dumps(table, ensure_ascii=False, indent=1).encode()

    assert any("signature" in problem for problem in rewritten(pack, forge).problems)


@pytest.mark.parametrize("junk", [b"", b"PK", b"no archive" * 100])
def test_what_is_no_pack_is_said(junk: bytes) -> None:
    assert checked_pack(junk).problems == ("This is no evidence pack, or its end is missing.",)


def test_the_key_is_made_once_and_for_the_server_alone(tmp_path: Path) -> None:
    first = signing_key(tmp_path / "index")
    assert (tmp_path / "index" / "pack.key").stat().st_mode & 0o077 == 0
    again = signing_key(tmp_path / "index")
    packed = written_pack({"a.txt": b"a"}, {}, first)
    assert packed == written_pack({"a.txt": b"a"}, {}, again)


def test_single_files_hold_the_same(answered: str, client: FlaskClient, pack: bytes) -> None:
    assert client.get(f"{answered}.json").get_json() == json.loads(files_of(pack)["answer.json"])
    html = client.get(f"{answered}.html").text
    assert html.count("data:image/png;base64,") == sum(name.endswith(".png") for name in files_of(pack))
    document = docx.Document(io.BytesIO(client.get(f"{answered}.docx").data))
    assert document.paragraphs[0].text == QUESTION
    assert len(document.inline_shapes) == html.count("data:image/png;base64,")
    assert client.get("/answers/none.zip").status_code == 404


def run(command: str, file: Path, index: Path, documents: Path) -> tuple[int, str]:
    environment = os.environ | {"INDEX_DIR": str(index), "DOCUMENTS_DIR": str(documents), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "server", command, str(file)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def test_a_pack_is_verified_and_asked_again_beside_a_copy_of_the_index(
    pack: bytes, indexed_place: Path, tmp_path: Path
) -> None:
    place = tmp_path / "elsewhere"
    shutil.copytree(indexed_place, place)
    has_moved(place / "index", place / "documents")
    (place / "index" / "pack.key").unlink(missing_ok=True)
    file = tmp_path / "answer.zip"
    file.write_bytes(pack)
    code, said = run("verify-pack", file, place / "index", place / "documents")
    assert (code, "✓ The pack is whole" in said, "by another server" in said) == (0, True, True), said
    assert "✓ ferry-timetable-2026.pdf is the same." in said
    code, said = run("replay", file, place / "index", place / "documents")
    assert code == 0, said
    assert "word by word" in said
    assert "The answer is the same." in said


def test_a_damaged_pack_is_not_asked_again(pack: bytes, tmp_path: Path) -> None:
    file = tmp_path / "answer.zip"
    file.write_bytes(pack[:-1])
    assert run("verify-pack", file, tmp_path / "none", tmp_path)[0] == 1
    code, said = run("replay", file, tmp_path / "none", tmp_path)
    assert code == 2
    assert "evidence pack" in said
    assert run("verify-pack", tmp_path / "missing.zip", tmp_path, tmp_path)[0] == 2
