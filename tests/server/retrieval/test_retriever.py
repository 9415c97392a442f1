"""Retrieval: what is near in meaning and what shares words, merged by absolute scores; globs cost no recall."""

import gc
import hashlib
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding

from server.evidence.examination import _sentences, _words, profile_of
from server.evidence.likelihood import Standing
from server.language import question_language
from server.passages import found_of
from server.retrieval.corpus import corpus_of
from server.retrieval.index_holder import OpenIndex
from server.retrieval.ordering import (
    Candidate,
    fuse,
    look_closely,
    merged,
    with_places_by_meaning,
    without_repetition,
)
from server.retrieval.retriever import HybridRetriever
from storage.caches.embeddings import unit_rows
from storage.catalogue.catalogue import Catalogue
from storage.generations.drafts import begin_draft, seal_draft
from storage.generations.manifest import Manifest
from storage.generations.published import open_generation, utc_now
from storage.generations.publishing import publish
from storage.records import ChunkRecord
from storage.vectors.collection import create_vectors
from storage.vectors.exact import create_exact_vectors
from storage.vectors.llama_index import metadata_of
from storage.words.english_stems import stem
from storage.words.terms import placed_words
from tests.storage.conftest import MODEL, document

DIMENSION = 64
TEXTS = {
    "papers/r1.pdf": [
        "We adopt Group Relative Policy Optimization (GRPO), which foregoes the critic model.",
        "Table 2 compares DeepSeek-R1-Zero with OpenAI-o1. The weather plays no part.",
    ],
    "papers/v3.pdf": ["DeepSeek-V3 costs 5.576M dollars.", "Each layer has 256 routed experts."],
    "library/hours.md": ["The library opens at nine and closes at six.", "Books may be borrowed for four weeks."],
    "library/规则.txt": ["图书馆每天上午九点开门，星期日除外。"],
}


class WordsEmbedding(BaseEmbedding):
    """The words of a text, stemmed and hashed into 64 dimensions."""

    def _get_text_embedding(self, text: str) -> list[float]:
        vector = np.full(DIMENSION, 0.01)
        for word in placed_words(text)[1]:
            vector[int.from_bytes(hashlib.sha256(stem(word).encode()).digest()[:4], "big") % DIMENSION] += 1
        return [float(value) for value in vector]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class CountingEmbedding(WordsEmbedding):
    """The same, and how many questions it was given."""

    questions: int = 0

    def _get_query_embedding(self, query: str) -> list[float]:
        self.questions += 1
        return super()._get_query_embedding(query)


@pytest.fixture(scope="module")
def open_texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[dict[str, list[str]]], OpenIndex]]:
    """An open index of these texts, a chunk a page."""
    opened: list[OpenIndex] = []

    def build(texts: dict[str, list[str]]) -> OpenIndex:
        index_dir: Path = tmp_path_factory.mktemp("index")
        draft, model = begin_draft(index_dir), WordsEmbedding()
        with Catalogue.create(draft.catalogue_file) as catalogue:
            for path, pages in texts.items():
                record, page_records, chunks = document(path, pages)
                labelled = [replace(page, label="Opening") if "opens" in page.text else page for page in page_records]
                catalogue.replace_document(record, labelled, chunks)
            chunks, counts = list(catalogue.iter_chunks()), catalogue.counts()
        vectors = create_vectors(draft.chroma_directory, DIMENSION, len(chunks))
        matrix = unit_rows(model.get_text_embedding_batch([chunk.embed_text for chunk in chunks]))
        vectors.add([chunk.id for chunk in chunks], matrix)
        vectors.close()
        with create_exact_vectors(draft.exact_vectors_file, len(chunks), DIMENSION) as exact:
            exact.append(matrix)
        seal_draft(draft, Manifest(draft.name, utc_now(), "documents", MODEL, 1000, 50, counts, (1.0,)))
        publish(index_dir, draft)
        opened.append(OpenIndex(open_generation(index_dir), model))
        return opened[-1]

    yield build
    for index in opened:
        index.generation.close()


@pytest.fixture(scope="module")
def index(open_texts: Callable[[dict[str, list[str]]], OpenIndex]) -> OpenIndex:
    return open_texts(TEXTS)


def texts_found(index: OpenIndex, question: str, k: int = 10, documents: Sequence[str] = ()) -> list[str]:
    return [scored.node.get_content() for scored in HybridRetriever(index, k, documents).retrieve(question)]


