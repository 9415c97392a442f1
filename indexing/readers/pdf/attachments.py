"""Files within a PDF: each is read by the reader of its kind, and is a part of the document after its pages.

A portfolio is a cover page and such files. They may hold files themselves, so depth, number and size are bounded.
"""

import ctypes
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.parts import MOST_DEPTH, Gathered
from storage.messages import message

_MOST_FILES = 200
_MOST_BYTES = 100 * 1024 * 1024  # of all files in one PDF


def attached_parts(document: Any, path: Path, limits: ReadLimits) -> ParsedDocument:
    """The pages of all attached files, numbered from 1 and labelled; a note for each that was not read."""
    gathered = Gathered(path, limits)
    if limits.depth < MOST_DEPTH:
        _read_files(document, gathered)
    return gathered.document(None)


def gather(path: Path, gathered: Gathered, limits: ReadLimits) -> None:
    """Adds the files attached to the PDF. Raises `ParseFailure` "damaged"."""
    try:
        with pypdfium2.PdfDocument(path) as document:
            _read_files(document, gathered)
    except pypdfium2.PdfiumError as exc:
        raise ParseFailure("damaged", str(exc)) from exc


def _read_files(document: Any, gathered: Gathered) -> None:
    room = _MOST_BYTES
    for name, size, attachment in _files(document):
        room -= size
        if room < 0:
            gathered.leave_out(name, message("it is too large; put it into the folder itself"))
            return
        content, size_read = ctypes.create_string_buffer(max(1, size)), ctypes.c_ulong()
        if size and pdfium.FPDFAttachment_GetFile(attachment, content, size, size_read):
            gathered.read(name, content.raw[:size])


def _files(document: Any) -> Iterator[tuple[str, int, Any]]:
    """(name, size in bytes, attachment)."""
    for index in range(min(pdfium.FPDFDoc_GetAttachmentCount(document), _MOST_FILES)):
        attachment, size = pdfium.FPDFDoc_GetAttachment(document, index), ctypes.c_ulong()
        pdfium.FPDFAttachment_GetFile(attachment, None, 0, size)
        yield PurePath(_name(attachment).replace("\\", "/")).name or f"{index + 1}", size.value, attachment


def _name(attachment: Any) -> str:
    size = pdfium.FPDFAttachment_GetName(attachment, None, 0)
    buffer = ctypes.create_string_buffer(max(2, size))
    pdfium.FPDFAttachment_GetName(attachment, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer))
    return buffer.raw.decode("utf-16-le", "ignore").rstrip("\0")
