"""The process that reads files: one request after another over a pipe, within limits that it cannot raise.

Started by `parsing`; imports a format's libraries when the first file of that format comes. Messages are JSON, so
that a child overrun by a hostile file cannot make its parent unpickle anything.
"""

import ctypes
import json
import logging
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from indexing.cleaning.text import clean_document
from indexing.documents import Heading, ParsedDocument, ParseFailure, PartPage, ReadLimits
from indexing.readers import read_document, reader_for
from storage.messages import decoded, encoded
from storage.records import PageRecord

_PR_SET_PDEATHSIG = 1
_NO_MEMORY = "reading it needs more memory than the limit; split the file or raise the limit"


def serve(pipe: Connection, parent: int) -> None:
    """Answers requests until the other end closes or the parent process is gone."""
    _detach(parent)
    with suppress(EOFError, OSError):
        while True:
            request = json.loads(pipe.recv_bytes())
            limits = ReadLimits(**request["limits"])
            _limit_resources(limits, for_ocr=request["page"] is not None)
            pipe.send_bytes(json.dumps(_answer(request, limits)).encode())


def _detach(parent: int) -> None:
    """Nothing that a library prints may reach the terminal; Ctrl-C is the parent's business, its death is ours."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked to be told
        sys.exit()
    logging.disable(logging.CRITICAL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _limit_resources(limits: ReadLimits, *, for_ocr: bool) -> None:
    """Counts CPU time from now on; memory that the process allocates, not the libraries it maps."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    allowed = limits.ocr_wall_seconds if for_ocr else limits.cpu_seconds
    seconds = int(usage.ru_utime + usage.ru_stime + allowed) + 1
    _set_limit(resource.RLIMIT_CPU, seconds)
    memory = limits.ocr_memory_bytes if for_ocr else limits.memory_bytes
    _set_limit(resource.RLIMIT_DATA, memory)
    _set_limit(resource.RLIMIT_CORE, 0)


def _set_limit(kind: int, value: int) -> None:
    """The soft limit; the hard one stays, so that the next request may have its own."""
    _, hard = resource.getrlimit(kind)
    with suppress(ValueError, OSError):  # not every system has every limit; the parent watches too
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _answer(request: dict[str, Any], limits: ReadLimits) -> dict[str, Any]:
    path = Path(request["path"])
    try:
        if request["page"] is None:
            return {"document": document_to_json(_read_unchanged(path, limits))}
        return {"ocr": _read_page_picture(path, request["page"], request["part"], limits)}
    except ParseFailure as failure:
        return {"failure": [failure.category, failure.detail]}
    except MemoryError:
        return {"failure": ["memory", _NO_MEMORY]}
    except RecursionError:
        return {"failure": ["damaged", "it is nested too deeply to be read; save it anew with its program"]}
    except Exception as exc:  # noqa: BLE001 - the per-document guard: what no reader foresaw fails one file
        detail = f"its reader failed ({type(exc).__name__}: {exc})"[:300]
        return {"failure": ["damaged", f"{detail}; save it anew with its program, or remove it"]}


def _read_unchanged(path: Path, limits: ReadLimits) -> ParsedDocument:
    before = _version(path)
    document = clean_document(read_document(path, limits))
    if _version(path) != before:
        raise ParseFailure("changed", "it changed while it was read; run make index again")
    return document


def _version(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _read_page_picture(path: Path, page: int, part: list[str], limits: ReadLimits) -> dict[str, Any]:
    """The text on a page of the file, or of the part within it that these names lead to."""
    if part:
        from indexing.readers.parts import recognise_part

        return asdict(recognise_part(path, part, page, limits))
    form = reader_for(path)
    assert form is not None, "only files of known kinds are read"
    return asdict(form.recogniser()(path, page, limits))


def document_to_json(document: ParsedDocument) -> dict[str, Any]:
    """The document as JSON can carry it."""
    data = asdict(document)
    for page in data["pages"]:
        page["remarks"] = [encoded(remark) for remark in page["remarks"]]
    return data


def document_from_json(data: dict[str, Any]) -> ParsedDocument:
    """The inverse of `document_to_json`."""
    return ParsedDocument(
        title=data["title"],
        pages=tuple(_page_from_json(page) for page in data["pages"]),
        headings=tuple(Heading(**heading) for heading in data["headings"]),
        notes=tuple(data["notes"]),
        part_pages=tuple(
            PartPage(each["number"], tuple(each["names"]), each["number_there"]) for each in data["part_pages"]
        ),
    )


def _page_from_json(data: dict[str, Any]) -> PageRecord:
    return PageRecord(**{**data, "remarks": tuple(decoded(remark) for remark in data["remarks"])})


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
