"""A limit on the tokens of one day: when they are spent, no call is made until the next (UTC) day."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from server.llm_errors import BudgetSpent
from server.usage import Usage


class Receipt:
    """What a call used; to be filled in while it runs."""

    def __init__(self) -> None:
        self.usage: Usage | None = None


class DailyBudget:
    """Counts tokens. `tokens_per_day` 0 means no limit. May be used by several threads.

    A call reserves what it is expected to use, so that calls side by side do not overshoot together. Counting begins
    anew when the server is restarted.
    """

    def __init__(self, tokens_per_day: int = 0, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._limit = tokens_per_day
        self._now = now
        self._lock = threading.Lock()
        self._day = now().date()
        self._used = 0

    @contextmanager
    def call(self, expected_tokens: int) -> Iterator[Receipt]:
        """The block is one call. Raises `BudgetSpent` instead of entering it when the day's tokens are spent."""
        with self._lock:
            self._check()
            self._used += expected_tokens
        receipt = Receipt()
        try:
            yield receipt
        finally:
            used = receipt.usage.total_tokens if receipt.usage else 0
            with self._lock:
                self._used = max(0, self._used - expected_tokens + used)

    def problem(self) -> BudgetSpent | None:
        """Why no call is made now; None while there is something left."""
        with self._lock:
            return self._problem()

    def _check(self) -> None:
        problem = self._problem()
        if problem is not None:
            raise problem

    def _problem(self) -> BudgetSpent | None:
        today = self._now().date()
        if today != self._day:
            self._day, self._used = today, 0
        if not self._limit or self._used < self._limit:
            return None
        return BudgetSpent(f"the {self._limit} tokens of today are spent")
