"""Files within files: attachments of a mail, members of an archive. Each is read by the reader of its own kind.

A part lies in a private folder while it is read, under its own last name. How deep parts may lie in parts, and how much
they may give together, is bounded. A part that cannot be read costs no other: it is named.
"""

import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from indexing.cleaning.text import clean_title
from indexing.documents import Heading, ParsedDocument, ParseFailure, PartPage, ReadLimits
from indexing.readers import check_first_bytes, read_document, reader_for
from storage.messages import message
from storage.records import ATTACHED, PageRecord

if TYPE_CHECKING:
    from indexing.readers.pdf.ocr import OcrPage

MOST_DEPTH = 3
"""A mail in an archive in a mail is read; what lies deeper is named."""

_PREFIX = "pagewise-part-"
_NOT_IN_NAMES = re.compile(r"[/\\\0-\x1f\x7f]")
_LONGEST_NAME_BYTES = 150
_MOST_NAMED = 20  # parts of kinds that are not read


class Gathered:
    """The pages of a file and of its parts, in order, labelled "mail.eml › report.pdf, p. 2"."""

    def __init__(self, path: Path, limits: ReadLimits) -> None:
        self._name = path.name
        self._limits = limits
        self._pages: list[PageRecord] = []
        self._headings: list[Heading] = []
        self._notes: list[str] = []
        self._part_pages: list[PartPage] = []
        self._unread: Counter[str] = Counter()
        self._characters = 0

    @property
    def is_full(self) -> bool:
        """Whether no more is taken, as the limits are reached."""
        return len(self._pages) >= self._limits.pages or self._characters >= self._limits.text_characters

    def add(self, document: ParsedDocument, part: str | None = None) -> None:
        """The pages of the file itself, or of the part with that name."""
        first = len(self._pages)
        room = self._limits.pages - first
        for page in document.pages[:room]:
            label = page.label if part is None else self._label(part, page, len(document.pages))
            self._pages.append(replace(page, number=first + page.number, label=label))
            self._characters += len(page.text)
        self._headings.extend(
            replace(heading, page=heading.page + first) for heading in document.headings if heading.page <= room
        )
        self._notes.extend(message("{name}: {note}", name=part, note=note) if part else note for note in document.notes)
        if len(document.pages) > room:
            self.leave_out(
                part or self._name, message("more than {count} pages; split the file", count=self._limits.pages)
            )

    def read(self, name: str, data: bytes) -> None:
        """Reads a part by its kind, and adds what it says."""
        shown = clean_title(name) or "part"
        if reader_for(PurePath(name)) is None:
            self.count_unread(shown)
        elif self._limits.depth >= MOST_DEPTH:
            self.leave_out_as_too_deep(shown)
        elif self.is_full:
            self.leave_out(shown, message("the files before it fill the limit; put it into the folder itself"))
        else:
            try:
                document = read_part(name, data, self._limits)
                self._part_pages.extend(_to_recognise(document, name, len(self._pages), self._limits))
                self.add(document, shown)
            except ParseFailure as failure:
                self.leave_out(shown, failure.detail)

    def leave_out(self, name: str, why: str) -> None:
        """Says of a part that it was not read."""
        self._notes.append(message("{name} was not read: {why}", name=name, why=why))

    def leave_out_as_too_deep(self, name: str) -> None:
        """Says of a part that too many files lie around it."""
        self.leave_out(name, message("it lies too deep in other files; put it into the folder itself"))

    def count_unread(self, name: str) -> None:
        """Says of a part that its kind is not read."""
        self._unread[PurePath(name).suffix.lower() or name] += 1

    def note(self, sentence: str) -> None:
        """Says something of the file."""
        self._notes.append(sentence)

    def document(self, title: str | None) -> ParsedDocument:
        """All that was added; what was left out is noted, and said with the first page. It may have no pages."""
        notes = [*self._notes, *self._kinds_not_read()]
        pages = self._pages
        if pages:
            pages = [replace(pages[0], remarks=(*pages[0].remarks, *notes)), *pages[1:]]
        return ParsedDocument(
            title, tuple(pages), tuple(self._headings), tuple(notes), part_pages=tuple(self._part_pages)
        )

    def _label(self, part: str, page: PageRecord, count: int) -> str:
        inner = page.label
        last = PurePath(part).name
        if inner and inner.startswith(f"{last}{ATTACHED}"):
            return f"{self._name}{ATTACHED}{part}{inner.removeprefix(last)}"
        if inner:
            return f"{self._name}{ATTACHED}{part}: {inner}"
        return f"{self._name}{ATTACHED}{part}" + (f", p. {page.number}" if count > 1 else "")

    def _kinds_not_read(self) -> Iterator[str]:
        if self._unread:
            named = ", ".join(sorted(self._unread)[:_MOST_NAMED])
            count = sum(self._unread.values())
            yield message("{count} files in it are of kinds that are not read: {kinds}", count=count, kinds=named)


