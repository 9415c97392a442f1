"""Sums and differences of numbers that documents give, computed by code and shown as computed. Pure.

"How much is the first rent and the deposit together?" is answered from two statements; and a number that a language
model worked out is told from one that it made up.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from server.answering.numbers import Number, numbers_of
from server.answering.units import is_comparable
from server.answering.whole_request import topic_of

Operation = Literal["sum", "difference"]

_SUM = re.compile(
    r"\b(?:together|altogether|combined|in total|total of|sum of|added up|zusammen|insgesamt|ensemble|au total"
    r"|en total|juntos)\b"
    r"|一共|总共|總共|合计|合計|加起来|加在一起",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    r"\bdifference\b|\bhow (?:much|many) (?:more|less|fewer|longer|heavier|cheaper|older|faster)\b|\bunterschied\b"
    r"|\bwie ?viel \w+ (?:mehr|weniger|länger|teurer|billiger)\b|\bdifférence\b|\bdiferencia\b|相差|差多少|(?:多|少|贵"
    r"|便宜|长|重)多少",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r",|\b(?:and|plus|than|with|und|als|et|que|y)\b|和|加|与|與|跟|比", re.IGNORECASE)
_CELL = re.compile(r"\s*\|\s*")
_MOST_NUMBERS = 30
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Value:
    """A number that a statement gives: as it is written with its unit, and which of the statements it is."""

    written: str
    number: Number
    statement: int

    @property
    def amount(self) -> float:
        return max(self.number.values)


def asked_operation(question: str) -> Operation | None:
    """What is to be computed; None where nothing is."""
    if _DIFFERENCE.search(question):
        return "difference"
    return "sum" if _SUM.search(question) else None


def computed(question: str, statements: Sequence[tuple[str, str]]) -> tuple[str, tuple[int, ...]] | None:
    """The computation asked for as "£1,140 + £1,315 = £2,455", and which statements its numbers are from.

    `statements` are texts with the head of the table where they are rows, best first. None where nothing is asked, or
    where it is not sure which number is meant.
    """
    operation = asked_operation(question)
    if operation is None:
        return None
    phrases = [words for part in _BETWEEN.split(question) if (words := _without_operation(part))]
    found = [value for words in phrases if (value := _value_of(words, phrases, question, statements)) is not None]
    values = list(dict.fromkeys(found))
    if len(values) < 2 or (operation == "difference" and len(values) != 2):
        return None
    if any(not _may_add(values[0].number, other.number) for other in values[1:]):
        return None
    return _formula(operation, values), tuple(value.statement for value in values)


def explained(number: Number, given: Sequence[tuple[str, Number]]) -> str | None:
    """How a number follows from given ones (as written, number): "1,140 + 1,315"; None where it does not."""
    wanted = max(number.values)
    for (one, a), (other, b) in combinations(given[:_MOST_NUMBERS], 2):
        if not _may_add(a, b) or not _may_be_of(a, number):
            continue
        left, right = max(a.values), max(b.values)
        if _is(wanted, left + right):
            return f"{one} + {other}"
        if _is(wanted, abs(left - right)) and left != right:
            return f"{one} − {other}" if left > right else f"{other} − {one}"
    return _multiplied(number, given)


def _multiplied(number: Number, given: Sequence[tuple[str, Number]]) -> str | None:
    """A year of a monthly amount, and so many of what costs so much: "30 euros × 12", "80 euros × 3 nights"."""
    wanted = max(number.values)
    for one, a in given[:_MOST_NUMBERS]:
        if not _may_be_of(a, number) or wanted <= _MONTHS:
            continue
        if a.unit and number.unit and _is(wanted, max(a.values) * _MONTHS):
            return f"{one} × {_MONTHS}"
        for other, b in given[:_MOST_NUMBERS]:
            times = max(b.values)
            counts = times > 1 and times.is_integer() and not is_comparable(a.unit, b.unit)
            if counts and _is(wanted, max(a.values) * times):
                return f"{one} × {other}"
    return None


def _without_operation(part: str) -> frozenset[str]:
    return topic_of(_DIFFERENCE.sub(" ", _SUM.sub(" ", part)))


def _value_of(
    words: frozenset[str], phrases: Sequence[frozenset[str]], question: str, statements: Sequence[tuple[str, str]]
) -> Value | None:
    """The number of the statement that speaks of these words and of no other phrase's; the first such statement."""
    others = frozenset(word for phrase in phrases if phrase != words for word in phrase) - words
    best: tuple[float, Value] | None = None
    for place, (text, head) in enumerate(statements):
        own = topic_of(_first_cell(text))
        share = len(words & own) / len(words)
        if share == 0 or len(others & own) / (len(others) or 1) >= share:
            continue
        value = _only_value(text, head, question, place)
        if value is not None and (best is None or share > best[0]):
            best = (share, value)
    return best[1] if best else None


def _only_value(text: str, head: str, question: str, place: int) -> Value | None:
    """The one number of a statement, or of a row that in the column the question names."""
    cells, titles = _cells(text), _cells(head)
    if len(cells) > 1:
        asked = topic_of(question)
        named = [c for c, title in zip(cells, titles, strict=False) if topic_of(title) & asked] if titles else []
        numbered = [(cell, list(numbers_of(cell))) for cell in cells[1:]]
        numbered = [(cell, numbers) for cell, numbers in numbered if len(numbers) == 1]
        wanted = [pair for pair in numbered if pair[0] in named] or numbered
        if len(wanted) != 1:
            return None
        return Value(wanted[0][0], wanted[0][1][0], place)
    numbers = [number for number in numbers_of(text) if number.unit]
    if len(numbers) != 1:
        return None
    return Value(text[numbers[0].unit_start : numbers[0].unit_end].strip(), numbers[0], place)


def _cells(text: str) -> list[str]:
    return [cell for cell in _CELL.split(text.strip().strip("|").strip()) if cell] if "|" in text else []


def _first_cell(text: str) -> str:
    cells = _cells(text)
    return cells[0] if cells else text


def _may_add(one: Number, other: Number) -> bool:
    return is_comparable(one.unit, other.unit) if one.unit and other.unit else bool(one.unit) == bool(other.unit)


def _may_be_of(one: Number, whole: Number) -> bool:
    """Whether a number may be a part of another: in a sum of euros, its parts may stand without the sign."""
    return not one.unit or not whole.unit or is_comparable(one.unit, whole.unit)


def _formula(operation: Operation, values: Sequence[Value]) -> str:
    ordered = list(values) if operation == "sum" else sorted(values, key=lambda value: -value.amount)
    amounts = [value.amount for value in ordered]
    result = sum(amounts) if operation == "sum" else amounts[0] - amounts[1]
    decimals = max(value.number.decimals if value.number.decimals < 3 else 0 for value in ordered)
    sign = " + " if operation == "sum" else " − "
    shown = f"{result:,.{decimals}f}"
    first = ordered[0]
    before, _, after = first.written.partition(_digits(first.written))
    return f"{sign.join(value.written for value in ordered)} = {before}{shown}{after}"


def _digits(written: str) -> str:
    found = re.search(r"\d[\d.,'’ \u00a0\u202f]*\d|\d|[^\W\d_]+", written)
    return found.group() if found else written


def _is(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(1.0, abs(one))
