"""Which characters belong to which script, and how its words are told apart. The one place that says so. Pure."""

import re
import unicodedata
from functools import lru_cache
from itertools import groupby

HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Chinese characters, for use inside of [ ]."""

CJK = f"{HAN}\u3040-\u30ff\uac00-\ud7af"
"""Those, kana and Hangul: written without spaces, or in other words than by letters."""

THAI_LIKE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese and Khmer: letters, written without spaces between words."""

UNSPACED = f"{CJK}{THAI_LIKE}"
"""What is searched for in overlapping pairs, because nothing tells where words end."""

IS_HAN = re.compile(f"[{HAN}]")
IS_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
"""Syllables alone; those of half width too."""

IS_CJK = re.compile(f"[{CJK}]")
IS_UNSPACED = re.compile(f"[{UNSPACED}]")
UNSPACED_RUN = re.compile(f"[{UNSPACED}]+")

_LAST_WITH_MARKS = 0x3100


def _marks() -> str:
    """The signs that stand on or in a letter, as ranges: accents, Arabic vowels, Indic vowel signs."""
    codes = [code for code in range(_LAST_WITH_MARKS) if unicodedata.category(chr(code)).startswith("M")]
    runs = [[code for _, code in run] for _, run in groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0])]
    return "".join(rf"\u{run[0]:04x}-\u{run[-1]:04x}" for run in runs)


MARKS = _marks() + r"\u00ad\u200b-\u200d\u2060"
"""Signs that go on with a word without being letters, and what is not seen in one; for use inside of [ ]."""

_SCRIPTS = (
    ("cjk", re.compile(f"[{HAN}\u3040-\u30ff]")),
    ("hangul", re.compile("[\uac00-\ud7af]")),
    ("latin", re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")),
    ("cyrillic", re.compile("[\u0400-\u052f]")),
    ("greek", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("arabic", re.compile("[\u0620-\u06ff\u0750-\u077f]")),
    ("hebrew", re.compile("[\u05d0-\u05ea]")),
    ("devanagari", re.compile("[\u0900-\u097f]")),
    ("indic", re.compile("[\u0980-\u0dff]")),
    ("thai", re.compile(f"[{THAI_LIKE}]")),
)


@lru_cache(maxsize=4096)
def script_of(word: str) -> str:
    """The script of a word by its first letter, "" where it has none that is known: of a number."""
    for character in word:
        for name, pattern in _SCRIPTS:
            if pattern.match(character):
                return name
    return ""


def main_script(text: str) -> str:
    """The script that most of a text is written in, "" where it has no letters; a Chinese sign counts as two."""
    if text.isascii():
        return "latin" if any(map(str.isalpha, text)) else ""
    counts = {name: len(pattern.findall(text)) * (2 if name in ("cjk", "hangul") else 1) for name, pattern in _SCRIPTS}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""


def without_accents(text: str) -> str:
    """The letters without what stands on or in them."""
    if text.isascii():
        return text
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def letters_of(text: str) -> str:
    """Its letters and digits alone, in lower case: texts with the same say the same, however they are set."""
    return "".join(character for character in text.casefold() if character.isalnum())
