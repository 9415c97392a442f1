"""What it costs to keep a server's state in files, in SQLite that several share, and in PostgreSQL.

    python -m benchmarks.speed.state [--rounds 300] [--postgres postgresql://pagewise@127.0.0.1/empty]

The rounds of all places take turns, so that other work on the machine meets all alike. Without `--postgres` a server of
its own is started, where the programs of PostgreSQL are installed. STATE_PASSWORD is the password.
"""

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from benchmarks.speed.machine import machine
from storage.server_state.shared.database import StateDatabase
from storage.server_state.shared.requests import SharedRequests
from storage.server_state.state import SharedState, State, StateFiles
from storage.settings import StorageSettings
from tests.postgres_process import PASSWORD, PostgresDidNotStart, PostgresProcess

_ANSWER = "an answer with its passages " * 700  # 20 kB, as most are
_LIMIT = 1200


def main() -> None:
    """Prints a table of milliseconds."""
    options = _parser().parse_args()
    print(machine())
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        places: dict[str, dict[str, Callable[[int], object]]] = {"files": _acts(StateFiles(folder), None)}
        databases = {"SQLite, shared": StateDatabase(f"sqlite:///{folder}/state.db")}
        if (postgres := _postgres(options.postgres, opened)) is not None:
            databases["PostgreSQL"] = postgres
        for name, database in databases.items():
            opened.enter_context(closing(database))
            places[name] = _acts(SharedState(database, "", folder), SharedRequests(database))
        _print(_measured(places, options.rounds), list(places))


def _acts(state: State, requests: SharedRequests | None) -> dict[str, Callable[[int], object]]:
    answers, ledger, today = state.answers(), state.ledger("day"), datetime.now(UTC).date()
    acts: dict[str, Callable[[int], object]] = {
        "keep an answer of 20 kB": lambda number: answers.put(str(number), _ANSWER, "short"),
        "show one": lambda number: answers.get(str(number)),
        "reserve tokens of the day": lambda number: ledger.reserve(today, 1, 10**9),
    }
    if requests is not None:
        acts["count a request"] = lambda number: requests.acquire(f"client {number % 20}", _LIMIT, 60)
    return acts


def _measured(places: dict[str, dict[str, Callable[[int], object]]], rounds: int) -> dict[tuple[str, str], list[float]]:
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for number in range(rounds):
        for place, acts in places.items():
            for act, do in acts.items():
                began = time.perf_counter()
                do(number)
                if number >= rounds // 10:  # connections and tables are there by then
                    found[act, place].append(1000 * (time.perf_counter() - began))
    return found


def _print(found: dict[tuple[str, str], list[float]], places: list[str]) -> None:
    print(f"{'milliseconds, median and 95 %':32}" + "".join(f"{place:>20}" for place in places))
    for act in dict.fromkeys(act for act, _ in found):
        cells = []
        for place in places:
            took = found.get((act, place))
            if took is None:
                cells.append(f"{'in memory':>20}")
                continue
            cells.append(f"{statistics.median(took):>12.2f} {sorted(took)[int(0.95 * len(took))]:>7.2f}")
        print(f"{act:32}" + "".join(cells))


def _postgres(url: str, opened: ExitStack) -> StateDatabase | None:
    if url:
        return StateDatabase(url, StorageSettings().state_password)
    try:
        server = opened.enter_context(PostgresProcess())
    except PostgresDidNotStart as error:
        print(f"note: {error}")
        return None
    return StateDatabase(server.new_database(), SecretStr(PASSWORD))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks.speed.state")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--postgres", default="", metavar="URL")
    return parser


if __name__ == "__main__":
    main()
