"""Embeds what no earlier run has embedded. Every batch is kept at once: a stopped run loses one at most.

Texts are sorted by their tokens over the whole run: a batch costs what its longest text costs (measured: sorting only
inside batches is 2-3 times more work; by characters, of seven papers, 1.19 times). The longest come first, so the time
that is left is never underestimated.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from itertools import chain
from typing import Protocol

import numpy as np

from storage.caches.embeddings import EmbeddingCache, Matrix, text_key, unit_rows
from storage.catalogue.catalogue import Catalogue
from storage.embedding.eight_bits import SteppingDown
from storage.embedding.models import PROBE_TEXT
from storage.failpoints import failpoint

_MOST_CACHED_PER_CHUNK = 3  # so that two models, or texts that come and go, stay cached
_LEAST_CACHED = 1_000

OnBatch = Callable[[int, int], None]
"""Told after each batch: how many texts, how many characters."""


class TextEmbedder(Protocol):
    """What the job needs of a LlamaIndex `BaseEmbedding`."""

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        """One vector for each text, in order."""
        ...


class Embedder:
    """Collects texts with `want`, then `run` computes those that the cache has not.

    The model is loaded in the background as soon as the first miss is known, while other files are still being
    read; a run without misses never loads it. `length` says how long a text is to the model.
    """

    def __init__(
        self,
        cache: EmbeddingCache,
        fingerprint: str,
        load: Callable[[], TextEmbedder],
        batch_size: int,
        length: Callable[[str], int] = len,
    ) -> None:
        self._cache = cache
        self._fingerprint = fingerprint
        self._load = load
        self._batch_size = batch_size
        self._length = length
        self._wanted: set[str] = set()
        self._missing: dict[str, str] = {}
        self._model: Future[TextEmbedder] | None = None
        self.computed = 0

    @property
    def reused(self) -> int:
        """How many of the different texts wanted were in the cache."""
        return len(self._wanted) - len(self._missing) - self.computed

    @property
    def missing(self) -> int:
        """How many texts `run` will embed."""
        return len(self._missing)

    @property
    def missing_characters(self) -> int:
        """How many characters `run` will embed."""
        return sum(map(len, self._missing.values()))

    def want(self, texts: Iterable[str]) -> None:
        """These texts will need a vector in the cache."""
        new = {key: text for text in texts if (key := text_key(text)) not in self._wanted}
        self._wanted.update(new)
        self._missing.update({key: new[key] for key in self._cache.missing(self._fingerprint, new)})
        if self._missing and self._model is None:
            self._model = in_background(self._load)

    def wait_for_model(self) -> None:
        """Return when the model is loaded; a run would wait for it anyway. Raises what loading it raised."""
        self._loaded_model()

    def run(self, on_batch: OnBatch) -> None:
        """Embed all misses. Raises what loading the model raised."""
        if not self._missing:
            return
        model = self._loaded_model()
        if isinstance(model, SteppingDown):
            model.expect(len(self._missing))
        at_once = getattr(model, "texts_at_once", 0)  # by who pads no text: then it need not be told how long each is
        length, size = (len, max(at_once, self._batch_size)) if at_once else (self._length, self._batch_size)
        waiting = sorted(self._missing.items(), key=lambda item: length(item[1]), reverse=True)
        for start in range(0, len(waiting), size):
            batch = waiting[start : start + size]
            texts = [text for _, text in batch]
            self._cache.put_many(
                self._fingerprint, [key for key, _ in batch], unit_rows(model.get_text_embedding_batch(texts))
            )
            self.computed += len(batch)
            for key, _ in batch:
                del self._missing[key]
            failpoint("embed.batch")
            on_batch(len(batch), sum(map(len, texts)))

    def vector_of(self, text: str) -> Matrix:
        """One text's vector `(dimension,)`, from the cache or computed now; not counted."""
        return np.asarray(self.vectors_of([text])[0], dtype=np.float32)

    def vectors_of(self, texts: Sequence[str]) -> Matrix:
        """The texts' vectors `(n, dimension)`, from the cache or computed now; not counted.

        After `run` none is computed, unless the cache lost it since: a damaged file was set aside.
        """
        by_key = {text_key(text): text for text in texts}
        found = self._cache.get_many(self._fingerprint, by_key)
        lost = [key for key in by_key if key not in found]
        for start in range(0, len(lost), self._batch_size):
            keys = lost[start : start + self._batch_size]
            vectors = unit_rows(self._loaded_model().get_text_embedding_batch([by_key[key] for key in keys]))
            self._cache.put_many(self._fingerprint, keys, vectors)
            found.update(zip(keys, vectors, strict=True))
        return np.stack([found[text_key(text)] for text in texts])

    def _loaded_model(self) -> TextEmbedder:
        if self._model is None:
            self._model = in_background(self._load)
        return self._model.result()


def forget_unused(cache: EmbeddingCache, fingerprint: str, catalogue: Catalogue) -> None:
    """Forget embeddings that no chunk needs any more, once they are the greater part by far."""
    most = _MOST_CACHED_PER_CHUNK * catalogue.counts().chunks + _LEAST_CACHED
    if cache.most() > most and cache.count() > most:
        texts = chain([PROBE_TEXT], (chunk.embed_text for chunk in catalogue.iter_chunks()))
        cache.keep_only(fingerprint, map(text_key, texts))


def in_background(load: Callable[[], TextEmbedder]) -> Future[TextEmbedder]:
    """The result of `load`, which runs in a thread that does not keep a stopped job alive."""
    future: Future[TextEmbedder] = Future()

    def run() -> None:
        try:
            future.set_result(load())
        except BaseException as error:  # noqa: BLE001 - whatever it is, `result()` raises it where it is waited for
            future.set_exception(error)

    threading.Thread(target=run, name="model-loader", daemon=True).start()
    return future
