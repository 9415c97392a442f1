"""Where the words of questions stand in a published catalogue, and what they are worth there: remembered, so that a
word that many ask for is looked up once.

BM25 is a sum over words, and most of what it costs is paid again for each of them: SQLite looks up the length of every
chunk that holds a common word. Summed here are the very figures that SQLite gives for each word alone. Knows nothing of
what a question is.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from storage.records import LexicalHit

Known = TypeVar("Known")

MOST_BYTES = 32_000_000
"""Of one catalogue's words: 2.6 million places in chunks."""

MOST_WORDS = 20_000
"""Of which it is remembered in how many chunks they occur, or what is composed with them: 3 MB."""

# In one row of text: of many rows each would give Python's lock away and wait for it again.
_MATCHES = (
    "SELECT group_concat(place), group_concat(printf('%!.17g', score)) FROM"
    " (SELECT rowid AS place, -bm25(terms) AS score FROM terms WHERE terms MATCH ? LIMIT -1)"
)
_BYTES_BESIDE = 400  # of two arrays, their word, and a place in the memory


@dataclass(frozen=True, slots=True)
class Matches:
    """The chunks that hold a phrase: their places in the order of storage, from 0, and what BM25 gives them for it."""

    places: NDArray[np.int32]
    scores: NDArray[np.float64]

    @property
    def size(self) -> int:
        """In bytes, about."""
        return self.places.nbytes + self.scores.nbytes + _BYTES_BESIDE


class WordMemory(Generic[Known]):
    """What is known of words, by what looks up all new ones at once. For many threads.

    Of `most` words at most it is remembered.
    """

    def __init__(self, look_up: Callable[[Collection[str]], Mapping[str, Known]], most: int = MOST_WORDS) -> None:
        self._look_up = look_up
        self._most = most
        self._remembered: dict[str, Known | None] = {}

    def __len__(self) -> int:
        return len(self._remembered)

    def of(self, words: Collection[str]) -> dict[str, Known]:
        """What is known of each of these words; those of which nothing is are absent."""
        remembered = self._remembered
        if new := [word for word in dict.fromkeys(words) if word not in remembered]:
            found = self._look_up(new)
            if len(remembered) + len(new) > self._most:
                # Another one instead of one that is emptied, because other threads may be reading it.
                self._remembered = remembered = {word: remembered[word] for word in words if word in remembered}
            remembered.update((word, found.get(word)) for word in new)
        return {word: known for word in words if (known := remembered[word]) is not None}


class PhraseMatches:
    """The best chunks for phrases, by BM25. For many threads; what is remembered changes no score.

    `rows` gives the rows of an SQL statement over the catalogue, `chunks` are the rowids of all chunks in order, with
    their ids.
    """

    def __init__(
        self,
        rows: Callable[[str, Sequence[str]], list[tuple[str | None, str | None]]],
        chunks: Sequence[tuple[int, str]],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._rows = rows
        self._rowids = np.array([rowid for rowid, _ in chunks], dtype=np.int64)
        self._ids = [id_ for _, id_ in chunks]
        self._most_bytes = most_bytes
        self._remembered: OrderedDict[str, Matches] = OrderedDict()
        self._bytes = 0
        self._changing = threading.Lock()

    @property
    def remembered_bytes(self) -> int:
        """How much is remembered."""
        return self._bytes

    def best(self, phrases: Sequence[tuple[str, ...]], limit: int) -> list[LexicalHit]:
        """The chunks that hold any of these phrases, best first, of equals the one stored first; at most `limit`."""
        found = [self._matches(" ".join(words)) for words in phrases]
        places = np.concatenate([each.places for each in found])
        if not len(places) or limit <= 0:
            return []
        total = np.bincount(places, np.concatenate([each.scores for each in found]))
        holders = np.flatnonzero(total)
        if limit < len(holders):
            holders = holders[total[holders] >= np.partition(total[holders], -limit)[-limit]]
        best = holders[np.argsort(-total[holders], kind="stable")[:limit]]
        return [
            LexicalHit(self._ids[place], score)
            for place, score in zip(best.tolist(), total[best].tolist(), strict=True)
        ]

    def _matches(self, phrase: str) -> Matches:
        with self._changing:
            found = self._remembered.get(phrase)
            if found is not None:
                self._remembered.move_to_end(phrase)
                return found
        found = self._looked_up(phrase)
        with self._changing:
            if phrase not in self._remembered:
                self._remembered[phrase] = found
                self._bytes += found.size
            while self._bytes > self._most_bytes:
                _, forgotten = self._remembered.popitem(last=False)
                self._bytes -= forgotten.size
        return found

    def _looked_up(self, phrase: str) -> Matches:
        ((rowids, scores),) = self._rows(_MATCHES, (f'"{phrase}"',))
        places = np.searchsorted(self._rowids, np.fromstring(rowids or "", dtype=np.int64, sep=","))
        return Matches(places.astype(np.int32), np.fromstring(scores or "", dtype=np.float64, sep=","))
