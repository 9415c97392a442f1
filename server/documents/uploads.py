"""Adding documents to the folder, taking them out, having them ignored there. Knows files: no request, no index.

A file is written under a hidden name that the indexing job passes over, and gets its own name when it is complete:
whatever breaks off, there is no half document. Nothing is written or removed outside the folder, and the name under
which a file is kept is readable, and harmless on every system.
"""

import errno
import hashlib
import logging
import os
import re
import secrets
import stat
import threading
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from dataclasses import replace as changed
from io import BytesIO
from pathlib import Path, PurePath
from typing import IO, Literal

from server.documents.held_uploads import Draft, Held, HeldFiles, HeldInMemory
from storage.file_hash import file_sha256
from storage.file_locks import alone_in
from storage.formats import ALL_SUFFIXES, HIDDEN_PREFIXES
from storage.ignore_files import IGNORE_FILE, line_for
from storage.messages import message

logger = logging.getLogger(__name__)

LONGEST_NAME_BYTES = 150
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # control characters, overrides of direction, halves, unassigned
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')  # forbidden on Windows, where the folder may be copied to
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
_HIDING = " .~$-"  # what begins the name of a hidden file, of an office program's lock file, of an option
_BLOCK_BYTES = 1 << 20
_DRAFT_PREFIX = ".upload-"
_DRAFT_SECONDS = 3600  # older ones were left by a server that was killed
_MOST_NUMBERED = 1000
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def stored_name(given: str) -> str | None:
    """The last part of the name as it may be kept; None: files of that kind are not read."""
    last = re.split(r"[/\\]", given)[-1]
    seen = "".join(
        character for character in unicodedata.normalize("NFC", last) if unicodedata.category(character) not in _UNSEEN
    )
    name = PurePath(" ".join(_NOT_IN_NAMES.sub("_", seen).split()).strip(_HIDING))
    if name.suffix.lower() not in ALL_SUFFIXES:
        return None
    stem = name.stem.rstrip(" .") or "document"
    if _DEVICES.match(stem):
        stem = f"_{stem}"
    room = LONGEST_NAME_BYTES - len(name.suffix.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + name.suffix


class NotRead(Exception):
    """Files of this kind are not read, so they are not taken; the message is the name that was given."""


class NameTaken(Exception):
    """Other files have these names already; the message lists them."""


class NotHeld(Exception):
    """Files that waited for a choice are not held any more."""


class NoSuchFile(Exception):
    """There is no such document in the folder."""


class FolderFull(Exception):
    """There is no room for the files; nothing was stored."""


class FolderNotWritable(Exception):
    """The folder cannot be changed; the message is the system's reason."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent: the name it was given there, and its bytes."""

    name: str
    stream: IO[bytes]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What became of a file. `path` is relative to the folder; `unchanged`: the same bytes were there already."""

    path: str
    outcome: Literal["added", "replaced", "unchanged"]
    size: int
    sha256: str


Stored = list[StoredFile]

Choice = Literal["replace", "both", "skip"]
"""What becomes of files whose names are taken: in the place of the others, beside them under another name, or not."""


class Uploads:
    """Changes folders of documents, one change at a time. May be used by several threads."""

    def __init__(self, held: Held | None = None) -> None:
        """`held`: where files wait for a choice; in memory, unless it is said otherwise."""
        self._lock = threading.Lock()
        self._held = held or HeldInMemory()

    def receive(self, folder: Path, files: Sequence[SentFile], *, may_create: bool = True) -> Stored | HeldFiles:
        """Store all files; where names are taken none, and hold all of them until `settle` is told what to do.

        Raises `NotRead`, `FolderFull`, `FolderNotWritable`.
        """
        with self._lock, self._drafts(folder, files, may_create=may_create) as drafts:
            if taken := _taken_names(folder, drafts, replace=False):
                held = HeldFiles(secrets.token_urlsafe(12), folder, tuple(drafts), taken)
                for old in self._held.put(held):
                    _remove(old.drafts)
                drafts.clear()
                return held
            return _published(folder, [_publish(folder, draft) for draft in drafts])

    def settle(self, key: str, choices: Mapping[str, Choice]) -> Stored:
        """Store what was held; where names are taken as `choices` says by name, else beside the other files.

        Raises `NotHeld`, `FolderFull`, `FolderNotWritable`.
        """
        with self._lock, disk_failures():
            held = self._held.take(key)
            if held is None or not all(draft.file.is_file() for draft in held.drafts):
                raise NotHeld
            stored = []
            with alone_in(held.folder):
                for draft in held.drafts:
                    choice = choices.get(draft.name, "both")
                    is_taken = bool(_taken_names(held.folder, [draft], replace=choice == "replace"))
                    if not (is_taken and choice == "skip"):
                        named = changed(draft, name=_free_name(held.folder, draft.name)) if is_taken else draft
                        stored.append(_publish(held.folder, named))
                    draft.file.unlink(missing_ok=True)
            return _published(held.folder, stored)

    def held(self, key: str) -> HeldFiles:
        """What waits for a choice under this key. Raises `NotHeld`."""
        with self._lock:
            held = self._held.get(key)
        if held is None:
            raise NotHeld
        return held

    def forget(self, key: str) -> None:
        """Store none of what was held."""
        with self._lock:
            held = self._held.take(key)
            _remove(held.drafts if held else ())

    def add(
        self, folder: Path, files: Sequence[SentFile], *, replace: bool = False, may_create: bool = True
    ) -> list[StoredFile]:
        """Store all files, or none; in a folder that is missing only where it `may_create` it.

        Raises `NotRead`, `NameTaken` (never with `replace`, but for two files of one name that were sent together),
        `FolderFull`, `FolderNotWritable`.
        """
        with self._lock, self._drafts(folder, files, may_create=may_create) as drafts:
            _refuse_taken(folder, drafts, replace=replace)
            return _published(folder, [_publish(folder, draft) for draft in drafts])

    @contextmanager
    def _drafts(self, folder: Path, files: Sequence[SentFile], *, may_create: bool) -> Iterator[list[Draft]]:
        """The files under hidden names; those that are still in the list at the end are removed. The lock is held."""
        names = [_name_of(file) for file in files]
        drafts: list[Draft] = []
        with disk_failures():
            try:
                if may_create:
                    folder.mkdir(parents=True, exist_ok=True)
                with alone_in(folder):
                    _remove_leftovers(folder)
                    for name, file in zip(names, files, strict=True):
                        drafts.append(_write_draft(folder, name, file.stream))
                    yield drafts
            finally:
                _remove(drafts)

    def remove(self, folder: Path, path: str, known: Iterable[str] = ()) -> None:
        """Take a document out of the folder; of a link only the link. Raises `NoSuchFile`, `FolderNotWritable`."""
        with self._lock, disk_failures():
            file = document_file(folder, path, known)
            file.unlink()
            _sync(file.parent)
        logger.info("removed %s", path)


def document_file(folder: Path, path: str, known: Iterable[str] = ()) -> Path:
    """Where the document of this relative path lies: a name that the indexing job would read, or a `known` one.

    Its folder is the real one, whatever links lead there. Raises `NoSuchFile`.
    """
    parts = path.split("/")
    if "\0" in path or any(not part or part.startswith(HIDDEN_PREFIXES) for part in parts):
        raise NoSuchFile
    try:
        root = folder.resolve(strict=True)
        parent = root.joinpath(*parts[:-1]).resolve(strict=True)
        status = (parent / parts[-1]).lstat()
    except (OSError, RuntimeError, ValueError):  # RuntimeError: links in a circle, until Python 3.12
        raise NoSuchFile from None
    is_file = stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)
    is_document = Path(parts[-1]).suffix.lower() in ALL_SUFFIXES or path in set(known)
    if not (is_file and is_document and parent.is_relative_to(root)):
        raise NoSuchFile
    return parent / parts[-1]


def ignore_documents(folder: Path, paths: Iterable[str]) -> int:
    """Add a line for each path that has none yet; returns how many. Raises `FolderFull`, `FolderNotWritable`."""
    file = folder / IGNORE_FILE
    with disk_failures():
        before = file.read_text(encoding="utf-8-sig", errors="replace") if file.is_file() else ""
        known = set(before.splitlines())
        lines = [line for path in dict.fromkeys(paths) if (line := line_for(path)) not in known and "\n" not in path]
        if not lines:
            return 0
        start = before if not before or before.endswith("\n") else f"{before}\n"
        draft = _write_draft(folder, IGNORE_FILE, BytesIO((start + "".join(f"{line}\n" for line in lines)).encode()))
        try:
            draft.file.replace(file)
        finally:
            draft.file.unlink(missing_ok=True)
    return len(lines)


@contextmanager
def disk_failures() -> Iterator[None]:
    """Within the block, say what a person can act on where the system fails: `FolderFull`, `FolderNotWritable`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise FolderFull from error
        raise FolderNotWritable(error.strerror or message("it failed")) from error


def _name_of(file: SentFile) -> str:
    name = stored_name(file.name)
    if name is None:
        raise NotRead("".join(character for character in file.name if character.isprintable())[-80:] or "?")
    return name


def _write_draft(folder: Path, name: str, stream: IO[bytes]) -> Draft:
    """The whole content under a hidden name that the indexing job passes over. Raises `OSError`."""
    file = folder / f"{_DRAFT_PREFIX}{secrets.token_hex(8)}"
    digest, size = hashlib.sha256(), 0
    try:
        # As any new file: the job may run under another account of this machine.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666), "wb") as draft:
            while block := stream.read(_BLOCK_BYTES):
                draft.write(block)
                digest.update(block)
                size += len(block)
            draft.flush()
            os.fsync(draft.fileno())
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return Draft(name, file, size, digest.hexdigest())


def _refuse_taken(folder: Path, drafts: Sequence[Draft], *, replace: bool) -> None:
    if taken := _taken_names(folder, drafts, replace=replace):
        raise NameTaken(", ".join(taken))


def _taken_names(folder: Path, drafts: Sequence[Draft], *, replace: bool) -> tuple[str, ...]:
    versions: dict[str, set[str]] = {}
    for draft in drafts:
        versions.setdefault(draft.name, set()).add(draft.sha256)
    taken = [name for name, sent in versions.items() if len(sent) > 1]
    for draft in drafts:
        place = folder / draft.name
        if place.is_dir() or (not replace and os.path.lexists(place) and not _is_same(place, draft)):
            taken.append(draft.name)
    return tuple(dict.fromkeys(taken))


def _free_name(folder: Path, name: str) -> str:
    """The name with the first number that makes it one that no file has. Raises `FolderNotWritable`."""
    path = PurePath(name)
    for number in range(2, _MOST_NUMBERED):
        suffix = f" ({number}){path.suffix}"
        room = LONGEST_NAME_BYTES - len(suffix.encode())
        free = path.stem.encode()[:room].decode(errors="ignore") + suffix
        if not os.path.lexists(folder / free):
            return free
    raise FolderNotWritable(message("there are too many files of that name"))


def _published(folder: Path, stored: Stored) -> Stored:
    """The same, made to last."""
    _sync(folder)
    logger.info("%s", ", ".join(f"{file.outcome} {file.path} ({file.size} bytes)" for file in stored))
    return stored


def _publish(folder: Path, draft: Draft) -> StoredFile:
    place = folder / draft.name
    outcome: Literal["added", "replaced", "unchanged"] = "added"
    if os.path.lexists(place):
        outcome = "unchanged" if _is_same(place, draft) else "replaced"
    if outcome != "unchanged":
        draft.file.replace(place)
    return StoredFile(draft.name, outcome, draft.size, draft.sha256)


def _is_same(place: Path, draft: Draft) -> bool:
    status = place.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_size == draft.size and file_sha256(place) == draft.sha256


def _remove(drafts: Iterable[Draft]) -> None:
    for draft in drafts:
        draft.file.unlink(missing_ok=True)


def _remove_leftovers(folder: Path) -> None:
    for file in folder.glob(f"{_DRAFT_PREFIX}*"):
        if file.is_file() and time.time() - file.stat().st_mtime > _DRAFT_SECONDS:
            file.unlink()


def _sync(folder: Path) -> None:
    """Make the names last; some file systems cannot, and do so by themselves."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
