"""Which characters of a document are text: the rest is dropped, replaced or repaired. Pure functions.

Measured on 971 PDFs and the seven papers: NUL and other control characters come from mathematical fonts and from
fonts without a Unicode table; lone surrogates (pypdf 7.1, 2026-11) from mathematical alphabets.
"""

import re
import unicodedata

_LINE_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"  # control characters but tab and newline
    "\u00ad"  # soft hyphen
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks and overrides
    "\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff"  # zero width
    "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # fillers
    "\ufe00-\ufe0f\U000e0100-\U000e01ef"  # variation selectors
    "\U000e0000-\U000e007f"  # tags
    "\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff"  # not characters, annotation marks
    "]"
)
_JOINING = "\u0590-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc"
_IDLE_JOINER = re.compile(f"(?<![{_JOINING}])[\u200c\u200d]+|[\u200c\u200d]+(?![{_JOINING}])")
"""Joiners spell words in Arabic and Indic scripts; elsewhere they are leftovers."""
_COMPATIBLE = re.compile(
    "["
    "\u2e80-\u2fdf"  # radicals that stand for whole Chinese characters
    "\uf900-\ufaff\U0002f800-\U0002fa1f"  # Chinese compatibility characters
    "\ufb00-\ufb06\ufb13-\ufb17"  # ligatures
    "\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"  # Hebrew and Arabic presentation forms
    "\U0001d400-\U0001d7ff"  # mathematical alphabets: the letters are what people search for
    "]+"
)
_SPACE = re.compile(r"[ \t\n\r\u00a0\u3000]")
_PRIVATE_BULLETS = {0xF0B7: "•", 0xF0A7: "•", 0xF0D8: "•", 0xF076: "•", 0xF0FC: "✓", 0xF0E0: "→"}

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DELIMITERS = str.maketrans(  # TeX's font cmex10, whose brackets have no Unicode table
    dict.fromkeys("\x00\x10\x12", "(")
    | dict.fromkeys("\x01\x11\x13", ")")
    | dict.fromkeys("\x02\x14", "[")
    | dict.fromkeys("\x03\x15", "]")
    | dict.fromkeys("\x08\x1a", "{")
    | {"\x1b": "}"}
)
_GLYPH_OFFSET = 29  # glyph 3 is the space (32) in fonts that keep the common TrueType order
_HIGHEST_GLYPH = "]"  # "z" - 29: a line of such glyphs holds no real lower-case letter
_MOST_NULS = 0.3  # of a page's characters; every second one where two-byte characters were taken for two
_MOST_BRACKETS = 0.1  # of a page's characters: beyond that, control characters are not brackets
_WORD = re.compile(r"[A-Za-z]{4,}")
_VOWEL = re.compile(r"[aeiouyAEIOUY]")


def clean_characters(text: str) -> str:
    """The text, composed, with one kind of line break and space, and without anything that cannot be seen.

    Compatibility forms are resolved only where they stand for letters (ligatures, radicals, presentation
    forms, mathematical alphabets): NFKC over everything would turn "2⁵" into "25".
    """
    text = _LINE_BREAKS.sub("\n", text)
    text = _SPACES.sub(" ", text)
    if _SURROGATES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    text = _IDLE_JOINER.sub("", unicodedata.normalize("NFC", text))
    text = _COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    return _INVISIBLE.sub("", text.translate(_PRIVATE_BULLETS))


def repair_glyph_codes(text: str) -> str:
    """A PDF page's raw text in which codes of fonts without a Unicode table are made readable where they can be.

    Two-byte characters read as two; lines of glyph numbers ("7KH" for "The"); brackets of TeX's font for them. Where
    most of a page is beyond repair it stays as it is, so that `garbled_share` can tell.
    """
    if not _CONTROL.search(text):
        return text
    if text.count("\0") > len(text) * _MOST_NULS:
        text = text.replace("\0", "")
    lines = text.split("\n")
    shifted = [_shifted(line) for line in lines]
    if _is_language("".join(shifted)):
        text = "\n".join(_choose(number, lines, shifted) for number in range(len(lines)))
    return text.translate(_DELIMITERS) if garbled_share(text) < _MOST_BRACKETS else text


def _shifted(line: str) -> str:
    """The line read as glyph numbers, or nothing where it cannot be that."""
    if any(_HIGHEST_GLYPH < character < "\x7f" for character in line) or not _CONTROL.search(line):
        return ""
    return _shift(line)


def _shift(line: str) -> str:
    return "".join(chr(ord(c) + _GLYPH_OFFSET) if c <= _HIGHEST_GLYPH and c != " " else c for c in line)


def _is_worded(line: str) -> bool:
    return any(_VOWEL.search(word) for word in _WORD.findall(line))


def _is_language(text: str) -> bool:
    visible = "".join(text.split())
    return _is_worded(text) and sum(character.isalnum() for character in visible) > len(visible) * 0.5


def _choose(number: int, lines: list[str], shifted: list[str]) -> str:
    """Lines with control characters, and their neighbours without any, when all may be glyph numbers."""
    if shifted[number]:
        return shifted[number]
    line = lines[number]
    beside = shifted[max(0, number - 1) : number + 2]
    may_be = line and not any(character > _HIGHEST_GLYPH for character in line)
    return _shift(line) if may_be and any(beside) and _is_worded(_shift(line)) else line


_GLYPH_NAMES = re.compile(
    r"/(?:g|G|C|c|uni|u|index|cid|glyph|gid)\d*[0-9A-Fa-f]{1,5}\b|\(cid:\d+\)|(?:/[A-Z0-9][A-Za-z0-9]{0,3}(?![\w.])){2,}"
)
_REPLACEMENTS = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_MOST_GARBLED_LINE = 0.4


def garbled_share(raw: str) -> float:
    """The share (0–1) of a page's visible characters that no reader could understand.

    Replacement, private-use and control characters, unassigned code points, and glyph names in place of letters.
    Takes the text as extracted: cleaning removes the evidence.
    """
    visible = len(raw) - len(_SPACE.findall(raw))
    if not visible:
        return 0.0
    bad = len(_REPLACEMENTS.findall(raw))
    bad += sum(len(match.group()) for match in _GLYPH_NAMES.finditer(raw))
    bad += sum(unicodedata.category(c) in ("Cn", "Cs") for c in raw if c > "\u0370")
    return min(1.0, bad / visible)


def without_garbled_lines(raw: str) -> str:
    """What remains of a page when the lines that nobody could understand are left out."""
    return "\n".join(line for line in raw.split("\n") if garbled_share(line) < _MOST_GARBLED_LINE)
