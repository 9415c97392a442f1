"""Runs a command as a whole process and tells what it took."""

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.speed.contestants import Contestant


@dataclass(frozen=True, slots=True)
class Run:
    """Wall and processor seconds of one process with its children, and the peak memory of the largest, in MB."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Result:
    """All rounds of one contestant."""

    contestant: Contestant
    runs: Sequence[Run]

    @property
    def seconds(self) -> float:
        """The median round."""
        return median(run.seconds for run in self.runs)

    @property
    def spread(self) -> tuple[float, float]:
        """The quickest and the slowest round, in seconds."""
        seconds = [run.seconds for run in self.runs]
        return min(seconds), max(seconds)


def measure(contestant: Contestant, documents: Path) -> Run:
    """One cold run into an empty place. Raises `CalledProcessError` with what it said when it fails."""
    with tempfile.TemporaryDirectory() as place:
        arguments, settings = contestant.command(documents, Path(place))
        started = time.perf_counter()
        process = subprocess.Popen(
            arguments, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise subprocess.CalledProcessError(process.returncode, arguments)
    return Run(round(seconds, 2), round(usage.ru_utime + usage.ru_stime, 2), round(usage.ru_maxrss / 1024, 0))
