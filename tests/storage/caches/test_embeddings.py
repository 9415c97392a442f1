"""The embedding cache keeps what was paid for."""

from pathlib import Path

import numpy as np
import pytest

from storage.caches.embeddings import EmbeddingCache, text_key, unit_rows

KEYS = [text_key(text) for text in ("one", "two", "three")]
VECTORS = unit_rows(np.random.default_rng(0).normal(size=(3, 8)).tolist())


def test_vectors_come_back_as_they_were_and_only_for_their_model(tmp_path: Path) -> None:
    with EmbeddingCache.open(tmp_path / "embeddings.db") as cache:
        cache.put_many("model", KEYS, VECTORS)
    with EmbeddingCache.open(tmp_path / "embeddings.db") as cache:
        found = cache.get_many("model", [*KEYS, text_key("four")])
        assert sorted(found) == sorted(KEYS)
        assert np.array_equal(np.stack([found[key] for key in KEYS]), VECTORS)
        assert cache.get_many("another model", KEYS) == {}
        assert cache.missing("model", [text_key("four"), KEYS[0], text_key("four")]) == [text_key("four")]


def test_keeping_only_what_is_used_gives_the_rest_back(tmp_path: Path) -> None:
    with EmbeddingCache.open(tmp_path / "embeddings.db") as cache:
        cache.put_many("model", KEYS, VECTORS)
        cache.put_many("old model", KEYS, VECTORS)
        assert cache.keep_only("model", KEYS[:1]) == 5
        assert cache.count() == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf], ids=["NaN", "infinity"])
def test_a_vector_that_is_not_finite_is_refused_and_nothing_of_its_batch_is_kept(tmp_path: Path, bad: float) -> None:
    broken = VECTORS.copy()
    broken[1, 3] = bad
    with EmbeddingCache.open(tmp_path / "embeddings.db") as cache:
        with pytest.raises(ValueError, match="NaN or infinity"):
            cache.put_many("model", KEYS, broken)
        assert cache.count() == 0


def test_no_more_are_kept_than_is_told_without_counting(tmp_path: Path) -> None:
    with EmbeddingCache.open(tmp_path / "embeddings.db") as cache:
        assert cache.most() == 0
        cache.put_many("model", [text_key(each) for each in "abc"], np.eye(3, dtype=np.float32))
        cache.put_many("model", [text_key(each) for each in "cd"], np.eye(3, dtype=np.float32)[:2])
        assert cache.count() == 4 <= cache.most()
        cache.keep_only("model", [text_key("d")])
        assert cache.count() == 1 <= cache.most()
