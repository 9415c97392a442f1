"""A cold index of one folder: ours beside what a person would otherwise run; and how much of the text each embeds."""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.speed.contestants import AS_INSTALLED, PEERS_PYTHON, Contestant, contestants
from benchmarks.speed.figures import Bars, Effort, Figure, Section, figure
from benchmarks.speed.measuring import Run, run, shared_model
from benchmarks.speed.restricted import is_restricted, what_they_compute_with
from storage.embedding.models import load_token_counter, resolve_model

_PROMISED = {"notebook": 3.0, "plain LlamaIndex": 1.8, "plain LlamaIndex, 256": 1.8, AS_INSTALLED: 5.0}
_PROMISED_ON_AVX2 = {"notebook": 2.0, "plain LlamaIndex": 1.3, "plain LlamaIndex, 256": 1.3, AS_INSTALLED: 5.0}
"""How many times as long as ours each must take; of ours as installed: how many times as long the notebook must."""


def measure_cold(effort: Effort) -> Section:
    """Every round runs all contestants in turn, so that a machine that grows slower grows slower for all."""
    entries = contestants()
    runs: dict[str, list[Run]] = {entry.name: [] for entry in entries}
    shares: dict[str, tuple[int, int, float]] = {}
    for number in range(effort.rounds):
        for entry in entries:
            with TemporaryDirectory(dir=effort.place) as place:
                runs[entry.name].append(_cold_run(entry, effort.documents, Path(place)))
                if number == 0:
                    shares[entry.name] = _read(entry.texts(Path(place)))
            print(f"  round {number + 1}: {entry.name} {runs[entry.name][-1].seconds:.1f} s", flush=True)
    section = _section(entries, runs, shares, len(list(effort.documents.glob("*.pdf"))))
    if is_restricted():
        section.title += ", AVX2 only"
        section.conditions += what_they_compute_with([sys.executable, str(PEERS_PYTHON)], effort.place)
    return section


def _cold_run(entry: Contestant, documents: Path, place: Path) -> Run:
    arguments, settings = entry.command(documents.resolve(), place)
    return run(arguments, settings, place / "log")


def _read(texts: Sequence[str]) -> tuple[int, int, float]:
    """How many texts, how many tokens of them the model reads, and which share of their tokens that is."""
    model = resolve_model(shared_model())
    count = load_token_counter(model)
    tokens = [count(text) for text in texts]
    read = sum(min(number, model.max_tokens) for number in tokens)
    return len(texts), read, read / sum(tokens)


def _times_faster(name: str, promised: str, theirs: Sequence[Run], ours: Sequence[Run]) -> Figure:
    times = [other.seconds / own.seconds for other, own in zip(theirs, ours, strict=True)]
    bounds = _PROMISED_ON_AVX2 if is_restricted() else _PROMISED
    return figure(name, times, "", bounds[promised], at_least=True)


def _section(
    entries: Sequence[Contestant], runs: dict[str, list[Run]], shares: dict[str, tuple[int, int, float]], files: int
) -> Section:
    section = Section(f"Cold index of {files} PDFs, all contestants with all-MiniLM-L6-v2, the last one as installed")
    ours = runs[entries[0].name]
    for entry in entries:
        section.figures.append(figure(entry.name, [each.seconds for each in runs[entry.name]], "s"))
    for entry in entries[1:]:
        if entry.name != AS_INSTALLED:
            section.figures.append(_times_faster(f"times faster than {entry.name}", entry.name, runs[entry.name], ours))
    installed = runs.get(AS_INSTALLED)
    if installed is not None:
        section.figures.append(
            _times_faster("as installed, times faster than notebook", AS_INSTALLED, runs["notebook"], installed)
        )
    for entry in entries:
        chunks, read, share = shares[entry.name]
        section.figures.append(figure(f"{entry.name}: text that the model reads", [share * 100], "%"))
        section.conditions.append(f"{entry.name}: {entry.what}; {chunks:,} texts, {read:,} tokens embedded")
    for entry in entries:
        section.figures.append(figure(f"{entry.name}: peak memory", [each.peak_mb for each in runs[entry.name]], "MB"))
    section.charts.append(Bars("Cold index", "s", {f.name: f.value for f in section.figures[: len(entries)]}))
    section.conditions.append("Each is a process of its own, with imports; ours also verifies and publishes.")
    section.details["runs"] = {
        name: [{"seconds": r.seconds, "cpu_seconds": r.cpu_seconds, "peak_mb": r.peak_mb} for r in each]
        for name, each in runs.items()
    }
    return section
