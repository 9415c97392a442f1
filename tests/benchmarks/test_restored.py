"""What is not equal after a backup is restored is named, whatever it is; what is equal is not."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.speed.measuring import index_settings, module, run
from benchmarks.speed.restored import differences
from storage.generations.backup import back_up, restore
from storage.generations.published import current_name, generations_directory
from storage.server_state.answers import AnswerStore
from tests.shared import made_once


def _make(place: Path) -> None:
    (place / "documents").mkdir()
    (place / "documents" / "ferry.md").write_text("# Ferry\n\nThe last ferry leaves at nine.\n", encoding="utf-8")
    run(module("indexing"), index_settings(place / "documents", place / "index"), place / "log")
    AnswerStore(place / "index" / "answers.db").put("kept", "{}")


@pytest.fixture
def before(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with one kept answer."""
    return shutil.copytree(made_once(tmp_path_factory, "ferry", _make) / "index", tmp_path / "before")


@pytest.fixture
def after(before: Path, tmp_path: Path) -> Path:
    """The same, from a backup."""
    back_up(before, tmp_path / "pagewise.tar")
    restore(tmp_path / "pagewise.tar", tmp_path / "after", tmp_path / "documents")
    return tmp_path / "after"


def test_a_restored_index_is_equal(before: Path, after: Path) -> None:
    assert list(differences(before, after, ["kept"])) == []


def _generation(index: Path) -> Path:
    return generations_directory(index) / (current_name(index) or "")


def _alter_vectors(index: Path) -> None:
    file = _generation(index) / "vectors.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")


def _lose_chroma(index: Path) -> None:
    (_generation(index) / "chroma" / "chroma.sqlite3").unlink()


def _lose_answers(index: Path) -> None:
    (index / "answers.db").unlink()


def _make_up_an_embedding(index: Path) -> None:
    with closing(sqlite3.connect(index / "embeddings.db")) as connection, connection:
        connection.execute("INSERT INTO vectors SELECT model, X'00', vector FROM vectors LIMIT 1")


def _lose_the_pointer(index: Path) -> None:
    (index / "CURRENT").unlink()


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        pytest.param(_alter_vectors, ["vectors.npy has other bytes"], id="vectors"),
        pytest.param(_lose_chroma, ["chroma/chroma.sqlite3 is missing or new"], id="chroma"),
        pytest.param(_lose_answers, ["answer kept is lost"], id="answers"),
        pytest.param(_make_up_an_embedding, ["embeddings are cached that nobody computed"], id="cache"),
        pytest.param(_lose_the_pointer, ["nothing answers"], id="pointer"),
    ],
)
def test_what_is_not_equal_is_named(before: Path, after: Path, harm: Callable[[Path], None], named: list[str]) -> None:
    harm(after)
    assert list(differences(before, after, ["kept"])) == named
