"""ZIP archives, opened as folders are: each member by the reader of its kind, under its path in the archive.

Nothing is unpacked into the documents folder. Sizes, counts, paths and depth are judged from the archive's directory
before anything is read.
"""

import zipfile
from pathlib import Path, PurePosixPath

from indexing.documents import ENCRYPTED, ParsedDocument, ParseFailure, ReadLimits
from indexing.readers import reader_for
from indexing.readers.announced_parts import all_parts_read, loss_of_part
from indexing.readers.cjk_encoding import cjk_encoding
from indexing.readers.containers import open_folder
from indexing.readers.parts import Gathered
from storage.formats import HIDDEN_PREFIXES
from storage.messages import message

_OF_MACOS = "__MACOSX"
_ENCRYPTED_FLAG = 0x1
_UTF8_FLAG = 0x800


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Pages labelled "file.zip › folder/member, p. 2", in the order of the members' paths."""
    gathered = Gathered(path, limits)
    encrypted = gather(path, gathered, limits)
    document = gathered.document(None)
    if document.pages:
        return document
    if encrypted:
        raise ParseFailure("encrypted", ENCRYPTED)
    if document.notes:
        raise ParseFailure("no_text", document.notes[0])
    raise ParseFailure("empty", message("the archive is empty; fill it or remove it"))


def gather(path: Path, gathered: Gathered, limits: ReadLimits) -> int:
    """Adds what is read of the archive, and gives the number of encrypted members."""
    encrypted = 0
    with open_folder(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        names = _names(members)
        shown = sorted((names[number], member) for number, member in enumerate(members) if _is_shown(names[number]))
        for number, (name, member) in enumerate(shown, start=1):
            if loss := loss_of_part(number, len(shown)):
                gathered.leave_out(name, loss.why)
            elif member.flag_bits & _ENCRYPTED_FLAG:
                encrypted += 1
                gathered.leave_out(name, ENCRYPTED)
            elif reader_for(PurePosixPath(name)) is None:
                gathered.count_unread(name)
            else:
                gathered.read(name, archive.read(member))
        all_parts_read(len(shown))
    return encrypted


def _names(members: list[zipfile.ZipInfo]) -> list[str]:
    """The members' paths. Old programs wrote them in the encoding of their machine, without saying so."""
    raw = [b"" if member.flag_bits & _UTF8_FLAG else member.filename.encode("cp437", "replace") for member in members]
    encoding = _encoding(b"\n".join(raw))
    return [
        member.filename if not data or data.isascii() else data.decode(encoding, "replace").replace("\\", "/")
        for member, data in zip(members, raw, strict=True)
    ]


def _encoding(names: bytes) -> str:
    try:
        names.decode("utf-8")
    except UnicodeDecodeError:
        return cjk_encoding(names) or "cp437"
    return "utf-8"


def _is_shown(name: str) -> bool:
    """Hidden files are passed over, as in the documents folder."""
    parts = PurePosixPath(name).parts
    return bool(parts) and parts[0] != _OF_MACOS and not any(part.startswith(HIDDEN_PREFIXES) for part in parts)
