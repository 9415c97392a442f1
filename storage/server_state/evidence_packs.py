"""Evidence packs: an answer with all it rests on in one signed file, and the check whether such a file is whole.

A pack is a ZIP archive that can be written in one way only: its files in the order of their names, not compressed, all
with the same date. So any byte that was changed shows, whether in a file or between them. Knows nothing of answers.
"""

import base64
import binascii
import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from storage.messages import message
from storage.private_files import private_directory, write_private
from storage.server_state.shared.database import StateUnavailable
from storage.server_state.shared.entries import SharedEntries

KEY_FILE = "pack.key"
CONTENTS, SIGNATURE = "pack.json", "pack.signature"
FORMAT = 1
_WHEN = (2000, 1, 1, 0, 0, 0)
_LARGEST_BYTES = 256 * 1024 * 1024
_making = threading.Lock()  # of the key: two that are made at once would not both be kept


@dataclass(frozen=True, slots=True)
class CheckedPack:
    """What was found of a pack: `problems`, a sentence each, none where it is whole; `files` that can be trusted.

    `signer` is the short form of the key that signed it, "" where that cannot be told.
    """

    problems: tuple[str, ...]
    files: Mapping[str, bytes]
    signer: str = ""


def signing_key(index_dir: Path) -> Ed25519PrivateKey:
    """The server's key, made at its first use and kept beside the index for its own account alone. Raises `OSError`."""
    with _making:
        if (known := _known_key(index_dir)) is not None:
            return known
        private_directory(index_dir)
        made = Ed25519PrivateKey.generate()
        write_private(index_dir / KEY_FILE, _text_of(made))
        return made


def shared_signing_key(entries: SharedEntries, index_dir: Path) -> Ed25519PrivateKey:
    """The key of all servers that share these entries: that of this index, or a new one, whoever comes first.

    Raises `StateUnavailable`.
    """
    found = entries.get(KEY_FILE)
    if found is None:
        try:
            known = _known_key(index_dir)
        except (OSError, ValueError):
            known = None
        found = entries.first(KEY_FILE, _text_of(known or Ed25519PrivateKey.generate()))
    return _key_of(found)


def own_fingerprint(index_dir: Path, shared: SharedEntries | None = None) -> str:
    """The short form of the key of the server with this index; "" where it has none, or none that can be read."""
    try:
        written = shared.get(KEY_FILE) if shared is not None else None
        known = _key_of(written) if written is not None else _known_key(index_dir)
    except (OSError, ValueError, StateUnavailable):
        return ""
    return fingerprint(known.public_key()) if known is not None else ""


def _known_key(index_dir: Path) -> Ed25519PrivateKey | None:
    try:
        text = (index_dir / KEY_FILE).read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    return _key_of(text)


def _text_of(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())).decode("ascii")


def _key_of(text: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))


def fingerprint(key: Ed25519PublicKey) -> str:
    """A key's short form for people: sixteen digits of its SHA-256."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def written_pack(files: Mapping[str, bytes], about: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """The archive of these files, with `about` and their SHA-256 in a signed table of contents."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    contents = {
        "format": FORMAT,
        **about,
        "public_key": base64.b64encode(public).decode("ascii"),
        "files": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)},
    }
    table = json.dumps(contents, ensure_ascii=False, indent=1).encode()
    return _archive({**files, CONTENTS: table, SIGNATURE: base64.b64encode(key.sign(table))})


def checked_pack(pack: bytes) -> CheckedPack:
    """Whether the pack is as it was written. Needs no key of ours: the pack names the one that signed it."""
    try:
        with zipfile.ZipFile(io.BytesIO(pack)) as archive:
            read, broken = _read(archive)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return CheckedPack((message("This is no evidence pack, or its end is missing."),), {})
    problems: list[str] = [message("{name} was changed.", name=name) for name in broken]
    table = _table(read.get(CONTENTS, b""))
    if table is None:
        return CheckedPack((*problems, message("{name} is missing or was changed.", name=CONTENTS)), {})
    problems += _wrong_files(read, broken, table["files"])
    signer, is_signed = _signer(read, table)
    if not is_signed:
        problems.append(message("The signature does not fit {name}: one of them was changed.", name=CONTENTS))
    if not problems and _archive(read) != pack:
        problems.append(message("The files are whole, but the archive around them was changed."))
    return CheckedPack(tuple(problems), read, signer)


def _archive(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return target.getvalue()


def _read(archive: zipfile.ZipFile) -> tuple[dict[str, bytes], list[str]]:
    """The files by name, and those that cannot be read any more."""
    read: dict[str, bytes] = {}
    broken: list[str] = []
    if sum(entry.file_size for entry in archive.infolist()) > _LARGEST_BYTES:
        raise ValueError("too large to be a pack")
    for entry in archive.infolist():
        try:
            read[entry.filename] = archive.read(entry)
        except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, OSError, ValueError):
            broken.append(entry.filename)
    return read, broken


def _table(text: bytes) -> dict[str, Any] | None:
    try:
        table = json.loads(text)
    except ValueError:
        return None
    is_table = isinstance(table, dict) and isinstance(table.get("files"), dict)
    return table if is_table else None


def _wrong_files(read: Mapping[str, bytes], broken: list[str], listed: Mapping[str, str]) -> list[str]:
    wrong: list[str] = [
        message("{name} was changed.", name=name)
        for name, digest in listed.items()
        if name in read and hashlib.sha256(read[name]).hexdigest() != digest
    ]
    wrong += [message("{name} is missing.", name=name) for name in listed if name not in read and name not in broken]
    known = {*listed, *broken, CONTENTS, SIGNATURE}
    return wrong + [message("{name} was added.", name=name) for name in read if name not in known]


def _signer(read: Mapping[str, bytes], table: Mapping[str, Any]) -> tuple[str, bool]:
    """Whose key it names, and whether that key has signed the table of contents."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(table.get("public_key", ""), validate=True))
    except (ValueError, TypeError, binascii.Error):
        return "", False
    try:
        key.verify(base64.b64decode(read.get(SIGNATURE, b""), validate=True), read[CONTENTS])
    except (InvalidSignature, ValueError, binascii.Error):
        return fingerprint(key), False
    return fingerprint(key), True
