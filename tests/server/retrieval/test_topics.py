"""Topics and questions are told apart, and what resembles a topic's best passages gains."""

from collections.abc import Collection

import numpy as np
import pytest

from server.evidence.examination import profile_of
from server.retrieval.topics import supported, topicality

TOPIC = "theoretical methods for predicting transient heat conduction in composite slabs with insulated surfaces"
FLAT = [1.0] + [0.9] * 20
STEEP = [1.0] + [0.3] * 20


def nobody(stems: Collection[str]) -> dict[str, int]:
    return dict.fromkeys(stems, 1)


@pytest.mark.parametrize(
    ("query", "scores", "is_topic"),
    [
        pytest.param(TOPIC, FLAT, True, id="a topic"),
        pytest.param(TOPIC, STEEP, False, id="one passage stands out"),
        pytest.param(TOPIC, FLAT[:4], False, id="too few passages"),
        pytest.param(
            "how many slabs were heated in theoretical methods predicting transient temperatures below surfaces",
            FLAT,
            False,
            id="a number is asked for",
        ),
        pytest.param(f"{TOPIC} by Orrinton", FLAT, False, id="a name"),
        pytest.param(f"{TOPIC} at 300 degrees", FLAT, False, id="a figure"),
        pytest.param("heat transfer slabs", FLAT, False, id="keywords"),
    ],
)
def test_a_topic_names_nothing_and_has_many_passages_about_as_good(
    query: str, scores: list[float], is_topic: bool
) -> None:
    assert (topicality(profile_of(query, nobody, 1000), scores) > 0.0) is is_topic


def test_what_resembles_the_best_passages_gains() -> None:
    scores = {"best": 1.0, "second": 0.9, "alike": 0.5, "other": 0.5}
    vectors = np.array([[1, 0.1, 0], [1, 0, 0.1], [0.9, 0.1, 0.1], [-0.2, 1, -0.4]], dtype=np.float32)
    texts = ["slabs conduct heat", "heat in slabs", "heat conducted by slabs", "birds sing at dawn"]
    found = supported(scores, vectors, texts, nobody, 1000)
    assert found["alike"] > found["other"]
    assert all(0.0 <= score <= 1.0 for score in found.values())


def test_words_tell_resemblance_where_the_model_sees_none() -> None:
    scores = {"best": 1.0, "second": 0.9, "alike": 0.5, "other": 0.5}
    vectors = np.array([[1, 0], [0, 1], [0.5, 0.5], [0.5, 0.5]], dtype=np.float32)
    texts = ["slabs conduct heat", "heat in slabs", "heat conducted by slabs", "birds sing at dawn"]
    found = supported(scores, vectors, texts, nobody, 1000)
    assert found["alike"] > found["other"]


def test_another_scale_of_the_model_changes_nothing() -> None:
    scores = {"a": 0.9, "b": 0.8, "c": 0.7}
    vectors = np.array([[1, 0.2, 0], [0.8, 0.4, 0], [0, 1, 0.5]], dtype=np.float32)
    texts = ["one slab", "two slabs", "no bird"]
    plain = supported(scores, vectors, texts, nobody, 100)
    assert supported(scores, vectors * 3 + 5, texts, nobody, 100) == pytest.approx(plain, rel=1e-4)
