"""Whether two statements give different answers to one question. Pure.

They do where they are about the same and differ in a number, a date, a time, yes and no, or who and where. What they
are about is told by their words; of two that name different persons, times or kinds none contradicts the other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from server.answering import contrasts
from server.answering.dates import Moment, moments_of, tells
from server.answering.number_evidence import bears_out
from server.answering.numbers import Number, numbers_of
from server.answering.prose import merged, without
from server.answering.said_measures import INTERVAL, measures_of
from server.answering.units import is_comparable
from storage.words.english_stems import meaning_stem
from storage.words.frame_words import frame_words, question_tongue
from storage.words.scripts import IS_CJK, UNSPACED_RUN
from storage.words.terms import STOP_WORDS

_LEAST_SHARED = 0.5  # of the words of the shorter statement
_LEAST_SHARED_OF_YES = 0.6
_LEAST_SHARED_IN_CHINESE = 0.4  # pairs of characters: every word that differs costs two or three
_TEMPLATE = 0.6  # from here on, statements have the same form, and a word in the place of another one counts
_TEMPLATE_IN_CHINESE = 0.45
_SHORT = 3  # words: a statement of no more has a form whatever else it says
_LEAST_SHARED_OF_WHO = 0.3
_SAME_SPAN = 0.1  # a month may be 28 to 31 days
_SAME_SHARE = 0.01
_VERSIONS_DIFFER = 0.8  # of the words of two versions of a statement are common where it says the same
_LONGEST_REPLACED = 3  # words
_LONGEST_REPLACED_IN_CHINESE = 6

_DAYS_OF = {"seconds": 1 / 86_400, "months": 30.4}

_REFERENCE = re.compile(
    r"(?:\b(?:clauses?|sections?|articles?|chapters?|pages?|paragraphs?|schedules?|annex|tables?|figures?|steps?|rooms?|items?"
    r"|versions?|levels?|numbers?|artikel|abschnitt|ziffer|absatz|seite|kapitel|anlage|art|abs|no|nr|p)\.?|§|第|附件|编号|#)\s*$",
    re.IGNORECASE,
)
_LIST_NUMBER = re.compile(
    r"\s*(?:\d{1,3}(?:\.\d{1,3})*[.)、]?|[（(]?[一二三四五六七八九十]{1,3}[）)、])\s+(?=\S)|^[一二三四五六七八九十]{1,3}、"
)
_BARE_ONE = frozenset({"one", "a", "ein", "eine", "einen", "einem", "einer", "un", "une", "una", "uno"})
_COUNTED = "个個名件本张台位人次元块条份册岁层楼辆间套门页年月天日周小分秒度公米升吨克斤倍级平票成家种支瓶"
_CHINESE_MANNER = re.compile(
    r"最多|最少|至多|容纳|收取|收费|召开|举行|可以|能够|应当|应该|必须|须要|需要|允许|不得|方可|每次|每位|目前|共有|均|都|应|须|需|得|予|可|能|将|还"
)
_WEEKDAY = re.compile(r"(?:周|星期|礼拜|每月第|第)$")
_NAMED_BY_NUMBER = re.compile(r"([^\W\d_]{2,})[ \u00a0]#?$")
_WORD = re.compile(r"[^\W\d_]+(?:['’]s\b)?")
_IDENTIFIER = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]+\b")
_CAPITALISED = re.compile(r"\b[A-ZÄÖÜ][\wäöüß-]+")
_LABEL = re.compile(r"(?<=[a-zäöüß] )[A-Z]\b(?![.'’])")
_LIMITS = (
    re.compile(
        r"(?:\b(?:up to|under|below|less than|at most|bis|bis zu|unter|höchstens|jusqu['’]à|hasta)\s*|不超过|不足"
        r"|低于)$",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:\b(?:over|above|more than|from|über|ab|mehr als|plus de|más de)\s*|超过|高于|多于)$", re.IGNORECASE
    ),
)
_LIMITS_BEHIND = (re.compile(r"\s*(?:or less|以下|以内|之内)"), re.compile(r"\s*(?:or more|and more|以上|之上)"))
_ASKS_WHO_OR_WHERE = re.compile(
    r"\b(?:who|whom|whose|where|which|wer|wem|wen|wessen|wo|wohin|welche\w*|qui|où|quel\w*|quién|dónde|cuál)\b|谁|誰|哪|何处|什么地方",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement taken apart: numbers, dates and times, and the words beside them, in order; `beside` is its text
    without the values. `nouns`: of German words those with a capital, None in other languages.
    """

    text: str
    numbers: tuple[Number, ...]
    moments: tuple[Moment, ...]
    words: tuple[str, ...]
    names: frozenset[str]
    beside: str
    nouns: frozenset[str] | None = None

    @property
    def stated(self) -> str:
        """The text without what it denies: "22 kW, not 11 kW"."""
        return contrasts.without_denied(self.text)

    @property
    def is_cjk(self) -> bool:
        return IS_CJK.search(self.text) is not None


