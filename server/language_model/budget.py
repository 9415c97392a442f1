"""A limit on the tokens of one day: when they are spent, no call is made until the next (UTC) day."""

import logging
import threading
import time as clocks
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, TypeVar

from server.language_model.errors import BudgetSpent, BudgetUnknown, LanguageModelError
from server.language_model.usage import Usage
from storage.messages import message
from storage.server_state.token_budget import CountUnknown, LedgerUnavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")

_TRY_AGAIN_SECONDS = 30.0
_TRY_AGAIN_SHARED_SECONDS = 3.0
_LOST = message(
    "Answers are quoted until tomorrow (UTC). To count today from 0 all the same, stop the server, delete budget.db, "
    "and start it again."
)


class Receipt:
    """What a call used; to be filled in while it runs. Without usage the call counts for nothing."""

    def __init__(self) -> None:
        self.usage: Usage | None = None


class Ledger(Protocol):
    """Counts tokens by day, each change at once; `storage.server_state.token_budget` keeps them.

    May raise `LedgerUnavailable`, and `CountUnknown` where a day's count was lost.
    """

    def used(self, day: date) -> int:
        """The tokens of that day."""

    def reserve(self, day: date, tokens: int, limit: int) -> bool:
        """Add tokens unless the limit has been reached; whether they were added."""

    def add(self, day: date, tokens: int) -> None:
        """Add tokens, or take some back."""

    def settle(self, day: date, tokens: int) -> None:
        """Write the count of a day that was lost, for somebody who knows it."""

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

    def settle(self, day: date, tokens: int) -> None:
        """The count of that day is this."""
        with self._lock:
            self._days[day] = tokens

    def close(self) -> None:
        """Nothing is open."""


class CarriedLedger:
    """A ledger that goes on counting in memory, from the last count known, while its file cannot be written.

    The file is tried again every 30 seconds, and gets what was counted meanwhile. A count that was never known is not
    taken for 0: then every method but `add` raises `LedgerUnavailable`. So it is as long as a ledger that several
    servers spend by cannot be read, for nobody knows what the others spend. May be used by several threads.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], float] = clocks.monotonic, *, is_alone: bool = True) -> None:
        """`is_alone`: nobody else spends; where others do, a count that cannot be read now is not known."""
        self._ledger = ledger
        self._clock = clock
        self._is_alone = is_alone
        self._again_seconds = _TRY_AGAIN_SECONDS if is_alone else _TRY_AGAIN_SHARED_SECONDS
        self._lock = threading.Lock()
        self._known: dict[date, int] = {}
        self._unwritten: dict[date, int] = {}
        self._failure: LedgerUnavailable | None = None
        self._again_at = float("-inf")

    def used(self, day: date) -> int:
        """The tokens of that day."""
        with self._lock:
            self._refresh(day)
            return self._count(day)

    def reserve(self, day: date, tokens: int, limit: int) -> bool:
        """Add tokens unless the limit has been reached; whether they were added."""
        with self._lock:
            granted = self._asked(day, lambda ledger: ledger.reserve(day, tokens, limit))
            if granted is None:
                granted = self._count(day) < limit
                self._unwritten[day] = self._unwritten.get(day, 0) + (tokens if granted else 0)
            if granted:
                self._known[day] = self._count(day) + tokens
            return granted

    def add(self, day: date, tokens: int) -> None:
        """Add tokens, or take some back."""

        def add(ledger: Ledger) -> bool:
            ledger.add(day, tokens)
            return True

        with self._lock:
            if not self._asked(day, add):
                self._unwritten[day] = self._unwritten.get(day, 0) + tokens
            if day in self._known:
                self._known[day] = max(0, self._known[day] + tokens)

    def notice(self) -> str | None:
        """Why the count goes on in memory; None while it does not."""
        if self._failure is None or not self._known or not self._is_alone:
            return None
        return f"the tokens of today are counted in memory, and forgotten by a restart: {self._failure}"

    def close(self) -> None:
        """Write what is left, if that goes now, and close the file."""
        with self._lock:
            try:
                self._bring()
            except LedgerUnavailable as error:
                logger.warning("the tokens counted in memory are lost: %s", error)
            self._ledger.close()

    def _asked(self, day: date, change: Callable[[Ledger], T]) -> T | None:
        """What the file's ledger says to a change; None where it cannot be written now."""
        if not self._refresh(day):
            return None
        try:
            return change(self._ledger)
        except LedgerUnavailable as error:
            self._fail(error)
            return None

    def _refresh(self, day: date) -> bool:
        """Read the day's count, after what was counted in memory is brought to the file; whether that went."""
        if self._clock() < self._again_at:
            return False
        try:
            self._bring()
            self._known = {**dict(sorted(self._known.items())[-1:]), day: self._read(day)}
        except LedgerUnavailable as error:
            self._fail(error)
            return False
        self._failure = None
        return True

    def _read(self, day: date) -> int:
        try:
            return self._ledger.used(day)
        except CountUnknown:
            if day not in self._known:
                raise
        self._ledger.settle(day, self._known[day])
        return self._known[day]

    def _bring(self) -> None:
        for day, tokens in list(self._unwritten.items()):
            try:
                self._ledger.add(day, tokens)
            except CountUnknown:
                if day not in self._known:
                    raise
                self._ledger.settle(day, self._known[day])
            del self._unwritten[day]

    def _fail(self, error: LedgerUnavailable) -> None:
        if self._failure is None:
            logger.warning("the count of today's tokens cannot be kept: %s", error)
        self._failure = error
        self._again_at = self._clock() + self._again_seconds

    def _count(self, day: date) -> int:
        if self._failure is not None and not self._is_alone:
            raise self._failure
        if day not in self._known:
            if not self._known or day < max(self._known):
                raise self._failure or LedgerUnavailable("it was never read")
            self._known[day] = 0  # the day began while this process counted
        return self._known[day]


