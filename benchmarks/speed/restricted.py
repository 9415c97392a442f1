"""The same machine as one without AVX512: all contestants' libraries are forbidden it, and asked whether they heard.

Not all is to be forbidden. MKL listens on Intel's processors only; on AMD's it multiplies with AVX2 whatever they have
(2024.2, seen by py-spy: `sgemm_kernel_0_zen`). In OpenVINO (2026.4) what is not oneDNN looks at the processor itself:
MLAS, which multiplies some float32 matrices, and parts of other layers.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from benchmarks.speed.measuring import NotMeasured, module, run, told

_PROBE = Path(__file__).resolve().parent / "peers" / "instructions.py"
_FORBIDDEN = {
    "ATEN_CPU_CAPABILITY": "avx2",  # PyTorch's own
    "ONEDNN_MAX_CPU_ISA": "AVX2",  # OpenVINO, and PyTorch for bfloat16
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",  # PyTorch's matrix products
    "OPENBLAS_CORETYPE": "Haswell",  # numpy's matrix products
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",  # the rest of numpy
}
_MUST_BE = {"PyTorch": "AVX2", "OpenBLAS": "Haswell", "numpy": "X86_V3"}


def restrict_to_avx2() -> None:
    """Every process that is started from here on."""
    os.environ.update(_FORBIDDEN)


def is_restricted() -> bool:
    """Whether `restrict_to_avx2` was called."""
    return all(os.environ.get(name) == value for name, value in _FORBIDDEN.items())


def what_they_compute_with(pythons: Sequence[str], place: Path) -> list[str]:
    """A sentence for each environment. Raises `NotMeasured` where a library takes more than AVX2 all the same."""
    found = []
    for number, python in enumerate(pythons):
        each = told(run([python, str(_PROBE)], {}, place / f"instructions-{number}"))
        if others := {name: value for name, value in each.items() if value != _MUST_BE[name]}:
            raise NotMeasured(f"not restricted to AVX2: {others}")
        found.append(", ".join(f"{name} {value}" for name, value in each.items()))
    layers = told(run(module("benchmarks.speed.openvino_layers"), {}, place / "layers"))
    limits = " ".join(f"{name}={value!r}" for name, value in _FORBIDDEN.items())
    return [
        f"Restricted to AVX2 ({limits}); libraries say: {'; '.join(dict.fromkeys(found))}.",
        f"OpenVINO's layers by what computes them: {', '.join(f'{name} {n}' for name, n in layers.items())}.",
    ]
