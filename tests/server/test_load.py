"""A server process under load, asked what people ask for long enough to see a slope.

Figures of a long run, 20,000 questions on two cores: see README, "What it costs".
"""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from tests.server.question_load import Republisher, open_handles, questions
from tests.server.server_under_load import RunningServer, running_server

_CLIENTS = 8
_BETWEEN_SWAPS = 500
_MOST_GROWTH = 1.03


@pytest.fixture
def own_index(index_dir: Path, tmp_path: Path) -> Path:
    """An index that nobody else has open."""
    return shutil.copytree(index_dir, tmp_path / "index")


def problem_of(server: RunningServer, number: int, question: str) -> str | None:
    """Ask in one of the four ways; what went wrong, None when nothing did."""
    way = number % 4
    if way == 0:
        reply = server.ask(question)
    elif way == 1:
        reply = server.ask(question, stream=True)
        if "event: done" not in reply.body:
            return f"a stream without its end: {reply}"
    elif way == 2:
        reply = server.ask_on_the_page(question)
    else:
        status = server.leave_in_the_middle(question)
        return None if status == 200 else f"a stream with status {status}"
    return None if reply.status == 200 else str(reply)


def ask_block(server: RunningServer, asked: Iterator[str], number: int) -> list[str]:
    """Ask so many questions side by side; what went wrong."""
    with ThreadPoolExecutor(_CLIENTS) as clients:
        found = clients.map(lambda pair: problem_of(server, *pair), enumerate(islice(asked, number)))
        return [problem for problem in found if problem is not None]


def swap(server: RunningServer, republisher: Republisher) -> None:
    """Publish, and wait until questions are answered from it."""
    name = republisher.publish()
    for question in islice(questions(), 200):
        if server.ask(question).json()["index"]["generation"] == name:
            return
    raise AssertionError(f"generation {name} was not picked up")


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_thousands_of_questions_leave_no_handle_and_no_memory(own_index: Path, tmp_path: Path) -> None:
    """SOAK_QUESTIONS questions in four ways on `ulimit -n 256`, a new index after every 500."""
    blocks = int(os.environ.get("SOAK_QUESTIONS", "20000")) // _BETWEEN_SWAPS
    warm_up = max(2, blocks // 10)
    sizes: list[tuple[int, int]] = []
    asked, republisher = questions(), Republisher(own_index, tmp_path / "aside")
    with running_server(own_index, handles=256) as server:
        for block in range(blocks):
            assert ask_block(server, asked, _BETWEEN_SWAPS) == []
            swap(server, republisher)
            sizes.append((server.process.num_fds(), server.process.memory_info().rss))
            kinds = {}
            for name, n in open_handles(server.process.pid).items():
                kind = name if not name.startswith("/") else ("chroma" if "chroma" in name else name.rsplit("/", 1)[-1])
                kinds[kind] = kinds.get(kind, 0) + n
            print(
                f"{(block + 1) * _BETWEEN_SWAPS:,} questions: {sizes[-1][0]} handles, {sizes[-1][1] / 1e6:.1f} MB, {server.process.num_threads()} threads {kinds}",
                flush=True,
            )
