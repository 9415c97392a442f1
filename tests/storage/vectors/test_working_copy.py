"""Vectors that are opened where nothing may be written, by as many as like."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from storage.generations.published import generations_directory, open_generation
from storage.vectors.working_copy import WorkingCopy, must_be_copied
from tests.repository import ROOT
from tests.storage.conftest import PublishIndex, vector_of
from tests.storage.damage import mounted_to_be_read

DOCUMENTS = {"a.txt": ["the first page", "the second page"], "b.txt": ["another one"]}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where copies lie."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    return place


def test_a_generation_on_a_disk_that_can_only_be_read_answers(
    index_dir: Path, publish_index: PublishIndex, tmp_path: Path, temporary: Path
) -> None:
    publish_index(DOCUMENTS)
    with mounted_to_be_read(index_dir, tmp_path / "mounted") as mounted:
        with closing(open_generation(mounted)) as generation:
            (nearest, cosine), *_ = generation.vectors.nearest(vector_of("another one"), 1)
            assert generation.catalogue.chunks([nearest])[nearest].text == "another one"
            assert cosine == pytest.approx(1.0, abs=1e-5)
            assert len(list(temporary.iterdir())) == 1
        assert list(temporary.iterdir()) == []


def test_whoever_leaves_it_alone_writes_nothing_there(index_dir: Path, publish_index: PublishIndex) -> None:
    name = publish_index(DOCUMENTS)
    before = contents(generations_directory(index_dir) / name)
    with (
        closing(open_generation(index_dir, is_left_alone=True)) as one,
        closing(open_generation(index_dir, is_left_alone=True)) as other,
    ):
        assert one.vectors.ids() == other.vectors.ids()
    assert contents(generations_directory(index_dir) / name) == before


def test_a_folder_that_may_be_written_is_not_copied(index_dir: Path, publish_index: PublishIndex) -> None:
    name = publish_index(DOCUMENTS)
    assert not must_be_copied(generations_directory(index_dir) / name / "chroma")
    assert not must_be_copied(index_dir / "nowhere")


def test_what_a_killed_process_left_is_removed_and_what_another_one_uses_is_not(
    index_dir: Path, publish_index: PublishIndex, temporary: Path
) -> None:
    chroma = generations_directory(index_dir) / publish_index(DOCUMENTS) / "chroma"
    program = (
        "import os, sys; from pathlib import Path; from storage.vectors.working_copy import WorkingCopy;"
        "copy = WorkingCopy(Path(sys.argv[1])); os._exit(9)"
    )
    environment = os.environ | {"TMPDIR": str(temporary)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", program, str(chroma)], cwd=ROOT, env=environment, check=False)
    left = list(temporary.iterdir())
    assert len(left) == 2
    with closing(WorkingCopy(chroma)) as used:
        for folder in temporary.iterdir():
            os.utime(folder, (0, 0))
        with closing(WorkingCopy(chroma)) as other:
            assert {used.directory.parent, other.directory.parent} == set(temporary.iterdir())
    assert list(temporary.iterdir()) == []