class _Finder(Gathered):
    """Takes one part out of a file, instead of reading them all."""

    def __init__(self, path: Path, limits: ReadLimits, wanted: str) -> None:
        super().__init__(path, limits)
        self._wanted = wanted
        self.found: bytes | None = None

    def read(self, name: str, data: bytes) -> None:
        if name == self._wanted:
            self.found = data


def recognise_part(path: Path, names: Sequence[str], number: int, limits: ReadLimits) -> "OcrPage":
    """The text on page `number` of the part that these names lead to, from its picture. Raises `ParseFailure`."""
    form = reader_for(path)
    if form is None or (names and not form.parts):
        raise ParseFailure("changed", message("it changed while it was read; run make index again"))
    if not names:
        check_first_bytes(path, form)
        return form.recogniser()(path, number, limits)
    finder = _Finder(path, limits, names[0])
    form.part_gatherer()(path, finder, limits)
    if finder.found is None:
        raise ParseFailure("changed", message("it changed while it was read; run make index again"))
    with _lying_in_a_file(names[0], finder.found) as inner:
        return recognise_part(inner, names[1:], number, limits)


def _to_recognise(document: ParsedDocument, name: str, before: int, limits: ReadLimits) -> Iterator[PartPage]:
    """The pages of a part that OCR may read, by their numbers in the outer document, which has `before` pages yet."""
    form = reader_for(PurePath(name))
    within = {part.number: part for part in document.part_pages}
    for number in document.pages_without_text:
        if before + number > limits.pages:
            return
        if part := within.get(number):
            yield PartPage(before + number, (name, *part.names), part.number_there)
        elif form is not None and form.recognition:
            yield PartPage(before + number, (name,), number)


def read_part(name: str, data: bytes, limits: ReadLimits) -> ParsedDocument:
    """The document in the bytes of a part with that name. Raises `ParseFailure`."""
    with _lying_in_a_file(name, data) as path:
        return read_document(path, replace(limits, depth=limits.depth + 1))


@contextmanager
def _lying_in_a_file(name: str, data: bytes) -> Iterator[Path]:
    _sweep()
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / _safe_name(name)
        path.write_bytes(data)
        yield path


def _safe_name(name: str) -> str:
    last = PurePath(_NOT_IN_NAMES.sub("_", PurePath(name).name) or "part")
    room = _LONGEST_NAME_BYTES - len(last.suffix.encode())
    return (last.stem.encode("utf-8", "replace")[:room].decode(errors="ignore") or "part") + last.suffix


def _sweep() -> None:
    """Removes what processes left that were killed while they read a part."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and int(owner) != os.getpid() and not Path(f"/proc/{owner}").exists():
            with suppress(OSError):
                if Path("/proc").exists() and folder.stat().st_uid == os.getuid():
                    shutil.rmtree(folder)
