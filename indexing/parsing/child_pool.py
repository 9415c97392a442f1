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
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from indexing.documents import FailureCategory, PartPage, ReadLimits
from storage.child_environment import reading_environment

_POLL_SECONDS = 0.1  # how often memory and time are looked at
_RECYCLE_SHARE = 0.5  # of the memory limit: a child that holds so much between files is replaced
_LARGE_SHARE = 0.5  # of the memory limit: a crash beyond it was for want of memory
_DETAILS: dict[FailureCategory, str] = {
    "timeout": "reading it took too long; split the file or raise the limit",
    "memory": "reading it needs more memory than the limit; split the file or raise the limit",
    "crashed": "its reader crashed; open and save it with its program, or remove it",
}


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read, or one page of it, counted from 1, to read by OCR; `part`: which page of which file within it."""

    path: Path
    page: int | None = None
    part: PartPage | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child said (see `parse_child`), or {"failure": [category, detail]} said for it."""

    content: dict[str, Any]
    seconds: float


class ChildPool:
    """At most `workers` children at a time. Leaving the with-block kills them, whatever they do."""

    def __init__(self, limits: ReadLimits, workers: int) -> None:
        self._limits = limits
        self._workers = workers
        self._children: list[_Child] = []

    def assign(self, next_task: Callable[[], Task | None]) -> bool:
        """Gives tasks to free children until there are no more of either; False when nothing is under way."""
        while sum(child.task is not None for child in self._children) < self._workers:
            task = next_task()
            if task is None:
                break
            self._free_child().begin(task, self._limits)
        return any(child.task is not None for child in self._children)

    def finished(self) -> Iterator[tuple[Task, Answer]]:
        """The answers that are there, after a short wait, and those of children that went beyond a limit."""
        busy = [child for child in self._children if child.task is not None]
        ready = wait([child.pipe for child in busy], _POLL_SECONDS)
        for child in busy:
            if child.pipe in ready:
                yield self._collect(child, child.receive(self._limits))
            elif category := child.exceeded(self._limits):
                yield self._collect(child, _failure(category))

    def _free_child(self) -> "_Child":
        free = next((child for child in self._children if child.task is None), None)
        if free is None:
            free = _Child()
            self._children.append(free)
        return free

    def _collect(self, child: "_Child", content: dict[str, Any]) -> tuple[Task, Answer]:
        task, seconds = child.task, time.monotonic() - child.began
        assert task is not None, "only busy children are collected"
        child.task = None
        is_spent = "failure" in content and content["failure"][0] in _DETAILS
        if is_spent or child.memory_bytes() > _memory_limit(task, self._limits) * _RECYCLE_SHARE:
            self._children.remove(child)
            child.kill()
        return task, Answer(content, seconds)

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
        self.task: Task | None = None
        self.began = 0.0
        self._peak_bytes = 0

    def begin(self, task: Task, limits: ReadLimits) -> None:
        self.task = task
        self.began = time.monotonic()
        self._peak_bytes = 0
        page, names = (task.part.number_there, task.part.names) if task.part else (task.page, ())
        request = {"path": str(task.path.absolute()), "page": page, "part": names, "limits": asdict(limits)}
        with suppress(OSError):  # it died while it was free: `receive` says so
            self.pipe.send_bytes(json.dumps(request).encode())

    def receive(self, limits: ReadLimits) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads(self.pipe.recv_bytes())
        except (EOFError, OSError):
            return _failure(self._cause_of_death(limits))
        return content

    def _cause_of_death(self, limits: ReadLimits) -> FailureCategory:
        """PDFium aborts when it gets no more memory, so the signal alone does not tell."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        if self._process.returncode == -signal.SIGXCPU:
            return "timeout"
        was_large = self._peak_bytes > limits.memory_bytes * _LARGE_SHARE
        return "memory" if was_large or self._process.returncode == -signal.SIGKILL else "crashed"

    def exceeded(self, limits: ReadLimits) -> FailureCategory | None:
        """Which limit the child is beyond, if any."""
        is_ocr = self.task is not None and self.task.page is not None
        if time.monotonic() - self.began > (limits.ocr_wall_seconds if is_ocr else limits.wall_seconds):
            return "timeout"
        self._peak_bytes = max(self._peak_bytes, self.memory_bytes())
        return "memory" if self.task and self._peak_bytes > _memory_limit(self.task, limits) else None

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


def _memory_limit(task: Task, limits: ReadLimits) -> int:
    return limits.memory_bytes if task.page is None else limits.ocr_memory_bytes


def _failure(category: FailureCategory) -> dict[str, Any]:
    return {"failure": [category, _DETAILS[category]]}
