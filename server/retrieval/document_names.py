"""Which documents a question names: by words, numbers and years of their file names, titles and first pages. Pure.

"Amazon's revenue in FY2018" means the report of that firm and year before it means a passage that holds these words:
the figure stands in a row of a table that names neither. Knows nothing of passages and scores.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from storage.words.english_stems import meaning_stem, stem
from storage.words.frame_words import frame_words, question_tongue
from storage.words.scripts import HAN, IS_CJK
from storage.words.terms import STOP_WORDS, placed_words

FIRST_PAGE = 1500
"""Characters of a first page that are looked at."""

_FIRST_PAGE_WEIGHT = 0.5  # of a name that stands there only, beside 1.0 in the file's name or title
_EARLIER_YEAR = 0.5  # "from 2016 to 2017" is in the report of 2017
_SMALLEST_SHARE = 0.7  # of what the best document is named by
_CLEAR = 0.5  # of the weight of everything named
_MOST_DOCUMENTS = 0.5  # who is named by the words of half of all documents is not named
_MOST_GLUED = 3  # words
_ENOUGH_WORDS = 2
_LIKELY = 0.3  # named by no year, quarter or version: other documents may speak of who has that name
_YEARS_BEFORE = 2  # that a report tells of beside its own
_SHORTEST_GLUED = 5  # characters

_FISCAL_YEAR = re.compile(r"\b(?:fy|fiscal(?: year)?)\s?['’]?((?:19|20)?\d\d)(?!\d)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre"
    "|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
)
_DATE = re.compile(  # a year alone may be part of a name: AIME 2024
    rf"\b(?:{_MONTHS})\.?(?: \d{{1,2}})?,? (?:de )?((?:19|20)\d\d)\b|\b((?:19|20)\d\d)-\d\d-\d\d\b"
    r"|\b\d{1,2}[./]\d{1,2}[./]((?:19|20)\d\d)\b|((?:19|20)\d\d) ?年"
    r"|\b(?:fiscal|report|version|edition|quarter|Q[1-4])(?: year)? ((?:19|20)\d\d)\b|\b((?:19|20)\d\d) annual\b",
    re.IGNORECASE,
)
_QUARTER = re.compile(r"(?<![^\W\d_])Q([1-4])(?!\d)|\b(first|second|third|fourth)[- ]quarter\b", re.IGNORECASE)
_QUARTERS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}
_VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)+)(?![\w.]*\d)", re.IGNORECASE)
_RELEASE = re.compile(r"(?<![^\W_])(?!Q[1-4]_)([^\W\d_]+\d+)[._](\d{1,2})(?!\d)", re.IGNORECASE)  # V3.2 is not V3
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")
_ACRONYM = re.compile(r"\b([A-Z])(?:[n&]|and)([A-Z])\b|\b([A-Z]{2,5})\b")
_WORD = re.compile(r"[^\W_]+")
_BESIDE_HAN = re.compile(rf"(?<=[{HAN}])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[{HAN}])")
_TIMES = re.compile(rf"{_FISCAL_YEAR.pattern}|{_YEAR.pattern}|{_QUARTER.pattern}|\bFY\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DocumentNames:
    """What one document is called. `words` and `years` of file name and title, `said` and `dates` on its first page.

    `file_words` are the words of the file's name alone, `glued` the same as written there; `initials` those of its name
    and title.
    """

    path: str
    words: frozenset[str]
    years: frozenset[str]
    said: frozenset[str]
    dates: frozenset[str]
    file_words: frozenset[str]
    glued: frozenset[str]
    initials: frozenset[str]


def names_of(path: str, title: str, first_page: str) -> DocumentNames:
    """Everything the document can be named by; `first_page` is "" where it is all there is of the document."""
    name = path.rpartition(".")[0] or path
    pieces = [piece for part in re.split(r"[\W_]+", name) for piece in _PIECE.findall(part)]
    called = " ".join((*pieces, title))
    releases, shorter = _releases(f"{name} {title}")
    return DocumentNames(
        path,
        frozenset((*_stems(called), *_marks(f"{name} {title}".replace("_", " ")), *releases)) - shorter,
        _years(f"{name} {title}"),
        frozenset((*_stems(first_page), *_marks(first_page))),
        frozenset(filter(None, (year for found in _DATE.findall(first_page) for year in found))),
        frozenset((*_stems(" ".join(pieces)), *releases)) - shorter,
        frozenset(word.casefold() for word in re.split(r"[\W_\d]+", name) if len(word) >= _SHORTEST_GLUED),
        frozenset((*_initials(re.split(r"[\W_\d]+", name)), *_initials(_WORD.findall(title)))),
    )


@dataclass(frozen=True, slots=True)
class Named:
    """How well the question names documents, 0 to 1 each, and the words that did.

    `sure` are those of the year, quarter or version that is asked for as well. `calls`: document → the words of the
    question by which it is called.
    """

    documents: Mapping[str, float]
    words: frozenset[str]
    sure: frozenset[str] = frozenset()
    calls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NOTHING_NAMED = Named({}, frozenset())


def without_names(question: str, named: Named) -> str:
    """What is asked about the documents: the question without their names, years and quarters."""
    rest = re.sub(r"['’]s\b", "", _TIMES.sub(" ", question))
    for word in named.words:
        rest = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", rest)
    return " ".join(rest.split()) or question


class Directory:
    """All documents by their names; how much a word tells depends on how many documents it names."""

    def __init__(self, documents: Iterable[DocumentNames]) -> None:
        self._documents = tuple(documents)
        self._by_path = {document.path: document for document in self._documents}
        self._homes_of_calls = _homes(d.words | d.glued | d.initials for d in self._documents)
        self._homes_of_words = _homes(d.words | d.said for d in self._documents)
        self._called = Counter(w for d in self._documents for w in (*d.words, *d.glued, *d.initials))
        self._anywhere = Counter(w for d in self._documents for w in d.words | d.said | d.glued | d.initials)
        self._years = Counter(y for d in self._documents for y in d.years | d.dates)

    def named_in(self, question: str) -> Named:
        """The documents that the question names, none where it names no few of them."""
        things = list(self._things(question))
        if not any(thing.in_title for thing in things):
            return NOTHING_NAMED
        years = asked_years(question)
        called = [d for d in self._called_one_of(things) if _is_named(d, things, years)]
        scores = {d.path: self._score(d, things, years) for d in self._best_by_name(called, things) or called}
        best = max(scores.values(), default=0.0)
        if best <= 0.0 or best < _CLEAR * self._possible(things, years):
            return NOTHING_NAMED
        found = {path: score / best for path, score in scores.items() if score >= _SMALLEST_SHARE * best}
        if len(found) > max(1, _MOST_DOCUMENTS * len(self._documents)):
            return NOTHING_NAMED
        named = [d for d in called if d.path in found]
        sure = frozenset(d.path for d in named if _has_time(d, things, years)) or _of_the_next_year(named, years)
        words = frozenset(word for thing in things for word in thing.words)
        documents = {path: share * (1.0 if path in sure else _LIKELY) for path, share in found.items()}
        calls = {d.path: tuple(_words_for(d, things)) for d in named}
        return Named(documents, words, sure, calls)

    def homes_of_names(self, question: str) -> dict[str, frozenset[str]]:
        """The stems of the question's rarest proper names → the documents called so, or saying so on their first page.

        Of names that can be nothing else and tell documents apart: no capital that a sentence or a German noun begins
        with, and no name that most documents have.
        """
        words = [] if question_tongue(question) == "de" else _words_in(question)
        first = [] if IS_CJK.search(question) else words[:1]
        stops = frame_words(question) or STOP_WORDS
        homes: dict[str, frozenset[str]] = {}
        for word in words:
            if word[0].isupper() and word.isalpha() and word not in first and word.casefold() not in stops:
                name = stem(word.casefold())
                found = frozenset(self._documents[number].path for number in self._homes_of_words.get(name, ()))
                if found and len(found) <= _MOST_DOCUMENTS * len(self._documents):
                    homes[meaning_stem(word.casefold())] = found
        rarest = min(map(len, homes.values()), default=0)
        return {name: found for name, found in homes.items() if len(found) == rarest}

    def years_of(self, path: str, years: Collection[str]) -> list[str]:
        """Of these years those that the document is of, by its name, its title or its first page."""
        document = self._by_path.get(path)
        return sorted((document.years | document.dates).intersection(years)) if document else []

    def _best_by_name(self, documents: Sequence[DocumentNames], things: Sequence["_Thing"]) -> list[DocumentNames]:
        """Those called by most of the question's names: everyday words of a title make up for none of them."""
        names = [thing for thing in things if thing.is_name]
        told = [(d, sum(self._tells(name) for name in names if _is_called(d, name))) for d in documents]
        most = max((tells for _, tells in told), default=0.0)
        return [d for d, tells in told if tells > 0.0 and tells >= _SMALLEST_SHARE * most]

    def _called_one_of(self, things: Iterable["_Thing"]) -> list[DocumentNames]:
        """The documents that are called one of these or more, in order: the only ones that can be named."""
        words = {word for thing in things if not thing.is_time for word in thing.spellings}
        numbers = {number for word in words for number in self._homes_of_calls.get(word, ())}
        return [self._documents[number] for number in sorted(numbers)]

    def _things(self, question: str) -> Iterator["_Thing"]:
        """What the question says that some document is called, or says on its first page as a name."""
        words = _words_in(_RELEASE.sub(" ", question))
        yield from self._glued(words)
        for match in _RELEASE.finditer(question):
            if self._called[release := _release(match)]:
                yield _Thing((match.group(),), frozenset({release}))
        for match in _ACRONYM.finditer(question):
            letters = "".join(filter(None, match.groups())).casefold()
            if self._called[f"*{letters}"]:
                yield _Thing((match.group(),), frozenset({f"*{letters}", letters}))
        stops = frame_words(question) or STOP_WORDS
        for word in dict.fromkeys(words):
            if word.casefold() not in stops and not word.isdigit() and not _TIMES.fullmatch(word):
                yield from self._word(word)
        for mark in _marks(question):
            if self._anywhere[mark]:
                yield _Thing((), frozenset({mark}), is_time=True)

    def _glued(self, words: Sequence[str]) -> Iterator["_Thing"]:
        """Words that stand side by side, and in a file's name without a gap."""
        for count in range(_MOST_GLUED, 1, -1):
            for start in range(len(words) - count + 1):
                glued = "".join(words[start : start + count]).casefold()
                if self._called[glued]:
                    yield _Thing(tuple(words[start : start + count]), frozenset({glued}))

    def _word(self, word: str) -> Iterator["_Thing"]:
        spellings = frozenset({stem(word.casefold()), word.casefold()})
        is_name = word[0].isupper() or any(sign.isdigit() for sign in word)
        if any(self._called[each] for each in spellings):
            yield _Thing((word,), spellings, is_name=is_name)
        elif is_name and any(self._anywhere[each] for each in spellings):
            yield _Thing((word,), spellings, in_title=False)

    def _tells(self, thing: "_Thing") -> float:
        count = max(
            max(self._called[word], self._anywhere[word] if not thing.in_title else 0) for word in thing.spellings
        )
        return self._rarity(count)

    def _rarity(self, documents: int) -> float:
        return math.log((len(self._documents) + 1) / (documents + 0.5)) if documents else 0.0

    def _score(self, document: DocumentNames, things: Sequence["_Thing"], years: Mapping[str, float]) -> float:
        score = 0.0
        for thing in things:
            if _is_called(document, thing):
                score += self._tells(thing)
            elif thing.spellings & document.said:
                score += _FIRST_PAGE_WEIGHT * self._tells(thing)
        return score + self._year_score(document, years)

    def _year_score(self, document: DocumentNames, years: Mapping[str, float]) -> float:
        known = document.years or document.dates
        return max(
            (weight * self._rarity(self._years[year]) for year, weight in years.items() if year in known), default=0.0
        )

    def _possible(self, things: Sequence["_Thing"], years: Mapping[str, float]) -> float:
        """What a document would score that is called everything that some document is called.

        Beside names everyday words and years say little: "fiscal" is in many a title.
        """
        called = [thing for thing in things if thing.in_title]
        if names := [thing for thing in called if thing.is_name]:
            return sum(map(self._tells, names))
        best_year = max((weight * self._rarity(self._years[year]) for year, weight in years.items()), default=0.0)
        return sum(map(self._tells, called)) + best_year


