"""Measures that are said without a figure and its unit: how often, what share, how long. Pure.

"every two weeks" and "fortnightly" are one interval, "two thirds", "三分之二" and "a majority" are shares, "half a
year" and "半年" are spans of time.
"""

import re
from collections.abc import Iterator

from server.answering.number_words import NUMBER_WORDS
from server.answering.numbers import Number
from server.answering.units import unit_of

INTERVAL = "interval"
"""What is measured by how often something happens, in days."""

_DAY = 86_400.0  # seconds
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4, "quarter": 91.3, "half": 182.5, "year": 365.0}
_PERIODS = {
    "day": "days? tag(?:e|en)? jours? días? dias? 天 日",
    "week": "weeks? wochen? semaines? semanas? 周 星期 个星期",
    "month": "months? monat(?:e|en|s)? mois mes(?:es)? 月 个月",
    "quarter": "quarters? quartal(?:e|s)? trimestres? 季度 季",
    "half": "half-years? halbjahr(?:e|s)? semestres? 半年",
    "year": "years? jahr(?:e|en|s)? ans? années? años? anos? 年",
}
_ADVERBS = {
    "day": "daily täglich quotidiennement diariamente",
    "week": "weekly wöchentlich hebdomadairement semanalmente",
    "month": "monthly monatlich mensuellement mensualmente",
    "quarter": "quarterly vierteljährlich trimestriellement trimestralmente",
    "half": "halbjährlich",
    "year": "yearly annually jährlich annuellement anualmente",
}
_TIMES = {
    1.0: "once|einmal|une fois|una vez|uma vez",
    2.0: "twice|two times|zweimal|deux fois|dos veces|duas vezes",
    3.0: "three times|dreimal|trois fois|tres veces|três vezes",
    4.0: "four times|viermal|quatre fois|cuatro veces|quatro vezes",
}
_HAN = {sign: float(value) for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2.0, "十": 10.0}

_WORDS = "|".join(sorted(map(re.escape, NUMBER_WORDS), key=len, reverse=True))
_LATIN = {name: "|".join(word for word in words.split() if word[0] < "\u3000") for name, words in _PERIODS.items()}
_CHINESE = {name: "|".join(word for word in words.split() if word[0] >= "\u3000") for name, words in _PERIODS.items()}
_PERIOD = "|".join(f"(?P<{name}>{words})" for name, words in _LATIN.items())
_PERIOD_ZH = "|".join(f"(?P<{name}>{_CHINESE[name]})" for name in ("half", "quarter", "day", "week", "month", "year"))

_EVERY = re.compile(
    rf"\b(?:every|each|alle|jede[nrms]?|tou(?:te)?s les|chaque|cada)\s+(?:(?P<n>\d{{1,3}}|{_WORDS})\s+)?"
    rf"(?:{_PERIOD})\b",
    re.IGNORECASE,
)
_ADVERB = re.compile(
    r"\b(?:" + "|".join(f"(?P<{name}>{words.replace(' ', '|')})" for name, words in _ADVERBS.items())
    + r"|(?P<fortnight>fortnightly|every fortnight))\b",
    re.IGNORECASE,
)  # fmt: skip
_SO_OFTEN = re.compile(
    rf"\b(?P<times>{'|'.join(_TIMES.values())}|(?P<n>\d{{1,3}}) times)\s+"
    rf"(?:an?|per|each|every|im|in der|pro|je|am|par|al|a la|por)\s+(?:{_PERIOD})\b",
    re.IGNORECASE,
)
_EVERY_ZH = re.compile(
    rf"每隔?(?P<n>[一两二三四五六七八九十]|\d{{1,2}})?(?:{_PERIOD_ZH})[^，。；\d元]{{0,10}}?"
    r"(?P<times>[一两二三四五六七八九十]|\d{1,2})\s?次"
)

_SHARE = re.compile(
    r"\b(?P<top>one|two|three|ein|eine|einem|zwei|drei|un|deux|dos|trois|tres|an?)[ -]"
    r"(?P<part>thirds?|quarters?|fifths?|dritteln?|vierteln?|fünfteln?|tiers|quarts?|tercios?|cuartos?)\b"
    r"(?!\s+(?:of an? )?(?:hours?|years?|stunden?|jahre?s?|d['’]heure))"
    r"|(?P<half>\b(?:one half of|half of|half the|(?:der|die) hälfte|la moitié|la mitad)\b|半数)"
    r"|(?P<zh>[二两三四五六七八九十])分之(?P<zhtop>[一二两三四五六七八九])",
    re.IGNORECASE,
)
_PARTS = {"thi": 3, "dri": 3, "tie": 3, "ter": 3, "qua": 4, "vie": 4, "cua": 4, "fif": 5, "fün": 5}
_TOPS = {"two": 2.0, "zwei": 2.0, "deux": 2.0, "dos": 2.0, "three": 3.0, "drei": 3.0, "trois": 3.0, "tres": 3.0}
_MAJORITY = re.compile(
    r"\b(?:(?:simple|absolute|bare) majority|(?:einfache|absolute)[nr]? mehrheit|majorité (?:simple|absolue)"
    r"|mayoría (?:simple|absoluta))\b|过半数|過半數",
    re.IGNORECASE,
)
_DISCOUNT_ZH = re.compile(r"(?P<tens>[一二三四五六七八九]|[1-9])(?P<ones>[一二三四五六七八九]|\.\d|\d)?折")

