"""Files that a Word document takes in whole (`w:altChunk`): HTML, plain and rich text, other Word documents.

Apart from the walker because it is the one place of `word` that knows other formats and their libraries.
"""

import email
import io
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default

from bs4 import BeautifulSoup
from striprtf.striprtf import rtf_to_text

from indexing.documents import ParseFailure
from indexing.readers.containers import open_container_stream
from indexing.readers.encoding import decode_text
from indexing.readers.html import html_text
from indexing.readers.office.package import OfficePackage

_HTML = (".htm", ".html", ".xhtml", ".xht")
_WORD = (".docx", ".docm", ".dotx", ".dotm")


def inserted_text(package: OfficePackage, name: str, read_document: Callable[[OfficePackage], str]) -> str | None:
    """The text of the inserted file; None where it is missing, damaged or of an unknown kind."""
    content = package.content(name)
    suffix = f".{name.rpartition('.')[2].lower()}"
    try:
        if suffix in _WORD:
            with open_container_stream(io.BytesIO(content)) as archive:
                return read_document(OfficePackage(archive))
        return _plain(content, suffix) if content else None
    except (ParseFailure, ValueError, LookupError):
        return None


def _plain(content: bytes, suffix: str) -> str | None:
    if suffix in _HTML:
        return html_text(BeautifulSoup(decode_text(content), "lxml")).text
    if suffix in (".mht", ".mhtml"):
        return _web_archive(content)
    if suffix == ".rtf":
        return str(rtf_to_text(content.decode("latin-1"), errors="ignore"))  # type: ignore[no-untyped-call]
    return decode_text(content) if suffix in (".txt", ".text") else None


def _web_archive(content: bytes) -> str | None:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("html", "plain"))
    if body is None:
        return None
    text = body.get_content()
    return html_text(BeautifulSoup(text, "lxml")).text if body.get_content_subtype() == "html" else str(text)
