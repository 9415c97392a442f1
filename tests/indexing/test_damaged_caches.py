"""A cache of the job that is damaged, before the run or in the midst of it, costs work and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.caches.ocr import OcrCache
from storage.damaged_files import files_set_aside
from storage.generations.published import current_name
from storage.generations.verification import problems_of
from tests.indexing.workshop import RecordingProgress, Workshop
from tests.storage.damage import WAYS, overwrite_middle

MANY = "\n\n".join(f"Sentence number {number} fills the cache with vectors of its own." for number in range(600))


@dataclass
class DamagingProgress(RecordingProgress):
    """Damages a file at the moment when the vectors are about to be written."""

    file: Path = Path()

    def working(self, on: str) -> None:
        if on == "writing vectors":
            self.file.with_name(self.file.name + "-wal").unlink(missing_ok=True)
            self.file.with_name(self.file.name + "-shm").unlink(missing_ok=True)
            self.file.write_bytes(b"\xff" * 20_000)


def assert_whole(workshop: Workshop) -> None:
    assert problems_of(workshop.index_dir, current_name(workshop.index_dir) or "") == []


@pytest.mark.parametrize("damage", WAYS)
def test_a_run_over_a_damaged_embedding_cache_goes_on_and_says_so(
    workshop: Workshop, damage: Callable[[Path], None]
) -> None:
    workshop.write("long.txt", MANY)
    workshop.run()
    damage(workshop.index_dir / "embeddings.db")
    workshop.write("new.txt", "New words.\n")
    assert workshop.run().published
    assert any("embeddings.db was damaged and is now embeddings.db.damaged-" in said for said in workshop.progress.said)
    assert_whole(workshop)


def test_a_cache_that_is_damaged_between_embedding_and_writing_is_made_again(workshop: Workshop) -> None:
    workshop.write("new.txt", MANY)
    file = workshop.index_dir / "embeddings.db"
    report = workshop.run_with(progress := DamagingProgress(file=file))
    assert report.published
    assert [said for said in progress.said if "was damaged" in said]
    assert len(files_set_aside(file)) == 1
    assert_whole(workshop)
    overwrite_middle(file)
    assert workshop.run().exit_code == 0


@pytest.mark.parametrize("damage", WAYS)
def test_a_run_over_a_damaged_ocr_cache_goes_on(workshop: Workshop, damage: Callable[[Path], None]) -> None:
    file = workshop.index_dir / "ocr.db"
    with OcrCache.open(file) as cache:
        cache.put_many({f"{number:064x}": "text of a page " * 20 for number in range(500)})
    damage(file)
    workshop.write("new.txt", "New words.\n")
    assert workshop.run().published
