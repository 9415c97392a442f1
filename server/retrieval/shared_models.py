"""Embedding models in memory, one of each kind for all indexes that were made with it.

Apart from `index_holder`, which knows one index and nothing of others.
"""

import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from storage.embedding.models import ModelIdentity


class SharedModels:
    """Loads a model, or gives the one that is there; it is let go when no index uses it any more."""

    def __init__(self, load: Callable[[ModelIdentity, str], Any]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._loading: dict[tuple[str, str], threading.Lock] = {}
        self._held: WeakValueDictionary[tuple[str, str], Any] = WeakValueDictionary()

    def __call__(self, recorded: ModelIdentity, device: str) -> Any:
        """A LlamaIndex `BaseEmbedding`. Raises what loading raises."""
        wanted = recorded.fingerprint, device
        with self._lock:
            loading = self._loading.setdefault(wanted, threading.Lock())
        with loading:  # others may load another model meanwhile
            model = self._held.get(wanted)
            if model is None:
                model = self._held[wanted] = self._load(recorded, device)
            return model
