"""The generation that answers goes to another place, or comes from one: a folder, or what fsspec reaches.

A place looks like `INDEX_DIR`: `CURRENT` and `generations/0042/…`. Who reads there sees the generation of before or the
new one, whole: every file is read back and compared with the manifest before `CURRENT` names it. Generations are never
changed, so what has arrived is not sent again, whether a run before was killed or another generation holds the same.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.failpoints import failpoint
from storage.file_hash import file_sha256
from storage.generations.drafts import sync
from storage.generations.lock import IndexLocked, index_lock
from storage.generations.manifest import FILE_NAME, Manifest, UnreadableManifest, read_manifest
from storage.generations.published import CHROMA, DamagedGeneration, NoIndex, generations_directory
from storage.generations.publishing import KEPT_GENERATIONS, point_to, prune
from storage.messages import message
from storage.private_files import private_directory, tighten, write_private

_DATABASE = f"{CHROMA}/chroma.sqlite3"
_RECORD = "SHIPPED.json"
"""The SHA-256 of what the manifest does not name, since Chroma writes into it wherever it is opened."""

_ARRIVING = ".arriving"
_BESIDE = ("listing.json", "folder.json")
_BLOCK_BYTES = 1 << 20
_TRIES = 3


class ShippingFailed(Exception):
    """What answers there is what answered before; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """What was done: files that were sent, with their size in bytes, and those that were there already.

    `is_new`: the generation was not there before.
    """

    generation: str
    is_new: bool
    sent: int
    sent_bytes: int
    there: int
    removed: tuple[str, ...]


def publish_to(index_dir: Path, place: str) -> Shipped:
    """Let the generation that answers here answer at `place` as well: a folder, or an address that fsspec knows.

    Raises `ShippingFailed`, `NoIndex`, `DamagedGeneration`, `OSError`; `IndexLocked` while others work there.
    """
    return _shipped(_Place.of_folder(index_dir), _Place.of(place))


def fetch_from(place: str, index_dir: Path) -> Shipped:
    """Let the generation that answers at `place` answer here as well. Raises what `publish_to` raises."""
    return _shipped(_Place.of(place), _Place.of_folder(index_dir))


def _shipped(source: "_Place", target: "_Place") -> Shipped:
    if source == target:
        raise ShippingFailed(message("{place} is the place of this very index", place=target))
    with _explained(source, target):
        for _ in range(_TRIES - 1):
            name = source.current()
            try:
                return _ship(source, target)
            except FileNotFoundError:
                if source.current() == name:
                    raise
                # It was removed meanwhile: another one answers now.
        return _ship(source, target)


def _ship(source: "_Place", target: "_Place") -> Shipped:
    name = source.current()
    if name is None:
        raise NoIndex(message("there is no index yet; run make index"))
    with tempfile.TemporaryDirectory(prefix="pagewise-ship-") as scratch, target.locked():
        shipment = _Shipment(source, target, name, Path(scratch))
        is_new = shipment.send()
        for beside in _BESIDE:
            shipment.send_beside(beside)
        failpoint("ship.before-pointer")
        target.point_to(name)
        return Shipped(name, is_new, shipment.sent, shipment.sent_bytes, shipment.there, tuple(target.prune()))


