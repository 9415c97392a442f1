"""Words of everyday life and offices in five languages, concept by concept. Pure; reads `lexicon.txt` once.

A line of it is a concept: `English | German | French | Spanish | Chinese`, each cell `terms of documents; other words
that people ask with`. A German verb that comes apart is written "gebe … zurück".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from storage.words.english_stems import stem
from storage.words.folding import folded
from storage.words.scripts import without_accents
from storage.words.snowball_stems import native_stem

LANGUAGES = ("en", "de", "fr", "es", "zh")
"""Those of the lexicon, in the order of its cells."""

Key = tuple[str, ...]
"""The stems of a term's words; of a Chinese term its signs."""

_MOST_WORDS = 5
_MOST_SIGNS = 8
_GAP = " … "
_ELIDED = re.compile(r"\b(?:l|d|j|n|s|c|m|t|qu|jusqu|lorsqu|puisqu|quelqu)['’]", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[-./][^\W_]*\d[^\W_]*)*")  # "LP-14" is one


@dataclass(frozen=True, slots=True)
class Concept:
    """Its terms in each language, those that documents use, the commonest first. `is_frame`: it only asks."""

    terms: dict[str, tuple[str, ...]]
    is_frame: bool = False


@dataclass(frozen=True, slots=True)
class Entries:
    """What can be looked up in one language.

    `frames`: by the words as they are written, in small letters. `written`: things by these too. `whole`: by key.
    `apart`: verbs that come apart, by the stem of their first part, with that of the second.
    """

    frames: dict[Key, Concept]
    written: dict[Key, tuple[Concept, ...]]
    whole: dict[Key, tuple[Concept, ...]]
    apart: dict[str, tuple[tuple[str, Concept], ...]]
    longest: int


def words_of(text: str, language: str) -> list[str]:
    """The words of a text, without what French elides; of a Chinese one every sign, and Latin words whole."""
    if language == "zh":
        return re.findall(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:[-./][^\W_\u3400-\u9fff]+)*", folded(text))
    return _WORD.findall(_ELIDED.sub(" ", text))


@lru_cache(maxsize=20_000)
def key_of(word: str, language: str) -> str:
    """The stem that two forms of a word have in common."""
    plain = folded(word).casefold()
    if language in ("en", "zh"):
        return stem(plain)
    return native_stem(without_accents(plain), language)


@cache
def entries(language: str) -> Entries:
    """The lexicon by the words of one of its languages."""
    frames: dict[Key, Concept] = {}
    written: dict[Key, list[Concept]] = {}
    whole: dict[Key, list[Concept]] = {}
    apart: dict[str, list[tuple[str, Concept]]] = {}
    for concept, terms in _by_terms(language):
        for term in terms:
            if concept.is_frame:
                frames.setdefault(tuple(word.casefold() for word in words_of(term, language)), concept)
                continue
            first, gap, second = term.partition(_GAP)
            if gap:
                apart.setdefault(key_of(first, language), []).append((key_of(second, language), concept))
                continue
            words = words_of(term, language)
            _add(written, tuple(word.casefold() for word in words), concept)
            _add(whole, tuple(key_of(word, language) for word in words), concept)
    most = _MOST_SIGNS if language == "zh" else _MOST_WORDS
    return Entries(
        frames,
        {key: tuple(found) for key, found in written.items() if 0 < len(key) <= most},
        {key: tuple(found) for key, found in whole.items() if 0 < len(key) <= most},
        {first: tuple(found) for first, found in apart.items()},
        most,
    )


def _add(known: dict[Key, list[Concept]], key: Key, concept: Concept) -> None:
    found = known.setdefault(key, [])
    if concept not in found:
        found.append(concept)


def _by_terms(language: str) -> Iterator[tuple[Concept, Sequence[str]]]:
    """Every concept with what it is called in this language, by documents first and then by people."""
    for concept, asked in _concepts():
        yield concept, (*concept.terms[language], *asked[language])


@cache
def _concepts() -> tuple[tuple[Concept, dict[str, tuple[str, ...]]], ...]:
    found = []
    is_frame = False
    for line in files("storage.words").joinpath("lexicon.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            is_frame = line == "# frames"
        elif line.strip():
            cells = dict(zip(LANGUAGES, line.split(" | "), strict=True))
            parted = {language: cell.partition(";") for language, cell in cells.items()}
            terms = {language: _listed(said) for language, (said, _, _) in parted.items()}
            found.append((Concept(terms, is_frame), {each: _listed(asked) for each, (_, _, asked) in parted.items()}))
    return tuple(found)


def _listed(terms: str) -> tuple[str, ...]:
    return tuple(term for term in (each.strip() for each in terms.split(",")) if term and term != "-")
