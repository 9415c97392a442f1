"""Words to rows: what stands on one baseline, from left to right. Pure geometry.

A row crosses all columns of the page until `columns` takes it apart.
"""

import itertools
import math
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from indexing.readers.pdf.scripts import is_cjk, is_right_to_left, right_to_left
from indexing.readers.pdf.words import Rule, Word

_SAME_BASE = 0.33  # of the smaller size: baselines so near are one
_LOW_BASE = 0.6  # of the larger size, for small text whose middle is in the row's band
_ONE_BLANK = 1.7  # pitches between two words of typewriter's type; two blanks are wider
_CAPITAL = 1.8  # usual sizes: the least height of a drop capital
_MOST_CAPITALS = 6  # of a page
_CJK_GAP = 0.3  # of the size: a space between Chinese words that are no words
_LEADER = re.compile(r"[.·•…_‧⋅]{5,}|…{2,}")
_NUMERAL = re.compile(r"\d{1,4}$")
_LINE_NUMBER_SHARE = 0.6  # of the rows have one, where they count by ones
_LINE_NUMBER_STEPS = (5, 10)
_ENOUGH_NUMBERS = 4


@dataclass(slots=True)
class Row:
    """Words side by side, or a table that is finished: then `table` holds its lines, and there are no words."""

    words: list[Word]
    table: tuple[str, ...] = ()
    box: Rule = (0.0, 0.0, 0.0, 0.0)
    x0: float = field(init=False)
    x1: float = field(init=False)
    top: float = field(init=False)
    bottom: float = field(init=False)
    base: float = field(init=False)
    size: float = field(init=False)

    def __post_init__(self) -> None:
        if not self.words:
            self.x0, self.top, self.x1, self.bottom = self.box
            self.base, self.size = self.bottom, 0.0
            return
        self.x0 = min(word.x0 for word in self.words)
        self.x1 = max(word.x1 for word in self.words)
        self.size = statistics.median(word.size for word in self.words)
        self.base = statistics.median(word.base for word in self.words)
        self.top = min(word.top for word in self.words)
        self.bottom = max(word.bottom for word in self.words)

    def segments(self, gap: float) -> list[list[Word]]:
        """The words in groups with at least `gap` sizes between them."""
        groups: list[list[Word]] = []
        least = max(gap * self.size, gap)
        right, pitch = -math.inf, 0.0
        for word in self.words:
            white = word.x0 - right
            if white < least or white < _ONE_BLANK * max(word.pitch, pitch):
                groups[-1].append(word)
                right = max(right, word.x1)
            else:
                groups.append([word])
                right = word.x1
            pitch = word.pitch
        return groups


@dataclass(frozen=True, slots=True)
class Inset:
    """What is set apart from the running text, a ruled table or a figure: its box, its text, and the words in it."""

    box: Rule
    lines: tuple[str, ...]
    words: tuple[Word, ...]


def rows_of(words: Sequence[Word]) -> list[Row]:
    """The rows from top to bottom."""
    rows: list[list[Word]] = []
    bases: list[tuple[float, float]] = []  # base and size of the row's first large word
    for word in sorted(words, key=lambda word: (word.base, word.x0)):
        for index in range(len(rows) - 1, max(-1, len(rows) - 4), -1):
            if _is_same_row(word, *bases[index]):
                rows[index].append(word)
                if word.size > bases[index][1]:
                    bases[index] = (word.base, word.size)
                break
        else:
            rows.append([word])
            bases.append((word.base, word.size))
    found = [Row(sorted(row, key=lambda word: word.x0)) for row in rows]
    return sorted(found, key=lambda row: row.base)


def _is_same_row(word: Word, base: float, size: float) -> bool:
    distance = abs(word.base - base)
    smaller, larger = sorted((word.size, size))
    return distance < _SAME_BASE * smaller or (smaller < 0.85 * larger and distance < min(_LOW_BASE * larger, smaller))


def with_drop_capitals(words: Sequence[Word]) -> list[Word]:
    """The words with a large first letter, several lines high, put before the word that it begins."""
    if not words:
        return []
    usual = statistics.median(word.size for word in words)
    letters = [word for word in words if len(word.text) == 1 and word.text.isalpha() and word.size > _CAPITAL * usual]
    if not letters or len(letters) > _MOST_CAPITALS:
        return list(words)
    joined = {id(letter) for letter in letters if _is_put_before_its_word(letter, words, usual)}
    return [word for word in words if id(word) not in joined]


def _is_put_before_its_word(letter: Word, words: Sequence[Word], usual: float) -> bool:
    beside = [
        word
        for word in words
        if word.size < 1.5 * usual
        and -0.5 * usual < word.x0 - letter.x1 < 1.2 * usual
        and letter.top - usual < word.middle < letter.base
    ]
    lines = {round(word.base) for word in beside}
    if len(lines) < 2:
        return False
    first = min(beside, key=lambda word: word.base)
    first.text, first.x0 = letter.text + first.text, letter.x0
    return True


def text_of(words: Sequence[Word]) -> str:
    """Words of one line as text; a space between Chinese words only where there is room for one."""
    if is_right_to_left(" ".join(word.text for word in words)):
        return " ".join(word.text for word in right_to_left(words))
    text, before = "", None
    for word in words:
        if before is not None:
            text += "" if _is_joined(before, word) else " "
        text += word.text
        before = word
    return text


def _is_joined(one: Word, other: Word) -> bool:
    gap = other.x0 - one.x1
    if is_cjk(one.text[-1]) and is_cjk(other.text[0]):
        return gap < _CJK_GAP * max(one.size, other.size)
    return False


def has_leader(words: Sequence[Word]) -> bool:
    """Whether there is the row of dots before a page number, drawn as one word or dot by dot."""
    return _LEADER.search("".join(word.text for word in words)) is not None


def without_line_numbers(rows: Sequence[Row]) -> list[Row]:
    """The rows without the numbers in the margin that count a transcript's or an act's lines."""
    numbered = list(_margin_numbers(rows))
    if len(numbered) < _ENOUGH_NUMBERS:
        return list(rows)
    steps = [other - one for (_, one), (_, other) in itertools.pairwise(numbered)]
    usual = statistics.mode(steps)
    if steps.count(usual) < 0.8 * len(steps):
        return list(rows)
    are_all = usual == 1 and len(numbered) >= _LINE_NUMBER_SHARE * len(rows)
    if not are_all and usual not in _LINE_NUMBER_STEPS:
        return list(rows)
    doomed = {id(word) for word, _ in numbered}
    kept = [[word for word in row.words if id(word) not in doomed] for row in rows]
    return [
        row if row.table or len(words) == len(row.words) else Row(words)
        for row, words in zip(rows, kept, strict=True)
        if words or row.table
    ]


def _margin_numbers(rows: Sequence[Row]) -> Iterator[tuple[Word, int]]:
    """Numbers at the left edge of the page, apart from what follows, all ending or beginning in one place."""
    firsts = [row.words[0] for row in rows if row.words and _is_apart(row)]
    if not firsts:
        return
    edge = statistics.mode(round(word.x1 / 3) for word in firsts)
    left = min(row.x0 for row in rows)
    for word in firsts:
        if abs(word.x1 / 3 - edge) <= 1.5 and word.x0 - left < 3 * word.size:
            yield word, int(word.text)


def _is_apart(row: Row) -> bool:
    first = row.words[0]
    if not _NUMERAL.match(first.text) or not first.text.isascii():
        return False
    return len(row.words) == 1 or row.words[1].x0 - first.x1 > 0.8 * first.size
