"""Small things kept by name: nothing is lost where several write at once."""

import json
import subprocess
import sys
from pathlib import Path

from storage.server_state.kept_entries import keep_entry, kept_entry

ROOT = Path(__file__).parents[3]


def test_processes_that_write_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    program = (
        "import sys; from pathlib import Path; from storage.server_state.kept_entries import keep_entry\n"
        "print(flush=True); sys.stdin.read()\n"
        "for number in range(15): keep_entry(Path(sys.argv[1]), f'{sys.argv[2]}{number}', number)"
    )
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(file), name], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for name in "abc"
    ]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()  # all are ready
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.close()
    for writer in writers:
        assert writer.wait(60) == 0
        assert writer.stdout is not None
        writer.stdout.close()
    assert len(json.loads(file.read_text(encoding="utf-8"))) == 45


def test_a_file_that_cannot_be_read_counts_as_empty(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    file.write_text("[[", encoding="utf-8")
    assert kept_entry(file, "a") is None
    keep_entry(file, "a", {"b": 1})
    assert kept_entry(file, "a") == {"b": 1}
