"""What a reader gives back: the document as read, or the reason why it could not be. Plain data, no behaviour.

Everything here crosses a process border, so it holds only strings, numbers and tuples.
"""

from dataclasses import dataclass
from typing import Literal

from storage.messages import message
from storage.records import PageRecord

FailureCategory = Literal[
    "empty",  # no bytes, or nothing but white space
    "damaged",
    "encrypted",
    "no_text",  # pages, but no text layer on any of them
    "type_mismatch",  # the first bytes contradict the file's name
    "encoding_unknown",
    "timeout",
    "memory",
    "output_limit",  # more text or pages than the limits allow
    "crashed",  # the reading process died
    "unreadable",  # the operating system refuses
    "changed",  # the file changed while it was read
    "unsupported",
    "bomb",  # an archive that would unpack to far too much
]


_CATEGORIES: dict[str, str] = {
    str(category): category
    for category in (
        message("empty"),
        message("damaged"),
        message("encrypted"),
        message("no_text"),
        message("type_mismatch"),
        message("encoding_unknown"),
        message("timeout"),
        message("memory"),
        message("output_limit"),
        message("crashed"),
        message("unreadable"),
        message("changed"),
        message("unsupported"),
        message("bomb"),
        message("name"),  # these are found before a file is read
        message("link"),
        message("not_a_file"),
        message("unknown"),
    )
}


def category_message(category: str | None) -> str:
    """The category as people are told it; the catalogue keeps the word."""
    return _CATEGORIES.get(category or "unknown", category or "")


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How much one file may cost. Times and memory are watched from outside by `parsing`, the rest by readers.

    Times are processor seconds of the process that reads: on a busy machine a file only takes longer. `cpu_seconds`
    is for one part (a page, a sheet, a mail; a whole file of other kinds), `file_cpu_seconds` for the file, and
    `cpu_seconds_per_part` more for each part. `stalled_seconds` are of the clock: so long nothing at all was computed.
    """

    cpu_seconds: float = 30.0
    file_cpu_seconds: float = 120.0
    cpu_seconds_per_part: float = 5.0
    stalled_seconds: float = 120.0
    lost_parts: int = 5  # after so many parts that ended their process the rest of the file is not read
    memory_bytes: int = 1024**3
    text_characters: int = 20_000_000
    pages: int = 5_000
    page_cpu_seconds: float = 8.0  # then the page goes to the second PDF library
    without_pdfium: bool = False  # it crashed on the file: the second library reads all pages
    ocr: bool = False
    ocr_cache: str | None = None  # the file of storage.caches.ocr, which the children only read
    ocr_pages: int = 500  # of one file in one run; the rest are reported as pages without text
    ocr_cpu_seconds: float = 90.0  # for one page, of all its threads; some seconds are usual
    ocr_memory_bytes: int = 2 * 1024**3
    depth: int = 0  # how deep the file lies in others: 1 for an attachment of a mail


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in the text: `page.text[offset:]` begins with it, on the page with that number. Level 1 is highest."""

    page: int
    offset: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class PartPage:
    """A page of a file that lies within others, to be recognised: `names` leads to it from the outer file."""

    number: int  # of the page in the outer document
    names: tuple[str, ...]
    number_there: int


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document as read: cleaned pages in order, numbered from 1, and the headings found in them.

    `notes` are sentences for the report about things a person should know (hidden text, pages cut off).
    `pictures` are pages with text whose pictures may say more: they are read by OCR as well.
    `part_pages` are the pages without text of files within it, which OCR may read.
    """

    title: str | None
    pages: tuple[PageRecord, ...]
    headings: tuple[Heading, ...] = ()
    notes: tuple[str, ...] = ()
    pictures: tuple[int, ...] = ()
    part_pages: tuple[PartPage, ...] = ()

    @property
    def pages_without_text(self) -> tuple[int, ...]:
        """Numbers of the pages that cannot be found by any question."""
        return tuple(page.number for page in self.pages if page.status not in ("text", "ocr"))


ENCRYPTED = message("it is encrypted; remove the password and run make index")
"""What every reader says of such a file."""


class ParseFailure(Exception):
    """A file that could not be read. `detail` is a sentence for people that names the next step."""

    def __init__(self, category: FailureCategory, detail: str) -> None:
        super().__init__(category, detail)
        self.category: FailureCategory = category
        self.detail = detail

    def __str__(self) -> str:
        return message("{category}: {detail}", category=category_message(self.category), detail=self.detail)
