"""The machine that a figure was measured on, in one line: its processor, and the instructions that decide the speed."""

import os
import platform
import time
from pathlib import Path

from storage.processor_cores import available_cores

_THAT_MATTER = (
    "avx2",
    "avx_vnni",
    "avx512f",
    "avx512_vnni",
    "avx512_bf16",
    "amx_bf16",
    "amx_int8",
    "asimd",
    "bf16",
    "i8mm",
)
_LIMITS = (
    "ONEDNN_MAX_CPU_ISA",
    "ATEN_CPU_CAPABILITY",
    "MKL_ENABLE_INSTRUCTIONS",
    "OPENBLAS_CORETYPE",
    "NPY_DISABLE_CPU_FEATURES",
)


def machine(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Processor, cores, instructions, Python, the day; and what forbids instructions, with its value."""
    limits = [f"{name}={os.environ[name]}" for name in _LIMITS if name in os.environ]
    parts = [
        _told(cpuinfo, "model name") or platform.processor(),
        f"{available_cores()} cores",
        platform.machine(),
        instructions(cpuinfo),
        *limits,
        f"Python {platform.python_version()}",
        time.strftime("%Y-%m-%d"),
    ]
    return ", ".join(filter(None, parts))


def instructions(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Those of the processor that matrix products are made with; "" where the system does not tell."""
    has = set((_told(cpuinfo, "flags") or _told(cpuinfo, "Features")).split())
    return " ".join(name for name in _THAT_MATTER if name in has)


def _told(cpuinfo: Path, field: str) -> str:
    try:
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(field)), "")
