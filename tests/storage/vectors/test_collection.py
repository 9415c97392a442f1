"""Vectors in Chroma: cosines, exact ids, and nothing accepted that would poison a search."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from storage.caches.embeddings import unit_rows
from storage.vectors.collection import InvalidVector, VectorCollection, create_vectors, open_vectors

IDS = [f"{i:032x}" for i in range(50)]
VECTORS = unit_rows(np.random.default_rng(1).normal(size=(50, 8)).tolist())


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[VectorCollection]:
    made = create_vectors(tmp_path / "chroma", 8, len(IDS))
    made.add(IDS, VECTORS)
    yield made
    made.close()


def test_a_vector_finds_itself_with_cosine_one(vectors: VectorCollection) -> None:
    for id_, vector in zip(IDS, VECTORS, strict=True):
        best, similarity = vectors.nearest(vector, 3)[0]
        assert best == id_
        assert similarity == pytest.approx(1.0, abs=1e-5)


def test_similarities_are_cosines_best_first(vectors: VectorCollection) -> None:
    exact = sorted((float(c) for c in VECTORS @ VECTORS[7]), reverse=True)
    assert [c for _, c in vectors.nearest(VECTORS[7] * 5, 50)] == pytest.approx(exact, abs=1e-5)


def test_a_search_among_ids_finds_only_those(vectors: VectorCollection) -> None:
    assert {id_ for id_, _ in vectors.nearest(VECTORS[0], 10, IDS[20:23])} == set(IDS[20:23])
    assert vectors.nearest(VECTORS[0], 10, []) == []


def test_a_closed_collection_opens_again_whole(vectors: VectorCollection, tmp_path: Path) -> None:
    vectors.close()
    again = open_vectors(tmp_path / "chroma")
    assert (again.count(), again.dimension) == (50, 8)
    assert np.allclose(again.vectors(IDS[::-1]), VECTORS[::-1], atol=1e-6)
    again.close()


@pytest.mark.faults("B24")
def test_a_new_vector_under_an_old_id_replaces_it(vectors: VectorCollection) -> None:
    vectors.add(IDS[:1], -VECTORS[:1])
    assert np.allclose(vectors.vectors(IDS[:1]), -VECTORS[:1], atol=1e-6)
    assert vectors.count() == 50


@pytest.mark.faults("B25")
def test_more_vectors_than_one_call_takes_are_added_in_parts(tmp_path: Path) -> None:
    ids = [f"{i:032x}" for i in range(6000)]
    made = create_vectors(tmp_path / "many", 8, len(ids))
    made.add(ids, np.repeat(VECTORS, 120, axis=0))
    assert made.count() == len(set(made.ids())) == 6000
    assert made.vectors(ids).shape == (6000, 8)
    made.delete(ids)
    assert made.count() == 0
    made.close()


@pytest.mark.faults("B26")
@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(np.full((1, 8), np.nan, np.float32), id="NaN"),
        pytest.param(np.full((1, 8), np.inf, np.float32), id="infinity"),
        pytest.param(np.zeros((1, 8), np.float32), id="zero"),
        pytest.param(np.ones((1, 7), np.float32), id="wrong dimension"),
    ],
)
def test_a_bad_vector_is_refused_when_written_and_when_asked(vectors: VectorCollection, bad: np.ndarray) -> None:
    with pytest.raises(InvalidVector):
        vectors.add(["f" * 32], bad)
    with pytest.raises(InvalidVector):
        vectors.nearest(bad[0], 3)
    assert vectors.count() == 50


def test_an_id_without_a_vector_is_an_error_not_a_gap(vectors: VectorCollection) -> None:
    with pytest.raises(KeyError):
        vectors.vectors([IDS[0], "e" * 32])


@pytest.mark.parametrize(("linked_closely", "neighbours"), [(False, 16), (True, 32)])
def test_closely_linked_vectors_have_more_links(tmp_path: Path, linked_closely: bool, neighbours: int) -> None:
    made = create_vectors(tmp_path / "chroma", 8, 150_000, linked_closely=linked_closely)
    assert made.chroma_collection.configuration["hnsw"]["max_neighbors"] == neighbours
    made.close()
