"""Stems of German, French, Spanish, Italian, Portuguese and Dutch words. Pure.

Snowball's stemmers, with what search needs besides: people leave out accents, and German and Dutch hide a verb behind
"ge" and "zu" (abgeschaltet, abzuschalten: abschalten). Two forms of one word get one stem; what it looks like says
nothing.
"""

import re
import threading
from functools import cache, lru_cache
from typing import Any

from storage.words.scripts import without_accents

TONGUES = {
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "pt": "portuguese",
    "nl": "dutch",
}
"""The languages whose words have stems here, and what Snowball calls them."""

COMPOUNDING = frozenset(("de", "nl"))
"""Languages that write several words as one: Kündigungsfrist, opzegtermijn."""

_stemming = threading.Lock()  # a stemmer keeps the word that it works on
_LONGEST = 64

_SEPARABLE = {
    "de": "ab|an|auf|aus|bei|dar|ein|fest|her|hin|los|mit|nach|nieder|statt|teil|um|vor|weg|weiter|wieder|zu|zurück"
    "|zusammen",
    "nl": "aan|af|bij|door|in|mee|na|om|op|over|terug|toe|uit|voor|weg",
}
_PARTICIPLE = {
    language: re.compile(rf"((?:{prefixes})?)(?:ge|zu|te)(?=[^\W\d_]{{3,}}(?:t|te[nmrs]?|en|d|de)$)")
    for language, prefixes in _SEPARABLE.items()
}
_ENDINGS = {  # written without the accent that the stemmer looks for
    "es": ((re.compile(r"([cs])ion$"), r"\1ión"), (re.compile(r"logia(s?)$"), r"logía\1")),
    "pt": ((re.compile(r"cao$"), "ção"), (re.compile(r"coes$"), "ção"), (re.compile(r"s(?:ao|oes)$"), "são")),
    "it": ((re.compile(r"([ai])ta$"), r"\1tà"),),
}
_FRENCH_PARTICIPLE = re.compile(r"é(?:e?s?)$")
_LAST_T = re.compile(r"(?<=[^\W\d_aeious])t$")
_SHORTEST_WITHOUT_T = 5


@lru_cache(maxsize=200_000)
def native_stem(word: str, language: str) -> str:
    """The stem of a word in lower case, without accents; of numbers, and in other languages, the word as it is."""
    if language not in TONGUES or not word.isalpha() or len(word) > _LONGEST or len(word) < 3:
        return word
    prepared = _prepared(word, language)
    with _stemming:
        found: str = _stemmer(TONGUES[language]).stemWord(prepared)
    if language == "de" and len(found) >= _SHORTEST_WITHOUT_T:
        found = _LAST_T.sub("", found)  # kündigt: kündigen
    return without_accents(found)


def _prepared(word: str, language: str) -> str:
    """As the stemmer expects it, whether its accents were written or not."""
    if language in _PARTICIPLE:
        participle = _PARTICIPLE[language].match(word)
        return participle.group(1) + word[participle.end() :] if participle else word
    if language == "fr" and (participle := _FRENCH_PARTICIPLE.search(word)):
        return without_accents(word[: participle.start()]) + participle.group()
    plain = without_accents(word)
    for ending, accented in _ENDINGS.get(language, ()):
        plain = ending.sub(accented, plain)
    return plain


@cache
def _stemmer(algorithm: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(algorithm)
