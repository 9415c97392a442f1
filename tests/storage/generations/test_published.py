"""Generations: published whole or not at all, kept three, locked for one, opened only when they are as published."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from storage.generations import published as generations
from storage.generations import verification
from storage.generations.drafts import begin_draft
from storage.generations.lock import IndexLocked, index_lock
from storage.generations.published import (
    DamagedGeneration,
    NoIndex,
    candidates,
    current_name,
    newer_than_current,
    open_generation,
    published_names,
)
from storage.generations.publishing import is_rolled_back, point_back_to, prune, publish
from storage.generations.verification import VerificationFailed, problems_of, verify_in_fresh_process
from storage.vectors.collection import open_vectors
from tests.storage.conftest import PublishIndex, build_draft, vector_of

TEXTS = {"a.txt": ["first page", "second page"], "b.txt": ["another document"]}


def test_what_is_published_is_what_opens(index_dir: Path, publish_index: PublishIndex) -> None:
    name = publish_index(TEXTS)
    generation = open_generation(index_dir)
    assert generation.name == name == "0001"
    assert generation.manifest.counts == generation.catalogue.counts()
    ((best, similarity),) = generation.vectors.nearest(vector_of("second page"), 1)
    assert generation.catalogue.chunks([best])[best].text == "second page"
    assert similarity == pytest.approx(1.0, abs=1e-5)
    generation.close()


def test_llamaindex_reads_texts_from_the_catalogue(index_dir: Path, publish_index: PublishIndex) -> None:
    from llama_index.core.schema import MetadataMode
    from llama_index.core.vector_stores.types import VectorStoreQuery

    publish_index(TEXTS)
    generation = open_generation(index_dir)
    query = VectorStoreQuery(query_embedding=vector_of("another document").tolist(), similarity_top_k=2)
    found = generation.vector_store.query(query)
    assert found.nodes is not None
    assert found.nodes[0].get_content(MetadataMode.LLM) == "another document"
    assert found.nodes[0].metadata["document"] == "b.txt"
    assert found.similarities is not None
    assert found.similarities[0] == pytest.approx(1.0, abs=1e-5)
    with pytest.raises(TypeError, match="never written"):
        generation.vector_store.add([])
    generation.close()


def test_a_draft_is_invisible_until_it_is_published(index_dir: Path, publish_index: PublishIndex) -> None:
    publish_index(TEXTS)
    draft, _ = build_draft(index_dir, {"c.txt": ["new"]})
    assert current_name(index_dir) == "0001"
    publish(index_dir, draft)
    assert current_name(index_dir) == "0002"


def test_leftovers_of_a_killed_job_go_when_the_next_one_begins(index_dir: Path, publish_index: PublishIndex) -> None:
    publish_index(TEXTS)
    left = begin_draft(index_dir)
    (left.directory / "catalogue.db").write_bytes(b"half")
    fresh = begin_draft(index_dir)
    assert fresh.name == "0002"
    assert list(fresh.directory.iterdir()) == []
    assert published_names(index_dir) == ["0001"]


def test_a_finished_draft_that_nobody_published_is_no_candidate(index_dir: Path, publish_index: PublishIndex) -> None:
    publish_index(TEXTS)
    build_draft(index_dir, {"c.txt": ["never verified"]})
    (index_dir / "CURRENT").unlink()
    assert candidates(index_dir) == ["0001"]


def test_pruning_keeps_the_newest_three_and_never_removes_the_current_one(
    index_dir: Path, publish_index: PublishIndex
) -> None:
    for _ in range(4):
        publish_index(TEXTS)
    (index_dir / "CURRENT").write_text("0002\n")
    assert prune(index_dir) == ["0001"]
    assert published_names(index_dir) == ["0004", "0003", "0002"]
    assert candidates(index_dir) == ["0002", "0004", "0003"]


def test_what_is_newer_than_the_current_generation_is_tried_last_and_pruned_first(
    index_dir: Path, publish_index: PublishIndex
) -> None:
    for _ in range(3):
        publish_index(TEXTS)
    point_back_to(index_dir, "0002")
    assert is_rolled_back(index_dir)
    assert candidates(index_dir) == ["0002", "0001", "0003"]
    newer = newer_than_current(index_dir)
    assert publish_index(TEXTS) == "0004"
    assert not is_rolled_back(index_dir)
    assert prune(index_dir, passed_over=newer) == ["0003"]
    assert published_names(index_dir) == ["0004", "0002", "0001"]


@pytest.mark.faults("S6")
def test_a_second_job_is_refused_at_once_and_told_who_is_at_work(index_dir: Path) -> None:
    with index_lock(index_dir):
        with pytest.raises(IndexLocked, match="process "), index_lock(index_dir):
            pass
        child = (
            "import sys, pathlib; from storage.generations.lock import index_lock\n"
            "with index_lock(pathlib.Path(sys.argv[1])): pass"
        )
        ran = subprocess.run([sys.executable, "-c", child, index_dir], capture_output=True, text=True, check=False)
        assert "IndexLocked" in ran.stderr
    with index_lock(index_dir):
        pass


@pytest.mark.faults("S20")
@pytest.mark.parametrize("pointer", [None, "", "0099\n"], ids=["missing", "empty", "names a missing one"])
def test_a_bad_pointer_leaves_the_newest_finished_generation_to_try(
    index_dir: Path, publish_index: PublishIndex, pointer: str | None
) -> None:
    publish_index(TEXTS)
    (index_dir / "CURRENT").unlink()
    if pointer is not None:
        (index_dir / "CURRENT").write_text(pointer)
    with pytest.raises((NoIndex, DamagedGeneration)):
        open_generation(index_dir)
    assert candidates(index_dir)[-1] == "0001"


def _hnsw(directory: Path, name: str) -> Path:
    return next((directory / "chroma").glob(f"*/{name}"))


def _truncate(file: Path, share: float) -> None:
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def _remove_segment(directory: Path) -> None:
    segment = _hnsw(directory, "header.bin").parent
    for file in segment.iterdir():
        file.unlink()
    segment.rmdir()


TORN_SHAPES = [
    pytest.param(lambda d: _truncate(_hnsw(d, "data_level0.bin"), 0), id="vectors emptied"),
    pytest.param(lambda d: _truncate(_hnsw(d, "data_level0.bin"), 0.5), id="vectors halved"),
    pytest.param(lambda d: _hnsw(d, "data_level0.bin").unlink(), id="vectors removed"),
    pytest.param(lambda d: _flip(_hnsw(d, "data_level0.bin")), id="vectors one byte flipped"),
    pytest.param(lambda d: _truncate(_hnsw(d, "header.bin"), 0.5), id="header halved"),
    pytest.param(lambda d: _truncate(_hnsw(d, "length.bin"), 0), id="lengths emptied"),
    pytest.param(lambda d: _hnsw(d, "index_metadata.pickle").unlink(), id="metadata removed"),
    pytest.param(lambda d: _flip(_hnsw(d, "index_metadata.pickle")), id="metadata one byte flipped"),
    pytest.param(_remove_segment, id="segment directory removed"),
    pytest.param(lambda d: _truncate(d / "chroma" / "chroma.sqlite3", 0.5), id="Chroma's SQLite halved"),
    pytest.param(lambda d: _truncate(d / "catalogue.db", 0.5), id="catalogue halved"),
    pytest.param(lambda d: _truncate(d / "vectors.npy", 0.5), id="exact vectors halved"),
    pytest.param(lambda d: _flip(d / "vectors.npy"), id="exact vectors one byte flipped"),
    pytest.param(lambda d: (d / "vectors.npy").unlink(), id="exact vectors removed"),
]


@pytest.mark.faults("S4")
@pytest.mark.parametrize("tear", TORN_SHAPES)
def test_a_torn_generation_is_never_opened(index_dir: Path, publish_index: PublishIndex, tear: object) -> None:
    publish_index({"a.txt": [f"page {i}" for i in range(20)]})
    tear(index_dir / "generations" / "0001")  # type: ignore[operator]
    with pytest.raises(DamagedGeneration):
        open_generation(index_dir)


def test_a_whole_generation_passes_verification_in_a_fresh_process(
    index_dir: Path, publish_index: PublishIndex
) -> None:
    name = publish_index({"a.txt": [f"page {i}" for i in range(30)]})
    verify_in_fresh_process(index_dir, name)
    (index_dir / "generations" / name / "MANIFEST.json").write_text("{}")
    with pytest.raises(VerificationFailed, match="format"):
        verify_in_fresh_process(index_dir, name)


def test_vectors_of_which_the_usual_search_misses_too_many_are_searched_thoroughly(
    index_dir: Path, publish_index: PublishIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = publish_index(TEXTS)
    directory = index_dir / "generations" / name / "chroma"
    assert problems_of(index_dir, name) == []
    with closing(open_vectors(directory)) as vectors:
        assert not vectors.searches_thoroughly
    monkeypatch.setattr(verification, "_WANTED_RECALL", 1.1)  # random vectors that miss as many would take 50 MB
    assert problems_of(index_dir, name) == []
    with closing(open_vectors(directory)) as vectors:
        assert vectors.searches_thoroughly


def test_verification_names_lost_orphaned_and_wrong_vectors(index_dir: Path, publish_index: PublishIndex) -> None:
    name = publish_index({"a.txt": [f"page {i}" for i in range(5)]})
    vectors = generations.open_generation(index_dir, name).vectors
    victim = vectors.ids()[0]
    vectors.delete([victim])
    vectors.add(["f" * 32], vector_of("nobody's")[None, :])
    vectors.close()
    found = " ".join(problems_of(index_dir, name))
    assert victim in found
    assert "f" * 32 in found
