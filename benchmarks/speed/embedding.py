"""How much of a cold run is not the model: the job's phases against one `encode` of the same texts."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.speed.figures import Bars, Effort, Section, figure
from benchmarks.speed.measuring import Run, index_settings, module, run, shared_model, told

_SAMPLE = 8  # of so many texts one decides which dtype is the faster


def measure_embedding(effort: Effort) -> Section:
    """Job and `encode` in turn."""
    jobs: list[tuple[Run, dict[str, Any]]] = []
    encodes: list[tuple[Run, dict[str, Any]]] = []
    dtype = ""
    for number in range(effort.rounds):
        with TemporaryDirectory(dir=effort.place) as place:
            index_dir = Path(place) / "index"
            settings = index_settings(effort.documents, index_dir, shared_model())
            job = run(module("benchmarks.speed.timed_job"), settings, _log(place))
            jobs.append((job, told(job)))
            dtype = dtype or _faster_dtype(index_dir, _log(place))
            encode = run(module("benchmarks.speed.one_encode", index_dir, dtype), {}, _log(place))
            encodes.append((encode, told(encode)))
        print(f"  round {number + 1}: job {job.seconds:.1f} s, one encode {encode.seconds:.1f} s", flush=True)
    return _section(jobs, encodes, dtype)


def _faster_dtype(index_dir: Path, log: Path) -> str:
    spent = {
        dtype: told(run(module("benchmarks.speed.one_encode", index_dir, dtype, "--sample", _SAMPLE), {}, log))
        for dtype in ("float32", "bfloat16")
    }
    return min(spent, key=lambda dtype: float(spent[dtype]["encode_seconds"]))


def _section(jobs: list[tuple[Run, dict[str, Any]]], encodes: list[tuple[Run, dict[str, Any]]], dtype: str) -> Section:
    pairs = list(zip(jobs, encodes, strict=True))
    phase = [job["embedding_seconds"] / encode["encode_seconds"] for (_, job), (_, encode) in pairs]
    whole = [job.seconds / (encode["load_seconds"] + encode["encode_seconds"]) for (job, _), (_, encode) in pairs]
    last = jobs[-1][1]
    section = Section("What is not the model's time in a cold run")
    section.figures += [
        figure("one encode of the same texts", [told["encode_seconds"] for _, told in encodes], "s"),
        figure("imports and loading the model", [told["load_seconds"] for _, told in encodes], "s"),
        figure("the job's embedding phase", [told["embedding_seconds"] for _, told in jobs], "s"),
        figure("embedding phase / one encode", phase, "×", 1.10),
        figure("the whole cold run", [job.seconds for job, _ in jobs], "s"),
        figure("whole run / (imports and loading + one encode)", whole, "×", 1.35),
    ]
    section.charts.append(Bars("Phases of a cold run (last round)", "s", last["phases"]))
    section.conditions.append(
        f"{encodes[-1][1]['texts']:,} texts sorted by length, {dtype}: the faster of float32 and bfloat16 here. "
        "While files are read the model is already being loaded."
    )
    section.details["jobs"] = [told for _, told in jobs]
    section.details["encodes"] = [told for _, told in encodes]
    return section


def _log(place: str | Path) -> Path:
    return Path(place) / "log"