class _Shipment:
    """One generation on its way."""

    def __init__(self, source: "_Place", target: "_Place", name: str, scratch: Path) -> None:
        self._source, self._target, self._name, self._scratch = source, target, name, scratch
        self.sent = self.sent_bytes = self.there = 0
        self._inside = f"generations/{name}"
        self._manifest = self._read_manifest()
        self._arriving = self._inside + (_ARRIVING if target.is_folder else "")

    def send(self) -> bool:
        """Have the whole generation there, proved; False where it was there already. Raises `ShippingFailed`."""
        there = self._target.text(f"{self._inside}/{FILE_NAME}")
        if there is not None:
            if there != self._source.text(f"{self._inside}/{FILE_NAME}"):
                raise ShippingFailed(
                    message(
                        "{place} holds another generation {generation}, of another index; name a place of its own",
                        place=self._target,
                        generation=self._name,
                    )
                )
            return False
        expected = dict(self._manifest.files)
        if not self._manifest.collection:
            expected[_DATABASE] = self._hash_of_database()
            (self._scratch / _RECORD).write_text(json.dumps({_DATABASE: expected[_DATABASE]}), encoding="utf-8")
            expected[_RECORD] = file_sha256(self._scratch / _RECORD)
        manifest = self._source.fetched(f"{self._inside}/{FILE_NAME}", self._scratch / FILE_NAME)
        self._target.keep_only(self._arriving, {*expected, FILE_NAME})
        known = self._target.known_files(self._name)
        for file, digest in (*sorted(expected.items()), (FILE_NAME, file_sha256(manifest))):
            self._bring(file, digest, known.get(digest))
            failpoint("ship.file")
        self._target.finish(self._arriving, self._inside)
        return True

    def send_beside(self, name: str) -> None:
        """A small file that tells of the folder of documents; an old one stays where there is none."""
        text = self._source.text(name)
        if text is not None and _is_of_any_machine(name, text):
            self._target.write(name, text)

    def _bring(self, file: str, digest: str, same: str | None) -> None:
        """The file with this SHA-256, from where it is nearest; `same`: a file there that holds the same."""
        place = f"{self._arriving}/{file}"
        if self._target.digest(place) == digest:
            self.there += 1
            return
        if same is not None:
            self._target.copy(same, place)
            if self._target.digest(place) == digest:
                self.there += 1
                return
        made = self._scratch / file
        original = made if made.is_file() else self._source.path(f"{self._inside}/{file}")
        self._target.take(self._source, original, place)
        if self._target.digest(place) != digest:
            self._target.remove(place)
            self._refuse(file, digest)
        self.sent += 1
        self.sent_bytes += self._target.size(place)

    def _refuse(self, file: str, digest: str) -> None:
        made = self._scratch / file
        found = file_sha256(made) if made.is_file() else self._source.digest(f"{self._inside}/{file}")
        if found != digest:
            raise DamagedGeneration(
                message("generation {generation}: {file} is not as it was published", generation=self._name, file=file)
            )
        raise ShippingFailed(
            message("{file} did not arrive at {place} as it was sent; try again", file=file, place=self._target)
        )

    def _read_manifest(self) -> Manifest:
        folder = self._scratch / self._name
        folder.mkdir()
        self._source.fetched(f"{self._inside}/{FILE_NAME}", folder / FILE_NAME)
        try:
            return read_manifest(folder)
        except UnreadableManifest as error:
            raise DamagedGeneration(str(error)) from error

    def _hash_of_database(self) -> str:
        """Of a copy as SQLite gives it while others have it open; of object storage, as it was recorded there."""
        if not self._source.is_folder:
            recorded: Mapping[str, Any] = json.loads(self._source.text(f"{self._inside}/{_RECORD}") or "{}")
            return str(recorded.get(_DATABASE, ""))
        copy = self._scratch / _DATABASE
        copy.parent.mkdir(parents=True, exist_ok=True)
        original = Path(self._source.path(f"{self._inside}/{_DATABASE}")).absolute()
        original.stat()  # where it was removed meanwhile, SQLite would say something else
        with (
            closing(sqlite3.connect(f"{original.as_uri()}?mode=ro", uri=True)) as connection,
            closing(sqlite3.connect(copy)) as target,
        ):
            connection.backup(target)
        return file_sha256(copy)


