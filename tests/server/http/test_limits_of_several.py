"""What flask-limiter counts in: this process's memory, or the database that several servers share."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from limits.storage import MemoryStorage, MovingWindowSupport

from server.http.rate_limits import RequestsOfAllServers
from storage.server_state.shared.database import StateDatabase
from storage.server_state.shared.requests import SharedRequests

NOW = 1_000_000.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StateDatabase]:
    with closing(StateDatabase(f"sqlite:///{tmp_path}/state.db")) as database:
        yield database


@pytest.fixture(params=["memory", "database"])
def count(request: pytest.FixtureRequest, database: StateDatabase) -> MovingWindowSupport:
    if request.param == "memory":
        return MemoryStorage()
    return RequestsOfAllServers(shared=SharedRequests(database))


def test_a_client_gets_what_it_may_ask_and_no_more(count: MovingWindowSupport) -> None:
    assert [count.acquire_entry("anna", 3, 60) for _ in range(5)] == [True] * 3 + [False] * 2
    assert count.acquire_entry("bert", 3, 60)
    assert [count.get_moving_window(name, 3, 60)[1] for name in ("anna", "bert", "carl")] == [3, 1, 0]


def test_what_is_asked_at_once_is_granted_whole_or_not_at_all(count: MovingWindowSupport) -> None:
    assert count.acquire_entry("anna", 3, 60, 2)
    assert not count.acquire_entry("anna", 3, 60, 2)
    assert count.acquire_entry("anna", 3, 60)


def test_the_window_moves(database: StateDatabase) -> None:
    now = [NOW]
    requests = SharedRequests(database, lambda: now[0])
    assert requests.acquire("anna", 2, 60)
    now[0] += 40
    assert requests.acquire("anna", 2, 60)
    assert not requests.acquire("anna", 2, 60)
    assert requests.window("anna", 60) == (NOW, 2)
    now[0] += 21
    assert requests.window("anna", 60) == (NOW + 40, 1)
    assert requests.acquire("anna", 2, 60)


@pytest.mark.faults("S23")
def test_while_the_database_is_away_each_server_counts_by_itself(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    away = StateDatabase(f"sqlite:///{tmp_path}/file/state.db")
    count = RequestsOfAllServers(shared=SharedRequests(away))
    assert [count.acquire_entry("anna", 2, 60) for _ in range(3)] == [True, True, False]
    assert count.get_moving_window("anna", 2, 60)[1] == 2


def test_clients_that_do_not_come_again_are_forgotten(database: StateDatabase) -> None:
    now = [NOW]
    requests = SharedRequests(database, lambda: now[0])
    for number in range(10):
        requests.acquire(f"client {number}", 5, 60)
    now[0] += 3601
    for _ in range(500):
        requests.acquire("anna", 1000, 60)
    rows: Callable[[str], int | None] = lambda table: database.run(  # noqa: E731
        lambda connection: connection.exec_driver_sql(f"SELECT count(DISTINCT client) FROM {table}").scalar()
    )
    assert (rows("pagewise_clients"), rows("pagewise_requests")) == (1, 1)
