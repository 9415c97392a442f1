"""Child processes that read files: killed and replaced when a file costs too much time or memory.

A child is a fresh interpreter that knows the readers and nothing else (no torch, no Chroma). Children are started
when there is work for them, and serve file after file until one kills them or leaves too much memory behind.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from indexing.documents import FailureCategory, PartPage, ReadLimits
from storage.child_environment import reading_environment
from storage.messages import encoded, message

_POLL_SECONDS = 0.1  # how often memory and time are looked at
_RECYCLE_SHARE = 0.5  # of the memory limit: a child that holds so much between files is replaced
_LARGE_SHARE = 0.5  # of the memory limit: a crash beyond it was for want of memory
_DETAILS: dict[FailureCategory, str] = {
    "timeout": message("reading it took too long; split the file or raise the limit"),
    "memory": message("reading it needs more memory than the limit; split the file or raise the limit"),
    "crashed": message("its reader crashed; open and save it with its program, or remove it"),
}


OnPart = Callable[[Path, int, int], None]
"""Told of a file, the part of it that is being read, counted from 1, and how many there are; often the same again."""


@dataclass(frozen=True, slots=True)
class ParseTask:
    """A file to read, or one page of it, counted from 1, to read by OCR; `part`: which page of which file within it.

    `lost`, `stop` and `without_pdfium` come from earlier attempts: parts that ended their process and why, where to
    stop, and that PDFium crashed.
    """

    path: Path
    page: int | None = None
    part: PartPage | None = None
    lost: Mapping[int, FailureCategory] = field(default_factory=dict)
    stop: int | None = None
    without_pdfium: bool = False


@dataclass(frozen=True, slots=True)
class ChildReply:
    """What a child said (see `child`), or {"failure": [category, detail]} said for it."""

    content: dict[str, Any]
    seconds: float
    part: int = 0  # the part that was being read; 0: none, or the file as a whole
    is_file_limit: bool = False  # the file as a whole took too long


class ChildPool:
    """At most `workers` children at a time. Leaving the with-block kills them, whatever they do."""

    def __init__(self, limits: ReadLimits, workers: int, on_part: OnPart | None = None) -> None:
        self._limits = limits
        self._on_part = on_part
        self._workers = workers
        self._children: list[_Child] = []

    def assign(self, next_task: Callable[[], ParseTask | None]) -> bool:
        """Gives tasks to free children until there are no more of either; False when nothing is under way."""
        while sum(child.task is not None for child in self._children) < self._workers:
            task = next_task()
            if task is None:
                break
            self._free_child().begin(task, self._limits)
        return any(child.task is not None for child in self._children)

    def finished(self) -> Iterator[tuple[ParseTask, ChildReply]]:
        """The answers that are there, after a short wait, and those of children that went beyond a limit."""
        busy = [child for child in self._children if child.task is not None]
        ready = wait([child.pipe for child in busy], _POLL_SECONDS)
        for child in busy:
            content = child.receive(self._limits) if child.pipe in ready else None
            if content is None and self._on_part and child.task and child.part:
                self._on_part(child.task.path, child.part, child.parts)
            if content is None and (category := child.exceeded(self._limits)):
                content = _failure(category)
            if content is not None:
                yield self._collect(child, content)

    def _free_child(self) -> "_Child":
        free = next((child for child in self._children if child.task is None), None)
        if free is None:
            free = _Child()
            self._children.append(free)
        return free

    def _collect(self, child: "_Child", content: dict[str, Any]) -> tuple[ParseTask, ChildReply]:
        task, seconds = child.task, time.monotonic() - child.began
        assert task is not None, "only busy children are collected"
        child.task = None
        is_spent = "failure" in content and content["failure"][0] in _DETAILS
        if is_spent or child.memory_bytes() > _memory_limit(task, self._limits) * _RECYCLE_SHARE:
            self._children.remove(child)
            child.kill()
        return task, ChildReply(content, seconds, child.part, child.took_too_long(self._limits))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children:
            child.kill()
        self._children.clear()


class _Child:
    """One reading process and our end of the pipe to it."""

    def __init__(self) -> None:
        self.pipe, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "indexing.parsing.child", str(theirs.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno()],
                env=reading_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C reaches the parent alone, which then kills
            )
        self.task: ParseTask | None = None
        self.began = 0.0
        self.part = self.parts = 0
        self._peak_bytes = 0
        self._spent = _Spent()

    def begin(self, task: ParseTask, limits: ReadLimits) -> None:
        self.task = task
        self.began = time.monotonic()
        self.part = self.parts = 0
        self._peak_bytes = 0
        self._spent = _Spent(self.cpu_seconds())
        page, names = (task.part.number_there, task.part.names) if task.part else (task.page, ())
        request = {
            "path": str(task.path.absolute()),
            "page": page,
            "part": names,
            "limits": asdict(limits) | {"without_pdfium": task.without_pdfium},
            "lost": dict(task.lost),
            "stop": task.stop,
        }
        with suppress(OSError):  # it died while it was free: `receive` says so
            self.pipe.send_bytes(json.dumps(request).encode())

    def receive(self, limits: ReadLimits) -> dict[str, Any] | None:
        """What the child answered, or why it died; None: it only says how far it is."""
        try:
            content: dict[str, Any] = json.loads(self.pipe.recv_bytes())
        except (EOFError, OSError):
            return _failure(self._cause_of_death(limits))
        if "part" not in content:
            return content
        self.part, self.parts = content["part"], content["of"]
        self._spent.begin_part(self.cpu_seconds())
        return None

    def _cause_of_death(self, limits: ReadLimits) -> FailureCategory:
        """PDFium aborts when it gets no more memory, so the signal alone does not tell."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        if self._process.returncode == -signal.SIGXCPU:
            return "timeout"
        was_large = self._peak_bytes > limits.memory_bytes * _LARGE_SHARE
        return "memory" if was_large or self._process.returncode == -signal.SIGKILL else "crashed"

    def exceeded(self, limits: ReadLimits) -> FailureCategory | None:
        """Which limit the child is beyond, if any. The processor's time counts, not the clock's."""
        assert self.task is not None, "only busy children are looked at"
        self._spent.look(self.cpu_seconds())
        allowed = limits.cpu_seconds if self.task.page is None else limits.ocr_cpu_seconds
        is_stalled = self._spent.stalled_seconds > limits.stalled_seconds
        # A second more than the child allows itself, which ends it more exactly.
        if is_stalled or self._spent.on_part > allowed + 1 or self.took_too_long(limits):
            return "timeout"
        self._peak_bytes = max(self._peak_bytes, self.memory_bytes())
        return "memory" if self._peak_bytes > _memory_limit(self.task, limits) else None

    def took_too_long(self, limits: ReadLimits) -> bool:
        """Whether the file as a whole did, as far as its parts are known."""
        return self._spent.on_file > limits.file_cpu_seconds + limits.cpu_seconds_per_part * self.parts

    def cpu_seconds(self) -> float:
        """What the process has computed so far; 0 when it is gone."""
        try:
            times = psutil.Process(self._process.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    def memory_bytes(self) -> int:
        """What the process holds in memory; 0 when it is gone."""
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self.pipe.close()


class _Spent:
    """Processor seconds that a process spent on a file and on the part in hand, and since when it spends none."""

    def __init__(self, cpu_seconds: float = 0.0) -> None:
        self._file_began = self._part_began = self._last = cpu_seconds
        self._moved_at = time.monotonic()

    def begin_part(self, cpu_seconds: float) -> None:
        self._part_began = cpu_seconds
        self.look(cpu_seconds)

    def look(self, cpu_seconds: float) -> None:
        if cpu_seconds > self._last:
            self._last, self._moved_at = cpu_seconds, time.monotonic()

    @property
    def on_file(self) -> float:
        return self._last - self._file_began

    @property
    def on_part(self) -> float:
        return self._last - self._part_began

    @property
    def stalled_seconds(self) -> float:
        return time.monotonic() - self._moved_at


def _memory_limit(task: ParseTask, limits: ReadLimits) -> int:
    return limits.memory_bytes if task.page is None else limits.ocr_memory_bytes


def _failure(category: FailureCategory) -> dict[str, Any]:
    return {"failure": [category, encoded(_DETAILS[category])]}
