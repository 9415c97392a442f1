"""Guards against files made to harm whoever opens them: ZIP archives and XML, judged before they are unpacked.

Nothing is ever extracted to a folder. An archive inside an office file is never opened; one inside an archive that is
read as a folder is judged anew by its own reader. Sizes can be believed, as
`zipfile` stops at the size that the directory declares.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse, parse

from indexing.documents import ENCRYPTED, ParseFailure
from indexing.readers.encoding import decode_declared
from storage.messages import message

MOST_BYTES = 200_000_000
MOST_MEMBERS = 1_000
MOST_RATIO = 100
_SMALL_BYTES = 1_000_000  # what is no larger cannot harm, however well it is packed
_MOST_DIRECTORY_BYTES = 2_000_000
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LONGEST_COMMENT = 65_535
_PICTURES = (".bmp", ".emf", ".wmf", ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".gif", ".dib")  # a blank one packs well
_ARCHIVES = (
    ".zip", ".jar", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".tar", ".epub",
    ".docx", ".docm", ".pptx", ".pptm", ".xlsx", ".xlsm", ".xlsb", ".odt", ".ods", ".odp",
)  # fmt: skip
_EMBEDDINGS = ("word/embeddings/", "ppt/embeddings/", "xl/embeddings/")
_INSERTED = (".docx", ".docm")  # below "word/": documents that a Word document takes in, opened with the same guards
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_FLAG = 0x1
_XML_HEAD_BYTES = 400
_XML_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]{1,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DISTRUST = message("open it only if you trust its sender, save it anew with its program, or remove it")


@contextmanager
def open_container(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, when its directory and the heads of its members are harmless.

    Raises `ParseFailure` "bomb", "encrypted" or "damaged", the last also for damage found while the block runs.
    """
    with path.open("rb") as file, open_container_stream(file) as archive:
        yield archive


@contextmanager
def open_container_stream(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The same for bytes at hand."""
    _check_head(file)
    with _whole_archive(file) as archive:
        check_members(archive.infolist())
        _check_xml_heads(archive)
        yield archive


@contextmanager
def open_folder(path: Path) -> Iterator[zipfile.ZipFile]:
    """An archive whose members are files of any kind, when its directory is harmless. Raises as `open_container`."""
    with path.open("rb") as file, _whole_archive(file) as archive:
        check_members(archive.infolist(), as_folder=True)
        yield archive


@contextmanager
def _whole_archive(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The archive before its members are looked at; damage found at any time is a `ParseFailure`."""
    try:
        _check_end(file)
        with zipfile.ZipFile(file) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError) as exc:
        raise ParseFailure(
            "damaged", message("it is not a whole archive ({error}); get a fresh copy", error=str(exc))
        ) from exc


def check_members(members: list[zipfile.ZipInfo], *, as_folder: bool = False) -> None:
    """Judges an archive by its directory alone. Raises `ParseFailure` "bomb" or "encrypted".

    `as_folder`: archives and encrypted files may lie in it.
    """
    if len(members) > MOST_MEMBERS:
        raise _bomb(
            message("it holds {files:,} files; at most {most:,} are opened", files=len(members), most=MOST_MEMBERS)
        )
    for member in members:
        _check_name(member.filename, may_be_archive=as_folder)
        if member.flag_bits & _ENCRYPTED_FLAG and not as_folder:
            raise ParseFailure("encrypted", ENCRYPTED)
    declared = sum(member.file_size for member in members)
    if declared > MOST_BYTES:
        raise _bomb(
            message(
                "it would unpack to {size:,} MB; at most {most} are unpacked",
                size=declared // 1000000,
                most=MOST_BYTES // 1000000,
            )
        )
    _check_ratio(declared, sum(member.compress_size for member in members))
    for member in members:
        if not member.filename.lower().endswith(_PICTURES):
            _check_ratio(member.file_size, member.compress_size)


def parse_xml(stream: IO[bytes]) -> Element:
    """The root of an XML document in any encoding.

    Raises `ParseFailure` "bomb" for entities of its own, "damaged" for bad XML.
    """
    try:
        root = parse(
            io.BytesIO(_in_utf8(stream.read())), forbid_dtd=False, forbid_entities=True, forbid_external=True
        ).getroot()
    except DefusedXmlException as exc:
        raise _bomb(message("its XML declares entities, as files do that are made to harm")) from exc
    except (ParseError, LookupError, ValueError) as exc:
        raise ParseFailure(
            "damaged", message("its XML is broken ({error}); save it anew with its program", error=str(exc))
        ) from exc
    if root is None:
        raise ParseFailure("damaged", message("its XML is empty; save it anew with its program"))
    return root


