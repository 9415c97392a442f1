"""A real server in a process of its own, and someone who asks it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil

from benchmarks.speed.measuring import NotMeasured

_ROOT = Path(__file__).resolve().parent.parent.parent
_READY_SECONDS = 120.0
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Site:
    """The running server; `healthy_seconds` and `ready_seconds` say when it first answered /healthz and /readyz."""

    url: str
    pid: int
    healthy_seconds: float
    ready_seconds: float

    def processor_seconds(self) -> float:
        """What the server's processes have taken of the processor until now."""
        times = [process.cpu_times() for process in self._processes()]
        return float(sum(each.user + each.system for each in times))

    def resident_mb(self) -> float:
        """What they hold in memory; what several of them share counts for each."""
        return float(sum(process.memory_info().rss for process in self._processes())) / 2**20

    def wait_for_processes(self, number: int) -> None:
        """Until so many can answer. Raises `NotMeasured`."""
        until = time.perf_counter() + _READY_SECONDS
        while time.perf_counter() < until:
            with urlopen(f"{self.url}/metrics", timeout=5) as response:
                if f"\npagewise_processes {number}.0" in response.read().decode():
                    return
            time.sleep(_LOOK_SECONDS)
        raise NotMeasured(f"{number} processes did not answer within {_READY_SECONDS:g} s")

    def _processes(self) -> list[psutil.Process]:
        first = psutil.Process(self.pid)
        return [first, *first.children()]


@contextmanager
def running_server(index_dir: Path, **settings: str) -> Iterator[Site]:
    """A server over an index on a free port, ready; without a language model."""
    environment = {
        **os.environ,
        "INDEX_DIR": str(index_dir),
        "PORT": "0",
        "HOST": "127.0.0.1",
        "API_TOKENS": "",
        "RATE_LIMIT_PER_MINUTE": "0",
        "DEEPSEEK_API_KEY": "",
        "EMBED_DEVICE": "cpu",
        "LOG_LEVEL": "WARNING",
        **settings,
    }
    started = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "server"], env=environment, stdout=subprocess.PIPE, text=True, cwd=_ROOT
    )
    assert server.stdout is not None
    try:
        found = re.search(r"http://[\d.]+:\d+", server.stdout.readline())
        if found is None:
            raise NotMeasured("the server did not start")
        healthy = _seconds_until(f"{found[0]}/healthz", started)
        yield Site(found[0], server.pid, healthy, _seconds_until(f"{found[0]}/readyz", started))
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def _seconds_until(address: str, started: float) -> float:
    while time.perf_counter() - started < _READY_SECONDS:
        try:
            with urlopen(address, timeout=5):
                return time.perf_counter() - started
        except OSError:
            time.sleep(_LOOK_SECONDS)
    raise NotMeasured(f"{address} did not answer well within {_READY_SECONDS:g} s")
