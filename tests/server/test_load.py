"""A server process under load, asked what people ask for long enough to see a slope.

Figures of a long run, 20,000 questions on two cores: see README, "Speed, and where one machine ends".
"""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median

import pytest

from tests.server.question_load import Republisher, open_handles, questions
from tests.server.server_under_load import RunningServer, running_server

_CLIENTS = 8
_BETWEEN_SWAPS = 500
_LONG_SECONDS = 120
_WARM_UP = 6  # blocks, until caches have what they want
_LOOKS, _BETWEEN_LOOKS_SECONDS = 8, 0.5  # at what is held
_HANDLES_BY_CHANCE = 1
_MOST_GROWTH = 1.03
_MOST_GROWTH_OF_A_SHORT_RUN = 1.10  # which ends before caches are full


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


@dataclass(frozen=True)
class Held:
    """What the server holds for good: `own`, what its own handles are of; Chroma's files are as many as it likes."""

    questions: int
    bytes: int
    handles: int
    own: dict[str, int]
    threads: int

    @classmethod
    def by(cls, server: RunningServer, questions: int) -> "Held":
        """The least that it holds for a while: a question left in the middle may hold a generation a little longer.

        What leaks is never given back, however long one waits.
        """
        return min(
            (cls._now(server, questions) for _ in range(_LOOKS)), key=lambda each: (each.own_handles, each.handles)
        )

    @classmethod
    def _now(cls, server: RunningServer, questions: int) -> "Held":
        time.sleep(_BETWEEN_LOOKS_SECONDS)
        handles = open_handles(server.process.pid)
        own = {name: number for name, number in handles.items() if "chroma" not in name and name != "socket"}
        memory, threads = server.process.memory_info().rss, server.process.num_threads()
        return cls(questions, memory, sum(handles.values()), own, threads)

    @property
    def own_handles(self) -> int:
        """How many."""
        return sum(self.own.values())

    def __str__(self) -> str:
        megabytes = f"{self.bytes / 1e6:.1f} MB, {self.threads} threads"
        return f"{self.questions:,} questions: {self.handles} handles ({self.own_handles} of our own), {megabytes}"


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_thousands_of_questions_leave_no_handle_and_no_memory(own_index: Path, tmp_path: Path) -> None:
    """SOAK_QUESTIONS questions in four ways on `ulimit -n 256`, a new index after every 500."""
    blocks = int(os.environ.get("SOAK_QUESTIONS", "20000")) // _BETWEEN_SWAPS
    held: list[Held] = []
    asked, republisher = questions(), Republisher(own_index, tmp_path / "aside")
    with running_server(own_index, handles=256) as server:
        for block in range(1, blocks + 1):
            assert ask_block(server, asked, _BETWEEN_SWAPS) == []
            swap(server, republisher)
            held.append(Held.by(server, block * _BETWEEN_SWAPS))
            print(held[-1], flush=True)  # noqa: T201
    is_long = blocks >= 2 * _WARM_UP
    warm = held[_WARM_UP - 1 if is_long else blocks // 2 :]
    first, last = warm[: max(1, len(warm) // 4)], warm[-max(1, len(warm) // 4) :]
    few, many = median(each.own_handles for each in first), median(each.own_handles for each in last)
    assert many <= few, f"{first[-1].own}, later {last[-1].own}"
    assert median(each.handles for each in last) <= median(each.handles for each in first) + _HANDLES_BY_CHANCE
    growth = median(each.bytes for each in last) / median(each.bytes for each in first)
    print(f"memory after the warm-up: {growth - 1:+.1%}")  # noqa: T201
    assert growth <= (_MOST_GROWTH if is_long else _MOST_GROWTH_OF_A_SHORT_RUN)


@dataclass
class Crowd:
    """Clients that ask one question after the other until it is over, and a probe that looks in beside them."""

    server: RunningServer
    seconds: int
    asked: Iterator[str]
    took: list[float] = field(default_factory=list)
    probes: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def come(self, number: int) -> None:
        """All at once; returns when they are done."""
        ends_at, guard = time.monotonic() + self.seconds, threading.Lock()

        def ask() -> None:
            while time.monotonic() < ends_at:
                with guard:
                    question = next(self.asked)
                began = time.monotonic()
                reply = self.server.ask(question)
                self.took.append(time.monotonic() - began)
                if reply.status != 200:
                    self.problems.append(str(reply))

        clients = [threading.Thread(target=ask) for _ in range(number)]
        for client in clients:
            client.start()
        while time.monotonic() < ends_at:
            self._probe()
            time.sleep(0.1)  # a probe comes now and then; there is nothing to wait for
        for client in clients:
            client.join()

    def _probe(self) -> None:
        began = time.monotonic()
        assert self.server.get("/healthz").status == 200
        self.probes.append(time.monotonic() - began)
        self.sizes.append(self.server.process.memory_info().rss)

    @property
    def growth(self) -> float:
        """Of memory, from the third quarter to the last one."""
        quarter = len(self.sizes) // 4
        return median(self.sizes[-quarter:]) / median(self.sizes[2 * quarter : 3 * quarter])

    def __str__(self) -> str:
        return (
            f"{self.seconds} s: {len(self.took)} answers, {len(self.took) / self.seconds:.1f} a second, "
            f"p50 {share(self.took, 0.5):.2f} s, p99 {share(self.took, 0.99):.2f} s; /healthz p50 "
            f"{share(self.probes, 0.5):.3f} s, p99 {share(self.probes, 0.99):.3f} s; "
            f"memory {self.sizes[-1] / 1e6:.0f} MB, {self.growth - 1:+.1%}"
        )


def share(seconds: list[float], quantile: float) -> float:
    """What this share of them does not exceed."""
    return sorted(seconds)[min(len(seconds) - 1, int(quantile * len(seconds)))]


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_sixty_four_clients_are_all_answered_and_probes_do_not_wait(own_index: Path) -> None:
    """64 clients on /api/query for SOAK_SECONDS, /healthz beside them."""
    asked = questions()
    with running_server(own_index) as server:
        assert ask_block(server, asked, 2 * _BETWEEN_SWAPS) == []
        crowd = Crowd(server, int(os.environ.get("SOAK_SECONDS", str(_LONG_SECONDS))), asked)
        crowd.come(64)
    print(crowd)  # noqa: T201
    assert crowd.problems == []
    assert share(crowd.probes, 0.99) <= 1.0
    assert crowd.growth <= (_MOST_GROWTH if crowd.seconds >= _LONG_SECONDS else _MOST_GROWTH_OF_A_SHORT_RUN)
