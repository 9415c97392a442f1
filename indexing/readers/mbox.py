"""Mail boxes: one mail after another, each with what came with it."""

import re
from collections.abc import Iterator
from pathlib import Path

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.announced_parts import all_parts_read, loss_of_part
from indexing.readers.email import add_mail
from indexing.readers.mime import header, message_of
from indexing.readers.parts import Gathered
from storage.messages import message

_FROM = re.compile(rb"From \S.*\d{4}")  # of a mail; a sentence that begins so has no year, or no blank line before it
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Pages labelled "box.mbox › subject". A mail that cannot be read costs no other."""
    gathered = Gathered(path, limits)
    found = gather(path, gathered, limits)
    document = gathered.document(None)
    if not found:
        raise ParseFailure("type_mismatch", message("named .mbox, but it holds no mails; give it its proper suffix"))
    if not document.pages:
        raise ParseFailure("empty", message("its mails have no text; fill it or remove it"))
    return document


def gather(path: Path, gathered: Gathered, limits: ReadLimits) -> int:
    """Adds the mails of the box, and gives their number."""
    names: dict[str, int] = {}
    found = left = 0
    for number, data in enumerate(_mails(path), start=1):
        found += 1
        if gathered.is_full:
            left += 1
            continue
        if loss := loss_of_part(number, number):
            gathered.note(message("mail {number}: {why}", number=number, why=loss.why))
            continue
        mail = message_of(data)
        subject = header(mail, "Subject").replace("/", "-") or f"mail {number}"
        names[subject] = names.get(subject, 0) + 1
        name = subject if names[subject] == 1 else f"{subject} ({names[subject]})"
        try:
            add_mail(gathered, mail, name, limits)
        except ParseFailure as failure:
            gathered.leave_out(name, failure.detail)
    all_parts_read(found)
    if left:
        gathered.note(
            message("the last {count} mails were not read: the limit is reached; split the mail box", count=left)
        )
    return found


def _mails(path: Path) -> Iterator[bytes]:
    lines: list[bytes] = []
    in_mail, after_blank = False, True
    with path.open("rb") as file:
        for line in file:
            if after_blank and _FROM.match(line):
                if in_mail:
                    yield _unquoted(lines)
                lines, in_mail = [], True
            elif in_mail:
                lines.append(line)
            after_blank = not line.strip()
    if in_mail:
        yield _unquoted(lines)


def _unquoted(lines: list[bytes]) -> bytes:
    return _QUOTED_FROM.sub(rb"\1", b"".join(lines))
