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
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

from indexing.cleaning.text import clean_document
from indexing.documents import FailureCategory, Heading, ParsedDocument, ParseFailure, PartPage, ReadLimits
from indexing.readers import read_document, reader_for
from indexing.readers.announced_parts import Parts, reading_parts
from storage.messages import decoded, encoded, message
from storage.records import PageRecord

_PR_SET_PDEATHSIG = 1
_FINISHING_SECONDS = 0.05  # of processor time for each part, when all are read
_LONGEST_EXCERPT = 300
_NESTED = message("it is nested too deeply to be read; save it anew with its program")
_NO_MEMORY = message("reading it needs more memory than the limit; split the file or raise the limit")


def serve(pipe: Connection, parent: int) -> None:
    """Answers requests until the other end closes or the parent process is gone."""
    _detach(parent)
    with suppress(EOFError, OSError):
        while True:
            request = json.loads(pipe.recv_bytes())
            limits = ReadLimits(**request["limits"])
            _limit_resources(limits, for_ocr=request["page"] is not None)
            with reading_parts(_parts(request, limits, pipe)):
                answer = _answer(request, limits)
            pipe.send_bytes(json.dumps(answer).encode())


def _parts(request: dict[str, Any], limits: ReadLimits, pipe: Connection) -> Parts:
    """Before each part the parent is told, and the limit of time begins anew."""

    def announce(part: int, of: int) -> None:
        pipe.send_bytes(json.dumps({"part": part, "of": of}).encode())
        _limit_cpu_seconds(limits.cpu_seconds if part else limits.cpu_seconds + of * _FINISHING_SECONDS)

    return Parts(announce, {int(part): category for part, category in request["lost"].items()}, request["stop"])


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
    """Memory that the process allocates, not the libraries it maps; no file of what was in memory after a crash."""
    _limit_cpu_seconds(limits.ocr_cpu_seconds if for_ocr else limits.cpu_seconds)
    memory = limits.ocr_memory_bytes if for_ocr else limits.memory_bytes
    _set_limit(resource.RLIMIT_DATA, memory)
    _set_limit(resource.RLIMIT_CORE, 0)


def _limit_cpu_seconds(seconds: float) -> None:
    """So much processor time from now on."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _set_limit(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime + seconds) + 1)


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
        return _failure(failure.category, failure.detail)
    except MemoryError:
        return _failure("memory", _NO_MEMORY)
    except RecursionError:
        return _failure("damaged", _NESTED)
    except Exception as exc:  # noqa: BLE001 - the per-document guard: what no reader foresaw fails one file
        return _failure("damaged", _unforeseen(exc))


def _unforeseen(exc: Exception) -> str:
    return message(
        "its reader failed ({error}); save it anew with its program, or remove it",
        error=f"{type(exc).__name__}: {exc}"[:_LONGEST_EXCERPT],
    )


def _failure(category: str, detail: str) -> dict[str, Any]:
    return {"failure": [category, encoded(detail)]}


def _read_unchanged(path: Path, limits: ReadLimits) -> ParsedDocument:
    before = _version(path)
    document = clean_document(read_document(path, limits))
    if _version(path) != before:
        raise ParseFailure("changed", message("it changed while it was read; run make index again"))
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


def failure_from_json(data: Sequence[str]) -> ParseFailure:
    """What was sent as the category and the detail of a failure."""
    category, detail = data
    return ParseFailure(cast(FailureCategory, category), decoded(detail))


def document_to_json(document: ParsedDocument) -> dict[str, Any]:
    """The document as JSON can carry it."""
    data = asdict(document)
    for page in data["pages"]:
        page["detail"] = page["detail"] and encoded(page["detail"])
        page["remarks"] = [encoded(remark) for remark in page["remarks"]]
    return data | {"notes": [encoded(note) for note in document.notes]}


def document_from_json(data: dict[str, Any]) -> ParsedDocument:
    """The inverse of `document_to_json`."""
    return ParsedDocument(
        title=data["title"],
        pages=tuple(map(_page_from_json, data["pages"])),
        headings=tuple(Heading(**heading) for heading in data["headings"]),
        notes=tuple(decoded(note) for note in data["notes"]),
        pictures=tuple(data["pictures"]),
        part_pages=tuple(
            PartPage(each["number"], tuple(each["names"]), each["number_there"]) for each in data["part_pages"]
        ),
    )


def _page_from_json(data: dict[str, Any]) -> PageRecord:
    detail, remarks = data["detail"] and decoded(data["detail"]), tuple(map(decoded, data["remarks"]))
    return PageRecord(**data | {"detail": detail, "remarks": remarks})


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
