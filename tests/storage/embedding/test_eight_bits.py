"""The job embeds in 8 bits where that is quicker and says the same, and as before where not."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.speed.measuring import shared_model
from storage.embedding.eight_bits import COMPARED, LEAST_COSINE, SteppingDown, least_cosine
from storage.embedding.local import _multiplies_eight_bits, build_text_embedder
from storage.embedding.models import resolve_model
from storage.embedding.openvino_encoder import Encoder

_DIMENSION = 8
_BATCH = 32


class Model:
    """A vector of each text, turned a little; `seconds` of work for each."""

    def __init__(self, turned: float = 0.0, seconds: float = 0.0) -> None:
        self._turned, self._seconds = turned, seconds
        self.asked: list[str] = []

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        self.asked += texts
        until = time.process_time() + self._seconds * len(texts)
        while time.process_time() < until:
            pass
        return [self.vector(text) for text in texts]

    def vector(self, text: str) -> list[float]:
        found = np.random.default_rng(len(text)).normal(size=_DIMENSION)
        found /= np.linalg.norm(found)
        return [float(value) for value in found + self._turned * np.roll(found, 1)]


TEXTS = ["x" * (place + 1) for place in range(4 * _BATCH)]


def run(slow: Model, make_quicker: Callable[[], Model | None]) -> list[list[float]]:
    model = SteppingDown(slow, make_quicker, patience=COMPARED)
    batches = (TEXTS[start : start + _BATCH] for start in range(0, len(TEXTS), _BATCH))
    return [vector for batch in batches for vector in model.get_text_embedding_batch(batch)]


def test_a_network_that_is_quicker_and_says_the_same_goes_on() -> None:
    slow, quick = Model(seconds=0.002), Model(turned=0.001)
    vectors = run(slow, lambda: quick)
    assert slow.asked == TEXTS[:64]
    assert quick.asked == TEXTS  # the first ones only to be compared
    assert vectors == [slow.vector(text) for text in TEXTS[:64]] + [quick.vector(text) for text in TEXTS[64:]]


@pytest.mark.parametrize(
    "quick",
    [
        pytest.param(Model(turned=0.3), id="says something else"),
        pytest.param(Model(seconds=0.004), id="takes longer"),
        pytest.param(None, id="is not to be had"),
    ],
)
def test_else_all_stays_as_it_was(quick: Model | None) -> None:
    slow = Model(seconds=0.002)
    assert run(slow, lambda: quick) == [slow.vector(text) for text in TEXTS]
    assert slow.asked == TEXTS


def test_a_processor_without_such_products_goes_on_as_before() -> None:
    def make() -> Model:
        raise RuntimeError("could not create a primitive\nand more")

    slow = Model(seconds=0.002)
    assert len(run(slow, make)) == len(TEXTS)
    assert slow.asked == TEXTS


def test_a_short_run_builds_no_second_network() -> None:
    made: list[Model] = []

    def make() -> Model:
        made.append(Model())
        return made[-1]

    model = SteppingDown(Model(), make)
    for start in range(0, len(TEXTS), _BATCH):
        model.get_text_embedding_batch(TEXTS[start : start + _BATCH])
    assert not made


@pytest.mark.parametrize(("expected", "tried"), [(len(TEXTS), False), (639, False), (640, True)])
def test_a_long_run_tries_the_second_network_as_soon_as_it_can_compare(expected: int, tried: bool) -> None:
    quick = Model(turned=0.001)
    model = SteppingDown(Model(seconds=0.002), lambda: quick)
    model.expect(expected)
    for start in range(0, len(TEXTS), _BATCH):
        model.get_text_embedding_batch(TEXTS[start : start + _BATCH])
    assert quick.asked == (TEXTS if tried else [])


@pytest.mark.skipif(not _multiplies_eight_bits(), reason="this processor has no products of 8 bits")
def test_minilm_in_eight_bits_says_what_it_says() -> None:
    identity = resolve_model(shared_model())
    rule = "Rule {0}: tools are due after {0} days, 逾期每天收费{0}元。"
    texts = [rule.format(number) * 3 for number in range(COMPARED)]
    exact, rounded = (
        Encoder(Path(identity.location), identity.max_tokens, half_precision=False, eight_bits=eight_bits)
        for eight_bits in (False, True)
    )
    cosine = least_cosine(exact.embed(texts), rounded.embed(texts))
    assert LEAST_COSINE <= cosine < 0.999999  # nearly the same, and not the same network
    assert isinstance(build_text_embedder(identity, "cpu"), SteppingDown)
