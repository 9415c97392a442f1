"""A real Chroma server on loopback, for tests: `chroma run` of this very installation, in a folder of its own."""

import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

_READY_SECONDS = 30.0


class ChromaDidNotStart(Exception):
    """The server did not come up; the message says what it printed."""


class ChromaProcess:
    """Runs in a `with` block; can be stopped and started again at the same address with the same data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and wait until it answers. Raises `ChromaDidNotStart`."""
        command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1"]
        command += ["--port", str(self._port), "--path", str(self._folder / "data")]
        with (self._folder / "log").open("ab") as log:
            try:
                self._process = subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=log)
            except OSError as error:
                raise ChromaDidNotStart(str(error)) from error
        ends = time.monotonic() + _READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > ends:
                self.stop()
                raise ChromaDidNotStart((self._folder / "log").read_text(errors="replace")[-500:])
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it; the data stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat", timeout=1, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