_SPAN = re.compile(
    r"\b(?P<halfyear>half a year|half-year|(?:ein(?:em)?\s)?halbe[sn]? jahr|demi-année|medio año)\b"
    r"|\b(?P<quarteryear>quarter of a year|vierteljahr)\b"
    r"|\b(?P<yearandhalf>anderthalb jahre?|eineinhalb jahre?|a year and a half|un an et demi|año y medio)\b"
    r"|\b(?P<halfhour>half an hour|(?:eine )?halbe stunde|demi-heure|media hora)\b"
    r"|\b(?P<quarterhour>quarter of an hour|viertelstunde|quart d['’]heure|cuarto de hora)\b"
    r"|(?P<zhyears>[一两二三四五六七八九十])年半"
    r"|(?<![\d第每隔一二三四五六七八九十〇零])(?P<zhfull>[一两二三四五六七八九十]|\d{1,2})年(?![\d月度级初末底半])"
    r"|(?P<zhhalf>半个?(?P<zhunit>年|月|天|小时))",
    re.IGNORECASE,
)
_SPANS = {
    "halfyear": 182.5 * _DAY, "quarteryear": 91.3 * _DAY, "yearandhalf": 547.5 * _DAY, "halfhour": 1800.0,
    "quarterhour": 900.0,
}  # fmt: skip
_HALVES_ZH = {"年": 182.5 * _DAY, "月": 15.2 * _DAY, "天": 0.5 * _DAY, "小时": 1800.0}
_PERCENT = unit_of("%")
_SECONDS = (("seconds", 1.0),)


def measures_of(text: str) -> Iterator[Number]:
    """The measures of the text, one kind after the other."""
    yield from _intervals(text)
    yield from _shares(text)
    for match in _SPAN.finditer(text):
        yield _number(match, _seconds(match), _SECONDS)


def _intervals(text: str) -> Iterator[Number]:
    for pattern in (_EVERY, _EVERY_ZH, _SO_OFTEN):
        for match in pattern.finditer(text):
            period = next(_DAYS[name] for name in _DAYS if match[name])
            factor = _counted(match["n"]) if match["n"] and pattern is not _SO_OFTEN else 1.0
            times = 1.0 if pattern is _EVERY else _times(match)
            yield _number(match, period * factor / (times or 1.0), ((INTERVAL, 1.0),))
    for match in _ADVERB.finditer(text):
        days = 14.0 if match["fortnight"] else next(_DAYS[name] for name in _ADVERBS if match[name])
        yield _number(match, days, ((INTERVAL, 1.0),))


def _times(match: re.Match[str]) -> float:
    written = match["times"].casefold()
    said = next((times for times, words in _TIMES.items() if re.fullmatch(words, written)), None)
    return said or _counted(written.partition(" ")[0])


def _counted(written: str) -> float:
    if written.isdigit():
        return float(written)
    return _HAN.get(written) or min(NUMBER_WORDS.get(written.casefold(), {1.0}))


def _shares(text: str) -> Iterator[Number]:
    for match in _SHARE.finditer(text):
        if match["half"]:
            share = 0.5
        elif match["zh"]:
            share = _HAN[match["zhtop"]] / _HAN[match["zh"]]
        else:
            share = _TOPS.get(match["top"].casefold(), 1.0) / _PARTS[match["part"].casefold()[:3]]
        yield _number(match, 100.0 * share, _PERCENT)
    for match in _MAJORITY.finditer(text):
        yield _number(match, 50.0, _PERCENT)
    for match in _DISCOUNT_ZH.finditer(text):
        tens, ones = (
            _HAN.get(sign) or float(sign.lstrip(".")) if sign else 0.0 for sign in match.group("tens", "ones")
        )
        yield _number(match, 10.0 * tens + ones, _PERCENT)


def _seconds(match: re.Match[str]) -> float:
    if match["zhyears"]:
        return (_HAN[match["zhyears"]] + 0.5) * 365 * _DAY
    if match["zhfull"]:
        return _counted(match["zhfull"]) * 365 * _DAY
    if match["zhhalf"]:
        return _HALVES_ZH[match["zhunit"]]
    return next(seconds for name, seconds in _SPANS.items() if match[name])


def _number(match: re.Match[str], value: float, unit: tuple[tuple[str, float], ...]) -> Number:
    return Number(match.start(), match.end(), frozenset({value}), unit, match.start(), match.end())
