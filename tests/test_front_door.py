"""The front door does what it says: Makefile, settings example and sample documents agree with the code."""

import io
import os
import re
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from tests.conftest import settings_classes
from tests.repository import ROOT
from tools.sample_documents import FOLDER, SOURCES
from tools.settings_page import written_default

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, flags=re.MULTILINE))


def _examples() -> dict[str, str]:
    """Name -> default as .env.example gives it."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^#([A-Z][A-Z_]+)=(.*)$", text, flags=re.MULTILINE))


def _defaults() -> dict[str, str]:
    """Name -> default of the code, as one would write it into .env."""
    return {
        str(field.validation_alias): written_default(field.default)
        for settings in settings_classes()
        for field in settings.model_fields.values()
    }


def test_env_example_has_every_setting_with_its_default() -> None:
    assert _examples() == _defaults()


def test_every_target_that_the_example_names_exists() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^|\$ |\s{4})make ([a-z-]+)", text, flags=re.MULTILINE))
    assert named
    assert named - TARGETS == set()


def test_every_target_is_in_the_help() -> None:
    declared = re.search(r"^\.PHONY:((?:.*\\\n)*.*)$", MAKEFILE, flags=re.MULTILINE)
    assert declared is not None
    assert set(declared[1].replace("\\", " ").split()) == TARGETS


def test_ci_installs_runs_the_parts_of_make_check_and_then_a_bounded_soak() -> None:
    parts = re.search(r"^check: (.*?) ##", MAKEFILE, flags=re.MULTILINE)
    assert parts is not None
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    steps = re.findall(r"^step make (\S+)", script, flags=re.MULTILINE)
    *checked, last = [step for step in steps if step != "sbom"]
    assert (checked, last) == (["install", *parts[1].split()], "soak")


@pytest.mark.parametrize("name", SOURCES)
def test_a_sample_document_is_what_its_source_makes(name: str) -> None:
    made, kept = SOURCES[name](), (ROOT / FOLDER / name).read_bytes()
    if name.endswith(".docx"):  # how its parts are compressed is zlib's affair
        assert _parts(kept) == _parts(made)
    else:
        assert kept == made


def _parts(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def test_the_readme_counts_the_sample_documents() -> None:
    words = dict(enumerate(["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]))
    count = sum(file.is_file() and not file.name.startswith(".") for file in (ROOT / "documents").iterdir())
    assert f"the {words[count]} documents" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A checkout with everything installed, whose Python is a stub: it says how it was called and ends as EXIT says."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        "#!/bin/sh\n"
        'echo "called with:$2" "documents=$DOCUMENTS_DIR" "port=$PORT"; shift 2\n'
        'for argument in "$@"; do printf "argument:%s\\n" "$argument"; done\n'
        'exit "${EXIT:-0}"\n'
    )
    python.chmod(0o755)
    assert "called with:tools.install" in _make(tmp_path, "install", "typecheck").stdout
    return tmp_path


def _make(house: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MAKE") and key != "MFLAGS"}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=house,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_installed_is_not_installed_again_when_only_times_are_newer(house: Path) -> None:
    ahead = time.time() + 60
    for name in ("requirements.txt", "requirements-dev.txt", "constraints.txt"):
        os.utime(house / name, (ahead, ahead))
    assert "tools.install" not in _make(house, "doctor").stdout
    assert "tools.install" not in _make(house, "typecheck").stdout


@pytest.mark.parametrize(
    ("changed", "target", "installs"),
    [
        pytest.param("constraints.txt", "doctor", ["requirements.txt"], id="a version"),
        pytest.param("requirements-dev.txt", "doctor", [], id="of a tool, for using"),
        pytest.param("requirements-dev.txt", "typecheck", ["requirements-dev.txt"], id="of a tool, for developing"),
        pytest.param(
            "requirements.txt", "typecheck", ["requirements.txt", "requirements-dev.txt"], id="of a requirement"
        ),
    ],
)
def test_what_changed_is_installed_once(house: Path, changed: str, target: str, installs: list[str]) -> None:
    with (house / changed).open("a") as file:
        file.write("parrot==1.0\n")
    first, second = _make(house, target).stdout, _make(house, target).stdout
    assert re.findall(r"argument:(requirements\S*)", first) == installs
    assert "tools.install" not in second


def test_an_installation_that_failed_is_tried_again(house: Path) -> None:
    with (house / "constraints.txt").open("a") as file:
        file.write("parrot==1.0\n")
    assert _make(house, "doctor", EXIT="1").returncode != 0
    assert "called with:tools.install" in _make(house, "doctor").stdout


@pytest.mark.parametrize(("exit_code", "is_well"), [("0", True), ("1", True), ("2", False), ("70", False)])
def test_a_report_that_names_unread_documents_is_a_good_report(house: Path, exit_code: str, is_well: bool) -> None:
    result = _make(house, "report", EXIT=exit_code)
    assert (result.returncode == 0) == is_well
    assert ("Error" in result.stderr) != is_well


def test_git_runs_make_lint_before_a_commit() -> None:
    config = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"- repo: (.+)", config) == ["local"]
    assert re.findall(r"entry: (.+)", config) == ["make --no-print-directory lint"]


def test_make_alone_lists_the_targets(house: Path) -> None:
    result = _make(house)
    assert result.returncode == 0
    assert set(re.findall(r"^  make (\S+)", result.stdout, flags=re.MULTILINE)) == TARGETS
    assert max(len(line) for line in result.stdout.splitlines()) <= 120
    groups = re.findall(r"^(\w+)\n((?:  make .*\n)+)", result.stdout, flags=re.MULTILINE)
    assert [title for title, _ in groups] == ["Use", "Develop"]
    assert "make serve" in groups[0][1]
    assert "make test" in groups[1][1]


@pytest.mark.parametrize(
    ("exit_code", "serves", "says"),
    [
        pytest.param("0", True, "", id="all well"),
        pytest.param("1", True, "Serving the others", id="some documents failed"),
        pytest.param("2", False, "a setting is wrong", id="wrong settings"),
        pytest.param("3", False, "Another indexing job", id="locked"),
        pytest.param("4", False, "No index could be published", id="nothing published"),
        pytest.param("5", False, "Many documents are gone", id="much would be removed"),
        pytest.param("6", True, "add them on the page", id="no document yet"),
    ],
)
def test_make_run_serves_whenever_there_is_something_to_serve(
    house: Path, exit_code: str, serves: bool, says: str
) -> None:
    result = _make(house, "run", EXIT=exit_code)
    assert ("called with:server" in result.stdout) == serves
    assert says in result.stdout + result.stderr


def test_a_question_reaches_the_server_as_it_was_typed(house: Path) -> None:
    question = 'what\'s $5 "quoted" `date` $(date); * | & \\n 价格？'
    result = _make(house, "ask", f"Q={question}")
    assert f"argument:{question}\n" in result.stdout


def test_ask_without_a_question_says_how(house: Path) -> None:
    result = _make(house, "ask")
    assert result.returncode != 0
    assert 'make ask Q="' in result.stderr


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        pytest.param("../my papers", "../my papers", id="with a space"),
        pytest.param("~/my papers", "HOME/my papers", id="a tilde, which zsh hands over as it is"),
    ],
)
def test_documents_and_settings_given_to_make_reach_the_job(house: Path, given: str, folder: str) -> None:
    result = _make(house, "index", f"DOCUMENTS={given}", "PORT=9000", "ARGS=--dry-run", HOME="HOME")
    assert f"called with:indexing documents={folder} port=9000" in result.stdout
    assert "argument:--dry-run" in result.stdout


def test_an_old_python_gets_a_sentence_not_a_traceback(house: Path) -> None:
    shutil.rmtree(house / ".venv")
    old = house / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    result = _make(house, "install", f"PYTHON={old}")
    assert result.returncode != 0
    assert "needs Python 3.11 or newer" in result.stderr
    assert not (house / ".venv").exists()
