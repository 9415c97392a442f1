"""The catalogue: what goes in comes out, what is removed leaves nothing, words are found."""

import sqlite3
import threading
from collections.abc import Iterator, Set
from dataclasses import replace
from pathlib import Path

import pytest

from storage.catalogue.catalogue import Catalogue
from storage.message_translation import told
from storage.messages import message
from storage.records import Counts
from storage.words.terms import question_parts
from tests.storage.conftest import document

GRPO = "We adopt Group Relative Policy Optimization to save the training costs of reinforcement learning."
LIBRARY = "The library opens at nine and closes at six, except on Sundays."
CHINESE = "图书馆每天上午九点开门，星期日除外。"


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.create(tmp_path / "catalogue.db") as made:
        yield made


def add(catalogue: Catalogue, path: str, *pages: str) -> None:
    with catalogue.transaction():
        catalogue.replace_document(*document(path, list(pages)))


def test_what_is_written_is_read_back_equal(catalogue: Catalogue) -> None:
    record, pages, chunks = document("a/papers.pdf", [GRPO, LIBRARY])
    with catalogue.transaction():
        catalogue.replace_document(record, pages, chunks)
    assert catalogue.documents() == [record]
    assert catalogue.paths() == catalogue.paths("indexed") == ["a/papers.pdf"]
    assert catalogue.paths("failed") == []
    assert catalogue.document("a/papers.pdf") == record
    assert catalogue.pages("a/papers.pdf") == pages
    assert catalogue.page("a/papers.pdf", 2) == pages[1]
    assert catalogue.document_chunks("a/papers.pdf") == chunks == list(catalogue.iter_chunks())
    assert catalogue.chunks([chunks[1].id, "unknown"]) == {chunks[1].id: chunks[1]}
    assert [*map(catalogue.chunks_beside, chunks)] == [(None, chunks[1]), (chunks[0], None)]
    assert catalogue.counts() == Counts(1, 2, 2)


