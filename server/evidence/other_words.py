"""What has other words that mean exactly the same: feast days and their dates, an hour and 60 minutes. Pure.

A table of what no model needs to guess. Apart from `units`, where a value stands for the quantity that is asked for.
"""

import re
from functools import lru_cache

from storage.words.folding import folded

_DECEMBER = "(?:december|dezember|décembre|diciembre|dicembre|dezembro|dec)"
_JANUARY = "(?:january|januar|janvier|enero|gennaio|janeiro|jan)"
_MAY = "(?:may|mai|mayo|maggio|maio)"


def _date(days: str, month: str, han: str) -> str:
    """A pattern of a day of a month in any order: "25 and 26 December", "December 25", "24. Dezember"."""
    day = rf"(?<!\d)(?:{days})(?:\.|st|nd|rd|th|er|º)?(?!\d)"
    beside = r"(?:\s*(?:,|and|&|und|bis|to|et|y|e|-|–)?\s*(?:\d{1,2}(?:\.|st|nd|rd|th)?)?)"
    return rf"{day}{beside}\s*(?:of |de )?{month}\b|\b{month}\s+{day}|{han}"


_SAME = (
    (r"christmas eve|heilig(?:er )?abend|nochebuena|平安夜", _date("24", _DECEMBER, "12月24")),
    (r"boxing day|zweite\w* weihnachtstag", _date("26", _DECEMBER, "12月26")),
    (
        r"christmas(?: day)?|x-?mas|weihnacht\w*|noël|navidad(?:es)?|圣诞节?|聖誕節?",
        _date("2[456]", _DECEMBER, "12月2[456]"),
    ),
    (r"new year['’]?s eve|silvester|nochevieja", _date("31", _DECEMBER, "12月31")),
    (r"new year(?:['’]?s)?(?: day)?|neujahr\w*|nouvel an|año nuevo|元旦", _date("1", _JANUARY, "(?<!1)1月1日")),
    (r"may day|labou?r day|tag der arbeit|maifeiertag|fête du travail|劳动节|五一", _date("1", _MAY, "5月1日")),
    (
        r"week-?ends?|wochenenden?|fin(?:es)? de semana|周末|週末",
        r"\b(?:saturdays?|sundays?|samstags?|sonntags?|samedis?|dimanches?|sábados?|domingos?)\b|(?:周|星期|週)[六日天]",
    ),
    (r"(?:an|one|1) hours?|(?:eine?r?|1) stunde", r"\b(?:60|sixty) min|\b(?:60|sechzig) min"),
    (r"half an hour|halbe?n? stunde|半个?小时", r"\b(?:30|thirty|dreißig) min|三十分|30分"),
    (r"60 minutes|60 minuten", r"\b(?:an|one|1) hour\b|\beine?r? stunde\b"),
    (r"30 minutes|30 minuten", r"\bhalf an hour\b|\bhalbe?n? stunde\b"),
    (r"(?:a|1|one) fortnight|fortnightly|(?:two|2) weeks", r"\b(?:14|fourteen) days\b|\b(?:two|2) weeks\b|\bfortnight"),
    (r"(?:14|fourteen) days", r"\b(?:two|2) weeks\b|\bfortnight"),
    (r"(?:zwei|2) wochen|14 tagen?", r"\b(?:14|vierzehn) tagen?\b|\bzwei wochen\b"),
    (r"(?:a|one|1) week", r"\b(?:7|seven) days\b"),
    (r"(?:six|6) months", r"\bhalf a year\b"),
    (r"(?:a|one|1) year", r"\b(?:12|twelve) months\b"),
    (r"mid-?day|noon|mittags?", r"\b12[:.]00\b|\bnoon\b"),
    (
        r"(?:at|by|during the) night|after dark|in the dark|overnight|nachts|bei nacht|(?:de|pendant la) nuit"
        r"|(?:de|por la) noche|夜[间里晚]|晚上|半夜",
        r"\b(?:sunset|sundown|sunrise|dusk|darkness)\b|\bsonnen(?:unter|auf)gang|\bdunkelheit|\bdämmerung"
        r"|lever du soleil|coucher du soleil|tombée de la nuit|puesta de sol|salida del sol|anochecer|日落|日出|天黑",
    ),
    (r"mid-?night|mitternacht", r"\b(?:24|0?0)[:.]00\b"),
)
_TABLE = tuple(
    (
        re.compile(rf"(?<![^\W_\u4e00-\u9fff])(?:{asked})(?![^\W_\u4e00-\u9fff])", re.IGNORECASE),
        re.compile(told, re.IGNORECASE),
    )
    for asked, told in _SAME
)


@lru_cache(maxsize=256)
def _asked(question: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What of the question has other words, and these; the first of several that begin at one place."""
    text = folded(question)
    found: dict[int, tuple[str, re.Pattern[str]]] = {}
    for asks, told in _TABLE:
        for match in asks.finditer(text):
            found.setdefault(match.start(), (match.group().casefold(), told))
    return tuple(found.values())


def is_said_otherwise(question: str, word: str, text: str) -> bool:
    """Whether this word of the question is a part of what the text says in other words."""
    asked = word.casefold()
    return any(asked in named and told.search(text) is not None for named, told in _asked(question))