def contradict(question: str, one: str, other: str) -> bool:
    """Whether both answer the question, and differently."""
    a, b = _statement(one), _statement(other)
    if a.is_cjk != b.is_cjk or _have_other_limits(a, b):
        return False
    values, is_no = _differing_values(question, a, b), _is_no(a, b) != _is_no(b, a)
    if not values and not is_no:
        return _names_another(question, a, b)
    if _about_other(a, b) or (_has_one_form(a, b) and any(_replaced(a, b))):
        return False
    shared = _shared(a, b)
    if values:
        return shared >= (_LEAST_SHARED_IN_CHINESE if a.is_cjk else _LEAST_SHARED) and len(values) == 1
    return shared >= (_LEAST_SHARED_OF_YES if a.nouns is None else _LEAST_SHARED) and not _is_excepted(a, b)


def versions_differ(question: str, one: str, other: str) -> bool:
    """Whether a statement and its counterpart in another version of the document say different things."""
    a, b = _statement(one), _statement(other)
    if _differing_values(question, a, b) or contrasts.is_negative(one) != contrasts.is_negative(other):
        return True
    if [n for n in a.numbers if not _stands_in(n, b)] or [n for n in b.numbers if not _stands_in(n, a)]:
        return True
    return 2 * len(set(a.words) & set(b.words)) < _VERSIONS_DIFFER * (len(set(a.words)) + len(set(b.words)))


def corrects(one: str, other: str) -> bool:
    """Whether the first says of a measured value of the other that it is not right, or no longer: "22 kW, not 11 kW".

    Both must share a word beside.
    """
    denied = [number for said in contrasts.denied(one) for number in numbers_of(said) if number.unit]
    a, b = _statement(one), _statement(other)
    is_about_it = {*a.words, *_all_words(a.beside)} & {*b.words, *_all_words(b.beside)} - STOP_WORDS
    said = {(number.unit, number.values) for number in b.numbers}
    return bool(is_about_it) and any((number.unit, number.values) in said for number in denied)


def differs_in_value(question: str, one: str, other: str) -> bool:
    """Whether each states a value in one unit that the other does not; counts alone do not tell."""
    return bool(_differing_values(question, _statement(one), _statement(other)) - {"count", "year"})


def likeness(one: str, other: str) -> float:
    """How much two statements are about the same, 0 to 1: the share of their words, numbers apart, that both hold."""
    a, b = set(_statement(one).words), set(_statement(other).words)
    return 2 * len(a & b) / (len(a) + len(b) or 1)


# -- a statement taken apart ---------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _statement(text: str) -> _Statement:
    """The statement's parts; a list's or heading's number in front of it is none of them."""
    text = _LIST_NUMBER.sub(lambda match: " " * len(match.group()), text, count=1) if _LIST_NUMBER.match(text) else text
    moments = tuple(moments_of(text))
    measures = tuple(measures_of(text))
    spans = [(each.start, each.end) for each in moments] + [(each.start, each.end) for each in measures]
    valued = [number for number in numbers_of(text) if _is_value(text, number, spans)]
    is_measured = bool(spans) or any(number.unit for number in valued)
    labels = {number: label for number in valued if is_measured and (label := _label_of(text, number))}
    numbers = (*measures, *(number for number in valued if number not in labels))
    masked = without(text, merged([*spans, *((number.unit_start, number.unit_end) for number in numbers)]))
    nouns = frozenset(_words(" ".join(_CAPITALISED.findall(masked)))) if _is_german(text) else None
    names = _names(masked) | frozenset(labels.values())
    return _Statement(text, numbers, moments, tuple(_words(masked)), names, masked, nouns)


def _is_german(text: str) -> bool:
    return question_tongue(text) == "de"


def _label_of(text: str, number: Number) -> str:
    """The name that a bare number makes of the noun before it, "house 2"; "" where it is a value or counts something.

    A verb may follow it: "house 2 costs 60 euros", "Zimmer 2 kostet".
    """
    before = _NAMED_BY_NUMBER.search(text[: number.start])
    if number.unit or before is None or not text[number.start : number.end].isdigit():
        return ""
    stops = STOP_WORDS | frame_words(text)
    counted = re.match(r"\s+([^\W\d_]{3,})(?!\s*[\d$€£])", text[number.end :])
    is_noun = counted and counted[1].casefold() not in stops and (counted[1][0].isupper() or not _is_german(text))
    if before[1].casefold() in stops or is_noun:
        return ""
    return f"{before[1]} {text[number.start : number.end]}".casefold()


