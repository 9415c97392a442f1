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

_TABLE_OF_TERMS = "SELECT sql FROM sqlite_schema WHERE name = 'terms'"
_TABLES = """
PRAGMA temp_store = MEMORY;
CREATE VIRTUAL TABLE IF NOT EXISTS temp.occurrences USING fts5vocab (main, terms, 'instance');
CREATE VIRTUAL TABLE IF NOT EXISTS temp.spelt USING fts5 {columns};
CREATE VIRTUAL TABLE IF NOT EXISTS temp.spelt_words USING fts5vocab (temp, spelt, 'instance');
"""
"""`spelt` is empty and takes words apart as the index does, whose columns and tokenizer it has."""
# Each in one row of text: for every row of many Python's lock would be given away, and waited for again.
_WORDS_OF_SQLITE = "SELECT doc, group_concat(term, ' ') FROM temp.spelt_words GROUP BY doc"
_PLACES = "(SELECT coalesce(group_concat(doc), '') FROM temp.occurrences WHERE term = ?)"
_SCORES = (
    "SELECT coalesce(group_concat(place), ''), coalesce(group_concat(printf('%!.17g', score)), '') FROM"
    " (SELECT rowid AS place, -bm25(terms) AS score FROM terms WHERE terms MATCH ? LIMIT -1)"
)
_BYTES_BESIDE = 400  # of two arrays, their word, and a place in the memory
_MOST_COUNTS = 20_000  # of words, with how many chunks hold them, or with what SQLite makes of them: 2 MB
_AT_ONCE = 100  # words in one statement


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
            ((made,),) = connection.execute(_TABLE_OF_TERMS).fetchall()
        self._tables = _TABLES.format(columns=made[made.index("(") :])
        numbers = {size: _number(size) for size in {size for _, size in sizes}}
        self._rowids = np.array([rowid for rowid, _ in sizes], dtype=np.int64)
        self._has_gaps = bool(len(sizes)) and int(self._rowids[-1] - self._rowids[0]) >= len(sizes)
        self._ids = [ids[rowid] for rowid, _ in sizes]
        lengths = np.array([numbers[size] for _, size in sizes], dtype=np.float64)
        usual = float(lengths.sum()) / (len(lengths) or 1)
        self._damping = _SATURATION * (1 - _LENGTH + _LENGTH * lengths / (usual or 1.0))
        self._most_bytes = most_bytes
        self._remembered: OrderedDict[str, Matches] = OrderedDict()
        self._counts: dict[str, int] = {}
        self._spelt: Memory[str, str] = Memory(self._spelled, _MOST_COUNTS)
        self._bytes = 0
        self._changing = threading.Lock()

    @property
    def remembered_bytes(self) -> int:
        """How much is remembered."""
        return self._bytes

    def counts(self, stems: Collection[str]) -> dict[str, int]:
        """In how many chunks these stems occur, of those that were looked up as words and occur at all."""
        counts = self._counts
        return {stem_: count for stem_ in stems if (count := counts.get(stem_))}

    def prepare(self, phrases: Sequence[tuple[str, ...]]) -> None:
        """Find out now how SQLite spells the words, so that `best` asks it one thing, for which it needs no lock."""
        self._spelt.of([" ".join(words) for words in phrases])

    def best(self, phrases: Sequence[tuple[str, ...]], limit: int) -> list[LexicalHit]:
        """The chunks that hold any of these phrases, best first, of equals the one stored first; at most `limit`."""
        found = self._matches([" ".join(words) for words in phrases])
        places = np.concatenate([each.places for each in found])
        if not len(places) or limit <= 0:
            return []
        total = np.bincount(places, np.concatenate([each.scores for each in found]))
        holders = np.flatnonzero(total != 0.0)  # four times as quick as without the comparison
        if limit < len(holders):
            scored = total[holders]
            holders = holders[scored >= np.partition(scored, -limit)[-limit]]
        best = holders[np.argsort(-total[holders], kind="stable")[:limit]]
        scores = total[best].tolist()
        return [LexicalHit(self._ids[place], score) for place, score in zip(best.tolist(), scores, strict=True)]

    def _matches(self, phrases: Sequence[str]) -> list[Matches]:
        """Those of each of these, in their order."""
        found: dict[str, Matches] = {}
        with self._changing:
            for phrase in phrases:
                if phrase in self._remembered:
                    found[phrase] = self._remembered[phrase]
                    self._remembered.move_to_end(phrase)
        if new := [phrase for phrase in dict.fromkeys(phrases) if phrase not in found]:
            found |= self._looked_up(new)
            with self._changing:
                for phrase in new:
                    self._remember(phrase, found[phrase])
        return [found[phrase] for phrase in phrases]

    def _remember(self, phrase: str, matches: Matches) -> None:
        """Remember it, and forget what was asked for longest ago. The lock is held."""
        if phrase not in self._remembered:
            self._remembered[phrase] = matches
            self._bytes += matches.size
        while self._bytes > self._most_bytes:
            _, forgotten = self._remembered.popitem(last=False)
            self._bytes -= forgotten.size

    def _looked_up(self, phrases: Sequence[str]) -> dict[str, Matches]:
        spelt = self._spelt.of(phrases)
        words = [phrase for phrase in phrases if " " not in phrase and spelt.get(phrase) == stem(phrase)]
        found: dict[str, Matches] = {}
        with self._lent() as connection:
            for start in range(0, len(words), _AT_ONCE):
                some = words[start : start + _AT_ONCE]
                found.update(zip(some, map(self._of_word, some, self._places_of(connection, some)), strict=True))
            for phrase in phrases:
                if phrase not in found:  # several words side by side, or one whose stem is another one to SQLite
                    rowids, scores = connection.execute(_SCORES, (f'"{phrase}"',)).fetchone()
                    found[phrase] = Matches(self._places(_numbers(rowids, np.int64)), _numbers(scores, np.float64))
        return found

    def _places_of(self, connection: sqlite3.Connection, words: Sequence[str]) -> Sequence[str]:
        """Where each of these stands, once for each time. All in one statement, during which others may use Python."""
        statement, stems = f"SELECT {', '.join([_PLACES] * len(words))}", [stem(word) for word in words]
        try:
            row: Sequence[str] = connection.execute(statement, stems).fetchone()
        except sqlite3.OperationalError:  # a new connection
            connection.executescript(self._tables)
            row = connection.execute(statement, stems).fetchone()
        return row

    def _of_word(self, word: str, rowids: str) -> Matches:
        found = self._scored(*_counted(_numbers(rowids, np.int64)))
        self._counts = self._counts if len(self._counts) < _MOST_COUNTS else {}
        self._counts[stem(word)] = len(found.places)
        return found

    def _spelled(self, phrases: Collection[str]) -> dict[str, str]:
        """The stems that SQLite makes of each phrase. To ask the index which chunks hold a word takes a millisecond."""
        asked = list(phrases)
        with self._lent() as connection:
            connection.executescript(self._tables)
            connection.execute("BEGIN")
            try:
                connection.executemany("INSERT INTO temp.spelt (rowid, words) VALUES (?, ?)", enumerate(asked))
                return {asked[number]: words for number, words in connection.execute(_WORDS_OF_SQLITE)}
            finally:
                connection.execute("ROLLBACK")

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
        if self._has_gaps:
            return np.searchsorted(self._rowids, rowids).astype(np.int32)
        return (rowids - (self._rowids[0] if len(self._rowids) else 0)).astype(np.int32)


def _counted(numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different ones of these, which rise, and how often each is there."""
    first = np.flatnonzero(np.diff(numbers, prepend=-1))
    return numbers[first], np.diff(first, append=len(numbers))


def _numbers(text: str, kind: type[Number]) -> NDArray[Number]:
    """Numbers with commas between."""
    return np.fromstring(text, dtype=kind, sep=",")


def _number(size: str) -> int:
    """A length as FTS5 stores it, in hexadecimal: seven bits in each byte, the highest first."""
    found = 0
    for byte in bytes.fromhex(size):
        found = found << 7 | byte & 0x7F
    return found
