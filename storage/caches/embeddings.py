"""The embedding cache: what an embedding model made of a text, kept for ever under the text's hash.

Embeddings are the expensive asset. They are committed batch by batch, so a killed job loses one batch at most, and
a generation can always be rebuilt without asking the model.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from storage.caches.sqlite_file import CacheFile, Tell, log_warning
from storage.messages import message

Matrix = NDArray[np.float32]

_KEYS_PER_QUERY = 500
_MOST_OFF_UNIT = 0.01
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
        raise ValueError(message("an embedding is zero, or holds NaN or infinity"))
    return np.asarray(matrix / norms, dtype=np.float32)


class EmbeddingCache:
    """Vectors float32, `(dimension,)`, by (model fingerprint, text key). One writer at a time."""

    def __init__(self, file: CacheFile) -> None:
        self._file = file

    @classmethod
    def open(cls, file: Path, tell: Tell = log_warning) -> Self:
        """Open the cache, or make a new one. A damaged file is set aside whenever it shows; `tell` says so."""
        return cls(CacheFile(file, _SCHEMA, tell))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get_many(self, fingerprint: str, keys: Iterable[str]) -> dict[str, Matrix]:
        """The vectors that are there; a key without one is absent, and one whose vector is damaged."""
        wanted = [bytes.fromhex(key) for key in dict.fromkeys(keys)]
        found: dict[str, Matrix] = {}
        for start in range(0, len(wanted), _KEYS_PER_QUERY):
            part = wanted[start : start + _KEYS_PER_QUERY]
            rows = self._rows(
                "SELECT key, vector FROM vectors WHERE model = (SELECT id FROM models WHERE fingerprint = ?)"
                f" AND key IN ({', '.join('?' * len(part))})",
                fingerprint,
                *part,
            )
            found.update((key.hex(), vector) for key, kept in rows if (vector := _whole(kept)) is not None)
        return found

    def missing(self, fingerprint: str, keys: Iterable[str]) -> list[str]:
        """The keys without a vector, each once, in the order given."""
        wanted = list(dict.fromkeys(keys))
        have: set[str] = set()
        for start in range(0, len(wanted), _KEYS_PER_QUERY):
            part = [bytes.fromhex(key) for key in wanted[start : start + _KEYS_PER_QUERY]]
            rows = self._rows(
                "SELECT key FROM vectors WHERE model = (SELECT id FROM models WHERE fingerprint = ?)"
                f" AND key IN ({', '.join('?' * len(part))})",
                fingerprint,
                *part,
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

        def put(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT OR IGNORE INTO models (fingerprint) VALUES (?)", (fingerprint,))
                connection.executemany(
                    "INSERT OR REPLACE INTO vectors (model, key, vector)"
                    " SELECT id, ?, ? FROM models WHERE fingerprint = ?",
                    [(*row, fingerprint) for row in rows],
                )

        self._file.run(put)

    def count(self) -> int:
        """How many vectors are kept, of all models."""
        return int(self._rows("SELECT count(*) FROM vectors")[0][0])

    def most(self) -> int:
        """No more vectors than so many are kept. Told at once; to count them reads some thousand pages of the file."""
        return int(self._rows("SELECT coalesce(max(rowid), 0) FROM vectors")[0][0])

    def keep_only(self, fingerprint: str, keys: Iterable[str]) -> int:
        """Forget every vector of another model or another text, give the space back; returns how many went."""
        wanted = [(bytes.fromhex(key),) for key in keys]
        return self._file.run(lambda connection: _keep_only(connection, fingerprint, wanted))

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._file.run(lambda connection: connection.execute(query, values).fetchall())


def _whole(kept: bytes) -> Matrix | None:
    """The vector, unless its bytes are not what they were: its length is 1 no more."""
    if not isinstance(kept, bytes) or len(kept) % 4:
        return None
    vector = np.frombuffer(kept, dtype=np.float32)
    return vector if abs(float(vector @ vector) - 1.0) < _MOST_OFF_UNIT else None


def _keep_only(connection: sqlite3.Connection, fingerprint: str, keys: Sequence[tuple[bytes]]) -> int:
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY)")
        connection.execute("DELETE FROM kept")
        connection.executemany("INSERT OR IGNORE INTO kept VALUES (?)", keys)
        gone = connection.execute(
            "DELETE FROM vectors WHERE key NOT IN (SELECT key FROM kept)"
            " OR model != coalesce((SELECT id FROM models WHERE fingerprint = ?), -1)",
            (fingerprint,),
        ).rowcount
    if gone:
        connection.execute("VACUUM")
    return int(gone)
