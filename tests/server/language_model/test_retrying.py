"""When a language model is left alone, and when it is tried again (docs/faults.md L2, L22)."""

import pytest

from server.language_model.errors import (
    ContentRisk,
    KeyRejected,
    LanguageModelError,
    ModelNotOffered,
    NoBalance,
    Paused,
    RateLimited,
    RequestRejected,
    Unavailable,
)
from server.language_model.retrying import Breaker, BreakerPolicy


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(BreakerPolicy(first_call_alone_seconds=0), clock)


def _fail(breaker: Breaker, error: LanguageModelError, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(type(error)), breaker.call():
            raise error


def _succeed(breaker: Breaker) -> None:
    with breaker.call():
        pass


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(NoBalance("x"), 600), (KeyRejected("x"), 60), (ModelNotOffered("x"), 60)],
    ids=["L2-balance", "L1-key", "L4-model"],
)
def test_what_only_a_person_can_mend_stops_calls_at_once(
    breaker: Breaker, clock: Clock, error: LanguageModelError, seconds: float
) -> None:
    _fail(breaker, error)
    clock.now = seconds - 1
    problem = breaker.problem()
    assert problem is not None
    assert (problem.code, problem.help) == (error.code, error.help)
    with pytest.raises(Paused):
        _succeed(breaker)
    clock.now = seconds
    _succeed(breaker)
    assert breaker.problem() is None


@pytest.mark.faults("L22")
def test_the_fifth_failure_in_a_row_pauses_and_one_probe_is_let_through(breaker: Breaker, clock: Clock) -> None:
    _fail(breaker, Unavailable("x"), times=4)
    assert breaker.problem() is None
    _fail(breaker, Unavailable("x"))
    assert breaker.problem() is not None
    clock.now = 30.0
    with breaker.call(), pytest.raises(Paused):
        _succeed(breaker)
    assert breaker.problem() is None


@pytest.mark.faults("L22")
def test_a_probe_that_fails_pauses_again(breaker: Breaker, clock: Clock) -> None:
    _fail(breaker, Unavailable("x"), times=5)
    clock.now = 30.0
    _fail(breaker, Unavailable("x"))
    problem = breaker.problem()
    assert problem is not None
    assert problem.retry_after_seconds == 30


def test_a_success_in_between_begins_the_count_anew(breaker: Breaker) -> None:
    for _ in range(3):
        _fail(breaker, Unavailable("x"), times=4)
        _succeed(breaker)
    assert breaker.problem() is None


def test_calls_that_fail_side_by_side_count_once(breaker: Breaker) -> None:
    calls = [breaker.call() for _ in range(10)]
    for call in calls:
        call.__enter__()
    for call in calls:
        error = Unavailable("x")
        call.__exit__(Unavailable, error, None)
    assert breaker.problem() is None


def test_too_many_requests_pause_as_long_as_the_server_asks(breaker: Breaker) -> None:
    _fail(breaker, RateLimited("x", retry_after_seconds=20), times=5)
    problem = breaker.problem()
    assert problem is not None
    assert problem.retry_after_seconds == 20


@pytest.mark.parametrize("error", [ContentRisk("x"), RequestRejected("x")], ids=lambda error: error.code)
def test_what_is_wrong_with_one_request_says_nothing_of_the_next(breaker: Breaker, error: LanguageModelError) -> None:
    _fail(breaker, error, times=20)
    _fail(breaker, Unavailable("x"))
    assert breaker.problem() is None
