"""Answers that were given are not lost: not by a full disk, a damaged file, a lock or a missing right."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage.damaged_files import files_set_aside
from storage.server_state.answers import AnswerStore, AnswersUnreadable
from tests.storage.damage import WAYS, fill, overwrite_middle, small_disk

LONG = "x" * 3_000


@pytest.mark.parametrize("damage", WAYS)
def test_a_damaged_file_is_set_aside_and_the_newest_answers_are_in_the_new_one(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    file = tmp_path / "answers.db"
    store = AnswerStore(file, most_held=2)
    for number in range(10):
        store.put(str(number), LONG)
    damage(file)
    store.put("new", "a new answer")
    assert [store.unstored(id_) for id_ in ("9", "new")] == [None, None]
    assert (store.notice() or "").startswith("answers.db was damaged and is now answers.db.damaged-")
    again = AnswerStore(file)
    assert [again.get(id_) for id_ in ("0", "9", "new")] == [None, LONG, "a new answer"]


@pytest.mark.parametrize("damage", WAYS)
def test_damage_that_shows_at_reading_loses_no_answer_in_memory(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    file = tmp_path / "answers.db"
    store = AnswerStore(file, most_held=2)
    for number in range(10):
        store.put(str(number), LONG)
    damage(file)
    assert [store.get(id_) for id_ in ("0", "8", "9")] == [None, LONG, LONG]
    store.put("new", "a new answer")
    assert [AnswerStore(file).get(id_) for id_ in ("9", "new")] == [LONG, "a new answer"]


def test_what_could_not_be_written_is_kept_in_memory_and_written_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        file = disk / "answers.db"
        store = AnswerStore(file)
        store.put("before", LONG)
        filler = fill(disk)
        for number in range(3):
            store.put(f"during {number}", LONG * 20)
        assert "the disk is full" in (store.unstored("during 0") or "")
        assert "the disk is full" in (store.notice() or "")
        assert [store.get(f"during {number}") for number in range(3)] == [LONG * 20] * 3
        assert AnswerStore(file).get("before") == LONG
        assert AnswerStore(file).get("during 0") is None
        filler.unlink()
        store.put("after", LONG)
        assert [store.unstored(id_) for id_ in ("during 0", "after")] == [None, None]
        assert store.notice() is None
        assert AnswerStore(file).get("during 0") == LONG * 20
        assert files_set_aside(file) == []


def test_a_disk_that_was_full_before_the_first_answer_leaves_nothing_that_looks_damaged(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        filler = fill(disk)
        store = AnswerStore(disk / "answers.db")
        store.put("first", LONG)
        assert store.unstored("first")
        assert AnswerStore(disk / "answers.db").get("first") is None
        filler.unlink()
        store.put("second", LONG)
        assert AnswerStore(disk / "answers.db").get("first") == LONG
        assert files_set_aside(disk / "answers.db") == []


def test_a_file_that_another_program_holds_is_waited_for_once_and_said(tmp_path: Path) -> None:
    file = tmp_path / "answers.db"
    store = AnswerStore(file, most_held=1, wait_seconds=0.2)
    store.put("old", "old")
    store.put("newer", "newer")
    with closing(sqlite3.connect(file)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        store.put("new", "new")
        assert "another program holds the file" in (store.unstored("new") or "")
        assert store.get("new") == "new"
        with pytest.raises(AnswersUnreadable, match="another program holds the file"):
            store.get("old")
    assert store.get("old") == "old"
    store.put("last", "last")
    assert store.notice() is None


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file where the folder should be")
    store = AnswerStore(tmp_path / "index" / "answers.db")
    store.put("new", "new")
    assert (store.get("new"), store.get("other")) == ("new", None)
    assert store.unstored("new")


def test_no_more_answers_are_held_than_the_bound(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file where the folder should be")
    store = AnswerStore(tmp_path / "index" / "answers.db", most_held=3)
    for number in range(5):
        store.put(str(number), "answer")
    assert [store.get(str(number)) is not None for number in range(5)] == [False, False, True, True, True]


def test_one_damaged_row_is_found_when_it_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "answers.db"
    store = AnswerStore(file, most_held=1)
    for number in range(50):
        store.put(str(number), LONG)
    overwrite_middle(file)
    assert store.get("3") is None
    assert len(files_set_aside(file)) == 1


def test_answers_are_listed_newest_first_wherever_they_are(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path / "answers.db", most_held=2)
    for number in range(4):
        store.put(str(number), f"document {number}", f"summary {number}" if number else "")
    assert [(each.id, each.summary) for each in store.newest()] == [
        ("3", "summary 3"), ("2", "summary 2"), ("1", "summary 1"), ("0", "document 0"),
    ]  # fmt: skip
    store.put("1", "another document", "another summary")
    assert [each.id for each in AnswerStore(tmp_path / "answers.db").newest()] == ["3", "2", "1", "0"]
    assert AnswerStore(tmp_path / "answers.db").get("1") == "another document"


def test_a_file_of_an_earlier_version_is_read_listed_and_written(tmp_path: Path) -> None:
    file = tmp_path / "answers.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE answers (id TEXT PRIMARY KEY, document TEXT NOT NULL)")
        connection.execute("INSERT INTO answers VALUES ('old', 'an old answer')")
    store = AnswerStore(file, most_days=1)
    assert store.get("old") == "an old answer"
    store.put("new", "a new answer", "short")
    assert [(each.id, each.summary) for each in store.newest()] == [("new", "short"), ("old", "an old answer")]


def test_answers_go_when_they_are_old_or_deleted(tmp_path: Path) -> None:
    now = [1_000_000.0]
    store = AnswerStore(tmp_path / "answers.db", most_held=1, most_days=2, now=lambda: now[0])
    store.put("a", LONG)
    now[0] += 86_400
    store.put("b", LONG)
    store.put("c", LONG)
    now[0] += 86_400 + 1
    assert [store.get(id_) is None for id_ in "abc"] == [True, False, False]
    assert [each.id for each in store.newest()] == ["c", "b"]
    store.delete(["b"])
    assert [each.id for each in AnswerStore(tmp_path / "answers.db").newest()] == ["c"]
    store.delete()
    assert store.newest() == []
    assert LONG.encode() not in (tmp_path / "answers.db").read_bytes()
