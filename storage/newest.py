"""Entries in memory of which the oldest go beyond a bound."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Newest(Generic[Key, Value]):
    """Keeps `most` entries, of `heaviest` in sum by `weight` where that is given. May be used by several threads."""

    def __init__(self, most: int, *, heaviest: int | None = None, weight: Callable[[Value], int] = lambda _: 0) -> None:
        self._most = most
        self._heaviest = heaviest
        self._weight = weight
        self._entries: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()
        self._total = 0

    def get(self, key: Key) -> Value | None:
        """What was put there last, unless newer entries have taken its place."""
        with self._lock:
            return self._entries.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Keep the value; the oldest entries beyond a bound go."""
        with self._lock:
            self._remove(key)
            self._entries[key] = value
            self._total += self._weight(value)
            while len(self._entries) > self._most or (self._heaviest is not None and self._total > self._heaviest):
                self._remove(next(iter(self._entries)))

    def remove(self, key: Key) -> None:
        """Forget the entry, if there is one."""
        with self._lock:
            self._remove(key)

    def _remove(self, key: Key) -> None:
        if key in self._entries:
            self._total -= self._weight(self._entries.pop(key))
