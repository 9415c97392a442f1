"""`make bench`: what Pagewise costs, beside what a person would otherwise run and beside the machine itself.

    python -m benchmarks.speed [--quick | --full] [--only SECTION ...] [--rounds N] [--instructions avx2]
                               [--documents DIR] [--results DIR]

One run, one table, speed.json and speed.html. Without an option about 25 minutes on two cores, `--quick` 4, and
`--full` adds 200,000 chunks. The machine should have nothing else to do.
"""

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.speed.cold import measure_cold
from benchmarks.speed.embedding import measure_embedding
from benchmarks.speed.figures import Effort, Section
from benchmarks.speed.machine import machine
from benchmarks.speed.measuring import NotMeasured
from benchmarks.speed.model_shape import measure_model_shape
from benchmarks.speed.report import as_html, as_json, as_text
from benchmarks.speed.restricted import restrict_to_avx2
from benchmarks.speed.scale import measure_scale
from benchmarks.speed.serving import measure_serving
from benchmarks.speed.unchanged import measure_unchanged

SECTIONS: dict[str, Callable[[Effort], Section]] = {
    "cold": measure_cold,
    "embedding": measure_embedding,
    "model": measure_model_shape,
    "unchanged": measure_unchanged,
    "scale": measure_scale,
    "serving": measure_serving,
}

_PAPERS = Path("../shared/data/papers")
_QUICK_FILES = 2


def main() -> int:
    """Measure, print, save; 1 when a section could not be measured, 2 when there is nothing to measure with.

    A promise that is not kept is shown, and is no failure: it may be the machine's.
    """
    options = _options()
    if not any(options.documents.glob("*.pdf")):
        print(f"{options.documents} holds no PDF; name a folder that does with --documents", file=sys.stderr)
        return 2
    if options.instructions is not None:
        restrict_to_avx2()
    sections: list[Section] = []
    failed: list[str] = []
    with TemporaryDirectory() as name:
        effort = _effort(options, Path(name))
        for key in options.only or SECTIONS:
            started = time.perf_counter()
            print(f"{key} …", flush=True)
            try:
                sections.append(SECTIONS[key](effort))
            except NotMeasured as error:
                failed.append(f"{key} was not measured: {error}")
                print(failed[-1], file=sys.stderr)
            print(f"  {time.perf_counter() - started:.0f} s", flush=True)
    _save(options.results, sections)
    print(machine(), as_text(sections), *failed, f"\nSaved in {options.results}.", sep="\n")
    return 1 if failed else 0


def _save(results: Path, sections: list[Section]) -> None:
    results.mkdir(parents=True, exist_ok=True)
    (results / "speed.json").write_text(as_json(sections, machine()), encoding="utf-8")
    (results / "speed.html").write_text(as_html(sections, machine()), encoding="utf-8")


def _effort(options: argparse.Namespace, place: Path) -> Effort:
    documents = place / "pdfs"
    documents.mkdir()
    files = sorted(options.documents.glob("*.pdf"), key=lambda file: file.stat().st_size)
    for file in files[:_QUICK_FILES] if options.quick else files:
        shutil.copyfile(file, documents / file.name)
    effort = Effort(documents, place, rounds=options.rounds)
    if options.quick:
        return replace(
            effort, rounds=1, sizes=(2_000,), files=1_000, served_chunks=2_000, load_seconds=4.0, model_chunks=2
        )
    return replace(effort, sizes=(*effort.sizes, 200_000)) if options.full else effort


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.speed", description="Measure the speed of everything.")
    much = parser.add_mutually_exclusive_group()
    much.add_argument("--quick", action="store_true", help="one round, small sizes, two PDFs")
    much.add_argument("--full", action="store_true", help="200,000 chunks as well")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--instructions", choices=("avx2",), help="forbid all libraries whatever is newer")
    parser.add_argument("--documents", type=Path, default=_PAPERS if _PAPERS.is_dir() else Path("documents"))
    parser.add_argument("--results", type=Path, default=Path("bench/results"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
