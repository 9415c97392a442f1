"""The index that answers goes to other places, whole or not at all, and only what is not there yet."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.dirfs import DirFileSystem
from fsspec.implementations.local import LocalFileSystem

from storage.generations.lock import IndexLocked, index_lock
from storage.generations.published import (
    DamagedGeneration,
    NoIndex,
    current_name,
    generations_directory,
    open_generation,
    published_names,
)
from storage.generations.publishing import point_back_to, prune
from storage.generations.shipping import ShippingFailed, fetch_from, publish_to
from tests.repository import ROOT
from tests.storage.conftest import PublishIndex, vector_of

ONE = {"a.txt": ["the first page", "the second page"], "b.txt": ["another one"]}
OTHER = {"a.txt": ["the first page, changed"], "c.txt": ["a new one"]}
KILLED = -9


class OddStorage(DirFileSystem):  # type: ignore[misc]
    """Object storage whose objects are files of a folder, and which can be told to damage what arrives."""

    protocol = "odd"
    cachable = False
    root = Path()
    damaged: set[str] = set()  # noqa: RUF012 - told to the class, since fsspec makes the object
    before_put: Callable[[], object] | None = None

    def __init__(self, **_options: Any) -> None:
        super().__init__(path=str(self.root), fs=LocalFileSystem(auto_mkdir=True))

    def put_file(self, lpath: str, rpath: str, **options: Any) -> None:
        if (act := type(self).__dict__["before_put"]) is not None:
            OddStorage.before_put = None
            act()
        super().put_file(lpath, rpath, **options)
        if Path(rpath).name in self.damaged:
            file = self.root / rpath.removeprefix("odd://").lstrip("/")
            file.write_bytes(file.read_bytes()[:-1] + b"?")


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[type[OddStorage]]:
    OddStorage.root, OddStorage.damaged, OddStorage.before_put = tmp_path / "objects", set(), None
    fsspec.register_implementation("odd", OddStorage, clobber=True)
    yield OddStorage
    OddStorage.damaged = set()


@pytest.fixture(params=["folder", "objects"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place of each kind, empty."""
    if request.param == "folder":
        return str(tmp_path / "elsewhere" / "index")
    request.getfixturevalue("storage")
    return "odd://bucket/index"


@pytest.fixture
def says(place: str, tmp_path: Path) -> Callable[[], list[str]]:
    """What the index of the place says, wherever it is read."""

    def read() -> list[str]:
        folder = Path(place)
        if "://" in place:
            folder = tmp_path / "reader"
            fetch_from(place, folder)
        with closing(open_generation(folder)) as generation:
            nearest = generation.vectors.nearest(vector_of("a new one"), 1)
            assert nearest[0][0] in generation.catalogue.chunk_ids()
            return [chunk.text for chunk in generation.catalogue.iter_chunks()]

    return read


def test_what_answers_here_answers_there(
    index_dir: Path, publish_index: PublishIndex, place: str, says: Callable[[], list[str]]
) -> None:
    publish_index(ONE)
    done = publish_to(index_dir, place)
    assert (done.generation, done.is_new, done.there, done.removed) == ("0001", True, 0, ())
    assert says() == ["the first page", "the second page", "another one"]
    publish_index(OTHER)
    assert publish_to(index_dir, place).generation == "0002"
    assert says() == ["the first page, changed", "a new one"]


@pytest.mark.faults("S25")
def test_twice_is_once(index_dir: Path, publish_index: PublishIndex, place: str) -> None:
    publish_index(ONE)
    first, second = publish_to(index_dir, place), publish_to(index_dir, place)
    assert first.sent > 0
    assert (second.is_new, second.sent, second.sent_bytes) == (False, 0, 0)


def test_of_a_new_generation_only_what_is_new_is_sent(
    index_dir: Path, publish_index: PublishIndex, place: str, says: Callable[[], list[str]]
) -> None:
    publish_index(ONE)
    first = publish_to(index_dir, place)
    publish_index(ONE)  # vectors and words are the same to the byte
    second = publish_to(index_dir, place)
    assert second.there > 0
    assert second.sent < first.sent
    assert says() == ["the first page", "the second page", "another one"]


def test_older_ones_are_removed_there_as_here(index_dir: Path, publish_index: PublishIndex, place: str) -> None:
    removed: list[str] = []
    for _ in range(5):
        publish_index(ONE)
        prune(index_dir)
        removed += publish_to(index_dir, place).removed
    assert removed == ["0001", "0002"]


def test_what_was_brought_back_here_is_brought_back_there(
    index_dir: Path, publish_index: PublishIndex, place: str, says: Callable[[], list[str]]
) -> None:
    publish_index(ONE)
    publish_to(index_dir, place)
    publish_index(OTHER)
    publish_to(index_dir, place)
    point_back_to(index_dir, "0001")
    assert not publish_to(index_dir, place).is_new
    assert says() == ["the first page", "the second page", "another one"]


