"""Dates and times of day as several languages write them. Pure.

01.04.2025, 1 April 2025, April 1st, 2025年4月1日 and 2025-04-01 are one date. 04/01/2025 may be two; both count.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_MONTHS = (
    "january januar jänner janvier enero janeiro jan",
    "february februar février febrero fevereiro feb",
    "march märz mars marzo março mar mrz",
    "april avril abril apr abr",
    "may mai mayo maio",
    "june juni juin junio junho jun",
    "july juli juillet julio julho jul",
    "august août agosto aug",
    "september septembre septiembre setembro sep sept",
    "october oktober octobre octubre outubro oct okt",
    "november novembre noviembre novembro nov",
    "december dezember décembre diciembre dezembro dec dez dic",
)
MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
"""A month's name, in six languages, in small letters → its number."""
_MONTH = rf"(?:{'|'.join(sorted(MONTH_NUMBERS, key=len, reverse=True))})\b\.?"
ALSO_VERBS = {"may", "march", "mar", "mai"}  # "you may 5 times …", "march 3 miles"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:1[5-9]|20|21)\d\d"
_HAN_NUMBER = r"[一二三四五六七八九十]{1,3}"
_PATTERNS = [
    rf"(?<![\d.])(?P<d1>{_DAY})(?:st|nd|rd|th|er|\.|º)?\s+(?:of\s+|de\s+)?(?P<M1>{_MONTH})(?:,?\s+(?:de\s+"
    rf"|del\s+)?(?P<y1>{_YEAR})(?!\d))?",
    rf"\b(?P<M2>{_MONTH})\s+(?P<d2>{_DAY})(?:st|nd|rd|th)?(?![\d.]\d|\d)(?:,?\s+(?P<y2>{_YEAR})(?!\d))?",
    rf"(?<![\d.])(?P<d3>{_DAY})\.\s?(?P<m3>0?[1-9]|1[0-2])\.\s?(?P<y3>{_YEAR}|\d\d(?!\d))?(?![\d.]*\d)",
    r"(?<!\d)(?P<y4>\d{4})[-/.](?P<m4>0?[1-9]|1[0-2])[-/.](?P<d4>0?[1-9]|[12]\d|3[01])(?!\d)",
    r"(?<![\d/])(?P<a5>\d{1,2})/(?P<b5>\d{1,2})/(?P<y5>\d{4})(?!\d)",
    rf"(?:(?P<y6>\d{{4}})\s?年\s?)?(?P<m6>\d{{1,2}}|{_HAN_NUMBER})\s?月\s?(?P<d6>\d{{1,2}}|{_HAN_NUMBER})\s?[日号號]",
]
_DATE = re.compile("|".join(_PATTERNS), re.IGNORECASE)
_TIME = re.compile(
    r"(?<![\d.:])(?P<h1>\d{1,2})(?:[:.](?P<n1>[0-5]\d))?\s?(?P<half>a\.?\s?m\b\.?|p\.?\s?m\b\.?)"
    r"|(?<![\d.:])(?P<h2>[01]?\d|2[0-4])(?:[:.](?P<n2>[0-5]\d))?\s?(?:Uhr|h(?=\s?[0-5]\d\b(?!\s?m)))\s?(?P<n4>[0-5]\d\b)?"
    r"|(?<![\d.:])(?P<h3>[01]?\d|2[0-4]):(?P<n3>[0-5]\d)(?![\d:])"
    r"|\b(?:à|às|vers|dès|até|jusqu['’]à)\s(?P<h4>[01]?\d|2[0-4])\s?h(?:eures|oras)?\b(?!\s?\d)"
    r"|(?<![\d.:])(?P<h6>[01]?\d|2[0-4])\.(?P<n6>[0-5]\d)(?=\s?[–-]\s?\d{1,2}(?:\.\d\d)?\s?Uhr)"
    r"|(?P<part>上午|早上|凌晨|中午|下午|晚上|傍晚)?\s?(?P<h5>\d{1,2}"
    r"|[一二三四五六七八九十]{1,2})\s?[点點时時](?![一二三四五六七八九]|\d(?!\d?\s?分))"
    r"(?P<half5>半)?(?:(?P<n5>\d{1,2})\s?分)?",
    re.IGNORECASE,
)
_CHINESE_HOURS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


