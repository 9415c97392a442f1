"""The vectors of words and sentences, the last ones remembered: a corpus uses the same words again and again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from storage.caches.embeddings import Matrix, unit_rows

EmbedTexts = Callable[[list[str]], Sequence[Sequence[float]] | Matrix]

_FIRST_ROWS = 1024


class TextVectors:
    """Unit vectors of texts by the texts themselves. For many threads; what is remembered changes no vector.

    The vectors lie in one matrix, which grows to `most` rows: rows of the matrices that they came in would keep these.
    """

    def __init__(self, embed: EmbedTexts, most: int) -> None:
        self._embed = embed
        self._most = most
        self._remembered: OrderedDict[str, int] = OrderedDict()  # text → row
        self._vectors: Matrix = np.empty((0, 0), dtype=np.float32)
        self._changing = threading.Lock()

    @property
    def size(self) -> int:
        """The bytes of all vectors that are remembered."""
        return int(self._vectors.nbytes)

    def rows(self, texts: Sequence[str]) -> Matrix:
        """`(n, dimension)`, one row for each text, in order. There must be one text at least."""
        places = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        with self._changing:
            known = [text for text in places if text in self._remembered]
            remembered = self._vectors[[self._remembered[text] for text in known]] if known else self._vectors[:0]
        is_known = set(known)
        new = [text for text in places if text not in is_known]
        fresh = unit_rows(self._embed(new)) if new else remembered[:0]
        found = np.empty((len(places), (fresh if new else remembered).shape[1]), dtype=np.float32)
        found[[places[text] for text in known]] = remembered if known else 0.0
        found[[places[text] for text in new]] = fresh
        with self._changing:
            self._keep(list(places), found)
        return found if len(places) == len(texts) else found[[places[text] for text in texts]]

    def _keep(self, texts: Sequence[str], vectors: Matrix) -> None:
        """The last ones of these texts, and of those before them as many as there is room for."""
        for text, vector in zip(texts[-self._most :], vectors[-self._most :], strict=True):
            row = self._remembered.pop(text, None)
            if row is None:
                row = len(self._remembered)
                if row == self._most:
                    row = self._remembered.popitem(last=False)[1]
                self._make_room(row, len(vector))
                self._vectors[row] = vector
            self._remembered[text] = row

    def _make_room(self, row: int, dimension: int) -> None:
        if row < len(self._vectors):
            return
        grown = np.empty((min(self._most, max(_FIRST_ROWS, 2 * row)), dimension), dtype=np.float32)
        grown[: len(self._vectors)] = self._vectors if len(self._vectors) else 0.0
        self._vectors = grown
