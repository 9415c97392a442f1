"""Trying again: the only layer that does (the libraries' own are switched off, for two layers multiply)."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from server.deadline import DeadlineExceeded, current_deadline
from server.llm_errors import LanguageModelError

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits double from `first_wait_seconds`, each shortened or lengthened at random by half; Retry-After is honoured.

    An error is raised at once when the wait would outlast the current deadline.
    """

    attempts: int = 3
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
