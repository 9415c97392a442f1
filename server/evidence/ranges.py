"""What holds a number without naming it: four years of service are in "3–5", ten years of age in "6 to 14". Pure.

English, German, French, Spanish, Italian, Portuguese, Dutch and Chinese. Apart from `units`, which asks for units and
compares no numbers.
"""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from server.evidence.tables import cells_of
from storage.words.folding import folded

_KINDS = {
    "years": r"years?|yrs?|jahren?|jährig\w*|ans|années?|años?|anni|anno|anos?|jaar|jarige?|年|岁|周岁",
    "months": r"months?|monaten?|mois|mes(?:es)?|mes[ei]|maanden|个?月",
    "weeks": r"weeks?|wochen?|semaines?|semanas?|settimane|weken|周|个?星期",
    "days": r"(?:working |business )?days?|(?:werk)?tagen?|jours?|días?|giorni|dias?|dagen|天|日",
    "hours": r"hours?|hrs?|stunden?|heures?|horas?|ore|uren|个?小时",
    "minutes": r"minutes?|mins?|minuten?|minutos?|minuti|分钟",
    "people": r"people|persons?|guests?|adults?|children|kids|participants?|personen|gästen?|teilnehmer\w*"
    r"|personnes?|personas?|persone|pessoas?|[个位]?人",
    "kilometres": r"km|kilomet\w+|公里|千米",
    "metres": r"m|met(?:er|re)s?|metern?|mètres?|metr[io]s?|米",
    "square metres": r"m²|qm|sqm|square met\w+|quadratmetern?|mètres carrés|metros cuadrados|平方?米?",
    "kilograms": r"kg|kilos?|kilograms?|公斤|千克",
    "litres": r"l|lit(?:er|re|ro)s?|升",
    "points": r"points?|punkten?|puntos?|scores?|ratings?|grades?|stars?|sternen?|[评評得]?分",
    "money": r"€|euros?|eur|pounds?|£|gbp|dollars?|\$|usd|yuan|元|块",
}
_NUMBER_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "one ein eine einem un une uno una een 一",
            "two zwei deux dos due dois duas twee 二 两",
            "three drei trois tres tre três drie 三",
            "four vier quatre cuatro quattro quatro 四",
            "five fünf cinq cinco cinque vijf 五",
            "six sechs seis sei zes 六",
            "seven sieben sept siete sette sete zeven 七",
            "eight acht huit ocho otto oito 八",
            "nine neun neuf nueve nove negen 九",
            "ten zehn dix diez dieci dez tien 十",
        ),
        start=1,
    )
    for word in words.split()
}
_SIGNS = "".join(word for word in _NUMBER_WORDS if not word.isascii() and len(word) == 1 and word > "\u2e80")
_NUMBER = (
    r"(?:\d+(?:[.,]\d+)?|(?<![^\W\d_])(?:"
    + "|".join(word for word in _NUMBER_WORDS if word not in _SIGNS)
    + rf")(?![^\W\d_])|[{_SIGNS}])"
)
_KIND = {
    kind: re.compile(rf"(?<![^\W\d_])(?:{words})(?![^\W\d_\u4e00-\u9fff])", re.IGNORECASE)
    for kind, words in _KINDS.items()
}
_HAN_KIND = {
    kind: re.compile("|".join(re.findall(r"[^|]*[\u4e00-\u9fff][^|]*", words)) or r"(?!)")
    for kind, words in _KINDS.items()
}
_ASKED = re.compile(rf"(?P<number>{_NUMBER})[\s-]*(?P<unit>[^\W\d_]+[²]?|[€£$])", re.IGNORECASE)
_BETWEEN = re.compile(
    rf"(?P<low>{_NUMBER})\s*(?P<unit>[^\W\d_]{{0,10}})\s*"
    rf"(?:to|bis(?: zu)?|à|a|through|until|and|und|et|y|tot|[-–—~～]|至|到)\s*(?P<high>{_NUMBER})",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    rf"(?:\b(?:up to|under|below|less than|fewer than|at most|bis(?: zu)?|unter|weniger als|höchstens|jusqu['’]à"
    rf"|moins de|hasta|menos de|fino a|meno di|até|tot|minder dan)|[<≤]|不超过|不满|至多|最多)\s*(?P<high>{_NUMBER})"
    rf"|(?P<written>{_NUMBER})\s*[^\W\d_]{{0,3}}(?:以下|以内|or less|oder weniger|ou moins|o menos)",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    rf"(?:\b(?:over|more than|above|from|at least|ab|über|mehr als|mindestens|plus de|à partir de|dès|más de|desde"
    rf"|a partir de|più di|oltre|mais de|vanaf|meer dan)|[>≥]|超过|满|至少)\s*(?P<low>{_NUMBER})"
    rf"|(?P<written>{_NUMBER})\s*(?:\+|[^\W\d_]{{0,10}}\s*"
    r"(?:以上|(?:and|or) (?:more|over|older)|und (?:mehr|älter)|oder mehr|ou plus|et plus|o más|y más))",
    re.IGNORECASE,
)
_RATED = re.compile(
    rf"(?P<number>{_NUMBER})\s*(?:(?:points?|stars?|punkten?|sternen?)\s*)?(?:out of|von|sur|/)\s*\d+\b(?![./\d])"
    rf"|\b(?:scores?|ratings?|grades?)\s+(?:of\s+)?(?P<behind>{_NUMBER})",
    re.IGNORECASE,
)
_DAY_BEFORE = re.compile(
    r"\b(?:the )?(?:day|night) before\b|\bam (?:vortag|tag vorher|tag davor)\b|\ble jour d['’]avant\b|\bla veille\b"
    r"|\b(?:el|un) día (?:antes|anterior)\b|前[一1]天",
    re.IGNORECASE,
)
_SMALLER = {"weeks": (7, "days"), "days": (24, "hours"), "years": (12, "months")}
_ALONE = re.compile(rf"\W*(?P<number>{_NUMBER})[\s-]*[^\W\d_]{{0,10}}\W*", re.IGNORECASE)
_FEWEST = 2  # cells of a column that hold a range


