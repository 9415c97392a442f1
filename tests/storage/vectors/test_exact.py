"""The exact vectors of a generation: as Chroma's, in the catalogue's order, and never another file's."""

from pathlib import Path

import numpy as np
import pytest

from storage.caches.embeddings import unit_rows
from storage.generations.published import open_generation
from storage.generations.verification import problems_of
from storage.vectors import exact as exact_vectors
from storage.vectors.exact import LARGEST_ERROR, ExactVectors, create_exact_vectors
from tests.storage.conftest import PublishIndex, vector_of

IDS = ["a", "b", "c"]
MATRIX = unit_rows(np.random.default_rng(3).normal(size=(3, 16)).astype(np.float32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "vectors.npy"
    with create_exact_vectors(made, 3, 16) as writer:
        writer.append(MATRIX[:2])
        writer.append(MATRIX[2:])
    return made


def test_what_is_written_in_parts_is_read_in_any_order(file: Path) -> None:
    exact = ExactVectors.open(file, IDS)
    assert abs(exact.vectors(["c", "a"]) - MATRIX[[2, 0]]).max() < LARGEST_ERROR
    cosines = exact.cosines(["b", "c"], MATRIX[1])
    assert cosines["b"] == pytest.approx(1.0, abs=1e-3)
    assert cosines["c"] == pytest.approx(float(MATRIX[2] @ MATRIX[1]), abs=1e-3)
    assert exact.cosines([], MATRIX[1]) == {}
    with pytest.raises(KeyError):
        exact.vectors(["d"])


def test_what_is_too_large_for_memory_answers_all_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact_vectors, "_MOST_READ_BYTES", 50)
    assert abs(ExactVectors.open(file, IDS).vectors(["c", "a"]) - MATRIX[[2, 0]]).max() < LARGEST_ERROR


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(["a", "b", "c", "new", "newer"], id="behind those that are there"),
        pytest.param(["new", "b", "newer", "c"], id="between them"),
        pytest.param(["c", "a", "new"], id="in another order"),
        pytest.param(["new"], id="alone"),
        pytest.param(["a", "c"], id="none"),
    ],
)
def test_new_vectors_stand_at_their_places_among_those_of_before(file: Path, tmp_path: Path, wanted: list[str]) -> None:
    earlier = ExactVectors.open(file, IDS, mapped=True)
    rows = [row for row, id_ in enumerate(wanted) if id_ not in IDS]
    added = unit_rows(np.random.default_rng(4).normal(size=(len(rows), 16)).astype(np.float32))
    made = tmp_path / "changed.npy"
    with create_exact_vectors(made, len(wanted), 16) as writer:
        writer.put(rows, added)
        writer.take(earlier, wanted)
    changed = ExactVectors.open(made, wanted)
    kept = [id_ for id_ in wanted if id_ in IDS]
    assert np.array_equal(changed.halves(kept), earlier.halves(kept))
    assert np.array_equal(changed.halves([wanted[row] for row in rows]), added.astype(np.float16))
    assert made.stat().st_size == file.stat().st_size + (len(wanted) - len(IDS)) * 16 * 2


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x93NUMPY\x01\x00", id="torn in the head"),
        pytest.param(b"no such format", id="something else"),
    ],
)
def test_another_file_is_no_vectors(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "vectors.npy"
    file.write_bytes(content)
    with pytest.raises((ValueError, EOFError)):
        ExactVectors.open(file, IDS)


def test_a_file_that_is_too_short_or_of_other_chunks_is_refused(file: Path) -> None:
    with pytest.raises(ValueError, match="2 vectors"):
        ExactVectors.open(file, IDS[:2])
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(ValueError, match=r"."):
        ExactVectors.open(file, IDS)


def test_a_generation_has_them_as_chroma_has_them(index_dir: Path, publish_index: PublishIndex) -> None:
    name = publish_index({"a.txt": [f"page {i}" for i in range(30)]})
    assert problems_of(index_dir, name) == []
    generation = open_generation(index_dir)
    (chunk,) = [chunk for chunk in generation.catalogue.iter_chunks() if chunk.text == "page 7"]
    assert generation.exact.cosines([chunk.id], vector_of("page 7"))[chunk.id] == pytest.approx(1.0, abs=1e-3)
    generation.close()


def test_verification_tells_when_they_are_not_chromas(index_dir: Path, publish_index: PublishIndex) -> None:
    name = publish_index({"a.txt": ["first", "second"]})
    vectors = open_generation(index_dir, name).vectors
    vectors.add(vectors.ids()[:1], vector_of("something else")[None, :])
    vectors.close()
    assert problems_of(index_dir, name) == ["1 of 2 vectors are not those that Chroma holds"]
