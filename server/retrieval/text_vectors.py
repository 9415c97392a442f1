"""The vectors of words and sentences, the last ones remembered: a corpus uses the same words again and again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from storage.caches.embeddings import Matrix, unit_rows

EmbedTexts = Callable[[list[str]], Sequence[Sequence[float]]]


class TextVectors:
    """Unit vectors of texts by the texts themselves. For many threads; what is remembered changes no vector."""

    def __init__(self, embed: EmbedTexts, most: int) -> None:
        self._embed = embed
        self._most = most
        self._remembered: OrderedDict[str, Matrix] = OrderedDict()
        self._changing = threading.Lock()

    def rows(self, texts: Sequence[str]) -> Matrix:
        """`(n, dimension)`, one row for each text, in order. There must be one text at least."""
        with self._changing:
            found = {text: self._remembered[text] for text in texts if text in self._remembered}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        if new:
            found |= dict(zip(new, unit_rows(self._embed(new)), strict=True))
        with self._changing:
            for text in texts:
                self._remembered[text] = found[text]
                self._remembered.move_to_end(text)
            while len(self._remembered) > self._most:
                self._remembered.popitem(last=False)
        return np.stack([found[text] for text in texts])
