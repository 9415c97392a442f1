"""Old office files (.doc, .xls, .ppt), made new by LibreOffice where it is installed, and then read as new ones.

LibreOffice runs without a window, with a profile of its own that is gone afterwards, and within limits of time and
memory: it opens files that may be hostile.
"""

import ctypes
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers import read_document
from storage.child_environment import limit_resources, reading_environment
from storage.messages import message

_PROGRAMS = ("soffice", "libreoffice")
_NEW = {".doc": "docx", ".dot": "docx", ".xls": "xlsx", ".xlt": "xlsx", ".ppt": "pptx", ".pps": "pptx"}
_NAMED = {"docx": ".docx", "xlsx": ".xlsx", "pptx": ".pptx"}
_MOST_FILE_BYTES = 500_000_000  # of what it writes
_SHARE_OF_TIME = 0.8  # the rest is for reading what it made


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """The document as LibreOffice understands it. Raises `ParseFailure` "unsupported" where there is no LibreOffice."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    new = _NEW[path.suffix.lower()]
    if program is None:
        why = message(
            "old office files need LibreOffice, which is not installed; install it, or save the file as {suffix}",
            suffix=_NAMED[new],
        )
        raise ParseFailure("unsupported", why)
    with tempfile.TemporaryDirectory(prefix="pagewise-office-", ignore_cleanup_errors=True) as folder:
        made = _converted(program, path, new, Path(folder), limits)
        return _without_made_title(read_document(made, limits), path, made)


def _without_made_title(document: ParsedDocument, path: Path, made: Path) -> ParsedDocument:
    """The document without a title that is only the name of the file that was made."""
    return replace(document, title=None) if document.title in (path.stem, made.name) else document


def _converted(program: str, path: Path, new: str, folder: Path, limits: ReadLimits) -> Path:
    """The new file in the folder."""
    copy = folder / f"document{path.suffix.lower()}"  # no name of a document gets onto a command line
    shutil.copyfile(path, copy)
    out = folder / "out"
    command = [
        program, "--headless", "--invisible", "--nologo", "--nodefault", "--norestore", "--nolockcheck",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to", new, "--outdir", str(out), str(copy),
    ]  # fmt: skip
    environment = reading_environment() | {"HOME": str(folder), "TMPDIR": str(folder)}
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_limited(limits),
            start_new_session=True,  # so that all of its processes can be ended
        )
    except OSError as exc:
        raise ParseFailure("unsupported", message("LibreOffice cannot be started ({why})", why=str(exc))) from exc
    try:
        process.wait(limits.stalled_seconds * _SHARE_OF_TIME)  # this process computes nothing meanwhile
    except subprocess.TimeoutExpired as exc:
        why = message("LibreOffice took too long; save it as {suffix}", suffix=_NAMED[new])
        raise ParseFailure("timeout", why) from exc
    finally:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    made = out / f"document.{new}"
    if not made.is_file():
        raise ParseFailure("damaged", message("LibreOffice cannot open it; save it as {suffix}", suffix=_NAMED[new]))
    return made


def _limited(limits: ReadLimits) -> Callable[[], None]:
    """What the child process does before it becomes LibreOffice."""

    def limit() -> None:
        sizes = {
            resource.RLIMIT_CPU: int(limits.stalled_seconds),
            resource.RLIMIT_FSIZE: _MOST_FILE_BYTES,
            resource.RLIMIT_DATA: limits.memory_bytes,
            resource.RLIMIT_CORE: 0,
        }
        limit_resources(sizes)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: gone when its parent is killed

    return limit
