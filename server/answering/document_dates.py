"""How old a document is: by what it says of itself, its name, its title, and the time of its file. Pure.

"Valid from 1 July 2025", "minutes-2025-09-23.txt", "policy-v2.docx", "replaced by version 3"; at last the file's time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from server.answering.dates import moments_of
from storage.words.scripts import IS_CJK

Ground = Literal["superseded", "date", "version", "file time"]
Day = tuple[int, int, int]

_BEGINNING = 1500  # characters in which a document says since when it is valid
_AROUND = 60  # characters between such words and the date

_VALID = re.compile(
    r"\b(?:effective|valid|in force|applies|applicable|(?:came|comes?) into force|as of|dated|issued|adopted"
    r"|gültig|in kraft|gilt|stand|fassung vom|en vigueur|vigente|en vigor)\b|生效|施行|实施|起执行|修订|发布|版本",
    re.IGNORECASE,
)
_SUPERSEDED = re.compile(
    r"\b(?:is|was|been) (?:superseded|replaced|withdrawn)\b|\bno longer (?:valid|in force|applies)\b|\bsuperseded by\b"
    r"|\b(?:wurde|ist) ersetzt\b|\bersetzt durch\b|\baußer kraft\b|\bnicht mehr gültig\b"
    r"|已废止|已作废|停止执行|不再适用|被[^。]{1,20}取代",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"(?<![^\W\d_])(?:v|ver|version|rev|revision|issue|fassung|版本|第)[-._ ]?(\d+(?:\.\d+)*)", re.IGNORECASE
)
_NAMED_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-._ ]?(0[1-9]|1[0-2])(?:[-._ ]?(0[1-9]|[12]\d|3[01]))?)?(?!\d)")
_OLD = re.compile(r"(?<![^\W_])(?:old|alt|archive[d]?|obsolete|旧版|旧)(?![^\W_])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DocumentAge:
    """What tells how old a document is; a day may lack its month and day, which are 0 then."""

    stated: Day | None = None
    named: Day | None = None
    version: tuple[int, ...] = ()
    is_superseded: bool = False
    file_time_ns: int = 0

    @property
    def day(self) -> Day | None:
        """The day a person would call the document's date."""
        return self.stated or self.named

    @property
    def shown(self) -> str:
        """The date as 2025-07-01, 2025-07 or 2025, else that of the file; "" where nothing is known."""
        if self.day is not None:
            year, month, day = self.day
            return f"{year}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")
        if self.file_time_ns <= 0:
            return ""
        return datetime.fromtimestamp(self.file_time_ns / 1e9, UTC).date().isoformat()


def age_of(path: str, title: str | None, text: str, file_time_ns: int) -> DocumentAge:
    """How old a document is. `text` is that of its first page."""
    name = path.rpartition("/")[2].rpartition(".")[0]
    beginning = text[:_BEGINNING]
    version = next((_version(part) for part in (name, title or "", beginning) if _version(part)), ())
    return DocumentAge(
        stated=_stated_day(beginning),
        named=_named_day(name) or _named_day(title or ""),
        version=version,
        is_superseded=_SUPERSEDED.search(beginning) is not None or _OLD.search(name) is not None,
        file_time_ns=file_time_ns,
    )


def newer(one: DocumentAge, other: DocumentAge) -> tuple[int, Ground] | None:
    """Which of two is newer, 0 or 1, and what says so; None where nothing does."""
    if one.is_superseded != other.is_superseded:
        return int(one.is_superseded), "superseded"
    for ours, theirs, ground in _compared(one, other):
        if ours and theirs and ours != theirs:
            return int(theirs > ours), ground
    return None


def _compared(one: DocumentAge, other: DocumentAge) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], Ground]]:
    yield one.stated or (), other.stated or (), "date"
    yield one.named or (), other.named or (), "date"
    yield one.version, other.version, "version"
    yield one.day or (), other.day or (), "date"
    yield (
        (one.file_time_ns,) if one.file_time_ns else (),
        (other.file_time_ns,) if other.file_time_ns else (),
        "file time",
    )


def _stated_day(text: str) -> Day | None:
    """The day since when it is valid, else the first day it names; no day without a year."""
    days = [(moment.start, max(moment.dates)) for moment in moments_of(text) if moment.dates and max(moment.dates)[0]]
    days.sort()
    for words in _VALID.finditer(text):
        behind = [day for start, day in days if words.end() <= start <= words.end() + _AROUND]
        before = [day for start, day in days if words.start() - _AROUND <= start < words.start()]
        near = [*before[-1:], *behind] if IS_CJK.match(words.group()) else [*behind, *before[-1:]]
        if near:
            return near[0]
    return days[0][1] if days else None


def _named_day(name: str) -> Day | None:
    found = _NAMED_DAY.search(name)
    return None if found is None else (int(found[1]), int(found[2] or 0), int(found[3] or 0))


def _version(text: str) -> tuple[int, ...]:
    found = _VERSION.search(text)
    return tuple(map(int, found[1].split("."))) if found else ()
