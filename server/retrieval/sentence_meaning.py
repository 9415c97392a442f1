"""What the sentences that may answer mean: all of them word by word, the likeliest as a whole as well.

Only a model that says of itself that it is quick does this, the index's own or the packaged one beside it: a question
then waits for 30 to 60 ms of processor time, and a small transformer takes four times as long. Which sentences are
read never depends on what is remembered, so neither does an answer.
"""

from collections.abc import Mapping, Sequence
from heapq import nlargest

from server.evidence.examination import Profile, sentences_of
from server.evidence.meaning import SURELY_ELSEWHERE
from server.evidence.sentence_ranking import ANSWERED_FROM, ranked_sentences
from server.passages import Found, Meaning
from server.retrieval.other_tongues import DocumentsWith
from server.retrieval.text_vectors import EmbedTexts, TextVectors
from server.retrieval.word_meaning import CutWords, WordReader
from storage.caches.embeddings import Matrix
from storage.records import ChunkRecord

_MOST = 16  # sentences of a question: with 24 the sets differ by less than their noise; 2 ms each
_LONGEST = 400  # characters of a sentence
_REMEMBERED = 12_000  # sentences: 24 MB


class SentenceReader:
    """Reads sentences and their words for questions. For many threads.

    `is_the_index_model`: the passages' vectors come from the same model, and so does the question's.
    """

    def __init__(self, embed: EmbedTexts, cut_words: CutWords, *, is_the_index_model: bool = True) -> None:
        self.is_the_index_model = is_the_index_model
        self._sentences = TextVectors(embed, _REMEMBERED)
        self._words = WordReader(embed, cut_words)

    def rows(self, sentences: Sequence[str]) -> Matrix:
        """Their unit vectors, in order."""
        return self._sentences.rows([sentence[:_LONGEST] for sentence in sentences])

    def with_meanings(
        self,
        profile: Profile,
        passages: Sequence[tuple[ChunkRecord, Found]],
        question: Matrix,
        general: tuple[float, float],
        titles: Mapping[str, str],
        documents_with: DocumentsWith,
    ) -> list[Found]:
        """What is known of each passage, with the meanings of its sentences.

        `general`: mean and deviation of the question's cosine to sentences in general. `titles`: document → its title.
        """
        chunks = [chunk for chunk, _ in passages]
        strange = self._words.elsewhere(profile, chunks, titles)
        known = [found._replace(elsewhere=share) for (_, found), share in zip(passages, strange, strict=True)]
        by_words = compared(known, self._words.meanings(profile, chunks, documents_with))
        meanings = [list(found.meanings) for found in by_words]
        chosen = likeliest_sentences(profile, list(zip(chunks, by_words, strict=True)))
        if chosen:
            mean, deviation = general
            texts = [sentences_of(chunks[number].text)[place].text for number, place in chosen]
            cosines = (self.rows(texts) @ question).tolist()
            for (number, place), cosine in zip(chosen, cosines, strict=True):
                meanings[number][place] = meanings[number][place]._replace(near=(cosine - mean) / deviation)
        found = compared(by_words, meanings)
        is_some_elsewhere = any(each.elsewhere >= SURELY_ELSEWHERE for each in found)
        return answered_there(profile, chunks, found) if is_some_elsewhere else found


def answered_there(profile: Profile, passages: Sequence[ChunkRecord], known: Sequence[Found]) -> list[Found]:
    """The same; but nothing belongs elsewhere where nothing of what is there would answer. Pure.

    A title of common words ("Clause numbers") is easily taken for the subject of a question. What the question asks of
    as of a place stays what it asks of, whether or not there is an answer.
    """
    there = [
        ranked[0].strength
        for chunk, found in zip(passages, known, strict=True)
        if found.elsewhere < SURELY_ELSEWHERE
        and (ranked := ranked_sentences(profile, chunk.text, chunk.context, found))
    ]
    is_answered = max(there, default=ANSWERED_FROM - 1) >= ANSWERED_FROM
    if is_answered:
        return list(known)
    return [found if found.elsewhere >= 1.0 else found._replace(elsewhere=0.0) for found in known]


def compared(passages: Sequence[Found], meanings: Sequence[Sequence[Meaning]]) -> list[Found]:
    """The passages with these meanings of their sentences, and the best of all of them. Pure."""
    every = [meaning for each in meanings for meaning in each]
    nearest = max((meaning.near for meaning in every), default=0.0)
    closest = max((meaning.kin for meaning in every), default=0.0)
    return [
        found._replace(meanings=tuple(each), nearest=nearest, closest=closest)
        for found, each in zip(passages, meanings, strict=True)
    ]


def likeliest_sentences(profile: Profile, passages: Sequence[tuple[ChunkRecord, Found]]) -> list[tuple[int, int]]:
    """Passage and place of the sentences that answer most strongly by what is known. Pure."""
    strengths = [
        (row.strength, -number, -row.place)
        for number, (chunk, found) in enumerate(passages)
        for row in ranked_sentences(profile, chunk.text, chunk.context, found)
    ]
    return [(-number, -place) for _, number, place in nlargest(_MOST, strengths)]
