"""Many swaps of the index cost neither handles nor memory."""

import gc
import os
import shutil
import subprocess
from pathlib import Path

import psutil
import pytest

from server.retrieval.index_holder import IndexHolder
from storage.generations.publishing import prune, publish
from tests.server.retrieval.test_index_holder import HashEmbedding
from tests.storage.conftest import build_draft, index_dir, vector_of

__all__ = ["index_dir"]

WARM_UP = 10  # until allocators and caches have what they want


def _swap(holder: IndexHolder, index_dir: Path, number: int) -> None:
    draft, _ = build_draft(index_dir, {"a.txt": [f"page {page} of version {number}" for page in range(20)]})
    publish(index_dir, draft)
    prune(index_dir)
    holder.refresh()
    with holder.acquire() as index:
        assert index.generation.name == draft.name
        assert index.generation.vectors.nearest(vector_of(f"page 3 of version {number}"), 1)


def _open_after(index_dir: Path, swaps: int) -> tuple[int, int]:
    """Handles left open, and bytes of memory held, when a holder has swapped so often and is closed.

    Closed, because Chroma's pool holds 3 to 5 handles of the one collection that is open, as its threads need them.
    """
    holder = IndexHolder(index_dir, load_model=lambda identity, device: HashEmbedding())
    for number in range(swaps):
        _swap(holder, index_dir, number)
    holder.close()
    gc.collect()
    process = psutil.Process(os.getpid())
    return process.num_fds(), process.memory_info().rss


def _handles_within(index_dir: Path) -> list[str]:
    """What this process holds open of an index; handles of other tests' threads come and go."""
    links = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]  # noqa: PTH208
    return [link for link in links if link.startswith(str(index_dir.resolve()))]


@pytest.mark.faults("S17")
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system does not tell which files are open")
def test_a_few_swaps_leave_no_handle_open(index_dir: Path) -> None:
    holder = IndexHolder(index_dir, load_model=lambda identity, device: HashEmbedding())
    _swap(holder, index_dir, 0)
    assert _handles_within(index_dir)
    for number in range(1, 4):
        _swap(holder, index_dir, number)
    holder.close()
    gc.collect()
    assert _handles_within(index_dir) == []


@pytest.mark.soak
@pytest.mark.faults("S17")
def test_fifty_swaps_cost_no_handle_and_hardly_any_memory(index_dir: Path) -> None:
    handles_before, memory_before = _open_after(index_dir, WARM_UP)
    handles, memory = _open_after(index_dir, swaps=50)
    print(f"50 swaps: {handles - handles_before:+d} handles, {memory / memory_before - 1.0:+.1%} memory")  # noqa: T201
    assert handles <= handles_before
    assert memory <= 1.10 * memory_before


@pytest.mark.faults("S11")
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="only root may mount a small disk")
def test_a_disk_that_is_full_while_serving_fails_no_query(tmp_path: Path) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", tmp_path], check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount")
    holder = IndexHolder(tmp_path / "index", load_model=lambda identity, device: HashEmbedding())
    try:
        _swap(holder, tmp_path / "index", 1)
        with (tmp_path / "filler").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(tmp_path).free)
        assert shutil.disk_usage(tmp_path).free == 0
        for number in range(100):
            with holder.acquire() as index:
                ((best, _),) = index.generation.vectors.nearest(vector_of(f"question {number}"), 1)
                assert index.generation.catalogue.chunks([best])
                assert index.generation.catalogue.words.search("version", 5)
    finally:
        holder.close()
        subprocess.run(["umount", "--lazy", tmp_path], check=True)
