"""Which instructions decide how a model is computed: those that the processor has and nobody forbids."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.embedding.local import _instructions

ROOT = Path(__file__).parents[3]
_ALL = "avx_vnni avx512_vnni amx_int8 avx512_bf16 amx_bf16"


@pytest.fixture
def cpuinfo(tmp_path: Path) -> Path:
    place = tmp_path / "cpuinfo"
    place.write_text(f"flags\t\t: fpu avx2 {_ALL} fma\n", encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("limit", "allowed"),
    [
        ("", _ALL),
        ("DEFAULT", _ALL),
        ("AVX512_CORE_AMX", _ALL),
        ("a word that oneDNN does not know", _ALL),
        ("SSE41", ""),
        ("AVX2", ""),
        ("avx2", ""),
        ("AVX2_VNNI", "avx_vnni"),
        ("AVX512_CORE", ""),
        ("AVX512_CORE_VNNI", "avx512_vnni"),
        ("AVX512_CORE_BF16", "avx_vnni avx512_vnni avx512_bf16"),
        ("AVX10_1_512", "avx_vnni avx512_vnni avx512_bf16"),
    ],
)
@pytest.mark.parametrize("name", ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"])
def test_what_onednn_is_forbidden_is_not_counted_on(
    cpuinfo: Path, monkeypatch: pytest.MonkeyPatch, name: str, limit: str, allowed: str
) -> None:
    monkeypatch.setenv(name, limit)
    found = _instructions(cpuinfo)
    assert found & set(_ALL.split()) == set(allowed.split())
    assert {"avx2", "fma"} <= found


def test_the_newer_name_counts_where_both_are_set(cpuinfo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNNL_MAX_CPU_ISA", "AVX2")
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2_VNNI")
    assert "avx_vnni" in _instructions(cpuinfo)


def test_a_system_that_tells_nothing_has_none(tmp_path: Path) -> None:
    assert _instructions(tmp_path / "nothing") == frozenset()


def test_a_model_restricted_to_avx2_is_computed_in_float32_alone() -> None:
    """In a process of its own: oneDNN reads the variable once and for all."""
    program = (
        "from benchmarks.speed.measuring import shared_model;"
        "from storage.embedding.local import _is_fast_at_bfloat16, _multiplies_eight_bits, build_text_embedder;"
        "from storage.embedding.models import resolve_model;"
        "model = build_text_embedder(resolve_model(shared_model()), 'cpu');"
        "print(type(model).__name__, _is_fast_at_bfloat16('cpu'), _multiplies_eight_bits())"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "ONEDNN_MAX_CPU_ISA": "AVX2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == ["Encoder", "False", "False"]
