"""What a process with many threads keeps in memory: how the C library does it, and what was made of texts."""

import ctypes
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

Made = TypeVar("Made")

_M_ARENA_MAX = -8  # malloc.h of glibc
_ARENAS = 2


def keep_memory_together() -> None:
    """Let all threads share two arenas, where the C library is glibc. Call it before threads begin.

    By default there are eight for each processor; a hundred threads spread what they allocate over all of them, and
    little of it is ever given back: after 8,000 questions 30 MB more on two processors.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, _ARENAS)


def give_memory_back() -> None:
    """Return to the system what is free, after much was let go: glibc does it only at the end of its heap."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


class TextMemory(Generic[Made]):
    """What was made of texts, by the texts themselves: what is found again need not be read again.

    `make` is called for a text that is new, and must depend on the text alone; texts of `most_characters` in all are
    remembered. For many threads.

    Two halves instead of a list in order of use: what is asked for moves to the younger half, and when that is full the
    older one is forgotten. So nobody waits for a lock where the text is known.
    """

    def __init__(self, make: Callable[[str], Made], most_characters: int) -> None:
        self._make = make
        self._half = most_characters // 2
        self._changing = threading.Lock()
        self._young: dict[str, Made] = {}
        self._old: dict[str, Made] = {}
        self._characters = 0

    def __call__(self, text: str) -> Made:
        """What `make` gives for this text."""
        made = self._young.get(text)
        if made is not None:
            return made
        made = self._old.get(text)
        if made is None:
            made = self._make(text)
        if len(text) <= self._half:
            with self._changing:
                self._keep(text, made)
        return made

    @property
    def characters(self) -> int:
        """How many characters the texts have that are remembered."""
        return sum(map(len, (*self._young, *self._old)))

    def forget(self) -> None:
        """Forget everything."""
        with self._changing:
            self._young, self._old, self._characters = {}, {}, 0

    def _keep(self, text: str, made: Made) -> None:
        if text in self._young:
            return
        if self._characters + len(text) > self._half:
            self._old, self._young, self._characters = self._young, {}, 0
        self._young[text] = made
        self._characters += len(text)
