"""MIME messages, as mails and web archives are: headers, bytes and texts of parts, however badly they are coded."""

import binascii
import email
import email.policy
from contextlib import suppress
from email.header import decode_header, make_header
from email.message import Message

from bs4 import BeautifulSoup

from indexing.cleaning.text import clean_text
from indexing.documents import ParseFailure
from indexing.readers.encoding import decode_declared, decode_text
from indexing.readers.html import html_characters, html_text
from indexing.readers.marked_text import ShownText

_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def message_of(data: bytes) -> Message:
    """The old policy: the new one (Python 3.11) raises on headers that it cannot parse."""
    if data.startswith(_WIDE_MARKS):
        data = decode_text(data).encode()
    return email.message_from_bytes(data.removeprefix(b"\xef\xbb\xbf"), policy=email.policy.compat32)


def header(part: Message, name: str) -> str:
    """The header on one line, its encoded words decoded as far as they can be; "" where there is none."""
    raw = part.get(name)
    return "" if raw is None else _decoded(raw)


def file_name(part: Message) -> str:
    """The name under which a part would be saved, or ""."""
    with suppress(LookupError, ValueError, TypeError):
        return _decoded(part.get_filename() or "")
    return ""


def content(part: Message) -> bytes:
    """The bytes of a part that holds no parts."""
    with suppress(binascii.Error, ValueError, LookupError):
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            return payload
    return str(part.get_payload()).encode("utf-8", "surrogateescape")


def inner_mail(part: Message) -> Message | None:
    """The mail within a part of the kind message/rfc822."""
    payload = part.get_payload()
    if not isinstance(payload, list) or not payload or not isinstance(payload[0], Message):
        return None
    inner = payload[0]
    coding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if coding in ("base64", "quoted-printable") and not inner.keys():  # some programs code it, against the standard
        inner["Content-Transfer-Encoding"] = coding
        return message_of(content(inner))
    return inner


def plain_text(part: Message) -> str:
    """The characters of a part of the kind text."""
    with suppress(ParseFailure):
        return decode_declared(content(part), part.get_content_charset())
    return content(part).decode("utf-8", "replace")  # the rest of the mail is readable


def shown_html(part: Message) -> ShownText:
    """What a part of the kind text/html shows."""
    charset = part.get_content_charset()
    with suppress(ParseFailure):
        data = content(part)
        return html_text(BeautifulSoup(decode_declared(data, charset) if charset else html_characters(data), "lxml"))
    return html_text(BeautifulSoup(plain_text(part), "lxml"))


def _decoded(raw: object) -> str:
    text = str(raw)
    with suppress(LookupError, ValueError):  # an unknown charset, or bytes that are none
        text = str(make_header(decode_header(raw)))  # type: ignore[arg-type]
    if "\udc80" <= max(text, default="") <= "\udcff" or "\ufffd" in text:  # bytes as they are, without any coding
        with suppress(ParseFailure, ValueError):
            text = decode_text(str(raw).encode("utf-8", "surrogateescape"))
    return " ".join(clean_text(text).split())
