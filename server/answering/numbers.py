"""The numbers of a text with their units, read as several languages write them. Pure.

"3.420 Euro", "3,420 euros", "€3 420", "1.2 Mio.", "百分之五", "vier" and "四": a written number may have several
readings, and every one of them counts. A percentage is kept as the figure before the sign.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.answering.number_words import COUNTING, FACTORS, NUMBER_WORDS, PARTS, VULGAR
from server.answering.units import CURRENCY_BEFORE, UNIT_AFTER, Unit, unit_of

_SCALES = {
    "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "millions": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9,
    "billions": 1e9, "t": 1e12, "trillion": 1e12, "hundred": 1e2, "百": 1e2, "千": 1e3, "万": 1e4, "萬": 1e4,
    "百万": 1e6, "千万": 1e7, "亿": 1e8, "億": 1e8, "万亿": 1e12, "tsd": 1e3, "tausend": 1e3, "mio": 1e6,
    "millionen": 1e6, "mrd": 1e9, "milliarden": 1e9, "milliards": 1e9, "milliard": 1e9, "mille": 1e3, "mil": 1e3,
    "md": 1e9, "mds": 1e9, "mil millones": 1e9, "mil milhões": 1e9, "dozen": 12, "dutzend": 12, "millón": 1e6,
    "millones": 1e6, "milhão": 1e6, "milhões": 1e6, "hundert": 1e2, "lakh": 1e5, "crore": 1e7,
}  # fmt: skip
_WORDS = NUMBER_WORDS | {word: frozenset({value}) for word, value in FACTORS.items()}
_CHINESE_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}

_SCALE = (
    r"(?P<scale>百万|千万|万亿|[万萬亿億百千](?![分米克])|(?:k|K|M|B|bn|T)(?![\w/²³-])"
    r"|(?:Mio|Mrd|Tsd)(?:\.|\b)|Mds?(?![\w/])|mil\s(?:millones|milhões)\b|(?:dozen|Dutzend)\b|(?:thousand|millions?"
    r"|billions?|trillion|hundred|tausend|Millionen|Milliarden|hundert|"
    r"milliards?|mille|mil|millón|millones|milhão|milhões|lakh|crore)\b)"
)
_DIGITS = (
    r"(?P<digits>\d{1,3}(?:,\d{2}){1,9},\d{3}(?:\.\d+)?|\d{1,3}(?:[.,，'’ \u00a0\u202f]\d{3}){1,9}(?![\d])(?:[.,]\d+)?"
    rf"|\d{{1,9}}\s?[{''.join(VULGAR)}]|[{''.join(VULGAR)}]|\d+(?:[.,]\d+)?|\.\d+)"
)
_POWER = (
    r"(?:[eE](?P<e>[+-]?\d{1,2})(?!\w)"
    r"|\s?(?:[×x·*⋅]|\\times|\\cdot)\s?10\s?(?:\^\s?[{(]?(?P<power>[-−–+]?\d{1,2})[})]?"
    r"|(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})"
    r"|(?P<fallen>[-−]\d{1,2})))"
)
_RAISED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹−–", "+-0123456789--")
_NUMBER = re.compile(
    rf"(?<![A-Za-z\d_.])(?:(?i:{CURRENCY_BEFORE}))?[-+−]?{_DIGITS}"
    rf"(?:{_POWER}|\s?{_SCALE})?(?:\s(?:de|of)(?=\s))?(?:(?i:{UNIT_AFTER}))?"
)
_WORD = re.compile(
    rf"\b(?:{'|'.join(sorted(map(re.escape, _WORDS), key=len, reverse=True))})\b(?:(?i:{UNIT_AFTER}))?", re.IGNORECASE
)
_HALF_MORE = re.compile(
    r"\b(?P<a>an?|one|une?|una|uma|un)\s(?P<of>hour|year|month|day|week|heure|année|an|mois|hora|año|mes|ano|mês"
    r"|semana)"
    r"\s(?:and\sa\shalf|et\sdemie?|y\smedi[oa]|e\smei[oa])\b"
    r"|\b(?:anderthalb|eineinhalb)\s(?P<de>Stunden|Jahre|Monate|Tage|Wochen)\b|一个?半(?P<zh>小时|月|年|星期)|一(?P<zh2>年|天)半"
)
"""One and a half of a unit."""
_PART_OF = re.compile(
    r"\b(?P<top>an?|one|two|three|four|ein(?:e[mnr]?)?|zwei|drei|une?|deux|trois|un|una|uma|dos|tres|dois|duas"
    r"|três)[ -]"
    rf"(?P<part>{'|'.join(sorted(PARTS, key=len, reverse=True))})\s(?:of|der|des|von|de|du|d['’])",
    re.IGNORECASE,
)
_ONE_IN = re.compile(
    rf"\b(?P<one>{'|'.join(COUNTING['en'].split()[:10])}|\d{{1,3}})\s(?:in|out\sof)\s(?:every\s)?"
    rf"(?P<of>{'|'.join(COUNTING['en'].split()[:12])}|\d{{1,4}})(?!\s?[\d%.,/:])(?=\s[a-z])",
    re.IGNORECASE,
)
_PARTS_ZH = re.compile(r"([一二两三四五六七八九十])分之([一二两三四五六七八九十])")
_AMBIGUOUS = {"once", "doze", "seize", "elf", "ciento", "cien"}
"""Number words of one language that say something else in another."""
_CHINESE = re.compile(
    rf"百分之([零〇一二两兩三四五六七八九十百点\d.]+)|([零〇一二两兩三四五六七八九十百千万亿]+)(?:{UNIT_AFTER})?"
)
_GROUPS = re.compile(r"[.,，'’ \u00a0\u202f](?=\d{3}(?:\D|\Z))")
_LARGER_BEFORE = re.compile(
    r"(?:cento|ciento|cent|cien|cientos|hundred|thousand|mil|mille|hundert|tausend)(?:\s(?:e|y|and|et|und))?\s$",
    re.IGNORECASE,
)
_LARGER_AFTER = re.compile(
    r"[\s-](?:hundred|thousand|million|billion|mil|mille|cents?|tausend|hundert|million\w*)\b", re.IGNORECASE
)
_CHINESE_SPANS = {"小时": "小时", "月": "个月", "年": "years", "星期": "个星期", "天": "天"}
_SMALL = 10  # up to here, a bare number in words may simply count what the answer lists
ANY_DECIMALS = 6
_PERCENT = unit_of("%")


@dataclass(frozen=True, slots=True)
class Number:
    """`text[start:end]`; `unit_end` is where its unit ends. `decimals` tells how far it was rounded."""

    start: int
    end: int
    values: frozenset[float]
    unit: Unit = ()
    unit_start: int = 0
    unit_end: int = 0
    decimals: int = 0


def numbers_of(text: str, *, for_checking: bool = False) -> Iterator[Number]:
    """The numbers in figures and in words; for checking without the words that only count or mean something else."""
    for match in _NUMBER.finditer(text):
        yield _in_figures(match)
    yield from _said_in_parts(text)
    for match in _WORD.finditer(text):
        written = _without_unit(match)
        values = _WORDS[written.casefold()]
        if for_checking and (
            _LARGER_BEFORE.search(text, max(0, match.start() - 16), match.start())
            or _LARGER_AFTER.match(text, match.end())
        ):
            continue  # a part of "cento e vinte"
        if not for_checking or _states(written.casefold(), match["unit"], max(values)):
            yield _with_unit(match, values, match.start() + len(written))
    for match in _CHINESE.finditer(text):
        value = _chinese_value(match)
        states = value is not None and (value > _SMALL or match[1] or (value > 1 and match["unit"]))
        if value is not None and (states or not for_checking):
            unit = _PERCENT if match[1] else unit_of(match["unit"])
            end = match.start("unit") if match["unit"] else match.end()
            yield Number(match.start(), end, frozenset({value}), unit, match.start(), match.end())


def _states(word: str, unit: str | None, value: float) -> bool:
    """Whether a number in words says something: a small one only with its unit, "a year" not even then."""
    return word in FACTORS or (word not in _AMBIGUOUS and (value > _SMALL or (value > 1 and unit is not None)))


def _said_in_parts(text: str) -> Iterator[Number]:
    """An hour and a half; a quarter of the members; one in five."""
    for match in _HALF_MORE.finditer(text):
        named = match["of"] or match["de"] or _CHINESE_SPANS.get(match["zh"] or match["zh2"], "")
        yield Number(
            match.start(), match.end(), frozenset({1.5}), unit_of(named), match.start(), match.end(), ANY_DECIMALS
        )
    for match in _PART_OF.finditer(text):
        top = max(_WORDS.get(match["top"].casefold(), frozenset({1.0})))
        value = top / PARTS[match["part"].casefold()]
        yield Number(match.start(), match.end("part"), frozenset({value}), (), match.start(), match.end("part"), 2)
    for match in _PARTS_ZH.finditer(text):
        value = _CHINESE_DIGITS.get(match[2], 10) / _CHINESE_DIGITS.get(match[1], 10)
        yield Number(match.start(), match.end(), frozenset({value}), (), match.start(), match.end(), 2)
    for match in _ONE_IN.finditer(text):
        one, of = (
            float(word) if word.isdigit() else max(_WORDS[word.casefold()]) for word in (match["one"], match["of"])
        )
        if 0 < one < of:
            yield Number(match.start(), match.end(), frozenset({one / of}), (), match.start(), match.end(), 2)


def is_share(number: Number) -> bool:
    """Whether it is a percentage, whose sign is part of the number."""
    return number.unit == _PERCENT


def _in_figures(match: re.Match[str]) -> Number:
    scale = _SCALES.get((match["scale"] or "").casefold().rstrip("."), 1.0)
    readings = _readings(match["digits"])
    if match["before"] and (match["unit"] or "").strip() == "m":  # $2,400m
        scale = 1e6
    values = _with_power(match, readings) or {value * scale for value in readings}
    end = max(match.end("digits"), *(match.end(part) for part in ("scale", "e", "power", "raised", "fallen")))
    unit_text = match["before"] if match["before"] and scale > 1 else match["unit"] or match["before"]
    is_decade = unit_text == "s" and re.fullmatch(r"[12]\d\d0", match["digits"]) is not None
    unit = () if is_decade else unit_of(unit_text)
    start = match.start() if not match["before"] else match.end("before")
    decimals = len(match["digits"].rpartition(".")[2]) if "." in match["digits"] else 0
    decimals = max(decimals, len(match["digits"].rpartition(",")[2]) if "," in match["digits"] else 0)
    unit_end = match.end("unit") if match["unit"] else end
    if not unit:
        return Number(start, end, frozenset(values), (), start, end, decimals if scale == 1 else ANY_DECIMALS)
    return Number(
        start, end, frozenset(values), unit, match.start(), unit_end, decimals if scale == 1 else ANY_DECIMALS
    )


def _with_power(match: re.Match[str], readings: set[float]) -> set[float]:
    """1.2 × 10⁻³ and 1.2e-3 are 0.0012."""
    written = match["e"] or match["power"] or match["raised"] or match["fallen"]
    return {value * 10.0 ** int(written.translate(_RAISED)) for value in readings} if written else set()


def _readings(digits: str) -> set[float]:
    """3.420 is 3420 and 3.42; 1.234,5 is 1234.5; 1,5 is 1.5."""
    if digits[-1] in VULGAR:
        return {float(digits[:-1].strip() or 0) + VULGAR[digits[-1]]}
    grouped = _GROUPS.sub("", digits)
    readings = set()
    for text in {grouped, digits}:
        plain = re.sub(r"['’ \u00a0\u202f，]", "", text)
        if plain.count(",") + plain.count(".") > 1:
            last = max(plain.rfind(","), plain.rfind("."))
            plain = re.sub("[.,]", "", plain[:last]) + "." + plain[last + 1 :]
            if text is digits and digits.count(digits[max(digits.rfind(","), digits.rfind("."))]) > 1:
                continue  # 1,234,567 has one reading
        readings.add(float(plain.replace(",", ".")))
    return readings


def _without_unit(match: re.Match[str]) -> str:
    return match.group()[: len(match.group()) - len(match["unit"] or "")]


def _with_unit(match: re.Match[str], values: frozenset[float], end: int) -> Number:
    return Number(match.start(), end, values, unit_of(match["unit"]), match.start(), match.end())


def _chinese_value(match: re.Match[str]) -> float | None:
    signs = match[1] or match[2]
    if match[1] and re.fullmatch(r"\d+(?:\.\d+)?", signs):
        return float(signs)
    if "点" in signs:
        whole, _, part = signs.partition("点")
        digits = "".join(str(_CHINESE_DIGITS.get(sign, "")) for sign in part)
        return (_chinese_integer(whole) or 0) + float(f"0.{digits or 0}")
    return _chinese_integer("".join(sign for sign in signs if not sign.isascii()))


def _chinese_integer(signs: str) -> float | None:
    """十二 is 12, 一百二十 is 120, 二〇二四 is 2024, 三万五千 is 35000; None for a unit alone."""
    if not signs:
        return None
    if all(sign in _CHINESE_DIGITS for sign in signs):
        return float("".join(str(_CHINESE_DIGITS[sign]) for sign in signs))
    total, section, digit = 0, 0, None
    for sign in signs:
        if sign in _CHINESE_DIGITS:
            digit = _CHINESE_DIGITS[sign]
        elif sign in _CHINESE_UNITS:
            section += (1 if digit is None else digit) * _CHINESE_UNITS[sign]
            digit = None
        else:
            section += digit or 0
            total += (section or 1) * (10**4 if sign == "万" else 10**8)
            section, digit = 0, None
    value = total + section + (digit or 0)
    return float(value) if any(sign in _CHINESE_DIGITS or sign == "十" for sign in signs) else None
