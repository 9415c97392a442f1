"""Many threads that ask one encoder at the same time."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.side_by_side import side_by_side


def wrong_beside_others(encoder: Any, texts: Sequence[str]) -> list[str]:
    """The texts whose vectors came out otherwise when threads asked side by side than one after the other."""
    expected = encoder.embed(texts)
    wrong: list[str] = []

    def ask(number: int) -> None:
        for _ in range(5):
            if np.abs(encoder.embed([texts[number]])[0] - expected[number]).max() > 1e-4:
                wrong.append(texts[number])

    side_by_side(ask, len(texts))
    return wrong
