"""What Chroma's SQLite file says without Chroma: the ids that are stored, and its log.

The log is what Chroma has written since it last wrote the files of its graph.
Whatever opens the collection adds it to the graph in memory again: 500 vectors take 1 s among 40,000 (Chroma 1.5.9,
1,024 dimensions), in the job, in its proof and in the server.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

_LEAST = 1_000
_SHARE = 100  # of what the collection holds


def logged_ids(chroma_directory: Path) -> set[str]:
    """The ids of all that Chroma has written since it last wrote the files of its graph."""
    return _column(chroma_directory, "SELECT id FROM embeddings_queue")


def stored_ids(chroma_directory: Path) -> set[str]:
    """The ids that Chroma answers with, once it has been asked for their number: then its log is in the table as well.

    Chroma 1.5.9 takes 1.2 s to tell 200,000 of them, and reads this very table.
    """
    return _column(chroma_directory, "SELECT embedding_id FROM embeddings")


def _column(chroma_directory: Path, query: str) -> set[str]:
    uri = f"{(chroma_directory / 'chroma.sqlite3').absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        return {row[0] for row in connection.execute(query)}


def longest_log(vectors: int) -> int:
    """How many writes a collection of so many vectors may keep in its log.

    Once they are in the files of the graph, these are other files, and every vector is proven anew: 40 s for 200,000.
    """
    return max(_LEAST, vectors // _SHARE)
