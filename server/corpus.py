"""What is remembered of one open generation between questions: how its passages look in general, and recent questions.

Nothing here changes an answer; it saves work. It goes when the generation is closed and collected.
"""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from storage.embeddings import Matrix, unit_rows
from storage.generations import Generation
from storage.vectors import VectorCollection

_SAMPLE = 256
_FEW = 64
_QUESTIONS = 256
_LEAST_DEVIATION = 0.02
_EVERYDAY = (
    "The bus to the station leaves every ten minutes.",
    "She painted the kitchen wall yellow last summer.",
    "Heavy rain is expected in the mountains on Friday.",
    "The company sold more bicycles than in the year before.",
    "Add two eggs and stir until the dough is smooth.",
    "The goalkeeper was injured in the second half.",
    "Parliament passed the law by a narrow majority.",
    "A cell divides after its genetic material has been copied.",
    "今天的会议推迟到下午三点。",
    "这家餐馆的面条很好吃。",
    "河上的老桥建于明代。",
    "孩子们在操场上踢足球。",
)


class Corpus:
    """A generation's passages in general, and the vectors of recent questions. For many threads."""

    def __init__(self, background: Matrix) -> None:
        self._background = background
        self._questions: OrderedDict[str, Matrix] = OrderedDict()
        self._lock = threading.Lock()

    def question_vector(self, question: str, embed: Callable[[str], Sequence[float]]) -> Matrix:
        """The question's unit vector `(dimension,)`, from memory if it was asked lately."""
        with self._lock:
            if question in self._questions:
                self._questions.move_to_end(question)
                return self._questions[question]
        vector: Matrix = unit_rows([embed(question)])[0]
        with self._lock:
            self._questions[question] = vector
            if len(self._questions) > _QUESTIONS:
                self._questions.popitem(last=False)
        return vector

    def general_cosine(self, vector: Matrix) -> tuple[float, float]:
        """Mean and standard deviation of the question's cosine to passages in general."""
        cosines = self._background @ vector
        return float(cosines.mean()), max(float(cosines.std()), _LEAST_DEVIATION)


_corpora: weakref.WeakKeyDictionary[VectorCollection, Corpus] = weakref.WeakKeyDictionary()
_building = threading.Lock()


def corpus_of(generation: Generation, embed_model: Any) -> Corpus:
    """What is remembered of this generation; made on first use from an even sample of its passages.

    A handful of passages is not passages in general: everyday sentences stand in beside them.
    """
    with _building:
        if generation.vectors not in _corpora:
            ids = generation.catalogue.chunk_ids()
            sample = [ids[i] for i in np.unique(np.linspace(0, len(ids) - 1, min(_SAMPLE, len(ids))).astype(int))]
            parts = [generation.vectors.vectors(sample)] if sample else []
            if len(sample) < _FEW:
                parts.append(unit_rows(embed_model.get_text_embedding_batch(list(_EVERYDAY))))
            _corpora[generation.vectors] = Corpus(np.concatenate(parts))
        return _corpora[generation.vectors]
