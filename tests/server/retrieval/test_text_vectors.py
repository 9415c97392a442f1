"""Vectors that are remembered are those of their texts, and no more than there is room for."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from server.retrieval.text_vectors import TextVectors
from storage.caches.embeddings import Matrix, unit_rows
from tests.side_by_side import side_by_side

_WIDTH = 4 * 4  # bytes of a vector


def embed(texts: Sequence[str]) -> list[list[float]]:
    return [[float(len(text)), float(sum(map(ord, text)) % 97), 1.0, 2.0] for text in texts]


def expected(texts: Sequence[str]) -> Matrix:
    return unit_rows(embed(texts))


@pytest.mark.parametrize("most", [1, 3, 10, 5000])
def test_whatever_is_remembered_every_text_has_its_own_vector(most: int) -> None:
    chance, vectors = random.Random(most), TextVectors(embed, most)
    for _ in range(500):
        texts = [f"word {chance.randint(0, 40)}" for _ in range(chance.randint(1, 15))]
        assert np.array_equal(vectors.rows(texts), expected(texts))
        assert vectors.size <= max(1024, most) * _WIDTH
        assert len(vectors._remembered) <= most


def test_the_texts_asked_for_last_are_not_read_again() -> None:
    read: list[str] = []

    def reading(texts: list[str]) -> list[list[float]]:
        read.extend(texts)
        return embed(texts)

    vectors = TextVectors(reading, 3)
    for texts in (["a", "bb"], ["ccc", "a"], ["dddd"], ["a", "ccc", "dddd"]):
        vectors.rows(texts)
    assert read == ["a", "bb", "ccc", "dddd"]
    vectors.rows(["bb"])
    vectors.rows(["ccc", "dddd"])
    assert read == ["a", "bb", "ccc", "dddd", "bb"]


def test_many_threads_get_the_vectors_of_their_own_texts() -> None:
    vectors, wrong = TextVectors(embed, 7), list[Sequence[str]]()

    def ask(number: int) -> None:
        chance = random.Random(number)
        for _ in range(300):
            texts = [f"{number} {chance.randint(0, 9)}" for _ in range(4)]
            if not np.array_equal(vectors.rows(texts), expected(texts)):
                wrong.append(texts)

    side_by_side(ask, 6)
    assert wrong == []
