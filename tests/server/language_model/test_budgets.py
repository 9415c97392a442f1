"""A monthly budget beside the daily one, and what a server without usage counts for."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from server.language_model.budget import DailyBudget, MemoryLedger
from server.language_model.budgets import Budgets, MonthlyBudget
from server.language_model.errors import BudgetSpent, BudgetUnknown
from server.language_model.usage import Usage
from storage.server_state.token_budget import BudgetLedger
from tests.model_server import Habits, ModelServer
from tests.server.language_model.test_server_kinds import answer, asking, scores

LAST_DAY = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)


def _spend(budget: DailyBudget | Budgets, tokens: int) -> None:
    with budget.call(tokens) as receipt:
        receipt.usage = Usage(1, tokens)


def test_a_month_is_spent_over_its_days_and_the_next_one_begins_anew() -> None:
    now = [LAST_DAY - timedelta(days=20)]
    budget = MonthlyBudget(250, lambda: now[0])
    for day in range(3):
        now[0] = LAST_DAY - timedelta(days=10 - day)
        _spend(budget, 100)
    with pytest.raises(BudgetSpent, match="this month") as caught:
        _spend(budget, 1)
    assert "MONTHLY_TOKEN_BUDGET" in caught.value.help
    now[0] = LAST_DAY
    assert (problem := budget.problem()) is not None
    assert problem.retry_after_seconds == 60
    now[0] += timedelta(minutes=1)
    assert budget.problem() is None
    _spend(budget, 250)


@pytest.mark.parametrize(
    ("now", "seconds"),
    [(datetime(2028, 2, 28, tzinfo=UTC), 2 * 86400), (datetime(2026, 12, 1, tzinfo=UTC), 31 * 86400)],
)
def test_a_month_is_as_long_as_it_is(now: datetime, seconds: float) -> None:
    budget = MonthlyBudget(1, lambda: now)
    _spend(budget, 1)
    problem = budget.problem()
    assert problem is not None
    assert problem.retry_after_seconds == seconds


def test_a_call_that_the_day_refuses_counts_nothing_for_the_month() -> None:
    days, months = MemoryLedger(), MemoryLedger()
    budgets = Budgets(MonthlyBudget(1000, lambda: LAST_DAY, months), DailyBudget(100, lambda: LAST_DAY, days))
    _spend(budgets, 100)
    with pytest.raises(BudgetSpent, match="today"):
        _spend(budgets, 50)
    assert (months.used(date(2026, 12, 1)), days.used(LAST_DAY.date())) == (100, 100)


def test_a_month_survives_a_restart_and_a_lost_count_is_not_taken_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "budget.month.db"
    with closing(MonthlyBudget(250, lambda: LAST_DAY, BudgetLedger(file))) as budget:
        _spend(budget, 300)
    with closing(MonthlyBudget(250, lambda: LAST_DAY, BudgetLedger(file))) as budget:
        assert isinstance(budget.problem(), BudgetSpent)
    file.write_bytes(b"no database" * 1000)
    with closing(MonthlyBudget(250, lambda: LAST_DAY, BudgetLedger(file))) as budget:
        with pytest.raises(BudgetUnknown, match="this month") as caught:
            _spend(budget, 1)
        assert "budget.month.db" in caught.value.help


def test_what_a_server_does_not_count_is_estimated_and_counted_by_the_budget() -> None:
    ledger = MemoryLedger()
    budget = DailyBudget(10**6, lambda: LAST_DAY, ledger)
    with ModelServer(Habits("no usage", reports_usage=False)) as server, asking(server, budget=budget) as models:
        scores(models)
        scored = ledger.used(LAST_DAY.date())
        assert scored > 10 * 300
        reply, _ = answer(models)
        assert reply.usage.estimated
        assert ledger.used(LAST_DAY.date()) - scored == reply.usage.total_tokens > 500
    with ModelServer(Habits("usage")) as server, asking(server) as models:
        assert not answer(models)[0].usage.estimated
