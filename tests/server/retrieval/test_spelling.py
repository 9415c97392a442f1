"""Misspelt words are mended by what documents or the lexicon say; what anybody knows is left as it is."""

from collections.abc import Collection, Mapping

import pytest

from server.retrieval.spelling import spelt_right
from storage.words.lexicon import key_of

SAID = {"en": ("deposit", "ferry", "Ormsay", "mooring"), "de": ("Saisonkarte", "Liegewiese"), "es": ("fianza",)}


@pytest.mark.parametrize(
    ("language", "question", "right"),
    [
        ("en", "how much is the depsoit", "how much is the deposit"),
        ("en", "is the feryr late", "is the ferry late"),
        ("en", "when is Ormsey open", "when is Ormsay open"),
        ("en", "are you open on chrismas day", "are you open on christmas day"),
        ("en", "how much is the deposit", "how much is the deposit"),
        ("en", "where is the house", "where is the house"),
        ("en", "who is Fery", "who is Fery"),
        ("en", "what is the world record", "what is the world record"),
        ("en", "why couldn't I summarise it", "why couldn't I summarise it"),
        ("de", "kommen viele Leute", "kommen viele Leute"),
        ("fr", "ma soeur est là", "ma soeur est là"),
        ("de", "was kostet die Saisnokarte", "was kostet die Saisonkarte"),
        ("es", "cuánto es la fiansa", "cuánto es la fianza"),
        ("zh", "押金多少", "押金多少"),
    ],
)
def test_only_misspelt_words_are_mended(language: str, question: str, right: str) -> None:
    stems = {key_of(word, language) for word in SAID.get(language, ())}

    def counts(asked: Collection[str]) -> Mapping[str, int]:
        return {each: 1 for each in asked if each in stems}

    said = SAID.get(language, ())
    assert spelt_right(question, language, counts, lambda word: word.casefold() in map(str.casefold, said)) == right
