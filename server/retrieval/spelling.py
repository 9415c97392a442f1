"""Misspelt words of a question as documents or the lexicon spell them: "chrismas", "depsoit".

Only a word that no document, lexicon or dictionary knows is changed, by one letter that is missing, too many, another
or in its neighbour's place; names as well. Apart from `other_wordings`, which searches for what comes of it: the
dictionaries are another library's.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from server.evidence.examination import Frequencies
from server.retrieval.everyday_words import IsSaid
from server.retrieval.glosses import unknown_words
from storage.words.lexicon import entries, key_of

_SHORTEST = 5  # letters
_SHORTEST_OF_ANOTHER = 6  # of a word with another letter in it: "house" and "horse" are two
_SHORTEST_NAME = 6
_ENDINGS = {
    "en": ("s",),
    "de": ("n", "en", "e", "er", "es", "s"),
    "fr": ("s", "e", "es", "x"),
    "es": ("s", "es", "n", "a", "as", "os"),
}
_CONTRACTED = re.compile(r"\w+['’]\w*")
_LETTERS = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "de": "abcdefghijklmnopqrstuvwxyzäöüß",
    "fr": "abcdefghijklmnopqrstuvwxyzàâçèéêëîïôùûü",
    "es": "abcdefghijklmnopqrstuvwxyzáéíñóúü",
}


def spelt_right(question: str, language: str, counts: Frequencies, is_said: IsSaid) -> str:
    """The question with its misspelt words mended; as it is where there are none, or the language is none of four."""
    if language not in _LETTERS:
        return question
    for word in unknown_words(_CONTRACTED.sub(" ", question), language):
        if len(word) < _SHORTEST or not word.isalpha() or is_said(word) or _is_right(word.casefold(), language):
            continue
        if mended := _best(word.casefold(), language, counts, is_said):
            shown = mended.capitalize() if word[:1].isupper() else mended
            question = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", shown, question)
    return question


def _best(word: str, language: str, counts: Frequencies, is_said: IsSaid) -> str:
    """What most passages say, or people; "" where the word may be meant for another one that nobody says."""
    near = {each: key_of(each, language) for each in _one_letter_apart(word, language)}
    known, whole = counts(set(near.values())), entries(language).whole
    words = [each for each in near if _is_in_dictionary(each, language)]
    found = [each for each in words if near[each] in known or (near[each],) in whole]
    often = max((_frequency(each, language) for each in found), default=0)
    if any(each not in found and 2 * _frequency(each, language) > often for each in words):
        return ""
    found += [each for each, key in near.items() if _may_be_name(each, key, known) and is_said(each)]
    return min(found, key=lambda each: (-known.get(near[each], 0), -_frequency(each, language), each), default="")


def _may_be_name(word: str, key: str, known: Mapping[str, int]) -> bool:
    is_whole = key[:-1] == word[:-1]  # but for a y that the index has as an i
    return is_whole and key in known and len(word) >= _SHORTEST_NAME


def _one_letter_apart(word: str, language: str) -> Iterator[str]:
    letters = _LETTERS[language]
    for place in range(1, len(word) + 1):  # the first letter is hardly ever wrong
        head, tail = word[:place], word[place:]
        yield from (f"{head}{letter}{tail}" for letter in letters)
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        if tail and len(word) >= _SHORTEST_OF_ANOTHER:
            yield from (f"{head}{letter}{tail[1:]}" for letter in letters if letter != tail[0])


def _is_right(word: str, language: str) -> bool:
    """Whether a dictionary has the word, or it with another ending; also the English one: many are borrowed."""
    british = word.replace("is", "iz") if language == "en" else word
    endings = _ENDINGS[language]
    forms = {word, british, *(word.removesuffix(ending) for ending in endings), *(word + ending for ending in endings)}
    return any(_is_in_dictionary(form, language) for form in forms) or _is_in_dictionary(word, "en")


def _is_in_dictionary(word: str, language: str) -> bool:
    return _frequency(word, language) > 0


def _frequency(word: str, language: str) -> int:
    """How often the dictionary's makers met the word."""
    sums, often = _dictionary(language)
    wanted = hash(word)
    place = int(np.searchsorted(sums, wanted))
    return int(often[place]) if place < len(sums) and int(sums[place]) == wanted else 0


@lru_cache(maxsize=len(_LETTERS))
def _dictionary(language: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The sorted hashes of the words of a language and their frequencies.

    1 to 5 MB, where a mapping of German's 340,000 would take 40.
    """
    from spellchecker import SpellChecker

    words = list(SpellChecker(language=language).word_frequency.items())
    sums = np.fromiter((hash(word) for word, _ in words), dtype=np.int64)
    order = np.argsort(sums)
    return sums[order], np.fromiter((often for _, often in words), dtype=np.int64)[order]
