"""`pip install` for people: a line now and then while it works, and a sentence when the package index is out of reach.

`python -m tools.install requirements.txt`. Needs the standard library only: it runs before anything is installed.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sysconfig import get_path

_SECONDS_BETWEEN_LINES = 15.0
_COLLECTING = re.compile(r"Collecting (\S+?)(?:[=<>~!;\[ ]|$)")
_DOWNLOADING = re.compile(r"\s*Downloading (?:\S*/)?(\S+?)-\d\S* (\([\d.]+ \w+\))")
_INSTALLING = "Installing collected packages: "
_OUT_OF_REACH = re.compile(  # in pip's warning that it tries again, or in its traceback; pip 23 to 26
    r"connection broken by|ReadTimeoutError|IncompleteRead|ProtocolError"
)
_ERROR = re.compile(r"(?:ERROR|error): ")
_NOT_FOUND = re.compile(r"ERROR: (?:Could not find a version|No matching distribution)")


class Narrator:
    """Reads what pip prints and knows, at any time, one line that says how far it is."""

    def __init__(self, installed: Path) -> None:
        self._installed = installed
        self._started = time.monotonic()
        self._looked_up = 0
        self._doing = "looking up what is needed"
        self._to_install = 0
        self._before = 0
        self.is_out_of_reach = False
        self.errors: list[str] = []
        """Pip's first error and whatever came after it."""

    def take(self, line: str) -> None:
        """One line of pip's output."""
        if found := _COLLECTING.match(line):
            self._looked_up += 1
            self._doing = f"looking up {found[1]}"
        elif found := _DOWNLOADING.match(line):
            self._doing = f"downloading {found[1]} {found[2]}"
        elif line.startswith(_INSTALLING):
            self._before = self._packages_in_place()
            self._to_install = line.count(",") + 1
        elif _OUT_OF_REACH.search(line):
            self.is_out_of_reach = True
            self._doing = "the package index does not answer; trying again"
        if self.errors or _ERROR.match(line):
            self.errors.append(line)

    def line(self) -> str:
        """How far it is."""
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        return f"  {minutes}:{seconds:02} {self._progress()}"

    def _progress(self) -> str:
        if self._to_install:
            done = min(self._to_install, max(0, self._packages_in_place() - self._before))
            return f"unpacking: {done} of {self._to_install} packages are in place"
        return f"{self._doing}; {self._looked_up} packages so far" if self._looked_up else self._doing

    def _packages_in_place(self) -> int:
        return sum(1 for _ in self._installed.glob("*.dist-info"))


def main(requirements: str, seconds_between_lines: float = _SECONDS_BETWEEN_LINES) -> int:
    """Install a file of requirements; pip's exit code."""
    narrator = Narrator(Path(os.environ.get("PIP_TARGET") or get_path("purelib")))
    with _pip(requirements) as pip, _a_line_now_and_then(narrator, seconds_between_lines):
        assert pip.stdout is not None
        for line in pip.stdout:
            narrator.take(line.rstrip("\n"))
        code = pip.wait()
    if code:
        print("\n".join(_explained(narrator)), file=sys.stderr)
    return code


@contextmanager
def _pip(requirements: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    with subprocess.Popen(
        [*command, "-r", requirements],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as pip:
        yield pip


@contextmanager
def _a_line_now_and_then(narrator: Narrator, pause: float) -> Iterator[None]:
    done = threading.Event()

    def narrate() -> None:
        while not done.wait(pause):
            print(narrator.line(), flush=True)

    thread = threading.Thread(target=narrate, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _explained(narrator: Narrator) -> Iterator[str]:
    """What went wrong. Without a network pip ends with "No matching distribution found", which is not the reason."""
    if not narrator.is_out_of_reach:
        yield from narrator.errors
        return
    yield from (error for error in narrator.errors[-1:] if not _NOT_FOUND.match(error))
    yield (
        "The package index cannot be reached, or the connection to it breaks off. Is there a network? Behind a proxy "
        "set HTTPS_PROXY; for another index set PIP_INDEX_URL. Then run make again."
    )


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(130)
