"""A damaged file goes aside under another name, with its journals, a few of them at most, and never a good one."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from storage.caches.embeddings import EmbeddingCache, text_key, unit_rows
from storage.caches.ocr import OcrCache, known_text
from storage.damaged_files import MOST_SET_ASIDE, files_set_aside, identity_of, is_damage, set_aside
from tests.storage.damage import WAYS, fill, overwrite_middle, small_disk

KEYS = [text_key(str(number)) for number in range(2_000)]
VECTORS = unit_rows(np.random.default_rng(0).normal(size=(len(KEYS), 8)).tolist())
PAGES = {f"{number:064x}": "text of a page " * 20 for number in range(500)}


def test_the_journals_go_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    for ending in ("", "-wal", "-shm", "-journal"):
        (tmp_path / f"a.db{ending}").write_text(f"it{ending}")
    aside = set_aside(file, identity_of(file))
    assert aside is not None
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        aside.name + ending for ending in ("", "-wal", "-shm", "-journal")
    )
    assert aside.name.startswith("a.db.damaged-2")
    assert aside.read_text() == "it"


def test_only_the_newest_are_kept_and_no_folder_is_deleted(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.mkdir()
    folder = set_aside(file, identity_of(file))
    for number in range(MOST_SET_ASIDE + 3):
        file.write_text(str(number))
        (tmp_path / "a.db-wal").write_text("")
        set_aside(file, identity_of(file))
    kept = files_set_aside(file)
    assert [path.read_text() for path in kept] == ["3", "4", "5"]
    assert folder is not None
    assert folder.is_dir()
    assert len(list(tmp_path.iterdir())) == 2 * MOST_SET_ASIDE + 1


def test_what_another_process_has_begun_anew_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.write_text("damaged")
    seen = identity_of(file)
    file.rename(tmp_path / "somewhere else")
    file.write_text("new")
    assert set_aside(file, seen) is None
    assert file.read_text() == "new"
    assert set_aside(tmp_path / "none.db", None) is None


def test_a_full_disk_and_a_lock_are_no_damage(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with closing(sqlite3.connect(file)) as holder, closing(sqlite3.connect(file, timeout=0)) as other:
        holder.execute("CREATE TABLE a (b)")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError) as busy:
            other.execute("SELECT * FROM a")
        assert not is_damage(busy.value, file)
        holder.rollback()
        other.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError, match="full") as full:
            other.execute("INSERT INTO a VALUES (?)", ("x" * 100_000,))
        assert not is_damage(full.value, file)


@pytest.mark.parametrize("damage", WAYS)
def test_an_embedding_cache_that_goes_bad_while_it_is_closed_is_begun_anew(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    file, told = tmp_path / "embeddings.db", list[str]()
    with EmbeddingCache.open(file) as cache:
        cache.put_many("model", KEYS, VECTORS)
    damage(file)
    with EmbeddingCache.open(file, told.append) as cache:
        assert cache.get_many("model", KEYS) == {}
        assert cache.missing("model", KEYS[:2]) == KEYS[:2]
        cache.put_many("model", KEYS[:2], VECTORS[:2])
        assert sorted(cache.get_many("model", KEYS)) == sorted(KEYS[:2])
        assert cache.keep_only("model", KEYS[:1]) == 1
    (sentence,) = told
    assert sentence.startswith("embeddings.db was damaged and is now embeddings.db.damaged-")


def test_damage_that_first_shows_when_something_is_written_is_mended(tmp_path: Path) -> None:
    file, told = tmp_path / "embeddings.db", list[str]()
    with EmbeddingCache.open(file) as cache:
        cache.put_many("model", KEYS, VECTORS)
    overwrite_middle(file)
    with EmbeddingCache.open(file, told.append) as cache:
        cache.put_many("model", KEYS[:2], VECTORS[:2])
        assert cache.count() == 2
    assert len(told) == len(files_set_aside(file)) == 1


def test_a_vector_whose_bytes_were_overwritten_counts_as_missing(tmp_path: Path) -> None:
    file = tmp_path / "embeddings.db"
    with EmbeddingCache.open(file) as cache:
        cache.put_many("model", KEYS[:3], VECTORS[:3])
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE vectors SET vector = zeroblob(32) WHERE key = ?", (bytes.fromhex(KEYS[0]),))
        connection.execute("UPDATE vectors SET vector = x'0102' WHERE key = ?", (bytes.fromhex(KEYS[1]),))
    with EmbeddingCache.open(file) as cache:
        assert sorted(cache.get_many("model", KEYS[:3])) == [KEYS[2]]


@pytest.mark.parametrize("damage", WAYS)
def test_an_ocr_cache_that_goes_bad_is_begun_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    file, told = tmp_path / "ocr.db", list[str]()
    with OcrCache.open(file) as cache:
        cache.put_many(PAGES)
    damage(file)
    key = next(iter(PAGES))
    assert known_text(file, key) is None
    with OcrCache.open(file, told.append) as cache:
        assert cache.get(key) is None
        cache.put_many({key: "read again"})
    assert known_text(file, key) == "read again"
    assert len(told) == 1


def test_a_full_disk_is_an_error_of_a_cache_and_sets_nothing_aside(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk, EmbeddingCache.open(disk / "embeddings.db") as cache:
        cache.put_many("model", KEYS[:1], VECTORS[:1])
        fill(disk)
        with pytest.raises(sqlite3.OperationalError):
            cache.put_many("model", KEYS, VECTORS)
        assert files_set_aside(disk / "embeddings.db") == []
        assert cache.count() == 1