def _is_value(text: str, number: Number, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether it measures or counts something: no part of a date or a name, no reference, no article."""
    written = text[number.start : number.end].strip()
    before, after = text[: number.start], text[number.end : number.end + 1]
    if any(start <= number.start < end for start, end in spans) or _REFERENCE.search(before):
        return False
    if re.search(r"[A-Za-z]$|\w-$", before):  # a part of a name: "R1-Zero"
        return False
    if IS_CJK.match(written) and not number.unit:
        return len(written) > 1 or (after in _COUNTED and after != "" and not _WEEKDAY.search(before))
    return bool(number.unit) or written.casefold() not in _BARE_ONE


def _is_no(statement: _Statement, other: _Statement) -> bool:
    """Whether the part of the statement that speaks of the same as the other one says no."""
    clauses = contrasts.clauses_of(statement.text)
    return contrasts.is_negative(
        max(clauses, key=lambda clause: len(set(_words(clause)) & set(other.words)), default="")
    )


def _words(text: str) -> Iterator[str]:
    """The stems of the words that say what it is about; of Chinese the single characters."""
    stops = STOP_WORDS | frame_words(text)
    for match in re.finditer(rf"{UNSPACED_RUN.pattern}|{_WORD.pattern}", contrasts.without_manner(text)):
        word = match.group()
        if IS_CJK.match(word):
            yield from (sign for sign in _CHINESE_MANNER.sub("", word) if sign not in "的了是在和与为由对于从以其")
        elif word.casefold() not in stops:
            stemmed = meaning_stem(re.sub(r"['’]s$", "", word).casefold())
            if not contrasts.says_how(stemmed):
                yield stemmed


def _names(text: str) -> frozenset[str]:
    """Identifiers, and words with a capital within an English statement."""
    found = set(_IDENTIFIER.findall(text))
    found.update(_LABEL.findall(text))
    if frame_words(text) == frozenset():  # in German every noun has a capital
        found.update(re.findall(r"(?<=[a-z,;] )[A-Z][a-z]+\b", text))
    return frozenset(word.casefold() for word in found)


# -- what they are about -------------------------------------------------------------------------------


def _about_other(a: _Statement, b: _Statement) -> bool:
    if a.names - b.names and b.names - a.names:
        return True
    if a.is_cjk:
        return contrasts.is_about_other_in_chinese(a.beside, b.beside)
    return contrasts.is_about_other(frozenset(_all_words(a.beside)), frozenset(_all_words(b.beside)))


def _have_other_limits(a: _Statement, b: _Statement) -> bool:
    """Whether one speaks of what is below a number and the other of what is above it."""
    ours, theirs = _limits(a), _limits(b)
    return any((value, not is_above) in theirs for value, is_above in ours)


def _limits(statement: _Statement) -> set[tuple[float, bool]]:
    """The numbers that bound something, and whether what is above is meant."""
    found: set[tuple[float, bool]] = set()
    for number in statement.numbers:
        before, after = statement.text[: number.unit_start], statement.text[number.unit_end :]
        for is_above in (False, True):
            if _LIMITS[is_above].search(before) or _LIMITS_BEHIND[is_above].match(after):
                found.update((value, is_above) for value in number.values)
    return found


@lru_cache(maxsize=1024)
def _all_words(text: str) -> tuple[str, ...]:
    return tuple(meaning_stem(word.casefold()) for word in re.findall(r"[^\W\d_]+", text))


def _shared(a: _Statement, b: _Statement) -> float:
    """The share of the shorter statement's words that the other one holds; in German of its nouns."""
    one, other = (set(a.words), set(b.words)) if a.nouns is None or b.nouns is None else (a.nouns, b.nouns)
    return len(one & other) / (min(len(one), len(other)) or 1)


def _has_one_form(a: _Statement, b: _Statement) -> bool:
    """Whether both are worded so much alike, or so short, that a word stands in the place of another."""
    if min(len(a.words), len(b.words)) <= _SHORT:
        return True
    ratio = SequenceMatcher(None, a.words, b.words, autojunk=False).ratio()
    return ratio >= (_TEMPLATE_IN_CHINESE if a.is_cjk else _TEMPLATE)


def _replaced(a: _Statement, b: _Statement) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Words that stand in the place of others."""
    longest = _LONGEST_REPLACED_IN_CHINESE if a.is_cjk else _LONGEST_REPLACED
    for tag, i, j, k, m in SequenceMatcher(None, a.words, b.words, autojunk=False).get_opcodes():
        is_new = not set(a.words[i:j]) & set(b.words) and not set(b.words[k:m]) & set(a.words)  # not only moved
        ours, theirs = _things(a.words[i:j], a), _things(b.words[k:m], b)
        if tag == "replace" and max(j - i, m - k) <= longest and is_new and ours and theirs:
            yield ours, theirs


def _things(words: tuple[str, ...], statement: _Statement) -> tuple[str, ...]:
    """The words that may be what a statement is about: in German the nouns, since verbs have many forms."""
    return words if statement.nouns is None else tuple(word for word in words if word in statement.nouns)


# -- what differs --------------------------------------------------------------------------------------


def _differing_values(question: str, a: _Statement, b: _Statement) -> set[str]:
    """What is measured where each statement has a value that the other one lacks."""
    left = [n for n in a.numbers if not _stands_in(n, b) and not bears_out(n, question)]
    right = [n for n in b.numbers if not _stands_in(n, a) and not bears_out(n, question)]
    found = {_measure(one) for one in left for other in right if _may_compare(one, other)}
    for kind in ("dates", "minutes"):
        ours = [m for m in a.moments if getattr(m, kind) and not tells(m, b.text)]
        theirs = [m for m in b.moments if getattr(m, kind) and not tells(m, a.text)]
        if ours and theirs:
            found.add(kind)
    return found


def _stands_in(number: Number, statement: _Statement) -> bool:
    """Whether the statement has this number, in whichever unit."""
    if any(_says_same(number, there) for there in statement.numbers) or bears_out(number, statement.stated):
        return True
    days = _days(number)
    return days is not None and any(
        there is not None and abs(there - days) <= _SAME_SPAN * days for there in map(_days, statement.numbers)
    )


def _says_same(number: Number, there: Number) -> bool:
    """Whether both are about the same interval or share, of which one may be said in words."""
    if not number.unit or not there.unit or number.unit[0][0] != there.unit[0][0]:
        return False
    same = {INTERVAL: _SAME_SPAN, "percent": _SAME_SHARE}.get(number.unit[0][0])
    return same is not None and abs(min(number.values) - min(there.values)) <= same * min(number.values)


def _days(number: Number) -> float | None:
    """How many days a span of time is; None for everything else."""
    for measured, factor in number.unit:
        if measured in _DAYS_OF:
            return min(number.values) * factor * _DAYS_OF[measured]
    return None


def _measure(number: Number) -> str:
    if _days(number) is not None:
        return "time"
    return number.unit[0][0] if number.unit else "year" if _is_year(number) else "count"


def _may_compare(one: Number, other: Number) -> bool:
    if one.unit and other.unit:
        both_spans = _days(one) is not None and _days(other) is not None
        return is_comparable(one.unit, other.unit) or both_spans or (_is_money(one) and _is_money(other))
    return not one.unit and not other.unit and _is_year(one) == _is_year(other)


def _is_money(number: Number) -> bool:
    return any(len(measured) == 3 and measured.isupper() for measured, _ in number.unit)


def _is_year(number: Number) -> bool:
    return any(1900 <= value <= 2100 and value == int(value) for value in number.values) and number.decimals == 0


def _is_excepted(a: _Statement, b: _Statement) -> bool:
    """Whether one statement speaks of what the other one excepts."""
    for one, other in ((a, b), (b, a)):
        if (set(_words(contrasts.exception_of(one.text))) - set(one.words)) & set(other.words):
            return True
    return False


def _names_another(question: str, a: _Statement, b: _Statement) -> bool:
    """Whether who or where is asked, and one thing stands in the place of another that the question does not name."""
    if not _ASKS_WHO_OR_WHERE.search(question):
        return False
    if not a.is_cjk and _answers_in_one_word(question, a, b):
        return True
    replaced = list(_replaced(a, b))
    if len(replaced) != 1 or _shared(a, b) < _LEAST_SHARED_OF_WHO:
        return False
    asked = set(_things(_statement(question).words, _statement(question)))
    return not asked.intersection(replaced[0][0]) and not asked.intersection(replaced[0][1])


def _answers_in_one_word(question: str, a: _Statement, b: _Statement) -> bool:
    """Whether each says one thing that neither the other nor the question says, and both what is asked about."""
    asked = _statement(question)
    about = set(_things(asked.words, asked))
    ours, theirs = set(_things(a.words, a)), set(_things(b.words, b))
    return bool(about & ours & theirs) and len(ours - theirs - about) == len(theirs - ours - about) == 1
