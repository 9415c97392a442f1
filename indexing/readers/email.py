"""Mails: who wrote to whom and when, what they wrote, and the names of what was attached."""

import email
import email.policy
from collections.abc import Iterator
from contextlib import suppress
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

from bs4 import BeautifulSoup

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.encoding import decode_text
from indexing.readers.html import html_text
from indexing.readers.sections import sectioned_document

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BYTES_A_CHARACTER = 8  # attachments are skipped, but they are in the file


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """One page, or pages of lines for a long mail. The title is the subject. Attachments are named, not read."""
    if path.stat().st_size > limits.text_characters * _BYTES_A_CHARACTER:
        raise ParseFailure("output_limit", "the mail is too large; save its attachments beside it")
    message = _message(path.read_bytes())
    headers = [f"{name}: {value}" for name in _HEADERS if (value := _header(message, name))]
    body = "\n\n".join(filter(None, _bodies(message)))
    attached = [f"Attachment: {name}" for name in _attachments(message)]
    text = clean_text("\n\n".join(filter(None, ["\n".join(headers), body, "\n".join(attached)])))
    if not text:
        raise ParseFailure("empty", "the mail has no text; fill it or remove it")
    if len(text) > limits.text_characters:
        raise ParseFailure("output_limit", f"more than {limits.text_characters:,} characters; split the mail")
    return sectioned_document(_header(message, "Subject") or None, text, ())


def _message(data: bytes) -> Message:
    """The old policy: the new one (Python 3.11) raises on headers that it cannot parse."""
    policy = email.policy.compat32
    if data.startswith(_WIDE_MARKS):
        data = decode_text(data).encode()
    return email.message_from_bytes(data.removeprefix(b"\xef\xbb\xbf"), policy=policy)


def _header(message: Message, name: str) -> str:
    """The header on one line, its encoded words decoded as far as they can be."""
    raw = message.get(name)
    if raw is None:
        return ""
    text = str(raw)
    with suppress(LookupError, ValueError):  # an unknown charset, or bytes that are none
        text = str(make_header(decode_header(raw)))
    return " ".join(clean_text(text).split())


def _bodies(message: Message) -> Iterator[str]:
    """The texts of the mail; of alternatives that say the same, one."""
    if message.get_content_type() == "multipart/alternative" and message.is_multipart():
        yield from _best_alternative([part for part in message.get_payload() if isinstance(part, Message)])
    elif message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message) and _is_shown(part):
                yield from _bodies(part)
    elif message.get_content_maintype() == "text" and _is_shown(message):
        yield _part_text(message)


def _best_alternative(parts: list[Message]) -> Iterator[str]:
    """Plain text where there is any, else the richest form that has text."""
    for part in sorted(parts, key=lambda part: part.get_content_type() != "text/plain"):
        texts = [text for text in _bodies(part) if text.strip()]
        if texts:
            yield from texts
            return


def _part_text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    text = _characters(payload, part.get_content_charset())
    if part.get_content_subtype() == "html":
        return html_text(BeautifulSoup(text, "lxml")).text
    return text


def _characters(payload: bytes, charset: str | None) -> str:
    with suppress(LookupError, UnicodeDecodeError):  # a wrong declaration: look at the bytes
        return payload.decode(charset or "utf-8")
    try:
        return decode_text(payload)
    except ParseFailure:
        return payload.decode("utf-8", "replace")  # the rest of the mail is readable


def _is_shown(part: Message) -> bool:
    return part.get_content_disposition() != "attachment" and part.get_content_type() != "message/rfc822"


def _attachments(message: Message) -> Iterator[str]:
    for part in message.walk():
        name = part.get_filename()
        if name and (part.get_content_maintype() != "text" or not _is_shown(part)):
            with suppress(LookupError, ValueError):
                yield " ".join(str(make_header(decode_header(name))).split())
        elif part.get_content_type() == "message/rfc822" and part.is_multipart():
            inner = next((one for one in part.get_payload() if isinstance(one, Message)), None)
            yield f"mail {_header(inner, 'Subject')}" if inner is not None else "mail"
