"""How like the words of a passage are to those of the question, for a model that tells words apart quickly.

A word costs a quarter of a millisecond of processor time when it is read for the first time; most of a question's
passages are made of words that were read before.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from server.evidence.examination import Need, Profile, sentences_of
from server.evidence.meaning import AskedWord, Likeness, Meaning, likeness, meanings_of
from server.evidence.sentence_evidence import headings_above
from server.retrieval.text_vectors import EmbedTexts, TextVectors
from storage.records import ChunkRecord
from storage.words.scripts import IS_UNSPACED
from storage.words.terms import STOP_WORDS, content_runs

CutWords = Callable[[str], list[str]]
"""The words of a text without spaces between them."""

_REMEMBERED = 20_000  # words: 40 MB
_LONGEST = 600  # characters of a sentence
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")


class WordReader:
    """Compares the words of passages with those of a question. For many threads."""

    def __init__(self, embed: EmbedTexts, cut: CutWords) -> None:
        self._vectors = TextVectors(embed, _REMEMBERED)
        self._cut = cut
        self._words = lru_cache(maxsize=8192)(self._read)

    def asked(self, profile: Profile) -> list[AskedWord]:
        """What the question asks for, word by word, each once."""
        found: dict[str, AskedWord] = {}
        for need in profile.needs:
            for word in () if need.is_cjk else need.shown_words:
                known = found.get(word.lower(), AskedWord(word.lower(), 0.0))
                if len(word) > 1:
                    found[known.text] = AskedWord(known.text, max(known.weight, need.weight), need.is_name)
        pairs = [need for need in profile.needs if need.is_cjk]
        for run in content_runs(run for run in _WORD.findall(profile.question) if IS_UNSPACED.search(run)):
            for word in self._cut(run) if IS_UNSPACED.search(run) else ():
                if weights := [need.weight for need in pairs if _shares_characters(word, need)]:
                    found[word] = AskedWord(word, max(weights))
        return list(found.values())

    def meanings(self, profile: Profile, passages: Sequence[ChunkRecord]) -> list[list[Meaning]]:
        """For each passage, for each of its sentences, what its words mean to the question."""
        asked = self.asked(profile)
        if not asked:
            return [[Meaning()] * len(sentences_of(chunk.text)) for chunk in passages]
        texts = [[chunk.context, *(sentence.text for sentence in sentences_of(chunk.text))] for chunk in passages]
        words = [[self._words(text[:_LONGEST]) for text in each] for each in texts]
        different = {
            word: place for place, word in enumerate(dict.fromkeys(w for each in words for t in each for w in t))
        }
        question = self._vectors.rows([word.text for word in asked])
        alike = likeness(question @ self._vectors.rows(list(different)).T) if different else np.zeros((len(asked), 0))
        found = []
        for chunk, each in zip(passages, words, strict=True):
            above, *own = (_likest(alike, [different[word] for word in text]) for text in each)
            found.append(meanings_of(asked, own, headings_above(sentences_of(chunk.text)), above) if own else [])
        return found

    def _read(self, text: str) -> tuple[str, ...]:
        """The words of a text that say something, each once."""
        found: dict[str, None] = {}
        for word in _WORD.findall(text):
            found |= dict.fromkeys(self._cut(word) if IS_UNSPACED.search(word) else (word.lower(),))
        return tuple(word for word in found if _says_something(word))


def _likest(alike: np.ndarray, places: Sequence[int]) -> Likeness:
    """For each word of the question the likest of these words."""
    if not places:
        return np.zeros(len(alike), dtype=np.float32)
    return np.asarray(alike[:, places].max(axis=1), dtype=np.float32)


def _says_something(word: str) -> bool:
    return word not in STOP_WORDS and (len(word) > 1 or word.isdigit() or IS_UNSPACED.search(word) is not None)


def _shares_characters(word: str, pair: Need) -> bool:
    """Whether a pair of characters of the question is in this word, or the word within the pair."""
    return pair.shown in word or word in pair.shown
