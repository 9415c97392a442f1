"""The characters of a page as PDFium places them, joined to words. Knows nothing of lines, columns and tables.

PDFium's own spaces end words: it tears none. Everything is turned so that its text stands upright: x grows to the
right, y grows downwards, both in points. Text at another angle than most of the page's is a group of its own. Of some
ligatures a font's table names the last letter alone ("specific" comes as "speciic", one "i" too wide): the width of the
glyph tells, as it is that of "f" and the letter together.
"""

import ctypes
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pypdfium2.raw as pdfium

from indexing.readers.pdf.scripts import is_cjk, raised_mark, without_ordinal_marks
from indexing.readers.pdf.words import ASCENT, DESCENT, Character, Turn, Word

MOST_CHARACTERS = 60_000  # of a page; beyond, its plain text is taken as it is
_GAP = 0.7  # of the size: so far apart are two words, whether or not a space was drawn
_TIGHT = 0.15  # of the size: raised text so near belongs to the word, even after a space that PDFium made up
_ENOUGH_LETTERS = 5
_SAME_WIDTH = 0.05  # of the width
_BACK = 0.5  # of the size: a step back of so much begins another word
_SMALLER = 0.82  # of the size before: raised or lowered text
_SMALLEST = 0.4  # of that size; what is smaller stands beside a drop capital
_LONGEST_MARK = 3  # characters of a raised mark that begins a word
_RAISED = (0.12, 0.9)  # above the baseline, in sizes of the character before
_LOWERED = (0.04, 0.65)
_STRAIGHT_DEGREES = 15  # angles are told apart in such steps
_ENDS = frozenset(" \t\r\n\x00\u00a0\u3000\u200b\u2028\u2029")
_LAM, _ALEFS = "\u0644", "\u0627\u0622\u0623\u0625"
_HYPHENS = frozenset("\x02\ufffe")  # PDFium's marks for a hyphen at the end of a line
_NARROW = frozenset("il")  # letters that end a ligature
_SUSPICIOUS = 0.4  # of the size: no font but a typewriter's has such a wide "i"
_WIDER = 1.4  # times the letter alone
_JOINED = (0.86, 1.04)  # of the widths of its letters: a ligature is a little narrower

FontOf = Callable[[int], int]
"""The font, by address, of a text object, by address."""

Box = tuple[float, float, float, float]  # left, bottom, right, top


@dataclass(frozen=True, slots=True)
class TextGroup:
    """The words at one angle, in degrees against the clock; those outside the page are not among `words`."""

    angle: int
    words: list[Word]
    characters: list[Character] = field(default_factory=list)
    outside: list[Word] = field(default_factory=list)


def read_groups(text_page: Any, visible: Box | None = None) -> list[TextGroup]:
    """The page's words by angle, the angle with most characters first; [] where there are too many characters.

    `visible` is the part of the page that is shown, in its points, y upwards.
    """
    text_page = text_page.raw  # looked up once: there are four calls for each character
    count = pdfium.FPDFText_CountChars(text_page)
    if count > MOST_CHARACTERS:
        return []
    runs: dict[int, list[Character | None]] = defaultdict(list)
    last = 0
    for angle, character in _characters(text_page, count):
        if character is None:
            runs[last].append(None)
            continue
        if angle != last and runs[last]:
            runs[last].append(None)
        last = angle
        runs[angle].append(character)
    font_of = cache(_font)
    groups = [_group(angle, _with_ligatures(run, font_of), font_of, visible) for angle, run in runs.items()]
    return sorted((group for group in groups if group.words or group.outside), key=lambda group: -len(group.characters))


def _font(text_object: int) -> int:
    font = pdfium.FPDFTextObj_GetFont(ctypes.cast(text_object, pdfium.FPDF_PAGEOBJECT)) if text_object else None
    return ctypes.cast(font, ctypes.c_void_p).value or 0 if font else 0


def _with_ligatures(run: Sequence[Character | None], font_of: FontOf) -> list[Character | None]:
    """The characters, with "fi", "fl", "ffi" or "ffl" where a glyph is too wide for the letter it is named by."""
    letters = [one for one in run if one is not None]
    if not any(map(_is_wide, letters)):
        return list(run)
    narrowest: dict[tuple[int, str], float] = defaultdict(lambda: float("inf"))
    for one in letters:
        if one.text in "fil" and one.x1 > one.x0:
            key = font_of(one.source), one.text
            narrowest[key] = min(narrowest[key], (one.x1 - one.x0) / one.size)
    found: list[Character | None] = []
    for index, each in enumerate(run):
        if each is not None and each.text in _NARROW and not _shares_glyph(run, index):
            font = font_of(each.source)
            each = _whole_ligature(each, narrowest[font, "f"], narrowest[font, each.text])
        found.append(each)
    return found


