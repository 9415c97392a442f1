"""How like the words of a passage are to those of the question, for a model that tells words apart quickly.

A word costs a quarter of a millisecond of processor time when it is read for the first time; most of a question's
passages are made of words that were read before.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache

import numpy as np

from server.evidence.asked_things import asks_to_carry, place_words, thing_words
from server.evidence.examination import Need, Profile, sentences_of
from server.evidence.meaning import AskedWord, Likeness, elsewhere, likeness, meanings_of, names_a_document
from server.evidence.other_words import is_said_otherwise
from server.evidence.sentence_evidence import headings_above
from server.evidence.tables import head_of
from server.evidence.units import is_said_by_unit
from server.passages import Meaning
from server.retrieval.other_tongues import DocumentsWith
from server.retrieval.text_vectors import EmbedTexts, TextVectors
from storage.caches.embeddings import Matrix
from storage.records import ChunkRecord
from storage.words.english_stems import meaning_stem
from storage.words.frame_words import question_tongue
from storage.words.scripts import IS_UNSPACED
from storage.words.terms import STOP_WORDS, content_runs

CutWords = Callable[[str], list[str]]
"""The words of a text without spaces between them."""


_REMEMBERED = 40_000  # words: 80 MB; the documents of an office in three languages have 35,000
_LONGEST = 600  # characters of a sentence
_RARE = 1.5  # from here on it is looked up which documents have a word
_FEWEST_TITLES = 2  # with one nothing is another document's
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")


class WordReader:
    """Compares the words of passages with those of a question. For many threads."""

    def __init__(self, embed: EmbedTexts, cut: CutWords) -> None:
        self._vectors = TextVectors(embed, _REMEMBERED)
        self._cut = cut
        self._words = lru_cache(maxsize=8192)(self._read)

    def asked(self, profile: Profile, missing: Collection[Need] = ()) -> list[AskedWord]:
        """What the question asks for, word by word, each once. `missing`: what of it is nowhere in a document."""
        found: dict[str, AskedWord] = {}
        capitals = _has_capital_nouns(profile.question)
        things, places = thing_words(profile.question), place_words(profile.question)
        of_thing = [need for need in profile.needs if _has_word_of(things, need)]
        is_whole = not asks_to_carry(profile.question) and all(need in missing for need in of_thing)
        for need in profile.needs:
            for word in () if need.is_cjk else need.shown_words:
                written = word if capitals else word.lower()
                known = found.get(written, AskedWord(written, 0.0))
                if len(word) > 1:
                    is_thing = need in missing and word.casefold() in things
                    weight, is_place = max(known.weight, need.weight), word.casefold() in places
                    found[known.text] = AskedWord(
                        known.text, weight, need.is_name, is_thing, is_thing and is_whole, is_place
                    )
        pairs = [need for need in profile.needs if need.is_cjk]
        for run in content_runs(run for run in _WORD.findall(profile.question) if IS_UNSPACED.search(run)):
            for word in self._cut(run) if IS_UNSPACED.search(run) else ():
                if shared := [need for need in pairs if _shares_characters(word, need)]:
                    is_thing = any(word in thing for thing in things) and all(need in missing for need in shared)
                    found[word] = AskedWord(word, max(need.weight for need in shared), is_thing=is_thing)
        return list(found.values())

    def meanings(
        self, profile: Profile, passages: Sequence[ChunkRecord], documents_with: DocumentsWith
    ) -> list[list[Meaning]]:
        """For each passage, for each of its sentences, what its words mean to the question."""
        asked = self.asked(profile)
        if not asked:
            return [[Meaning()] * len(sentences_of(chunk.text)) for chunk in passages]
        texts = [[chunk.context, *(sentence.text for sentence in sentences_of(chunk.text))] for chunk in passages]
        words = [
            [self._words(text[:_LONGEST], capitals) for text in each]
            for each, capitals in zip(texts, (_has_capital_nouns(chunk.text) for chunk in passages), strict=True)
        ]
        different = {
            word: place for place, word in enumerate(dict.fromkeys(w for each in words for t in each for w in t))
        }
        question = self._vectors.rows([word.text for word in asked])
        alike = likeness(question @ self._vectors.rows(list(different)).T) if different else np.zeros((len(asked), 0))
        missing_in = _missing_of_thing(profile, {chunk.document for chunk in passages}, documents_with)
        asked_in = {missing: self.asked(profile, missing) for missing in set(missing_in.values())}
        found = []
        for chunk, each in zip(passages, words, strict=True):
            asked = asked_in[missing_in[chunk.document]]
            above, *own = (_likest(alike, [different[word] for word in text]) for text in each)
            for sentence, alike_here in zip(sentences_of(chunk.text), own, strict=True):
                alike_here[[_is_said(profile.question, word.text, sentence.text) for word in asked]] = 1.0
            sentences = sentences_of(chunk.text)
            heads = [head_of(sentences, place) if each.is_row else () for place, each in enumerate(sentences)]
            found.append(meanings_of(asked, own, headings_above(sentences), above, heads) if own else [])
        return found

    def elsewhere(self, profile: Profile, passages: Sequence[ChunkRecord], titles: Mapping[str, str]) -> list[float]:
        """For each passage how surely the question names the subject of another document found for it; see `Found`."""
        asked = self.asked(profile)
        documents = list(dict.fromkeys(chunk.document for chunk in passages))
        called = {document: titles[document] for document in documents if titles.get(document)}
        if not asked or len(called) < _FEWEST_TITLES:
            return [0.0] * len(passages)
        question = self._vectors.rows([word.text for word in asked])
        likest = {
            document: self._likest_of(asked, question, (title,), _has_capital_nouns(title))
            for document, title in called.items()
        }
        if not names_a_document(list(likest.values())).any():
            return [0.0] * len(passages)
        nothing = np.zeros(len(asked), dtype=np.float32)
        found = []
        for chunk in passages:
            texts = (chunk.context, *(sentence.text for sentence in sentences_of(chunk.text)))
            here = self._likest_of(asked, question, texts, _has_capital_nouns(chunk.text))
            found.append(elsewhere(asked, likest.get(chunk.document, nothing), list(likest.values()), here))
        return found

    def _likest_of(
        self, asked: Sequence[AskedWord], question: Matrix, texts: Sequence[str], capitals: bool
    ) -> Likeness:
        """For each word of the question the likest of these texts' words; 1 where another form of it is there."""
        words = list(dict.fromkeys(word for text in texts for word in self._words(text[:_LONGEST], capitals)))
        alike = likeness(question @ self._vectors.rows(words).T) if words else np.zeros((len(question), 0))
        likest = _likest(alike, range(len(words)))
        forms = {meaning_stem(word.casefold()) for word in words}
        likest[[meaning_stem(word.text.casefold()) in forms for word in asked]] = 1.0
        return likest

    def _read(self, text: str, capitals: bool) -> tuple[str, ...]:
        """The words of a text that say something, each once, with their capitals or without."""
        found: dict[str, None] = {}
        for word in _WORD.findall(text):
            written = word if capitals else word.lower()
            found |= dict.fromkeys(self._cut(word) if IS_UNSPACED.search(word) else (written,))
        return tuple(word for word in found if _says_something(word.lower()))


