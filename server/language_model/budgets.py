"""A limit on the tokens of a month beside that of a day: a call is made while both have some left."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import date, timedelta
from typing import Protocol

from server.language_model.budget import DailyBudget, Receipt
from server.language_model.errors import BudgetSpent, BudgetUnknown, LanguageModelError
from storage.messages import message
from storage.server_state.token_budget import CountUnknown, LedgerUnavailable

_LONGEST_MONTH = timedelta(days=31)


class Budget(Protocol):
    """What stands before every call; `DailyBudget` says what the methods do."""

    def call(self, expected_tokens: int) -> AbstractContextManager[Receipt]:
        """The block is one call."""

    def problem(self) -> LanguageModelError | None:
        """Why no call is made now."""

    def notice(self) -> str | None:
        """What is wrong although calls are made."""

    def close(self) -> None:
        """Close what is open."""


class MonthlyBudget(DailyBudget):
    """The same for the (UTC) month. Its ledger counts under the month's first day."""

    def _period(self) -> date:
        return super()._period().replace(day=1)

    def _next_period(self) -> date:
        return (self._period() + _LONGEST_MONTH).replace(day=1)

    def _spent(self) -> BudgetSpent:
        return BudgetSpent(
            message("the {limit} tokens of this month are spent", limit=self._limit),
            help=message("Ask again next month, or raise MONTHLY_TOKEN_BUDGET."),
            retry_after_seconds=self._seconds_to_next(),
        )

    def _unknown(self, error: LedgerUnavailable) -> BudgetUnknown:
        said = message("what was spent of this month's tokens is not known: {why}", why=str(error))
        if not isinstance(error, CountUnknown):
            return super()._unknown(error)
        lost = message(
            "Answers are quoted until next month (UTC). To count this month from 0 all the same, stop the server, "
            "delete budget.month.db, and start it again."
        )
        return BudgetUnknown(said, help=lost, retry_after_seconds=self._seconds_to_next())


class Budgets:
    """Two budgets as one. May be used by several threads."""

    def __init__(self, *budgets: DailyBudget) -> None:
        self._budgets = budgets

    @contextmanager
    def call(self, expected_tokens: int) -> Iterator[Receipt]:
        """The block is one call; see `DailyBudget.call`. One that is not granted by all counts for none."""
        receipt = Receipt()
        with ExitStack() as stack:
            receipts = [stack.enter_context(budget.call(expected_tokens)) for budget in self._budgets]
            try:
                yield receipt
            finally:
                for each in receipts:
                    each.usage = receipt.usage

    def problem(self) -> LanguageModelError | None:
        """Why no call is made now; the first reason."""
        return next((problem for budget in self._budgets if (problem := budget.problem())), None)

    def notice(self) -> str | None:
        """What is wrong with a ledger although calls are made."""
        return next((notice for budget in self._budgets if (notice := budget.notice())), None)

    def close(self) -> None:
        """Close the ledgers."""
        for budget in self._budgets:
            budget.close()
