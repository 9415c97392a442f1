"""Files within a PDF: each is read by the reader of its kind, and is a part of the document after its pages.

A portfolio is a cover page and such files. They may hold files themselves, so depth, number and size are bounded.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import pypdfium2.raw as pdfium

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers import reader_for
from indexing.readers.parts import MOST_DEPTH, read_part
from storage.messages import message
from storage.records import ATTACHED, PageRecord

_MOST_FILES = 200
_MOST_BYTES = 100 * 1024 * 1024  # of all files in one PDF


def attached_parts(document: Any, path: Path, limits: ReadLimits, pages: int) -> ParsedDocument:
    """The pages of all attached files, numbered from `pages` + 1 and labelled; a note for each that was not read."""
    found: list[PageRecord] = []
    notes: list[str] = []
    if limits.depth >= MOST_DEPTH:
        return ParsedDocument(None, ())
    for name, content in _files(document, notes):
        try:
            part = _read(name, content, limits)
        except ParseFailure as failure:
            notes.append(message("Attachment {name}: {reason}.", name=name, reason=failure.detail))
            continue
        first = pages + len(found) + 1
        found.extend(_labelled(part, f"{path.name}{ATTACHED}{name}", first))
        notes.extend(message("Attachment {name}: {reason}", name=name, reason=note) for note in part.notes)
    return ParsedDocument(None, tuple(found), (), tuple(notes))


def _labelled(part: ParsedDocument, name: str, first: int) -> Iterator[PageRecord]:
    for number, page in enumerate(part.pages):
        own = page.label or (f"p. {page.number}" if len(part.pages) > 1 else "")
        if ATTACHED in own:  # its own name is the end of `name` already
            label = f"{name}{ATTACHED}{own.partition(ATTACHED)[2]}"
        else:
            label = f"{name}, {own}" if own else name
        yield replace(page, number=first + number, label=label)


def _files(document: Any, notes: list[str]) -> Iterator[tuple[str, bytes]]:
    room = _MOST_BYTES
    for index in range(min(pdfium.FPDFDoc_GetAttachmentCount(document), _MOST_FILES)):
        attachment = pdfium.FPDFDoc_GetAttachment(document, index)
        name = PurePath(_name(attachment).replace("\\", "/")).name or f"{index + 1}"
        size = ctypes.c_ulong()
        pdfium.FPDFAttachment_GetFile(attachment, None, 0, size)
        room -= size.value
        if room < 0:
            notes.append(message("Attachment {name}: it is too large.", name=name))
            return
        content = ctypes.create_string_buffer(max(1, size.value))
        if size.value and pdfium.FPDFAttachment_GetFile(attachment, content, size.value, size):
            yield name, content.raw[: size.value]


def _name(attachment: Any) -> str:
    size = pdfium.FPDFAttachment_GetName(attachment, None, 0)
    buffer = ctypes.create_string_buffer(max(2, size))
    pdfium.FPDFAttachment_GetName(attachment, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer))
    return buffer.raw.decode("utf-16-le", "ignore").rstrip("\0")


def _read(name: str, content: bytes, limits: ReadLimits) -> ParsedDocument:
    if reader_for(PurePath(name)) is None:
        raise ParseFailure("unsupported", message("files of its kind are not read"))
    return read_part(name, content, replace(limits, ocr=False))
