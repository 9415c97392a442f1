"""Web pages saved whole (.mhtml): the page, and pages that it shows within."""

from email.message import Message
from pathlib import Path

from bs4 import BeautifulSoup

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.encoding import decode_declared, too_long
from indexing.readers.html import html_characters, page_document
from indexing.readers.mime import content, header, message_of
from indexing.readers.parts import Gathered
from storage.messages import message

_HTML = ("text/html", "application/xhtml+xml")
_BYTES_A_CHARACTER = 8  # its pictures are in the file


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """As an HTML page is read; frames are pages of their own, labelled with their titles."""
    if path.stat().st_size > limits.text_characters * _BYTES_A_CHARACTER:
        raise too_long(limits)
    saved = message_of(path.read_bytes())
    parts = [part for part in saved.walk() if part.get_content_type() in _HTML]
    start = saved.get_param("start")
    parts.sort(key=lambda part: start is None or header(part, "Content-ID") != str(start))
    gathered = Gathered(path, limits)
    title: str | None = None
    for number, part in enumerate(parts):
        try:
            document = page_document(_tree(part), limits)
        except ParseFailure as failure:
            if failure.category != "empty":
                raise
            continue
        title = title or document.title or header(saved, "Subject") or None
        gathered.add(document, (document.title or header(part, "Content-Location")) if number else None)
    document = gathered.document(title)
    if not document.pages:
        raise ParseFailure("empty", message("the page shows no text; fill it or remove it"))
    return document


def _tree(part: Message) -> BeautifulSoup:
    data, charset = content(part), part.get_content_charset()
    return BeautifulSoup(decode_declared(data, charset) if charset else html_characters(data), "lxml")
