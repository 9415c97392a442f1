"""The embedding cache: what an embedding model made of a text, kept for ever under the text's hash.

Embeddings are the expensive asset. They are committed batch by batch, so a killed job loses one batch at most, and
a generation can always be rebuilt without asking the model.
"""

import hashlib
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from storage.cache_files import open_cache_file

logger = logging.getLogger(__name__)

Matrix = NDArray[np.float32]

_KEYS_PER_QUERY = 500
_SCHEMA = """
CREATE TABLE IF NOT EXISTS models (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS vectors (
    model INTEGER NOT NULL REFERENCES models (id), key BLOB NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (model, key)
);
"""


def text_key(text: str) -> str:
    """The text's name in the cache: SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def unit_rows(vectors: Sequence[Sequence[float]] | Matrix) -> Matrix:
    """`(n, dimension)` float32 rows of length 1: a model that computes in bfloat16 is off by up to 0.5 %.

    Raises `ValueError` for a row that is zero or not finite.
    """
    matrix = np.asarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or (norms == 0.0).any():
        raise ValueError("an embedding is zero, or holds NaN or infinity")
    return np.asarray(matrix / norms, dtype=np.float32)


class EmbeddingCache:
    """Vectors float32, `(dimension,)`, by (model fingerprint, text key). One writer at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, file: Path) -> Self:
        """Open the cache, or make a new one. A damaged file is set aside under another name, not deleted."""
        return cls(open_cache_file(file, _SCHEMA, _set_aside))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get_many(self, fingerprint: str, keys: Iterable[str]) -> dict[str, Matrix]:
        """The vectors that are there; a key without one is absent."""
        wanted = [bytes.fromhex(key) for key in dict.fromkeys(keys)]
        found: dict[str, Matrix] = {}
        for start in range(0, len(wanted), _KEYS_PER_QUERY):
            part = wanted[start : start + _KEYS_PER_QUERY]
            rows = self._connection.execute(
                "SELECT key, vector FROM vectors WHERE model = (SELECT id FROM models WHERE fingerprint = ?)"
                f" AND key IN ({', '.join('?' * len(part))})",
                (fingerprint, *part),
            )
            found.update((key.hex(), np.frombuffer(vector, dtype=np.float32)) for key, vector in rows)
        return found

    def missing(self, fingerprint: str, keys: Iterable[str]) -> list[str]:
        """The keys without a vector, each once, in the order given."""
        wanted = list(dict.fromkeys(keys))
        have: set[str] = set()
        for start in range(0, len(wanted), _KEYS_PER_QUERY):
            part = [bytes.fromhex(key) for key in wanted[start : start + _KEYS_PER_QUERY]]
            rows = self._connection.execute(
                "SELECT key FROM vectors WHERE model = (SELECT id FROM models WHERE fingerprint = ?)"
                f" AND key IN ({', '.join('?' * len(part))})",
                (fingerprint, *part),
            )
            have.update(key.hex() for (key,) in rows)
        return [key for key in wanted if key not in have]

    def put_many(self, fingerprint: str, keys: Sequence[str], matrix: Matrix) -> None:
        """Keep vectors `(n, dimension)`, float32, under their keys: all of them, durably, or none."""
        if not np.isfinite(matrix).all():
            raise ValueError("an embedding holds NaN or infinity")
        rows = [
            (bytes.fromhex(key), vector.astype(np.float32, copy=False).tobytes())
            for key, vector in zip(keys, matrix, strict=True)
        ]
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("INSERT OR IGNORE INTO models (fingerprint) VALUES (?)", (fingerprint,))
            self._connection.executemany(
                "INSERT OR REPLACE INTO vectors (model, key, vector) SELECT id, ?, ? FROM models WHERE fingerprint = ?",
                [(*row, fingerprint) for row in rows],
            )

    def count(self) -> int:
        """How many vectors are kept, of all models."""
        return int(self._connection.execute("SELECT count(*) FROM vectors").fetchone()[0])

    def keep_only(self, fingerprint: str, keys: Iterable[str]) -> int:
        """Forget every vector of another model or another text, give the space back; returns how many went."""
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY)")
            self._connection.execute("DELETE FROM kept")
            self._connection.executemany(
                "INSERT OR IGNORE INTO kept VALUES (?)", ((bytes.fromhex(key),) for key in keys)
            )
            gone = self._connection.execute(
                "DELETE FROM vectors WHERE key NOT IN (SELECT key FROM kept)"
                " OR model != coalesce((SELECT id FROM models WHERE fingerprint = ?), -1)",
                (fingerprint,),
            ).rowcount
        if gone:
            self._connection.execute("VACUUM")
        return int(gone)


def _set_aside(file: Path) -> None:
    aside = file.with_suffix(".damaged")
    file.replace(aside)
    logger.warning("the embedding cache was damaged and is now %s; a new one is begun", aside.name)
