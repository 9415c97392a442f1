"""Tokens and money."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from server.language_model.budget import DailyBudget
from server.language_model.errors import BudgetSpent
from server.language_model.usage import TextCount, Usage, estimated_tokens, usage_of
from server.settings import Prices, read_prices


def test_cached_tokens_cost_less() -> None:
    prices = Prices(cached_input=0.02, input=1.0, output=4.0, currency="CNY")
    usage = Usage(1, prompt_tokens=1_000_000, completion_tokens=500_000, cached_tokens=600_000)
    priced = usage.priced(prices)
    assert priced.cost == pytest.approx(0.4 + 0.012 + 2.0)
    assert priced.currency == "CNY"


def test_costs_are_added_where_they_are_known() -> None:
    prices = Prices(1, 1, 1, "CNY")
    one, unknown = Usage(1, 1_000_000).priced(prices), Usage(1, 1_000_000).priced(None)
    assert (one + unknown + one).cost == (Usage() + one + one).cost == 2.0
    assert (unknown + one).currency == "CNY"
    assert {"cost", "currency"}.isdisjoint((unknown + unknown).figures())


def test_deepseeks_and_openais_fields_are_read() -> None:
    deepseek = SimpleNamespace(
        prompt_tokens=10,
        completion_tokens=5,
        prompt_cache_hit_tokens=4,
        completion_tokens_details=SimpleNamespace(reasoning_tokens=3),
    )
    openai = SimpleNamespace(prompt_tokens=10, prompt_tokens_details=SimpleNamespace(cached_tokens=4))
    assert usage_of(deepseek) == Usage(1, 10, 5, 3, 4)
    assert usage_of(openai) == Usage(1, 10, 0, 0, 4)
    assert usage_of(None) == Usage(calls=1)
    assert usage_of(SimpleNamespace(prompt_tokens="many", completion_tokens=None)) == Usage(calls=1)


@pytest.mark.parametrize("text", ["", "1 2 3", "1 2 x CNY", "1 2 3 C N Y", "-1 2 3 CNY"])
def test_prices_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        read_prices(text)


def test_prices_are_read() -> None:
    assert read_prices("0.15 4.5 13.5 USD") == Prices(0.15, 4.5, 13.5, "USD")


@pytest.mark.faults("L19")
@pytest.mark.parametrize("text", ["plain English words " * 100, "中文文本" * 100, "混合 mixed 文本 text " * 50])
def test_the_estimate_is_never_too_small(text: str) -> None:
    documented = sum(0.3 if character < "\x80" else 0.6 for character in text)
    assert documented <= estimated_tokens(text) <= documented * 1.15


@pytest.mark.faults("X24")
def test_calls_side_by_side_do_not_overshoot_and_the_next_day_is_a_new_one() -> None:
    today = [datetime(2026, 11, 23, 23, tzinfo=UTC)]
    budget = DailyBudget(100, now=lambda: today[0])
    with budget.call(60), budget.call(60), pytest.raises(BudgetSpent), budget.call(60):
        pass
    with budget.call(60) as receipt:  # the first two used nothing
        receipt.usage = Usage(1, prompt_tokens=90, completion_tokens=10)
    assert budget.problem() is not None
    today[0] = datetime(2026, 11, 24, 0, tzinfo=UTC)
    assert budget.problem() is None


def test_without_a_limit_nothing_is_spent() -> None:
    budget = DailyBudget()
    with budget.call(10**9) as receipt:
        receipt.usage = Usage(1, 10**9)
    assert budget.problem() is None


def test_a_text_that_grows_is_counted_without_reading_it_again() -> None:
    pieces = ["The fee ", "is 30 ", "欧元", " – ", "", "[1]."]
    count = TextCount()
    for place, piece in enumerate(pieces, 1):
        count = count.plus(piece)
        assert count.tokens == estimated_tokens("".join(pieces[:place]))
