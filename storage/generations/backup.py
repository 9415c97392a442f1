"""A backup of the index that answers, and of what the server keeps beside it, in one file; and the way back.

The file is a tar archive: the current generation as it was published, the caches and the server's state as SQLite gives
them while others write, and at its end BACKUP.json with the SHA-256 of all. A server may answer and a job may run
meanwhile. Documents and secrets are not in it.
"""

import io
import json
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from storage.child_environment import looks_secret
from storage.file_hash import file_sha256
from storage.generations.lock import index_lock
from storage.generations.manifest import Manifest, UnreadableManifest, read_manifest, write_manifest
from storage.generations.published import NoIndex, current_name, generations_directory, utc_now
from storage.generations.publishing import point_to
from storage.generations.verification import VerificationFailed, verify_in_fresh_process
from storage.messages import message
from storage.private_files import private_directory, tighten_index
from storage.version import version

CONTENTS = "BACKUP.json"
FORMAT = 1
_TRIES = 3
_DATABASES = ("embeddings.db", "ocr.db", "answers.db", "budget.db", "budget.month.db", "state.db")
_FILES = ("ROLLED_BACK", "listing.json", "language_models.json", "own_questions.jsonl", "pack.key")
_SETTING = re.compile(r"\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=")


class BackupFailed(Exception):
    """Nothing was backed up, or restored; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: the generation, when and by which version it was made, its files and their size in bytes."""

    generation: str
    made_at: str
    program: str
    documents: int
    files: int
    size: int


def back_up(index_dir: Path, target: Path, settings_file: Path | None = None) -> Backup:
    """Write the backup; `target` is there at the end, whole, or as it was. `settings_file`: its lines without secrets.

    Raises `BackupFailed`, also where the generation is not as it was published; `NoIndex`; `OSError` where there is no
    room.
    """
    for _ in range(_TRIES - 1):
        name = current_name(index_dir)
        try:
            return _back_up(index_dir, target, settings_file)
        except FileNotFoundError:
            continue
        except (BackupFailed, sqlite3.OperationalError):
            if current_name(index_dir) == name:
                raise
        # The generation was pruned meanwhile: another one answers now.
    return _back_up(index_dir, target, settings_file)


def restore(source: Path, index_dir: Path, documents_dir: Path) -> Backup:
    """Make the index of a backup anew in an empty place, prove it, and let it answer for the documents in that folder.

    Raises `BackupFailed`: there is an index already, the file is damaged, or what it holds does not prove whole;
    `IndexLocked` while a job is at work there.
    """
    _refuse_another(index_dir)
    private_directory(index_dir)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=index_dir) as scratch:
        contents = _unpacked(source, Path(scratch))
        _prove(Path(scratch), contents["generation"], documents_dir)
        with index_lock(index_dir):
            _refuse_another(index_dir)  # a job may have published one meanwhile
            _move_into(Path(scratch), index_dir)
            point_to(index_dir, contents["generation"])
    tighten_index(index_dir)
    return _described(contents, source)


def _refuse_another(index_dir: Path) -> None:
    if current_name(index_dir) is not None:
        raise BackupFailed(
            message("{folder} holds an index already; set INDEX_DIR to a new folder, or move it away", folder=index_dir)
        )


