"""The server over a large index: how soon it is ready, what it holds in memory, what it does under load.

By one process, and beside it by as many as there are processor cores, in turns: the ratio holds on a busy machine too.
"""

import itertools
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import numpy as np

from benchmarks.speed.figures import Bars, Effort, Section, figure
from benchmarks.speed.measuring import NotMeasured, index_settings, module, run, told
from benchmarks.speed.site import Site, running_server
from benchmarks.speed.synthetic import questions, write_documents
from storage.generations.published import current_name, open_catalogue
from storage.processor_cores import available_cores

_CROWD = 8
_WAYS = {"/api/retrieve": "passages", "/api/query": "answers"}  # the second as the server answers without a model
_CHUNKS_PER_DOCUMENT = 100
_CHARACTERS = 560  # of a paragraph that is one chunk: two are more than 256 tokens and than 1,000 characters
_QUESTIONS = 4_000
_WARM_UP_SECONDS = 2.0


def measure_serving(effort: Effort) -> Section:
    """A synthetic index under the packaged model's name, and a real server that queries it with that model."""
    section = Section("The server with the packaged model")
    with TemporaryDirectory(dir=effort.place) as name:
        place = Path(name)
        documents, index_dir = place / "documents", place / "index"
        write_documents(
            documents,
            max(1, effort.served_chunks // _CHUNKS_PER_DOCUMENT),
            _CHUNKS_PER_DOCUMENT,
            characters=_CHARACTERS,
        )
        job = module("benchmarks.speed.timed_job", "--synthetic", effort.served_chunks)
        chunks = told(run(job, index_settings(documents, index_dir), place / "log"))["chunks"]
        print(f"  {chunks:,} chunks indexed", flush=True)
        starts = [_start(index_dir) for _ in range(effort.rounds)]
        section.figures.append(figure("start to /healthz", [each.healthy_seconds for each in starts], "s"))
        section.figures.append(figure("start to ready", [each.ready_seconds for each in starts], "s", 10.0))
        with ExitStack() as running:
            one = running.enter_context(running_server(index_dir))
            sites = {"": one}
            if (processes := available_cores()) > 1:
                several = running.enter_context(running_server(index_dir, SERVER_PROCESSES=str(processes)))
                several.wait_for_processes(processes)
                sites[f", {processes} processes"] = several
            for site in sites.values():
                _load(site, _CROWD, _WARM_UP_SECONDS, itertools.cycle(["What is it?"]))
            _measure_load(sites, section, effort, _questions(index_dir))
            for name, site in sites.items():
                bound = None if name else 1000.0
                section.figures.append(figure(f"resident memory after that{name}", [site.resident_mb()], "MB", bound))
    section.conditions.append(
        f"{chunks:,} chunks of 512 dimensions; every question is another one, so each is embedded; passages by "
        "/api/retrieve, quoted answers by /api/query, over loopback, clients on the same processor cores."
    )
    return section


def _start(index_dir: Path) -> Site:
    with running_server(index_dir) as site:
        return site


def _questions(index_dir: Path) -> Iterator[str]:
    with open_catalogue(index_dir, current_name(index_dir) or "") as catalogue:
        ids = catalogue.chunk_ids()
        sample = [ids[i] for i in np.random.default_rng(1).integers(0, len(ids), _QUESTIONS)]
        chunks = catalogue.chunks(sample)
    asked = questions([chunks[id_].text for id_ in sample])
    return (f"{question} ({number})" for number, question in enumerate(itertools.cycle(asked)))


def _measure_load(sites: Mapping[str, Site], section: Section, effort: Effort, asked: Iterator[str]) -> None:
    rates: dict[str, float] = {}
    found: dict[tuple[str, int, str], list[_Answered]] = {
        (way, clients, name): [] for way in _WAYS for clients in (1, _CROWD) for name in sites
    }
    for _ in range(effort.rounds):
        for (way, clients, by), rounds in found.items():
            before = sites[by].processor_seconds()
            spent = _load(sites[by], clients, effort.load_seconds, asked, way)
            rounds.append(_Answered(spent, sites[by].processor_seconds() - before))
    for (way, clients, by), rounds in found.items():
        name = f"{_WAYS[way]}, {'1 client' if clients == 1 else f'{clients} clients'}{by}"
        per_second = [len(each.milliseconds) / effort.load_seconds for each in rounds]
        rates[name] = median(per_second)
        section.figures.append(figure(f"{name}: questions", per_second, "/s"))
        section.figures.append(figure(f"{name}: p50", [median(each.milliseconds) for each in rounds], "ms"))
        section.figures.append(figure(f"{name}: p99", [each.slowest_hundredth for each in rounds], "ms"))
        section.figures.append(
            figure(f"{name}: processor time of the server a question", [each.processor for each in rounds], "ms")
        )
    section.charts.append(Bars("Different questions a second", "1/s", rates))


@dataclass(frozen=True, slots=True)
class _Answered:
    """What each question took, and the server's processor time for all of them."""

    milliseconds: list[float]
    processor_seconds: float

    @property
    def slowest_hundredth(self) -> float:
        return quantiles(self.milliseconds, n=100)[98]

    @property
    def processor(self) -> float:
        """Milliseconds a question: the same on a machine that has other work as well."""
        return self.processor_seconds * 1000 / len(self.milliseconds)


def _load(site: Site, clients: int, seconds: float, asked: Iterator[str], way: str = "/api/retrieve") -> list[float]:
    """Milliseconds of every question that so many clients got through."""
    lock, until = threading.Lock(), time.monotonic() + seconds
    spent: list[float] = []
    failed: list[int] = []

    def client() -> None:
        connection = HTTPConnection(urlsplit(site.url).netloc, timeout=30)
        while time.monotonic() < until and not failed:
            with lock:
                question = next(asked)
            started = time.perf_counter()
            status = _ask(connection, question, way)
            with lock:
                spent.append((time.perf_counter() - started) * 1000)
                if status != 200:
                    failed.append(status)
        connection.close()

    _run_all([threading.Thread(target=client) for _ in range(clients)])
    if failed:
        raise NotMeasured(f"the server answered a question with status {failed[0]}")
    return spent


def _run_all(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _ask(connection: HTTPConnection, question: str, way: str) -> int:
    connection.request("POST", way, json.dumps({"question": question}), {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    return response.status
