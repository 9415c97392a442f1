"""A limit on the tokens of one day: when they are spent, no call is made until the next (UTC) day."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, TypeVar

from server.llm_errors import BudgetSpent
from server.usage import Usage
from storage.budget_ledger import LedgerUnavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Receipt:
    """What a call used; to be filled in while it runs. Without usage the call counts for nothing."""

    def __init__(self) -> None:
        self.usage: Usage | None = None


class Ledger(Protocol):
    """Counts tokens by day, each change at once; `storage.budget_ledger` keeps them. May raise `LedgerUnavailable`."""

    def used(self, day: date) -> int:
        """The tokens of that day."""

    def reserve(self, day: date, tokens: int, limit: int) -> bool:
        """Add tokens unless the limit has been reached; whether they were added."""

    def add(self, day: date, tokens: int) -> None:
        """Add tokens, or take some back."""

    def close(self) -> None:
        """Close what is open."""


class MemoryLedger:
    """Counts until the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._days: dict[date, int] = {}

    def used(self, day: date) -> int:
        """The tokens of that day."""
        return self._days.get(day, 0)

    def reserve(self, day: date, tokens: int, limit: int) -> bool:
        """Add tokens unless the limit has been reached; whether they were added."""
        with self._lock:
            if self.used(day) >= limit:
                return False
            self._days = {day: self.used(day) + tokens}
            return True

    def add(self, day: date, tokens: int) -> None:
        """Add tokens, or take some back."""
        with self._lock:
            self._days[day] = max(0, self.used(day) + tokens)

    def close(self) -> None:
        """Nothing is open."""


class DailyBudget:
    """Counts tokens. `tokens_per_day` 0 means no limit, and nothing is counted. May be used by several threads.

    A call reserves what it is expected to use, so that calls side by side do not overshoot together, and what was
    reserved for a call that a crash cut off stays counted. While the ledger cannot be written, counting goes on in
    memory: a full disk stops neither the answers nor the limit.
    """

    def __init__(
        self,
        tokens_per_day: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ledger: Ledger | None = None,
    ) -> None:
        self._limit = tokens_per_day
        self._now = now
        self._ledger: Ledger = ledger or MemoryLedger()

    @contextmanager
    def call(self, expected_tokens: int) -> Iterator[Receipt]:
        """The block is one call. Raises `BudgetSpent` instead of entering it when the day's tokens are spent."""
        receipt = Receipt()
        if not self._limit:
            yield receipt
            return
        day = self._now().date()
        if not self._kept(lambda ledger: ledger.reserve(day, expected_tokens, self._limit)):
            raise self._spent()
        try:
            yield receipt
        finally:
            used = receipt.usage.total_tokens if receipt.usage else 0
            self._kept(lambda ledger: ledger.add(day, used - expected_tokens))

    def problem(self) -> BudgetSpent | None:
        """Why no call is made now; None while there is something left."""
        if not self._limit:
            return None
        used = self._kept(lambda ledger: ledger.used(self._now().date()))
        return self._spent() if used >= self._limit else None

    def close(self) -> None:
        """Close the ledger."""
        self._ledger.close()

    def _kept(self, change: Callable[[Ledger], T]) -> T:
        try:
            return change(self._ledger)
        except LedgerUnavailable as error:
            logger.warning("the tokens of the day are counted in memory from now on: %s", error)
            self._ledger = MemoryLedger()
            return change(self._ledger)

    def _spent(self) -> BudgetSpent:
        now = self._now()
        tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=now.tzinfo)
        return BudgetSpent(
            f"the {self._limit} tokens of today are spent", retry_after_seconds=(tomorrow - now).total_seconds()
        )
