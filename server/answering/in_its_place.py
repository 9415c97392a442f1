"""A follow-up that only names another one of a kind, put into the question before: "And E9?" after "What is E2?". Pure.

Codes, years, months, days of the week and words that stand against one another (adults, children). Apart from
`follow_up`, which takes the words of both questions together where nothing can be put in the place of anything.
"""

import re
from collections.abc import Iterator

from server.answering.contrasts import is_one_of_a_kind
from server.answering.dates import ALSO_VERBS, MONTH_NUMBERS
from server.evidence.answer_types import WEEKDAYS
from storage.words.scripts import IS_UNSPACED

_LEADING = re.compile(
    r"^\W*(?:那么|那|还有)?(?:(?:and|or|but|so|und|oder|et|y|e|ou|o)\b\W*)?"
    r"(?:(?:what|how) about|what['’]?s with|was ist mit|wie (?:ist|sieht) es (?:mit|bei)|qu['’]en est-il (?:de|du|pour)"
    r"|qué hay de(?:l)?)?\W*"
    r"(?:(?:for|in|on|at|with|of|the|an?|für|im|in|am|bei[mn]?|mit|der|die|das|dem|den|eine?[nmr]?|pour|en|au|à|avec|le|la"
    r"|les|des?|l['’]|une?|para|el|los|las|con|un|una|del?)\b\W*){0,3}",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?<!\W)\W*(?:(?:呢|then|dann|alors|entonces|too|auch|aussi|también|instead)\W*)?$", re.IGNORECASE
)
_CODE = re.compile(r"(?<!\w)[A-Za-z]{1,4}-?\d{1,4}(?!\w)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_WEEKDAY = re.compile(
    rf"\b(?:{'|'.join(days for language, days in WEEKDAYS.items() if language != 'zh')})s?\b", re.IGNORECASE
)
_HAN_WEEKDAY = re.compile(r"(?:星期|礼拜|禮拜|周|週)[一二三四五六日天末]")
_WORD = re.compile(r"[^\W\d_]+")
_HAN_WORD = re.compile(r"[\u4e00-\u9fff]{2,4}")
_MOST_WORDS = 2
_LONGEST = 60  # characters of a follow-up that only names something


def in_its_place(question: str, before: str) -> str | None:
    """The question before with what the follow-up names in the place of what it stands against; None where nothing is.

    Not where the question before names two of that kind: it is not told which one is meant.
    """
    if len(question) > _LONGEST:
        return None
    named = _TRAILING.sub("", _LEADING.sub("", question.strip(), count=1))
    if not named or len(named.split()) > _MOST_WORDS:
        return None
    for place in _places_of_its_kind(named, before):
        if before[slice(*place)].casefold() != named.casefold():
            return before[: place[0]] + named + before[place[1] :]
    return None


def _places_of_its_kind(named: str, before: str) -> Iterator[tuple[int, int]]:
    for pattern in (_CODE, _YEAR, _WEEKDAY, _HAN_WEEKDAY):
        if pattern.fullmatch(named):
            yield from _only(found.span() for found in pattern.finditer(before))
    if _is_month(named):
        yield from _only(found.span() for found in _WORD.finditer(before) if _is_month_in(before, found))
    words = _HAN_WORD if IS_UNSPACED.search(named) else _WORD
    if words.fullmatch(named):
        yield from _only(_standing_against(named, before))


def _standing_against(named: str, before: str) -> Iterator[tuple[int, int]]:
    if not IS_UNSPACED.search(named):
        yield from (found.span() for found in _WORD.finditer(before) if is_one_of_a_kind(named, found.group()))
        return
    for length in (4, 3, 2):
        for start in range(len(before) - length + 1):
            if is_one_of_a_kind(named, before[start : start + length]):
                yield start, start + length


def _only(places: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    found = list(places)
    return found if len(found) == 1 else []


def _is_month(word: str) -> bool:
    return word.casefold() in MONTH_NUMBERS


def _is_month_in(text: str, found: re.Match[str]) -> bool:
    """Whether this word is a month: "may" and "march" only with a capital, and not where a sentence begins."""
    word = found.group()
    is_sure = word.casefold() not in ALSO_VERBS or (word[0].isupper() and found.start() > 0)
    return _is_month(word) and is_sure
