"""One spelling for what is the same to who searches, in every script. For search, never for what is shown. Pure.

Simplified and traditional Chinese, full and half width, composed and decomposed accents, Arabic with its vowels or
without, the marks of Hebrew and of Indic scripts, digits of all scripts. Accents of Latin letters stay: the stemmers
of some languages need them.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice, product

from storage.words.scripts import without_accents

_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")

_MOST_FORMS = 8  # of one word

_UNSEEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
_ARABIC_VOWELS = "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"  # with the tatweel
_HEBREW_POINTS = "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
_NUKTAS = "\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc"
_DROPPED = re.compile(f"[{_UNSEEN}{_ARABIC_VOWELS}{_HEBREW_POINTS}{_NUKTAS}]")
_HAS_OTHER_FORMS = re.compile("[\u0370-\u04ff\u0590-\u06ff\u0900-\u109f\u1780-\u17ff\u1f00-\u1fff]")

_OTHER_FORMS = {
    **dict.fromkeys("أإآٱ", "ا"),
    "ى": "ي",
    "ی": "ي",  # Persian
    "ئ": "ي",
    "ؤ": "و",
    "ة": "ه",
    "ک": "ك",  # Persian
    "\u0901": "\u0902",  # candrabindu: the nasal sign that most people write
    "\u0981": "\u0982",
    "\u0a01": "\u0a02",
    "\u0a81": "\u0a82",
    "ё": "е",
    "Ё": "Е",
    "ς": "σ",
}
_LETTERS = str.maketrans(_OTHER_FORMS)
_GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]+")


def folded(text: str) -> str:
    """The text as it is searched, its case as it was; the same again when it is folded again."""
    if text.isascii():
        return _without_thousands(text)
    text = unicodedata.normalize("NFKC", text)
    text = _DROPPED.sub("", text)
    if _HAS_OTHER_FORMS.search(text):
        text = _GREEK.sub(lambda word: without_accents(word.group()), text.translate(_LETTERS))
        text = "".join(map(_digit, text))
    return _without_thousands(unicodedata.normalize("NFKC", text.translate(_simplified())))


def unfolded(word: str) -> tuple[str, ...]:
    """A folded Chinese word in traditional characters, in several ways where one stands for several (发: 發, 髮).

    Indexes of before hold the texts as they were written, and are searched for these as well.
    """
    if word.isascii():
        return ()
    table = _characters("STCharacters.txt")
    forms = [table.get(character, character).split() or [character] for character in word]
    found = dict.fromkeys(islice(map("".join, product(*forms)), _MOST_FORMS))
    return tuple(each for each in found if each != word)


@lru_cache(maxsize=4096)
def _digit(character: str) -> str:
    return str(unicodedata.decimal(character, character))


def _without_thousands(text: str) -> str:
    return _THOUSANDS.sub(lambda number: number.group().replace(",", ""), text)


@cache
def _simplified() -> Mapping[int, str]:
    return {ord(sign): forms.split()[0] for sign, forms in _characters("TSCharacters.txt").items()}


@cache
def _characters(table: str) -> Mapping[str, str]:
    """Character -> its forms in the other script, the usual one first, with blanks between, as OpenCC lists them."""
    import opencc

    text = (files(opencc) / "dictionary" / table).read_text(encoding="utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines() if "\t" in line)
