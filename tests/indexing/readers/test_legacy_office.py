"""Old office files, made new by a program that is called as LibreOffice is; it is played by a script."""

import io
import sys
import time
from pathlib import Path

import docx
import pytest

from indexing.documents import ParseFailure, ReadLimits
from indexing.readers import read_document
from tests.indexing.samples import saved

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
CONVERTS = """
import os, pathlib, shutil, sys
arguments = sys.argv[1:]
out = pathlib.Path(arguments[arguments.index("--outdir") + 1])
kind = arguments[arguments.index("--convert-to") + 1]
assert "--headless" in arguments and "DEEPSEEK_API_KEY" not in os.environ
profile = next(each for each in arguments if each.startswith("-env:UserInstallation=file://"))
assert profile.startswith("-env:UserInstallation=" + pathlib.Path(os.environ["HOME"]).as_uri())
out.mkdir()
shutil.copy({made!r}, out / (pathlib.Path(arguments[-1]).stem + "." + kind))
"""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """What the conversion gives."""
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("The lease ends in May.")
    document.save(out)
    return saved(tmp_path / "made", out.getvalue())


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    (folder / "bin").mkdir()
    script = saved(folder / "bin" / "soffice", f"#!{sys.executable}\n{program}")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "bin"))
    monkeypatch.setenv("DEEPSEEK_API_KEY", "secret")


def category(path: Path, limits: ReadLimits | None = None) -> tuple[str, str]:
    with pytest.raises(ParseFailure) as caught:
        read_document(path, limits or ReadLimits())
    return caught.value.category, caught.value.detail


def test_an_old_file_is_read_as_the_new_one(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, CONVERTS.format(made=str(made)))
    document = read_document(saved(tmp_path / "--help; lease.doc", OLE), ReadLimits())
    assert document.pages[0].text == "The lease ends in May."


@pytest.mark.parametrize(("name", "new"), [("a.doc", ".docx"), ("a.xls", ".xlsx"), ("a.ppt", ".pptx")])
def test_without_the_program_the_next_step_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, new: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found, detail = category(saved(tmp_path / name, OLE))
    assert found == "unsupported"
    assert "LibreOffice" in detail
    assert detail.endswith(new)


def test_a_file_that_the_program_cannot_open_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, "")
    assert category(saved(tmp_path / "a.doc", OLE))[0] == "damaged"


def test_a_program_that_hangs_is_ended_with_all_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = tmp_path / "started"
    hangs = (
        "import pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(started)!r}).write_text(str(child.pid)); time.sleep(60)\n"
    )
    install(tmp_path, monkeypatch, hangs)
    assert category(saved(tmp_path / "a.doc", OLE), ReadLimits(stalled_seconds=2.0))[0] == "timeout"
    state = Path(f"/proc/{started.read_text()}/stat")
    deadline = time.monotonic() + 60
    while state.exists() and state.read_text().split()[2] != "Z":
        assert time.monotonic() < deadline, "it lives on"


def test_what_is_no_old_file_says_so(tmp_path: Path) -> None:
    assert category(saved(tmp_path / "a.doc", b"%PDF-1.7"))[0] == "type_mismatch"
