"""Whether a server answers from an index, as the job sees it."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from server.retrieval.index_holder import IndexHolder
from storage.generations.lock import is_served, mark_served

ROOT = Path(__file__).parents[3]


def test_it_is_served_while_a_server_holds_it(tmp_path: Path) -> None:
    assert not is_served(tmp_path)
    with closing(IndexHolder(tmp_path)) as holder:
        holder.start()
        assert holder.wait_until_opened(10)
        assert is_served(tmp_path)
    assert not is_served(tmp_path)


def test_two_servers_may_hold_it_and_a_folder_that_is_not_there_is_not_served(tmp_path: Path) -> None:
    first, second = mark_served(tmp_path), mark_served(tmp_path)
    assert first
    assert second
    first.close()
    assert is_served(tmp_path)
    second.close()
    assert mark_served(tmp_path / "nowhere") is None
    assert not is_served(tmp_path / "nowhere")


@pytest.mark.parametrize(("setting", "served", "niceness"), [("", True, 10), ("", False, 0), ("3", True, 3)])
def test_the_job_gives_way_to_a_server(tmp_path: Path, setting: str, served: bool, niceness: int) -> None:
    program = (
        "import os; from indexing.__main__ import main; before = os.nice(0);"
        "main(['--dry-run']); print(os.nice(0) - before)"
    )
    (tmp_path / "documents").mkdir()
    mark = mark_served(tmp_path) if served else None
    settings = {"INDEX_NICENESS": setting, "INDEX_DIR": str(tmp_path), "DOCUMENTS_DIR": str(tmp_path / "documents")}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=os.environ | settings, capture_output=True, text=True
    )
    if mark is not None:
        mark.close()
    assert int(done.stdout.splitlines()[-1]) == min(niceness, 19 - os.nice(0)), done.stderr
