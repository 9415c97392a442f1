"""Several processes that answer at one port, and the one that watches them: it begins another where one has ended.

It answers nothing, so that it stays small and cannot fail with what answers. All processes take their connections from
one listening socket: what waits there is lost with none of them. Knows nothing of requests.
"""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from server.http.side_by_side import Place, places_for
from server.settings import BadSettings, ServerSettings
from storage.escaping import log_on_one_line
from storage.messages import message
from storage.processor_cores import available_cores
from storage.server_state.state import share_state
from storage.settings import StorageSettings

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.1
_STOP_SECONDS = 20.0  # they end by themselves within ten
_ALONE_SECONDS = 30.0  # then the others begin although the first one does not answer yet
_FIRST_DELAY_SECONDS, _LONGEST_DELAY_SECONDS = 0.5, 60.0
_LASTING_SECONDS = 60.0  # a process that lived so long begins with the first delay again
_BAD_SETTINGS = 2
"""Exit code of a process that another one in its place would meet as well."""


def processes_of(settings: ServerSettings) -> int:
    """How many processes answer."""
    return settings.server_processes or available_cores()


def begin_processes(settings: ServerSettings, storage: StorageSettings, listening: socket.socket) -> Place | int:
    """Returns several times: in each process that shall answer with its place, in this one with the exit code.

    In this one it returns when all of them have ended. Call it before there are threads. Raises `BadSettings`.
    """
    log_on_one_line("%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("server").setLevel(settings.log_level)
    number = processes_of(settings)
    try:
        share_state(storage)
    except OSError as error:
        raise BadSettings(
            message(
                "SERVER_PROCESSES={number}: the processes share what they keep; {folder} cannot hold it ({reason}); "
                "set STATE_URL, or SERVER_PROCESSES=1",
                number=number,
                folder=storage.index_dir,
                reason=error.strerror or str(error),
            )
        ) from error
    return _Watch(places_for(number), listening).keep()


@dataclass
class _Process:
    """What answers, or shall answer, at one place. Moments are those of `time.monotonic`."""

    place: Place
    pid: int | None = None
    began: float = 0.0
    begins_at: float = 0.0
    delay_seconds: float = field(default=_FIRST_DELAY_SECONDS)


class _Watch:
    """Begins processes, looks whether they live, and ends them."""

    def __init__(self, places: Sequence[Place], listening: socket.socket) -> None:
        others_begin_at = time.monotonic() + _ALONE_SECONDS
        self._processes = [_Process(each, begins_at=others_begin_at if each.number > 1 else 0.0) for each in places]
        self._listening = listening
        self._signal: int | None = None
        self._watched, self._watching = os.pipe()  # the second end closes with this process, however that ends

    def keep(self) -> Place | int:
        """See `begin_processes`."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)
        code = 0
        while self._signal is None and code != _BAD_SETTINGS:
            for process in self._processes:
                if self._is_due(process) and self._begin(process):
                    return process.place
            time.sleep(_LOOK_SECONDS)
            code = max((self._look(process) for process in self._processes), default=0)
        self._end()
        return code

    def _is_due(self, process: _Process) -> bool:
        """The first one begins alone: it answers sooner so, and tells of wrong settings once."""
        if process.pid is not None:
            return False
        is_first_time = not process.began
        return time.monotonic() >= process.begins_at or (is_first_time and self._processes[0].place.answers())

    def _note(self, number: int, _frame: object) -> None:
        self._signal = number

    def _begin(self, process: _Process) -> bool:
        """Whether this is the new process."""
        for stream in filter(None, (sys.stdout, sys.stderr)):
            with suppress(OSError):
                stream.flush()  # or both would write what waits
        pid = os.fork()
        if pid:
            process.pid, process.began = pid, time.monotonic()
            return False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.close(self._watching)
        logging.getLogger().handlers.clear()  # it says in its own lines which one it is
        threading.Thread(target=_end_with, args=(self._watched,), name="watched", daemon=True).start()
        return True

    def _look(self, process: _Process) -> int:
        """The code of a process with which all have to end, 0 while it may go on or another one may begin."""
        code = _exit_code(process)
        if code is None:
            return 0
        process.place.leave()
        if code == _BAD_SETTINGS:
            return code
        lived = time.monotonic() - process.began
        if lived >= _LASTING_SECONDS:
            process.delay_seconds = _FIRST_DELAY_SECONDS
        logger.error(
            "process %d of %d ended after %.0f s (%s); another one begins in %.1f s",
            process.place.number,
            process.place.processes,
            lived,
            f"exit code {code}" if code >= 0 else signal.Signals(-code).name,
            process.delay_seconds,
        )
        process.begins_at = time.monotonic() + process.delay_seconds
        process.delay_seconds = min(2 * process.delay_seconds, _LONGEST_DELAY_SECONDS)
        return 0

    def _end(self) -> None:
        """Ask all to end, and wait until they have."""
        self._listening.close()  # or connections would be taken in that nobody accepts any more
        self._tell_all(signal.SIGTERM)
        until = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < until and any(process.pid is not None for process in self._processes):
            time.sleep(_LOOK_SECONDS)
            for process in self._processes:
                _exit_code(process)
        self._tell_all(signal.SIGKILL)

    def _tell_all(self, number: signal.Signals) -> None:
        for process in self._processes:
            if process.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, number)


def _exit_code(process: _Process) -> int | None:
    """None while it lives, or none was begun; minus the signal that ended it."""
    if process.pid is None:
        return None
    pid, status = os.waitpid(process.pid, os.WNOHANG)
    if not pid:
        return None
    process.pid = None
    return os.waitstatus_to_exitcode(status)


def _end_with(watched: int) -> None:
    """End as if told to when nobody holds the other end of the pipe any more."""
    while os.read(watched, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
