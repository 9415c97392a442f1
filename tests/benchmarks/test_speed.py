"""The bench itself: promises are compared the right way round, the page stands alone, made-up data is reproducible."""

import json
import os
import re
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks.speed.charts import render, written
from benchmarks.speed.figures import Bars, Curve, Effort, Figure, Section, figure
from benchmarks.speed.machine import instructions, machine
from benchmarks.speed.measuring import NotMeasured
from benchmarks.speed.model_shape import BGE_M3
from benchmarks.speed.model_shape_probe import operations
from benchmarks.speed.report import as_html, as_json, as_text
from benchmarks.speed.restricted import is_restricted, restrict_to_avx2, what_they_compute_with
from benchmarks.speed.scale import measure_scale
from benchmarks.speed.synthetic import clustered_vectors, passage_vectors, questions, vocabulary, write_documents
from storage.words.terms import STOP_WORDS, match_expression


@pytest.fixture
def section() -> Section:
    return Section(
        "Retrieve <fast>",
        [figure("p50", [9.0, 14.0, 10.0], "ms", 12.0), figure("recall", [0.9], "", 0.98, at_least=True)],
        [
            Bars("Cold", "s", {"ours": 20.0, "theirs & others": 60.0}),
            Curve("Open", "s", (10, 100), {"open": (0.1, 0.4)}),
        ],
        ["on <two> cores"],
        {"runs": [1, 2]},
    )


@pytest.mark.parametrize(
    ("measured", "kept"),
    [
        pytest.param(Figure("a", 12.0, "ms", 12.0, 12.0, bound=12.0), True, id="at most, and just so"),
        pytest.param(Figure("a", 12.1, "ms", 12.0, 12.0, bound=12.0), False, id="more than allowed"),
        pytest.param(Figure("a", 0.98, "", 0.9, 1.0, bound=0.98, at_least=True), True, id="at least, and just so"),
        pytest.param(Figure("a", 0.97, "", 0.9, 1.0, bound=0.98, at_least=True), False, id="less than promised"),
        pytest.param(Figure("a", 5.0, "s", 5.0, 5.0), None, id="nothing was promised"),
    ],
)
def test_a_promise_is_kept_or_not(measured: Figure, kept: bool | None) -> None:
    assert measured.is_kept is kept


def test_a_figure_is_the_median_with_its_range() -> None:
    found = figure("p50", [9.0, 14.0, 10.0], "ms")
    assert (found.value, found.low, found.high, found.rounds) == (10.0, 9.0, 14.0, 3)


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.01234, "0.0123"), (1.234, "1.23"), (45.67, "45.7"), (12345.6, "12,346")]
)
def test_figures_are_written_with_three_digits_that_count(value: float, text: str) -> None:
    assert written(value) == text


def test_the_table_marks_what_was_promised(section: Section) -> None:
    kept, broken = [
        line for line in as_text([section]).splitlines() if "promised" not in line and ("≤" in line or "≥" in line)
    ]
    assert kept.startswith("✓")
    assert "9.00–14.0" in kept
    assert broken.startswith("✗")


def test_the_page_stands_alone_and_escapes(section: Section) -> None:
    page = as_html([section], "some machine")
    assert "Retrieve &lt;fast&gt;" in page
    assert "<fast>" not in page
    assert page.count("<svg") == page.count("</svg>") == 2
    assert re.search(r"(?:src|href)=|https?:|url\(", page) is None


def test_the_json_holds_every_figure(section: Section) -> None:
    (told,) = json.loads(as_json([section], "some machine"))["sections"]
    assert [(each["name"], each["is_kept"]) for each in told["figures"]] == [("p50", True), ("recall", False)]
    assert told["details"] == {"runs": [1, 2]}


def test_a_chart_says_its_figures_to_who_cannot_see_it(section: Section) -> None:
    bars, curve = map(render, section.charts)
    assert 'aria-label="Cold: ours 20.0 s, theirs &amp; others 60.0 s"' in bars
    assert "0.400 at 100" in curve


