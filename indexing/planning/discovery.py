"""Which files of the documents folder are documents, and which bytes they hold. Follows nothing out of the folder.

Knows nothing of the catalogue: what is already known of a file comes as an argument, so that unchanged files need
not be read.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from indexing.readers import reader_for
from storage.folder_identity import MARKER
from storage.folder_listing import LeftOut, LeftOutReason
from storage.formats import HIDDEN_PREFIXES
from storage.ignore_files import IGNORE_FILE, IgnoreRules, is_ignored, read_rules
from storage.messages import message

_BLOCK_BYTES = 1 << 20
OUR_FILES = (MARKER, IGNORE_FILE)
"""What Pagewise itself keeps or reads in the folder: counted as no file of the person's."""


class DocumentsFolderMissing(Exception):
    """There is no folder to index, or it cannot be opened."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A document: its path relative to the folder (POSIX), and the version of it that was seen."""

    path: str
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """What an earlier run saw of a file; its hash holds as long as size and time are the same."""

    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file or folder that is in the way. `detail` is a sentence with the next step.

    `keeps_last_version`: it may well be the document of before, which just cannot be read now.
    """

    path: str
    category: str
    detail: str
    is_folder: bool = False
    keeps_last_version: bool = False


@dataclass(frozen=True, slots=True)
class Discovery:
    """What is in the folder, by path. `left_out` are the files that are no documents."""

    files: tuple[FoundFile, ...]
    problems: tuple[UnreadableFile, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


class _Unstable(Exception):
    """The file changes while it is read."""


def discover(folder: Path, known: Mapping[str, KnownVersion], *, leave_out: Path | None = None) -> Discovery:
    """All documents in the folder. Only files whose size or time differ from `known` are read.

    `leave_out` is the index's own directory. Raises `DocumentsFolderMissing`.
    """
    walk = _Walk(folder, leave_out)
    files: list[FoundFile] = []
    for path, target in walk.documents():
        try:
            files.append(_version(path, target, known.get(path)))
        except FileNotFoundError:
            continue  # gone since the folder was listed
        except _Unstable:
            detail = message("it was being written while it was read; run make index again when it is complete")
            walk.problems.append(UnreadableFile(path, "changed", detail, keeps_last_version=True))
        except OSError as error:
            walk.problems.append(_unreadable(path, error))
    return Discovery(
        tuple(sorted(files, key=lambda file: file.path)),
        tuple(sorted(walk.problems, key=lambda problem: problem.path)),
        tuple(walk.left_out),
        tuple(walk.notes),
    )


def current_version(folder: Path, path: str) -> FoundFile | None:
    """The file as it is now, its bytes hashed again; None when it is gone, unreadable or changing this moment."""
    try:
        return _version(path, folder / path, None)
    except (OSError, _Unstable):
        return None


class _Walk:
    """One pass over the folder. Real folders come before links to folders, so each is read once, under its own name."""

    def __init__(self, folder: Path, leave_out: Path | None) -> None:
        try:
            self.root = folder.resolve(strict=True)
            self.seen = {_identity(self.root.stat())}
            os.scandir(self.root).close()
        except NotADirectoryError as error:
            raise DocumentsFolderMissing(message("DOCUMENTS_DIR={folder} is not a folder", folder=folder)) from error
        except OSError as error:
            reason = (
                message("there is no such folder")
                if error.errno == errno.ENOENT
                else (error.strerror or message("it cannot be read"))
            )
            raise DocumentsFolderMissing(
                message(
                    "DOCUMENTS_DIR={folder}: {reason}; name another one, or bring it back", folder=folder, reason=reason
                )
            ) from error
        if leave_out is not None and leave_out.exists():
            self.seen.add(_identity(leave_out.stat()))
        self.problems: list[UnreadableFile] = []
        self.notes: list[str] = []
        self.left_out: list[LeftOut] = []
        self._rules: dict[PurePosixPath, tuple[IgnoreRules, ...]] = {}

    def documents(self) -> Iterator[tuple[str, Path]]:
        """(relative path, where to read it) of every regular file with a suffix that is read."""
        folders: list[tuple[PurePosixPath, Path]] = [(PurePosixPath(), self.root)]
        linked: list[tuple[PurePosixPath, Path]] = []
        while folders or linked:
            if not folders:
                relative, place = linked.pop(0)
                if not self._is_first_visit(place):
                    self.notes.append(
                        message("{path}: a link to a folder that is indexed under its own name", path=relative)
                    )
                    continue
            else:
                relative, place = folders.pop()
            for entry in self._entries(relative, place):
                name = relative / entry.name
                if entry.is_symlink():
                    target = self._target(name, Path(entry.path))
                    if target is not None and target.is_dir():
                        linked.append((name, target))
                    elif target is not None:
                        yield from self._document(name, target, target.stat())
                elif entry.is_dir(follow_symlinks=False):
                    if self._is_first_visit(Path(entry.path)):
                        folders.append((name, Path(entry.path)))
                else:
                    yield from self._document(name, Path(entry.path), entry.stat(follow_symlinks=False))

    def _entries(self, relative: PurePosixPath, place: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(place) as entries:
                named = list(entries)
                self._read_rules(relative, place)
        except FileNotFoundError:
            return []
        except OSError as error:
            self.problems.append(_unreadable(str(relative), error, is_folder=True))
            return []
        clean = sorted((e for e in named if self._has_clean_name(relative, e)), key=lambda entry: entry.name)
        return [entry for entry in clean if not self._is_left_out(relative / entry.name, entry)]

    def _read_rules(self, relative: PurePosixPath, place: Path) -> None:
        """The rules that count in this folder: its own, and those of the folders above it."""
        above = () if relative == PurePosixPath() else self._rules.get(relative.parent, ())
        own = None
        try:
            own = read_rules(relative, place)
        except (OSError, ValueError) as error:
            name = str(relative / IGNORE_FILE)
            self.notes.append(
                message("{path} cannot be read ({reason}); nothing is excluded by it", path=name, reason=str(error))
            )
        self._rules[relative] = (*above, own) if own else above

    def _is_left_out(self, name: PurePosixPath, entry: os.DirEntry[str]) -> bool:
        """Hidden, or excluded by a `.pagewiseignore`; then it is noted as such, a folder with the files in it."""
        is_folder = entry.is_dir(follow_symlinks=False)
        if entry.name.startswith(HIDDEN_PREFIXES):
            if entry.name not in OUR_FILES:
                self._leave_out(name, entry, "hidden", is_folder=is_folder)
            return True
        if is_ignored(self._rules.get(name.parent, ()), name, is_folder=is_folder):
            self._leave_out(name, entry, "ignored", is_folder=is_folder)
            return True
        return False

    def _leave_out(
        self, name: PurePosixPath, entry: os.DirEntry[str], reason: LeftOutReason, *, is_folder: bool
    ) -> None:
        if not is_folder:
            self.left_out.append(LeftOut(str(name), reason))
        elif _identity(entry.stat()) not in self.seen and (files := _files_in(entry.path)):
            self.left_out.append(LeftOut(f"{name}/", reason, files))

    def _has_clean_name(self, relative: PurePosixPath, entry: os.DirEntry[str]) -> bool:
        try:
            entry.name.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(entry.name).decode(errors="backslashreplace")
            self.problems.append(
                UnreadableFile(str(relative / shown), "name", message("its name is not UTF-8; rename it"))
            )
            return False
        return True

    def _is_first_visit(self, place: Path) -> bool:
        try:
            identity = _identity(place.stat())
        except OSError:
            return True  # listing it will say why
        if identity in self.seen:
            return False
        self.seen.add(identity)
        return True

    def _target(self, name: PurePosixPath, link: Path) -> Path | None:
        """Where a link leads, if that is inside the folder."""
        try:
            target = link.resolve(strict=True)
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop, until Python 3.12
            looping = isinstance(error, RuntimeError) or error.errno == errno.ELOOP
            reason = (
                message("a link that leads back to itself")
                if looping
                else message("a link to a file that is not there")
            )
            self._refuse(name, "link", message("{reason}; put the file itself there or remove the link", reason=reason))
            return None
        if not target.is_relative_to(self.root):
            self._refuse(
                name,
                "link",
                message("a link out of the documents folder, which is not followed; put the file itself there"),
                is_folder=target.is_dir(),
            )
            return None
        return target

    def _document(self, name: PurePosixPath, place: Path, status: os.stat_result) -> Iterator[tuple[str, Path]]:
        if reader_for(name) is None:
            self.left_out.append(LeftOut(str(name), "kind"))
        elif not stat.S_ISREG(status.st_mode):
            self._refuse(name, "not_a_file", message("a pipe, socket or device, not a file; remove it"))
        else:
            yield str(name), place

    def _refuse(self, name: PurePosixPath, category: str, detail: str, *, is_folder: bool = False) -> None:
        if is_folder or reader_for(name) is not None:
            self.problems.append(UnreadableFile(str(name), category, detail, is_folder=is_folder))


def _files_in(folder: str) -> int:
    return sum(len(files) for _, _, files in os.walk(folder))


def _version(path: str, place: Path, known: KnownVersion | None) -> FoundFile:
    """The file's version. Raises `OSError`, or `_Unstable` when it changed twice while its bytes were read."""
    status = place.stat()
    if known is not None and (known.size, known.mtime_ns) == (status.st_size, status.st_mtime_ns):
        return FoundFile(path, known.size, known.mtime_ns, known.sha256)
    for _ in range(2):
        digest, before, after = _hash(place)
        if _stamp(before) == _stamp(after):
            return FoundFile(path, after.st_size, after.st_mtime_ns, digest)
    raise _Unstable


def _hash(place: Path) -> tuple[str, os.stat_result, os.stat_result]:
    # Not blocking: should the file have become a pipe since it was listed, opening it must not wait for a writer.
    with os.fdopen(os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise OSError(errno.EINVAL, message("not a regular file"))
        digest = hashlib.sha256()
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
        return digest.hexdigest(), before, os.fstat(file.fileno())


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _unreadable(path: str, error: OSError, *, is_folder: bool = False) -> UnreadableFile:
    reason = error.strerror or str(error)
    detail = message("it cannot be opened ({reason}); check its permissions", reason=reason)
    return UnreadableFile(path, "unreadable", detail, is_folder=is_folder, keeps_last_version=True)