def _homes(words_of_each: Iterable[Collection[str]]) -> dict[str, list[int]]:
    """Word → the numbers of the documents that have it, in order: a question does not look through all documents."""
    found: dict[str, list[int]] = {}
    for number, words in enumerate(words_of_each):
        for word in words:
            found.setdefault(word, []).append(number)
    return found


@dataclass(frozen=True, slots=True)
class _Thing:
    """A name in the question: its words as written there and how documents may write it.

    `is_name`: written as a name, with a capital, a digit or without a gap. `in_title`: some document is called so.
    """

    words: tuple[str, ...]
    spellings: frozenset[str]
    is_name: bool = True
    in_title: bool = True
    is_time: bool = False


def _is_called(document: DocumentNames, thing: _Thing) -> bool:
    return bool(thing.spellings & (document.words | document.glued | document.initials))


def _is_named(document: DocumentNames, things: Sequence[_Thing], years: Mapping[str, float]) -> bool:
    """By a name, by a word with a year, or by two words of the file's name: one everyday word names nothing."""
    called = [thing for thing in things if not thing.is_time and _is_called(document, thing)]
    if any(thing.is_name for thing in called):
        return True
    in_file = {word for thing in called for word in thing.words if thing.spellings & document.file_words}
    return len(in_file) >= _ENOUGH_WORDS or bool(called and years.keys() & (document.years | document.dates))


