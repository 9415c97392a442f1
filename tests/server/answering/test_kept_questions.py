"""Suggested questions are kept in a file, and a file that is no such one costs nothing but making them anew."""

from pathlib import Path

import pytest

from server.answering.suggestions import kept_questions
from storage.server_state.kept_entries import keep_entry

QUESTIONS = [("Was kostet ein Anteil?", "bad.md"), ("《手册》说了什么？", "手册.txt")]


def test_what_was_kept_comes_back_and_only_the_newest_stay(tmp_path: Path) -> None:
    file = tmp_path / "index" / "suggestions.json"
    assert kept_questions(file, "0001") is None
    for number in range(60):
        keep_entry(file, f"{number:04}", QUESTIONS)
    assert kept_questions(file, "0059") == QUESTIONS
    assert kept_questions(file, "0001") is None
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": 1}', b'{"a": ["x"]}', b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "suggestions.json"
    file.write_bytes(content)
    assert kept_questions(file, "a") is None
    keep_entry(file, "a", QUESTIONS)
    assert kept_questions(file, "a") == QUESTIONS
