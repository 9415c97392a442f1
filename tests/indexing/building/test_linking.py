"""A graph whose search misses too much is made anew with more links; the index is published all the same."""

import pytest

from storage.generations.published import open_generation
from storage.generations.verification import VerificationFailed, problems_of
from storage.messages import message
from tests.indexing.workshop import Workshop


@pytest.fixture
def loosely_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every graph at first has hardly a link, so that no search through it finds much."""
    monkeypatch.setattr("storage.vectors.collection._LINKED", {"ef_construction": 2, "max_neighbors": 2})
    monkeypatch.setattr("storage.vectors.collection._USUAL", 1)
    monkeypatch.setattr("storage.vectors.collection._THOROUGH", 2)


@pytest.fixture
def hardly_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual search looks at what it returns and no further, so that it misses what a thorough one finds."""
    monkeypatch.setattr("storage.vectors.collection._USUAL", 1)
    monkeypatch.setattr("storage.vectors.collection._LINKED", {"ef_construction": 16, "max_neighbors": 8})


def _write_lines(workshop: Workshop) -> None:
    for file in range(12):
        lines = (
            f"Line {line} of file {file}: {line * 7919 % 997} parts of {line * 31 % 89} kinds." for line in range(200)
        )
        workshop.write(f"{file}.txt", "\n\n".join(lines))


@pytest.mark.usefixtures("hardly_searched")
@pytest.mark.parametrize(("many", "neighbours"), [(100_000, 8), (1_000, 32)])
def test_very_many_vectors_are_linked_closely_where_the_usual_search_misses_some(
    empty_workshop: Workshop, monkeypatch: pytest.MonkeyPatch, many: int, neighbours: int
) -> None:
    monkeypatch.setattr("indexing.building.finish._MANY", many)
    _write_lines(empty_workshop)
    assert empty_workshop.run(chunk_size=100, chunk_overlap=0).published
    generation = open_generation(empty_workshop.index_dir)
    assert generation.vectors.chroma_collection.configuration["hnsw"]["max_neighbors"] == neighbours
    generation.close()


@pytest.mark.usefixtures("loosely_linked")
def test_where_a_search_misses_too_many_the_vectors_are_linked_more_closely(empty_workshop: Workshop) -> None:
    _write_lines(empty_workshop)
    report = empty_workshop.run(chunk_size=100, chunk_overlap=0)
    assert report.published
    assert any("linking all of them more closely" in line for line in empty_workshop.progress.said)
    assert problems_of(empty_workshop.index_dir, empty_workshop.generation or "") == []


def test_only_what_is_said_of_the_search_asks_for_more_links() -> None:
    missed = message("{count} of {sample} chunks are not found by their own vector", count=2, sample=128)
    recall = message(
        "recall@{near} against exact search is {recall:.3f}, less than {least}", near=10, recall=0.9, least=0.95
    )
    assert VerificationFailed([missed, recall]).is_of_the_search_alone
    assert not VerificationFailed(
        [missed, message("a vector is not finite or not of unit length")]
    ).is_of_the_search_alone