def _back_up(index_dir: Path, target: Path, settings_file: Path | None) -> Backup:
    name = current_name(index_dir)
    if name is None:
        raise NoIndex(message("there is no index yet; run make index"))
    try:
        manifest = read_manifest(generations_directory(index_dir) / name)
    except UnreadableManifest as error:
        raise BackupFailed(str(error)) from error
    if manifest.collection:
        raise BackupFailed(
            message("the vectors are on a Chroma server; back that up by its own means, and INDEX_DIR with its files")
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        with tempfile.TemporaryDirectory(prefix="backup-", dir=target.parent) as scratch:
            contents = _written(unfinished, index_dir, manifest, Path(scratch), settings_file)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return _described(contents, target)


def _written(
    unfinished: Path, index_dir: Path, manifest: Manifest, scratch: Path, settings_file: Path | None
) -> dict[str, Any]:
    """Write the archive; gives its table of contents."""
    name = manifest.generation
    hashes: dict[str, str] = {}
    with tarfile.open(unfinished, "w") as archive:
        unfinished.chmod(0o600)  # it holds the documents' text
        for inside, file in _sources(index_dir, name, scratch, settings_file):
            hashes[inside] = file_sha256(file)
            archive.add(file, inside, recursive=False)
        _compare(hashes, manifest)
        contents = {
            "format": FORMAT,
            "program": version(),
            "made_at": utc_now(),
            "generation": name,
            "documents": manifest.counts.documents,
            "documents_dir": manifest.documents_dir,
            "files": hashes,
        }
        text = json.dumps(contents, ensure_ascii=False, indent=1).encode()
        entry = tarfile.TarInfo(CONTENTS)
        entry.size, entry.mode = len(text), 0o600
        archive.addfile(entry, io.BytesIO(text))
    return contents


def _compare(hashes: Mapping[str, str], manifest: Manifest) -> None:
    """Raise `BackupFailed` unless what was read is the generation as it was published."""
    for file, expected in manifest.files.items():
        found = hashes.get(f"generations/{manifest.generation}/{file}")
        if found is None:
            raise BackupFailed(
                message("generation {generation}: {file} is missing", generation=manifest.generation, file=file)
            )
        if found != expected:
            raise BackupFailed(
                message(
                    "generation {generation}: {file} is not as it was published",
                    generation=manifest.generation,
                    file=file,
                )
            )


def _sources(index_dir: Path, name: str, scratch: Path, settings_file: Path | None) -> Iterator[tuple[str, Path]]:
    """The path in the archive, and the file whose bytes stand there."""
    generation = generations_directory(index_dir) / name
    for file in sorted(path for path in generation.rglob("*") if path.is_file()):
        inside = file.relative_to(index_dir).as_posix()
        if file.name.endswith(("-wal", "-shm", "-journal")):
            continue
        # Chroma opens its database for writing, even where it only reads.
        yield inside, _copy_of_database(file, scratch / "chroma.db") if file.name == "chroma.sqlite3" else file
    for database in _DATABASES:
        if (index_dir / database).is_file():
            yield database, _copy_of_database(index_dir / database, scratch / database)
    for plain in _FILES:
        if (index_dir / plain).is_file():
            yield plain, Path(shutil.copyfile(index_dir / plain, scratch / plain))
    if settings_file is not None and settings_file.is_file():
        kept = scratch / "settings.env"
        kept.write_text("".join(_without_secrets(settings_file)), encoding="utf-8")
        yield "settings.env", kept


def _copy_of_database(database: Path, copy: Path) -> Path:
    """What the database holds at one moment, whatever is being written."""
    copy.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    return copy


def _without_secrets(settings_file: Path) -> Iterator[str]:
    for line in settings_file.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
        name = _SETTING.match(line)
        if name is not None and not looks_secret(name[1]):
            yield line


def _unpacked(source: Path, place: Path) -> dict[str, Any]:
    """Its files below `place`, each as it was. Raises `BackupFailed`."""
    try:
        with tarfile.open(source) as archive:
            archive.extractall(place, filter="data")
        contents: dict[str, Any] = json.loads((place / CONTENTS).read_text(encoding="utf-8"))
        listed: Mapping[str, str] = contents["files"]
        generation = str(contents["generation"])
    except FileNotFoundError as error:
        raise BackupFailed(
            message("{file} is not there, or it is cut off and no whole backup", file=error.filename or source)
        ) from error
    except (tarfile.TarError, ValueError, KeyError, TypeError, EOFError) as error:
        raise BackupFailed(message("{file} is no whole backup of Pagewise", file=source)) from error
    if contents.get("format") != FORMAT:
        raise BackupFailed(message("{file} was made by a version with another format of backups", file=source))
    there = {file.relative_to(place).as_posix() for file in place.rglob("*") if file.is_file()} - {CONTENTS}
    wrong = sorted(there ^ set(listed)) or [name for name in listed if file_sha256(place / name) != listed[name]]
    if wrong or not re.fullmatch(r"\d+", generation):
        raise BackupFailed(
            message("{file} is damaged: {name} is not as it was", file=source, name=wrong[0] if wrong else CONTENTS)
        )
    (place / CONTENTS).unlink()
    return contents


def _prove(place: Path, generation: str, documents_dir: Path) -> None:
    """Let the generation answer for the documents in that folder, and prove it. Raises `BackupFailed`."""
    directory = generations_directory(place) / generation
    try:
        write_manifest(directory, replace(read_manifest(directory), documents_dir=str(documents_dir.resolve())))
        verify_in_fresh_process(place, generation)
    except UnreadableManifest as error:
        raise BackupFailed(str(error)) from error
    except VerificationFailed as error:
        raise BackupFailed(message("what the backup holds is not whole: {error}", error=str(error))) from error


def _move_into(place: Path, index_dir: Path) -> None:
    for restored in list(place.iterdir()):
        target = index_dir / restored.name
        if target.is_dir():
            shutil.rmtree(target)  # leftovers of jobs that published nothing
        restored.replace(target)


def _described(contents: Mapping[str, Any], file: Path) -> Backup:
    return Backup(
        generation=contents["generation"],
        made_at=contents["made_at"],
        program=contents["program"],
        documents=contents["documents"],
        files=len(contents["files"]),
        size=file.stat().st_size,
    )