class Amount(NamedTuple):
    """A number of things of one kind, as a question says it: 4 years."""

    number: float
    kind: str


@lru_cache(maxsize=256)
def amounts(question: str) -> tuple[Amount, ...]:
    """What the question says by numbers of years, people, kilometres …, in its order; 1 day for the day before."""
    text = folded(question)
    said = (
        Amount(_value(found["number"]), kind) for found in _ASKED.finditer(text) if (kind := _kind_of(found["unit"]))
    )
    rated = (Amount(_value(found["number"] or found["behind"]), "points") for found in _RATED.finditer(text))
    return (*said, *rated, *([Amount(1.0, "days")] if _DAY_BEFORE.search(text) else []))


def _in_every_unit(question: str) -> tuple[Amount, ...]:
    """The amounts of the question, then the same in smaller units: a day is 24 hours."""
    said = amounts(question)
    return (*said, *(_in_smaller_unit(each) for each in said if each.kind in _SMALLER))


def _in_smaller_unit(amount: Amount) -> Amount:
    times, kind = _SMALLER[amount.kind]
    return Amount(amount.number * times, kind)


@lru_cache(maxsize=64)  # every row of a table asks
def rows_in_range(question: str, head: str, rows: tuple[str, ...]) -> frozenset[int] | None:
    """Which of a table's rows, below these names of columns, hold an amount of the question in a column of ranges.

    None where no column does, or all of its rows do.
    """
    names, cells = cells_of(head), [cells_of(row) for row in rows]
    for amount in _in_every_unit(question):
        for column, name in enumerate(names):
            texts = [row[column] if len(row) == len(names) else "" for row in cells]
            is_of_kind = _names(amount.kind, name) or not any(_names(amount.kind, text) for text in texts)
            ranges = [_range_of(text) if is_of_kind or _names(amount.kind, text) else None for text in texts]
            if sum(found is not None and found[0] != found[1] for found in ranges) < _FEWEST:
                continue
            if not (_names(amount.kind, name) or any(_names(amount.kind, text) for text in texts)):
                continue
            holding = _tightest(amount.number, ranges)
            if holding and len(holding) < sum(found is not None for found in ranges):
                return holding
    return None


