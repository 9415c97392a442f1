"""What size costs: build, a small change, opening, retrieving, memory and disk, for growing numbers of chunks."""

import json
import subprocess
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.speed.figures import Curve, Effort, Section, figure
from benchmarks.speed.measuring import NotMeasured, index_settings, module, run, told
from benchmarks.speed.synthetic import write_documents

PROMISED_AT = 50_000
"""The promises are made for so many chunks."""

_DIMENSION = 1024
_CHUNKS_PER_DOCUMENT = 100
_CHARACTERS = 950  # of a paragraph that is one chunk
_MODEL: dict[str, int | float] = {
    "hidden_size": _DIMENSION,
    "num_hidden_layers": 1,
    "intermediate_size": 64,
    "initializer_range": 0.02,
}


def measure_scale(effort: Effort) -> Section:
    """The real job, storage and retriever; only the vectors are made up."""
    section = Section("Scale on one machine, 1,024 dimensions")
    found: dict[int, dict[str, Any]] = {}
    for size in effort.sizes:
        with TemporaryDirectory(dir=effort.place) as place:
            found[size] = _measure(Path(place), size)
        _add_figures(section, size, found[size])
    section.charts += _curves(found)
    section.details = {str(size): each for size, each in found.items()}
    section.conditions += [
        "Word-like text (Zipf), vectors in clusters of 50 (noise 0.05 a coordinate); embedding costs nothing here.",
        "Retrieving is the server's own retriever: vectors, words, fusion, evidence; not the question's embedding.",
        "The change is one new document of 100 chunks: copied, added, sealed, verified in a fresh process, published.",
    ]
    return section


def _measure(place: Path, size: int) -> dict[str, Any]:
    documents, index_dir = place / "documents", place / "index"
    run(module("benchmarks.speed.make_model", place / "model", json.dumps(_MODEL)), {}, place / "log")
    settings = index_settings(documents, index_dir, str(place / "model"))
    job = module("benchmarks.speed.timed_job", "--synthetic", size)
    number = max(1, size // _CHUNKS_PER_DOCUMENT)
    write_documents(documents, number, _CHUNKS_PER_DOCUMENT, characters=_CHARACTERS)
    build = told(run(job, settings, place / "log"))
    print(f"  {build['chunks']:,} chunks built in {build['seconds']:.1f} s", flush=True)
    with subprocess.Popen(
        module("benchmarks.speed.scale_probe", index_dir, size),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as probe:
        assert probe.stdin is not None
        assert probe.stdout is not None
        idle = probe.stdout.readline()
        if not idle:
            raise NotMeasured("the index could not be asked")
        write_documents(documents, 1, _CHUNKS_PER_DOCUMENT, characters=_CHARACTERS, first=number)
        change = told(run(job, settings, place / "log"))
        probe.stdin.close()
        busy = probe.stdout.readline()
    print(f"  a new document in {change['seconds']:.1f} s", flush=True)
    return {"build": build, "change": change, **json.loads(idle), **json.loads(busy)}


def _add_figures(section: Section, size: int, found: dict[str, Any]) -> None:
    def promise(bound: float) -> float | None:
        return bound if size == PROMISED_AT else None

    def add(name: str, value: float, unit: str, bound: float | None = None, *, at_least: bool = False) -> None:
        section.figures.append(figure(f"{found['chunks']:,}: {name}", [value], unit, bound, at_least=at_least))

    add("build, but for embedding", _beyond_embedding(found["build"]), "s")
    add("a new document, but for embedding", _beyond_embedding(found["change"]), "s", promise(15.0))
    add("open", found["open_seconds"], "s")
    add("retrieve, p50", median(found["idle_ms"]), "ms", promise(12.0))
    add("retrieve, p95", _share(found["idle_ms"], 95), "ms", promise(25.0))
    for name, spent in found["parts_ms"].items():
        add(f"… {name} alone, p50", median(spent), "ms")
    for name, spent in found["filtered_ms"].items():
        add(f"retrieve in {name}, p50", median(spent), "ms")
    add("retrieve p99 while a job runs / idle", _share(found["busy_ms"], 99) / _share(found["idle_ms"], 99), "×", 3.0)
    add("recall@10 of the vector search", found["recall"], "", promise(0.98), at_least=True)
    add("resident memory", found["resident_mb"], "MB")
    add("disk for a vector", found["vector_bytes"] / 1000, "kB", promise(10.0))
    add("disk for a chunk's text and words", found["catalogue_bytes"] / 1000, "kB")


def _curves(found: dict[int, dict[str, Any]]) -> list[Curve]:
    sizes = tuple(found)

    def line(value: Any) -> tuple[float, ...]:
        return tuple(value(each) for each in found.values())

    return [
        Curve(
            "Build and change, but for embedding",
            "s",
            sizes,
            {
                "build": line(lambda each: _beyond_embedding(each["build"])),
                "one new document": line(lambda each: _beyond_embedding(each["change"])),
            },
        ),
        Curve(
            "Retrieve",
            "ms",
            sizes,
            {
                "p50": line(lambda each: median(each["idle_ms"])),
                "p95": line(lambda each: _share(each["idle_ms"], 95)),
            },
        ),
        Curve("Open", "s", sizes, {"open": line(lambda each: each["open_seconds"])}),
        Curve("Resident memory", "MB", sizes, {"memory": line(lambda each: each["resident_mb"])}),
        Curve(
            "Disk",
            "MB",
            sizes,
            {
                "vectors": line(lambda each: each["vector_bytes"] * each["chunks"] / 1e6),
                "text and words": line(lambda each: each["catalogue_bytes"] * each["chunks"] / 1e6),
            },
        ),
    ]


def _beyond_embedding(job: dict[str, Any]) -> float:
    return float(job["seconds"]) - float(job["embedding_seconds"])


def _share(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]
