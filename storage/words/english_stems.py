"""Porter's stemmer (M. F. Porter, An algorithm for suffix stripping, 1980), as SQLite's FTS5 applies it.

SQLite stems inside the index; who compares words outside of it needs the same stems. Pure.
"""

import re
import unicodedata
from functools import lru_cache

from storage.words.scripts import without_accents

_C = "[^aeiou][^aeiouy]*"
_V = "[aeiouy][aeiou]*"
_HAS_MEASURE_1 = re.compile(f"^({_C})?{_V}{_C}")
_MEASURE_IS_1 = re.compile(f"^({_C})?{_V}{_C}({_V})?$")
_HAS_MEASURE_2 = re.compile(f"^({_C})?{_V}{_C}{_V}{_C}")
_HAS_VOWEL = re.compile(f"^({_C})?[aeiouy]")
_ENDS_CVC = re.compile(f"^{_C}[aeiouy][^aeiouwxy]$")
_LONGEST = 64  # FTS5 leaves longer words as they are, and those of one or two letters

_STEP_2 = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("logi", "log"),
    ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"),
    ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"),
    ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
)  # fmt: skip
_STEP_3 = (("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""))
_STEP_4 = (  # the longest first
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ion", "ism", "ate", "iti", "ous", "ive", "ize",
    "al", "er", "ic", "ou",
)  # fmt: skip
_ENDINGS_2, _ENDINGS_3 = (tuple(ending for ending, _ in step) for step in (_STEP_2, _STEP_3))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of a lower-case word, without diacritics; words of other scripts come back as they are."""
    word = _without_diacritics(word)
    if len(word) < 3 or len(word) > _LONGEST or not word.isascii():
        return word
    word = _plural(word)
    word = _past(word)
    if word.endswith("y") and _HAS_VOWEL.match(word[:-1]):
        word = word[:-1] + "i"
    # Most words have none of the endings, which is asked at once: a text's new words are what stemming it costs.
    if word.endswith(_ENDINGS_2):
        word = _replaced(word, _STEP_2)
    if word.endswith(_ENDINGS_3):
        word = _replaced(word, _STEP_3)
    if word.endswith(_STEP_4):
        word = _stripped(word)
    return _without_final_e(word)


_DOERS = re.compile(r"(?:i[sz]er|ator)s?$")


@lru_cache(maxsize=100_000)
def meaning_stem(word: str) -> str:
    """The stem, with who does a thing kept apart from doing it: an optimizer is not what optimizes.

    Not what the index of words holds: for comparing texts outside of it.
    """
    found = stem(word)
    return (
        f"{found}/er" if word.isascii() and len(word) <= _LONGEST and _DOERS.search(word) and len(word) > 6 else found
    )


def _without_diacritics(word: str) -> str:
    if word.isascii() or not unicodedata.name(word[0], "").startswith("LATIN"):
        return word
    return without_accents(word)


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _HAS_MEASURE_1.match(word[:-3]) else word
    for ending in ("ed", "ing"):
        stump = word.removesuffix(ending)
        if stump != word and _HAS_VOWEL.match(stump):
            return _mended(stump)
    return word


def _mended(stump: str) -> str:
    if stump.endswith(("at", "bl", "iz")):
        return stump + "e"
    if len(stump) > 1 and stump[-1] == stump[-2] and stump[-1] not in "aeioulsz":
        return stump[:-1]
    if _MEASURE_IS_1.match(stump) and _ENDS_CVC.match(stump):
        return stump + "e"
    return stump


def _replaced(word: str, endings: tuple[tuple[str, str], ...]) -> str:
    for ending, replacement in endings:
        if word.endswith(ending):
            stump = word.removesuffix(ending)
            return stump + replacement if _HAS_MEASURE_1.match(stump) else word
    return word


def _stripped(word: str) -> str:
    for ending in _STEP_4:
        if word.endswith(ending):
            stump = word.removesuffix(ending)
            is_good = ending != "ion" or stump.endswith(("s", "t"))
            return stump if is_good and _HAS_MEASURE_2.match(stump) else word
    return word


def _without_final_e(word: str) -> str:
    if word.endswith("e"):
        stump = word[:-1]
        if _HAS_MEASURE_2.match(stump) or (_MEASURE_IS_1.match(stump) and not _ENDS_CVC.match(stump)):
            word = stump
    return word[:-1] if word.endswith("ll") and _HAS_MEASURE_2.match(word) else word
