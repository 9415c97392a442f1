"""Backups of an index that answers under load, each restored elsewhere: `python -m benchmarks.speed.while_backing_up`.

Clients ask a server, each with a short pause between its questions, and one asks on the page, where answers are kept.
Each round measures how long a question takes alone, beside a backup, beside a job, and beside a job and a backup that
begins at some moment of it. The last backup is restored in another place for a copy of the documents, `--verify` proves
it there, and it is compared with what was backed up. Loopback only; stops by itself, after some twenty minutes. Exit
code 1 when a backup was not equal, a request failed, or the slowest hundredth was more than twice as slow with a backup
as without.
"""

import argparse
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from benchmarks.speed.machine import machine
from benchmarks.speed.measuring import NotMeasured, index_settings, module, run
from benchmarks.speed.restored import differences
from benchmarks.speed.site import running_server
from benchmarks.speed.synthetic import questions, write_documents
from storage.generations.published import current_name, open_catalogue

_CHUNKS_PER_DOCUMENT = 100
_CHANGED_CHUNKS = 20
_CHARACTERS = 560  # of a paragraph that is one chunk
_QUESTIONS = 2_000
_ALONE_SECONDS = 5.0
_PAUSE_SECONDS = 0.1
_BETWEEN_PAGES_SECONDS = 1.0
_MOST_TIMES_AS_SLOW = 2.0
_PATIENCE_SECONDS = 60.0
_PHASES = ("alone", "backup", "job", "job and backup")


@dataclass
class Load:
    """Clients that ask one question after the other, and what they saw."""

    port: int
    asked: Iterator[str]
    took: list[tuple[float, float]] = field(default_factory=list)
    """When a question was asked, and how many seconds it took."""
    kept: list[tuple[float, str]] = field(default_factory=list)
    """When the page's answer was there, and its id."""
    failed: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def of(self, clients: int) -> Iterator[None]:
        """So many clients ask, and one asks on the page, for the length of a `with` block."""
        self._over.clear()
        threads = [threading.Thread(target=self._ask_on) for _ in range(clients)]
        threads.append(threading.Thread(target=self._ask_on_the_page))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _ask_on(self) -> None:
        while not self._over.wait(_PAUSE_SECONDS):
            with self._lock:
                question = next(self.asked)
            began = time.monotonic()
            self._post("/api/retrieve", f'{{"question": "{question}"}}', "application/json", 200)
            self.took.append((began, time.monotonic() - began))

    def _ask_on_the_page(self) -> None:
        while not self._over.wait(_BETWEEN_PAGES_SECONDS):
            with self._lock:
                form = urlencode({"question": next(self.asked)})
            leads_to = self._post("/ask", form, "application/x-www-form-urlencoded", 303)
            self.kept.append((time.monotonic(), leads_to.partition("#")[0].rpartition("/")[2]))

    def _post(self, path: str, body: str, kind: str, wanted: int) -> str:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_SECONDS)
        try:
            connection.request("POST", path, body, {"Content-Type": kind})
            response = connection.getresponse()
            said = response.read()
            if response.status != wanted:
                self.failed.append(f"{path}: {response.status} {said[:200]!r}")
            return response.headers.get("Location", "")
        except (OSError, HTTPException) as error:
            self.failed.append(f"{path}: {error!r}")
            return ""
        finally:
            connection.close()


