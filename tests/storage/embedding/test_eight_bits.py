"""The job embeds in 8 bits where that is quicker and says the same, and as before where not."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from storage.embedding.eight_bits import COMPARED, LEAST_COSINE, SteppingDown, least_cosine
from storage.embedding.local import build_text_embedder
from storage.embedding.openvino_encoder import Encoder

_DIMENSION = 8


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
        other = np.roll(found, 1)
        return [float(value) for value in found + self._turned * other]


def batches(count: int) -> list[list[str]]:
    return [["x" * (32 * number + place + 1) for place in range(32)] for number in range(count)]


def run(slow: Model, make_quicker: Callable[[], Model | None]) -> list[list[float]]:
    model = SteppingDown(slow, make_quicker, patience=COMPARED)
    return [vector for batch in batches(4) for vector in model.get_text_embedding_batch(batch)]


def test_a_network_that_is_quicker_and_says_the_same_goes_on() -> None:
    slow, quick = Model(seconds=0.002), Model(turned=0.001)
    vectors = run(slow, lambda: quick)
    rule = "Rule {0}: tools are due after {0} days, 逾期每天收费{0}元。"
    texts = [rule.format(number) * 3 for number in range(COMPARED)]
    exact, rounded = (
        Encoder(Path(identity.location), identity.max_tokens, half_precision=False, eight_bits=eight_bits)
        for eight_bits in (False, True)
    )
    cosine = least_cosine(exact.embed(texts), rounded.embed(texts))
    assert LEAST_COSINE <= cosine < 0.999999  # nearly the same, and not the same network
    assert isinstance(build_text_embedder(identity, "cpu"), SteppingDown)