def _words_in(question: str) -> list[str]:
    """The question's words, letters beside Chinese characters apart from those."""
    return _WORD.findall(_BESIDE_HAN.sub(" ", re.sub(r"['’]s\b", "", question)))


def _of_the_next_year(documents: Sequence[DocumentNames], years: Collection[str]) -> frozenset[str]:
    """Where none is of the year that is asked for: the next ones after it, for a report tells of the years before."""
    latest = max(map(int, years), default=0)
    for later in range(latest + 1, latest + 1 + _YEARS_BEFORE) if latest else ():
        if found := frozenset(d.path for d in documents if str(later) in (d.years or d.dates)):
            return found
    return frozenset()


def _words_for(document: DocumentNames, things: Sequence[_Thing]) -> Iterator[str]:
    """The question's words that the document is called by, each once."""
    called = (thing.words for thing in things if not thing.is_time and _is_called(document, thing))
    yield from dict.fromkeys(word for words in called for word in words)


def _has_time(document: DocumentNames, things: Sequence[_Thing], years: Mapping[str, float]) -> bool:
    """Whether the document is of the year, the quarter or the version that is asked for."""
    times = frozenset().union(*(thing.spellings for thing in things if thing.is_time))
    return bool(years.keys() & (document.years or document.dates) or times & document.words)


