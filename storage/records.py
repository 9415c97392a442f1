"""The plain data that storage keeps: documents, their pages, and the chunks that are searched. No behaviour."""

import hashlib
from dataclasses import dataclass
from typing import Literal

PageStatus = Literal["text", "ocr", "empty", "garbled", "failed"]
DocumentStatus = Literal["indexed", "failed", "stale"]


WITHOUT_OCR, OCR_ASKED_FOR = ".ocr-off", ".ocr-asked"
"""In the fingerprint of a document: it was read without optical character recognition (OCR); with it, because a person
wanted that for this document, whatever the setting says."""

ATTACHED = " › "
"""Between the name of a file and that of a file within it, in the labels of its pages."""


@dataclass(frozen=True, slots=True)
class PageRecord:
    """One page as the machine read it.

    `label` is what a citation names where there are no numbered pages, and what is printed on the page of a PDF.
    `remarks` say what a person should know of how it was read: what was left out, guessed or doubtful.
    """

    number: int
    text: str
    status: PageStatus = "text"
    label: str | None = None
    detail: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A character range of one page's text: `page.text[start:end]`."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    """A passage that can be retrieved and quoted.

    `context` (title and headings above) helps embedding and lexical search and is never shown.
    `weight` multiplies the retrieval score: 1.0 for ordinary text, less for bibliographies.
    """

    id: str
    document: str
    position: int
    text: str
    context: str = ""
    spans: tuple[Span, ...] = ()
    weight: float = 1.0

    @property
    def pages(self) -> tuple[int, ...]:
        """The pages the passage stands on, ascending, each once."""
        return tuple(sorted({span.page for span in self.spans}))

    @property
    def embed_text(self) -> str:
        """What the embedding model and the lexical index read."""
        return f"{self.context}\n{self.text}" if self.context else self.text


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What is known of one file.

    `status` "stale" means: the file on disk could not be read (`category`, `detail`, `failed_sha256`),
    its last good version (`sha256`) still answers. "failed" has never been read: `sha256` is empty.
    """

    path: str
    status: DocumentStatus
    format: str
    sha256: str
    size: int
    mtime_ns: int
    fingerprint: str
    title: str | None = None
    category: str | None = None
    detail: str | None = None
    pages: int = 0
    pages_without_text: tuple[int, ...] = ()
    chunks: int = 0
    indexed_at: str = ""
    failed_sha256: str = ""


@dataclass(frozen=True, slots=True)
class LexicalHit:
    """A chunk found by its words. `score` is BM25, positive, larger is better."""

    chunk_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Occurrences:
    """In how many passages, of how many documents, a word stands; `best`: the one that says most of it,
    of the first 5,000.

    `longer_words` were searched for as well: words that are composed with it. `is_more`: not all of it was looked at.
    """

    passages: int = 0
    documents: int = 0
    best: ChunkRecord | None = None
    longer_words: tuple[str, ...] = ()
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How much one generation holds. `documents` counts those that answer."""

    documents: int
    pages: int
    chunks: int


def chunk_id(document: str, position: int, embed_text: str) -> str:
    """The chunk's identity, derived from place and content: 32 hexadecimal digits, the same in every run."""
    digest = hashlib.sha256(f"{document}\0{position}\0{embed_text}".encode())
    return digest.hexdigest()[:32]
