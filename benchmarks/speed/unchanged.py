"""A run that finds nothing changed: the papers, and a folder of many small files."""

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.speed.figures import Effort, Section, figure
from benchmarks.speed.measuring import NotMeasured, index_settings, module, run, told

_LEAST_RUNS = 3


def measure_unchanged(effort: Effort) -> Section:
    """Whole processes, imports included."""
    section = Section("Nothing changed")
    with TemporaryDirectory(dir=effort.place) as name:
        place = Path(name)
        seconds = _unchanged(effort.documents, place / "papers", 50_000, effort.rounds)
        number = len(list(effort.documents.glob("*.pdf")))
        section.figures.append(figure(f"{number} PDFs", seconds, "s", 1.0))
        _write_files(place / "files", effort.files)
        seconds = _unchanged(place / "files", place / "many", effort.files, effort.rounds)
        section.figures.append(figure(f"{effort.files:,} small text files", seconds, "s", 5.0))
    section.conditions.append("python -m indexing from start to exit. The indexes were built without a model.")
    return section


def _unchanged(documents: Path, index_dir: Path, expected: int, rounds: int) -> list[float]:
    settings = index_settings(documents, index_dir)
    log = index_dir.with_suffix(".log")
    built = run(module("benchmarks.speed.timed_job", "--synthetic", expected), settings, log)
    print(f"  {told(built)['documents']:,} documents indexed in {built.seconds:.1f} s", flush=True)
    runs = [run(module("indexing"), settings, log) for _ in range(max(_LEAST_RUNS, rounds))]
    if "Nothing changed" not in runs[-1].said:
        raise NotMeasured("the job found something to do where nothing had changed")
    return [each.seconds for each in runs]


def _write_files(folder: Path, number: int) -> None:
    for i in range(number):
        place = folder / f"{i // 500:03d}"
        place.mkdir(parents=True, exist_ok=True)
        text = f"Note {i} says that shelf {i * 7 % 977} holds box {i * 13 % 1009}.\n"
        (place / f"note-{i:05d}.txt").write_text(text, encoding="utf-8")
