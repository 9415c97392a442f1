"""The questions that measure a folder, in their file: nothing that somebody accepted is lost by a change."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from storage.child_environment import CODE_FOLDER
from storage.server_state.own_questions import FILE, OwnQuestion, change_own_questions, read_own_questions

QUESTIONS = [OwnQuestion(name, f"What is {name}?", state="accepted") for name in ("a", "b")]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    change_own_questions(tmp_path, lambda _: QUESTIONS)
    return tmp_path


def rejected(questions: Sequence[OwnQuestion]) -> list[OwnQuestion]:
    return [replace(each, state="rejected") for each in questions]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b'{"id": "c", "question": "\xff"}', id="no UTF-8"),
        pytest.param(b"no JSON", id="no JSON"),
        pytest.param(b'{"id": "c", "question": "?", "of_a_newer_version": 1}', id="an unknown field"),
        pytest.param(b"[" * 100_000, id="too deep"),
    ],
)
def test_a_line_that_cannot_be_read_stays_as_it_is_and_harms_no_other(kept: Path, line: bytes) -> None:
    (kept / FILE).write_bytes(line + b"\n" + (kept / FILE).read_bytes())
    assert read_own_questions(kept) == QUESTIONS
    assert change_own_questions(kept, rejected) == rejected(QUESTIONS)
    assert read_own_questions(kept) == rejected(QUESTIONS)
    assert line in (kept / FILE).read_bytes().split(b"\n")


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\u0085", "\x0b", "\x1c", "\r"])
def test_a_question_may_hold_any_sign_that_ends_a_line_elsewhere(tmp_path: Path, sign: str) -> None:
    question = OwnQuestion("a", f"What is{sign}it?", quote=f"It{sign}is.")
    change_own_questions(tmp_path, lambda _: [question])
    assert read_own_questions(tmp_path) == [question]


def test_a_file_that_cannot_be_read_is_an_error_and_no_empty_one(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(IsADirectoryError):
        read_own_questions(tmp_path)
    with pytest.raises(IsADirectoryError):
        change_own_questions(tmp_path, lambda _: [])
    assert (tmp_path / FILE).is_dir()


def test_processes_that_change_them_at_one_time_lose_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from storage.server_state.own_questions import *\n"
        "for n in range(100): change_own_questions(\n"
        "    Path(sys.argv[1]), lambda all_: [*all_, OwnQuestion(f'{sys.argv[2]}{n}', '?')])"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    running = [subprocess.Popen([*command, name], cwd=CODE_FOLDER) for name in "ab"]
    assert [process.wait(60) for process in running] == [0, 0]
    found = [each.id for each in read_own_questions(tmp_path)]
    assert sorted(found) == sorted(f"{name}{number}" for name in "ab" for number in range(100))
