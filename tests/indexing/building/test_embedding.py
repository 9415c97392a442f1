"""Only what no run has embedded is embedded: longest first, kept batch by batch, and no model without a need."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexing.building.embedding import Embedder, TextEmbedder, forget_unused
from storage.caches.embeddings import EmbeddingCache
from storage.catalogue.catalogue import Catalogue
from storage.embedding.models import ModelUnavailable


class CountingEmbedding:
    """Remembers the batches it was given."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        self.batches.append(texts)
        return [[1.0, float(len(text))] for text in texts]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[EmbeddingCache]:
    with EmbeddingCache.open(tmp_path / "embeddings.db") as opened:
        yield opened


def nothing(chunks: int, characters: int) -> None:
    pass


def never() -> TextEmbedder:
    raise AssertionError("the model was loaded")


def test_texts_are_embedded_once_longest_first(cache: EmbeddingCache) -> None:
    model = CountingEmbedding()
    embedder = Embedder(cache, "model", lambda: model, 2)
    embedder.want(["aa", "a", "aaaa"])
    embedder.want(["aa", "aaa"])
    embedder.run(nothing)
    assert model.batches == [["aaaa", "aaa"], ["aa", "a"]]
    assert (embedder.computed, embedder.reused, embedder.missing) == (4, 0, 0)


def test_texts_that_are_equally_long_to_the_model_are_embedded_together(cache: EmbeddingCache) -> None:
    model = CountingEmbedding()
    embedder = Embedder(cache, "model", lambda: model, 2, lambda text: text.count("."))
    embedder.want(["....", "many letters", "...", "letters."])
    embedder.run(nothing)
    assert model.batches == [["....", "..."], ["letters.", "many letters"]]


def test_what_the_cache_has_needs_no_model(cache: EmbeddingCache) -> None:
    first = Embedder(cache, "model", CountingEmbedding, 2)
    first.want(["a", "b"])
    first.run(nothing)
    second = Embedder(cache, "model", never, 2)
    second.want(["a", "b"])
    second.run(nothing)
    assert (second.computed, second.reused) == (0, 2)
    assert second.vector_of("a").shape == (2,)


def test_another_model_has_a_cache_of_its_own(cache: EmbeddingCache) -> None:
    for name in ("one", "two"):
        embedder = Embedder(cache, name, CountingEmbedding, 2)
        embedder.want(["a"])
        embedder.run(nothing)
        assert embedder.computed == 1


@pytest.mark.faults("S3")
def test_each_batch_is_kept_the_moment_it_is_computed(cache: EmbeddingCache, tmp_path: Path) -> None:
    kept: list[int] = []

    def count(chunks: int, characters: int) -> None:
        with EmbeddingCache.open(tmp_path / "embeddings.db") as other:
            kept.append(other.count())

    embedder = Embedder(cache, "model", CountingEmbedding, 2)
    embedder.want(["a", "b", "c"])
    embedder.run(count)
    assert kept == [2, 3]


def test_a_model_that_cannot_be_loaded_is_an_error_where_it_is_needed(cache: EmbeddingCache) -> None:
    def fail() -> TextEmbedder:
        raise ModelUnavailable("gone")

    embedder = Embedder(cache, "model", fail, 2)
    embedder.want(["a"])
    with pytest.raises(ModelUnavailable):
        embedder.run(nothing)


@pytest.mark.faults("S16")
def test_embeddings_nobody_needs_are_forgotten_when_they_are_the_greater_part(
    cache: EmbeddingCache, tmp_path: Path
) -> None:
    embedder = Embedder(cache, "model", CountingEmbedding, 64)
    with Catalogue.create(tmp_path / "catalogue.db") as catalogue:
        embedder.want([f"text {number}" for number in range(900)])
        embedder.run(nothing)
        forget_unused(cache, "model", catalogue)
        assert cache.count() == 900
        embedder.want([f"other text {number}" for number in range(200)])
        embedder.run(nothing)
        forget_unused(cache, "model", catalogue)
        assert cache.count() == 0
