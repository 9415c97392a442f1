"""Leaves a language model alone that has just shown it will not answer, and finds out when it does again.

What a failure means depends on its class: no balance or a rejected key stop everything at once, a server that is down
or overloaded does after some failures in a row. Then one call at a time is let through to see.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from server.llm_errors import (
    KeyRejected,
    LanguageModelError,
    ModelNotOffered,
    NoBalance,
    Paused,
    RateLimited,
    Unavailable,
    UnreadableReply,
)

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
