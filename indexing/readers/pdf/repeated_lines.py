"""Finds what repeats on page after page: running heads, footers, page numbers. Pure functions."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

_ZONE_LINES = 2  # how many lines at the top and at the bottom of a page may be furniture
_MINIMUM_PAGES = 3
_MINIMUM_DENSITY = 0.4  # of the pages between the first and the last occurrence; odd and even heads differ
_NUMBER = re.compile(r"\d{1,5}")
_LONGEST_LINE = 150


def remove_furniture(pages: Sequence[str]) -> list[str]:
    """The pages without repeated headers and footers; a header is kept where it occurs first, page numbers never.

    A line is furniture when it stands at the top or bottom of at least three pages close together, either
    letter for letter or with a number that grows by one from page to page.
    """
    lines = [page.split("\n") for page in pages]
    places: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)
    for page, line in _zones(lines):
        for key in _keys(lines[page][line], page):
            places[key].append((page, line))
    doomed: set[tuple[int, int]] = set()
    for key, occurrences in places.items():
        if _repeats([page for page, _ in occurrences]):
            doomed.update(occurrences if _is_number_only(key) else occurrences[1:])
    for page in {page for page, _ in doomed}:
        rest = (text for line, text in enumerate(lines[page]) if (page, line) not in doomed)
        if not any(character.isalnum() for text in rest for character in text):
            doomed -= {(page, line) for line in range(len(lines[page]))}  # it would leave nothing
    kept = [
        [text for line, text in enumerate(page_lines) if (page, line) not in doomed]
        for page, page_lines in enumerate(lines)
    ]
    return ["\n".join(page_lines).strip("\n") for page_lines in kept]


def _zones(lines: list[list[str]]) -> Iterator[tuple[int, int]]:
    """(page, line) of the first and last written lines of every page."""
    for page, page_lines in enumerate(lines):
        written = [number for number, line in enumerate(page_lines) if line.strip()]
        yield from ((page, line) for line in sorted({*written[:_ZONE_LINES], *written[-_ZONE_LINES:]}))


def _keys(line: str, page: int) -> Iterator[Hashable]:
    """What must be equal for two lines to be the same furniture: the words, or the words and number minus page."""
    text = " ".join(line.split())
    if len(text) > _LONGEST_LINE:
        return
    if sum(character.isalpha() for character in text) >= 3:
        yield text
    for number in _NUMBER.finditer(text):
        yield text[: number.start()], text[number.end() :], int(number.group()) - page


def _is_number_only(key: Hashable) -> bool:
    return isinstance(key, tuple) and not any(character.isalnum() for character in f"{key[0]}{key[1]}")


def _repeats(pages: list[int]) -> bool:
    distinct = sorted(set(pages))
    span = distinct[-1] - distinct[0] + 1
    return len(distinct) >= _MINIMUM_PAGES and len(distinct) / span >= _MINIMUM_DENSITY
