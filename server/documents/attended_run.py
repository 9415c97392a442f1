"""A run that some server has started, as every server over the same index sees it: whether it goes on, how it ended.

Apart from `reindexing`: that knows the job, this only two small files beside the index. The server that has started a
run holds a lock on the first while it lasts, and ends it when it finds the second.
"""

import fcntl
import logging
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

from storage.generations.lock import is_held
from storage.private_files import private_opener, write_private

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.3
_TRIES, _TRY_SECONDS = 3, 0.02  # who asks whether a run goes on holds the file as well, for a moment


class Claimed(Exception):
    """Another process starts a run or waits for one."""


class AttendedRun:
    """Of one index. May be used by several threads and processes."""

    def __init__(self, index_dir: Path) -> None:
        self._file = index_dir / "reindex.run"
        self._cancel = index_dir / "reindex.cancel"

    def claim(self) -> IO[str] | None:
        """What whoever starts a run hands to `attend`; nobody else can have it until that is closed.

        None where it cannot be written: nobody else can be told of the run. Raises `Claimed`.
        """
        try:
            file = open(self._file, "a+", encoding="utf-8", opener=private_opener)  # noqa: SIM115 - handed on
        except OSError:
            return None
        try:
            _lock(file)
            self._cancel.unlink(missing_ok=True)  # before others can ask for an end
            file.truncate(0)
        except Claimed:
            file.close()
            raise
        except OSError:
            file.close()
            return None
        return file

    def attend(self, process: "subprocess.Popen[bytes]", claimed: IO[str] | None) -> None:
        """Wait until it has ended, end it where somebody asks for that, and write down how it ended."""
        try:
            if claimed is not None:
                self._attend(process, claimed)
        except OSError:
            logger.warning("how the run gets on cannot be written down: the other servers are not told")
        finally:
            process.wait()

    def _attend(self, process: "subprocess.Popen[bytes]", claimed: IO[str]) -> None:
        with claimed as file:
            while (code := _code_within(process, _LOOK_SECONDS)) is None:
                if self._cancel.exists():
                    self._cancel.unlink(missing_ok=True)
                    process.send_signal(signal.SIGTERM)
            file.write(str(code))

    def is_attended(self) -> bool:
        """Whether a server waits for a run now."""
        return is_held(self._file)

    def ask_to_end(self) -> bool:
        """Ask the server that waits for the run to end it; False where none does, or it cannot be asked."""
        if not self.is_attended():
            return False
        try:
            write_private(self._cancel, "")
        except OSError:
            return False
        return True

    def exit_code(self) -> int | None:
        """That of the last run; None where it is not known."""
        try:
            return int(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None


def _lock(file: IO[str]) -> None:
    """Have it alone, on a file system with locks; on another one only this server ends the run. Raises `Claimed`."""
    for left in reversed(range(_TRIES)):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if not left:
                raise Claimed from error
            time.sleep(_TRY_SECONDS)
        except OSError:
            return


def _code_within(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
