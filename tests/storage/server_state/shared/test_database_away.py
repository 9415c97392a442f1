"""The state database is away: no answer fails, nothing is lost, nothing is spent that nobody counts, and it is said."""

import gc
import socket
import time
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from storage.server_state.answers import AnswersUnreadable
from storage.server_state.shared.answers import SharedAnswers
from storage.server_state.shared.budget import SharedLedger
from storage.server_state.shared.database import StateDatabase, StateUnavailable
from storage.server_state.shared.entries import SharedEntries
from storage.server_state.shared.requests import SharedRequests
from storage.server_state.token_budget import LedgerUnavailable
from tests.postgres_process import PASSWORD, PostgresProcess
from tests.storage.server_state.shared.conftest import Place

DAY = date(2026, 11, 23)


def short(place: Place) -> StateDatabase:
    return place.database(patience_seconds=0.3)


def wait_until_stored(answers: SharedAnswers, answer_id: str) -> None:
    ends = time.monotonic() + 60
    while answers.unstored(answer_id):
        assert time.monotonic() < ends, answers.notice()
        time.sleep(0.02)


def wait_until_back(database: StateDatabase) -> None:
    """It is not asked again at once."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with suppress(StateUnavailable):
            return database.check()
        time.sleep(0.02)
    raise AssertionError(database.problem)


@pytest.mark.faults("S23")
def test_answers_are_held_in_memory_and_stored_by_themselves_when_it_is_back(shared_place: Place) -> None:
    assert shared_place.away is not None
    answers = SharedAnswers(short(shared_place), again_seconds=0.02)
    answers.put("before", "the one before")
    with shared_place.away():
        answers.put("during", "the answer")
        assert answers.get("during") == "the answer"
        assert "cannot be used" in (answers.unstored("during") or "")
        assert "kept in memory" in (answers.notice() or "")
        with pytest.raises(AnswersUnreadable, match="look whether it runs"):
            answers.get("before")
        with pytest.raises(AnswersUnreadable):
            answers.newest()
        with pytest.raises(AnswersUnreadable):
            answers.delete(["before"])
    wait_until_stored(answers, "during")
    assert answers.notice() is None
    assert [each.id for each in SharedAnswers(shared_place.database()).newest()] == ["during", "before"]
    answers.close()


def test_no_more_answers_are_held_than_the_bound(shared_place: Place) -> None:
    assert shared_place.away is not None
    answers = SharedAnswers(short(shared_place), most_held=3, again_seconds=60)
    with suppress(AnswersUnreadable):
        answers.newest()
    with shared_place.away():
        for number in range(5):
            answers.put(str(number), "answer")
        held = [answers.unstored(str(number)) is not None for number in range(5)]
    assert held == [False, False, True, True, True]
    answers.close()
    assert [each.id for each in SharedAnswers(shared_place.database()).newest()] == ["4", "3", "2"], (
        "written at the end"
    )


@pytest.mark.faults("S23")
def test_a_count_that_cannot_be_had_is_not_taken_for_nothing(shared_place: Place) -> None:
    assert shared_place.away is not None
    database = short(shared_place)
    ledger = SharedLedger(database)
    ledger.add(DAY, 5)
    with shared_place.away():
        for use in (lambda: ledger.used(DAY), lambda: ledger.reserve(DAY, 1, 10), lambda: ledger.add(DAY, 1)):
            with pytest.raises(LedgerUnavailable, match="state database"):
                use()
    wait_until_back(database)
    assert ledger.used(DAY) == 5


def test_whatever_else_is_asked_says_so(shared_place: Place) -> None:
    assert shared_place.away is not None
    database = short(shared_place)
    database.check()
    entries, requests = SharedEntries(database, "key"), SharedRequests(database)
    asked: list[Any] = [
        lambda: entries.get("a"), lambda: entries.take("a"), lambda: entries.put("a", "b"),
        lambda: requests.acquire("anna", 1, 60), lambda: requests.window("anna", 60), database.check,
    ]  # fmt: skip
    with shared_place.away():
        for ask in asked:
            with pytest.raises(StateUnavailable):
                ask()
    wait_until_back(database)
    for ask in asked:
        ask()
    assert database.problem is None


@pytest.mark.faults("S23")
def test_nobody_waits_twice_for_a_database_that_hangs() -> None:
    """The first one waits as long as is allowed; for a moment after that all others are told at once."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://pagewise@127.0.0.1:{silent.getsockname()[1]}/state"
        database = StateDatabase(url, patience_seconds=0.3, pause_seconds=60)
        for _ in range(20):
            with pytest.raises(StateUnavailable):
                database.check()
        silent.settimeout(0)
        tried = 0
        with suppress(BlockingIOError):
            while True:
                silent.accept()[0].close()
                tried += 1
    assert tried == 1
    gc.collect()


def test_neither_password_nor_account_is_told(postgres_process: PostgresProcess) -> None:
    url = postgres_process.new_database()
    wrong = StateDatabase(url, SecretStr("another-secret"))
    with pytest.raises(StateUnavailable) as raised:
        wrong.check()
    assert "another-secret" not in str(raised.value)
    assert "password authentication failed" in str(raised.value)
    right = StateDatabase(url, SecretStr(PASSWORD))
    right.check()
    right.close()


def test_tables_of_a_later_version_are_left_alone(shared_place: Place) -> None:
    database = shared_place.database()
    database.run(lambda connection: connection.execute(database.tables.form.update().values(number=99)))
    with pytest.raises(StateUnavailable, match="later version"):
        shared_place.database().check()


def test_a_file_of_sqlite_is_for_its_account_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "state.db"
    database = StateDatabase(f"sqlite:///{file}")
    database.check()
    assert {each.stat().st_mode & 0o077 for each in file.parent.iterdir()} == {0}
    database.close()


def test_a_driver_that_is_not_installed_is_named() -> None:
    with pytest.raises(StateUnavailable, match="asyncpg"):
        StateDatabase("postgresql+asyncpg://pagewise@127.0.0.1/state").check()
