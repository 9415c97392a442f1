"""One page read with PDFium: characters, drawings and layout put together, and held against PDFium's plain text.

A page whose layout loses words is taken as plain text: the layout can do no harm.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from indexing.readers.pdf.characters import TextGroup, read_groups
from indexing.readers.pdf.drawings import Drawings, read_drawings, visible_box
from indexing.readers.pdf.layout import LaidOut, Shapes, Square, lay_out
from indexing.readers.pdf.scripts import is_right_to_left, is_vertical, vertical_text
from indexing.readers.pdf.words import Turn

_MOST_MISSING = 0.02  # of the plain text's words
_SAID_ONCE = 0.5  # of a word that is there, only less often: the same name over several columns is said once
_ENOUGH_HIDDEN = 20  # letters and digits on one page; less is a stray mark of a program
_CUT = re.compile(r"[-\x02\ufffe]\s*\n\s*|[\x02\ufffe]")
_MARK = re.compile(r"[\x02\ufffe](?:\r?\n)?")
_DOUBLED = re.compile("([\U0001d400-\U0001d7ff])\\1")
_LIGATURE = re.compile("ff?(?=[il])")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class PageReading:
    """What was read on a page, not cleaned; `struck` and what stands `outside` the page are left out of its text.

    `hidden` says why some text cannot be seen.
    """

    text: str
    sized: tuple[tuple[float, str], ...] = ()
    hidden: tuple[str, ...] = ()
    struck: str = ""
    outside: str = ""
    picture_share: float = 0.0
    is_plain: bool = False


def read_page(page: Any) -> PageReading:
    """Reads an opened page. Raises `pypdfium2.PdfiumError`."""
    text_page, visible = page.get_textpage(), visible_box(page)
    try:
        plain: str = text_page.get_text_range()
        groups = read_groups(text_page, visible)
        drawings = read_drawings(page)
    finally:
        text_page.close()
    hidden = _hidden(groups, drawings)
    share = drawings.picture_share(visible)
    parts = [_laid_out(group, drawings) for group in groups]
    text = "\n\n".join(part.text for part in parts if part.text)
    struck = " ".join(word.text for part in parts for word in part.struck)
    left_out = " ".join(word.text for part in parts for word in (*part.struck, *part.dropped))
    outside = " ".join(word.text for group in groups for word in group.outside)
    if _missing_share(plain, f"{text}\n{left_out}\n{outside}") > _MOST_MISSING:
        return PageReading(_plain(plain), hidden=hidden, picture_share=share, is_plain=True)
    sized = parts[0].sized if parts else ()
    return PageReading(text, sized, hidden, struck, outside, share)


def plain_page(page: Any) -> PageReading:
    """The page's plain text and nothing else, fast. Raises `pypdfium2.PdfiumError`."""
    text_page = page.get_textpage()
    try:
        return PageReading(_plain(text_page.get_text_range()), is_plain=True)
    finally:
        text_page.close()
        page.close()


def _laid_out(group: TextGroup, drawings: Drawings) -> LaidOut:
    if is_vertical(group.characters):
        return LaidOut(vertical_text(group.characters), (), (), ())
    turn = Turn(group.angle)
    if group.angle % 90:
        return lay_out(group.words)
    sideways = group.angle % 180 == 90
    level, upright = (drawings.upright, drawings.level) if sideways else (drawings.level, drawings.upright)
    squares = [Square(turn.box(*square.box), square.is_ticked) for square in drawings.check_boxes()]
    return lay_out(
        group.words,
        [turn.box(*rule) for rule in level],
        [turn.box(*rule) for rule in upright],
        squares,
        [turn.box(*line) for line in drawings.slanted],
        group.characters,
        Shapes([turn.box(*box) for box in drawings.curved], [turn.box(*box) for box in drawings.bars]),
    )


def _hidden(groups: Sequence[TextGroup], drawings: Drawings) -> tuple[str, ...]:
    """Why at least some twenty letters of the page cannot be seen; not the text layer of a scanned picture."""
    outside = sum(character.isalnum() for group in groups for word in group.outside for character in word.text)
    if not drawings.hidden and not outside:
        return ()
    hidden: Counter[str] = Counter({"off the page": outside})
    visible = 0
    for group in groups:
        for character in group.characters:
            reason = drawings.hidden.get(character.source)
            if reason:
                hidden[reason] += character.text.isalnum()
            else:
                visible += character.text.isalnum()
    if not visible and drawings.grounds:
        del hidden["invisible"]
    return tuple(sorted(reason for reason, characters in hidden.items() if characters >= _ENOUGH_HIDDEN))


def _plain(text: str) -> str:
    """PDFium's marks for a word cut at the line's end are hyphens there."""
    return _MARK.sub("-\n", text)


def _missing_share(plain: str, text: str) -> float:
    """How much of the plain text's words (0–1) the layout has lost or torn; raised signs may be joined to words."""
    wanted, found = words_in(plain), words_in(text.replace("^", ""))
    longer = " ".join((found - wanted).keys())
    lost = {word: count for word, count in (wanted - found).items() if word not in longer}
    missing = sum(count * (_SAID_ONCE if found[word] else 1.0) for word, count in lost.items())
    return missing / max(sum(wanted.values()), 1)


def words_in(text: str) -> Counter[str]:
    """The words, those from right to left by their letters alone: the order in their glyphs is mended.

    Without "f" before "i" and "l": where PDFium's text lacks it in a ligature, it is mended too.
    """
    words = _WORD.findall(_LIGATURE.sub("", _DOUBLED.sub(r"\1", _CUT.sub("", text))))
    return Counter("".join(sorted(word)) if is_right_to_left(word) else word for word in words)
