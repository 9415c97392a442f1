"""A run that some server has started, as every server over the same index sees it: whether it goes on, how it ended.

Apart from `reindexing`: that knows the job, this only two small files beside the index. The server that has started a
run holds a lock on the first while it lasts, and ends it when it finds the second.
"""

import fcntl
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from storage.generations.lock import is_held
from storage.private_files import private_opener, write_private

_LOOK_SECONDS = 0.3


class AttendedRun:
    """Of one index. May be used by several threads and processes."""

    def __init__(self, index_dir: Path) -> None:
        self._file = index_dir / "reindex.run"
        self._cancel = index_dir / "reindex.cancel"

    def attend(self, process: "subprocess.Popen[bytes]") -> None:
        """Wait until it has ended, end it where somebody asks for that, and write down how it ended."""
        try:
            self._attend(process)
        except OSError:
            process.wait()  # the disk is full: nobody else can be told

    def _attend(self, process: "subprocess.Popen[bytes]") -> None:
        with open(self._file, "a+", encoding="utf-8", opener=private_opener) as file:
            with suppress(OSError):  # a file system without locks: only this server ends it
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(0)
            self._cancel.unlink(missing_ok=True)
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


def _code_within(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
