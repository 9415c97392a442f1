"""DeepSeek's tariff over days and hours, and where no price is told."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from server.language_model.tariffs import Tariff, is_peak
from server.settings import CHINESE_HOLIDAYS, DEEPSEEK, Prices, read_dates

HOLIDAYS = read_dates(CHINESE_HOLIDAYS)
BEIJING = timezone(timedelta(hours=8))
PEAK = [
    pytest.param("2026-11-26 09:00", id="Thursday, the first minute"),
    pytest.param("2026-11-26 11:59", id="the last before noon"),
    pytest.param("2026-11-26 14:00", id="after the break"),
    pytest.param("2026-11-27 17:59", id="Friday, the last minute"),
    pytest.param("2026-11-30 10:00", id="Monday"),
    pytest.param("2026-10-08 10:00", id="the day after a holiday"),
    pytest.param("2026-09-24 15:00", id="the day before a holiday"),
]
OFF_PEAK = [
    pytest.param("2026-11-26 08:59", id="before"),
    pytest.param("2026-11-26 12:00", id="noon"),
    pytest.param("2026-11-26 13:59", id="the break"),
    pytest.param("2026-11-26 18:00", id="the evening"),
    pytest.param("2026-11-26 00:00", id="midnight"),
    pytest.param("2026-11-26 23:59", id="before midnight"),
    pytest.param("2026-11-28 10:00", id="Saturday"),
    pytest.param("2026-11-29 15:00", id="Sunday"),
    pytest.param("2026-10-10 10:00", id="a Saturday that is worked on"),
    pytest.param("2026-10-01 10:00", id="National Day"),
    pytest.param("2026-10-07 17:00", id="the last day of a holiday"),
    pytest.param("2026-02-17 10:00", id="Spring Festival"),
    pytest.param("2027-01-01 10:00", id="New Year"),
]


def _in_beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize("moment", PEAK)
def test_peak_hours(moment: str) -> None:
    assert is_peak(_in_beijing(moment), HOLIDAYS)


@pytest.mark.parametrize("moment", OFF_PEAK)
def test_all_other_hours_are_off_peak(moment: str) -> None:
    assert not is_peak(_in_beijing(moment), HOLIDAYS)


@pytest.mark.parametrize(
    ("moment", "peak"),
    [
        pytest.param(datetime(2026, 11, 26, 1, tzinfo=UTC), True, id="01:00 UTC is 9 in the morning"),
        pytest.param(datetime(2026, 11, 29, 23, 30, tzinfo=UTC), False, id="Sunday UTC, early Monday there"),
        pytest.param(datetime(2026, 11, 30, 1, tzinfo=UTC), True, id="Monday there"),
        pytest.param(datetime(2026, 11, 27, 17, tzinfo=UTC), False, id="Friday UTC, Saturday there"),
        pytest.param(datetime(2026, 9, 30, 16, tzinfo=UTC), False, id="midnight before a holiday"),
        pytest.param(datetime(2026, 11, 26, 4, 30, tzinfo=timezone(timedelta(hours=-5))), True, id="New York"),
    ],
)
def test_the_hour_is_beijings_wherever_the_server_stands(moment: datetime, peak: bool) -> None:
    assert is_peak(moment, HOLIDAYS) is peak


@pytest.mark.parametrize(
    ("model", "off_peak", "peak"),
    [
        ("deepseek-flash", Prices(0.02, 1, 4, "CNY"), Prices(0.04, 2, 8, "CNY")),
        ("deepseek-v4-pro", Prices(0.15, 4.5, 13.5, "CNY"), Prices(0.3, 9, 27, "CNY")),
        ("another", None, None),
    ],
)
def test_deepseeks_prices(model: str, off_peak: Prices | None, peak: Prices | None) -> None:
    tariff = Tariff("deepseek-flash", f"{DEEPSEEK}/v1", holidays=HOLIDAYS)
    assert tariff.prices(model, _in_beijing("2026-11-28 10:00")) == off_peak
    assert tariff.prices(model, _in_beijing("2026-11-26 10:00")) == peak


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:11434/v1", "https://api.deepseek.com.example/v1", "https://gateway.example/deepseek"]
)
def test_no_price_is_told_at_an_address_that_is_not_the_providers(address: str) -> None:
    assert Tariff("deepseek-flash", address).prices("deepseek-flash", _in_beijing("2026-11-26 10:00")) is None


def test_prices_that_were_set_hold_at_all_hours_and_for_their_model_alone() -> None:
    own = Prices(1, 2, 3, "EUR")
    tariff = Tariff("mine", "http://127.0.0.1:1/v1", own)
    assert {tariff.prices("mine", _in_beijing(f"2026-11-26 {hour:02}:00")) for hour in range(24)} == {own}
    assert tariff.prices("another", _in_beijing("2026-11-26 10:00")) is None


def test_dates_are_read() -> None:
    days = {date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)}
    assert read_dates("2026-12-31..2027-01-01, 2027-01-02") == days
    assert read_dates("") == frozenset()


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "2026-10-07..2026-10-01", "2026-01-01..2028-01-01", "1.1.2026"])
def test_dates_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        read_dates(text)
