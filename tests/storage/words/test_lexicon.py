"""The lexicon of everyday words: every line can be read, and its words are found by their forms."""

from importlib.resources import files

import pytest

from storage.words.lexicon import LANGUAGES, entries, key_of, words_of

LINES = [
    line
    for line in files("storage.words").joinpath("lexicon.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_every_line_is_a_concept_in_five_languages() -> None:
    assert len(LINES) > 1000
    for line in LINES:
        cells = line.split(" | ")
        assert len(cells) == len(LANGUAGES), line
        assert all(cell.partition(";")[0].strip() for cell in cells), line
    assert len(set(LINES)) == len(LINES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_can_be_looked_up(language: str) -> None:
    known = entries(language)
    assert len(known.whole) > 1000
    assert all(0 < len(key) <= known.longest for key in known.whole)


@pytest.mark.parametrize(
    ("language", "phrase"),
    [("en", "washing machines"), ("de", "Waschmaschinen"), ("fr", "l'assurance"), ("es", "perros"), ("zh", "洗衣機")],
)
def test_forms_of_a_word_and_traditional_signs_are_found(language: str, phrase: str) -> None:
    key = tuple(key_of(word, language) for word in words_of(phrase, language))
    assert entries(language).whole[key]


def test_words_that_only_ask_are_no_forms_of_others() -> None:
    assert ("nach",) in entries("de").frames
    assert ("nachts",) not in entries("de").frames
