"""Proof that a lexical index holds exactly the words of its texts.

SQLite's own integrity check knows nothing of the texts of a contentless FTS5 table, so they are indexed once more,
into a temporary file, and both indexes are compared word by word: 4 s for 10,000 chunks.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator

from storage.words import terms as lexical

SCHEMA = """
CREATE VIRTUAL TABLE terms USING fts5 (words, content='', tokenize="porter unicode61 categories 'L* N* Co Mn Mc'");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (terms, 'row');
"""


def differing_rows(connection: sqlite3.Connection, texts: Iterable[tuple[int, str]]) -> list[int]:
    """Row numbers whose words in the `terms` of this connection are not those of their text."""
    fresh = sqlite3.connect("")
    try:
        fresh.executescript(SCHEMA)
        fresh.executemany(
            "INSERT INTO terms (rowid, words) VALUES (?, ?)",
            ((rowid, lexical.index_terms(text)) for rowid, text in texts),
        )
        checksums: defaultdict[int, int] = defaultdict(int)
        for index in (connection, fresh):
            for term, rowid, place in _occurrences(index):
                checksums[rowid] ^= hash((term, place))  # what both indexes hold cancels out
    finally:
        fresh.close()
    return [rowid for rowid, checksum in checksums.items() if checksum]


def _occurrences(connection: sqlite3.Connection) -> Iterator[tuple[str, int, int]]:
    """(term, row, place) of every word in the lexical index."""
    connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.occurrences USING fts5vocab (main, terms, 'instance')")
    yield from connection.execute("SELECT term, doc, offset FROM temp.occurrences")
