"""The job is killed, everywhere and at any time: what is served is always a whole generation, and paid work stays."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage import failpoints
from storage.caches.embeddings import EmbeddingCache
from storage.generations.published import current_name, published_names
from storage.generations.publishing import KEPT_GENERATIONS
from storage.generations.verification import problems_of
from tests.indexing.workshop import Workshop

BATCH = 8
KILLED = -9


def write_version(workshop: Workshop, version: int) -> None:
    """Twelve files of several chunks; each version changes, adds and removes some."""
    for number in range(12):
        sentences = [
            f"File {number} of version {version if number % 3 else 0} says that {i} is {i * i}." for i in range(30)
        ]
        workshop.write(f"{number}.txt", "\n\n".join(sentences))
    workshop.write(f"only-{version}.txt", f"Only version {version} has this file.")
    (workshop.documents / f"only-{version - 1}.txt").unlink(missing_ok=True)


def job(workshop: Workshop, failpoint: str = "") -> subprocess.Popen[str]:
    environment = {**os.environ, **workshop.environment(), "EMBED_BATCH_SIZE": str(BATCH), "CHUNK_SIZE": "300"}
    if failpoint:
        environment["PAGEWISE_FAILPOINT"] = failpoint
    command = [sys.executable, "-m", "tests.indexing.hash_job"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> int:
    """Wait for a job that must succeed; gives how many texts it embedded."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return int(out.split()[-1])


def assert_whole(workshop: Workshop, *versions: int) -> None:
    """What CURRENT names proves whole and is one of these versions of the folder, not a mixture."""
    name = current_name(workshop.index_dir)
    assert name is not None
    assert name in published_names(workshop.index_dir)
    assert problems_of(workshop.index_dir, name) == []
    known = workshop.documents_known()
    held = {version for version in versions if f"only-{version}.txt" in known}
    assert len(held) == 1
    (version,) = held
    assert f"File 1 of version {version} says" in workshop.text_of("1.txt")
    assert "File 0 of version 0 says" in workshop.text_of("0.txt")


def kill_at(workshop: Workshop, failpoint: str, version: int) -> None:
    """One kill at the failpoint, then one run to the end."""
    write_version(workshop, version)
    killed = job(workshop, failpoint)
    killed.communicate(timeout=120)
    assert killed.returncode == KILLED
    assert_whole(workshop, version - 1, version)
    finish(job(workshop))
    assert_whole(workshop, version)
    assert workshop.leftovers() == []


@pytest.fixture(scope="module")
def first_version(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Indexed once; `indexed` is a copy for each test."""
    place = tmp_path_factory.mktemp("first")
    made = Workshop(place / "documents", place / "index")
    write_version(made, 1)
    finish(job(made))
    return made


@pytest.fixture
def indexed(first_version: Workshop, tmp_path: Path) -> Workshop:
    return first_version.copy_to(tmp_path)


@pytest.mark.soak
@pytest.mark.faults("S1")
@pytest.mark.parametrize("failpoint", failpoints.ALL)
def test_killed_at_a_failpoint_the_index_stays_whole(indexed: Workshop, failpoint: str) -> None:
    for version in range(2, KEPT_GENERATIONS + 1):  # so that there is something to prune
        write_version(indexed, version)
        finish(job(indexed))
    first = KEPT_GENERATIONS + 1
    for version in range(first, first + int(os.environ.get("SOAK_KILLS_PER_FAILPOINT", "5"))):
        where = failpoint if failpoint not in ("embed.batch", "parse.document") else f"{failpoint}:{version}"
        kill_at(indexed, where, version)


@pytest.mark.faults("S1")
def test_killed_between_pointer_and_pruning_the_new_generation_is_served(indexed: Workshop) -> None:
    kill_at(indexed, "publish.after-pointer", 2)


@pytest.mark.faults("S3")
def test_after_a_kill_at_most_one_batch_is_embedded_again(indexed: Workshop) -> None:
    write_version(indexed, 2)
    with EmbeddingCache.open(indexed.index_dir / "embeddings.db") as cache:
        before = cache.count()
    killed = job(indexed, "embed.batch:4")
    killed.communicate(timeout=120)
    assert killed.returncode == KILLED
    with EmbeddingCache.open(indexed.index_dir / "embeddings.db") as cache:
        kept = cache.count() - before
    assert kept == 4 * BATCH
    embedded = finish(job(indexed))
    write_version(indexed, 3)  # as many new texts as version 2 had
    whole = finish(job(indexed))
    assert embedded + kept <= whole + BATCH


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.faults("S2")
def test_killed_at_random_times_the_index_stays_whole(indexed: Workshop) -> None:
    chance = random.Random(int(os.environ.get("SOAK_SEED", "20261123")))
    started = time.perf_counter()
    write_version(indexed, 2)
    finish(job(indexed))
    usual_seconds = time.perf_counter() - started
    done = 2
    for version in range(3, 3 + int(os.environ.get("SOAK_RANDOM_KILLS", "20"))):
        write_version(indexed, version)
        process = job(indexed)
        try:
            process.wait(timeout=chance.uniform(0, usual_seconds))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        assert_whole(indexed, *range(done, version + 1))
        if current_name(indexed.index_dir) is not None and f"only-{version}.txt" in indexed.documents_known():
            done = version
    finish(job(indexed))
    assert_whole(indexed, version)
    assert indexed.leftovers() == []
