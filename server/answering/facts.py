"""The checkable pieces of a text — numbers, quotations, names — and whether another text bears them out.

Pure. Lenient on purpose: a false alarm costs trust in the true ones. Numbers are compared by value, whatever language
writes them, and with their units where both sides have one; a rounded number is borne out.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from server.answering.dates import Moment, moments_of, tells
from server.answering.number_evidence import bears_out, figures_to_check, has_value
from server.answering.numbers import Number, is_share, numbers_of
from server.answering.prose import is_inside, merged, spans_of_code_and_formulas, spans_outside_prose, without
from server.answering.units import unit_of
from storage.words.scripts import IS_HAN

FactKind = Literal["number", "date", "quotation", "name"]

_SMALL = 10  # up to here, a whole number in a formula may be part of its form

_QUOTATION = re.compile(r"\"([^\"\n]{3,300})\"|“([^”\n]{2,300})”|「([^」\n]{2,300})」|『([^』\n]{2,300})』")
_NAME = re.compile(
    r"(?<![\w-])(?=[\w.-]{0,60}(?:[a-z][A-Z]|[A-Z]{2}|[A-Za-z][-_.]?\d|\d[A-Za-z]))[A-Za-z][\w]*(?:[-_.][\w]+)*(?![\w])"
)
_VERSION = re.compile(r"(?<![\w.])\d{1,4}(?:\.\d{1,4}){2,4}(?![\w.]{0,2}\d)")
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")
_LIST_MARK = re.compile(r"^\s*(?:\(?\d{1,2}[.)、](?=\s|[^\d])|第[一二三四五六七八九十]+[，、])", re.MULTILINE)
_QUOTES_AND_DASHES = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-"}
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A checkable piece of a text, `text[start:end]`; of a number also its value and how it stands with its unit."""

    kind: FactKind
    start: int
    end: int
    text: str
    number: Number | None = None
    moment: Moment | None = None
    with_unit: str = ""


def facts_of(text: str) -> list[Fact]:
    """The checkable pieces in order. Code, links, numbers of list items and the letters of formulas are left out."""
    spans = spans_of_code_and_formulas(text)
    prose = _blanked(_LIST_MARK, without(text, spans_outside_prose(text)))
    found = [*_quotations(prose), *_names(prose)]
    taken = merged([(fact.start, fact.end) for fact in found])
    found += [fact for fact in _figures(prose) if not is_inside(fact.start, taken)]
    return sorted([*found, *_figures_in_formulas(text, spans)], key=lambda fact: fact.start)


def doubted(fact: Fact, source: str) -> str | None:
    """What of the fact the source does not hold, as it stands in the text; None where it holds all of it.

    A number that stands there with another unit or currency is doubted together with its unit.
    """
    match fact.kind:
        case "number":
            if _has_figure(fact, source):
                return None
            assert fact.number is not None
            return fact.with_unit if has_value(fact.number, source) else fact.text
        case "date":
            return None if _has_date(fact, source) else fact.text
        case "name":
            return None if _has_name(fact.text, source) else fact.text
    is_quoted = _folded(fact.text.strip(" .,;:!?。，；：！？…")) in _folded(source)
    return None if is_quoted else fact.text


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """The text with every match turned to spaces, so that places stay."""
    return pattern.sub(lambda match: " " * len(match.group()), text)


# -- numbers and dates ---------------------------------------------------------------------------------


def _figures(prose: str) -> Iterator[Fact]:
    """Dates and times, then the numbers beside them."""
    moments = list(moments_of(prose))
    for moment in moments:
        yield Fact("date", moment.start, moment.end, prose[moment.start : moment.end], moment=moment)
    spans = merged([(moment.start, moment.end) for moment in moments])
    for number in figures_to_check(prose):
        if not is_inside(number.start, spans):
            start, end = (number.unit_start, number.unit_end) if is_share(number) else (number.start, number.end)
            text = prose[number.unit_start : number.unit_end].strip()
            yield Fact("number", start, end, prose[start:end].strip(), number=number, with_unit=text)


_RAISED = re.compile(r"[_^]\s*(?:\{[^{}]*\}|\\?\w+)")
_TIMES_TEN = re.compile(r"\s{0,3}\\(?:times|cdot)\s*10\s*\^\s*(?:\{\s*(-?\d{1,2})\s*\}|(\d))")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{[^{}]*\}\s*\{[^{}]*\}")
_FIGURE = re.compile(r"(?<![\w.\\])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.\\])\d+(?:\.\d+)?")
_COMMAND_WITH_NAME = re.compile(r"\\(?:begin|end|tag|label|ref|color|hspace|vspace)\*?\s*\{[^{}]*\}")


def _figures_in_formulas(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Fact]:
    """The telling numbers of formulas: no indices, exponents, fractions and small whole ones."""
    for start, end in spans:
        formula = text[start:end]
        if formula.startswith(("`", "~")):
            continue
        plain = formula.replace("{,}", ",").replace("\\,", "")
        places = plain if len(plain) == len(formula) else None
        powers = {match.start(): int(match[1] or match[2]) for match in _TIMES_TEN.finditer(plain)}
        for pattern in (_FRACTION, _COMMAND_WITH_NAME, _TIMES_TEN, _RAISED):
            plain = _blanked(pattern, plain)
        for match in _FIGURE.finditer(plain):
            value = float(match.group().replace(",", ""))
            if value > _SMALL or not value.is_integer() or match.end() in powers:
                at = start + match.start() if places else start
                values = frozenset({value * 10.0 ** powers.get(match.end(), 0)})
                number = Number(at, at, values, decimals=len(match.group().partition(".")[2]))
                yield Fact("number", at, at + len(match.group()), match.group(), number=number, with_unit=match.group())