@dataclass(frozen=True)
class _Place:
    """Where an index lies, as fsspec sees it; `folder` where that is a folder of this machine."""

    address: str
    files: Any
    root: str
    folder: Path | None = None

    @classmethod
    def of(cls, address: str) -> "_Place":
        """The place of this address. Raises `ShippingFailed` for one that cannot be reached from here."""
        from fsspec.core import url_to_fs

        if "://" not in address:
            return cls.of_folder(Path(address).expanduser())
        try:
            files, root = url_to_fs(address, use_listings_cache=False)
        except (ImportError, ValueError) as error:
            raise ShippingFailed(
                message("{place} cannot be reached from here: {reason}", place=address, reason=str(error))
            ) from error
        return cls(address, files, root.rstrip("/"))

    @classmethod
    def of_folder(cls, folder: Path) -> "_Place":
        """The place of this folder."""
        from fsspec.implementations.local import LocalFileSystem

        whole = folder.absolute()
        return cls(str(folder), LocalFileSystem(auto_mkdir=True), str(whole), whole)

    def __str__(self) -> str:
        return self.address

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Place) and (self.is_folder, self._real()) == (other.is_folder, other._real())

    def __hash__(self) -> int:
        return hash(self._real())

    @property
    def is_folder(self) -> bool:
        """Whether files are renamed here at once, and kept by the system's own means."""
        return self.folder is not None

    def path(self, inside: str) -> str:
        """Where it is, as fsspec writes it."""
        return f"{self.root}/{inside}"

    def current(self) -> str | None:
        """The generation that answers; None where none does."""
        return (self.text("CURRENT") or "").strip() or None

    def text(self, inside: str) -> str | None:
        """A small file; None where there is none."""
        try:
            return bytes(self.files.cat_file(self.path(inside))).decode()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, inside: str, text: str) -> None:
        """A small file, all at once."""
        if self.folder is None:
            self.files.pipe_file(self.path(inside), text.encode())
            return
        fresh = self.folder / f"{inside}.new"
        write_private(fresh, text)
        fresh.replace(self.folder / inside)

    def digest(self, inside: str) -> str | None:
        """The SHA-256 of what lies there; None where nothing does."""
        found = hashlib.sha256()
        try:
            with self.files.open(self.path(inside), "rb") as stream:
                while block := stream.read(_BLOCK_BYTES):
                    found.update(block)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found.hexdigest()

    def size(self, inside: str) -> int:
        """In bytes."""
        return int(self.files.size(self.path(inside)))

    def fetched(self, inside: str, to: Path) -> Path:
        """A copy of the file on this machine."""
        self.files.get_file(self.path(inside), str(to))
        return to

    def take(self, source: "_Place", original: str | Path, inside: str) -> None:
        """Write the file as it is at its source, or in a file of this machine."""
        self._make_room(inside)
        if source.is_folder or isinstance(original, Path):
            self.files.put_file(str(original), self.path(inside))
        else:
            source.files.get_file(original, self.path(inside))

    def copy(self, original: str, inside: str) -> None:
        """Within the place."""
        self._make_room(inside)
        self.files.cp_file(self.path(original), self.path(inside))

    def remove(self, inside: str) -> None:
        """Nothing where it is gone."""
        with suppress(FileNotFoundError):
            self.files.rm(self.path(inside), recursive=True)

    def known_files(self, but: str) -> dict[str, str]:
        """Files of whole generations by their SHA-256, without those of the generation `but`."""
        found: dict[str, str] = {}
        for name in self._generations():
            text = self.text(f"generations/{name}/{FILE_NAME}") if name != but else None
            with suppress(ValueError, AttributeError):
                files: Mapping[str, str] = json.loads(text or "{}").get("files", {})
                found |= {digest: f"generations/{name}/{file}" for file, digest in files.items()}
        return found

    def keep_only(self, arriving: str, files: set[str]) -> None:
        """Remove what killed runs have left, but those files of the generation that is sent now."""
        for name in self._entries():
            is_whole = name.isdigit() and (self.is_folder or self._is_whole(name))
            if not is_whole and f"generations/{name}" != arriving:
                self.remove(f"generations/{name}")
        with suppress(FileNotFoundError, NotADirectoryError):
            for path in self.files.find(self.path(arriving)):
                inside = path.removeprefix(self.path(arriving)).lstrip("/")
                if inside not in files:
                    self.files.rm_file(path)

    def finish(self, arriving: str, inside: str) -> None:
        """Give a generation that has arrived its name."""
        if self.folder is None:
            return
        draft = self.folder / arriving
        tighten(draft)
        for path in sorted(draft.rglob("*")):
            sync(path)
        sync(draft)
        sync(draft.rename(self.folder / inside).parent)

    def point_to(self, name: str) -> None:
        """Have this generation answer."""
        if self.folder is not None:
            point_to(self.folder, name)
        else:
            self.files.pipe_file(self.path("CURRENT"), f"{name}\n".encode())

    def prune(self) -> list[str]:
        """Remove older generations as an index does; gives their names."""
        if self.folder is not None:
            return prune(self.folder)
        doomed = [name for name in self._generations()[KEPT_GENERATIONS:] if name != self.current()]
        for name in doomed:
            self.remove(f"generations/{name}/{FILE_NAME}")  # half removed, it is none any more
            self.remove(f"generations/{name}")
        return doomed

    def locked(self) -> Any:
        """A block in which nobody else changes a folder. Raises `IndexLocked`."""
        if self.folder is None:
            return nullcontext()
        private_directory(self.folder)
        private_directory(generations_directory(self.folder))
        return index_lock(self.folder)

    def _entries(self) -> list[str]:
        try:
            found = self.files.ls(self.path("generations"), detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [str(path).rstrip("/").rpartition("/")[2] for path in found]

    def _generations(self) -> list[str]:
        """Those that are whole, the newest first."""
        names = [name for name in self._entries() if name.isdigit() and (self.is_folder or self._is_whole(name))]
        return sorted(names, key=int, reverse=True)

    def _is_whole(self, name: str) -> bool:
        """Its manifest comes last."""
        return bool(self.files.exists(self.path(f"generations/{name}/{FILE_NAME}")))

    def _make_room(self, inside: str) -> None:
        if self.folder is not None:
            (self.folder / inside).parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _real(self) -> str:
        return os.path.realpath(self.root) if self.is_folder else self.root


@contextmanager
def _explained(*places: _Place) -> Iterator[None]:
    """The libraries behind fsspec each have errors of their own."""
    try:
        yield
    except (ShippingFailed, NoIndex, DamagedGeneration, IndexLocked, OSError, sqlite3.Error):
        raise
    except Exception as error:
        if all(place.is_folder for place in places):
            raise
        named = next(place for place in places if not place.is_folder)
        raise ShippingFailed(
            message("{place} cannot be reached from here: {reason}", place=named, reason=str(error)[:300])
        ) from error


def _is_of_any_machine(name: str, text: str) -> bool:
    """A folder that is known by its place on a disk would be another one elsewhere."""
    if name != "folder.json":
        return True
    with suppress(ValueError, AttributeError):
        return bool(json.loads(text).get("marker"))
    return False
