"""How long the server itself takes: python -m benchmarks.speed.answering [--questions 30]

A real server over a real index of `documents/`, and a language model in a process of its own that costs nothing or a
known time. Prints a table beside the figures that are promised.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil

from benchmarks.speed.machine import machine
from benchmarks.speed.site import Site, running_server
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Asked, Completion

_QUESTION = "How much is the cooperative share that every member buys?"
_SCORE = Completion('{"score": 9, "reason": "names the fee"}')
_CROWD = 50
_SLOW_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure and what was promised of it."""

    name: str
    measured: str
    promised: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class User:
    """Someone who asks the running server, and looks at what that costs it."""

    site: Site

    def post(self, path: str, body: bytes, **headers: str) -> Any:
        """The open response."""
        url = self.site.url
        return urlopen(Request(url + path, body, {"Origin": url, **headers}), timeout=60)

    def events(self, question: str, **asked: Any) -> Iterator[tuple[float, str, dict[str, Any]]]:
        """The events of a streamed question, each with the moment it came."""
        body = json.dumps({"question": question, "stream": True, **asked}).encode()
        with self.post("/api/query", body, **{"Content-Type": "application/json"}) as stream:
            name = ""
            for line in stream:
                if line.startswith(b"event: "):
                    name = line[7:].decode().strip()
                elif line.startswith(b"data: "):
                    yield time.monotonic(), name, json.loads(line[6:])

    def processor_seconds(self) -> float:
        """What the server has used of a processor so far."""
        times = psutil.Process(self.site.pid).cpu_times()
        return float(times.user + times.system)


def own_time(user: User, questions: int) -> Figure:
    """The page of one question, retrieved, scored ten times, answered, checked and rendered, by an instant model."""
    seconds = []
    processor = 0.0
    for number in range(questions + 3):
        if number == 3:
            processor = user.processor_seconds()
        form = urlencode({"question": f"{_QUESTION} Number {number}"}).encode()
        started = time.perf_counter()
        with user.post("/ask", form) as page:
            page.read()
        seconds.append(time.perf_counter() - started)
    figure = _milliseconds("own time of a question, page and all (median)", seconds[3:], median, 120)
    used = (user.processor_seconds() - processor) / questions * 1000
    return replace(figure, measured=f"{figure.measured}, {used:.0f} ms of processor")


def first_token(user: User, questions: int) -> Figure:
    """From the model's first word, which says when it was sent, to the client."""
    seconds = []
    for number in range(questions):
        events = user.events(f"{_QUESTION} Token {number}")
        came, data = next((moment, data) for moment, name, data in events if name == "answer")
        seconds.append(came - float(data["delta"].split()[0]))
        for _ in events:
            pass
    return _milliseconds("first word of the model to the client (worst)", seconds, max, 50)


def scoring(user: User, questions: int) -> Figure:
    """Sixteen passages, a model that takes 300 ms for each."""
    seconds = []
    for number in range(max(3, questions // 5)):
        (done,) = [data for _, name, data in user.events(f"{_QUESTION} Slow {number}", k=16, keep=5) if name == "done"]
        seconds.append(done["timings_ms"]["score"] / 1000)
        passages = len(done["sources"]) + len(done["rejected"])
    return _milliseconds(f"scoring {passages} passages of 300 ms each (median)", seconds, median, 500)


def crowd(user: User) -> Figure:
    """Fifty streamed questions at once, three times over, with a slow model."""
    outcomes: list[str] = []

    def ask(number: int) -> str:
        try:
            return [name for _, name, _ in user.events(f"{_QUESTION} Slow crowd {number}", k=4)][-1]
        except OSError as error:
            return str(getattr(error, "code", type(error).__name__))

    sizes = []
    for round_number in range(3):
        with ThreadPoolExecutor(_CROWD) as pool:
            outcomes += pool.map(ask, range(_CROWD * round_number, _CROWD * (round_number + 1)))
        sizes.append(user.site.resident_mb())
    counts = {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}
    growth = sizes[-1] - sizes[0]
    return Figure(
        f"{_CROWD} streams at once, three times",
        f"{counts}, {growth:+.0f} MB after the first time",
        "done or 429; ± 10 %",
        set(counts) <= {"done", "429"} and growth <= sizes[0] / 10,
    )


def _milliseconds(
    name: str, seconds: Sequence[float], reduced: Callable[[Sequence[float]], float], promised: float
) -> Figure:
    value = reduced(seconds) * 1000
    spread = f"{min(seconds) * 1000:.0f}–{max(seconds) * 1000:.0f}"
    return Figure(name, f"{value:.0f} ms ({spread})", f"≤ {promised:g} ms", value <= promised)


# ---- What is measured


def _serve_model(address: Connection) -> None:
    """An instant model; a slow one for questions that say so. Its first word is the moment it was sent."""

    def answer(asked: Asked) -> Completion:
        return Completion(f"{time.monotonic():.6f} is when. It is 60 euros a year [1].", piece=80)

    def slowly(asked: Asked) -> Completion:
        return Completion("It is 60 euros [1]. " * 10, delay_seconds=_SLOW_SECONDS, gap_seconds=0.02)

    with FakeDeepSeek() as fake:
        fake.when_scoring(_SCORE).when_answering(answer)
        fake.when(
            lambda asked: not asked.is_stream and " Slow " in asked.prompt,
            Completion(_SCORE.text, delay_seconds=_SLOW_SECONDS),
        )
        fake.when(lambda asked: asked.is_stream and " Slow crowd" in asked.prompt, slowly)
        address.send(fake.url)
        address.recv()


@contextmanager
def _running_model() -> Iterator[str]:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve_model, args=(theirs,))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join()


def main() -> int:
    """Measure and print; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser("python -m benchmarks.speed.answering", description="Measure the server itself.")
    parser.add_argument("--questions", type=int, default=30)
    questions = parser.parse_args().questions
    with tempfile.TemporaryDirectory() as index_dir, _running_model() as model_url:
        subprocess.run(
            [sys.executable, "-m", "indexing"],
            env=os.environ | {"INDEX_DIR": index_dir, "EMBED_MODEL": "packaged"},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        settings = {"DEEPSEEK_API_KEY": "any", "DEEPSEEK_BASE_URL": model_url, "THREADS": str(_CROWD + 14)}
        with running_server(Path(index_dir), **settings) as site:
            user = User(site)
            figures = [own_time(user, questions), first_token(user, questions), scoring(user, questions), crowd(user)]
    print(machine())
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        mark = "✓" if figure.is_kept else "✗"
        print(f"{mark} {figure.name:<{width}}  {figure.measured}; promised: {figure.promised}")
    return 0 if all(figure.is_kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
