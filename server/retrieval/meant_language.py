"""Documents named by the country or language they come from: "the German music school", "法国那家托儿所". Pure.

Who knows that a folder holds a French handbook says "the French nursery", and the handbook never calls itself so. Such
a word tells which documents are meant, and nothing of what they say. Apart from `other_tongues`, which judges passages
where nobody says what is meant.
"""

import re
from dataclasses import dataclass
from functools import cache

from storage.words.languages import language_of

_ADJECTIVES_AND_COUNTRIES = {
    "en": {
        "en": "English British|England Britain UK Scotland Ireland",
        "de": "German Austrian|Germany Austria",
        "fr": "French|France",
        "es": "Spanish Mexican|Spain Mexico",
        "zh": "Chinese|China",
        "it": "Italian|Italy",
        "pt": "Portuguese Brazilian|Portugal Brazil",
        "nl": "Dutch|Holland Netherlands",
        "ja": "Japanese|Japan",
    },
    "de": {
        "en": r"englisch\w* britisch\w*|England Großbritannien Schottland Irland",
        "de": r"deutsch\w* österreichisch\w*|Deutschland Österreich",
        "fr": r"französisch\w*|Frankreich",
        "es": r"spanisch\w* mexikanisch\w*|Spanien Mexiko",
        "zh": r"chinesisch\w*|China",
        "it": r"italienisch\w*|Italien",
        "pt": r"portugiesisch\w* brasilianisch\w*|Portugal Brasilien",
        "nl": r"niederländisch\w* holländisch\w*|Holland",
        "ja": r"japanisch\w*|Japan",
    },
    "fr": {
        "en": "anglaise?s? britanniques?|Angleterre Écosse Irlande",
        "de": "allemande?s? autrichien(?:ne)?s?|Allemagne Autriche",
        "fr": "française?s?|France",
        "es": "espagnole?s? mexicaine?s?|Espagne Mexique",
        "zh": "chinoise?s?|Chine",
        "it": "italien(?:ne)?s?|Italie",
        "pt": "portugaise?s? brésilien(?:ne)?s?|Portugal Brésil",
        "nl": "néerlandaise?s? hollandaise?s?|Hollande",
        "ja": "japonaise?s?|Japon",
    },
    "es": {
        "en": "ingl[ée]s[ae]?s? británic[oa]s?|Inglaterra Escocia Irlanda",
        "de": "alem[áa]n[ae]?s? austriac[oa]s?|Alemania Austria",
        "fr": "franc[ée]s[ae]?s?|Francia",
        "es": "español[ae]?s? mexican[oa]s?|España México",
        "zh": "chin[oa]s?|China",
        "it": "italian[oa]s?|Italia",
        "pt": "portugu[ée]s[ae]?s? brasileñ[oa]s?|Portugal Brasil",
        "nl": "holand[ée]s[ae]?s?|Holanda",
        "ja": "japon[ée]s[ae]?s?|Japón",
    },
    "zh": {
        "en": "|英国 英國 英格兰 苏格兰 爱尔兰",
        "de": "|德国 德國 奥地利 奧地利",
        "fr": "|法国 法國",
        "es": "|西班牙 墨西哥",
        "zh": "|中国 中國",
        "it": "|意大利",
        "pt": "|葡萄牙 巴西",
        "nl": "|荷兰 荷蘭",
        "ja": "|日本",
    },
}  # fmt: skip
"""Language of the question → language of the documents → adjectives | countries, as patterns."""

_BEFORE_COUNTRY = {
    "en": r"(?:in|from|of|over|to)\s+",
    "de": r"(?:in|aus|nach|von)\s+",
    "fr": r"(?:en|au|du|de)\s+|d['’]",
    "es": r"(?:en|de|desde|a)\s+",
}
_TELLS_A_LANGUAGE = {
    "en": (
        r"\b(?:in|into|speaks?|spoken|know|learn|understand)\s+$",
        r"\s*(?:[-?.!,]|$|speak|translat|version|lesson|class|course|text|word|grammar|and\b|or\b"
        r"|shepherd|pointer|bulldog|terrier|press\b|windows?\b|doors?\b|fries|toast|horn|bread|onion|oven|guitar"
        r"|food|wine|tea\b)",
    ),
    "de": (
        r"\b(?:auf|in|ins|spricht|sprechen|spreche|kann|können|lernen|versteht)\s+$",
        r"\s*(?:[-?.!,]|$|sprach|fassung|übersetz|kurs|unterricht|text|wort|und\b|oder\b)",
    ),
    "fr": (r"\b(?:en|parler?|parlez|parlent|l['’]|le|comprend\w*)\s*$", r"(?!)"),
    "es": (r"\b(?:en|hablan?|habl[oa]r?|el|entiend\w*|al)\s*$", r"(?!)"),
}
"""What stands before or after an adjective that says in which language something is, or who speaks it."""

_ALSO_THINGS = ("china", "holland")
"""Countries that are something else in small letters."""

_OF_THAT_PLACE = r"\s*(?:的|那边的?|那邊的?|那(?:家|个|個|套|间|間|座|所)|这(?:家|个|套))?"


@dataclass(frozen=True, slots=True)
class MeantLanguage:
    """The language of the documents that are meant, the word that says so, and the question without it."""

    language: str
    word: str
    question: str


def meant_language(question: str) -> MeantLanguage | None:
    """What a question says of where its documents come from; None where it says nothing, or means its own language."""
    asked = language_of(question)
    if asked not in _ADJECTIVES_AND_COUNTRIES or asked is None:
        return None
    for meant, pattern in _patterns(asked).items():
        found = next((each for each in pattern.finditer(question) if not _tells_a_language(each, asked)), None)
        if found is not None and meant != asked:
            gap = "" if asked == "zh" else " "
            without = f"{question[: found.start()].rstrip()}{gap}{question[found.end() :].lstrip()}"
            return MeantLanguage(meant, found[found.lastgroup or 0], without.strip())
    return None


def _tells_a_language(found: re.Match[str], asked: str) -> bool:
    """Whether it is about a language and not about a place: "in French", "a German course"."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    if asked == "zh":
        return found.string[found.end("country") :].startswith(("语", "文", "語", "話", "话", "人"))
    if found["country"]:
        return found["country"] in _ALSO_THINGS
    stands_before, stands_after = _TELLS_A_LANGUAGE[asked]
    is_behind = re.search(stands_before, before, re.IGNORECASE) is not None
    return is_behind or re.match(stands_after, after, re.IGNORECASE) is not None


@cache
def _patterns(asked: str) -> dict[str, re.Pattern[str]]:
    return {meant: _pattern(asked, words) for meant, words in _ADJECTIVES_AND_COUNTRIES[asked].items()}


def _pattern(asked: str, words: str) -> re.Pattern[str]:
    adjectives, countries = ("|".join(part.split()) for part in words.split("|"))
    if asked == "zh":
        return re.compile(rf"在?(?P<country>{countries}){_OF_THAT_PLACE}")
    in_country = rf"\b(?:{_BEFORE_COUNTRY[asked]})?(?P<country>{countries})\b"
    return re.compile(rf"{in_country}|\b(?P<adjective>{adjectives})\b", re.IGNORECASE)
