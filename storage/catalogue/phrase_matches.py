"""Where the words of questions stand in a published catalogue, and what they are worth there: remembered, so that a
word that many ask for is looked up once.

BM25 is a sum over words and phrases. What it costs SQLite (3.40) is mostly to look up the length of each chunk that
holds one, again for every question: here all lengths are in memory. The figures are SQLite's own, to the last digit.
Knows nothing of what a question is.
"""

import math
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from storage.records import LexicalHit
from storage.words.english_stems import stem

Key = TypeVar("Key", bound=Hashable)
Known = TypeVar("Known")
Number = TypeVar("Number", bound=np.generic)

MOST_BYTES = 32_000_000
"""Of one catalogue's words: 2.6 million places in chunks."""

_SATURATION, _LENGTH = 1.2, 0.75  # k1 and b of FTS5's bm25()
_LEAST_RARITY = 1e-6  # of a word that most chunks hold; FTS5's as well

_OCCURRENCES = """
PRAGMA temp_store = MEMORY;
CREATE VIRTUAL TABLE IF NOT EXISTS temp.occurrences USING fts5vocab (main, terms, 'instance');
"""
# Each in one row of text: for every row of many Python's lock would be given away, and waited for again.
_HOLDERS = "SELECT count(*), total(rowid) FROM terms WHERE terms MATCH ?"
_PLACES = "SELECT coalesce(group_concat(doc), '') FROM temp.occurrences WHERE term = ?"
_SCORES = (
    "SELECT coalesce(group_concat(place), ''), coalesce(group_concat(printf('%!.17g', score)), '') FROM"
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


class Memory(Generic[Key, Known]):
    """What a catalogue says of words, pages or chunks, by what looks up all new ones at once. For many threads.

    Of `most` of them at most it is remembered.
    """

    def __init__(self, look_up: Callable[[Collection[Key]], Mapping[Key, Known]], most: int) -> None:
        self._look_up = look_up
        self._most = most
        self._remembered: dict[Key, Known | None] = {}

    def __len__(self) -> int:
        return len(self._remembered)

    def of(self, keys: Collection[Key]) -> dict[Key, Known]:
        """What is known of each of these, in their order; those of which nothing is are absent."""
        remembered = self._remembered
        if new := [key for key in dict.fromkeys(keys) if key not in remembered]:
            found = self._look_up(new)
            if len(remembered) + len(new) > self._most:
                # Another one instead of one that is emptied, because other threads may be reading it.
                self._remembered = remembered = {key: remembered[key] for key in keys if key in remembered}
            remembered.update((key, found.get(key)) for key in new)
        return {key: known for key in keys if (known := remembered[key]) is not None}


class PhraseMatches:
    """The best chunks for phrases, by BM25. For many threads; what is remembered changes no score.

    `lent` lends a connection to a published catalogue.
    """

    def __init__(
        self, lent: Callable[[], AbstractContextManager[sqlite3.Connection]], most_bytes: int = MOST_BYTES
    ) -> None:
        self._lent = lent
        with lent() as connection:
            ids = dict(connection.execute("SELECT rowid, id FROM chunks"))
            sizes = connection.execute("SELECT id, hex(sz) FROM terms_docsize ORDER BY id").fetchall()
        numbers = {size: _number(size) for size in {size for _, size in sizes}}
        self._rowids = np.array([rowid for rowid, _ in sizes], dtype=np.int64)
        self._ids = [ids[rowid] for rowid, _ in sizes]
        lengths = np.array([numbers[size] for _, size in sizes], dtype=np.float64)
        usual = float(lengths.sum()) / (len(lengths) or 1)
        self._damping = _SATURATION * (1 - _LENGTH + _LENGTH * lengths / (usual or 1.0))
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
        scores = total[best].tolist()
        return [LexicalHit(self._ids[place], score) for place, score in zip(best.tolist(), scores, strict=True)]

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
        with self._lent() as connection:
            connection.executescript(_OCCURRENCES)
            holders = connection.execute(_HOLDERS, (f'"{phrase}"',)).fetchone()
            (rowids,) = connection.execute(_PLACES, (stem(phrase),)).fetchone()
            different, numbers = np.unique(_numbers(rowids, np.int64), return_counts=True)
            if (len(different), float(different.sum())) == holders:
                return self._scored(different, numbers)
            # Several words side by side, or one whose stem is another one to SQLite.
            rowids, scores = connection.execute(_SCORES, (f'"{phrase}"',)).fetchone()
        return Matches(self._places(_numbers(rowids, np.int64)), _numbers(scores, np.float64))

    def _scored(self, rowids: NDArray[np.int64], numbers: NDArray[np.int64]) -> Matches:
        """What FTS5's bm25() gives chunks that hold a word so many times."""
        places, holders = self._places(rowids), len(rowids)
        if not holders:
            return Matches(places, np.zeros(0))
        rarity = math.log((len(self._rowids) - holders + 0.5) / (holders + 0.5))
        often = numbers.astype(np.float64)
        share = (often * (_SATURATION + 1.0)) / (often + self._damping[places])
        return Matches(places, (rarity if rarity > 0.0 else _LEAST_RARITY) * share)

    def _places(self, rowids: NDArray[np.int64]) -> NDArray[np.int32]:
        return np.searchsorted(self._rowids, rowids).astype(np.int32)


def _numbers(text: str, kind: type[Number]) -> NDArray[Number]:
    """Numbers with commas between."""
    return np.fromstring(text, dtype=kind, sep=",")


def _number(size: str) -> int:
    """A length as FTS5 stores it, in hexadecimal: seven bits in each byte, the highest first."""
    found = 0
    for byte in bytes.fromhex(size):
        found = found << 7 | byte & 0x7F
    return found