def _is_wide(one: Character) -> bool:
    """Whether it is named by a narrow letter and as wide as a ligature, or as all letters of a typewriter."""
    return one.text in _NARROW and one.x1 - one.x0 > _SUSPICIOUS * one.size


def _shares_glyph(run: Sequence[Character | None], index: int) -> bool:
    """Whether a neighbour stands in the same box: then the font names all letters of the glyph."""
    one = run[index]
    return any(
        one is not None and other is not None and other.x0 == one.x0 and other.base == one.base
        for other in run[max(0, index - 1) : index + 2]
        if other is not one
    )


def _whole_ligature(one: Character, width_f: float, width: float) -> Character:
    own = (one.x1 - one.x0) / one.size
    if own > _WIDER * width and width_f < own:
        for before in ("f", "ff"):
            if _JOINED[0] < own / (len(before) * width_f + width) < _JOINED[1]:
                return replace(one, text=before + one.text)
    return one


def _group(angle: int, run: Sequence[Character | None], font_of: FontOf, visible: Box | None) -> TextGroup:
    words, characters = list(_words(run, _Typewriter(run, font_of))), [one for one in run if one is not None]
    if visible is None:
        return TextGroup(angle, words, characters)
    left, top, right, bottom = Turn(angle).box(*visible)

    def is_shown(one: Word | Character) -> bool:
        middle = one.base - (ASCENT - DESCENT) / 2 * one.size
        return left <= (one.x0 + one.x1) / 2 <= right and top <= middle <= bottom

    shown = [word for word in words if is_shown(word)]
    outside = [word for word in words if not is_shown(word)] if len(shown) < len(words) else []
    return TextGroup(angle, shown, [one for one in characters if is_shown(one)], outside)


@dataclass(slots=True)
class _Style:
    """What the characters of one text object have in common."""

    size: float
    angle: int
    turn: Turn


def _characters(text_page: Any, count: int) -> Iterator[tuple[int, Character | None]]:
    """(angle, character), None for what ends a word."""
    ask = _asked()
    page = ctypes.cast(text_page, ctypes.c_void_p).value
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    at_box, at_x, at_y = map(ctypes.addressof, (box, x, y))
    unicode_of, object_of, box_of, origin_of = ask.unicode, ask.text_object, ask.box, ask.origin
    high = ""
    address, style = -1, _Style(1.0, 0, Turn(0))
    for index in range(count):
        code = unicode_of(page, index)
        text = chr(code) if code < 0x110000 else "\ufffd"
        if text in _ENDS:
            yield 0, None
            continue
        if high or code >= 0xD800:
            text, high = _whole(high, text)
            if not text:
                continue
        drawn_by = object_of(page, index) or 0
        box_of(page, index, at_box)
        if drawn_by != address or not drawn_by:
            address, style = drawn_by, _style(text_page, index, abs(box.top - box.bottom))
        origin_of(page, index, at_x, at_y)
        yield style.angle, _placed("-" if text in _HYPHENS else text, box, (x.value, y.value), style, drawn_by)


@dataclass(frozen=True, slots=True)
class _Asked:
    """PDFium's functions that are asked about each character, by addresses: in two thirds of pypdfium2's time.

    Python's lock is not let go for them: PDFium is for one thread at a time.
    """

    unicode: Callable[[int | None, int], int]
    text_object: Callable[[int | None, int], int | None]
    box: Callable[[int | None, int, int], int]
    origin: Callable[[int | None, int, int, int], int]


@cache
def _asked() -> _Asked:
    address, number = ctypes.c_void_p, ctypes.c_int

    def by_address(function: Any, result: Any, *arguments: Any) -> Any:
        return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, address).value or 0)

    return _Asked(
        by_address(pdfium.FPDFText_GetUnicode, ctypes.c_uint, address, number),
        by_address(pdfium.FPDFText_GetTextObject, address, address, number),
        by_address(pdfium.FPDFText_GetLooseCharBox, number, address, number, address),
        by_address(pdfium.FPDFText_GetCharOrigin, number, address, number, address, address),
    )


def _whole(high: str, text: str) -> tuple[str, str]:
    """(the character, what waits for its second half): PDFium gives those beyond U+FFFF as two."""
    if "\ud800" <= text <= "\udbff":
        return "", text
    if high and "\udc00" <= text <= "\udfff":
        return (high + text).encode("utf-16", "surrogatepass").decode("utf-16", "replace"), ""
    return text, ""


