"""The text of pages made fit for reading, embedding and quoting. Pure functions over plain strings.

Knows nothing of files or formats. Characters are the business of `characters`, running heads of `furniture`.
"""

import itertools
import re
from dataclasses import replace

from indexing.cleaning.characters import clean_characters
from indexing.documents import Heading, ParsedDocument
from storage.messages import Message
from storage.records import PageRecord

_DOT_LEADER = re.compile(r"(?: ?[.·•‧⋅…‥．]){5,} ?|(?:…|\.\.\.){2,} ?")
_TRAILING_SPACE = re.compile(r"[ \t]+$", re.MULTILINE)
_WIDE_GAP = re.compile(r"(?<=\S)[ \t]{3,}")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean_text(text: str) -> str:
    """Text of any format: clean characters, no trailing spaces, at most one blank line, short dot leaders."""
    text = _DOT_LEADER.sub(" … ", clean_characters(text))
    text = _TRAILING_SPACE.sub("", text)
    return _BLANK_LINES.sub("\n\n", text).strip("\n")


def clean_title(text: str | None) -> str | None:
    """A title, heading or label on one line, or None where nothing can be seen."""
    return " ".join(clean_characters(text).split()) or None if text else None


def close_gaps(text: str) -> str:
    """Runs of three and more spaces inside a line, as between table columns, become two."""
    return _WIDE_GAP.sub("  ", text)


def clean_document(document: ParsedDocument) -> ParsedDocument:
    """The same document with clean characters throughout; headings keep their places. Cleaning twice is once."""
    pages: list[PageRecord] = []
    headings: list[Heading] = []
    for page in document.pages:
        own = [heading for heading in document.headings if heading.page == page.number]
        text, moved = _clean_page(page.text, own)
        pages.append(replace(page, text=text, label=clean_title(page.label), detail=_clean_detail(page.detail)))
        headings.extend(moved)
    return replace(document, title=clean_title(document.title), pages=tuple(pages), headings=tuple(headings))


def _clean_detail(detail: str | None) -> str | None:
    """A message stays one, so that it can be told in another language."""
    return detail if isinstance(detail, Message) else clean_title(detail)


def _clean_page(text: str, headings: list[Heading]) -> tuple[str, list[Heading]]:
    """Cleans the stretches between headings one by one, so that every heading's new place is known."""
    cuts = [0, *(heading.offset for heading in headings), len(text)]
    pieces = [clean_characters(text[start:end]) for start, end in itertools.pairwise(cuts)]
    moved, offset = [], len(pieces[0])
    for heading, piece in zip(headings, pieces[1:], strict=True):
        moved.append(replace(heading, offset=offset, text=clean_title(heading.text) or ""))
        offset += len(piece)
    return "".join(pieces), [heading for heading in moved if heading.text]
