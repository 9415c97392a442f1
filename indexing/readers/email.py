"""Mails: who wrote to whom and when, what they wrote, and what came with it, each part by the reader of its kind."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import Message
from pathlib import Path, PurePath

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers import reader_for
from indexing.readers.mime import content, file_name, header, inner_mail, message_of, plain_text, shown_html
from indexing.readers.office.pictures import may_hold_text
from indexing.readers.parts import MOST_DEPTH, Gathered
from indexing.readers.sections import sectioned_document
from storage.messages import message
from storage.records import ATTACHED

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_BYTES_A_CHARACTER = 8  # attachments are in the file, in four thirds of their size
_STUB = 300  # characters; a shorter plain text beside a much longer page only says that there is a page
_STUB_SHARE = 0.3
_SUFFIXES = {"text/calendar": ".ics", "text/plain": ".txt", "text/html": ".html", "text/vcard": ".vcf"}
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_ALTERNATIVES = ("text/plain", "text/html", "multipart/related", "multipart/mixed")


@dataclass(frozen=True, slots=True)
class _Part:
    """What came with a mail: bytes, or a mail."""

    name: str
    data: bytes = b""
    mail: Message | None = None
    is_shown: bool = False  # a picture within the text


@dataclass(slots=True)
class _Mail:
    """What a mail consists of."""

    texts: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    parts: list[_Part] = field(default_factory=list)


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """The mail as one page, or pages of lines for a long one, then its parts. The title is the subject."""
    if path.stat().st_size > limits.text_characters * _BYTES_A_CHARACTER:
        raise ParseFailure("output_limit", message("the mail is too large; save its attachments beside it"))
    gathered = Gathered(path, limits)
    document = gathered.document(gather(path, gathered, limits))
    if not document.pages:
        raise ParseFailure("empty", message("the mail has no text; fill it or remove it"))
    return document


def gather(path: Path, gathered: Gathered, limits: ReadLimits) -> str | None:
    """Adds the mail in the file with its parts, and gives its subject."""
    mail = message_of(path.read_bytes())
    add_mail(gathered, mail, None, limits)
    return header(mail, "Subject") or None


def add_mail(gathered: Gathered, mail: Message, name: str | None, limits: ReadLimits, depth: int = 0) -> None:
    """Adds a mail and its parts; `name` is that of a mail within the file, None for the file itself."""
    collected = _Mail()
    _collect(mail, collected)
    headers = "\n".join(f"{each}: {value}" for each in _HEADERS if (value := header(mail, each)))
    attached = "\n".join(f"Attachment: {part.name}" for part in collected.parts)
    text = clean_text("\n\n".join(filter(None, (headers, *map(clean_text, collected.texts), attached))))
    if len(text) > limits.text_characters:
        count = f"{limits.text_characters:,}"
        raise ParseFailure("output_limit", message("more than {count} characters; split the mail", count=count))
    unread = [part.name for part in collected.parts if part.is_shown and not _is_read(part, limits)]
    collected.remarks += [message("a picture within the text was not read: {name}", name=name) for name in unread]
    if text:
        document = sectioned_document(None, text, ())
        said = replace(document.pages[0], remarks=tuple(dict.fromkeys(collected.remarks)))
        gathered.add(replace(document, pages=(said, *document.pages[1:])), name)
    for part in collected.parts:
        shown = part.name if name is None else f"{name}{ATTACHED}{part.name}"
        if part.mail is not None and limits.depth + depth >= MOST_DEPTH:
            gathered.leave_out_as_too_deep(shown)
        elif part.mail is not None:
            add_mail(gathered, part.mail, shown, limits, depth + 1)
        elif part.name not in unread:
            gathered.read(shown, part.data)


def _is_read(picture: _Part, limits: ReadLimits) -> bool:
    """Whether OCR reads a picture within the text, as a part of its own."""
    form = reader_for(PurePath(picture.name))
    return limits.ocr and form is not None and form.kind == "picture" and may_hold_text(picture.data)


def _collect(part: Message, mail: _Mail) -> None:
    """Sorts the parts into what is shown and what came with it."""
    kind = part.get_content_type()
    if kind in _ENCRYPTED and part.get_param("smime-type") != "signed-data":
        mail.remarks.append(message("its text is encrypted and was not read"))
    elif kind == "message/rfc822":
        _collect_mail(part, mail)
    elif kind == "multipart/alternative" and part.is_multipart():
        _collect_alternatives(_children(part), mail)
    elif part.is_multipart():
        for child in _children(part):
            if kind == "message/delivery-status":
                mail.texts.append("\n".join(f"{key}: {value}" for key, value in child.items()))
            else:
                _collect(child, mail)
    elif part.get_content_maintype() == "text" and _is_body(part):
        _collect_text(part, mail)
    else:
        _collect_file(part, mail)


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _collect_mail(part: Message, mail: _Mail) -> None:
    inner = inner_mail(part)
    if inner is not None:
        name = header(inner, "Subject") or file_name(part) or "mail"
        mail.parts.append(_Part(_distinct(name.replace("/", "-"), mail), mail=inner))


def _collect_alternatives(parts: list[Message], mail: _Mail) -> None:
    """Of texts that say the same, the plain one, unless it only says that there is a page. Invitations are parts."""
    choices: list[_Mail] = []
    for part in sorted(parts, key=lambda part: _rank(part.get_content_type())):
        if part.get_content_type() == "text/calendar":
            _collect_file(part, mail)
            continue
        choice = _Mail()
        _collect(part, choice)
        choices.append(choice)
        mail.parts.extend(choice.parts)
    shown = [choice for choice in choices if _length(choice)]
    if shown:
        longest = max(shown, key=_length)
        first = shown[0]
        is_stub = _length(first) < _STUB and _length(first) < _length(longest) * _STUB_SHARE
        best = longest if is_stub else first
        mail.texts.extend(best.texts)
        mail.remarks.extend(best.remarks)


def _rank(kind: str) -> int:
    return _ALTERNATIVES.index(kind) if kind in _ALTERNATIVES else len(_ALTERNATIVES)


def _length(mail: _Mail) -> int:
    return sum(len(text.strip()) for text in mail.texts)


def _is_body(part: Message) -> bool:
    return (
        part.get_content_disposition() != "attachment"
        and part.get_content_subtype() not in ("calendar", "vcard", "x-vcard", "csv")
        and not (file_name(part) and part.get_content_disposition() != "inline")
    )


def _collect_text(part: Message, mail: _Mail) -> None:
    if part.get_content_subtype() == "html":
        shown = shown_html(part)
        mail.texts.append(shown.text)
        mail.remarks.extend(remark.text for remark in shown.remarks)
    else:
        mail.texts.append(plain_text(part))


def _collect_file(part: Message, mail: _Mail) -> None:
    kind = part.get_content_type()
    is_shown = part.get_content_maintype() == "image" and part.get_content_disposition() != "attachment"
    name, data = file_name(part), content(part)
    if not name and is_shown and not may_hold_text(data):
        return  # a line, or a counter's dot
    if reader_for(PurePath(name)) is None and not PurePath(name).suffix:
        stem = name or ("picture" if is_shown else "attachment")
        name = stem + (_SUFFIXES.get(kind) or mimetypes.guess_extension(kind) or "")
    if data.strip():
        mail.parts.append(_Part(_distinct(name, mail), data, is_shown=is_shown))


def _distinct(name: str, mail: _Mail) -> str:
    """The name, with a number where an earlier part has the same."""
    taken = {part.name for part in mail.parts}
    return next(each for each in _numbered(name) if each not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    place = PurePath(name)
    stem, suffix = (place.stem, place.suffix) if reader_for(place) else (name, "")
    number = 2
    while True:
        yield f"{stem} ({number}){suffix}"
        number += 1