def test_documents_are_the_same_every_time_and_look_like_a_language(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_documents(tmp_path / name, 2, 5, characters=400, first=3)
    files = sorted((tmp_path / "one").rglob("*.txt"))
    assert [file.name for file in files] == ["document-000003.txt", "document-000004.txt"]
    assert [file.read_bytes() for file in files] == [
        file.read_bytes() for file in sorted((tmp_path / "two").rglob("*.txt"))
    ]
    text = files[0].read_text(encoding="utf-8")
    words = re.findall(r"[a-z]+", text.lower())
    assert [len(paragraph) > 300 for paragraph in text.strip().split("\n\n")] == [True] * 5
    assert 0.3 < sum(word in STOP_WORDS for word in words) / len(words) < 0.7
    assert len(vocabulary()) == len(set(vocabulary()))
    assert match_expression(questions([text])[0]) is not None


def test_vectors_stand_in_clusters() -> None:
    vectors = clustered_vectors([f"text {number}" for number in range(200)], 256, 200)
    cosines = np.sort((vectors @ vectors.T)[np.triu_indices(200, 1)])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    gaps = max(pairwise(cosines), key=lambda pair: pair[1] - pair[0])
    assert gaps[0] < 0.3 < 0.4 < gaps[1]


def test_vectors_are_as_far_from_one_another_as_those_of_real_passages() -> None:
    vectors = passage_vectors([f"text {number}" for number in range(2_000)], 1024, 2_000)
    assert np.array_equal(vectors[7], passage_vectors(["text 7"], 1024, 2_000)[0])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    cosines = np.sort(vectors @ vectors.T - 2 * np.eye(2_000), axis=1)[:, ::-1]
    nearest, tenth, any_two = np.median(cosines[:, 0]), np.median(cosines[:, 9]), np.median(cosines[:, :-1])
    assert 0.5 < nearest < 0.8  # real ones: 0.57 and 0.76
    assert 0.4 < tenth < nearest - 0.05
    assert 0.1 < any_two < 0.2
    variances = np.linalg.eigvalsh(np.cov(vectors.T))
    assert 50 < variances.sum() ** 2 / (variances**2).sum() < 120  # directions that count; real ones: 59 and 109


def test_the_model_is_of_bge_m3s_size() -> None:
    shape = {name: int(value) for name, value in BGE_M3.items()}
    assert operations(shape, 512) == pytest.approx(335e9, rel=0.01)  # 302 million weights, twice, and attention


@pytest.mark.soak
def test_scale_is_measured_through_the_real_job_and_retriever(tmp_path: Path) -> None:
    section = measure_scale(Effort(tmp_path, tmp_path, sizes=(200,)))
    values = {measured.name.partition(": ")[2]: measured.value for measured in section.figures}
    assert values["recall@10 of the vector search"] == 1.0
    assert values["retrieve, p50"] > 0
    assert [chart.title for chart in section.charts if isinstance(chart, Curve)] != []


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("model name\t: A\nflags\t\t: fpu avx avx2 avx512f amx_bf16 fma\n", "avx2 avx512f amx_bf16"),
        ("processor : 0\nFeatures\t: fp asimd bf16\n", "asimd bf16"),
        ("model name : A\n", ""),
    ],
)
def test_a_figure_says_which_instructions_the_processor_has(tmp_path: Path, written: str, told: str) -> None:
    (tmp_path / "cpuinfo").write_text(written, encoding="utf-8")
    assert instructions(tmp_path / "cpuinfo") == told


def test_a_machine_whose_instructions_are_restricted_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    assert "ONEDNN_MAX_CPU_ISA=AVX2" in machine(tmp_path / "nothing")


def test_restricting_reaches_the_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", os.environ.copy())
    assert not is_restricted()
    restrict_to_avx2()
    assert is_restricted()
    if "avx2" not in instructions():
        pytest.skip("this processor has no AVX2")
    libraries, layers = what_they_compute_with([sys.executable], tmp_path)
    assert libraries.endswith("libraries say: PyTorch AVX2, OpenBLAS Haswell, numpy X86_V3.")
    assert "bf16" not in layers


@pytest.mark.skipif("avx512f" not in instructions(), reason="there is nothing to forbid")
def test_a_library_that_is_not_restricted_is_found_out(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="AVX512"):
        what_they_compute_with([sys.executable], tmp_path)