def _has_figure(fact: Fact, source: str) -> bool:
    assert fact.number is not None
    return bears_out(fact.number, source)


def _has_date(fact: Fact, source: str) -> bool:
    """The date itself; or every figure of it, where the source writes it in a way of its own (a table, a range)."""
    assert fact.moment is not None
    if tells(fact.moment, source):
        return True
    lasting = (Number(0, 0, frozenset({float(minutes)}), unit_of("minutes")) for minutes in fact.moment.minutes)
    if any(bears_out(number, source) for number in lasting):
        return True  # "1h30" may be a duration
    if any(_shares_a_day(fact.moment, there) for there in moments_of(source)):
        return False
    return all(bears_out(number, source) for number in numbers_of(fact.text))


def _shares_a_day(moment: Moment, there: Moment) -> bool:
    """Whether the source tells something else of the same kind, so that loose figures are no evidence."""
    return bool(moment.dates) == bool(there.dates)


# -- quotations and names ------------------------------------------------------------------------------


def _quotations(text: str) -> Iterator[Fact]:
    for match in _QUOTATION.finditer(text):
        quoted = next(group for group in match.groups() if group)
        if len(quoted.split()) >= 3 or len(IS_HAN.findall(quoted)) >= 4:
            yield Fact("quotation", match.start() + 1, match.end() - 1, quoted)


def _names(text: str) -> Iterator[Fact]:
    for match in _NAME.finditer(text):
        if not unit_of(match.group()):
            yield Fact("name", match.start(), match.end(), match.group())
    for match in _VERSION.finditer(text):
        if not _GROUPED.fullmatch(match.group()) and not any(moments_of(match.group())):
            yield Fact("name", match.start(), match.end(), match.group())


_SAME_NAMES = (
    ("mwst", "ust", "vat", "tva", "iva", "mehrwertsteuer", "umsatzsteuer", "valueaddedtax", "增值税", "增值稅"),
    ("gmbh", "ltd", "limited", "sarl", "有限公司"),
    ("usa", "us", "unitedstates", "vereinigtestaaten", "étatsunis", "estadosunidos", "美国"),
    ("eu", "europeanunion", "europäischeunion", "unioneuropéenne", "unióneuropea", "欧盟"),
)
"""What is called otherwise in another language."""


def _has_name(name: str, source: str) -> bool:
    """As it is, in other spelling ("DeepSeek R1"), as a plural, or as the initials of words that stand there."""
    if name[0].isdigit():
        return re.search(rf"(?<!\d)(?<!\d\.){re.escape(name)}(?!\d|\.\d)", source) is not None
    there, wanted = _squeezed(source), _squeezed(name)
    if (part := _PART_OF_YEAR.fullmatch(name)) and _names_part_of_year(part, source):
        return True
    if any(wanted in same and any(other in there for other in same) for same in _SAME_NAMES):
        return True
    if wanted in _EVERYDAY or _has_ordinal(name, source):
        return True
    if wanted in there or (wanted.endswith("s") and wanted[:-1] in there):
        return True
    return name.isupper() and name.isalpha() and wanted in _initials(source)


_EVERYDAY = frozenset(
    {"ip", "pc", "tv", "id", "pdf", "ok", "faq", "url", "ceo", "cfo", "pin", "sms", "gps", "am", "pm", "nb", "csv"}
)
"""Abbreviations that name a kind of thing, not one of the documents': an answer may call the gateway's address "IP"."""
_ROMAN = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12}


def _has_ordinal(name: str, source: str) -> bool:
    """World War II where the source writes 2, or second."""
    number = _ROMAN.get(name)
    return number is not None and has_value(Number(0, 0, frozenset({float(number)})), source)


_PART_OF_YEAR = re.compile(r"([QH])([1-4])", re.IGNORECASE)
_NTH = ("first|erste\\w?|premier|primer|primeiro|一|上", "second|zweite\\w?|deuxième|second|segundo|二|下",
        "third|dritte\\w?|troisième|tercer|terceiro|三", "fourth|vierte\\w?|quatrième|cuarto|quarto|四")  # fmt: skip
_LENGTHS = {
    "Q": r"(?:quarter|quartal\w*|trimestre|季度|四半期)",
    "H": r"(?:half|halbjahr\w*|semestre|半年)",
}


def _names_part_of_year(part: re.Match[str], source: str) -> bool:
    """Q2 where the source writes "second quarter", "2. Quartal" or "第二季度"."""
    number = int(part[2])
    nth = rf"(?:{_NTH[number - 1]}|(?<!\d){number}(?:\.|st|nd|rd|th|er|e|º|ª)?)"
    written = rf"{nth}[\s-]{{0,2}}(?:(?:fiscal|financial)\s)?{_LENGTHS[part[1].upper()]}"
    return re.search(written, source, re.IGNORECASE) is not None


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