def _style(text_page: Any, index: int, height: float) -> _Style:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text_page, index, matrix)
    size = pdfium.FPDFText_GetFontSize(text_page, index) * math.hypot(matrix.c, matrix.d)
    degrees = math.degrees(math.atan2(matrix.b, matrix.a)) if matrix.a or matrix.b else 0.0
    angle = round(degrees / _STRAIGHT_DEGREES) * _STRAIGHT_DEGREES % 360
    if not 0.3 * height < size < 3 * height and height > 0 and angle % 180 == 0:
        size = height  # Type 3 fonts have units of their own
    return _Style(max(size, 0.1), angle, Turn(angle))


def _placed(text: str, box: Any, origin: tuple[float, float], style: _Style, drawn_by: int) -> Character:
    if style.angle == 0:  # as nearly all text: nothing is to be turned
        left, top, right, bottom = box.left, -box.top, box.right, -box.bottom
        x, base = origin[0], -origin[1]
    else:
        left, top, right, bottom = style.turn.box(box.left, box.bottom, box.right, box.top)
        x, base = style.turn.point(*origin)
    if not left - style.size <= x <= right + style.size:
        x = left
    if not top - style.size <= base <= bottom + style.size:
        base = bottom - DESCENT * style.size
    if style.angle % 90:  # the upright box around a slanted character says little
        left, right = x, x + style.size * 0.5
    return Character(text, left, max(right, left), base, style.size, drawn_by)


def _words(run: Sequence[Character | None], typewriter: "_Typewriter") -> Iterator[Word]:
    word: Word | None = None
    before: Character | None = None  # the character drawn before, also over a space
    anchor: Character | None = None  # the last one on its line's own baseline
    ended = was_shifted = is_marked = False
    for order, character in enumerate(run):
        if character is None:
            ended = True
            continue
        if not ended and before is anchor and _is_simply_added(word, before, character):
            before = anchor = character
            is_marked = False
            continue
        if before is not None and _is_drawn_twice(before, character):
            continue
        shift = _shift(anchor, before, character) if anchor and before else ""
        is_close = before is not None and _is_close(before, character, shift, was_shifted)
        goes_on = word is not None and before is not None and (bool(shift) or _goes_on(word, before, character))
        goes_on = goes_on and (is_close or not ended or typewriter.follows(before, character))
        was_marked = is_marked and goes_on and shift == "raised"
        mark = raised_mark(character.text) if shift == "raised" and not was_marked else ""
        is_marked = was_marked or bool(mark)
        if word is not None and before is not None and not shift and _begins_raised(word, before, character):
            word.text, word.base = "^" + word.text, character.base
        if word is not None and before is not None and goes_on:
            _extend(word, before, character, mark, shift)
        else:
            if word is not None:
                yield typewriter.finished(word)
            base = anchor.base if anchor and shift else character.base
            word = Word(
                mark + character.text, character.x0, character.x1, base, character.size, order, character.source
            )
        ended, before, was_shifted = False, character, bool(shift)
        if not shift:
            anchor = character
    if word is not None:
        yield typewriter.finished(word)


class _Typewriter:
    """Type in which all characters are as wide as one another, and the step in points from one to the next.

    Nothing is such type where no "i" is as wide as an "e": then no font is asked for.
    """

    def __init__(self, run: Sequence[Character | None], font_of: FontOf) -> None:
        letters = [one for one in run if one is not None and one.text.isalpha() and one.text.isascii()]
        widths: dict[int, dict[str, list[float]]] = {font_of(one.source): {} for one in filter(_is_wide, letters)}
        for one in letters if widths else ():
            if (font := font_of(one.source)) in widths:
                widths[font].setdefault(one.text, []).append((one.x1 - one.x0) / one.size)
        fonts = {font for font, found in widths.items() if font and self._is_of_one_width(found)}
        sources = {one.source for one in run if one is not None} if fonts else set()
        self._sources = frozenset(source for source in sources if font_of(source) in fonts)
        self._step, blank = self._steps(run) if fonts else (0.0, 0.0)
        self._most = (self._step + blank) / 2

    def _steps(self, run: Sequence[Character | None]) -> tuple[float, float]:
        """The usual steps from letter to letter, within words and over a blank."""
        within, over = [0.0], [0.0]
        last, is_next = None, True
        for one in run:
            if one is None:
                is_next = False
                continue
            if last is not None and self.has(one) and self.has(last) and one.text.isalpha() and last.text.isalpha():
                step = one.x0 - last.x0
                (within if is_next else over).extend([step] if 0 < step < 3 * one.size else [])
            last, is_next = one, True
        return statistics.median_high(within), statistics.median_high(over)

    @staticmethod
    def _is_of_one_width(widths: dict[str, list[float]]) -> bool:
        """Whether letters narrow and wide elsewhere are as wide as one another; a ligature may be named by an "i"."""
        every = [width for found in widths.values() for width in found]
        return len(widths) >= _ENOUGH_LETTERS and max(every) - min(every) < _SAME_WIDTH * max(every)

    def has(self, one: Character) -> bool:
        """Whether the character is set in it."""
        return one.source in self._sources

    def follows(self, before: Character | None, character: Character) -> bool:
        """Whether a space beside a sign was only made up: signs stand a little apart in listings."""
        if before is None or not self._sources or (before.text.isalnum() and character.text.isalnum()):
            return False
        return self.has(before) and self.has(character) and 0 < character.x0 - before.x0 < self._most

    def finished(self, word: Word) -> Word:
        """The word with the step of its type."""
        word.text = without_ordinal_marks(word.text)
        word.pitch = self._step if word.source in self._sources else 0.0
        return word


