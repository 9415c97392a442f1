"""Numbers, dates and texts as a sheet shows them: "01730", "(1,250.50) €", "26:15", "7.5%", "12 kg". Pure.

Knows the format codes of Office Open XML. Names of months and weekdays come out in English; what a format leaves to the
settings of a computer (date format 14) comes out as year-month-day.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from indexing.readers.excel.date_formats import DATE_LETTERS, date_text

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 27: "yyyy-mm-dd", 28: "yyyy-mm-dd", 29: "yyyy-mm-dd",
    30: "yyyy-mm-dd", 31: "yyyy-mm-dd", 32: "h:mm:ss", 33: "h:mm:ss", 34: "h:mm", 35: "h:mm:ss", 36: "yyyy-mm-dd",
    37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)",
    41: "#,##0;(#,##0);-;@", 42: "$#,##0;($#,##0);-;@", 43: "#,##0.00;(#,##0.00);-;@", 44: "$#,##0.00;($#,##0.00);-;@",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@", 50: "yyyy-mm-dd", 51: "yyyy-mm-dd",
    52: "yyyy-mm-dd", 53: "yyyy-mm-dd", 54: "yyyy-mm-dd", 55: "yyyy-mm-dd", 56: "yyyy-mm-dd", 57: "yyyy-mm-dd",
    58: "yyyy-mm-dd",
}  # fmt: skip
"""Formats that a workbook names by their numbers alone."""

_TOKENS = re.compile(
    r'"(?P<quoted>[^"]*)"?'
    r"|\\(?P<escaped>.)"
    r"|_(?P<gap>.)"
    r"|\*(?P<fill>.)"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<general>General)"
    r"|(?P<exponent>E[+-])"
    r"|(?P<half>AM/PM|A/P|上午/下午)"
    r"|(?P<date>y+|m+|d+|h+|s+|a{3,4}|e+|g+|b{2,4})"
    r"|(?P<digit>[0#?])"
    r"|(?P<mark>[.,%/@;])"
    r"|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)")
_ELAPSED = re.compile(r"(h+|m+|s+)", re.IGNORECASE)
_GENERAL_DIGITS = 12  # as 0.1 + 0.2 is 0.3 for people
_LONGEST_FORMAT = 500
_MOST_DIGITS = 30  # behind the point

Token = tuple[str, str]
"""What a part of a format is ("literal", "digit", "date", …) and its text."""


@dataclass(frozen=True, slots=True)
class _Section:
    tokens: tuple[Token, ...]
    condition: tuple[str, float] | None
    is_date: bool


def shown_number(value: float, code: str, *, is_1904: bool = False) -> str:
    """The number as the format shows it; "" where the format hides it."""
    try:
        section, is_negative_section = _section_for(value, _sections(code[:_LONGEST_FORMAT]))
        if section.is_date:
            return _squeezed(date_text(value, section.tokens, is_1904=is_1904))
        number = abs(value) if is_negative_section else value
        return _squeezed(_number(number, section.tokens))
    except (ValueError, OverflowError, InvalidOperation, ZeroDivisionError):
        return general_number(value)


def shown_text(text: str, code: str) -> str:
    """The text as the format shows it, with what it puts before or behind."""
    sections = _sections(code[:_LONGEST_FORMAT])
    section = sections[3] if len(sections) > 3 else sections[-1]
    if not any(kind == "text" for kind, _ in section.tokens):
        return "" if len(sections) > 3 else text
    return "".join(text if kind == "text" else part for kind, part in section.tokens if kind in ("text", "literal"))


def general_number(value: float) -> str:
    """A number without any format: whole numbers in full, others with twelve digits."""
    if value == int(value) and abs(value) < 1e17:
        return str(int(value))
    text = f"{value:.{_GENERAL_DIGITS}g}"
    return text.replace("e+", "E+").replace("e-", "E-")


@lru_cache(maxsize=2_000)
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[list[Token]] = [[]]
    conditions: list[tuple[str, float] | None] = [None]
    for match in _TOKENS.finditer(code):
        kind = match.lastgroup or "other"
        text = match.group(kind)
        if kind == "mark" and text == ";":
            sections.append([])
            conditions.append(None)
        elif kind == "bracket":
            found = _CONDITION.fullmatch(text)
            if found:
                conditions[-1] = (found.group(1), float(found.group(2)))
            sections[-1].extend(_bracket(text))
        else:
            sections[-1].append(_token(kind, text))
    return tuple(
        _Section(tuple(tokens), condition, _is_date(tokens))
        for tokens, condition in zip(sections, conditions, strict=True)
    )


def _token(kind: str, text: str) -> Token:
    if kind == "gap":
        return "literal", " "
    if kind == "fill":
        return "literal", ""
    if kind in ("quoted", "escaped", "other"):
        return "literal", text
    if kind == "mark":
        return {".": "point", ",": "comma", "%": "percent", "/": "slash", "@": "text"}[text], text
    return kind, text


def _bracket(text: str) -> list[Token]:
    """A currency ("[$€-407]") or a time that counts beyond a day ("[h]"); colours and conditions show nothing."""
    if text.startswith("$"):
        return [("literal", text[1:].partition("-")[0])]
    return [("elapsed", text)] if _ELAPSED.fullmatch(text) else []


def _is_date(tokens: Sequence[Token]) -> bool:
    kinds = {kind for kind, _ in tokens}
    letters = any(kind == "date" and text[0].lower() in DATE_LETTERS for kind, text in tokens)
    return (letters or "elapsed" in kinds) and "general" not in kinds


def _section_for(value: float, sections: tuple[_Section, ...]) -> tuple[_Section, bool]:
    """The section for this number, and whether it stands for the sign too."""
    sections = sections[:3]
    if any(section.condition for section in sections):
        for place, section in enumerate(sections):
            if section.condition is None or _holds(value, *section.condition):
                return section, value < 0 and place > 0
        return sections[-1], value < 0
    if value < 0 and len(sections) > 1:
        return sections[1], True
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], False


def _holds(value: float, operator: str, limit: float) -> bool:
    return {
        "<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit, "=": value == limit,
        "<>": value != limit,
    }[operator]  # fmt: skip


def _number(value: float, tokens: tuple[Token, ...]) -> str:
    kinds = [kind for kind, _ in tokens]
    if "general" in kinds:
        text = general_number(value)
        return "".join(text if kind == "general" else part for kind, part in tokens if kind in ("general", "literal"))
    if "digit" not in kinds:
        sign = "-" if value < 0 else ""
        shown = "".join(
            general_number(value) if kind == "text" else part for kind, part in tokens if kind in ("text", "literal")
        )
        return sign + shown if "text" not in kinds and shown else shown
    if "slash" in kinds and "point" not in kinds:
        return _fraction(value, tokens)
    if "exponent" in kinds:
        return _scientific(value, tokens)
    return _decimal(value, tokens)


def _decimal(value: float, tokens: tuple[Token, ...]) -> str:
    kinds = [kind for kind, _ in tokens]
    number = Decimal(repr(value)) * Decimal(100) ** kinds.count("percent")
    last = max(place for place, kind in enumerate(kinds) if kind == "digit")
    point = kinds.index("point") if "point" in kinds else len(kinds)
    whole = [place for place, kind in enumerate(kinds[:point]) if kind == "digit"]
    scale_at = [place for place, kind in enumerate(kinds) if kind == "comma" and (not whole or place > whole[-1])]
    scale_at = [place for place in scale_at if place < point or place > last]
    number /= Decimal(1_000) ** len(scale_at)
    places = [place for place, kind in enumerate(kinds) if kind == "digit" and place > point][:_MOST_DIGITS]
    rounded = abs(number).quantize(Decimal(1).scaleb(-len(places)), rounding=ROUND_HALF_UP)
    integer, _, fraction = f"{rounded:f}".partition(".")
    has_thousands = any(kind == "comma" and whole and whole[0] < place < whole[-1] for place, kind in enumerate(kinds))
    shown = _whole_digits(integer.lstrip("0"), [(place, tokens[place][1]) for place in whole], has_thousands)
    shown |= _fraction_digits(fraction, [(place, tokens[place][1]) for place in places])
    if point < len(kinds) and (not places or any(shown[place] for place in places)):
        shown[point] = "."
    text = "".join(
        shown.get(place, part if kind in ("literal", "percent") else "") for place, (kind, part) in enumerate(tokens)
    )
    if not whole and integer.strip("0") and point in shown:
        text = text.replace(".", f"{integer}.", 1)
    return f"-{text}" if number < 0 and rounded else text


def _whole_digits(digits: str, places: list[tuple[int, str]], has_thousands: bool) -> dict[int, str]:
    """Digits at the places for them, from the right; what is left over stands at the first place."""
    shown: dict[int, str] = {}
    rest = digits
    count = 0
    for position, (place, kind) in enumerate(reversed(places)):
        is_first = position == len(places) - 1
        taken, rest = (rest, "") if is_first else (rest[-1:], rest[:-1])
        if not taken and kind == "0":
            taken = "0"
        text = ""
        for digit in reversed(taken):
            separator = "," if has_thousands and count and count % 3 == 0 else ""
            text = digit + separator + text
            count += 1
        shown[place] = text or (" " if kind == "?" else "")
    return shown


def _fraction_digits(digits: str, places: list[tuple[int, str]]) -> dict[int, str]:
    """Zeros at the end are shown only where the format asks for them."""
    shown: dict[int, str] = {}
    is_needed = False
    for (place, kind), digit in reversed(list(zip(places, digits, strict=True))):
        is_needed = is_needed or digit != "0" or kind == "0"
        shown[place] = digit if is_needed else ""
    return shown


def _scientific(value: float, tokens: tuple[Token, ...]) -> str:
    at = next(place for place, (kind, _) in enumerate(tokens) if kind == "exponent")
    before = tokens[:at]
    power_digits = max(1, sum(kind == "digit" for kind, _ in tokens[at:]))
    width = max(1, sum(1 for kind, _ in before[: _index(before, "point")] if kind == "digit"))
    exponent = Decimal(repr(value)).adjusted() if value else 0
    exponent -= exponent % width if width > 1 else 0
    mantissa = _decimal(float(Decimal(repr(value)).scaleb(-exponent)), before)
    sign = "-" if exponent < 0 else "+" if tokens[at][1].endswith("+") else ""
    return f"{mantissa}E{sign}{abs(exponent):0{power_digits}d}"


def _index(tokens: tuple[Token, ...], kind: str) -> int:
    return next((place for place, (each, _) in enumerate(tokens) if each == kind), len(tokens))


def _fraction(value: float, tokens: tuple[Token, ...]) -> str:
    """ "1 3/4" as "# ?/?" or with a denominator of the format's own, "# ?/8"."""
    at = _index(tokens, "slash")
    below = "".join(text for kind, text in tokens[at + 1 :] if kind in ("digit", "literal")).strip()
    has_whole = any(kind == "literal" and " " in text for kind, text in tokens[:at])
    number = abs(Fraction(repr(value)) if "e" not in repr(value) else Fraction(value))
    whole = int(number) if has_whole else 0
    rest = number - whole
    if below.isdecimal() and int(below):
        part = Fraction(round(rest * int(below)), 1)
        top, bottom = part.numerator, int(below)
    else:
        part = rest.limit_denominator(10 ** max(1, below.count("?") + below.count("#") + below.count("0")) - 1)
        top, bottom = part.numerator, part.denominator
    if top == bottom and has_whole:
        whole, top = whole + 1, 0
    sign = "-" if value < 0 else ""
    shown = f"{whole} {top}/{bottom}" if whole and top else str(whole) if has_whole and not top else f"{top}/{bottom}"
    return sign + shown


def _squeezed(text: str) -> str:
    return " ".join(text.split())
