"""Search inside one document: where words stand on its pages, whatever their case, accents and line ends. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from storage.records import PageRecord
from storage.words.folding import folded

MOST_PAGES: Final = 200
LONGEST: Final = 200
_AROUND = 70

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PageHits:
    """A page on which the words stand so many times, and the first place with what is around it."""

    number: int
    label: str | None
    count: int
    before: str
    hit: str
    after: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: the first `MOST_PAGES` pages, of all `pages` with `hits` hits together."""

    listed: tuple[PageHits, ...]
    pages: int
    hits: int


class TextSearch:
    """Finds a text, or, where no page has it, the pages on which all its words stand."""

    def __init__(self, wanted: str, pages: Sequence[PageRecord]) -> None:
        words = wanted[:LONGEST].translate(_SPELT).split()
        texts = [page.text.translate(_SPELT) for page in pages]
        whole = [re.compile(" +".join(map(_pattern, words)))] if words else []
        is_whole = any(pattern.search(text) for pattern in whole for text in texts)
        self._patterns = whole if is_whole else [re.compile(_pattern(word)) for word in dict.fromkeys(words)]
        self._found = {
            page.number: page
            for page, text in zip(pages, texts, strict=True)
            if self._patterns and all(pattern.search(text) for pattern in self._patterns)
        }

    def on_page(self, number: int) -> list[Range]:
        """Where on this page something was found, ascending."""
        page = self._found.get(number)
        return list(self._hits(page.text)) if page else []

    def found(self) -> Found:
        """All pages with hits."""
        listed: list[PageHits] = []
        hits = 0
        for page in self._found.values():
            ranges = list(self._hits(page.text))
            hits += len(ranges)
            if len(listed) < MOST_PAGES and ranges:
                listed.append(_page_hits(page, ranges))
        return Found(tuple(listed), len(self._found), hits)

    def _hits(self, text: str) -> Iterator[Range]:
        spelt = [character.translate(_SPELT) for character in text]
        ends = list(accumulate(map(len, spelt)))
        places = [place for place, letters in enumerate(spelt) for _ in letters]
        joined = "".join(spelt)
        last = 0
        found = sorted(match.span() for pattern in self._patterns for match in pattern.finditer(joined))
        for start, end in found:
            first, stop = places[start], places[end - 1] + 1
            if first >= last and ends[first] > start:
                yield first, stop
                last = stop


def _page_hits(page: PageRecord, ranges: Sequence[Range]) -> PageHits:
    start, end = ranges[0]
    before = _FIRST_WORD.sub("", page.text[max(0, start - _AROUND) : start]) if start > _AROUND else page.text[:start]
    after = _LAST_WORD.sub("", page.text[end : end + _AROUND])
    return PageHits(page.number, page.label, len(ranges), before, page.text[start:end], after)


def _pattern(word: str) -> str:
    """A word; Chinese may be cut by a line end anywhere."""
    pieces: Iterable[str] = map(re.escape, word)
    return (" *" if _WIDE.search(word) else "").join(pieces)


_FIRST_WORD = re.compile(r"^[a-zA-Z\u00c0-\u024f]+\s+")  # which is cut
_LAST_WORD = re.compile(r"\s+[a-zA-Z\u00c0-\u024f]+$")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


class _Spelling(dict[int, str]):
    """One spelling of each character: small, without accents, simplified Chinese; white space is a blank."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = unicodedata.normalize("NFKD", folded(character).casefold())
        spelt = " " if character.isspace() else "".join(c for c in plain if not unicodedata.combining(c))
        self[code] = spelt
        return spelt


_SPELT = _Spelling()
