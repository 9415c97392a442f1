"""What a person sees while pip works, and when it has no network."""

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import pytest

from tools.install import Narrator, main

_WHEEL = "parrot-1.0-py3-none-any.whl"


@pytest.fixture
def pip_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pip with no settings of this machine, installing into a folder of the test."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_TARGET", str(tmp_path / "installed"))
    (tmp_path / "requirements.txt").write_text("parrot==1.0\n")
    return tmp_path


def wheel() -> bytes:
    """The smallest package there is."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("parrot.py", "NAME = 'Polly'\n")
        archive.writestr("parrot-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: parrot\nVersion: 1.0\n")
        archive.writestr(
            "parrot-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("parrot-1.0.dist-info/RECORD", "")
    return made.getvalue()


@contextmanager
def index(until: Event) -> Iterator[str]:
    """The address of a package index that hands its package out when `until` is set."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_wheel = self.path.endswith(".whl")
            body = wheel() if is_wheel else f'<a href="/{_WHEEL}">{_WHEEL}</a>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/zip" if is_wheel else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:10])
            if is_wheel:
                until.wait(5)
            self.wfile.write(body[10:])

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/simple"
    server.shutdown()
    thread.join()
    server.server_close()


class UntilSaid:
    """Standard output that sets `event` as soon as `words` are written to it."""

    def __init__(self, words: str) -> None:
        self.words, self.event, self.text = words, Event(), ""

    def write(self, text: str) -> int:
        self.text += text
        if self.words in self.text:
            self.event.set()
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""


def test_a_long_download_is_told_of_while_it_lasts(pip_of_its_own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = UntilSaid("downloading parrot (")
    monkeypatch.setattr("sys.stdout", screen)
    with index(screen.event) as address:
        monkeypatch.setenv("PIP_INDEX_URL", address)
        assert main(str(pip_of_its_own / "requirements.txt"), seconds_between_lines=0.1) == 0
    assert screen.event.is_set()
    assert (pip_of_its_own / "installed" / "parrot.py").is_file()


def test_without_a_network_it_says_that_the_index_cannot_be_reached(
    pip_of_its_own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_RETRIES", "1")  # pip warns before it tries again, not after the last time
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert main(str(pip_of_its_own / "requirements.txt")) != 0
    said = capsys.readouterr().err
    assert said.startswith("The package index cannot be reached")
    assert "No matching distribution" not in said


def test_a_download_that_breaks_off_gets_the_same_sentence_and_no_traceback(
    pip_of_its_own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "1")
    with index(Event()) as address:
        monkeypatch.setenv("PIP_INDEX_URL", address)
        assert main(str(pip_of_its_own / "requirements.txt")) != 0
    said = capsys.readouterr().err
    assert "the connection to it breaks off" in said
    assert "Traceback" not in said


def test_a_version_that_does_not_exist_is_named_as_pip_names_it(
    pip_of_its_own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (pip_of_its_own / "requirements.txt").write_text("parrot==2.0\n")
    with index(Event()) as address:
        monkeypatch.setenv("PIP_INDEX_URL", address)
        assert main(str(pip_of_its_own / "requirements.txt")) != 0
    assert "No matching distribution found for parrot==2.0" in capsys.readouterr().err


def test_unpacking_is_counted(tmp_path: Path) -> None:
    (tmp_path / "old-1.0.dist-info").mkdir()
    narrator = Narrator(tmp_path)
    narrator.take("Installing collected packages: parrot, cage, seed")
    (tmp_path / "parrot-1.0.dist-info").mkdir()
    assert narrator.line().endswith("unpacking: 1 of 3 packages are in place")
