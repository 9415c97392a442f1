"""Whether an index that was restored from a backup is the one that was backed up."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from storage.file_hash import file_sha256
from storage.generations.manifest import FILE_NAME, read_manifest
from storage.generations.published import current_name, generations_directory, open_catalogue
from storage.server_state.answers import AnswerStore

_CHROMA = "chroma.sqlite3"  # Chroma opens it for writing, so its bytes may differ where its rows do not
_CACHED = "SELECT model, key, vector FROM vectors"


def differences(before: Path, after: Path, answers: Iterable[str] = ()) -> Iterator[str]:
    """What of the restored index `after` is not as in `before`, which still keeps that generation.

    `answers`: those that were kept before the backup began. The caches may only have grown since the backup.
    """
    name = current_name(after)
    if name is None:
        yield "nothing answers"
        return
    yield from _of_generations(generations_directory(before) / name, generations_directory(after) / name)
    with open_catalogue(before, name) as one, open_catalogue(after, name) as other:
        if one.documents() != other.documents() or list(one.iter_chunks()) != list(other.iter_chunks()):
            yield "the catalogue holds something else"
    kept = AnswerStore(after / "answers.db")
    yield from (f"answer {answer} is lost" for answer in answers if kept.get(answer) is None)
    if not _cached(after) <= _cached(before):
        yield "embeddings are cached that nobody computed"


def _of_generations(before: Path, after: Path) -> Iterator[str]:
    there, here = (
        {file.relative_to(place).as_posix() for file in place.rglob("*") if file.is_file()} for place in (before, after)
    )
    yield from (
        f"{file} is missing or new" for file in sorted(there ^ here) if not file.startswith(f"chroma/{_CHROMA}-")
    )
    for file in sorted(there & here - {FILE_NAME, f"chroma/{_CHROMA}"}):
        if file_sha256(before / file) != file_sha256(after / file):
            yield f"{file} has other bytes"
    one, other = read_manifest(before), read_manifest(after)
    if replace(one, documents_dir="") != replace(other, documents_dir=""):
        yield "the manifest says something else"


def _cached(index_dir: Path) -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(index_dir / "embeddings.db")) as connection:
        return set(connection.execute(_CACHED))
