"""The daily budget: counted by day, kept over restarts, true with many callers; and what counts. docs/faults.md X24."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage
from pydantic import SecretStr

from server.deadline import Cancelled, Deadline, DeadlineExceeded, until
from server.language_model.budget import DailyBudget
from server.language_model.client import LanguageModels
from server.language_model.errors import BudgetSpent, BudgetUnknown, LanguageModelError
from server.language_model.retrying import RetryPolicy
from server.language_model.roles import ModelLimits, limits_for
from server.language_model.usage import Usage, estimated_tokens
from storage.server_state.token_budget import BudgetLedger, LedgerUnavailable, read_count
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion, Failure, tokens_of
from tests.repository import ROOT
from tests.server.answering_setup import KEY
from tests.storage.damage import WAYS, fill, small_disk

DAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROMPT = "What is it? " * 100


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[BudgetLedger]:
    with closing(BudgetLedger(tmp_path / "index" / "budget.db")) as ledger:
        yield ledger


def _spend(budget: DailyBudget, tokens: int, expected: int = 100) -> None:
    with budget.call(expected) as receipt:
        receipt.usage = Usage(1, tokens)


def test_the_count_survives_a_restart(tmp_path: Path) -> None:
    for _ in range(3):
        with closing(DailyBudget(250, lambda: NOON, BudgetLedger(tmp_path / "budget.db"))) as budget:
            _spend(budget, 100)
    with closing(DailyBudget(250, lambda: NOON, BudgetLedger(tmp_path / "budget.db"))) as budget:
        assert budget.problem() is not None
        with pytest.raises(BudgetSpent):
            _spend(budget, 1)


def test_a_new_day_begins_at_zero(ledger: BudgetLedger) -> None:
    now = [NOON]
    budget = DailyBudget(100, lambda: now[0], ledger)
    _spend(budget, 100)
    spent = budget.problem()
    assert spent is not None
    assert spent.retry_after_seconds == 12 * 3600
    now[0] = datetime(2026, 11, 24, 0, 1, tzinfo=UTC)
    assert budget.problem() is None
    _spend(budget, 5)
    assert ledger.used(date(2026, 11, 24)) == 5


def test_what_a_killed_process_had_reserved_stays_counted(tmp_path: Path) -> None:
    with closing(BudgetLedger(tmp_path / "budget.db")) as ledger:
        assert ledger.reserve(DAY, 400, 1000)  # and then it is killed
    with closing(BudgetLedger(tmp_path / "budget.db")) as ledger:
        assert ledger.used(DAY) == 400


def test_a_failed_call_gives_back_what_was_reserved(ledger: BudgetLedger) -> None:
    budget = DailyBudget(1000, lambda: NOON, ledger)
    reserved = []
    with pytest.raises(ZeroDivisionError), budget.call(400):
        reserved.append(ledger.used(DAY) / 0)
    with budget.call(400):
        reserved.append(ledger.used(DAY))
    assert reserved == [400]
    assert ledger.used(DAY) == 0


def test_threads_together_do_not_overshoot(ledger: BudgetLedger) -> None:
    budget = DailyBudget(1000, lambda: NOON, ledger)
    together = threading.Barrier(16)

    def spend() -> bool:
        together.wait()
        try:
            _spend(budget, 100)
        except BudgetSpent:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        done = [future.result() for future in [pool.submit(spend) for _ in range(16)]]
    assert sum(done) == 10
    assert ledger.used(DAY) == 1000


def test_processes_share_one_count(tmp_path: Path) -> None:
    file = tmp_path / "budget.db"
    program = f"""
from contextlib import closing
from datetime import date
from pathlib import Path
from storage.server_state.token_budget import BudgetLedger
with closing(BudgetLedger(Path({str(file)!r}))) as ledger:
    for _ in range(50):
        assert ledger.reserve(date({DAY.year}, {DAY.month}, {DAY.day}), 5, 1_000_000)
        ledger.add(date({DAY.year}, {DAY.month}, {DAY.day}), -3)
