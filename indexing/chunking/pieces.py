"""The smallest pieces of a page that a chunk is made of, and how good a place before each is to begin one. Pure.

A PDF's text has no paragraphs, only lines: blank lines, line lengths, bullets, captions and rows of numbers tell.
Sentences, rows and captions are those of `storage.words`, as answers quote them; the pieces joined are the text.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from storage.words.lines import BULLET, VALUE, ends_a_sentence, is_row
from storage.words.sentences import sentence_spans


class Break(IntEnum):
    """What stands before a piece; the higher, the better to begin a chunk there."""

    INSIDE = 0  # in the middle of a sentence
    ROW = 1  # between rows of a table, or between a table and its caption
    SENTENCE = 2
    PARAGRAPH = 3
    HEADING = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, a row, a heading: `page.text[start:end]`, without white space around it."""

    page: int
    start: int
    end: int
    break_before: Break
    is_heading: bool = False
    is_row: bool = False
    is_caption: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    after_blank: bool
    is_heading: bool
    is_row: bool
    is_caption: bool


_HEAD_FIGURE = re.compile(r"[-–—(+]?\s?[$€£¥]?\s?\(?\d[\d.,:/ -]*[%)]*")
_YEAR = re.compile(r"(?:\d{1,2},\s)?(?:19|20)\d\d|\d{1,2}([/.-])\d{1,2}\1(?:19|20)?\d\d")  # a day, too, names a column
_ENTRY_MARK = re.compile(r"\[[\w+.:-]{1,12}\]|\(?\d{1,3}[.)]|[•●▪◦‣∙·*–-]")  # of a list's entry, which heads nothing
_SECTION = re.compile(r"\| (?=[^|]*[^\W\d_]{3})(?:[^|\d]{3,120}|[^|]{3,120}[:：]) \|")
_SUM = re.compile(r"\|  \||\| (?:(?:sub)?total|summe|gesamt|somme|suma|合[计計]|小[计計]|总[计計]|總計)", re.IGNORECASE)
_LONGEST_HEAD = 1_200  # characters: a longer first row is no header
_SHORT_LINE = 0.8  # of the page's usual line: it ends a paragraph if it ends a sentence
_LABEL_LINE = 0.5  # shorter than that and without punctuation: a label, as in tables and figures
_NUMBERED_CAPTION = re.compile(
    r"(?:Table|Figure|Fig\.|Algorithm|Listing|Tabelle|Abbildung|Tableau|Tabla|表|图|圖)\s*[A-Z]?\.?\d+", re.IGNORECASE
)


