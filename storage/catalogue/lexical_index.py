"""The lexical index of a catalogue: which chunks hold the words of a question, by BM25 over stems and CJK bigrams.

What this class tells is everything that is asked of words; nobody else knows that FTS5 of SQLite keeps them. An engine
elsewhere would be one more class with these methods. Knows the table of chunks, and nothing of documents and pages.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import islice

from storage.catalogue.connections import Connections
from storage.catalogue.phrase_matches import Memory, PhraseMatches
from storage.catalogue.rows import CHUNK_COLUMNS, EMPTY_TERMS, chunk_of
from storage.messages import message
from storage.records import ChunkRecord, LexicalHit, Occurrences
from storage.words import index_proof
from storage.words import terms as lexical

MOST_COUNTED = 100_000
"""Passages that hold a word: of more it is told that there are so many at least."""

_MATCHES = "SELECT rowid AS place, -bm25(terms) AS score FROM terms WHERE terms MATCH ?"
_PLACES_AT_A_TIME = 10_000  # between two looks at the clock
_MOST_COMPARED = 5000  # of the passages that hold a word, the first ones
_SHORTEST_PART = 4  # letters of a part of a compound
_MOST_COMPOUNDS = 12  # for one word
_MOST_WORDS = 20_000  # of which it is remembered how common they are, or what is composed with them: 3 MB


class LexicalIndex:
    """The words of all chunks of one catalogue. Of a published one they are for any number of threads, and remembered.

    `connections` lends connections to the catalogue's file.
    """

    def __init__(self, connections: Connections, *, writable: bool) -> None:
        self._connections = connections
        self._writable = writable

    # -- writing -----------------------------------------------------------------------------------

    def add(self, rowid: int, embed_text: str) -> None:
        """Take in the words of a chunk, which stands in this row of the chunks."""
        self._connections.rows(
            "INSERT INTO terms (rowid, words) VALUES (?, ?)", (rowid, lexical.index_terms(embed_text))
        )

    def remove_document(self, path: str) -> int:
        """Forget the words of a document's chunks, which are still there. Gives how many chunks that were."""
        removed = self._connections.rows("SELECT rowid, text, context FROM chunks WHERE document = ?", (path,))
        for rowid, text, context in removed:
            embed_text = f"{context}\n{text}" if context else text
            # A contentless FTS5 table forgets a row only when told exactly what it had been given.
            self._connections.rows(
                "INSERT INTO terms (terms, rowid, words) VALUES ('delete', ?, ?)",
                (rowid, lexical.index_terms(embed_text)),
            )
        return len(removed)

    def is_of_this_version(self) -> bool:
        """Whether it was made as `index_terms` makes it now."""
        ((fingerprint,),) = self._connections.rows("PRAGMA application_id")
        return int(fingerprint) == lexical.terms_fingerprint()

    def make_empty(self) -> None:
        """Forget all words, whichever version made them. Not within a transaction."""
        with self._connections.lent() as connection:
            connection.executescript(EMPTY_TERMS)

    def merge(self) -> None:
        """One tree of words instead of several: smaller, and quicker to search."""
        self._connections.rows("INSERT INTO terms (terms) VALUES ('optimize')")

    # -- reading -----------------------------------------------------------------------------------

    def read_ahead(self) -> None:
        """Read now what a search needs of every chunk, so that no question waits for it."""
        _ = self._phrase_matches

    def forget(self) -> None:
        """Give back what was remembered; it is read again when it is needed."""
        for name in ("_phrase_matches", "_frequencies", "_composed", "_homes", "_all_words"):
            self.__dict__.pop(name, None)

    def prepare_search(self, question: str) -> None:
        """Make ready to `search` all documents: what is left then is one thing to ask, while others use Python."""
        if not self._writable and (phrases := lexical.match_phrases(question, self._compounds)):
            self._phrase_matches.prepare(phrases)

    def search(self, question: str, limit: int, documents: Collection[str] | None = None) -> list[LexicalHit]:
        """The best chunks by BM25 over stems and CJK bigrams, best first; at most `limit`, perhaps none."""
        phrases = lexical.match_phrases(question, self._compounds)
        if not phrases:
            return []
        if documents is None and not self._writable:
            return self._phrase_matches.best(phrases, limit)
        expression = lexical.any_of(phrases)
        best = "ORDER BY score DESC, place LIMIT ?"
        if documents is None:
            matches = self._connections.rows(f"{_MATCHES} {best}", (expression, limit))
            ids = self._ids([place for place, _ in matches])
            return [LexicalHit(ids[place], score) for place, score in matches]
        rows = self._connections.rows(
            f"SELECT chunks.id, score FROM ({_MATCHES}) JOIN chunks ON chunks.rowid = place"
            f" WHERE chunks.document IN (SELECT value FROM json_each(?)) {best}",
            (expression, json.dumps(sorted(documents)), limit),
        )
        return [LexicalHit(*row) for row in rows]

    def occurrences(
        self, part: lexical.Part, documents: Set[str] | None = None, is_over: Callable[[], bool] = lambda: False
    ) -> Occurrences:
        """Where a word or phrase of a question stands, in any of its spellings; `documents`: only in these.

        Passages are counted up to `MOST_COUNTED`, and until `is_over` says that there is no time left.
        """
        longer = tuple(self._compounds([part.spellings[0][0]])) if part.is_composed else ()
        expression = " OR ".join([part.expression, *(f'"{word}"' for word in longer)])
        homes = self._written_homes() if self._writable else self._homes
        places: list[int] = []
        is_more = False
        for some in self._places(expression):
            places += [place for place in some if documents is None or homes[place] in documents]
            is_more = len(places) >= MOST_COUNTED or is_over()
            if is_more:
                break
        del places[MOST_COUNTED:]
        best = self._best_of(expression, places) if places else None
        return Occurrences(len(places), len({homes[place] for place in places}), best, longer, is_more)

    def _places(self, expression: str) -> Iterator[list[int]]:
        """The places of all chunks that match, some at a time, in order."""
        with self._connections.lent() as connection:
            found = connection.execute("SELECT rowid FROM terms WHERE terms MATCH ?", (expression,))
            while some := found.fetchmany(_PLACES_AT_A_TIME):
                yield [row[0] for row in some]

    def _best_of(self, expression: str, places: Sequence[int]) -> ChunkRecord:
        """The chunk that scores best among those in these places that come first."""
        matches = self._connections.rows(f"{_MATCHES} AND rowid >= ? LIMIT ?", (expression, places[0], _MOST_COMPARED))
        wanted = set(places)
        best, _ = max((match for match in matches if match[0] in wanted), key=lambda match: (match[1], -match[0]))
        return chunk_of(self._connections.rows(f"SELECT {CHUNK_COLUMNS} FROM chunks WHERE rowid = ?", (best,))[0])

    def says(self, phrase: str) -> bool:
        """Whether some chunk holds this word or phrase as it stands, in one of its forms."""
        spellings = lexical.match_phrases(f'"{phrase}"')
        whole = max(map(len, spellings), default=0)
        expression = lexical.any_of(words for words in spellings if len(words) == whole)
        return bool(
            expression and self._connections.rows("SELECT rowid FROM terms WHERE terms MATCH ? LIMIT 1", (expression,))
        )

    def documents_with(self, text: str) -> set[str]:
        """The documents in which every word of the text stands, in one of its forms; none where it holds no word."""
        found: set[str] | None = None
        for term in lexical.question_terms(text):
            expression = " OR ".join(f'"{" ".join(words)}"' for words in term.spellings)
            rows = self._connections.rows(
                "SELECT DISTINCT document FROM terms JOIN chunks ON chunks.rowid = terms.rowid WHERE terms MATCH ?",
                (expression,),
            )
            holding = {row[0] for row in rows}
            found = holding if found is None else found & holding
        return found or set()

    def document_frequencies(self, terms: Collection[str]) -> dict[str, int]:
        """In how many chunks each term occurs, as stored (stemmed); a term nobody uses is absent."""
        return self._counted(terms) if self._writable else self._frequencies.of(terms)

    def _count_new(self, terms: Collection[str]) -> dict[str, int]:
        """As `_counted`; of words that were searched for it is known."""
        known = self._phrase_matches.counts(terms)
        new = [term for term in terms if term not in known]
        return known | (self._counted(new) if new else {})

    def _counted(self, terms: Collection[str]) -> dict[str, int]:
        rows = self._connections.rows(
            "SELECT term, doc FROM vocabulary WHERE term IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(terms)),),
        )
        return dict(rows)

    def _compounds(self, stems: Collection[str]) -> list[str]:
        """Words of the index that begin or end with one of these stems and hold another word besides."""
        known = self._words_composed_with(stems) if self._writable else self._composed.of(stems)
        return list(dict.fromkeys(word for stem in stems for word in known[stem]))

    def _words_composed_with(self, stems: Collection[str]) -> dict[str, list[str]]:
        words = self._words() if self._writable else self._all_words
        found: dict[str, list[str]] = {stem: [] for stem in stems}
        for stem in stems:
            if len(stem) >= _SHORTEST_PART and stem.isalpha():
                edges = re.compile(rf"^(?:{stem}\w{{{_SHORTEST_PART},}}|\w{{{_SHORTEST_PART},}}{stem})$", re.MULTILINE)
                found[stem] = list(islice((match.group() for match in edges.finditer(words)), _MOST_COMPOUNDS))
        return found

    @cached_property
    def _all_words(self) -> str:
        return self._words()

    def _words(self) -> str:
        """Every word of the lexical index, one a line; of a mark that stands alone SQLite tells NULL."""
        return "\n".join(row[0] for row in self._connections.rows("SELECT term FROM vocabulary WHERE term IS NOT NULL"))

    def _ids(self, places: Sequence[int]) -> Mapping[int, str]:
        """The ids of the chunks in these places."""
        query = "SELECT rowid, id FROM chunks WHERE rowid IN (SELECT value FROM json_each(?))"
        return dict(self._connections.rows(query, (json.dumps(places),)))

    @cached_property
    def _phrase_matches(self) -> PhraseMatches:
        return PhraseMatches(self._connections.lent)

    @cached_property
    def _frequencies(self) -> Memory[str, int]:
        return Memory(self._count_new, _MOST_WORDS)

    @cached_property
    def _composed(self) -> Memory[str, list[str]]:
        return Memory(self._words_composed_with, _MOST_WORDS)

    @cached_property
    def _homes(self) -> Mapping[int, str]:
        return self._written_homes()

    def _written_homes(self) -> Mapping[int, str]:
        """The document of the chunk in each place; the texts are not read for it."""
        return dict(self._connections.rows("SELECT rowid, document FROM chunks INDEXED BY chunks_of_document"))

    def missing_chunks(self) -> list[str]:
        """Whether it holds as many chunks as there are; empty when all is well."""
        ((held,),), ((chunks,),) = (
            self._connections.rows("SELECT count(*) FROM terms_docsize"),
            self._connections.rows("SELECT count(*) FROM chunks"),
        )
        if held == chunks:
            return []
        return [message("the lexical index holds {found} chunks, the catalogue {chunks}", found=held, chunks=chunks)]

    def differences(self) -> list[str]:
        """Where it differs from the words of the chunks; empty when they agree. Costs seconds.

        One that holds words as an earlier version made them cannot be proven: the next edit makes it anew.
        """
        if not self.is_of_this_version():
            return []
        try:
            with self._connections.lent() as connection:
                rows = connection.execute(f"SELECT rowid, {CHUNK_COLUMNS} FROM chunks")
                texts = ((row[0], chunk_of(row[1:]).embed_text) for row in rows)
                wrong = index_proof.differing_rows(connection, texts)
        except sqlite3.DatabaseError as error:
            return [message("the lexical index cannot be read ({error})", error=str(error))]
        return (
            [message("the lexical index holds other words than the text of {count} chunks", count=len(wrong))]
            if wrong
            else []
        )