"""
    spenders = [subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) for _ in range(3)]
    assert [spender.wait() for spender in spenders] == [0, 0, 0]
    with closing(BudgetLedger(file)) as ledger:
        assert ledger.used(DAY) == 3 * 50 * 2


def _spend_much(file: Path) -> None:
    """Fills the file with days, so that damage in its middle shows."""
    with closing(BudgetLedger(file)) as ledger:
        for number in range(400):
            ledger.add(DAY - timedelta(number), 40)


@pytest.mark.parametrize("damage", WAYS)
def test_a_damaged_ledger_is_set_aside_and_what_was_spent_that_day_is_not_taken_for_nothing(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    file = tmp_path / "budget.db"
    _spend_much(file)
    damage(file)
    now = [NOON]
    for _ in range(2):  # a restart does not forget it
        with closing(DailyBudget(100, lambda: now[0], BudgetLedger(file))) as budget:
            problem = budget.problem()
            assert isinstance(problem, BudgetUnknown)
            assert "budget.db was damaged and is now budget.db.damaged-" in str(problem)
            assert problem.retry_after_seconds == 12 * 3600
            with pytest.raises(BudgetUnknown):
                _spend(budget, 1)
    assert len(list(tmp_path.glob("budget.db.damaged-*Z"))) == 1
    now[0] = NOON + timedelta(days=1)
    with closing(DailyBudget(100, lambda: now[0], BudgetLedger(file))) as budget:
        assert budget.problem() is None
        _spend(budget, 5)


def test_who_pays_may_count_from_nothing_by_deleting_the_ledger(tmp_path: Path) -> None:
    file, clock = tmp_path / "budget.db", [0.0]
    file.write_bytes(b"not a database" * 1_000)
    with closing(DailyBudget(100, lambda: NOON, BudgetLedger(file), lambda: clock[0])) as budget:
        assert budget.problem() is not None
        file.unlink()
        clock[0] += 31
        assert budget.problem() is None


@pytest.mark.parametrize("damage", WAYS)
def test_a_ledger_that_goes_bad_in_use_is_begun_anew_with_the_count_that_is_known(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    file = tmp_path / "budget.db"
    _spend_much(file)
    with closing(BudgetLedger(file)) as ledger, closing(DailyBudget(100, lambda: NOON, ledger)) as budget:
        _spend(budget, 20)
        ledger.close()
        damage(file)
        assert budget.problem() is None
        _spend(budget, 30)
        assert ledger.used(DAY) == 90
        _spend(budget, 10)
        assert isinstance(budget.problem(), BudgetSpent)
    with closing(BudgetLedger(file)) as again:
        assert again.used(DAY) == 100


def test_a_ledger_that_is_removed_in_use_is_begun_anew_with_the_count_that_is_known(tmp_path: Path) -> None:
    file = tmp_path / "budget.db"
    with closing(BudgetLedger(file)) as ledger, closing(DailyBudget(100, lambda: NOON, ledger)) as budget:
        _spend(budget, 60)
        for left in tmp_path.iterdir():
            left.unlink()
        _spend(budget, 10)
        with closing(BudgetLedger(file)) as other:
            assert other.used(DAY) == 70


def test_a_full_disk_counts_on_from_what_is_known_and_the_file_has_it_all_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        file, clock = disk / "budget.db", [0.0]
        with closing(BudgetLedger(file)) as earlier:
            earlier.add(DAY, 40)
        filler = fill(disk)
        with closing(DailyBudget(100, lambda: NOON, BudgetLedger(file), lambda: clock[0])) as budget:
            assert budget.problem() is None
            _spend(budget, 50)
            assert "full" in (budget.notice() or "")
            assert budget.problem() is None
            _spend(budget, 10)
            assert isinstance(budget.problem(), BudgetSpent)
            assert read_count(file, DAY) == 40
            filler.unlink()
            clock[0] += 31
            assert isinstance(budget.problem(), BudgetSpent)
            assert budget.notice() is None
            assert read_count(file, DAY) == 100


def test_what_was_counted_in_memory_is_written_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "budget.db"
    with closing(BudgetLedger(file)) as ledger:
        ledger.add(DAY, 40)
        budget = DailyBudget(100, lambda: NOON, ledger)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            _spend(budget, 50)
            assert "another program holds the file" in (budget.notice() or "")
        budget.close()
        assert ledger.used(DAY) == 90


def test_a_day_that_begins_while_the_ledger_fails_begins_at_zero(tmp_path: Path) -> None:
    now, file = [NOON], tmp_path / "budget.db"
    with closing(BudgetLedger(file)) as ledger:
        budget = DailyBudget(100, lambda: now[0], ledger)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            _spend(budget, 100)
            other.execute("BEGIN IMMEDIATE")
            assert isinstance(budget.problem(), BudgetSpent)
            now[0] += timedelta(days=1)
            assert budget.problem() is None
            _spend(budget, 30)
        budget.close()
        assert ledger.used(DAY + timedelta(1)) == 30


def test_a_ledger_that_cannot_be_read_at_the_start_lets_nothing_be_spent_until_it_can(tmp_path: Path) -> None:
    file, clock = tmp_path / "budget.db", [0.0]
    with closing(BudgetLedger(file)) as earlier:
        earlier.add(DAY, 40)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("UPDATE days SET tokens = 50")
        budget = DailyBudget(100, lambda: NOON, BudgetLedger(file), lambda: clock[0])
        problem = budget.problem()
        assert isinstance(problem, BudgetUnknown)
        assert "another program holds the file" in str(problem)
        assert problem.retry_after_seconds == 30
    clock[0] += 31
    assert budget.problem() is None
    budget.close()


def test_a_ledger_that_cannot_be_written_stops_neither_answers_nor_the_limit(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file where the folder should be")
    ledger = BudgetLedger(tmp_path / "index" / "budget.db")
    with pytest.raises(LedgerUnavailable):
        ledger.add(DAY, 1)
    budget = DailyBudget(100, lambda: NOON, ledger)
    _spend(budget, 100)
    with pytest.raises(BudgetSpent):
        _spend(budget, 1)


def test_a_ledger_that_another_process_holds_is_unavailable_and_not_waited_for_long(tmp_path: Path) -> None:
    file = tmp_path / "budget.db"
    with closing(BudgetLedger(file)) as ledger, closing(sqlite3.connect(file, isolation_level=None)) as other:
        ledger.add(DAY, 1)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerUnavailable):
            ledger.add(DAY, 1)
        other.execute("COMMIT")
        ledger.add(DAY, 1)
        assert ledger.used(DAY) == 2


def test_without_a_limit_nothing_is_written(tmp_path: Path) -> None:
    budget = DailyBudget(0, lambda: NOON, BudgetLedger(tmp_path / "budget.db"))
    _spend(budget, 10**9)
    assert budget.problem() is None
    assert not (tmp_path / "budget.db").exists()


# ---- What counts


@pytest.fixture
def fake() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek() as server:
        yield server


@pytest.fixture
def models(fake: FakeDeepSeek, ledger: BudgetLedger) -> Iterator[LanguageModels]:
    with closing(
        LanguageModels(
            SecretStr(KEY),
            fake.url,
            "deepseek-flash",
            limits=ModelLimits(idle_seconds=0.3),
            retry=RetryPolicy(attempts=1),
            budget=DailyBudget(10**6, lambda: NOON, ledger),
        )
    ) as models:
        yield models


def _stream(models: LanguageModels, seconds: float = 5.0, on_text: Any = lambda delta: None) -> None:
    with until(Deadline(seconds)):
        models.stream([ChatMessage(PROMPT)], thinking=False, on_text=on_text, on_reasoning=lambda delta: None)


def test_a_good_call_counts_what_the_provider_says(
    fake: FakeDeepSeek, models: LanguageModels, ledger: BudgetLedger
) -> None:
    fake.when("", Completion("It is so."))
    _stream(models)
    assert ledger.used(DAY) == tokens_of(PROMPT) + tokens_of("It is so.")


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(Completion("word " * 40, cut_after=20), id="cut"),
        pytest.param(Completion("word " * 40, drop_after=20), id="dropped"),
        pytest.param(Completion("word " * 40, stall_after=20), id="stalled"),
    ],
)
def test_a_stream_that_breaks_counts_its_prompt_and_what_came(
    fake: FakeDeepSeek, models: LanguageModels, ledger: BudgetLedger, broken: Completion
) -> None:
    fake.when("", broken)
    _stream(models)
    assert tokens_of(PROMPT) + 40 <= ledger.used(DAY) <= estimated_tokens(PROMPT) + 60


def test_a_client_that_leaves_midway_is_counted(
    fake: FakeDeepSeek, models: LanguageModels, ledger: BudgetLedger
) -> None:
    fake.when("", Completion("word " * 400, gap_seconds=0.02))
    cancel = threading.Event()
    with pytest.raises(Cancelled), until(Deadline(5.0, cancel)):
        models.stream(
            [ChatMessage(PROMPT)],
            thinking=False,
            on_text=lambda delta: cancel.set(),
            on_reasoning=lambda delta: None,
        )
    assert ledger.used(DAY) >= tokens_of(PROMPT)


def test_a_call_given_up_before_its_first_word_counts_its_prompt(
    fake: FakeDeepSeek, models: LanguageModels, ledger: BudgetLedger
) -> None:
    fake.when("", Completion("{}", delay_seconds=60))
    with pytest.raises(DeadlineExceeded):
        _stream(models, seconds=0.3)
    assert ledger.used(DAY) == estimated_tokens(PROMPT)
    with pytest.raises(DeadlineExceeded), until(Deadline(0.3)):
        models.complete([ChatMessage(PROMPT)], json_mode=False)
    assert ledger.used(DAY) == 2 * estimated_tokens(PROMPT)


@pytest.mark.parametrize("status", [401, 402, 429, 500])
def test_a_call_that_is_turned_away_counts_nothing(
    fake: FakeDeepSeek, models: LanguageModels, ledger: BudgetLedger, status: int
) -> None:
    fake.when("", Failure(status))
    with pytest.raises(LanguageModelError):
        _stream(models)
    assert ledger.used(DAY) == 0


@pytest.mark.parametrize("context", [2_048, 8_000, 32_000, 128_000, 1_000_000])
def test_a_small_context_leaves_room_to_read(context: int) -> None:
    limits = limits_for(context)
    assert limits.context_tokens == context
    assert limits.answer_tokens <= context / 4
    assert limits.thinking_tokens <= context / 2