@dataclass
class Trial:
    """The index that answers, its documents, and where the times of each phase are gathered."""

    place: Path
    load: Load
    spans: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: {name: [] for name in _PHASES})
    megabytes: float = 0.0
    copies: dict[str, Path] = field(default_factory=dict)
    """The documents as each generation holds them."""

    @property
    def index(self) -> Path:
        """Where the index lies that answers."""
        return self.place / "index"

    @property
    def documents(self) -> Path:
        """The folder that changes."""
        return self.place / "documents"

    def settings(self) -> dict[str, str]:
        """The environment of job and backup."""
        return index_settings(self.documents, self.index)

    def go_through(self, clients: int, number: int) -> list[str]:
        """One round; what was not equal."""
        file, log = self.place / "backups" / f"{number}.tar", self.place / "log"
        backup = module("indexing", "--backup", file)
        with self.load.of(clients):
            self._timed("alone", lambda: time.sleep(_ALONE_SECONDS))
            self._timed("backup", lambda: run(backup, self.settings(), log))
            self._change(2 * number)
            lasts = self._timed("job", lambda: run(module("indexing"), self.settings(), self.place / "job-log"))
            self.remember_documents()
            self._change(2 * number + 1)
            job = subprocess.Popen(module("indexing"), env=os.environ | self.settings(), stdout=subprocess.DEVNULL)
            time.sleep(random.Random(number).random() * lasts)
            began = time.monotonic()
            self._timed("job and backup", lambda: run(backup, self.settings(), log))
            if job.wait() != 0:
                raise NotMeasured(f"the job ended with status {job.returncode}")
            self.remember_documents()
        self.megabytes = file.stat().st_size / 1e6
        return self._restored(file, [answer for when, answer in self.load.kept if when < began])

    def _timed(self, phase: str, act: Callable[[], object]) -> float:
        began = time.monotonic()
        act()
        self.spans[phase].append((began, time.monotonic()))
        return time.monotonic() - began

    def _change(self, number: int) -> None:
        """One more document; from the second time on the one before goes."""
        first = 1_000_000 + number
        write_documents(self.documents, 1, _CHANGED_CHUNKS, characters=_CHARACTERS, first=first)
        for old in self.documents.rglob(f"document-{first - 1:06d}.txt"):
            old.unlink()

    def remember_documents(self) -> None:
        name = current_name(self.index)
        assert name is not None
        if name not in self.copies:
            copy = self.place / "copies" / name
            shutil.copytree(self.documents, copy)
            self.copies[name] = copy

    def _restored(self, file: Path, answers: list[str]) -> list[str]:
        """Restore it in a place of its own, prove and compare it; what was not equal."""
        place = self.place / "elsewhere"
        shutil.rmtree(place, ignore_errors=True)
        settings, log = index_settings(place / "documents", place / "index"), self.place / "log"
        try:
            run(module("indexing", "--restore", file), settings, log)
            name = current_name(place / "index") or ""
            shutil.copytree(self.copies[name], place / "documents")
            run(module("indexing", "--verify"), settings, log)
        except NotMeasured as error:
            return [str(error)]
        file.unlink()
        return list(differences(self.index, place / "index", answers))

    def seconds(self, phase: str) -> list[float]:
        """What the questions took that were asked in that phase, in order."""
        return sorted(
            took for when, took in self.load.took if any(began <= when < ended for began, ended in self.spans[phase])
        )

    def times_as_slow(self, beside: str, without: str) -> float:
        """The slowest hundredth of one phase by that of another."""
        return percentile(self.seconds(beside), 0.99) / percentile(self.seconds(without), 0.99)


def percentile(ordered: list[float], share: float) -> float:
    """What this share of them does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> int:
    """Measure and print."""
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(dir=options.place) as name:
        place = Path(name)
        index = _built(place, options.chunks)
        with running_server(index, DOCUMENTS_DIR=str(place / "documents"), QUESTION_LIMIT_PER_MINUTE="0") as site:
            trial = Trial(place, Load(int(site.url.rpartition(":")[2]), _questions(index)))
            trial.remember_documents()
            equal = 0
            for number in range(options.rounds):
                unequal = trial.go_through(options.clients, number)
                equal += not unequal
                print(f"round {number + 1}: {'; '.join(unequal) or 'equal'}", flush=True)
        return _report(trial, equal, options.rounds)


def _built(place: Path, chunks: int) -> Path:
    documents, index = place / "documents", place / "index"
    write_documents(documents, max(1, chunks // _CHUNKS_PER_DOCUMENT), _CHUNKS_PER_DOCUMENT, characters=_CHARACTERS)
    job = module("benchmarks.speed.timed_job", "--synthetic", chunks)
    run(job, index_settings(documents, index), place / "log")
    return index


def _questions(index: Path) -> Iterator[str]:
    with open_catalogue(index, current_name(index) or "") as catalogue:
        texts = [chunk.text for chunk in itertools.islice(catalogue.iter_chunks(), 0, None, 10)][:_QUESTIONS]
    asked = questions(texts)
    return (f"{question} ({number})" for number, question in enumerate(itertools.cycle(asked)))


def _report(trial: Trial, equal: int, rounds: int) -> int:
    print(machine())
    for phase in _PHASES:
        took, spans = trial.seconds(phase), trial.spans[phase]
        lasted = median(ended - began for began, ended in spans)
        print(
            f"{phase:15} {lasted:5.1f} s each, {len(took):6} questions, p50 {percentile(took, 0.5) * 1000:5.0f} ms, "
            f"p99 {percentile(took, 0.99) * 1000:5.0f} ms"
        )
    ratios = trial.times_as_slow("backup", "alone"), trial.times_as_slow("job and backup", "job")
    print(f"p99 with a backup / without: {ratios[0]:.2f}; while a job runs: {ratios[1]:.2f}")
    print(f"{equal} of {rounds} backups equal, {trial.megabytes:.0f} MB each; {len(trial.load.failed)} requests failed")
    print("\n".join(trial.load.failed[:5]))
    return 0 if equal == rounds and not trial.load.failed and max(ratios) <= _MOST_TIMES_AS_SLOW else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks.speed.while_backing_up")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--chunks", type=int, default=10_000, help="of the index")
    parser.add_argument("--clients", type=int, default=3)
    parser.add_argument("--place", type=Path, help="a folder with room for some gigabytes; the system's temporary one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
