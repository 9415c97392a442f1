"""Whether a passage bears out a number: by value and unit, also where it says it in words or in several parts. Pure.

"1 h 30 min" is 90 minutes, "12 dollars and 50 cents" is 12.50, "threefold" is 3, "two thirds" is 2/3.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from server.answering.number_words import SOURCE_WORDS, VULGAR
from server.answering.numbers import ANY_DECIMALS, Number, numbers_of
from server.answering.prose import is_inside, merged
from server.answering.units import is_comparable

_SOURCE_WORD = re.compile(
    rf"(?<!per )(?<!each )\b(?:{'|'.join(sorted(map(re.escape, SOURCE_WORDS), key=len, reverse=True))})\b",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"(?<![\d/.,])(?:(\d{1,3})[ -])?(\d{1,2})/(\d{1,2})(?![\d/.])")
_VULGAR = re.compile(rf"(\d{{1,9}})?\s?([{''.join(VULGAR)}])")
_RAISED = re.compile(r"(?<=10)[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}")
_BETWEEN_PARTS = re.compile(r"[ \u00a0]?|,? (?:and|und|et|y|e) |[,，] ?|[零又]")
_JOINED = ("seconds", "months", "metres", "grams", "EUR", "USD", "GBP", "CNY")
_WITH_HUNDREDTHS = ("EUR", "USD", "GBP", "CHF")
_SCALES_ZH = {"千": 1e3, "万": 1e4, "亿": 1e8}
_FEET = re.compile(r"(\d{1,3}\s?)(?:ft\.?|['′])(\s?\d{1,2}\s?)(?:in\b|[\"″])")
_MILLIONS = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s?m\b")
_MANTISSA = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s?[×x·*⋅]\s?10(\d{1,2})?\b")


def figures_to_check(text: str) -> Iterator[Number]:
    """The numbers of an answer that say something; what is written in parts is one of them."""
    wholes = list(joined(numbers_of(text), text))
    starts = sorted((whole.start, whole.end) for whole in wholes)
    yield from wholes
    place = 0
    for number in sorted(numbers_of(text, for_checking=True), key=lambda number: number.start):
        while place < len(starts) and starts[place][1] <= number.start:
            place += 1
        if place == len(starts) or number.start < starts[place][0]:
            yield number


def joined(numbers: Iterator[Number], text: str) -> Iterator[Number]:
    """What is written in parts, each of a smaller unit than the one before: "1 h 30 min", "5 feet 3 inches"."""
    whole: Number | None = None
    last: Number | None = None
    for number in sorted(numbers, key=lambda number: number.start):
        before = whole or last
        both = _sum(before, number, text) if before else None
        if whole and both is None:
            yield whole
        whole, last = both, number
    if whole:
        yield whole


def _sum(one: Number, other: Number, text: str) -> Number | None:
    gap = text[one.unit_end : max(one.unit_end, other.start)] if other.start - one.unit_end <= 5 else None
    if gap is None or other.start < one.unit_end or not _BETWEEN_PARTS.fullmatch(gap):
        return None
    if (
        not gap
        and text[one.end - 1] in _SCALES_ZH
        and not one.unit
        and max(other.values) < _SCALES_ZH[text[one.end - 1]]
    ):
        values = frozenset(a + b for a in one.values for b in other.values)  # 1万2千
        return Number(one.start, other.end, values, other.unit, one.unit_start, other.unit_end)
    if (
        not other.unit
        and gap == " "
        and max(other.values) < 100
        and not text[other.end : other.end + 2].strip(" .,;)[]")
    ):
        for currency, factor in one.unit:
            if currency in _WITH_HUNDREDTHS and factor == 1:  # "zwölf Euro fünfzig"
                values = frozenset(a + b / 100 for a in one.values for b in other.values)
                return Number(one.start, other.end, values, one.unit, one.unit_start, other.end)
    for measured, factor in one.unit:
        for what, smaller in other.unit:
            if what == measured and what in _JOINED and factor > smaller:
                if max(other.values) >= factor / smaller:
                    continue
                values = frozenset(a * factor / smaller + b for a in one.values for b in other.values)
                return Number(one.start, other.end, values, ((what, smaller),), one.unit_start, other.unit_end)
    return None


def bears_out(number: Number, source: str) -> bool:
    """Whether the source holds the number, with the same unit where both have one."""
    return any(_is_same(number, there) for there in _numbers_of_source(source))


def has_value(number: Number, source: str) -> bool:
    """The same, whatever the units."""
    return any(_agree(one, there, number.decimals) for one in number.values for there in _values_of(source))


@lru_cache(maxsize=128)
def _numbers_of_source(source: str) -> tuple[Number, ...]:
    """Every number the source may be said to hold, also those within names and dates."""
    text = _plain(source)
    found = list(numbers_of(text))
    found += [*joined(iter(found), text), *_said_otherwise(text)]
    taken = merged([(number.start, number.end) for number in found])
    for match in re.finditer(r"\d+(?:\.\d+)?", text):
        if not is_inside(match.start(), taken):
            found.append(Number(match.start(), match.end(), frozenset({float(match.group())})))
    return tuple(found)


@lru_cache(maxsize=128)
def _values_of(source: str) -> frozenset[float]:
    return frozenset(value for number in _numbers_of_source(source) for value in number.values)


def _is_same(number: Number, there: Number) -> bool:
    if not number.unit or not there.unit:
        is_share = "percent" in (unit[0] for unit in (*number.unit, *there.unit))
        factors = {1.0, 100.0, 0.01} if is_share else {1.0}
    elif is_comparable(number.unit, there.unit):
        factors = {other / own for what, own in number.unit for measured, other in there.unit if what == measured}
    elif {unit[0] for unit in (*number.unit, *there.unit)} <= {"percent", "per mille"}:
        factors = {10.0, 0.1}
    else:
        return False
    return any(
        _agree(one, other * factor, number.decimals)
        for one in number.values
        for other in there.values
        for factor in factors
    )


def _agree(value: float, there: float, decimals: int) -> bool:
    """Equal, or rounded to the digits given: 15.6 for 15.58."""
    value, there = abs(value), abs(there)
    if abs(value - there) <= 1e-6 * max(1.0, abs(there)):
        return True
    shown = (
        min(decimals, len(f"{value:.10g}".partition(".")[2]))
        if decimals < ANY_DECIMALS
        else len(f"{value:.10g}".partition(".")[2])
    )
    return 0 < shown < ANY_DECIMALS and round(there, shown) == round(value, shown)


def _plain(source: str) -> str:
    """In one width; 2½ would become 21⁄2 and 10⁻³ 10-3."""
    text = _VULGAR.sub(lambda match: f" {float(match[1] or 0) + VULGAR[match[2]]:.6g} ", source)
    text = re.sub(" {2,}", " ", text)
    text = _RAISED.sub(lambda match: f"^{match.group()}", text)
    text = _FEET.sub(r"\1ft\2inches", text)
    return unicodedata.normalize("NFKC", text)


def _said_otherwise(text: str) -> Iterator[Number]:
    """Ordinals, parts and multiples: "the third", "two thirds", "1 1/2", "doubled"."""
    for match in _SOURCE_WORD.finditer(text):
        yield Number(match.start(), match.end(), SOURCE_WORDS[match.group().casefold()])
    for match in _FRACTION.finditer(text):
        if int(match[3]):
            value = int(match[1] or 0) + int(match[2]) / int(match[3])
            yield Number(match.start(), match.end(), frozenset({value}))
    for match in _MILLIONS.finditer(text):
        yield Number(match.start(), match.end(), frozenset({float(match[1]) * 1e6}))
    for match in _MANTISSA.finditer(text):  # what a PDF makes of "6.02 × 10²³" may be "6.02 × 1023"
        yield Number(match.start(), match.end(), frozenset({float(match[1]) * 10.0 ** int(match[2] or 0)}))