@pytest.mark.parametrize(
    ("question", "best"),
    [
        pytest.param("what is the GRPO?", TEXTS["papers/r1.pdf"][0], id="a definition"),
        pytest.param("Table 2", TEXTS["papers/r1.pdf"][1], id="a table by number"),
        pytest.param("How much did DeepSeek-V3 cost?", TEXTS["papers/v3.pdf"][0], id="an identifier"),
        pytest.param("how long may I borrow a book", TEXTS["library/hours.md"][1], id="stems"),
        pytest.param("图书馆几点开门？", TEXTS["library/规则.txt"][0], id="Chinese"),
    ],
)
def test_the_passage_that_answers_comes_first(index: OpenIndex, question: str, best: str) -> None:
    assert texts_found(index, question)[0] == best


def test_scores_fall_from_at_most_one_to_at_least_zero(index: OpenIndex) -> None:
    scores = [scored.score or 0.0 for scored in HybridRetriever(index, 10).retrieve("what is the GRPO?")]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)


def test_at_most_k_passages_come_back(index: OpenIndex) -> None:
    assert len(texts_found(index, "the library", k=2)) == 2


def test_only_documents_that_match_a_glob_are_searched(index: OpenIndex) -> None:
    found = HybridRetriever(index, 10, ["papers/*.pdf"]).retrieve("when does the library open?")
    assert {scored.node.metadata["document"] for scored in found} == {"papers/r1.pdf", "papers/v3.pdf"}
    assert texts_found(index, "when does the library open?", documents=["*.docx"]) == []
    assert len(texts_found(index, "library", documents=["library/*", "papers/v3.pdf"])) == 5


def test_a_glob_costs_no_recall(open_texts: Callable[[dict[str, list[str]]], OpenIndex]) -> None:
    crowd = {f"crowd/{i}.txt": [f"The green parrot number {i} sings in the garden."] for i in range(300)}
    index = open_texts(
        crowd | {"alone.txt": ["A parrot is mentioned once here, among much else about boats and harbours."]}
    )
    assert texts_found(index, "green parrot sings garden", documents=["alone.*"]) != []


def test_a_passage_knows_where_it_stands_and_tells_no_prompt(index: OpenIndex) -> None:
    (scored,) = HybridRetriever(index, 1, ["library/hours.md"]).retrieve("when does the library open?")
    metadata = scored.node.metadata
    assert (metadata["document"], metadata["pages"], metadata["labels"]) == ("library/hours.md", [1], ["Opening"])
    assert metadata["retrieval_score"] == scored.score
    assert scored.node.get_content(metadata_mode="llm") == TEXTS["library/hours.md"][0]  # type: ignore[arg-type]


def test_a_question_asked_again_is_not_embedded_again(open_texts: Callable[[dict[str, list[str]]], OpenIndex]) -> None:
    model = CountingEmbedding()
    index = OpenIndex(open_texts(TEXTS).generation, model)
    for _ in range(3):
        texts_found(index, "what is the GRPO?")
    assert model.questions == 1


def test_a_model_of_words_does_not_cross_languages(index: OpenIndex) -> None:
    assert corpus_of(index.generation, index.embed_model).crosses_languages is False


def test_a_question_that_names_nothing_known_still_finds_what_is_nearest(index: OpenIndex) -> None:
    assert texts_found(index, "xyzzy") != []


def chunk(id_: str, text: str = "text", document: str = "a.pdf", weight: float = 1.0) -> ChunkRecord:
    return ChunkRecord(id_, document, 0, text, weight=weight)


