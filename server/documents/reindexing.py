"""The indexing job as a child process, started from the page. Knows the job by its command line alone.

What the job says goes to a file beside the index, so that a server that was started anew still shows it; the job goes
on when the server ends, and two never run at once: the job's own lock sees to that.
"""

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from server.documents.attended_run import AttendedRun, Claimed
from server.documents.child_processes import Children, ChildrenEnded
from server.documents.slow_work import NoRoom, SlowWork
from storage.child_environment import ENCODED_LINES, job_environment
from storage.collections import NO_COLLECTIONS
from storage.generations.lock import is_locked
from storage.messages import changed, decoded, message
from storage.private_files import private_directory, private_opener

_COMMAND = [sys.executable, "-m", "indexing"]
_HOME = Path(__file__).parents[2]
_PLAN_SECONDS = 60

Again = Literal["failed", "ocr"]
_AGAIN: dict[Again, list[str]] = {"failed": ["--retry-failed"], "ocr": ["--with-ocr"]}
_KEPT_SECONDS = 5.0
_LOOK_SECONDS = 0.2
_QUIET_SECONDS = 1.0
"""After a file was added, until a run begins: more of them may come, one by one."""
_LAST_BYTES = 65536
_LAST_LINES = 12
_COUNT = re.compile(r"(?:^|embedded )(\d+)/(\d+)\b")
_STAMP = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ [A-Z]+ +")


REMOVALS_IN_DOUBT = 5
"""Exit code of a run that would have taken much out of the index, and asks whether that is meant."""


class NoPlan(Exception):
    """The plan of the next run cannot be had; the message says why."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was found out last: lines, or why there are none."""

    documents_dir: Path
    made_at: float
    lines: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class JobState:
    """The run that goes on, or the last one. `done` of `total` in its present step; `exit_code` where it is known."""

    is_running: bool
    lines: tuple[str, ...] = ()
    done: int = 0
    total: int = 0
    exit_code: int | None = None
    can_cancel: bool = False
    """Whether a server has started it; one that was started from a shell is ended there."""

    @property
    def asks_for_removals(self) -> bool:
        """Whether the last run did nothing, because much is gone from the folder."""
        return not self.is_running and self.exit_code == REMOVALS_IN_DOUBT