def _releases(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """V3.2, by which a document is called, and V3, by which it is not where that stands nowhere alone."""
    found = {_release(match): match[1].casefold() for match in _RELEASE.finditer(name)}
    rest = {word.casefold() for word in _WORD.findall(_RELEASE.sub(" ", name).replace("_", " "))}
    return frozenset(found), frozenset(found.values()) - rest


def _release(match: re.Match[str]) -> str:
    return f"{match[1]}.{match[2]}".casefold()


def _stems(text: str) -> Iterator[str]:
    for word in placed_words(text)[1]:
        if len(word) > 1 and word not in STOP_WORDS and (not word.isdigit() or len(word) > 4):
            yield stem(word)


def _marks(text: str) -> Iterator[str]:
    """Quarters and versions, spelt in one way."""
    for number, word in _QUARTER.findall(text):
        yield f"q{number or _QUARTERS[word.casefold()]}"
    for version in _VERSION.findall(text):
        yield f"v{version}"


def _years(text: str) -> frozenset[str]:
    return frozenset(_YEAR.findall(text)) | frozenset(map(_whole_year, _FISCAL_YEAR.findall(text)))


def _whole_year(year: str) -> str:
    return year if len(year) == 4 else f"{'19' if year > '50' else '20'}{year}"


def asked_years(question: str) -> dict[str, float]:
    """Year → weight: those called fiscal years if there are any, the latest of them first."""
    years = set(map(_whole_year, _FISCAL_YEAR.findall(question))) or set(_YEAR.findall(question))
    return {year: 1.0 if year == max(years) else _EARLIER_YEAR for year in years}


def _initials(words: Sequence[str]) -> Iterator[str]:
    """The initials of words in a row, marked as such: Johnson & Johnson → "*jj"."""
    letters = [
        word[0].casefold() for word in words if word and not IS_CJK.match(word) and word.casefold() not in STOP_WORDS
    ]
    for length in range(2, min(5, len(letters)) + 1):
        for start in range(len(letters) - length + 1):
            yield "*" + "".join(letters[start : start + length])