def stream_elements(stream: IO[bytes], names: Set[str]) -> Iterator[Element]:
    """The elements of these local names without the whole tree in memory: each is gone when the next is asked for."""
    open_elements: list[Element] = []
    inside = 0  # elements of these names that are open
    try:
        for event, element in iterparse(
            stream, events=("start", "end"), forbid_dtd=False, forbid_entities=True, forbid_external=True
        ):
            is_wanted = element.tag.rpartition("}")[2] in names
            if event == "start":
                open_elements.append(element)
                inside += is_wanted
                continue
            open_elements.pop()
            inside -= is_wanted
            if is_wanted and not inside:
                yield element
            if not inside and open_elements:
                open_elements[-1].remove(element)
    except DefusedXmlException as exc:
        raise _bomb(message("its XML declares entities, as files do that are made to harm")) from exc
    except (ParseError, LookupError, ValueError) as exc:
        raise ParseFailure(
            "damaged", message("its XML is broken ({error}); save it anew with its program", error=str(exc))
        ) from exc


def _in_utf8(data: bytes) -> bytes:
    """The document as the XML parser takes it: expat knows four encodings, and no broken bytes."""
    head = data[:_XML_HEAD_BYTES]
    declared = _XML_ENCODING.match(head)
    if head.startswith(_WIDE_MARKS) or b"\0" in head[:4]:
        return data
    text = decode_declared(data, declared.group(1).decode("ascii") if declared else "utf-8")
    return _XML_DECLARATION.sub("", text, count=1).encode("utf-8", "replace")


def _check_head(file: IO[bytes]) -> None:
    """An office document with a password is no ZIP archive but an old kind of container."""
    head = file.read(8)
    if head != _OLE:
        return
    file.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in file.read(MOST_BYTES):
        raise ParseFailure("encrypted", ENCRYPTED)
    raise ParseFailure("type_mismatch", message("it is an old office document; save it in the format its name says"))


def _check_end(file: IO[bytes]) -> None:
    """Looks at the numbers at the end of the file, as reading a directory of 100,000 members takes its time."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size - _LONGEST_COMMENT))
    tail = file.read()
    start = tail.rfind(_END_MARK)
    if start < 0 or len(tail) - start < _END.size:
        raise ParseFailure("damaged", message("its end is missing; get a fresh copy"))
    _, _, _, _, members, directory_bytes, _, _ = _END.unpack_from(tail, start)
    if members > MOST_MEMBERS or directory_bytes > _MOST_DIRECTORY_BYTES:
        raise _bomb(message("it holds more than {most:,} files", most=MOST_MEMBERS))
    file.seek(0)


def _check_name(name: str, *, may_be_archive: bool) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or name[1:2] == ":" or "\0" in name:
        raise _bomb(message("it holds a file that would be written outside its folder ({file})", file=repr(name[:80])))
    is_inserted = name.startswith("word/") and name.lower().endswith(_INSERTED)
    is_expected = may_be_archive or is_inserted or name.startswith(_EMBEDDINGS)
    if name.lower().endswith(_ARCHIVES) and not is_expected:
        raise _bomb(message("it holds another archive ({file})", file=repr(name[:80])))


def _check_ratio(unpacked: int, packed: int) -> None:
    if unpacked > _SMALL_BYTES and unpacked > MOST_RATIO * packed:
        raise _bomb(
            message(
                "it would unpack to {times:,} times its size; at most {most} is usual",
                times=unpacked // max(packed, 1),
                most=MOST_RATIO,
            )
        )


def _check_xml_heads(archive: zipfile.ZipFile) -> None:
    """Entities can only be declared before the first element, so the head of each member is enough."""
    for member in archive.infolist():
        if member.file_size and not member.filename.lower().endswith(_PICTURES):
            with archive.open(member) as stream:
                _check_xml_head(stream)


def _check_xml_head(stream: IO[bytes]) -> None:
    try:
        for _ in iterparse(stream, events=("start",), forbid_dtd=False, forbid_entities=True, forbid_external=True):
            return
    except DefusedXmlException as exc:
        raise _bomb(message("its XML declares entities, as files do that are made to harm")) from exc
    except (ParseError, LookupError, ValueError):
        return  # no XML, or broken; whoever reads this member will say so


def _bomb(reason: str) -> ParseFailure:
    return ParseFailure("bomb", message("{reason}; {mend}", reason=reason, mend=_DISTRUST))


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def local_attribute(element: Element, name: str) -> str:
    """An attribute by its name without namespace, or ""."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