def run(*arguments: str, index: Path, failpoint: str = "") -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"INDEX_DIR": str(index), "PAGEWISE_FAILPOINT": failpoint}
    command = [sys.executable, "-m", "indexing", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.faults("S25")
@pytest.mark.parametrize("failpoint", ["ship.file:1", "ship.file:3", "ship.before-pointer", "publish.before-pointer"])
def test_a_kill_in_the_middle_leaves_the_old_one_and_the_next_run_goes_on_from_there(
    index_dir: Path, publish_index: PublishIndex, tmp_path: Path, failpoint: str
) -> None:
    place = tmp_path / "elsewhere"
    publish_index(ONE)
    assert run("--publish", str(place), index=index_dir).returncode == 0
    publish_index(OTHER)
    assert run("--publish", str(place), index=index_dir, failpoint=failpoint).returncode == KILLED
    assert current_name(place) == "0001"
    with closing(open_generation(place)) as generation:
        assert generation.catalogue.paths() == ["a.txt", "b.txt"]
    whole = len([file for file in (generations_directory(index_dir) / "0002").rglob("*") if file.is_file()]) + 1
    done = publish_to(index_dir, str(place))
    arrived = int(failpoint.rpartition(":")[2]) if failpoint.startswith("ship.file") else whole
    assert (done.sent if done.is_new else 0) <= whole - arrived
    assert current_name(place) == "0002"
    assert sorted(each.name for each in generations_directory(place).iterdir()) == ["0001", "0002"]


@pytest.mark.faults("S25")
@pytest.mark.parametrize("file", ["catalogue.db", "vectors.npy", "chroma.sqlite3", "MANIFEST.json"])
def test_what_was_damaged_on_its_way_never_answers(
    index_dir: Path, publish_index: PublishIndex, storage: type[OddStorage], tmp_path: Path, file: str
) -> None:
    publish_index(ONE)
    publish_to(index_dir, "odd://bucket/index")
    publish_index(OTHER)
    storage.damaged = {file}
    with pytest.raises(ShippingFailed, match=rf"{file} did not arrive at odd://bucket/index as it was sent"):
        publish_to(index_dir, "odd://bucket/index")
    fetch_from("odd://bucket/index", tmp_path / "reader")
    assert current_name(tmp_path / "reader") == "0001"
    storage.damaged = set()
    assert publish_to(index_dir, "odd://bucket/index").there > 0
    fetch_from("odd://bucket/index", tmp_path / "reader")
    assert current_name(tmp_path / "reader") == "0002"


def test_what_is_damaged_here_is_not_sent(index_dir: Path, publish_index: PublishIndex, place: str) -> None:
    name = publish_index(ONE)
    file = generations_directory(index_dir) / name / "vectors.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(DamagedGeneration, match=r"vectors\.npy is not as it was published"):
        publish_to(index_dir, place)


def test_what_was_damaged_there_is_not_fetched(
    index_dir: Path, publish_index: PublishIndex, storage: type[OddStorage], tmp_path: Path
) -> None:
    publish_index(ONE)
    publish_to(index_dir, "odd://bucket/index")
    file = storage.root / "bucket/index/generations/0001/chroma/chroma.sqlite3"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(DamagedGeneration, match=r"chroma\.sqlite3 is not as it was published"):
        fetch_from("odd://bucket/index", tmp_path / "reader")
    assert current_name(tmp_path / "reader") is None
    assert published_names(tmp_path / "reader") == []


def test_two_indexes_are_not_mixed_at_one_place(
    index_dir: Path, publish_index: PublishIndex, place: str, tmp_path: Path
) -> None:
    publish_index(ONE)
    publish_to(index_dir, place)
    index_dir.rename(tmp_path / "before")
    publish_index(OTHER)
    with pytest.raises(ShippingFailed, match="another generation 0001, of another index"):
        publish_to(index_dir, place)


def test_of_one_that_is_removed_while_it_is_sent_the_next_one_is_sent(
    index_dir: Path, publish_index: PublishIndex, storage: type[OddStorage], tmp_path: Path
) -> None:
    publish_index(ONE)

    def publish_and_remove() -> None:
        publish_index(OTHER)
        shutil.rmtree(generations_directory(index_dir) / "0001")

    storage.before_put = publish_and_remove
    assert publish_to(index_dir, "odd://bucket/index").generation == "0002"
    fetch_from("odd://bucket/index", tmp_path / "reader")
    assert current_name(tmp_path / "reader") == "0002"
    assert [each.name for each in (storage.root / "bucket/index/generations").iterdir()] == ["0002"]


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        pytest.param("{index}", "the place of this very index", id="itself"),
        pytest.param(
            "nowhere://bucket/index", "cannot be reached from here: Protocol not known", id="no such protocol"
        ),
    ],
)
def test_a_place_that_cannot_be_one_is_named(
    index_dir: Path, publish_index: PublishIndex, where: str, problem: str
) -> None:
    publish_index(ONE)
    done = run("--publish", where.format(index=index_dir), index=index_dir)
    assert done.returncode == 1
    assert problem in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_published_where_there_is_nothing(tmp_path: Path, place: str) -> None:
    with pytest.raises(NoIndex):
        publish_to(tmp_path / "empty", place)


def test_a_folder_in_which_a_job_is_at_work_is_left_alone(
    index_dir: Path, publish_index: PublishIndex, tmp_path: Path
) -> None:
    publish_index(ONE)
    place = tmp_path / "elsewhere"
    with index_lock(place), pytest.raises(IndexLocked):
        publish_to(index_dir, str(place))
    assert current_name(place) is None


def test_what_arrives_is_for_its_account_alone(index_dir: Path, publish_index: PublishIndex, tmp_path: Path) -> None:
    publish_index(ONE)
    (index_dir / "listing.json").write_text("{}")
    place = tmp_path / "elsewhere"
    publish_to(index_dir, str(place))
    assert {file.name for file in place.rglob("*") if file.stat().st_mode & 0o077} == set()
    assert (place / "listing.json").read_text() == "{}"
