"""What is remembered of the words of questions is what SQLite would say again, bounded, and gone with its catalogue."""

import gc
import sqlite3
import weakref
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.catalogue.catalogue import Catalogue
from storage.catalogue.phrase_matches import Memory, PhraseMatches
from storage.words.terms import match_expression, match_phrases
from tests.side_by_side import side_by_side
from tests.storage.conftest import document

_TEXTS = (
    "The library opens at nine and closes at six; the library is closed on Sundays.",
    "Libraries lend books. A book, two books, many books: whoever lends 1,000 books keeps a list.",
    "Table 2 shows the win-rate of DeepSeek-R1-Zero, pass@1 87.6 %.",
    "图书馆每天上午九点开门，星期日除外。 图书馆的书可以借三十天。",
    "Die Kündigungsfrist beträgt drei Monate. Die Frist beginnt am Ersten, und wer kündigt, kündigt schriftlich.",
    "Running, runs, ran: the runner optimizes an optimizer, naïvely.",
    *(f"Note {number}: books and nothing but books, page {number}." for number in range(40)),
)
_QUESTIONS = (
    "When does the library open?",
    "Who lends books?",
    "“closed on Sundays”",
    "What does Table 2 show of DeepSeek-R1-Zero?",
    "图书馆几点开门？",
    "Wie lang ist die Frist der Kündigung?",
    "Which runner optimizes naïvely, and who is an optimizer?",
    "What is in note 17 on 1,000 books?",
    "zyzzyva",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A catalogue whose rows do not begin at 1 and have gaps."""
    file = tmp_path / "catalogue.db"
    with Catalogue.create(file) as made, made.transaction():
        for number, text in enumerate((*_TEXTS, "to be removed", *_TEXTS[:3])):
            made.replace_document(*document(f"{number:03d}.txt", [text]))
        made.remove_document("000.txt")
        made.remove_document(f"{len(_TEXTS):03d}.txt")
    return file


@pytest.fixture
def catalogue(file: Path) -> Iterator[Catalogue]:
    with Catalogue.open(file) as opened:
        yield opened


def lexical_hits(file: Path, question: str, limit: int) -> list[tuple[str, float]]:
    """As SQLite itself puts them in order."""
    with closing(sqlite3.connect(file)) as connection:
        statement = (
            "SELECT id, -bm25(terms) AS score FROM terms JOIN chunks ON chunks.rowid = terms.rowid"
            " WHERE terms MATCH ? ORDER BY score DESC, terms.rowid LIMIT ?"
        )
        return connection.execute(statement, (match_expression(question), limit)).fetchall()


@pytest.mark.parametrize("limit", [1, 3, 60])
@pytest.mark.parametrize("question", _QUESTIONS)
def test_chunks_and_scores_are_those_of_sqlite_the_first_time_and_from_memory(
    file: Path, catalogue: Catalogue, question: str, limit: int
) -> None:
    expected = lexical_hits(file, question, limit)
    for _ in range(2):
        found = [
            (hit.chunk_id, hit.score) for hit in catalogue.words._phrase_matches.best(match_phrases(question), limit)
        ]
        assert [id_ for id_, _ in found] == [id_ for id_, _ in expected]
        assert [score for _, score in found] == pytest.approx([score for _, score in expected], rel=1e-12)


def test_words_are_forgotten_before_there_are_too_many_of_them(catalogue: Catalogue) -> None:
    bounded = PhraseMatches(catalogue._connections.lent, most_bytes=2_000)
    whole = PhraseMatches(catalogue._connections.lent)
    for question in _QUESTIONS * 2:
        assert bounded.best(match_phrases(question), 60) == whole.best(match_phrases(question), 60)
        assert bounded.remembered_bytes <= 2_000
    assert 2_000 < whole.remembered_bytes == sum(matches.size for matches in whole._remembered.values())


def test_many_threads_find_what_one_finds(catalogue: Catalogue) -> None:
    expected = [catalogue.words.search(question, 60) for question in _QUESTIONS]
    fresh = PhraseMatches(catalogue._connections.lent, most_bytes=3_000)
    wrong: list[str] = []

    def ask(_number: int) -> None:
        for question, hits in list(zip(_QUESTIONS, expected, strict=True)) * 5:
            if question.startswith("Wie"):
                continue  # composed words are added by the catalogue
            if fresh.best(match_phrases(question), 60) != hits:
                wrong.append(question)

    side_by_side(ask, 4)
    assert wrong == []
    assert fresh.remembered_bytes == sum(matches.size for matches in fresh._remembered.values()) <= 3_000


def test_a_word_is_looked_up_once_until_there_are_too_many() -> None:
    asked: list[str] = []

    def look_up(words: Collection[str]) -> dict[str, int]:
        asked.extend(words)
        return {word: len(word) for word in words if word != "nobody"}

    memory = Memory(look_up, most=3)
    assert memory.of(["a", "nobody", "a"]) == {"a": 1}
    assert memory.of(["nobody", "a", "bb"]) == {"a": 1, "bb": 2}
    assert asked == ["a", "nobody", "bb"]
    assert memory.of(["bb", "ccc"]) == {"bb": 2, "ccc": 3}
    assert len(memory) == 2
    assert memory.of(["a"]) == {"a": 1}
    assert asked == ["a", "nobody", "bb", "ccc", "a"]


def test_what_is_remembered_goes_when_the_catalogue_is_closed(file: Path) -> None:
    catalogue = Catalogue.open(file)
    catalogue.read_ahead()
    catalogue.words.search("Wie lang ist die Frist?", 3)
    catalogue.words.document_frequencies(["book"])
    catalogue.labels([("001.txt", [1])])
    catalogue.chunks(["unknown"])
    memories = [
        weakref.ref(each)
        for each in (
            catalogue.words._phrase_matches,
            catalogue.words._frequencies,
            catalogue.words._composed,
            catalogue._notes,
            catalogue._chunks,
        )
    ]
    catalogue.close()
    gc.collect()
    assert [memory() for memory in memories] == [None] * 5


def test_a_catalogue_that_is_written_is_asked_anew_each_time(file: Path) -> None:
    with Catalogue.edit(file) as edited:
        before = edited.words.document_frequencies(["book"])["book"]
        hits = len(edited.words.search("books", 100))
        with edited.transaction():
            edited.replace_document(*document("new.txt", ["One more of the books."]))
        assert edited.words.document_frequencies(["book"]) == {"book": before + 1}
        assert len(edited.words.search("books", 100)) == hits + 1
