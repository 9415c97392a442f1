"""What a provider charges at a moment; told only where it is known: at the provider's own address, or from a setting.

DeepSeek's tariff of August 2026: peak hours, Beijing time, from Monday to Friday but for public holidays, cost double.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from urllib.parse import urlsplit

from server.settings import DEEPSEEK, Prices

_BEIJING = timezone(timedelta(hours=8))  # without summer time since 1991
_PEAK_HOURS = frozenset((*range(9, 12), *range(14, 18)))
_SATURDAY = 5
_PEAK_FACTOR = 2.0

OFF_PEAK: Mapping[str, Prices] = {
    "deepseek-flash": Prices(0.02, 1.0, 4.0, "CNY"),
    "deepseek-v4-pro": Prices(0.15, 4.5, 13.5, "CNY"),
}


def is_peak(moment: datetime, holidays: Collection[date]) -> bool:
    """Whether DeepSeek's peak prices hold at this moment; `holidays` are days in China."""
    there = moment.astimezone(_BEIJING)
    return there.weekday() < _SATURDAY and there.hour in _PEAK_HOURS and there.date() not in holidays


@dataclass(frozen=True, slots=True)
class Tariff:
    """The prices of a server's models. `own` are those of `model` that somebody set; they hold at all hours."""

    model: str
    base_url: str
    own: Prices | None = None
    holidays: frozenset[date] = frozenset()

    def prices(self, model: str, moment: datetime) -> Prices | None:
        """What a million tokens of the model cost at this moment; None where that is not known."""
        if self.own is not None and model == self.model:
            return self.own
        prices = OFF_PEAK.get(model) if _is_deepseek(self.base_url) else None
        if prices is None or not is_peak(moment, self.holidays):
            return prices
        cached_input, fresh_input, output = (
            _PEAK_FACTOR * part for part in (prices.cached_input, prices.input, prices.output)
        )
        return Prices(cached_input, fresh_input, output, prices.currency)


def _is_deepseek(base_url: str) -> bool:
    return urlsplit(base_url).hostname == urlsplit(DEEPSEEK).hostname
