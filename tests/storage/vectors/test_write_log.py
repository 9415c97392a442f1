"""What Chroma keeps in its log is added at each opening: the log stays short, and otherwise no file is written."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from storage.caches.embeddings import Matrix, unit_rows
from storage.vectors.collection import create_vectors, open_vectors
from storage.vectors.places import Directory
from storage.vectors.write_log import logged_ids, longest_log, stored_ids

_BUILT = 1_500
_ROWS = unit_rows(np.random.default_rng(3).normal(size=(4_000, 8)).astype(np.float32))


def _ids(rows: range) -> list[str]:
    return [f"{row:032x}" for row in rows]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    with closing(create_vectors(tmp_path / "chroma", 8, _BUILT)) as made:
        made.add(_ids(range(_BUILT)), _ROWS[:_BUILT])
    return tmp_path / "chroma"


def _graph(directory: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in directory.rglob("*.bin")}


def _change(directory: Path, added: range, removed: Sequence[str] = ()) -> None:
    expected = added.stop - len(removed)
    with closing(Directory(directory).open_to_change(len(added) + len(removed), expected)) as vectors:
        vectors.delete(removed)
        vectors.add(_ids(added), _ROWS[added.start : added.stop])
        vectors.write_files_after(expected)


def _all_of(directory: Path, rows: range) -> tuple[int, Matrix]:
    with closing(open_vectors(directory)) as vectors:
        return vectors.count(), vectors.vectors(_ids(rows))


def test_a_small_change_stays_in_the_log(directory: Path) -> None:
    before = _graph(directory)
    _change(directory, range(_BUILT, _BUILT + 100))
    assert set(_ids(range(_BUILT, _BUILT + 100))) <= logged_ids(directory)
    assert _graph(directory) == before


def test_the_ids_of_its_table_are_those_that_chroma_tells(directory: Path) -> None:
    _change(directory, range(_BUILT, _BUILT + 100), removed=_ids(range(40)))
    _change(directory, range(_BUILT + 100, _BUILT + 120))
    with closing(open_vectors(directory)) as vectors:
        assert vectors.count() == _BUILT + 80
        assert stored_ids(directory) == set(vectors.ids()) == set(_ids(range(40, _BUILT + 120)))


def test_changes_that_would_make_the_log_too_long_empty_it(directory: Path) -> None:
    _change(directory, range(_BUILT, _BUILT + 600))
    assert len(logged_ids(directory)) >= 600
    before = _graph(directory)
    _change(directory, range(_BUILT + 600, _BUILT + 1_100), removed=_ids(range(40)))
    assert _graph(directory) != before
    assert len(logged_ids(directory)) <= 1  # Chroma keeps the last one
    kept = range(40, _BUILT + 1_100)
    count, matrix = _all_of(directory, kept)
    assert count == len(kept)
    assert np.allclose(matrix, _ROWS[kept.start : kept.stop], atol=1e-6)


def test_an_opening_after_that_writes_nothing(directory: Path) -> None:
    _change(directory, range(_BUILT, _BUILT + 1_100))
    before = _graph(directory)
    _change(directory, range(_BUILT + 1_100, _BUILT + 1_200))
    _all_of(directory, range(_BUILT + 1_200))
    assert _graph(directory) == before


def test_the_more_vectors_the_longer_a_log_may_be() -> None:
    assert [longest_log(vectors) for vectors in (3_000, 200_000)] == [1_000, 2_000]