def _missing_of_thing(
    profile: Profile, documents: Collection[str], documents_with: DocumentsWith
) -> dict[str, frozenset[Need]]:
    """For each document what the question says of a thing that must be there and the document nowhere has."""
    things = thing_words(profile.question)
    of_thing = [need for need in profile.needs if _is_of_thing(need, things)]
    homes = {
        need: frozenset() if need.is_unused else frozenset(documents_with(need.shown))
        for need in of_thing
        if need.is_unused or need.rarity >= _RARE
    }
    return {
        document: frozenset(need for need, found in homes.items() if document not in found) for document in documents
    }


def _is_of_thing(need: Need, things: frozenset[str]) -> bool:
    if need.is_cjk:
        return any(need.shown in thing for thing in things)
    return _has_word_of(things, need)


def _has_word_of(things: frozenset[str], need: Need) -> bool:
    return not things.isdisjoint(map(str.casefold, need.shown_words))


def _is_said(question: str, word: str, text: str) -> bool:
    """Whether the text says this word of the question with others that mean just that."""
    return is_said_by_unit(question, word, text) or is_said_otherwise(question, word, text)


def _has_capital_nouns(text: str) -> bool:
    """German nouns have capitals, and the model knows many of them by these alone: Fähre, not fähre, is a ferry."""
    return question_tongue(text) == "de"


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
