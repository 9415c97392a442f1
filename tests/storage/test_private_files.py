"""What the index holds can be read by its own account alone, and what is not ours is left as it is."""

import os
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from storage.caches.embeddings import EmbeddingCache
from storage.caches.ocr import OcrCache
from storage.generations.drafts import collection_prefix
from storage.generations.lock import index_lock, is_locked
from storage.private_files import tighten_index
from storage.server_state.answers import AnswerStore
from storage.server_state.token_budget import BudgetLedger


@pytest.fixture(autouse=True)
def open_handed() -> Iterator[None]:
    """An account that lets everybody read and write what it makes."""
    before = os.umask(0)
    yield
    os.umask(before)


def loose(folder: Path) -> dict[str, str]:
    """What others have rights on, and which."""
    paths = {path: stat.S_IMODE(path.lstat().st_mode) for path in (folder, *folder.rglob("*")) if not path.is_symlink()}
    return {str(path.relative_to(folder)): oct(mode) for path, mode in paths.items() if mode & 0o077}


def test_every_store_is_made_for_its_own_account(tmp_path: Path) -> None:
    index_dir = tmp_path / "new" / "index"
    AnswerStore(index_dir / "answers.db").put("a", "{}")
    ledger = BudgetLedger(index_dir / "budget.db")
    ledger.add(date(2026, 11, 23), 5)
    with (
        index_lock(index_dir),
        EmbeddingCache.open(index_dir / "embeddings.db") as cache,
        OcrCache.open(index_dir / "ocr.db") as texts,
    ):
        texts.put_many({"ab": "text"})
        assert cache.count() == 0
        collection_prefix(index_dir)
        names = {path.name for path in index_dir.iterdir()}
        assert {"answers.db", "budget.db-wal", "embeddings.db-shm", "ocr.db-wal", "LOCK"} <= names
        assert loose(index_dir) == {}
    ledger.close()


def test_a_loose_index_is_tightened_when_it_is_opened(tmp_path: Path) -> None:
    index_dir = tmp_path / "index"
    (index_dir / "generations" / "0001" / "chroma").mkdir(parents=True)
    for name in ("generations/0001/chroma/data.bin", "generations/0001/catalogue.db", "CURRENT", "answers.db-journal"):
        (index_dir / name).touch()
    assert len(loose(index_dir)) == 8
    tighten_index(index_dir)
    assert loose(index_dir) == {}
    (index_dir / "ocr.db").touch()
    with index_lock(index_dir):
        assert loose(index_dir) == {}
    (index_dir / "answers.db").touch()
    assert AnswerStore(index_dir / "answers.db").get("a") is None
    assert loose(index_dir) == {}


def test_what_is_not_ours_keeps_its_rights(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").touch()
    (tmp_path / "generations").symlink_to(tmp_path / "documents")
    (tmp_path / "LOCK").touch()
    before = loose(tmp_path)
    tighten_index(tmp_path)
    assert loose(tmp_path) == {name: mode for name, mode in before.items() if name != "LOCK"}
    assert "documents/a.txt" in before
    tighten_index(tmp_path / "nowhere")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_an_index_of_another_account_is_not_locked(tmp_path: Path) -> None:
    (tmp_path / "LOCK").touch(0)
    assert not is_locked(tmp_path)
