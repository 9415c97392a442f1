"""`make bench`: a cold index of the papers, ours beside what a person would otherwise run.

    python -m benchmarks.speed [--rounds 3] [--documents DIR] [--results DIR]

Every round runs all contestants in turn, so that a machine that grows slower grows slower for all.
"""

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks.speed.contestants import contestants
from benchmarks.speed.measuring import Result, Run, measure
from benchmarks.speed.report import as_html, as_json, as_text

_PAPERS = Path("../shared/data/papers")


def main() -> int:
    """Measure, print, save; 2 when there is nothing to measure with."""
    options = _options()
    if not any(options.documents.glob("*.pdf")):
        print(f"{options.documents} holds no PDF; name a folder that does with --documents", file=sys.stderr)
        return 2
    entries = contestants()
    runs: dict[str, list[Run]] = {entry.name: [] for entry in entries}
    for number in range(options.rounds):
        for entry in entries:
            try:
                run = measure(entry, options.documents)
            except subprocess.CalledProcessError as error:
                print(f"{entry.name} ended with status {error.returncode}; nothing was measured", file=sys.stderr)
                return 1
            runs[entry.name].append(run)
            print(f"round {number + 1} of {options.rounds}: {entry.name} {run.seconds:.1f} s", flush=True)
    results = [Result(entry, runs[entry.name]) for entry in entries]
    machine = f"{len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}, {platform.machine()}"
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "speed.json").write_text(as_json(results, machine), encoding="utf-8")
    (options.results / "speed.html").write_text(as_html(results, machine), encoding="utf-8")
    print(f"\n{as_text(results)}\n\nSaved in {options.results}.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.speed", description="Measure a cold index of a folder.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--documents", type=Path, default=_PAPERS if _PAPERS.is_dir() else Path("documents"))
    parser.add_argument("--results", type=Path, default=Path("bench/results"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