def _is_drawn_twice(before: Character, character: Character) -> bool:
    """A sign of a mathematical alphabet that its font's table writes twice for one glyph."""
    is_same_place = character.x0 == before.x0 and character.x1 == before.x1 and character.base == before.base
    return is_same_place and character.text == before.text and character.text > "\uffff"


def _shift(anchor: Character, before: Character, character: Character) -> str:
    """ "raised" or "lowered" against the baseline of the text before; "" where it is neither."""
    is_smaller = _SMALLEST * anchor.size < character.size <= _SMALLER * anchor.size
    if not is_smaller or (not anchor.text.isalnum() and anchor.text not in ")]}%\"'”’.,;:"):
        return ""
    near = -0.6 * anchor.size < character.x0 - before.x1 < 0.35 * anchor.size
    rise = (anchor.base - character.base) / anchor.size
    if near and _RAISED[0] < rise < _RAISED[1]:
        return "raised"
    return "lowered" if near and _LOWERED[0] < -rise < _LOWERED[1] else ""


def _is_close(before: Character, character: Character, shift: str, was_shifted: bool) -> bool:
    """Whether a space before raised text, or between it and a mark, was only made up by PDFium."""
    may_be = shift or (was_shifted and not character.text.isalnum())
    return bool(may_be) and character.x0 - before.x1 < _TIGHT * before.size


def _goes_on(word: Word, before: Character, character: Character) -> bool:
    size = max(before.size, character.size)
    if abs(character.base - before.base) > 0.3 * size and abs(character.base - word.base) > 0.3 * size:
        return False
    if is_cjk(character.text) and abs(character.x0 - before.x1) > _GAP * size:
        return False
    forwards = -_BACK * size < character.x0 - before.x1 < _GAP * size
    backwards = -_GAP * size < before.x0 - character.x1 < _BACK * size  # right to left
    return forwards or (backwards and not character.text.isascii()) or character.x0 == before.x0


def _is_simply_added(word: Word | None, before: Character | None, character: Character) -> bool:
    """Whether it is of the same size on the same line and close behind, as most are: then the word has it now."""
    if word is None or before is None or not character.text.isascii() or character.base != before.base:
        return False
    size = character.size
    if not size == before.size == word.size or not -_BACK * size < character.x0 - before.x1 < _GAP * size:
        return False
    word.text += character.text
    word.x0, word.x1 = min(word.x0, character.x0), max(word.x1, character.x1)
    return True


def _begins_raised(word: Word, before: Character, character: Character) -> bool:
    """Whether the word, a figure or letter so far, stands raised before this character: a note's mark, ¹⁴C."""
    is_mark = len(word.text) <= _LONGEST_MARK and word.text.isalnum() and character.text.isalpha()
    if not is_mark or not _SMALLEST * character.size <= word.size <= _SMALLER * character.size:
        return False
    is_near = -0.1 * character.size < character.x0 - before.x1 < 0.35 * character.size
    rise = (character.base - before.base) / character.size
    return is_near and _RAISED[0] < rise < _RAISED[1] and before.base == word.base


def _extend(word: Word, before: Character, character: Character, mark: str, shift: str) -> None:
    if mark:
        word.text += mark + character.text
    elif character.x0 == before.x0 and character.text == _LAM and before.text in _ALEFS:
        word.text = word.text[:-1] + character.text + word.text[-1]  # one glyph, whose two letters PDFium turned round
    else:
        word.text += character.text
    word.x0, word.x1 = min(word.x0, character.x0), max(word.x1, character.x1)
    if not shift and character.size > word.size:
        word.size, word.base = character.size, character.base
