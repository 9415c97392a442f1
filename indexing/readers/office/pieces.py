"""Pieces of a paragraph put together as text: raised figures set off, readings behind their signs, dropped text noted.

Marks are characters that no XML can hold, so that no document can write them. Pure.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from indexing.readers.office.symbols import EMPTY, TICKED

HARD_BREAK, DRAWN_BREAK = "\x0c", "\x0b"
"""The next page begins: because the author says so, and where Word drew it so when it saved the file."""
PAGE_NUMBER = "\x10"
"""Where the number of the page stands, in a header or footer."""
REMARK_MARK = re.compile("\x0e(\\d+)\x0f")

Kind = Literal["text", "raised", "ruby", "struck", "hidden", "deleted"]

_BOX = re.compile(f"[{TICKED}{EMPTY}]")
_BOX_BEFORE_TEXT = re.compile(f"([{TICKED}{EMPTY}])(?=[^\\s{TICKED}{EMPTY}])")
_PLAIN_ENDINGS = re.compile(r"(?:st|nd|rd|th|er|ers|re|e|ème|eme|o|a|os|as|º|ª|tm|sm|™|®|©|℠)", re.IGNORECASE)
_ONE_TERM = re.compile(r"[-+−–]?[\w.,°′*†‡§]+|[/*†‡§+−–-]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph. `reading` is what stands over a ruby's base."""

    kind: Kind
    text: str
    reading: str = ""


def remark_mark(number: int) -> str:
    """The place in a text that the remark with this number is about."""
    return f"\x0e{number}\x0f"


def joined_pieces(pieces: Iterable[Piece], left_out: Callable[[Kind, str], str]) -> str:
    """The paragraph; `left_out(kind, text)` is told what is not shown and gives the mark for its place."""
    text = ""
    has_gap = False  # something was left out after a space: the next space is one too many
    for kind, group in groupby(pieces, key=lambda piece: piece.kind):
        parts = list(group)
        whole = "".join(part.text for part in parts)
        if kind == "text":
            text += whole[1:] if has_gap and whole.startswith(" ") else whole
        elif kind == "raised":
            text += raised(whole, text)
        elif kind == "ruby":
            text += f"{whole}({''.join(part.reading for part in parts)})" if whole else ""
        else:
            has_gap = has_gap or text.endswith(" ")
            text += left_out(kind, whole) if whole.strip() else ""
            continue
        has_gap = False
    text = _BOX_BEFORE_TEXT.sub(r"\1 ", text)
    return _BOX.sub(lambda match: "[x]" if match.group() == TICKED else "[ ]", text)


def raised(text: str, before: str) -> str:
    """A superscript: "10" and "5" are "10^5", "m" and "2" are "m^2"; "1" and "st" stay "1st"."""
    inner = text.strip()
    if not inner or not before or before[-1].isspace() or _PLAIN_ENDINGS.fullmatch(inner):
        return text
    end = text[len(text.rstrip()) :]
    return f"^{inner}{end}" if _ONE_TERM.fullmatch(inner) else f"^({inner}){end}"