class Reindexing:
    """Starts the job for one index and tells how it gets on. May be used by several threads."""

    def __init__(
        self,
        index_dir: Path,
        command: Sequence[str] = _COMMAND,
        slow_work: SlowWork | None = None,
        children: Children | None = None,
        quiet_seconds: float = _QUIET_SECONDS,
    ) -> None:
        self._index_dir = index_dir.resolve()
        self._slow_work = slow_work or SlowWork()
        self._plan: _Plan | None = None
        self._command = list(command)
        self._children = children or Children()
        self._run = AttendedRun(self._index_dir)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._follows = False
        self._asked_at = 0.0
        self._quiet_seconds = quiet_seconds

    def start(
        self,
        documents_dir: Path,
        *,
        allow_removals: bool = False,
        again: Again | None = None,
        retry: Sequence[str] = (),
    ) -> bool:
        """Start a run; False where one is going on already. `allow_removals`: what is gone is gone on purpose.

        `again`: what could not be read is tried once more, or what lacks text is read with OCR. `retry`: these
        documents alone are tried once more.
        """
        options = [*(["--allow-removals"] if allow_removals else []), *(_AGAIN[again] if again else [])]
        options += [f"--retry={path}" for path in retry]
        with self._lock:
            if self._is_running():
                return False
            self._plan = None
            private_directory(self._index_dir)
            try:
                claimed = self._run.claim()
            except Claimed:
                return False
            try:
                self._process = self._started([*self._command, *options], documents_dir)
            except BaseException:
                if claimed is not None:
                    claimed.close()
                raise
            # Whoever ends first, the run or this object, the process is waited for.
            threading.Thread(target=self._run.attend, args=(self._process, claimed), name="run", daemon=True).start()
            return True

    def follow(self, documents_dir: Path) -> None:
        """Start a run now, or as soon as the one that goes on has ended: it may not have seen the newest files."""
        with self._lock:
            self._asked_at = time.monotonic()
            if self._follows:
                return
            self._follows = True
        threading.Thread(target=self._start_when_free, args=(documents_dir,), name="next run", daemon=True).start()

    def cancel(self) -> bool:
        """Ask the run to end, as Ctrl-C would: it publishes nothing. False where no server has started it.

        Nothing of the index that answers is touched, and what was embedded already is not computed again.
        """
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                return self._run.ask_to_end()
            self._process.send_signal(signal.SIGTERM)
            return True

    def state(self) -> JobState:
        """How the run gets on, or how the last one ended."""
        with self._lock:
            is_running = self._is_running() or self._follows
            own = self._process
            exit_code = None if is_running else self._run.exit_code()
            if exit_code is None and own is not None and not is_running:
                exit_code = own.returncode  # it could not be written down
            can_cancel = (own is not None and own.poll() is None) or self._run.is_attended()
        lines = self._lines()
        counted = next((match for line in reversed(lines) if (match := _COUNT.search(line))), None)
        done, total = (int(counted[1]), int(counted[2])) if counted and is_running else (0, 0)
        return JobState(is_running, tuple(lines[-_LAST_LINES:]), done, total, exit_code, can_cancel)

    def plan(self, documents_dir: Path) -> tuple[str, ...]:
        """What the next run would do, line by line: made once for all who ask within a few seconds.

        Raises `NoPlan`; `NoRoom` where it takes longer than a request should wait.
        """
        if self._kept_plan(documents_dir) is None:
            self._slow_work.once("plans", (self._index_dir, documents_dir), lambda: self._make_plan(documents_dir))
        plan = self._kept_plan(documents_dir)
        if plan is None:
            raise NoRoom
        if plan.problem:
            raise NoPlan(plan.problem)
        return plan.lines

    def _started(self, command: Sequence[str], documents_dir: Path) -> "subprocess.Popen[bytes]":
        with open(self._log, "wb", opener=private_opener) as log:
            return subprocess.Popen(
                command,
                cwd=_HOME,
                env=self._environment(documents_dir),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _start_when_free(self, documents_dir: Path) -> None:
        try:
            while time.monotonic() - self._asked_at < self._quiet_seconds:
                time.sleep(_LOOK_SECONDS)
            while not self.start(documents_dir):
                time.sleep(_LOOK_SECONDS)
        finally:
            self._follows = False

    def _kept_plan(self, documents_dir: Path) -> _Plan | None:
        plan = self._plan
        is_new = plan is not None and time.monotonic() - plan.made_at < _KEPT_SECONDS
        return plan if plan is not None and is_new and plan.documents_dir == documents_dir else None

    def _make_plan(self, documents_dir: Path) -> None:
        if self._kept_plan(documents_dir) is not None:
            return
        try:
            lines, problem = self._planned(documents_dir), ""
        except NoPlan as error:
            lines, problem = (), str(error)
        self._plan = _Plan(documents_dir, time.monotonic(), lines, problem)

    def _planned(self, documents_dir: Path) -> tuple[str, ...]:
        try:
            ended = self._children.run(
                [*self._command, "--dry-run"], self._environment(documents_dir), seconds=_PLAN_SECONDS, cwd=_HOME
            )
        except subprocess.TimeoutExpired as error:
            raise NoPlan(message("the plan takes too long; run make index ARGS=--dry-run")) from error
        except ChildrenEnded as error:
            raise NoPlan(message("the server is stopping")) from error
        if ended.returncode > 1:
            said = ended.stderr.decode("utf-8", "replace").strip("\n").rpartition("\n")[2]
            raise NoPlan(self._shown(said) or message("the plan cannot be made; run make index ARGS=--dry-run"))
        lines = ended.stdout.decode("utf-8", "replace").strip("\n")
        return tuple(self._shown(line) for line in lines.split("\n")) if lines else ()

    @property
    def _log(self) -> Path:
        return self._index_dir / "reindex.log"

    def _is_running(self) -> bool:
        if self._process is not None and self._process.poll() is None:
            return True
        return is_locked(self._index_dir) or self._run.is_attended()

    def _lines(self) -> list[str]:
        if not self._log.is_file():
            return []
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - _LAST_BYTES))
            text = log.read().decode("utf-8", "replace")
        # Not splitlines: what begins an encoded message would end a line.
        return [self._shown(line) for line in text.split("\n") if line.strip()]

    def _environment(self, documents_dir: Path) -> dict[str, str]:
        return job_environment(
            {
                "COLLECTIONS": NO_COLLECTIONS,
                "INDEX_DIR": str(self._index_dir),
                "DOCUMENTS_DIR": str(documents_dir.resolve()),
                ENCODED_LINES: "1",
            }
        )

    def _shown(self, line: str) -> str:
        """A line or a message without its time, and without where things are on this machine."""
        return changed(decoded(_STAMP.sub("", line)), self._without_places)

    def _without_places(self, text: str) -> str:
        return text.replace(f"{self._index_dir.parent}/", "").replace(f"{_HOME}/", "")
