"""Text with marks for headings and remarks, so that their places are known when the text is clean. Pure.

The marks are private characters; what a file brings of them is cleared first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument
from indexing.readers.sections import TextHeading, TextRemark, sectioned_document
from storage.messages import message

_HEADING, _REMARK, _END = "\ue002\ue003\ue004"
_ALL = re.compile("[\ue000-\ue005]")
_MARKED = re.compile(f"{_HEADING}([1-9])(.*)|{_REMARK}(\\d+){_END}")
REMARKS = re.compile(f"{_REMARK}\\d+{_END}")
_REMARK_AND_SPACE = re.compile(f"(?<= )({_REMARK}\\d+{_END}) +")
_LONGEST_SAID = 80


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text as a person sees it, and what is said of it, by place."""

    text: str
    headings: tuple[TextHeading, ...] = ()
    remarks: tuple[TextRemark, ...] = ()

    def document(self, title: str | None = None) -> ParsedDocument:
        """Its sections as pages. Without a title, the first heading is it."""
        first = next((heading.text for heading in self.headings), None)
        return sectioned_document(title or first, self.text, self.headings, self.remarks)


class Remarks:
    """What is to be said of a text, with the marks that stand for it there."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def mark(self, remark: str) -> str:
        """The mark to be put where the remark belongs."""
        self.all.append(remark)
        return f"{_REMARK}{len(self.all) - 1}{_END}"

    def struck(self, text: str) -> str:
        """The mark for struck text, which is left out."""
        said = shortened(clear_marks(text))
        return self.mark(message("struck out and left out: “{text}”", text=said)) if said else ""


def clear_marks(text: str) -> str:
    """The text without characters that are marks here."""
    return _ALL.sub("", text)


def heading_mark(level: int, text: str) -> str:
    """A heading, to stand on a line of its own; remarks in it stand before it."""
    plain = " ".join(REMARKS.sub("", text).split())
    return "".join(REMARKS.findall(text)) + (f"{_HEADING}{max(1, min(level, 9))}{plain}" if plain else "")


def shortened(text: str) -> str:
    """The text on one line, short enough for a remark."""
    return shorten(text, _LONGEST_SAID, placeholder=" …")


def shown_text(marked: str, remarks: Sequence[str] = ()) -> ShownText:
    """The clean text without marks, its headings and its remarks."""
    text = clean_text(_REMARK_AND_SPACE.sub(r"\1", marked))
    headings: list[TextHeading] = []
    said: list[TextRemark] = []
    plain: list[str] = []
    offset = end = 0
    for mark in _MARKED.finditer(text):
        plain.append(text[end : mark.start()])
        offset += mark.start() - end
        end = mark.end() if mark.group(3) else mark.start(2)
        if mark.group(3):
            said.append(TextRemark(offset, remarks[int(mark.group(3))]))
        else:
            headings.append(TextHeading(offset, int(mark.group(1)), " ".join(mark.group(2).split())))
    plain.append(text[end:])
    return ShownText("".join(plain), tuple(headings), tuple(said))
