"""Which files are documents: everything readable inside the folder, nothing outside it, and no waiting."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexing.planning.discovery import Discovery, DocumentsFolderMissing, KnownVersion, current_version, discover


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    return made


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    made = tmp_path / "outside"
    made.mkdir()
    (made / "secret.txt").write_text("SECRET")
    return made


@pytest.fixture
def unprivileged_folder() -> Iterator[Path]:
    """A folder in which permissions count: the tests may run as root, for whom they do not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        was_root = os.geteuid() == 0
        if was_root:
            os.seteuid(65534)
        try:
            yield Path(name)
        finally:
            if was_root:
                os.seteuid(0)


def paths(found: Discovery) -> list[str]:
    return [file.path for file in found.files]


def problems(found: Discovery) -> dict[str, str]:
    return {problem.path: problem.category for problem in found.problems}


def test_documents_of_all_subfolders_are_found_by_relative_posix_path(folder: Path) -> None:
    (folder / "b" / "c").mkdir(parents=True)
    for name in ("a.txt", "b/c/报告.md", "b/UPPER.TXT"):
        (folder / name).write_text(name)
    assert paths(discover(folder, {})) == ["a.txt", "b/UPPER.TXT", "b/c/报告.md"]


def test_hidden_files_lock_files_and_other_kinds_are_no_documents(folder: Path) -> None:
    (folder / ".git").mkdir()
    for name in (".hidden.txt", ".git/readme.txt", "~$report.docx", "program.exe", "picture.GIF", "Makefile"):
        (folder / name).write_bytes(b"x")
    found = discover(folder, {})
    assert (paths(found), found.problems) == ([], ())
    assert {(each.path, each.reason, each.files) for each in found.left_out} == {
        (".hidden.txt", "hidden", 1),
        (".git/", "hidden", 1),
        ("~$report.docx", "hidden", 1),
        ("program.exe", "kind", 1),
        ("picture.GIF", "kind", 1),
        ("Makefile", "kind", 1),
    }


def test_an_ignore_file_excludes_what_it_says_as_git_would(folder: Path) -> None:
    for name in ("a.txt", "b.log.txt", "drafts/c.txt", "drafts/keep.txt", "old/d.txt", "old/deep/e.txt", "sub/f.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / ".pagewiseignore").write_text("# not these\n*.log.txt\n/old/\ndrafts/*\n!drafts/keep.txt\n")
    (folder / "sub" / ".pagewiseignore").write_text("f.txt\n")
    found = discover(folder, {})
    assert paths(found) == ["a.txt", "drafts/keep.txt"]
    assert {(each.path, each.reason, each.files) for each in found.left_out} == {
        ("b.log.txt", "ignored", 1),
        ("drafts/c.txt", "ignored", 1),
        ("old/", "ignored", 2),
        ("sub/f.txt", "ignored", 1),
    }


def test_every_file_is_in_one_place(folder: Path) -> None:
    made = ["a.txt", "x.bin", ".hid/one.txt", ".hid/two/three.txt", "ig/x.txt", "ig/y.bin", "link.txt", "~$l.docx"]
    for name in made:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "out.txt").symlink_to("/etc/hostname")
    (folder / ".pagewiseignore").write_text("ig/\n")
    found = discover(folder, {})
    documents = len(found.files) + sum(not problem.is_folder for problem in found.problems)
    assert documents + sum(each.files for each in found.left_out) == len(made) + 1


def test_the_index_itself_is_left_out(folder: Path) -> None:
    (folder / "index").mkdir()
    (folder / "index" / "notes.txt").write_text("x")
    assert paths(discover(folder, {}, leave_out=folder / "index")) == []


@pytest.mark.faults("B20")
def test_links_out_of_the_folder_are_named_and_not_followed(folder: Path, outside: Path) -> None:
    (folder / "secret.txt").symlink_to(outside / "secret.txt")
    (folder / "all").symlink_to(outside)
    (folder / "gone.txt").symlink_to(outside / "nothing.txt")
    found = discover(folder, {})
    assert paths(found) == []
    assert problems(found) == {"secret.txt": "link", "all": "link", "gone.txt": "link"}
    assert all("put the file itself there" in problem.detail for problem in found.problems)


@pytest.mark.faults("B20")
def test_looping_links_end(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "a.txt").write_text("a")
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "sub" / "self").symlink_to(folder / "sub")
    (folder / "round.txt").symlink_to(folder / "round.txt")
    found = discover(folder, {})
    assert paths(found) == ["sub/a.txt"]
    assert problems(found) == {"round.txt": "link"}
    assert len(found.notes) == 2


def test_links_inside_the_folder_are_documents_of_their_own(folder: Path) -> None:
    (folder / "..data").mkdir()  # as Kubernetes mounts its files
    (folder / "..data" / "a.txt").write_text("a")
    (folder / "a.txt").symlink_to("..data/a.txt")
    (folder / "linked").symlink_to("..data")
    assert paths(discover(folder, {})) == ["a.txt", "linked/a.txt"]


@pytest.mark.faults("B20")
@pytest.mark.timeout(60)
def test_a_pipe_is_named_and_never_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    assert problems(discover(folder, {})) == {"pipe.txt": "not_a_file"}


@pytest.mark.faults("B20")
def test_unreadable_files_and_folders_are_named_and_keep_what_is_known(unprivileged_folder: Path) -> None:
    (unprivileged_folder / "sub").mkdir()
    for name in ("closed.txt", "open.txt", "sub/inside.txt"):
        (unprivileged_folder / name).write_text(name)
    (unprivileged_folder / "closed.txt").chmod(0)
    (unprivileged_folder / "sub").chmod(0)
    try:
        found = discover(unprivileged_folder, {})
    finally:
        (unprivileged_folder / "sub").chmod(0o700)
    assert paths(found) == ["open.txt"]
    assert problems(found) == {"closed.txt": "unreadable", "sub": "unreadable"}
    assert all(problem.keeps_last_version for problem in found.problems)


def test_a_name_that_is_not_utf8_is_named(folder: Path) -> None:
    (Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt"))).write_text("x")
    assert problems(discover(folder, {})) == {"caf\\xe9.txt": "name"}


def test_bytes_are_read_only_where_size_or_time_differ(folder: Path) -> None:
    (folder / "a.txt").write_text("a")
    (seen,) = discover(folder, {}).files
    known = {"a.txt": KnownVersion(seen.size, seen.mtime_ns, "remembered")}
    assert [file.sha256 for file in discover(folder, known).files] == ["remembered"]
    (folder / "a.txt").write_text("ab")
    assert [file.sha256 for file in discover(folder, known).files] != ["remembered"]


def test_the_present_version_of_a_file_that_is_gone_is_none(folder: Path) -> None:
    assert current_version(folder, "gone.txt") is None


@pytest.mark.parametrize("name", ["missing", "file"])
def test_without_a_folder_it_says_which_setting_to_mend(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DocumentsFolderMissing, match="DOCUMENTS_DIR="):
        discover(tmp_path / name, {})
