"""The meaning of single sentences: which are read, what they gain by it, and that remembering changes nothing."""

import pytest

from server.evidence.examination import profile_of, sentences_of
from server.evidence.sentence_ranking import Found, ranked_sentences
from server.retrieval.sentence_meaning import SentenceVectors, sentence_meanings
from storage.caches.embeddings import unit_rows
from storage.embedding.local import build_embed_model
from storage.embedding.models import PACKAGED, resolve_model
from storage.records import ChunkRecord

HOUSE = "The staircase is cleaned on Mondays. Your puppy must wear a lead in the hallway. The lift is inspected in May."
SCHOOL = "Lessons begin at eight. Lunch is served in the canteen. The gym is locked after six."
ENGLISH = "Does my dog have to be leashed?"
GERMAN = "Muss mein Hund an die Leine?"


class Reader:
    """The packaged model, and the texts it was given."""

    def __init__(self) -> None:
        self.model = build_embed_model(resolve_model(PACKAGED), device="cpu")
        self.read: list[str] = []

    def embed(self, texts: list[str]) -> list[list[float]]:
        self.read += texts
        vectors: list[list[float]] = self.model.get_text_embedding_batch(texts)
        return vectors


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def passage(id_: str, text: str, context: str = "") -> tuple[ChunkRecord, Found]:
    return ChunkRecord(id_, f"{id_}.md", 0, text, context), Found(2.0, True, 0.5)


def meanings_of(
    reader: Reader, question: str, passages: list[tuple[ChunkRecord, Found]], vectors: SentenceVectors | None = None
) -> list[list[float]]:
    profile = profile_of(question, lambda stems: {}, 1000)
    vector = unit_rows([reader.model.get_query_embedding(question)])[0]
    return sentence_meanings(profile, passages, vector, (0.1, 0.1), vectors or SentenceVectors(reader.embed))


@pytest.mark.parametrize("question", [ENGLISH, GERMAN])
def test_the_sentence_that_says_it_in_other_words_is_nearest(reader: Reader, question: str) -> None:
    house, school = meanings_of(reader, question, [passage("house", HOUSE), passage("school", SCHOOL)])
    assert max(house) == house[1] > max(school)


def test_meaning_chooses_where_words_cannot(reader: Reader) -> None:
    chunk, found = passage("house", HOUSE)
    (meanings,) = meanings_of(reader, GERMAN, [(chunk, found)])
    known = Found(found.standing, found.crosses, found.score, tuple(meanings), max(meanings))
    profile = profile_of(GERMAN, lambda stems: {}, 1000)
    assert ranked_sentences(profile, HOUSE, "", known)[0].place == 1


def test_each_passage_has_a_meaning_for_every_sentence_but_only_the_likeliest_are_read(reader: Reader) -> None:
    passages = [passage(str(n), " ".join(f"Rule {n}.{k} is about dogs." for k in range(9))) for n in range(10)]
    before = len(reader.read)
    meanings = meanings_of(reader, ENGLISH, passages)
    assert [len(each) for each in meanings] == [len(sentences_of(chunk.text)) for chunk, _ in passages]
    assert len(reader.read) - before == sum(value != 0.0 for each in meanings for value in each) == 24


def test_what_is_remembered_is_not_read_again_and_changes_nothing(reader: Reader) -> None:
    vectors, passages = SentenceVectors(reader.embed), [passage("house", HOUSE), passage("school", SCHOOL)]
    first = meanings_of(reader, ENGLISH, passages, vectors)
    read = len(reader.read)
    assert meanings_of(reader, ENGLISH, passages, vectors) == first
    assert len(reader.read) == read


def test_a_sentence_is_read_with_the_heading_above_it(reader: Reader) -> None:
    before = len(reader.read)
    meanings_of(reader, ENGLISH, [passage("house", "They must wear a lead.", "House rules › Pets")])
    assert reader.read[before:] == ["Pets. They must wear a lead."]


def test_no_passages_have_no_meanings(reader: Reader) -> None:
    assert meanings_of(reader, ENGLISH, []) == []