class DailyBudget:
    """Counts tokens. `tokens_per_day` 0 means no limit, and nothing is counted. May be used by several threads.

    A call reserves what it is expected to use, so that calls side by side do not overshoot together, and what was
    reserved for a call that a crash cut off stays counted. While the ledger cannot be written, counting goes on in
    memory: a full disk stops neither the answers nor the limit. Where the day's count is not known, no call is made.
    """

    def __init__(
        self,
        tokens_per_day: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ledger: Ledger | None = None,
        clock: Callable[[], float] = clocks.monotonic,
        *,
        is_alone: bool = True,
    ) -> None:
        """`is_alone`: whether nobody else spends by the same ledger that would go on while it cannot be written."""
        self._limit = tokens_per_day
        self._now = now
        self._ledger = CarriedLedger(ledger or MemoryLedger(), clock, is_alone=is_alone)
        self.problem()  # the count as it is now is what is gone on from, should the ledger fail

    @contextmanager
    def call(self, expected_tokens: int) -> Iterator[Receipt]:
        """The block is one call.

        Raises `BudgetSpent` instead of entering it when the day's tokens are spent, `BudgetUnknown` when nobody knows.
        """
        receipt = Receipt()
        if not self._limit:
            yield receipt
            return
        day = self._period()
        try:
            granted = self._ledger.reserve(day, expected_tokens, self._limit)
        except LedgerUnavailable as error:
            raise self._unknown(error) from error
        if not granted:
            raise self._spent()
        try:
            yield receipt
        finally:
            used = receipt.usage.total_tokens if receipt.usage else 0
            self._ledger.add(day, used - expected_tokens)

    def problem(self) -> LanguageModelError | None:
        """Why no call is made now; None while there is something left."""
        if not self._limit:
            return None
        try:
            used = self._ledger.used(self._period())
        except LedgerUnavailable as error:
            return self._unknown(error)
        return self._spent() if used >= self._limit else None

    def notice(self) -> str | None:
        """What is wrong with the ledger although calls are made; None when nothing is."""
        return self._ledger.notice()

    def close(self) -> None:
        """Close the ledger."""
        self._ledger.close()

    def _unknown(self, error: LedgerUnavailable) -> BudgetUnknown:
        message = f"what was spent of today's tokens is not known: {error}"
        if isinstance(error, CountUnknown):
            return BudgetUnknown(message, help=_LOST, retry_after_seconds=self._seconds_to_next())
        return BudgetUnknown(message, retry_after_seconds=_TRY_AGAIN_SECONDS)

    def _spent(self) -> BudgetSpent:
        return BudgetSpent(
            message("the {limit} tokens of today are spent", limit=self._limit),
            retry_after_seconds=self._seconds_to_next(),
        )

    def _period(self) -> date:
        """The day whose tokens are counted together."""
        return self._now().date()

    def _next_period(self) -> date:
        return self._period() + timedelta(days=1)

    def _seconds_to_next(self) -> float:
        now = self._now()
        return (datetime.combine(self._next_period(), time(), tzinfo=now.tzinfo) - now).total_seconds()
