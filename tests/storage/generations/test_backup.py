"""The index in one file and back: while it answers, while a job runs, on another place; nothing damaged comes back."""

import io
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from storage.generations.backup import BackupFailed, back_up, restore
from storage.generations.lock import index_lock
from storage.generations.published import NoIndex, current_name, open_generation
from storage.generations.publishing import is_rolled_back, point_back_to
from storage.server_state.answers import AnswerStore
from tests.repository import ROOT
from tests.shared import made_once

SETTINGS = "DEEPSEEK_API_KEY=sk-canary\nAPI_TOKENS=anna:canary\nRETRIEVE_K=12\n# a remark\nWEBHOOK_SECRET=canary\n"
SETTINGS += "OTEL_EXPORTER_OTLP_HEADERS=authorization=canary\n"


def run_job(documents: Path, index: Path, *flags: str) -> "subprocess.CompletedProcess[str]":
    environment = {"DOCUMENTS_DIR": str(documents), "INDEX_DIR": str(index), "EMBED_MODEL": "packaged"}
    return subprocess.run(
        [sys.executable, "-m", "indexing", *flags],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


def _make(place: Path) -> None:
    documents, index = place / "documents", place / "index"
    documents.mkdir()
    for number in range(8):
        text = f"# Paper {number}\n\nThe boiling point of substance {number} is {number * 7 + 20} degrees.\n"
        (documents / f"paper-{number}.md").write_text(text, encoding="utf-8")
    done = run_job(documents, index)
    assert done.returncode == 0, done.stdout + done.stderr
    AnswerStore(index / "answers.db").put("kept", '{"answer": "27 degrees"}')


@pytest.fixture
def place(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders `documents` and `index` of eight small papers."""
    shutil.copytree(made_once(tmp_path_factory, "backed-up", _make), tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def backup(place: Path, tmp_path: Path) -> Path:
    file = tmp_path / "backups" / "pagewise.tar"
    (tmp_path / "settings").write_text(SETTINGS, encoding="utf-8")
    back_up(place / "index", file, tmp_path / "settings")
    return file


def test_a_backup_made_while_it_answers_and_a_job_runs_is_an_index_elsewhere(place: Path, tmp_path: Path) -> None:
    store, index, file = AnswerStore(place / "index" / "answers.db"), place / "index", tmp_path / "pagewise.tar"
    generation = open_generation(index)  # as a server holds it
    (place / "documents" / "new.md").write_text("# New\n\nIt is new.\n", encoding="utf-8")
    environment = {"DOCUMENTS_DIR": str(place / "documents"), "INDEX_DIR": str(index), "EMBED_MODEL": "packaged"}
    job = subprocess.Popen(
        [sys.executable, "-m", "indexing"],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    made = 0
    while made == 0 or job.poll() is None:
        store.put(f"answer-{made}", "{}")
        back_up(index, file)
        made += 1
    generation.close()
    moved = tmp_path / "elsewhere" / "papers"
    shutil.copytree(place / "documents", moved)
    restored = tmp_path / "elsewhere" / "index"
    assert restore(file, restored, moved).generation == current_name(restored)
    assert AnswerStore(restored / "answers.db").get("kept") == '{"answer": "27 degrees"}'
    done = run_job(moved, restored)
    assert done.returncode == 0, done.stdout + done.stderr
    done = run_job(moved, restored, "--verify")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_restored_answers_for_the_folder_of_the_settings(backup: Path, place: Path, tmp_path: Path) -> None:
    restored = tmp_path / "restored"
    restore(backup, restored, tmp_path / "papers")
    before, after = open_generation(place / "index"), open_generation(restored)
    try:
        assert after.manifest.documents_dir == str(tmp_path / "papers")
        assert after.catalogue.documents() == before.catalogue.documents()
    finally:
        before.close()
        after.close()
    assert (restored.stat().st_mode | (restored / "answers.db").stat().st_mode) & 0o077 == 0


def test_an_index_that_was_brought_back_is_one_elsewhere(place: Path, tmp_path: Path) -> None:
    with index_lock(place / "index"):
        point_back_to(place / "index", current_name(place / "index") or "")
    back_up(place / "index", tmp_path / "pagewise.tar")
    restore(tmp_path / "pagewise.tar", tmp_path / "restored", tmp_path)
    assert is_rolled_back(tmp_path / "restored")  # so that the next run asks before it takes anything out again


def test_secrets_stay_where_they_are(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    with tarfile.open(backup) as archive:
        settings = archive.extractfile("settings.env")
        assert settings is not None
        assert settings.read() == b"RETRIEVE_K=12\n"
    assert b"canary" not in backup.read_bytes()


def test_an_index_is_never_restored_over_another(backup: Path, place: Path) -> None:
    with pytest.raises(BackupFailed, match="holds an index already"):
        restore(backup, place / "index", place / "documents")


def test_damage_anywhere_is_found_and_leaves_no_index(backup: Path, tmp_path: Path) -> None:
    whole, dice = backup.read_bytes(), random.Random(3)
    with tarfile.open(backup) as archive:
        members = [(member.name, member.offset_data, member.size) for member in archive.getmembers() if member.size]
    damaged = tmp_path / "damaged.tar"
    for name, start, size in members:
        changed = bytearray(whole)
        changed[start + dice.randrange(size)] ^= 0xFF
        damaged.write_bytes(changed)
        with pytest.raises(BackupFailed):
            restore(damaged, tmp_path / "restored", tmp_path)
        assert current_name(tmp_path / "restored") is None, name
    damaged.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupFailed, match="whole"):
        restore(damaged, tmp_path / "restored", tmp_path)
    assert list((tmp_path / "restored").iterdir()) == []


@pytest.mark.parametrize("name", ["../outside.txt", "/tmp/outside.txt"])
def test_an_archive_that_wants_to_write_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    evil = tmp_path / "evil.tar"
    with tarfile.open(evil, "w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(BackupFailed):
        restore(evil, tmp_path / "restored", tmp_path)
    assert not (tmp_path / "outside.txt").exists()


def test_what_cannot_be_backed_up_is_said_and_leaves_the_last_backup(tmp_path: Path, backup: Path, place: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(NoIndex, match="make index"):
        back_up(tmp_path / "nothing", backup)
    done = run_job(place / "documents", tmp_path / "nothing", "--backup", str(backup))
    assert done.returncode == 1
    assert "make index" in done.stderr
    assert backup.read_bytes() == before


@pytest.mark.parametrize("file", ["catalogue.db", "vectors.npy", "MANIFEST.json"])
@pytest.mark.parametrize("is_there", [True, False], ids=["altered", "missing"])
def test_a_damaged_index_is_not_taken_for_a_backup(place: Path, tmp_path: Path, file: str, is_there: bool) -> None:
    generation = place / "index" / "generations" / (current_name(place / "index") or "")
    if is_there:
        (generation / file).write_bytes((generation / file).read_bytes()[:-20])
    else:
        (generation / file).unlink()
    with pytest.raises(BackupFailed, match=re.escape(file) if file != "MANIFEST.json" else "no readable manifest"):
        back_up(place / "index", tmp_path / "pagewise.tar")
    assert list(tmp_path.glob("*.tar*")) == []


def test_the_commands_say_what_was_done_and_what_is_next(place: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    done = run_job(place / "documents", place / "index", "--backup", str(file))
    assert (done.returncode, "8 documents" in done.stdout) == (0, True), done.stdout + done.stderr
    done = run_job(place / "documents", tmp_path / "restored", "--restore", str(file))
    assert (done.returncode, "Next: make index" in done.stdout) == (0, True), done.stdout + done.stderr