def test_what_is_removed_is_gone_from_the_file_and_what_is_added_is_found(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.db"
    with Catalogue.create(file) as made:
        add(made, "a.txt", GRPO)
        add(made, "b.txt", LIBRARY)
        made.compact()
    with Catalogue.edit(file) as grown:
        add(grown, "c.txt", "A zebra crosses the river.")
        grown.compact()  # may leave the file as it is
    with Catalogue.open(file) as catalogue:
        (hit,) = catalogue.words.search("zebra", 5)
        assert catalogue.chunks([hit.chunk_id])[hit.chunk_id].document == "c.txt"
        assert catalogue.integrity_errors() + catalogue.words.differences() == []
    with Catalogue.edit(file) as shrunk:
        add(shrunk, "b.txt", "Closed.")
        shrunk.compact()
    assert b"except on Sundays" not in file.read_bytes()
    assert b"zebra crosses" in file.read_bytes()


def test_a_detail_keeps_its_template_and_one_of_an_older_index_is_as_it_was(catalogue: Catalogue) -> None:
    record, pages, chunks = document("a.pdf", [GRPO, LIBRARY])
    why = message("its folder {folder} cannot be opened; check its permissions", folder="b")
    pages = [replace(pages[0], detail=why), replace(pages[1], detail="plain")]
    with catalogue.transaction():
        catalogue.replace_document(replace(record, detail=why), pages, chunks)
    (found,) = catalogue.documents()
    assert (found.detail, catalogue.pages("a.pdf")) == (why, pages)
    details = [found.detail, catalogue.pages("a.pdf")[0].detail, *(page.detail for _, page in catalogue.odd_pages())]
    assert [told(detail or "", "zh") for detail in details] == [*["其文件夹 b 无法打开；请检查权限"] * 3, "plain"]


def test_labels_and_weights_are_told_where_there_are_some(catalogue: Catalogue) -> None:
    record, pages, chunks = document("a.md", [GRPO, LIBRARY, CHINESE])
    labelled = [replace(pages[0], label="Rewards"), pages[1], replace(pages[2], label="Rewards")]
    with catalogue.transaction():
        catalogue.replace_document(record, labelled, [*chunks[:2], replace(chunks[2], weight=0.5)])
    places = [("a.md", (2,)), ("a.md", (1, 2, 3)), ("b.md", (1,)), ("a.md", (3,))]
    assert catalogue.labels(places) == [[], ["Rewards"], [], ["Rewards"]]
    assert catalogue.labels([]) == []
    assert catalogue.weights() == {chunks[2].id: 0.5}


def test_writing_a_document_twice_is_writing_it_once(catalogue: Catalogue) -> None:
    for _ in range(2):
        add(catalogue, "a.txt", GRPO, LIBRARY)
    assert catalogue.counts() == Counts(1, 2, 2)
    assert len(catalogue.words.search("library", 10)) == 1


def test_removing_a_document_undoes_adding_it(catalogue: Catalogue) -> None:
    add(catalogue, "a.txt", GRPO)
    add(catalogue, "b.txt", LIBRARY)
    catalogue.remove_document("b.txt")
    assert [record.path for record in catalogue.documents()] == ["a.txt"]
    assert catalogue.words.search("library opens", 10) == []
    assert catalogue.pages("b.txt") == []
    assert catalogue.integrity_errors() == []


def test_a_changed_document_answers_with_its_new_words_only(catalogue: Catalogue) -> None:
    add(catalogue, "a.txt", GRPO)
    add(catalogue, "a.txt", LIBRARY)
    assert catalogue.words.search("reinforcement", 10) == []
    assert len(catalogue.words.search("library", 10)) == 1


def test_an_exception_in_a_transaction_leaves_nothing(catalogue: Catalogue) -> None:

    def write_half_of_it() -> None:
        with catalogue.transaction():
            catalogue.replace_document(*document("a.txt", [GRPO]))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half_of_it()
    assert catalogue.counts() == Counts(0, 0, 0)
    assert catalogue.words.search("policy", 10) == []


@pytest.mark.parametrize(
    ("question", "document_found"),
    [
        pytest.param("How is the policy optimized?", "a.txt", id="stems"),
        pytest.param("when does the library open", "b.txt", id="several words"),
        pytest.param("图书馆几点开门？", "c.txt", id="Chinese"),
    ],
)
def test_the_best_lexical_hit_holds_the_words_asked_for(
    catalogue: Catalogue, question: str, document_found: str
) -> None:
    for path, text in {"a.txt": GRPO, "b.txt": LIBRARY, "c.txt": CHINESE}.items():
        add(catalogue, path, text)
    best = catalogue.words.search(question, 10)[0]
    assert catalogue.chunks([best.chunk_id])[best.chunk_id].document == document_found
    assert best.score > 0


def test_a_search_within_documents_finds_only_theirs(catalogue: Catalogue) -> None:
    add(catalogue, "a.txt", LIBRARY)
    add(catalogue, "b.txt", LIBRARY)
    (hit,) = catalogue.words.search("library", 10, documents={"b.txt"})
    assert hit.chunk_id in catalogue.chunk_ids({"b.txt"})


@pytest.mark.parametrize("question", ['"', "AND OR NOT", "a* NEAR(b)", "'; DROP TABLE chunks", "", "？！", "🙂"])
def test_no_question_is_taken_for_search_syntax(catalogue: Catalogue, question: str) -> None:
    add(catalogue, "a.txt", GRPO)
    assert isinstance(catalogue.words.search(question, 10), list)
    assert catalogue.counts().chunks == 1


def test_document_frequencies_count_chunks(catalogue: Catalogue) -> None:
    add(catalogue, "a.txt", LIBRARY, LIBRARY, GRPO)
    assert catalogue.words.document_frequencies(["nine", "nobody"]) == {"nine": 2}


def test_a_published_catalogue_is_read_by_many_threads_and_by_nobody_written(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.db"
    with Catalogue.create(file) as made:
        add(made, "a.txt", GRPO)
    found: list[int] = []
    with Catalogue.open(file) as reader:
        threads = [
            threading.Thread(target=lambda: found.append(len(reader.words.search("policy", 5)))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with pytest.raises(sqlite3.OperationalError):
            reader.remove_document("a.txt")
    assert found == [1] * 8
    with pytest.raises(sqlite3.ProgrammingError):
        reader.counts()


def test_a_torn_catalogue_is_named_as_such(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.db"
    with Catalogue.create(file) as made:
        add(made, "a.txt", *[GRPO + str(i) for i in range(200)])
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(sqlite3.DatabaseError):
        Catalogue.open(file)


def test_other_words_in_the_lexical_index_than_in_the_texts_are_found(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.db"
    with Catalogue.create(file) as made:
        add(made, "a.txt", GRPO, LIBRARY)
        add(made, "b.txt", CHINESE)
        assert made.words.differences() == []
    connection = sqlite3.connect(file)
    connection.execute("UPDATE chunks SET text = replace(text, 'nine', 'ten') WHERE text = ?", (LIBRARY,))
    connection.commit()
    connection.close()
    with Catalogue.open(file) as catalogue:
        assert catalogue.integrity_errors() == []
        (error,) = catalogue.words.differences()
        assert "1 chunks" in error


def test_remarks_are_kept_and_found_by_page(catalogue: Catalogue) -> None:
    record, pages, chunks = document("a.pdf", [GRPO, LIBRARY])
    struck = message("struck out and left out: {text}", text="not so")
    pages = [pages[0], replace(pages[1], remarks=(struck, "plain"))]
    with catalogue.transaction():
        catalogue.replace_document(record, pages, chunks)
    assert [page.remarks for page in catalogue.pages("a.pdf")] == [(), (struck, "plain")]
    assert [(path, page.number, page.remarks) for path, page in catalogue.odd_pages()] == [
        ("a.pdf", 2, (struck, "plain"))
    ]
    assert catalogue.remarks([("a.pdf", [1, 2]), ("a.pdf", [1]), ("b.pdf", [2])]) == [(struck, "plain"), (), ()]
    assert getattr(catalogue.remarks([("a.pdf", [2])])[0][0], "template", "") == struck.template


def test_a_catalogue_without_remarks_is_read_as_it_is_and_gets_them_when_it_is_edited(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.db"
    with Catalogue.create(file) as made:
        add(made, "a.pdf", GRPO, LIBRARY)
    with sqlite3.connect(file) as before:  # as version 2 wrote it
        before.executescript("DROP INDEX noted_pages; ALTER TABLE pages DROP COLUMN remarks; PRAGMA user_version = 2;")
    with Catalogue.open(file) as old:
        assert [page.text for page in old.pages("a.pdf")] == [GRPO, LIBRARY]
        assert old.page("a.pdf", 2) is not None
        assert (old.odd_pages(), old.remarks([("a.pdf", [1])])) == ([], [()])
    with Catalogue.edit(file) as edited:
        add(edited, "b.pdf", GRPO)
    with Catalogue.open(file) as new:
        assert [page.remarks for page in new.pages("a.pdf")] == [(), ()]
        assert new.paths() == ["a.pdf", "b.pdf"]


def test_odd_pages_are_counted_and_told_of_some_documents_alone(catalogue: Catalogue, tmp_path: Path) -> None:
    for path in ("a.pdf", "b.pdf"):
        record, pages, chunks = document(path, [GRPO, LIBRARY])
        with catalogue.transaction():
            catalogue.replace_document(record, [pages[0], replace(pages[1], status="ocr")], chunks)
    assert catalogue.odd_counts() == {"ocr": 2}
    assert [(path, page.number) for path, page in catalogue.odd_pages(["b.pdf", "none"])] == [("b.pdf", 2)]
    catalogue.remove_document("a.pdf")
    assert catalogue.odd_counts() == {"ocr": 1}
    with Catalogue.open(tmp_path / "catalogue.db") as published:
        assert published.odd_counts() == published.odd_counts() == {"ocr": 1}
        published.documents().clear()
        assert published.documents() == catalogue.documents()


def test_what_was_read_ahead_is_not_read_again(catalogue: Catalogue, tmp_path: Path) -> None:
    add(catalogue, "a.pdf", GRPO)
    published = Catalogue.open(tmp_path / "catalogue.db")
    published.read_ahead()
    published.close()
    assert published.documents() == catalogue.documents()
    assert published.odd_counts() == catalogue.odd_counts()


def test_counting_odd_pages_reads_no_text(catalogue: Catalogue, tmp_path: Path) -> None:
    add(catalogue, "a.pdf", GRPO)
    query = "EXPLAIN QUERY PLAN SELECT status, count(*) FROM pages WHERE status != 'text' GROUP BY status"
    with sqlite3.connect(tmp_path / "catalogue.db") as connection:
        connection.executescript("DROP INDEX odd_pages;")  # as an earlier version wrote it
    assert catalogue.odd_counts() == {}
    catalogue.close()
    Catalogue.edit(tmp_path / "catalogue.db").close()
    with sqlite3.connect(tmp_path / "catalogue.db") as connection:
        ((*_, step),) = connection.execute(query)
    assert "COVERING INDEX odd_pages" in step


def test_labels_and_remarks_are_the_same_with_their_index_and_without_it(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.db"
    record, (first, second), chunks = document("a.pdf", [GRPO, LIBRARY])
    with Catalogue.create(file) as made, made.transaction():
        made.replace_document(record, [replace(first, label="iv"), replace(second, remarks=("struck out",))], chunks)

    def told() -> tuple[list[list[str]], list[tuple[str, ...]]]:
        places = [("a.pdf", [1, 2]), ("a.pdf", [2]), ("b.pdf", [1])]
        with Catalogue.open(file) as opened:
            return opened.labels(places), opened.remarks(places)

    with_index = told()
    with sqlite3.connect(file) as connection:
        connection.executescript("DROP INDEX noted_pages;")  # as an earlier version wrote it
    assert told() == with_index == ([["iv"], [], []], [("struck out",), ("struck out",), ()])
    Catalogue.edit(file).close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'noted_pages'").fetchone() == (1,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("library", {"a.md", "b.md"}),
        ("Sundays library", {"a.md"}),  # in two passages of one document
        ("libraries", {"a.md", "b.md"}),
        ("library optimization", set()),
        ("图书馆", {"c.md"}),
        ("zeppelin", set()),
        ("…", set()),
    ],
)
def test_documents_are_found_by_words_that_all_stand_in_them(
    catalogue: Catalogue, text: str, expected: set[str]
) -> None:
    add(catalogue, "a.md", "The library opens at nine.", "It is closed on Sundays.")
    add(catalogue, "b.md", "Another library.")
    add(catalogue, "c.md", CHINESE, GRPO)
    assert catalogue.words.documents_with(text) == expected


@pytest.mark.parametrize(
    ("phrase", "is_said"),
    [("hand in", True), ("hands in", True), ("in hand", False), ("hand", True), ("submit", False), ("吸烟", True)],
)
def test_a_phrase_is_said_only_where_its_words_stand_side_by_side(
    catalogue: Catalogue, phrase: str, is_said: bool
) -> None:
    add(catalogue, "a.md", "Members hand in their keys.", "此处不得吸烟。")
    assert catalogue.words.says(phrase) == is_said


@pytest.mark.parametrize("alone", ["\u0301", "\u0308 \u0301", "\u0e31"])
def test_a_mark_that_stands_alone_keeps_no_question_from_being_searched(tmp_path: Path, alone: str) -> None:
    """A scanned page holds such marks: as words they are empty, and SQLite gives an empty word as NULL."""
    with Catalogue.create(tmp_path / "marks.db") as made:
        add(made, "a.md", f"Die Jahresgebühr {alone} beträgt 40 Euro.")
        assert made.words.search("Wie hoch ist die Gebühr?", 10) != []
    with Catalogue.open(tmp_path / "marks.db") as opened:
        assert opened.words.search("Wie hoch ist die Gebühr?", 10) != []
        assert opened.words.documents_with("Gebühr") in (set(), {"a.md"})


def counted(catalogue: Catalogue, text: str, documents: Set[str] | None = None) -> list[tuple[str, int, int]]:
    found = [(part.text, catalogue.words.occurrences(part, documents)) for part in question_parts(text)]
    return [(word, each.passages, each.documents) for word, each in found]


def test_words_are_counted_in_all_their_forms_and_with_their_best_place(catalogue: Catalogue) -> None:
    add(catalogue, "a.txt", GRPO, LIBRARY, "Libraries keep books. A library lends them; our library is free.")
    add(catalogue, "b.txt", LIBRARY)
    add(catalogue, "zh.txt", CHINESE)
    assert counted(catalogue, "Which library kept the dragon?") == [("library", 3, 2), ("kept", 1, 1), ("dragon", 0, 0)]
    assert counted(catalogue, "library", {"b.txt"}) == [("library", 1, 1)]
    assert counted(catalogue, "圖書館的龍") == [("圖書館", 1, 1)]
    best = catalogue.words.occurrences(question_parts("library")[0]).best
    assert best is not None
    assert best.text.startswith("Libraries keep")


def test_a_german_word_is_counted_within_longer_ones(catalogue: Catalogue) -> None:
    add(catalogue, "a.txt", "Die Kündigungsfrist beträgt vier Wochen.", "Die Frist ist kurz.")
    (part,) = [part for part in question_parts("Wie lang ist die Frist?") if part.text == "Frist"]
    found = catalogue.words.occurrences(part)
    assert found.passages == 2
    assert any("frist" in word for word in found.longer_words)


def test_a_word_of_many_passages_is_counted_in_the_one_document_that_is_asked(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.catalogue.lexical_index.MOST_COUNTED", 3)
    monkeypatch.setattr("storage.catalogue.lexical_index._PLACES_AT_A_TIME", 2, raising=False)
    add(catalogue, "a.txt", *[f"The library of room {number}." for number in range(5)])
    add(catalogue, "b.txt", "Our library.")
    (part,) = question_parts("library")
    inside, everywhere = catalogue.words.occurrences(part, frozenset({"b.txt"})), catalogue.words.occurrences(part)
    assert (inside.passages, inside.is_more) == (1, False)
    assert (everywhere.passages, everywhere.is_more) == (3, True)


def test_counting_ends_when_the_time_is_over_and_says_so(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.catalogue.lexical_index._PLACES_AT_A_TIME", 2)
    add(catalogue, "a.txt", *[f"The library of room {number}." for number in range(50)])
    looks = iter([False, True])
    found = catalogue.words.occurrences(question_parts("library")[0], frozenset({"a.txt"}), lambda: next(looks))
    assert (found.passages, found.is_more) == (4, True)
