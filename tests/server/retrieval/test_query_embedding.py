"""Questions to vectors: remembered, embedded together under load, and one that fails harms no other."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from server.http.services import Services
from server.retrieval.query_embedding import QueryEmbedder, embed_questions
from storage.embedding.local import build_embed_model
from storage.embedding.models import PACKAGED, resolve_model
from storage.untraced import Untraced

PATIENCE_SECONDS = 30.0
QUESTIONS = [f"What does section {number} say about the library?" for number in range(8)]


class Model:
    """Gives every question a vector of its own; holds the first batch back until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.began, self.may_end = threading.Event(), threading.Event()

    def embed(self, questions: list[str]) -> Sequence[Sequence[float]]:
        self.batches.append(questions)
        self.began.set()
        assert self.may_end.wait(PATIENCE_SECONDS)
        if "bad" in questions:
            raise TypeError("this one cannot be embedded")
        return [vector_of(question) for question in questions]


def vector_of(question: str) -> list[float]:
    angle = float(sum(question.encode()))
    return [float(np.cos(angle)), float(np.sin(angle))]


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


def wait_for(embedder: QueryEmbedder, number: int) -> None:
    """Return when so many wait."""
    pause = threading.Event()
    for _ in range(int(PATIENCE_SECONDS / 0.01)):
        if len(embedder._waiting) == number:
            return
        pause.wait(0.01)
    raise AssertionError(f"{len(embedder._waiting)} wait, not {number}")


def ask_while_busy(model: Model, pool: ThreadPoolExecutor, questions: Sequence[str]) -> list[Any]:
    """The outcomes of a question that finds the model idle and of others that come while it works."""
    embedder = QueryEmbedder(model.embed)
    asked = [pool.submit(embedder.vector, "first")]
    assert model.began.wait(PATIENCE_SECONDS)
    asked += [pool.submit(embedder.vector, question) for question in questions]
    wait_for(embedder, len(questions))
    model.may_end.set()
    return [future.exception(PATIENCE_SECONDS) or future.result() for future in asked]


def test_a_question_asked_again_is_remembered(model: Model) -> None:
    model.may_end.set()
    embedder = QueryEmbedder(model.embed)
    assert embedder.vector("one") is embedder.vector("one")
    assert model.batches == [["one"]]


def test_questions_that_come_while_the_model_is_busy_are_embedded_together(
    model: Model, pool: ThreadPoolExecutor
) -> None:
    vectors = ask_while_busy(model, pool, QUESTIONS)
    assert [sorted(batch) for batch in model.batches] == [["first"], sorted(QUESTIONS)]
    for question, vector in zip(["first", *QUESTIONS], vectors, strict=True):
        assert vector == pytest.approx(vector_of(question), abs=1e-6)


def test_the_same_question_from_many_at_once_is_embedded_once(model: Model, pool: ThreadPoolExecutor) -> None:
    vectors = ask_while_busy(model, pool, ["first", "second", "second", "first", "second"])
    assert model.batches == [["first"], ["second"]]
    assert len({vector.tobytes() for vector in vectors}) == 2


def test_a_question_that_fails_harms_no_other(
    model: Model, pool: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    outcomes = ask_while_busy(model, pool, ["good", "bad", "better"])
    assert isinstance(outcomes.pop(2), TypeError)
    for question, vector in zip(["first", "good", "better"], outcomes, strict=True):
        assert vector == pytest.approx(vector_of(question), abs=1e-6)
    assert "embedding 3 questions together failed" in caplog.text


def test_after_a_failure_the_next_question_is_answered(model: Model) -> None:
    model.may_end.set()
    embedder = QueryEmbedder(model.embed)
    with pytest.raises(TypeError):
        embedder.vector("bad")
    assert embedder.vector("good") == pytest.approx(vector_of("good"), abs=1e-6)


def test_what_is_remembered_is_bounded_and_the_oldest_goes(model: Model) -> None:
    model.may_end.set()
    embedder = QueryEmbedder(model.embed)
    for number in range(300):
        embedder.vector(str(number))
    assert len(embedder._remembered) == 256
    embedder.vector("299")
    embedder.vector("0")
    assert [batch[0] for batch in model.batches[-2:]] == ["299", "0"]


def test_together_and_alone_the_real_model_gives_the_same_vectors() -> None:
    model = build_embed_model(resolve_model(PACKAGED), device="cpu")
    questions = [*QUESTIONS, "Library?", "When does it open? " * 10]
    alone = np.array([embed_questions(model, [question])[0] for question in questions])
    together = np.array(embed_questions(model, questions))
    cosines = (alone * together).sum(1) / np.linalg.norm(alone, axis=1) / np.linalg.norm(together, axis=1)
    assert cosines.min() > 0.999


def test_the_model_of_an_open_index_remembers_no_events(quoting_services: Services) -> None:
    with quoting_services.index.acquire() as index:
        assert isinstance(index.embed_model.callback_manager, Untraced)
