"""How much slower retrieval is while an indexing job runs: `python -m benchmarks.speed.while_indexing`.

Indexes all PDFs of a folder but the largest, serves them, asks in a loop; then the largest comes in, and the same is
asked while the job embeds it. Prints p50 and p99 of both phases and their ratio. Loopback only; stops by itself.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.speed.machine import machine
from benchmarks.speed.site import running_server

_QUESTIONS = [
    f"What does section {n} say about {topic}?" for n in range(1, 20) for topic in ("training", "cost", "data")
]
_PAPERS = Path("../shared/data/papers")
_IDLE_QUERIES = 300


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser("python -m benchmarks.speed.while_indexing")
    parser.add_argument("--documents", type=Path, default=_PAPERS)
    source: Path = parser.parse_args().documents
    files = sorted(source.glob("*.pdf"), key=lambda file: file.stat().st_size)
    if len(files) < 2:
        print(f"{source} holds fewer than two PDFs; name a folder with --documents", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as place:
        documents = Path(place) / "documents"
        documents.mkdir()
        settings = {"DOCUMENTS_DIR": str(documents), "INDEX_DIR": f"{place}/index", "EMBED_MODEL": "packaged"}
        environment = {**os.environ, **settings, "LOG_LEVEL": "ERROR"}
        for file in files[:-1]:
            shutil.copy(file, documents)
        subprocess.run([sys.executable, "-m", "indexing"], env=environment, check=True, stdout=subprocess.DEVNULL)
        with running_server(Path(settings["INDEX_DIR"]), **settings, LOG_LEVEL="ERROR") as site:
            idle = [_ask(site.url, number) for number in range(_IDLE_QUERIES)]
            shutil.copy(files[-1], documents)
            job = subprocess.Popen([sys.executable, "-m", "indexing"], env=environment, stdout=subprocess.DEVNULL)
            busy: list[float] = []
            while job.poll() is None:
                busy.append(_ask(site.url, _IDLE_QUERIES + len(busy)))
    print(machine())
    _print(idle, busy)
    return 0


def _ask(url: str, number: int) -> float:
    """Milliseconds of one retrieval of a question not asked before."""
    question = {"question": f"{_QUESTIONS[number % len(_QUESTIONS)]} ({number})"}
    request = urllib.request.Request(
        f"{url}/api/retrieve", json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    started = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as response:
        response.read()
    return (time.perf_counter() - started) * 1000


def _print(idle: list[float], busy: list[float]) -> None:
    def at(times: list[float], share: float) -> float:
        return sorted(times)[int((len(times) - 1) * share)]

    for name, times in (("idle", idle), ("while indexing", busy)):
        print(f"{name:15} {len(times):5} queries  p50 {at(times, 0.5):6.1f} ms  p99 {at(times, 0.99):6.1f} ms")
    print(f"p99 while indexing / idle: {at(busy, 0.99) / at(idle, 0.99):.2f}")


if __name__ == "__main__":
    sys.exit(main())
