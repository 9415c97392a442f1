"""Questions to vectors: remembered, and under load embedded together.

A question that finds the model idle is embedded at once. Those that come while it is busy wait and are the next
batch: eight short questions together cost two fifths of eight one by one (all-MiniLM-L6-v2, two cores), and
threads side by side give a model on a CPU no speed-up at all.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from storage.caches.embeddings import Matrix, unit_rows

logger = logging.getLogger(__name__)

_REMEMBERED = 256
_LARGEST_BATCH = 32

EmbedQuestions = Callable[[list[str]], Sequence[Sequence[float]]]
"""One vector for each question, in order."""


@dataclass(eq=False)
class _Waiting:
    """A question without its vector yet; `alone`: with others it failed, so its own thread tries it by itself."""

    question: str
    vector: Matrix | None = None
    alone: bool = False


class QueryEmbedder:
    """For many threads; the model is asked by one of them at a time, for all that wait.

    In bfloat16 a vector depends a little on what else is in the batch: cosine to the same question alone 0.9999.
    """

    def __init__(self, embed: EmbedQuestions) -> None:
        self._embed = embed
        self._remembered: OrderedDict[str, Matrix] = OrderedDict()
        self._waiting: list[_Waiting] = []
        self._busy = False
        self._changed = threading.Condition()

    def vector(self, question: str) -> Matrix:
        """The question's unit vector `(dimension,)`. Raises what the model raises for this question."""
        with self._changed:
            known = self._remembered.get(question)
            if known is not None:
                self._remembered.move_to_end(question)
                return known
            ours = _Waiting(question)
            self._waiting.append(ours)
        while True:
            with self._changed:
                while self._busy and ours.vector is None:
                    self._changed.wait()
                if ours.vector is not None:
                    return ours.vector
                self._busy = True
                batch = self._next_batch(ours)
            self._embed_batch(batch)

    def _next_batch(self, ours: _Waiting) -> list[_Waiting]:
        """Ours first, so that the thread that asks the model also gets something; then whoever waits longest."""
        others = [waiting for waiting in self._waiting if waiting is not ours]
        batch = [ours] if ours.alone else [ours, *others[: _LARGEST_BATCH - 1]]
        self._waiting = [waiting for waiting in self._waiting if waiting not in batch]
        return batch

    def _embed_batch(self, batch: list[_Waiting]) -> None:
        questions = list(dict.fromkeys(waiting.question for waiting in batch))
        vectors: dict[str, Matrix] = {}
        try:
            vectors = dict(zip(questions, unit_rows(self._embed(questions)), strict=True))
        except Exception:
            if len(batch) == 1:
                raise
            # One question's fault is not the others': each is asked again alone, and raises in its own thread.
            logger.exception("embedding %d questions together failed; one by one now", len(batch))
        finally:
            with self._changed:
                self._hand_out(batch, vectors)
                self._busy = False
                self._changed.notify_all()

    def _hand_out(self, batch: list[_Waiting], vectors: dict[str, Matrix]) -> None:
        for waiting in (*batch, *self._waiting):  # the same question may have come again meanwhile
            waiting.vector = vectors.get(waiting.question)
        for waiting in batch:
            waiting.alone = waiting.vector is None
        self._waiting = [waiting for waiting in self._waiting if waiting.vector is None]
        self._remembered.update(vectors)
        while len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)


def embed_questions(model: Any, questions: list[str]) -> Sequence[Sequence[float]]:
    """One vector for each question by a LlamaIndex `BaseEmbedding`, together where the model can."""
    together = getattr(model, "_embed", None)
    if together is None:
        return [model.get_query_embedding(question) for question in questions]
    # HuggingFaceEmbedding 0.8 offers this for one question only; the batch is what it calls underneath, without the
    # events that LlamaIndex 0.14 makes of each question for listeners that there are none of: 0.3 ms.
    vectors: Sequence[Sequence[float]] = together(questions, prompt_name="query")
    return vectors
