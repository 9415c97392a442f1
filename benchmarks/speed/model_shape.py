"""What bge-m3 costs on this machine: its exact shape with random weights, made on the fly."""

import json
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.speed.figures import Bars, Effort, Section, figure
from benchmarks.speed.measuring import module, run, told

BGE_M3: dict[str, int | float] = {
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "initializer_range": 0.02,
    "vocab_size": 8_192,
}
"""XLM-RoBERTa large. Of the vocabulary of 250,002 only the memory is missing: looking a token up costs no time."""

_MISSING_MEGABYTES = (250_002 - 8_192) * 1024 * 4 / 2**20
_LEAST_SHARE = 0.5
_BACKENDS = {"pytorch": "PyTorch", "openvino": "OpenVINO"}


def measure_model_shape(effort: Effort) -> Section:
    """PyTorch and OpenVINO in float32 and bfloat16, each in a process of its own."""
    section = Section("A model of bge-m3's shape, random weights")
    speeds: dict[str, float] = {}
    with TemporaryDirectory(dir=effort.place) as place:
        shape = {**BGE_M3, **effort.model_shape}
        folder = Path(place) / "model"
        run(module("benchmarks.speed.make_model", folder, json.dumps(shape)), {}, Path(place) / "log")
        for backend, dtype in product(_BACKENDS, ("float32", "bfloat16")):
            name = f"{_BACKENDS[backend]}, {dtype}"
            arguments = module("benchmarks.speed.model_shape_probe", folder, backend, dtype, effort.model_chunks)
            found = told(run(arguments, {}, Path(place) / "log"))
            speeds[name] = sorted(found["chunks_per_second"])[1]
            section.figures += [
                figure(f"{name}: chunks of 512 tokens", found["chunks_per_second"], "/s"),
                figure(f"{name}: a question", found["question_ms"], "ms"),
                figure(f"{name}: resident memory", [found["resident_mb"]], "MB"),
                figure(f"{name}: matrix products reach", [found["machine_gflops"]], "GFLOP/s"),
                figure(f"{name}: share of that rate", found["share"], "", _LEAST_SHARE, at_least=True),
            ]
            section.details[name] = found
            print(f"  {name}: {speeds[name]:.2f} chunks/s", flush=True)
    section.charts.append(Bars("Chunks of 512 tokens a second", "1/s", speeds))
    section.conditions.append(
        f"{shape['num_hidden_layers']} layers, hidden size {shape['hidden_size']}; a vocabulary of "
        f"{shape['vocab_size']:,} instead of 250,002 tokens, so that {_MISSING_MEGABYTES:,.0f} MB (float32) are "
        "missing from the memory and nothing from the time. A job uses the fastest."
    )
    return section