@pytest.mark.parametrize(
    ("candidates", "order"),
    [
        pytest.param([("a", 0.4, 8.0, 1.0), ("b", 0.9, 0.0, 1.0)], ["a", "b"], id="words outweigh meaning"),
        pytest.param([("a", 0.1, 8.0, 1.0), ("b", 0.8, 7.0, 1.0)], ["b", "a"], id="both together win"),
        pytest.param([("a", 0.9, 8.0, 0.5), ("b", 0.5, 5.0, 1.0)], ["b", "a"], id="a bibliography weighs less"),
        pytest.param([("b", 0.5, 0.0, 1.0), ("a", 0.5, 0.0, 1.0)], ["a", "b"], id="equal ones in order of their ids"),
        pytest.param([("a", -0.5, 0.0, 1.0)], ["a"], id="a negative cosine is none"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_fusion(candidates: list[tuple[str, float, float, float]], order: list[str]) -> None:
    fused = fuse(
        {id_: cosine for id_, cosine, _, _ in candidates},
        {id_: bm25 for id_, _, bm25, _ in candidates if bm25},
        {id_: weight for id_, _, _, weight in candidates if weight != 1.0},
    )
    assert sorted(fused, key=lambda id_: (-fused[id_], id_)) == order
    assert all(0.0 <= score <= 1.0 for score in fused.values())


def test_without_words_in_common_the_cosine_counts_alone() -> None:
    assert fuse({"a": 0.7}, {}, {})["a"] == pytest.approx(0.7)


def test_evidence_lifts_the_passage_that_says_it_in_one_sentence() -> None:
    profile = profile_of("When was the tower of Wrexham built?", lambda stems: {}, 100)
    scattered = chunk("a", "The tower is high. Many were built. Wrexham is a town.")
    together = chunk("b", "The tower of Wrexham was built in 1506. It is high.")
    candidates = [Candidate(c, 0.75, Standing(2.0)) for c in (scattered, together)]
    assert look_closely(candidates, profile)[0].chunk.id == "b"


@pytest.mark.faults("X9")
def test_at_most_three_passages_of_one_document_say_the_same() -> None:
    same = [Candidate(chunk(f"{i}", "The notice says that dogs stay outside."), 0.5) for i in range(6)]
    other = [Candidate(chunk("x", "The notice says that dogs stay outside.", document="b.pdf"), 0.4)]
    assert [c.chunk.id for c in without_repetition([*same, *other], 10)] == ["0", "1", "2"]


def test_a_text_that_stands_in_several_documents_is_one_passage() -> None:
    text = "The notice says that dogs stay outside."
    copies = [Candidate(chunk(f"{name}", text, document=f"{name}.pdf"), 0.5) for name in "abc"]
    other = Candidate(chunk("x", "Cats may come in.", document="c.pdf"), 0.4)
    chosen = without_repetition([*copies, other], 2)
    assert [c.chunk.id for c in chosen] == ["a", "x"]
    assert [place.document for place in chosen[0].also_in] == ["b.pdf", "c.pdf"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("what is the GRPO?", "en"),
        ("GRPO 的目标函数是什么？", "zh"),
        ("What does 机器学习 mean?", "en"),
        ("DeepSeek-R1 在 SimpleQA 上的得分", "zh"),
        ("42", "en"),
    ],
)
def test_the_language_of_a_question_is_that_of_its_sentence(text: str, language: str) -> None:
    assert question_language(text) == language


def placed_candidate(name: str, score: float, deviations: float, *, is_foreign: bool = False) -> Candidate:
    return Candidate(chunk(name), score, Standing(deviations, crosses=True), is_foreign)


def test_of_the_first_in_meaning_every_second_place_is_for_passages_in_another_language() -> None:
    natives = [placed_candidate(f"n{number}", 0.9 - number / 10, 1.0) for number in range(6)]
    foreign = [placed_candidate(f"f{number}", 0.1, 5.0 - number, is_foreign=True) for number in range(2)]
    placed = with_places_by_meaning([*natives, *foreign])
    assert [candidate.chunk.id for candidate in placed] == ["n0", "f0", "n1", "f1", "n2", "n3", "n4", "n5"]
    scores = [candidate.score for candidate in placed]
    assert scores == sorted(scores, reverse=True)
    assert with_places_by_meaning(natives) == natives


def test_what_meaning_does_not_find_first_gets_no_place_for_its_language() -> None:
    natives = [placed_candidate(f"n{number}", 0.9 - number / 10, 3.0) for number in range(6)]
    last = placed_candidate("f", 0.1, 1.0, is_foreign=True)
    assert with_places_by_meaning([*natives, last]) == [*natives, last]


def test_of_several_wordings_the_better_score_counts() -> None:
    one = [placed_candidate("a", 0.9, 1.0), placed_candidate("b", 0.2, 1.0)]
    other = [placed_candidate("b", 0.7, 1.0), placed_candidate("a", 0.3, 1.0)]
    assert [(each.chunk.id, each.score) for each in merged([one, other])] == [("a", 0.9), ("b", 0.7)]


def test_the_report_of_the_firm_and_year_comes_before_those_of_other_years(
    open_texts: Callable[[dict[str, list[str]]], OpenIndex],
) -> None:
    def report(year: int) -> list[str]:
        head = f"Harbour Light Annual Report. Year ended December 31, {year}."
        talk = f"Harbour Light expects capital expenditure to grow after {year}, says Harbour Light."
        rows = (
            f"Cash flows\n| | {year} | {year - 1} |\n| Capital expenditure | {year - 1000} | 901 |\n| Rent | 12 | 11 |"
        )
        return [head, talk, rows]

    index = open_texts({f"HARBOURLIGHT_{year}.pdf": report(year) for year in range(2015, 2020)})
    found = HybridRetriever(index, 3).retrieve("What is Harbour Light's capital expenditure in FY2017?")
    assert [scored.node.metadata["document"] for scored in found[:2]] == ["HARBOURLIGHT_2017.pdf"] * 2
    assert "| Capital expenditure | 1017" in found[0].node.get_content()
    elsewhere = HybridRetriever(index, 3, ["*2016.pdf"]).retrieve(
        "What is Harbour Light's capital expenditure in FY2017?"
    )
    assert {scored.node.metadata["document"] for scored in elsewhere} == {"HARBOURLIGHT_2016.pdf"}


def test_a_question_without_text_finds_nothing(index: OpenIndex) -> None:
    assert texts_found(index, "") == []


def test_where_the_index_model_takes_long_the_packaged_one_reads_the_sentences(
    open_texts: Callable[[dict[str, list[str]]], OpenIndex],
) -> None:
    index = open_texts({"tools.md": ["Borrowed tools are kept for two weeks.\n\nDogs must stay outside the workshop."]})
    (found,) = HybridRetriever(index, 1).retrieve("May I bring my pets?")
    kept, dogs = found_of(metadata_of(found.node)).meanings
    assert dogs.kin > kept.kin  # "pets" and "dogs" are two words to the index's own model
    assert dogs.near > kept.near


def test_without_the_packaged_model_words_decide_alone(
    open_texts: Callable[[dict[str, list[str]]], OpenIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.retrieval.corpus.packaged_encoder", lambda: None)
    found = HybridRetriever(open_texts(TEXTS), 3).retrieve("what is the GRPO?")
    assert [found_of(metadata_of(each.node)).meanings for each in found] == [(), (), ()]


class QuickEmbedding(WordsEmbedding):
    """Says that it is quick, and remembers what it read."""

    is_quick: bool = True
    read: list[str] = []  # noqa: RUF012 - LlamaIndex's base class takes no fields

    def cut_words(self, text: str) -> list[str]:
        return list(text)

    def embed(self, texts: list[str]) -> list[list[float]]:
        return self.get_text_embedding_batch(texts)

    def _get_text_embedding(self, text: str) -> list[float]:
        self.read.append(text)
        return super()._get_text_embedding(text)


def test_who_judges_nothing_gets_the_same_passages_without_their_sentences_being_read(
    open_texts: Callable[[dict[str, list[str]]], OpenIndex],
) -> None:
    model = QuickEmbedding()
    index = OpenIndex(open_texts(TEXTS).generation, model)
    plain = HybridRetriever(index, 5, (), False)
    plain.retrieve("what is the GRPO?")
    model.read.clear()
    found = plain.retrieve("how long may I borrow a book?")
    assert model.read == ["how long may I borrow a book?"]
    judged = HybridRetriever(index, 5).retrieve("how long may I borrow a book?")
    assert len(model.read) > 1
    assert all(found_of(metadata_of(each.node)).meanings for each in judged)
    assert [(each.node_id, each.score) for each in found] == [(each.node_id, each.score) for each in judged]


def test_nothing_of_a_generation_stays_when_it_is_closed(
    open_texts: Callable[[dict[str, list[str]]], OpenIndex],
) -> None:
    index = open_texts(TEXTS)
    texts_found(index, "when does the library open?")
    corpus = weakref.ref(corpus_of(index.generation, index.embed_model))
    assert _words.characters > 0 < _sentences.characters
    index.generation.close()
    gc.collect()
    assert corpus() is None
    assert (_words.characters, _sentences.characters) == (0, 0)
