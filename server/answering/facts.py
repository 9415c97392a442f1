"""The checkable pieces of a text — numbers, quotations, names — and whether another text bears them out.

Pure. Lenient on purpose: a false alarm costs trust in the true ones. Numbers are compared by value: thousands
separators, percent forms, "200k", "20万", "four" and "四" do not matter; a rounded number is borne out.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from storage.words.scripts import IS_HAN

FactKind = Literal["number", "quotation", "name"]

_SCALES = {
    "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9, "t": 1e12,
    "trillion": 1e12, "hundred": 1e2, "百": 1e2, "千": 1e3, "万": 1e4, "萬": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8,
    "億": 1e8, "万亿": 1e12,
}  # fmt: skip
_COUNTING = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_WORDS: dict[str, float] = {word: float(value) for value, word in enumerate(_COUNTING.split(), start=1)} | {
    "zero": 0, "single": 1, "once": 1, "both": 2, "twice": 2, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "half": 0.5,
}  # fmt: skip
_CHINESE_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}

_NUMBER = re.compile(
    r"(?<![A-Za-z\d_.])[-+−]?(?P<digits>\d{1,3}(?:[,，'’ \u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:\s?(?P<percent>%|％|‰|percent\b|per cent\b|个百分点)"
    r"|\s?(?P<scale>百万|千万|万亿|[万萬亿億百千]|(?:k|K|M|B|bn|T)(?![\w-])|(?:thousand|million|billion|trillion|hundred)\b))?"
)
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_CHINESE_NUMBER = re.compile(r"百分之([零〇一二两兩三四五六七八九十百点]+)|([零〇一二两兩三四五六七八九十百千万亿]+)")
_QUOTATION = re.compile(r"\"([^\"\n]{3,300})\"|“([^”\n]{2,300})”|「([^」\n]{2,300})」|『([^』\n]{2,300})』")
_NAME = re.compile(
    r"(?<![\w-])(?=[\w.-]*(?:[a-z][A-Z]|[A-Z]{2}|[A-Za-z][-_.]?\d|\d[A-Za-z]))[A-Za-z][\w]*(?:[-_.][\w]+)*(?![\w])"
)
_NOT_PROSE = re.compile(
    r"```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]+\$|\\\[.*?\\\]|\\\(.*?\\\)|https?://\S+|\[[^\]\n]*\]\([^)\s]*\)",
    re.DOTALL,
)
_LIST_MARK = re.compile(r"^\s*(?:\(?\d{1,2}[.)、](?=\s|[^\d])|第[一二三四五六七八九十]+[，、])", re.MULTILINE)
_SMALL = 10  # up to here, a bare number in words may simply count what the answer lists
_QUOTES_AND_DASHES = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-"}
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A checkable piece of a text, `text[start:end]`. `value` of a number, percent already divided by a hundred."""

    kind: FactKind
    start: int
    end: int
    text: str
    value: float | None = None


def facts_of(text: str) -> list[Fact]:
    """The checkable pieces in order. Formulas, code, links and numbers of list items are left out."""
    prose = _blanked(_LIST_MARK, _blanked(_NOT_PROSE, text))
    found = [*_quotations(prose), *_names(prose)]
    taken = [(fact.start, fact.end) for fact in found]
    found += [n for n in _numbers(prose) if not any(start <= n.start < end for start, end in taken)]
    return sorted(found, key=lambda fact: fact.start)


def is_borne_out(fact: Fact, source: str) -> bool:
    """Whether the source text holds the fact."""
    if fact.kind == "number":
        return _has_number(fact, source)
    if fact.kind == "name":
        return _has_name(fact.text, source)
    return _folded(fact.text.strip(" .,;:!?。，；：！？…")) in _folded(source)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """The text with every match turned to spaces, so that places stay."""
    return pattern.sub(lambda match: " " * len(match.group()), text)


# -- numbers -------------------------------------------------------------------------------------------


def _numbers(text: str) -> Iterator[Fact]:
    for match in _NUMBER.finditer(text):
        yield Fact("number", match.start(), match.end(), match.group().strip(), _value(match))
    for match in _NUMBER_WORD.finditer(text):
        if (number := _WORDS[match.group().casefold()]) > _SMALL:
            yield Fact("number", match.start(), match.end(), match.group(), number)
    for match in _CHINESE_NUMBER.finditer(text):
        value = _chinese_value(match)
        if value is not None and (value > _SMALL or match.group(1)):
            yield Fact("number", match.start(), match.end(), match.group(), value)


