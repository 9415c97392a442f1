"""Scripts that are not written from left to right in one size: right to left, downwards, raised. Pure functions."""

import itertools
import re
import statistics
import unicodedata
from collections.abc import Sequence

from indexing.readers.pdf.words import Character, Word

_CJK = re.compile(
    "[\u2e80-\u2fdf\u3001-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]"
)
_HANGUL = re.compile("[\uac00-\ud7af\u1100-\u11ff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_LEFT_TO_RIGHT = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f]")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|e|o|a|os|as|º|ª|TM|™|®|SM)$")
_EXPONENT_START = re.compile(r"[\w+\-−–(*†‡§]")
_SAME_COLUMN = 0.4  # of the size: two characters stand below one another
_STEP_DOWN = (0.8, 1.8)  # sizes from one character to the next in a column
_MOSTLY = 0.5  # of the steps between Chinese characters go down: the page is written downwards


def is_cjk(text: str) -> bool:
    """Whether there is a Chinese, Japanese or Korean character in it."""
    return _CJK.search(text) is not None


def is_spaceless(one: str, other: str) -> bool:
    """Whether nothing stands between these two texts when a line ends between them: Chinese and Japanese."""
    return is_cjk(one[-1:]) and is_cjk(other[:1]) and not _HANGUL.search(one[-1:] + other[:1])


def is_right_to_left(text: str) -> bool:
    """Whether more of its letters are Hebrew or Arabic than Latin, Greek or Cyrillic."""
    backwards = len(_RIGHT_TO_LEFT.findall(text))
    return backwards > len(_LEFT_TO_RIGHT.findall(text))


def raised_mark(raised: str) -> str:
    """ "^" where raised text begins, so that 10⁵ is not read as 105; signs that are raised in every font need none."""
    return "^" if _EXPONENT_START.match(raised) and raised not in "*†‡" else ""


def without_ordinal_marks(text: str) -> str:
    """ "21^st" is "21st": raised endings of numbers, and trade marks, are no exponents."""
    head, mark, tail = text.rpartition("^")
    is_ending = _ORDINAL.match(tail) and (head[-1:].isdigit() or tail[:2] in ("TM", "SM"))
    return head + tail if mark and is_ending else text


def right_to_left(words: Sequence[Word]) -> list[Word]:
    """The words of a line in the order in which they are read: from the right, Latin and figures turned back."""
    line = sorted(words, key=lambda word: -word.x1)
    read: list[Word] = []
    run: list[Word] = []
    for word in line:
        if _RIGHT_TO_LEFT.search(word.text) or not _is_directed(word.text):
            read.extend(reversed(run))
            run = []
            read.append(word)
        else:
            run.append(word)
    return [*read, *reversed(run)]


def _is_directed(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("L", "EN", "AN") for character in text)


def is_vertical(characters: Sequence[Character]) -> bool:
    """Whether Chinese or Japanese is written in columns: most steps go down by about one character."""
    signs = [one for one in characters if is_cjk(one.text)]
    if len(signs) < 4 or len(signs) * 2 < len(characters):
        return False
    down = across = 0
    for one, other in itertools.pairwise(signs):
        step = (other.base - one.base) / one.size
        aside = abs((other.x0 + other.x1) - (one.x0 + one.x1)) / 2 / one.size
        down += aside < _SAME_COLUMN and _STEP_DOWN[0] < step < _STEP_DOWN[1]
        across += abs(step) < _SAME_COLUMN and aside < _STEP_DOWN[1]
    return down > (down + across) * _MOSTLY


def vertical_text(characters: Sequence[Character]) -> str:
    """Columns from right to left, each one line; a column that ends early ends a paragraph."""
    columns: list[list[Character]] = []
    for one in sorted(characters, key=lambda one: (-(one.x0 + one.x1), one.base)):
        middle = (one.x0 + one.x1) / 2
        if columns and abs((columns[-1][0].x0 + columns[-1][0].x1) / 2 - middle) < _SAME_COLUMN * one.size:
            columns[-1].append(one)
        else:
            columns.append([one])
    texts = ["".join(one.text for one in sorted(column, key=lambda one: one.base)) for column in columns]
    lowest = [max(one.base for one in column) for column in columns]
    size = statistics.median(one.size for one in characters)
    joined = ""
    for text, bottom in zip(texts, lowest, strict=True):
        joined += text + ("" if bottom > max(lowest) - 1.5 * size else "\n")
    return joined.strip("\n")
