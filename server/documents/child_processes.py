"""Processes that the server waits for: pictures of pages, plans. All of them end with the server."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO


class ChildrenEnded(Exception):
    """The server is stopping: the process was ended, or not started any more."""


class Children:
    """Runs processes and remembers them. May be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_closed = False

    def run(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        seconds: float,
        cwd: Path | None = None,
        given: bytes = b"",
        output: IO[bytes] | None = None,
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run a process to its end, with `given` on its standard input; what it began itself ends with it.

        What it writes goes to `output`, where one is given; what it says of errors is then not kept.

        Raises `ChildrenEnded` after `close`, and `subprocess.TimeoutExpired`.
        """
        process = self._started(command, environment, cwd, output)
        try:
            written, errors = process.communicate(given, timeout=seconds)
        finally:
            with self._lock:
                self._running.discard(process)
                was_ended = self._is_closed
            if process.returncode is None:
                _kill(process)
                process.communicate()
        if was_ended:
            raise ChildrenEnded
        return subprocess.CompletedProcess(process.args, process.returncode, written, errors)

    def close(self) -> None:
        """End every process now, and start no other."""
        with self._lock:
            self._is_closed = True
            for process in self._running:
                _kill(process)

    def _started(
        self, command: Sequence[str], environment: Mapping[str, str], cwd: Path | None, output: IO[bytes] | None
    ) -> "subprocess.Popen[bytes]":
        pipe = subprocess.PIPE
        with self._lock:
            if self._is_closed:
                raise ChildrenEnded
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=environment,
                stdin=pipe,
                stdout=output or pipe,
                stderr=subprocess.DEVNULL if output else pipe,
                start_new_session=True,
            )
            self._running.add(process)
        return process


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)  # it leads a session of its own
