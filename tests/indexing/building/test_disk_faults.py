"""The disk is full or read-only, or a file of the index is held: one sentence, exit code 4, the index as it was."""

import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indexing.__main__ import main
from storage.failures import StorageFailed
from storage.generations.published import current_name
from storage.generations.verification import problems_of
from tests.indexing.workshop import TEXTS, Workshop

ROOT = Path(__file__).resolve().parents[3]
SENTENCES = "\n\n".join(f"Sentence number {number} fills the index with words of its own." for number in range(400))


def run_job(workshop: Workshop, preexec_fn: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "indexing"],
        cwd=ROOT,
        env={**os.environ, **workshop.environment()},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=preexec_fn,
    )


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit code 4 and a sentence, no traceback."""
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert all(word in last for word in ("Nothing published", *words)), last


@pytest.mark.faults("S10")
def test_files_that_may_not_grow_end_the_run_and_leave_the_index(workshop: Workshop) -> None:
    before = current_name(workshop.index_dir)
    workshop.write("long.txt", SENTENCES)
    limit = 64 * 1024
    done = run_job(workshop, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert_refused(done, "index")
    assert (current_name(workshop.index_dir), workshop.leftovers()) == (before, [])
    assert problems_of(workshop.index_dir, before or "") == []


@pytest.mark.faults("S10")
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="only root may mount a small disk")
def test_a_full_disk_ends_the_run_and_leaves_the_index(workshop: Workshop, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", small], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        shutil.copytree(workshop.index_dir, small / "index")
        workshop.index_dir = small / "index"
        before = current_name(workshop.index_dir)
        workshop.write("long.txt", SENTENCES)
        filler = small / "filler"
        with filler.open("wb") as file:
            file.truncate(0)
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(small).free - 200_000)
        assert_refused(run_job(workshop), "make room")
        assert (current_name(workshop.index_dir), workshop.leftovers()) == (before, [])
        filler.unlink()
        assert problems_of(workshop.index_dir, before or "") == []
        assert workshop.run().published
    finally:
        subprocess.run(["umount", "--lazy", small], check=True)


@pytest.mark.faults("S13")
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="only root may mount a read-only volume")
def test_a_read_only_volume_is_named(workshop: Workshop) -> None:
    workshop.write("new.txt", "New words.\n")
    volume = workshop.index_dir
    bound = subprocess.run(["mount", "--bind", volume, volume], check=False)
    if bound.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", volume], check=True)
        assert_refused(run_job(workshop), str(volume), "read-only")
    finally:
        subprocess.run(["umount", "--lazy", volume], check=True)


@pytest.mark.faults("S12")
def test_an_embedding_cache_held_by_another_program_is_said_after_seconds(workshop: Workshop) -> None:
    holder = sqlite3.connect(workshop.index_dir / "embeddings.db")
    holder.execute("BEGIN EXCLUSIVE")
    workshop.write("new.txt", "New words.\n")
    before = workshop.generation
    with pytest.raises(StorageFailed, match="another program"):
        workshop.run()
    holder.close()
    assert (workshop.generation, workshop.leftovers()) == (before, [])
    assert workshop.run().published


def test_an_unforeseen_fault_has_a_sentence_a_traceback_in_the_log_and_a_code_of_its_own(
    workshop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name, value in workshop.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: 1 / 0)
    before = workshop.generation
    workshop.write("new.txt", "New words.\n")
    assert main([]) == 70
    last = capsys.readouterr().err.splitlines()[-1]
    assert "ZeroDivisionError" in last
    assert "The index is as it was." in last
    assert "Traceback" in caplog.text
    assert (workshop.generation, workshop.leftovers()) == (before, [])


@pytest.mark.faults("S21")
@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_everything_is_on_the_disk_before_the_pointer_names_it(empty_workshop: Workshop, tmp_path: Path) -> None:
    empty_workshop.write("fruit.txt", TEXTS["fruit.txt"])
    log = tmp_path / "calls"
    command = ["strace", "-f", "--seccomp-bpf", "-y", "-qq", "-e", "trace=fsync,fdatasync,/rename.*", "-o", str(log)]
    traced = subprocess.run(
        [*command, sys.executable, "-m", "tests.indexing.hash_job"],
        cwd=ROOT,
        env={**os.environ, **empty_workshop.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    if "ptrace" in traced.stderr:
        pytest.skip("this machine lets nobody trace")
    assert traced.returncode == 0, traced.stderr
    calls = log.read_text().splitlines()
    pointer = next(i for i, call in enumerate(calls) if "rename" in call and 'CURRENT"' in call)
    finished = next(i for i, call in enumerate(calls) if "rename" in call and '0001"' in call)
    generation = empty_workshop.index_dir / "generations" / "0001"
    synced = [(i, match[1]) for i, call in enumerate(calls) if (match := re.search(r"sync\(\d+<([^>]+)>", call))]
    before = {path.replace("0001.draft", "0001") for i, path in synced if i < pointer}
    everything = {str(path) for path in generation.rglob("*")} | {str(generation), str(generation.parent)}
    assert everything <= before
    assert str(empty_workshop.index_dir / "CURRENT.new") in before
    assert any(finished < i < pointer and path == str(generation.parent) for i, path in synced)
    assert any(i > pointer and path == str(empty_workshop.index_dir) for i, path in synced)


@pytest.mark.faults("S15")
def test_no_directory_takes_the_place_of_another_one(workshop: Workshop) -> None:
    seen = _generations(workshop)
    for number in range(2):
        workshop.write("fruit.txt", f"Version {number} of the fruits.\n")
        workshop.run()
        now = _generations(workshop)
        assert all(seen[name] == now[name] for name in seen.keys() & now.keys())
        assert int(max(now)) > int(max(seen))
        seen |= now


def _generations(workshop: Workshop) -> dict[str, int]:
    return {d.name: d.stat().st_ino for d in (workshop.index_dir / "generations").iterdir()}


@pytest.mark.faults("S5")
def test_a_crash_of_the_verifying_process_publishes_nothing(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash = tmp_path / "python"
    crash.write_text(
        f'#!/bin/sh\ncase "$*" in *storage.generations.verification*) kill -SEGV $$ ;; esac\n'
        f'exec {sys.executable} "$@"\n'
    )
    crash.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(crash))
    before = workshop.generation
    workshop.write("new.txt", "New words.\n")
    with pytest.raises(Exception, match=r"verification ended with status -11"):
        workshop.run()
    assert (workshop.generation, workshop.leftovers()) == (before, [])
