"""Finds what repeats on page after page: running heads, footers, page numbers. Pure functions.

A title of each page's record ("Case 12", the name of a form) repeats too: it is set larger than the text, or its number
is no page number, or something that does not repeat stands between it and the edge of the page.
"""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator, Sequence

_ZONE_LINES = 2  # how many lines at the top and at the bottom of a page may be furniture
_MINIMUM_PAGES = 3
_MINIMUM_DENSITY = 0.4  # of the pages between the first and the last occurrence; odd and even heads differ
_NUMBER = re.compile(r"\d{1,5}")
_LONGEST_LINE = 150
_NUMBER_OF_A_CASE = 7  # letters and figures of a head that is hardly more than a number: "No. 21-50498"
_MOST_COUNTING = 4  # numbers of a line
_TITLE_SIZE = 1.1  # of the text's: what is larger is no running head
_PAGE_WORD = re.compile(
    r"\b(?:pages?(?:\s+id)?|pp?\.|seiten?|s\.|página|pagina|pág\.|str\.|sheet|slide|folio|of|von|de|sur|di)\s*#?\s*:?\s*$|第\s*$",
    re.IGNORECASE,
)
_APART = re.compile(r"(?:\s{2,}|\s*[|•·–—/:]\s*|\A\W*|-\s)$")
_APART_AFTER = re.compile(r"\s{2,}|\s*[|•·–—/:页頁]|\W*\Z|\s(?:of|von|de|sur|di)\s+\d")


def remove_furniture(pages: Sequence[str], titles: Sequence[Collection[str]] = ()) -> list[str]:
    """The pages without repeated headers and footers; a header is kept where it occurs first, page numbers never.

    A line is furniture when it stands at the top or bottom of at least three pages close together, either
    letter for letter or with numbers that grow by one from page to page. `titles` are each page's lines in large type.
    """
    lines = [page.split("\n") for page in pages]
    places: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)
    for page, line, is_top in _zones(lines):
        large = titles[page] if titles and is_top else ()
        for key in _keys(lines[page][line], page, is_top=is_top, large=large):
            places[key].append((page, line))
    repeated: set[tuple[int, int]] = set()
    counting: set[tuple[int, int]] = set()
    kept_once: set[tuple[int, int]] = set()
    for key, occurrences in places.items():
        if _repeats([page for page, _ in occurrences]):
            (repeated if isinstance(key, str) else counting).update(occurrences)
            is_told = _is_number_only(key) or (isinstance(key, tuple) and _is_told_elsewhere(lines, occurrences))
            kept_once.update([] if is_told else occurrences[:1])
    doomed = (_at_edges(lines, repeated | counting) | counting) - kept_once
    for page in {page for page, _ in doomed}:
        rest = (text for line, text in enumerate(lines[page]) if (page, line) not in doomed)
        if not any(character.isalnum() for text in rest for character in text):
            doomed -= {(page, line) for line in range(len(lines[page]))}  # it would leave nothing
    kept = [
        [text for line, text in enumerate(page_lines) if (page, line) not in doomed]
        for page, page_lines in enumerate(lines)
    ]
    return ["\n".join(page_lines).strip("\n") for page_lines in kept]


def large_lines(pages: Sequence[Sequence[tuple[float, str]]]) -> list[set[str]]:
    """For each page, given as (size, line), its lines in larger type than most of the document's text."""
    amounts: Counter[float] = Counter()
    for page in pages:
        for size, line in page:
            if size > 0:  # a ruled table or a figure has no size
                amounts[round(size, 1)] += len(line)
    if not amounts:
        return [set() for _ in pages]
    body = amounts.most_common(1)[0][0]
    return [{" ".join(line.split()) for size, line in page if size > body * _TITLE_SIZE} for page in pages]


def _zones(lines: list[list[str]]) -> Iterator[tuple[int, int, bool]]:
    """(page, line, whether at the top) of the first and last written lines of every page."""
    for page, page_lines in enumerate(lines):
        written = [number for number, line in enumerate(page_lines) if line.strip()]
        top, bottom = written[:_ZONE_LINES], written[-_ZONE_LINES:]
        upper = written[: (len(written) + 1) // 2]
        yield from ((page, line, line in upper) for line in sorted({*top, *bottom}))


def _at_edges(lines: list[list[str]], repeated: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those lines with nothing but such lines between them and the page's edge."""
    found: set[tuple[int, int]] = set()
    for page, page_lines in enumerate(lines):
        written = [number for number, line in enumerate(page_lines) if line.strip()]
        for edge in (written[:_ZONE_LINES], written[: -_ZONE_LINES - 1 : -1]):
            for line in edge:
                if (page, line) not in repeated:
                    break
                found.add((page, line))
    return found


def _keys(line: str, page: int, *, is_top: bool, large: Collection[str]) -> Iterator[Hashable]:
    """What must be equal for two lines to be the same furniture: the words, or the words and numbers minus page."""
    text = " ".join(line.split())
    if len(text) > _LONGEST_LINE:
        return
    numbers = list(_NUMBER.finditer(line))
    counting = [number for number in numbers if _may_count_pages(line, number)]
    letters, signs = sum(map(str.isalpha, text)), sum(map(str.isalnum, text))
    if (letters >= 3 or (letters and signs >= _NUMBER_OF_A_CASE)) and (text not in large or counting):
        yield text
    for number in counting if is_top else numbers:
        before, after = line[: number.start()].strip(), line[number.end() :].strip()
        is_outer = not (before and after)  # at the outer edge of the paper, left and right in turn
        yield *(("", f"{before}{after}") if is_outer else (before, after)), int(number.group()) - page
    for one, other in itertools.combinations(counting[:_MOST_COUNTING], 2):  # "Page 2 of 5 Page ID 1037": both count
        rest = line[: one.start()], line[one.end() : other.start()], line[other.end() :]
        yield *rest, int(one.group()) - page, int(other.group()) - page


def _may_count_pages(line: str, number: re.Match[str]) -> bool:
    """Whether a line's number stands apart, or after a word like "page": that of "Case 12" counts something else."""
    before, after = line[: number.start()], line[number.end() :]
    if _PAGE_WORD.search(before):
        return True
    begins, ends = (not any(map(str.isalnum, part)) for part in (before, after))
    is_apart = begins or _APART.search(before) is not None
    return is_apart and (ends or (begins and _APART_AFTER.match(after) is not None))


def _is_told_elsewhere(lines: list[list[str]], occurrences: Sequence[tuple[int, int]]) -> bool:
    """Whether the words of a foot that counts the pages stand in a line of the document besides it."""
    page, line = occurrences[0]
    if line < len(lines[page]) // 2:
        return False
    words = [word for word in lines[page][line].split() if any(map(str.isalpha, word))]
    feet = set(occurrences)
    others = (text for p, own in enumerate(lines) for n, text in enumerate(own) if (p, n) not in feet)
    return bool(words) and any(all(word in text for word in words) for text in others)


def _is_number_only(key: Hashable) -> bool:
    return isinstance(key, tuple) and len(key) == 3 and not any(c.isalnum() for c in f"{key[0]}{key[1]}")


def _repeats(pages: list[int]) -> bool:
    distinct = sorted(set(pages))
    span = distinct[-1] - distinct[0] + 1
    return len(distinct) >= _MINIMUM_PAGES and len(distinct) / span >= _MINIMUM_DENSITY
