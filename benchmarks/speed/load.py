"""Many clients ask a server for passages at once: requests a second, latencies, errors, memory.

    python -m benchmarks.speed.load [--clients 32] [--seconds 60]

Starts a server of its own on loopback over the published index (INDEX_DIR) and stops it at the end.
"""

import argparse
import itertools
import json
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from benchmarks.speed.machine import machine
from benchmarks.speed.measuring import NotMeasured
from benchmarks.speed.site import running_server
from storage.settings import StorageSettings

_QUESTIONS = (
    "How much is the cooperative share that every member buys?",
    "How long may I keep a tool?",
    "what is the convex combination?",
    "修理站有多少件工具可以外借？",
    "Which score decides whether a passage is used?",
    "When is the library open?",
)
_LONGEST_REQUEST_SECONDS = 30.0


@dataclass
class Outcome:
    """What the clients saw."""

    milliseconds: list[float] = field(default_factory=list)
    errors: int = 0


def main() -> int:
    """Exit code 1 when a request failed."""
    options = _parser().parse_args()
    try:
        with running_server(StorageSettings().index_dir, EMBED_DEVICE=StorageSettings().embed_device) as site:
            port = int(site.url.rpartition(":")[2])
            _ask(HTTPConnection("127.0.0.1", port, timeout=_LONGEST_REQUEST_SECONDS), _QUESTIONS[0])
            before = site.resident_mb()
            outcome = _load(port, options.clients, options.seconds)
            after = site.resident_mb()
    except NotMeasured as error:
        raise SystemExit(f"{error}; is there an index? Run make index.") from error
    print(machine())
    print(_report(outcome, options.clients, options.seconds, before, after))
    return 1 if outcome.errors else 0


def _load(port: int, clients: int, seconds: float) -> Outcome:
    outcome, lock = Outcome(), threading.Lock()
    until = time.monotonic() + seconds

    def client(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=_LONGEST_REQUEST_SECONDS)
        questions = itertools.islice(itertools.cycle(_QUESTIONS), number, None)
        while time.monotonic() < until:
            started = time.perf_counter()
            status = _ask(connection, next(questions))
            elapsed = (time.perf_counter() - started) * 1000
            with lock:
                outcome.milliseconds.append(elapsed)
                outcome.errors += status != 200
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def _ask(connection: HTTPConnection, question: str) -> int:
    """The status; 0 when there was no answer."""
    body = json.dumps({"question": question})
    try:
        connection.request("POST", "/api/retrieve", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
    except (OSError, HTTPException):
        connection.close()
        return 0
    return response.status


def _report(outcome: Outcome, clients: int, seconds: float, before: float, after: float) -> str:
    shares = statistics.quantiles(outcome.milliseconds, n=100)
    requests = len(outcome.milliseconds)
    return (
        f"{clients} clients on /api/retrieve for {seconds:g} s: {requests / seconds:.0f} requests/s, "
        f"p50 {shares[49]:.0f} ms, p99 {shares[98]:.0f} ms, {outcome.errors} errors of {requests}, "
        f"memory {before:.0f} MB before, {after:.0f} MB after"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.load", description=__doc__)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    return parser


if __name__ == "__main__":
    sys.exit(main())