@dataclass(frozen=True, slots=True)
class Moment:
    """`text[start:end]`: dates as (year or 0, month, day), or a time of day as minutes; each with its readings."""

    start: int
    end: int
    dates: frozenset[tuple[int, int, int]] = frozenset()
    minutes: frozenset[int] = frozenset()


def moments_of(text: str) -> Iterator[Moment]:
    """Dates and times in order of their kinds."""
    for match in _DATE.finditer(text):
        if readings := frozenset(_dates(match)):
            yield Moment(match.start(), match.end(), dates=readings)
    for match in _TIME.finditer(text):
        if minutes := frozenset(_minutes(match)):
            yield Moment(match.start(), match.end(), minutes=minutes)


def tells(moment: Moment, source: str) -> bool:
    """Whether the source tells this date or time; where one of both names no year, any will do."""
    there = _moments_of_source(source)
    if moment.minutes:
        return any(moment.minutes & other.minutes for other in there)
    return any(
        one[1:] == two[1:] and (one[0] == two[0] or not one[0] or not two[0])
        for one in moment.dates
        for other in there
        for two in other.dates
    )


@lru_cache(maxsize=128)
def _moments_of_source(source: str) -> tuple[Moment, ...]:
    return tuple(moments_of(source))


def _dates(match: re.Match[str]) -> Iterator[tuple[int, int, int]]:
    for number in "123456":
        day, year = (match.groupdict().get(f"{part}{number}") for part in "dy")
        month = match.groupdict().get(f"m{number}")
        named = match.groupdict().get(f"M{number}")
        if named and named.casefold() in ALSO_VERBS and named[0].islower():
            continue
        if named:
            month = str(MONTH_NUMBERS[named.casefold().rstrip(".")])
        day, month = (_plain(written) for written in (day, month))
        if day and month and 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
            yield _full(year), int(month), int(day)
    if match["a5"]:
        for month, day in ((match["a5"], match["b5"]), (match["b5"], match["a5"])):
            if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
                yield int(match["y5"]), int(month), int(day)


def _plain(written: str | None) -> str | None:
    """三十一 is 31."""
    if not written or written[0] not in _CHINESE_HOURS:
        return written
    tens, ten, ones = written.rpartition("十")
    return str((_CHINESE_HOURS.get(tens, 1) * 10 if ten else 0) + _CHINESE_HOURS.get(ones, 0))


def _full(year: str | None) -> int:
    return 0 if not year else int(year) + (2000 if len(year) == 2 else 0)


def _minutes(match: re.Match[str]) -> Iterator[int]:
    if match["half"]:
        hour = int(match["h1"])
        if 1 <= hour <= 12:
            yield (hour % 12 + 12 * match["half"].lower().startswith("p")) * 60 + int(match["n1"] or 0)
        return
    if match["h5"]:
        yield from _chinese_minutes(match)
        return
    written_hour, minutes = (
        match["h2"] or match["h3"] or match["h4"] or match["h6"],
        match["n2"] or match["n3"] or match["n4"] or match["n6"],
    )
    yield int(written_hour) % 24 * 60 + int(minutes or 0)


def _chinese_minutes(match: re.Match[str]) -> Iterator[int]:
    written = match["h5"]
    hour = int(written) if written.isdigit() else sum(_CHINESE_HOURS[sign] for sign in written)
    if hour > 24:
        return
    is_afternoon = (match["part"] in ("下午", "晚上", "傍晚")) and hour < 12
    minutes = (hour + 12 * is_afternoon) % 24 * 60 + (30 if match["half5"] else int(match["n5"] or 0))
    yield minutes
    if not match["part"] and hour < 12:
        yield minutes + 12 * 60
