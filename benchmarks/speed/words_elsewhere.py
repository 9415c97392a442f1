"""The search by words, by SQLite as in the catalogue and by a real PostgreSQL as LlamaIndex's store for it asks one.

    python -m benchmarks.speed.words_elsewhere [--chunks 200000] [--questions 30]

LlamaIndex's `PGVectorStore` ranks by `ts_rank` over a `tsvector` with a GIN index; so is it asked here, with the words
of a question joined by OR, as the catalogue asks. Both take turns. Wants the programs of PostgreSQL, and 1 GB of disk
for 200,000 chunks.
"""

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pg8000

from benchmarks.speed.machine import machine
from benchmarks.speed.synthetic import questions, vocabulary
from storage.words.terms import STOP_WORDS
from tests.postgres_process import PASSWORD, PostgresProcess

_WORDS = 150  # in a chunk of 950 characters
_AT_A_TIME = 1000
_FOUND = 30
_ZIPF = 1.07


def main() -> None:
    """Prints what it takes to fill both and to ask them."""
    options = _parser().parse_args()
    print(machine(), flush=True)
    with PostgresProcess() as server, tempfile.TemporaryDirectory() as folder:
        place = urlsplit(server.new_database())
        postgres = pg8000.connect(
            user="pagewise", password=PASSWORD, host="127.0.0.1", port=place.port, database=place.path[1:]
        )
        with closing(postgres), closing(sqlite3.connect(Path(folder) / "words.db")) as lite:
            sample = _fill(lite, postgres, options.chunks)
            asked = [_content_words(question) for question in questions(sample[: options.questions])]
            _ask({"SQLite": _of_sqlite(lite), "PostgreSQL": _of_postgres(postgres)}, asked)


def _fill(lite: sqlite3.Connection, postgres: pg8000.Connection, chunks: int) -> list[str]:
    """Gives some of the texts."""
    took = {"SQLite": 0.0, "PostgreSQL": 0.0}
    lite.execute("CREATE VIRTUAL TABLE terms USING fts5(text, content='', tokenize='unicode61')")
    cursor = postgres.cursor()
    cursor.execute("CREATE TABLE passages (id serial PRIMARY KEY, words tsvector)")
    sample: list[str] = []
    for texts in _texts(chunks):
        sample += texts[:: max(1, _AT_A_TIME // 5)]
        began = time.perf_counter()
        lite.executemany("INSERT INTO terms (text) VALUES (?)", [(text,) for text in texts])
        lite.commit()
        halfway = time.perf_counter()
        cursor.execute("INSERT INTO passages (words) SELECT to_tsvector('simple', unnest(%s::text[]))", (texts,))
        postgres.commit()
        took["SQLite"] += halfway - began
        took["PostgreSQL"] += time.perf_counter() - halfway
    began = time.perf_counter()
    cursor.execute("CREATE INDEX words_of_passages ON passages USING gin (words)")
    postgres.commit()
    cursor.execute("ANALYZE passages")
    postgres.commit()
    took["PostgreSQL"] += time.perf_counter() - began
    print(f"{chunks:,} chunks: " + ", ".join(f"{name} filled in {seconds:.0f} s" for name, seconds in took.items()))
    return sample


def _texts(chunks: int) -> Iterator[list[str]]:
    words = np.array(vocabulary())
    chances = 1.0 / np.arange(1, len(words) + 1) ** _ZIPF
    bounds = np.cumsum(chances / chances.sum())
    random = np.random.default_rng(7)
    for _ in range(chunks // _AT_A_TIME):
        drawn = words[np.searchsorted(bounds, random.random((_AT_A_TIME, _WORDS)))]
        yield [" ".join(row) for row in drawn]


def _content_words(question: str) -> list[str]:
    return [word for word in question.lower().strip("?").split() if word not in STOP_WORDS]


def _of_sqlite(connection: sqlite3.Connection) -> Callable[[list[str]], int]:
    def ask(words: list[str]) -> int:
        wanted = " OR ".join(f'"{word}"' for word in words)
        query = "SELECT rowid FROM terms WHERE terms MATCH ? ORDER BY bm25(terms) LIMIT ?"
        return len(connection.execute(query, (wanted, _FOUND)).fetchall())

    return ask


def _of_postgres(connection: pg8000.Connection) -> Callable[[list[str]], int]:
    cursor = connection.cursor()
    query = (
        "SELECT id FROM passages, to_tsquery('simple', %s) asked WHERE words @@ asked "
        "ORDER BY ts_rank(words, asked) DESC LIMIT %s"
    )

    def ask(words: list[str]) -> int:
        cursor.execute(query, (" | ".join(words), _FOUND))
        return len(cursor.fetchall())

    return ask


def _ask(engines: dict[str, Callable[[list[str]], int]], asked: list[list[str]]) -> None:
    took: dict[str, list[float]] = {name: [] for name in engines}
    for words in [asked[0], *asked]:  # the first one warms up
        for name, ask in engines.items():
            began = time.perf_counter()
            found = ask(words)
            took[name].append(1000 * (time.perf_counter() - began))
            assert found, words
    for name, each in took.items():
        middle, most = statistics.median(each[1:]), max(each[1:])
        print(f"{name}: {middle:.1f} ms a question in the middle, {most:.1f} at most")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks.speed.words_elsewhere")
    parser.add_argument("--chunks", type=int, default=200_000)
    parser.add_argument("--questions", type=int, default=30)
    return parser


if __name__ == "__main__":
    main()
