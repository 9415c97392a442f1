"""When the language model is asked again: retries of one call, and a pause after failures that will not pass.

What a failure means depends on its class: no balance or a rejected key stop everything at once, a server that is down
or overloaded does after some failures in a row. Then one call at a time is let through to see. This is the only layer
that retries: the libraries' own layers are switched off, for two layers multiply.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from server.deadline import DeadlineExceeded, current_deadline
from server.language_model.errors import (
    KeyRejected,
    LanguageModelError,
    ModelNotOffered,
    NoBalance,
    Paused,
    RateLimited,
    Unavailable,
    UnreadableReply,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits double from `first_wait_seconds`, each shortened or lengthened at random by half; Retry-After is honoured.

    An error is raised at once when the wait would outlast the current deadline.
    """

    attempts: int = 3
    """At most; each kind of error has a number of its own (`errors.py`), and the smaller one counts."""
    first_wait_seconds: float = 0.5

    def run(self, attempt: Callable[[], T], may_retry: Callable[[LanguageModelError], bool] = lambda error: True) -> T:
        """What `attempt` returns, after as many attempts as its errors allow."""
        number = 1
        while True:
            try:
                return attempt()
            except LanguageModelError as error:
                last = number >= min(self.attempts, error.attempts)
                if last or not error.retryable or not may_retry(error):
                    raise
                self._wait(number, error)
                logger.info("language model: %s, attempt %d", error.code, number + 1)
            number += 1

    def _wait(self, number: int, error: LanguageModelError) -> None:
        # Jitter spreads the calls of one burst; it needs no cryptographic randomness.
        seconds = self.first_wait_seconds * 2 ** (number - 1) * random.uniform(0.5, 1.5)
        seconds = max(seconds, error.retry_after_seconds or 0.0)
        deadline = current_deadline()
        if deadline is None:
            raise error
        try:
            deadline.wait(seconds)
        except DeadlineExceeded:
            raise error from None


_TELLING = (Unavailable, UnreadableReply, RateLimited)
"""What a failed call says of the next one; other failures are the request's own."""


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """How many failures in a row are too many, and how long the model is left alone, by class of failure."""

    failures: int = 5
    pause_seconds: float = 30.0
    crowded_pause_seconds: float = 5.0
    configuration_pause_seconds: float = 60.0
    balance_pause_seconds: float = 600.0
    first_call_alone_seconds: float = 0.25

    def pause_after(self, error: LanguageModelError, failures: int) -> float:
        """Seconds to leave the model alone after this failure, when there were so many in a row; 0 for not at all."""
        if isinstance(error, NoBalance):
            return self.balance_pause_seconds
        if isinstance(error, KeyRejected | ModelNotOffered):
            return self.configuration_pause_seconds
        if failures < self.failures:
            return 0.0
        if isinstance(error, Unavailable | UnreadableReply):
            return max(self.pause_seconds, error.retry_after_seconds or 0.0)
        if isinstance(error, RateLimited):
            return max(self.crowded_pause_seconds, error.retry_after_seconds or 0.0)
        return 0.0


class Breaker:
    """Stands before every call. May be used by several threads.

    Calls side by side that fail together count as one failure: a moment's trouble is for the retries to get over. Until
    a call has succeeded, others wait a moment for the one under way: with a wrong key, one request is enough.
    """

    def __init__(self, policy: BreakerPolicy | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._policy = policy or BreakerPolicy()
        self._clock = clock
        self._changed = threading.Condition()
        self._failures = 0
        self._cause: LanguageModelError | None = None
        self._paused_until = 0.0
        self._under_way = 0
        self._proven = False

    @contextmanager
    def call(self) -> Iterator[None]:
        """The block is one call. Raises `Paused` instead of entering it while the model is left alone."""
        failures_before = self._enter()
        try:
            yield
        except LanguageModelError as error:
            self._leave(error, failures_before)
            raise
        except BaseException:
            self._leave(None, failures_before)
            raise
        self._succeeded()

    def problem(self) -> Paused | None:
        """Why the model is left alone now; None while calls are let through."""
        with self._changed:
            return self._problem()

    def _problem(self) -> Paused | None:
        if self._cause is None:
            return None
        left = self._paused_until - self._clock()
        if left <= 0 and not self._under_way:
            return None
        return Paused(self._cause, retry_after_seconds=max(1.0, left))

    def _enter(self) -> int:
        with self._changed:
            if not self._proven and self._under_way and self._cause is None:
                self._changed.wait(self._policy.first_call_alone_seconds)
            problem = self._problem()
            if problem is not None:
                raise problem
            self._under_way += 1
            return self._failures

    def _leave(self, error: LanguageModelError | None, failures_before: int) -> None:
        with self._changed:
            self._under_way -= 1
            if error is not None:
                self._failures += isinstance(error, _TELLING) and self._failures == failures_before
                pause = self._policy.pause_after(error, self._failures)
                if pause:
                    self._cause = error
                    self._paused_until = self._clock() + pause
            self._changed.notify_all()

    def _succeeded(self) -> None:
        with self._changed:
            self._under_way -= 1
            self._failures = 0
            self._cause = None
            self._proven = True
            self._changed.notify_all()