def _value(match: re.Match[str]) -> float:
    value = float(re.sub(r"[,，'’ \u202f]", "", match["digits"]))
    if match["percent"]:
        return value / (1000 if match["percent"] == "‰" else 100)
    return value * _SCALES.get((match["scale"] or "").lower(), 1.0)


def _chinese_value(match: re.Match[str]) -> float | None:
    percent, plain = match.groups()
    signs = percent or plain
    if "点" in signs:
        whole, _, part = signs.partition("点")
        digits = "".join(str(_CHINESE_DIGITS.get(sign, "")) for sign in part)
        return ((_chinese_integer(whole) or 0) + float(f"0.{digits or 0}")) / 100
    value = _chinese_integer(signs)
    return value / 100 if value is not None and percent else value


def _chinese_integer(signs: str) -> float | None:
    """十二 is 12, 一百二十 is 120, 二〇二四 is 2024, 三万五千 is 35000; None for a unit alone."""
    if all(sign in _CHINESE_DIGITS for sign in signs):
        return (
            float("".join(str(_CHINESE_DIGITS[sign]) for sign in signs)) if len(signs) != 1 else _CHINESE_DIGITS[signs]
        )
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


@lru_cache(maxsize=128)
def _values_of(source: str) -> frozenset[float]:
    """Every value the source may be said to hold; a percentage both as such and as the bare number."""
    text = unicodedata.normalize("NFKC", source)
    values: set[float] = set()
    for match in _NUMBER.finditer(text):
        values |= {_value(match), float(re.sub(r"[,，'’ \u202f]", "", match["digits"]))}
    values |= {float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)}
    values |= {float(number.replace(",", "")) for number in re.findall(r"\d{1,3}(?:,\d{3})+", text)}
    values |= {_WORDS[match.group().casefold()] for match in _NUMBER_WORD.finditer(text)}
    values |= {value for match in _CHINESE_NUMBER.finditer(text) if (value := _chinese_value(match)) is not None}
    return frozenset(values)


def _has_number(fact: Fact, source: str) -> bool:
    assert fact.value is not None
    wanted = {abs(fact.value), abs(fact.value) * 100} if "%" in fact.text or "百分" in fact.text else {abs(fact.value)}
    digits = re.search(r"\d[\d,，.]*", fact.text)
    if digits is not None and re.search(r"[^\d\s.,+−-]", fact.text):
        wanted.add(float(re.sub("[,，]", "", digits.group()).rstrip(".")))
    return any(_is_same(value, there) for value in wanted for there in _values_of(source))


def _is_same(value: float, there: float) -> bool:
    """Equal, or rounded to the digits given: 15.6 for 15.58."""
    if abs(value - there) <= 1e-9 * max(1.0, abs(there)):
        return True
    decimals = len(f"{value:.10g}".partition(".")[2])
    return 0 < decimals < 6 and round(there, decimals) == round(value, decimals)


# -- quotations and names ------------------------------------------------------------------------------


def _quotations(text: str) -> Iterator[Fact]:
    for match in _QUOTATION.finditer(text):
        quoted = next(group for group in match.groups() if group)
        if len(quoted.split()) >= 3 or len(IS_HAN.findall(quoted)) >= 4:
            yield Fact("quotation", match.start() + 1, match.end() - 1, quoted)


def _names(text: str) -> Iterator[Fact]:
    yield from (Fact("name", match.start(), match.end(), match.group()) for match in _NAME.finditer(text))


def _has_name(name: str, source: str) -> bool:
    """As it is, in other spelling ("DeepSeek R1"), as a plural, or as the initials of words that stand there."""
    there, wanted = _squeezed(source), _squeezed(name)
    if wanted in there or (wanted.endswith("s") and wanted[:-1] in there):
        return True
    return name.isupper() and name.isalpha() and wanted in _initials(source)


@lru_cache(maxsize=128)
def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


@lru_cache(maxsize=128)
def _initials(text: str) -> str:
    return "".join(word[0] for word in re.findall(r"[^\W\d_]+", text)).casefold()


@lru_cache(maxsize=128)
def _folded(text: str) -> str:
    """Without what a quotation may change: white space, kinds of quotes and dashes, capitals, ellipses."""
    return re.sub(r"\s+|…|\.\.\.", "", unicodedata.normalize("NFKC", text).translate(_QUOTES_AND_DASHES)).casefold()
