"""Chinese words in the other script: who asks in simplified characters finds what is written in traditional ones.

A traditional character has one simplified form; a simplified one may have several traditional forms (发: 發, 髮).
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import islice, product

_MOST_FORMS = 8  # of one word


def other_scripts(word: str) -> tuple[str, ...]:
    """The word in simplified and in traditional characters, but not as it is."""
    if word.isascii():
        return ()
    simplified = "".join(forms[0] for forms in _forms(word, "TSCharacters.txt"))
    traditional = islice(map("".join, product(*_forms(word, "STCharacters.txt"))), _MOST_FORMS)
    found = dict.fromkeys((simplified, *traditional))
    return tuple(each for each in found if each != word)


def _forms(word: str, table: str) -> list[tuple[str, ...]]:
    return [_characters(table).get(character, (character,)) for character in word]


@cache
def _characters(table: str) -> Mapping[str, tuple[str, ...]]:
    """Character -> its forms in the other script, the usual one first, as OpenCC lists them."""
    import opencc

    text = (files(opencc) / "dictionary" / table).read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in text.splitlines() if "\t" in line)
    return {character: tuple(forms.split()) for character, forms in pairs}
