"""The command line: what it says, what it leaves alone, and its exit codes."""

import os
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexing.__main__ import Stopped, main
from indexing.settings import IndexingSettings
from storage.child_environment import ENCODED_LINES
from storage.generations.lock import index_lock
from storage.message_translation import told
from storage.messages import Message, decoded
from storage.settings import StorageSettings
from tests.indexing.workshop import Workshop, pdf

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _signals_as_they_were() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture
def in_workshop(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Four documents, indexed; the settings in the environment name them."""
    for name, value in workshop.environment().items():
        monkeypatch.setenv(name, value)
    return workshop


def everything_under(folder: Path) -> dict[str, tuple[int, int]]:
    """Each file with its size and time."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file): (file.stat().st_size, file.stat().st_mtime_ns) for file in files}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHUNK_SIZE", "many"),
        ("CHUNK_SIZE", "0"),
        ("CHUNK_OVERLAP", "900"),
        ("PARSE_TIMEOUT_SECONDS", "-1"),
        ("OCR", "perhaps"),
        ("EMBED_FALLBACK", "maybe"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(
    in_workshop: Workshop, name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    assert main([]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{name}={value}")


def test_a_missing_folder_is_wrong_usage(
    in_workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCUMENTS_DIR", str(in_workshop.documents / "nowhere"))
    assert main([]) == 2
    assert "DOCUMENTS_DIR=" in capsys.readouterr().err


def test_an_unknown_option_is_wrong_usage() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--dry-run", "--fresh"])
    assert caught.value.code == 2


@pytest.mark.faults("S6")
def test_a_locked_index_is_exit_code_3(in_workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    with index_lock(in_workshop.index_dir):
        assert main([]) == 3
    assert f"process {os.getpid()}" in capsys.readouterr().err


def test_a_first_run_without_a_readable_document_is_exit_code_4(
    empty_workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in empty_workshop.environment().items():
        monkeypatch.setenv(name, value)
    empty_workshop.write("empty.pdf", b"")
    assert main([]) == 4
    out, err = capsys.readouterr()
    assert "empty.pdf: empty;" in out
    assert "Nothing published" in err


def test_a_first_run_over_an_empty_folder_is_exit_code_6(
    empty_workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in empty_workshop.environment().items():
        monkeypatch.setenv(name, value)
    assert main([]) == 6
    assert "holds no document" in capsys.readouterr().err


def test_the_closing_table_counts_and_names(in_workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    in_workshop.write("empty.pdf", b"")
    in_workshop.write("new.txt", "New words.\n")
    (in_workshop.documents / "fruit.txt").unlink()
    assert main([]) == 1
    out = capsys.readouterr().out
    rows = dict(line.rsplit(maxsplit=1) for line in out.splitlines() if line.startswith("  ") and line[-1].isdigit())
    counted = {name.strip(): value for name, value in rows.items()}
    assert {name: counted[name] for name in ("added", "changed", "removed", "unchanged", "failed")} == {
        "added": "1",
        "changed": "0",
        "removed": "1",
        "unchanged": "3",
        "failed": "1",
    }
    assert "empty.pdf: empty; the file has no content" in out


def test_a_dry_run_shows_the_plan_and_changes_nothing(
    in_workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    in_workshop.write("new.txt", "New words.\n")
    (in_workshop.documents / "fruit.txt").unlink()
    before = everything_under(in_workshop.index_dir)
    assert main(["--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "To add: 1\n  new.txt" in out
    assert "To remove: 1\n  fruit.txt" in out
    assert everything_under(in_workshop.index_dir) == before


def test_a_dry_run_without_an_index_makes_none(
    empty_workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in empty_workshop.environment().items():
        monkeypatch.setenv(name, value)
    empty_workshop.write("new.txt", "New words.\n")
    assert main(["--dry-run"]) == 0
    assert "To add: 1" in capsys.readouterr().out
    assert not empty_workshop.index_dir.exists()


def test_a_run_with_nothing_to_do_imports_no_torch_and_no_chroma(in_workshop: Workshop) -> None:
    program = (
        "import sys; from indexing.__main__ import main; code = main([]);"
        "heavy = {'torch', 'chromadb', 'llama_index', 'transformers', 'rich'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else code)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing changed" in done.stdout


def test_a_stopped_run_says_so_and_leaves_the_index_as_it_was(in_workshop: Workshop) -> None:
    in_workshop.write("new.txt", "New words.\n")
    before = in_workshop.generation
    with subprocess.Popen([sys.executable, "-m", "indexing"], cwd=ROOT, stderr=subprocess.PIPE, text=True) as job:
        assert job.stderr is not None
        for line in job.stderr:
            if "reading 1 documents" in line:
                job.terminate()
                break
        rest = job.stderr.read()
    assert (job.returncode, "Stopped." in rest, "Traceback" in rest) == (143, True, False)
    assert (in_workshop.generation, in_workshop.leftovers()) == (before, [])


def test_verify_finds_agreement(in_workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--verify"]) == 0
    assert "agree" in capsys.readouterr().out
    assert [d.name for d in in_workshop.index_dir.iterdir() if d.name.startswith("verify-")] == []


def test_verify_names_every_difference_and_repair_mends_them(
    in_workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    in_workshop.write("new.txt", "New words.\n")
    in_workshop.write("sub/stars.txt", "Other words.\n")
    (in_workshop.documents / "fruit.txt").unlink()
    assert main(["--verify"]) == 1
    out = capsys.readouterr().out
    for difference in ("missing: new.txt", "stale: sub/stars.txt", "orphaned: fruit.txt"):
        assert difference in out
    assert main(["--repair"]) == 0
    assert main(["--verify"]) == 0


def test_a_file_that_failed_is_read_once_more_when_it_is_named(
    in_workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("bad.pdf", "worse.pdf"):
        in_workshop.write(name, "%PDF-1.7\nnothing of a PDF\n")
    assert main([]) == 1
    first = in_workshop.generation
    assert main([]) == 1
    assert in_workshop.generation == first, "nothing to do"
    caplog.clear()
    with caplog.at_level("INFO"):
        assert main(["--retry", "bad.pdf", "--retry", "nothing.pdf"]) == 1
    assert "bad.pdf" in caplog.text
    assert "worse.pdf" not in caplog.text


def test_verify_finds_lost_vectors(in_workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    from storage.vectors.collection import open_vectors

    vectors = open_vectors(in_workshop.index_dir / "generations" / (in_workshop.generation or "") / "chroma")
    vectors.delete(vectors.ids()[:1])
    vectors.close()
    assert main(["--verify"]) == 1
    assert "damaged: index" in capsys.readouterr().out
    assert main(["--repair"]) == 0
    assert main(["--verify"]) == 0


def test_verify_without_an_index_says_what_to_do(
    empty_workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in empty_workshop.environment().items():
        monkeypatch.setenv(name, value)
    assert main(["--verify"]) == 1
    assert "make index" in capsys.readouterr().err


def test_report_names_what_was_not_read_worst_first(in_workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    in_workshop.write("partly.pdf", pdf("First page.", "", "Third page."))
    in_workshop.write("empty.pdf", b"")
    main([])
    capsys.readouterr()
    assert main(["--report"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("empty.pdf: empty;")
    assert lines[1].startswith("partly.pdf: 2 of 3 pages read")
    assert lines[2].startswith("    page 2: no text")
    assert any("4 documents read whole" in line for line in lines)
    assert lines[-1] == (
        "Files in the folder: 6 = 4 read + 1 read in part + 1 failed + 0 of other kinds "
        "+ 0 excluded by .pagewiseignore + 0 hidden"
    )


def test_ctrl_c_during_the_imports_leaves_no_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-v", "-m", "indexing", "--dry-run"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as job:
        assert job.stderr is not None
        for line in job.stderr:
            if "import 'pydantic" in line:
                job.send_signal(signal.SIGINT)
                break
        rest = job.stderr.read()
    assert (job.returncode, "Traceback" in rest) == (-signal.SIGINT, False)


def test_a_run_stopped_after_publishing_says_that_it_is_published(
    in_workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*arguments: object, **more: object) -> None:
        raise Stopped(signal.SIGINT)

    monkeypatch.setattr("indexing.building.build.prune", stop)
    in_workshop.write("fruit.txt", "Cherries ripen in June.\n")
    assert main([]) == 130
    assert "Index 0002 is published" in capsys.readouterr().err
    assert in_workshop.text_of("fruit.txt") == "Cherries ripen in June."


def test_another_folder_without_documents_is_exit_code_4(
    in_workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = in_workshop.documents.with_name("mistyped")
    other.mkdir()
    monkeypatch.setenv("DOCUMENTS_DIR", str(other))
    assert main([]) == 4
    err = capsys.readouterr().err
    assert all(words in err for words in (str(in_workshop.documents), str(other), "DOCUMENTS_DIR"))
    assert in_workshop.generation == "0001"


def test_verify_and_dry_run_name_another_folder(
    in_workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = in_workshop.documents.rename(in_workshop.documents.with_name("moved"))
    monkeypatch.setenv("DOCUMENTS_DIR", str(moved))
    assert main(["--verify"]) == 1
    assert main(["--dry-run"]) == 0
    out = capsys.readouterr().out
    assert out.count(f"the index was built from {in_workshop.documents}") == 2


def test_a_tilde_in_a_setting_is_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCUMENTS_DIR", "~/papers")
    monkeypatch.setenv("INDEX_DIR", "~/index")
    assert IndexingSettings().documents_dir == tmp_path / "papers"
    assert StorageSettings().index_dir == tmp_path / "index"
    monkeypatch.setenv("DOCUMENTS_DIR", "~nobody-of-this-name/papers")
    assert main([]) == 2


def test_a_run_and_its_report_speak_chinese_where_the_terminal_does(
    in_workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    in_workshop.write("empty.pdf", b"")
    assert main([]) == 1
    out = capsys.readouterr().out
    assert "第 0002 代索引已发布。" in out
    assert "未能读取：1 个为空" in out
    table = out.splitlines()[2:14]
    assert (table[0].split()[0], table[-1].split()[0]) == ("文档", "秒数")
    assert len({columns(line) for line in table}) == 1  # the numbers end under one another
    assert main(["--report"]) == 1
    report = capsys.readouterr().out
    assert "empty.pdf：为空；" in report
    assert "需查看：1 个文档；完整读取：4 个文档。" in report
    assert main(["--dry-run"]) == 1
    assert "无需处理：4 个文档未变。" in capsys.readouterr().out
    monkeypatch.setenv("DOCUMENTS_DIR", str(in_workshop.documents / "nowhere"))
    assert main([]) == 2
    assert "文件夹所在的磁盘挂载了吗？" in capsys.readouterr().err
    monkeypatch.setenv("CHUNK_SIZE", "0")
    assert main([]) == 2
    assert capsys.readouterr().err == "CHUNK_SIZE=0：不能小于 100\n"


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def test_a_server_is_given_lines_that_it_can_tell_in_any_language(
    in_workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv(ENCODED_LINES, "1")
    in_workshop.write("two\nlines \u202e.txt", b"")
    assert main([]) == 1
    lines = [decoded(line) for line in capsys.readouterr().out.rstrip("\n").split("\n")]
    assert all(isinstance(line, Message) for line in lines if line)
    assert lines[0] == "Index 0002 is published."
    assert told(lines[0], "zh") == "第 0002 代索引已发布。"
    assert any(line.startswith("  two\nlines") for line in lines)  # who shows it makes one line of it