def _tightest(number: float, ranges: Sequence[tuple[float, float] | None]) -> frozenset[int]:
    """The places of the ranges that hold the number; of those open at one end only the tightest: 6 is "up to 7"."""
    holding = {place: found for place, found in enumerate(ranges) if found and found[0] <= number <= found[1]}
    if all(high == math.inf for _, high in holding.values()):
        most = max((low for low, _ in holding.values()), default=0.0)
        return frozenset(place for place, (low, _) in holding.items() if low == most)
    if all(low == 0.0 for low, _ in holding.values()):
        least = min(high for _, high in holding.values())
        return frozenset(place for place, (_, high) in holding.items() if high == least)
    return frozenset(holding)


def numbers_in_range(question: str, text: str) -> frozenset[float]:
    """The numbers of the question that the text holds in a range of the same kind: 10 in "aged 6 to 14 years".

    Or in one that is open at an end: 68 in "from 65 years".
    """
    asked = _in_every_unit(question)
    found: set[float] = set()
    written = folded(text) if asked else ""
    for between in _BETWEEN.finditer(written):
        low, high = sorted((_value(between["low"]), _value(between["high"])))
        behind = written[between.end() : between.end() + 16]
        found |= {
            amount.number
            for amount in asked
            if low < amount.number < high
            and (_begins_with(amount.kind, behind) or _names(amount.kind, between["unit"]))
        }
    for pattern, is_least in ((_AT_LEAST, True), (_AT_MOST, False)):
        for bound in pattern.finditer(written):
            limit = _value(bound["low" if is_least else "high"] or bound["written"])
            behind = bound.group() + written[bound.end() : bound.end() + 16]
            found |= {
                amount.number
                for amount in asked
                if (amount.number > limit if is_least else amount.number < limit) and _is_of_kind(amount.kind, behind)
            }
    return frozenset(found)


def _is_of_kind(kind: str, bound: str) -> bool:
    """Whether a bound with what stands behind it, "from 65 years", is one of such things."""
    numbers = re.finditer(_NUMBER, bound, re.IGNORECASE)
    return any(_begins_with(kind, bound[number.end() :]) for number in numbers)


def _range_of(cell: str) -> tuple[float, float] | None:
    """The least and the most of a cell that says a range or a number and little else."""
    text = folded(cell)
    if found := _BETWEEN.search(text):
        low, high = sorted((_value(found["low"]), _value(found["high"])))  # "48 to 4 hours before it leaves"
        return (low, high) if low < high else None
    if found := _AT_MOST.search(text):
        return 0.0, _value(found["high"] or found["written"])
    if found := _AT_LEAST.search(text):
        return _value(found["low"] or found["written"]), math.inf
    if found := _ALONE.fullmatch(text):
        return _value(found["number"]), _value(found["number"])
    return None


def _kind_of(word: str) -> str | None:
    return next((kind for kind in _KINDS if _begins_with(kind, word)), None)


def _begins_with(kind: str, text: str) -> bool:
    stripped = text.lstrip(" -")
    return _KIND[kind].match(stripped) is not None or _HAN_KIND[kind].match(stripped) is not None


def _names(kind: str, text: str) -> bool:
    return _KIND[kind].search(folded(text)) is not None or _HAN_KIND[kind].search(text) is not None


def _value(number: str) -> float:
    return float(_NUMBER_WORDS.get(number.lower(), 0) or number.replace(",", "."))