def page_pieces(page: int, text: str, heading_offsets: Sequence[int]) -> list[Piece]:
    """The pieces of one page in order; they cover every character that is no white space, and do not overlap."""
    lines = list(_lines(text, frozenset(heading_offsets)))
    usual = sorted(len(line.text) for line in lines)[len(lines) * 3 // 4] if lines else 0
    pieces: list[Piece] = []
    block: list[_Line] = []
    kind = Break.PARAGRAPH
    for line in lines:
        before = _break_between(block[-1], line, usual) if block else Break.PARAGRAPH
        if block and before is not Break.INSIDE:
            pieces.extend(_block_pieces(page, text, block, kind))
            block = []
        kind = before if not block else kind
        block.append(line)
    if block:
        pieces.extend(_block_pieces(page, text, block, kind))
    return pieces


def _lines(text: str, headings: frozenset[int]) -> Iterator[_Line]:
    offset, after_blank = 0, False
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            start = offset + len(line) - len(line.lstrip())
            yield _Line(
                start=start,
                end=start + len(stripped),
                text=stripped,
                after_blank=after_blank,
                is_heading=start in headings or offset in headings,
                is_row=is_row(stripped) or _is_value(stripped),
                is_caption=_NUMBERED_CAPTION.match(stripped) is not None,
            )
        after_blank = not stripped
        offset += len(line) + 1


def _is_value(line: str) -> bool:
    """Whether a line holds one cell of a table, or two, and nothing but numbers."""
    return all(map(VALUE.fullmatch, line.split()))


def _break_between(last: _Line, line: _Line, usual: int) -> Break:
    if line.is_heading:
        return Break.HEADING
    if last.is_heading:
        return Break.PARAGRAPH
    if line.is_caption:
        return Break.ROW if last.is_row else Break.PARAGRAPH
    if line.after_blank and line.text.startswith("|") and last.text.startswith("|"):
        return Break.PARAGRAPH  # another table
    if line.is_row and (last.is_row or _is_label(last, usual) or last.is_caption):
        return Break.ROW
    if last.is_row and _is_label(line, usual):
        return Break.ROW
    if line.after_blank or line.is_row or last.is_row or BULLET.match(line.text):
        return Break.PARAGRAPH
    if ends_a_sentence(last.text):
        return Break.PARAGRAPH if len(last.text) < usual * _SHORT_LINE else Break.INSIDE
    return Break.ROW if _is_label(last, usual) and _is_label(line, usual) else Break.INSIDE


def _is_label(line: _Line, usual: int) -> bool:
    return len(line.text) < usual * _LABEL_LINE and not ends_a_sentence(line.text)


def _block_pieces(page: int, text: str, block: list[_Line], kind: Break) -> Iterator[Piece]:
    """The sentences of a block; a row and a heading are one piece."""
    first = block[0]
    start, end = first.start, block[-1].end
    if first.is_heading or first.is_row:
        yield Piece(page, start, end, kind, is_heading=first.is_heading, is_row=first.is_row)
        return
    before = kind
    for begin, stop in sentence_spans(text, start, end):
        sentence = text[begin:stop]
        begin += len(sentence) - len(sentence.lstrip())
        stop = begin + len(sentence.strip())
        if begin < stop:
            yield Piece(page, begin, stop, before, is_caption=first.is_caption)
            before = Break.SENTENCE


def table_heads(pieces: Sequence[Piece], text_of: Callable[[Piece], str]) -> list[Piece | None]:
    """For each piece the header of the table that it goes on with: None outside tables and for the header itself."""
    heads: list[Piece | None] = []
    head: Piece | None = None
    last: Piece | None = None
    for piece in pieces:
        goes_on = piece.is_row and last is not None and last.is_row and last.page == piece.page
        if not goes_on or piece.break_before not in (Break.ROW, Break.INSIDE):
            head = piece if piece.is_row and _is_head(text_of(piece)) else None
            heads.append(None)
        else:
            heads.append(head)
        last = piece
    return heads


def table_sections(pieces: Sequence[Piece], text_of: Callable[[Piece], str]) -> list[Piece | None]:
    """For each row of a table the heading of its section: the row before that is a name alone ("Current assets:").

    A section ends with its sum.
    """
    sections: list[Piece | None] = []
    section: Piece | None = None
    last: Piece | None = None
    for piece in pieces:
        goes_on = piece.is_row and last is not None and last.is_row and last.page == piece.page
        if not goes_on or piece.break_before is not Break.ROW:
            section = None
        is_section = piece.is_row and _SECTION.fullmatch(text_of(piece)) is not None
        sections.append(None if is_section else section)
        section = piece if is_section else section
        if piece.is_row and _SUM.match(text_of(piece)):
            section = None
        last = piece
    return sections


def heads_of_earlier_pages(
    pieces: Sequence[Piece], heads: Sequence[Piece | None], text_of: Callable[[Piece], str]
) -> list[Piece | None]:
    """For each piece of a table that goes on from the page before, the header that stands where the table began.

    `heads` are those of `table_heads`.
    """
    found: list[Piece | None] = []
    far: Piece | None = None  # the header of the table in hand, where it began on an earlier page
    for index, piece in enumerate(pieces):
        last = pieces[index - 1] if index else None
        if last is None or not (piece.is_row and last.is_row):
            far = None
        elif piece.page == last.page + 1:
            near = heads[index - 1] or (last if _is_head(text_of(last)) else None)
            head = far or near
            far = head if head is not None and _goes_on_with(text_of(piece), text_of(head)) else None
        elif piece.page != last.page or piece.break_before not in (Break.ROW, Break.INSIDE):
            far = None
        found.append(far)
    return found


def _goes_on_with(row: str, head: str) -> bool:
    """Whether the first row of a page is one of the table with this header: figures in it, and no more cells."""
    cells = [cell.strip() for cell in row.strip("| ").split("|")]
    has_figures = any(_HEAD_FIGURE.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in cells)
    return row.startswith("|") and len(cells) <= head.strip("| ").count("|") + 1 and (has_figures or len(cells) == 1)


def _is_head(row: str) -> bool:
    """Whether a table's first row names its columns: most of its cells are no figures, years aside."""
    if len(row) > _LONGEST_HEAD or not row.startswith("|"):
        return False
    cells = [cell.strip() for cell in row.strip("| ").split("|")]
    filled = list(filter(None, cells))
    named = [cell.rsplit(": ", 1)[-1] for cell in filled]  # a cell may say its column's name itself
    figures = [cell for cell in named if _HEAD_FIGURE.fullmatch(cell) and not _YEAR.fullmatch(cell)]
    if _ENTRY_MARK.fullmatch(cells[0]):
        return False
    return len(cells) > 1 and len(figures) * 2 < len(filled)
