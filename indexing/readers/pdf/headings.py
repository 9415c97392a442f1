"""Title and headings of a PDF, told from its text, bookmarks and font sizes. Pure functions."""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from indexing.chunking.outline import is_contents
from indexing.documents import Heading

_LONGEST_HEADING = 120
_LONGEST_TITLE = 250
_EARLY_CHARACTERS = 300
_FEW_PAGES = 3  # each chapter may have its summary, …
_MANY_PAGES = 0.3  # … but what stands on such a share of the pages heads no section
_ENOUGH_BOOKMARKS = 3  # found in the text; fewer tell nothing about the rest

_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(\S.*)")
_LETTERED = re.compile(r"(?:Appendix\s+([A-Z])[.:]?|([A-Z](?:\.\d{1,2}){1,3})\.?|([A-Z]|[IVX]{2,5})\.)\s+(\S.*)")
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_CHINESE = re.compile(
    r"(第[一二三四五六七八九十百\d]+[章节篇部]|[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）)\s*\S"
)
_NAMED = re.compile(
    r"(?:abstract|contents|table of contents|introduction|summary|conclusions?|discussion|references|bibliography"
    r"|literature|acknowledge?ments?|appendix|appendices|glossary|index|preface|foreword"
    r"|literaturverzeichnis|inhaltsverzeichnis|bibliographie|références|table des matières"
    r"|摘\s*要|目\s*录|目\s*次|引\s*言|前\s*言|绪\s*论|结\s*论|参\s*考\s*文\s*献|致\s*谢|附\s*录)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"^(?:Appendix\s+)?[A-Z](?:\.\d{1,2}){0,3}[.:]?\s+")
_CONTENTS = re.compile(r"(?:table of )?contents|index|inhaltsverzeichnis|table des matières|目\s*[录次]", re.IGNORECASE)
_REACHES_FAR = re.compile(
    r"references|bibliography|literature|appendix|appendices|glossary|literaturverzeichnis|bibliographie|références"
    r"|参\s*考\s*文\s*献|附\s*录",
    re.IGNORECASE,
)
_FARTHEST = 5  # pages: so long is a section at most whose heading is only a word like "Summary"
_FARTHEST_CONTENTS = 1
_GOES_ON = re.compile(r"(?:\b(?:and|or|of|the|to|in|for|by|with|including|et|de|du|la|und|oder|der|die|von)|[-–—])$")
_SENTENCE_END = re.compile(r"[.,;:!?。，；：！？、]$")
_NOT_WORDS = re.compile(r"[\W_]+")
_MISCODED = re.compile(r"[a-zß-öø-ÿ][À-ÖØ-Þ]|[^\W\d_][|¦™®©¢£¤¥§¶†‡][^\W\d_]")
_MOST_MISCODED = 0.3  # of a title's words
_JUNK_TITLE = re.compile(
    r"untitled|microsoft word|\.(?:docx?|pptx?|xlsx?|tex|dvi|indd|pdf|qxd|rtf|html?)\b|^\W*$|^[\W\d]+$|powerpoint"
    r"|^(?:doc|document|title|slide|print|layout)\s*\d*$",
    re.IGNORECASE,
)


def find_title(metadata: str | None, sized: Sequence[tuple[float, str]], first_page: str) -> str | None:
    """The document's title: what the file claims if its first page says so too, else the largest type there."""
    claimed = " ".join((metadata or "").split())
    is_sane = 4 < len(claimed) <= _LONGEST_TITLE and not _JUNK_TITLE.search(claimed)
    if is_sane and _folded(claimed) in _folded(first_page):
        return claimed
    return _largest(sized) or (claimed if is_sane else None)


def _largest(sized: Sequence[tuple[float, str]]) -> str | None:
    amounts: dict[float, int] = defaultdict(int)
    for size, text in sized:
        amounts[size] += len(text.strip())
    if len(amounts) < 2:
        return None
    body = max(amounts, key=lambda size: amounts[size])
    early = _early(sized)
    for size in sorted((size for size in amounts if size > body * 1.1), reverse=True):
        text = " ".join("".join(_run(early, size)).split())
        if _may_be_title(text):
            return text
    return None


def _may_be_title(text: str) -> bool:
    """Of fitting length, not a heading, and words: some PDFs draw each letter for itself."""
    words = text.split()
    is_fitting = sum(character.isalpha() for character in text) > 4 and len(text) <= _LONGEST_TITLE
    is_heading = _NAMED.fullmatch(text) or _NUMBERED.fullmatch(text)
    return is_fitting and not is_heading and len(words) * 2 < len(text) and not _is_miscoded(words)


def _is_miscoded(words: Sequence[str]) -> bool:
    """Whether many words hold a capital with an accent behind a small letter, or a sign: codes of a font's own."""
    return sum(_MISCODED.search(word) is not None for word in words) > _MOST_MISCODED * len(words)


def _early(sized: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """What stands in the first half of the text: figures, whose type has sizes of its own, are drawn last."""
    total, early, seen = sum(len(text) for _, text in sized), [], 0
    for size, text in sized:
        if seen > max(total / 2, _EARLY_CHARACTERS):
            break
        early.append((size, text))
        seen += len(text)
    return early


def _run(sized: Sequence[tuple[float, str]], size: float) -> Iterator[str]:
    """The first unbroken run of text in this size."""
    started = False
    for own, text in sized:
        if own == size:
            started = True
            yield text
        elif started:
            return


def find_headings(
    pages: Sequence[str], bookmarks: Sequence[tuple[int, str, int]], whole_pages: Sequence[str] = ()
) -> tuple[Heading, ...]:
    """The headings in cleaned pages: those that bookmarks name, else lines that are numbered like headings.

    `whole_pages` are the pages with their running heads: what stands on many of them heads no section.
    """
    marked = list(_from_bookmarks(pages, bookmarks))
    repeated = _repeated(whole_pages or pages)
    lines = [heading for heading in _in_sequence(_from_lines(pages)) if _folded(heading.text) not in repeated]
    if len(marked) < _ENOUGH_BOOKMARKS:
        return tuple(_within_reach(lines, len(pages)))
    known = {(heading.page, heading.offset) for heading in marked}
    named = [heading for heading in lines if _NAMED.fullmatch(heading.text)]
    found = [*marked, *(heading for heading in named if (heading.page, heading.offset) not in known)]
    return tuple(_within_reach(sorted(found, key=lambda heading: (heading.page, heading.offset)), len(pages), known))


def _within_reach(headings: Sequence[Heading], pages: int, sure: Collection[tuple[int, int]] = ()) -> Iterator[Heading]:
    """Without words like "Index" and "Summary" that no other heading follows soon: they would head all that follows."""
    for number, heading in enumerate(headings):
        if (heading.page, heading.offset) in sure or not _NAMED.fullmatch(heading.text):
            yield heading
            continue
        end = headings[number + 1].page if number + 1 < len(headings) else pages
        reach = _FARTHEST_CONTENTS if _CONTENTS.fullmatch(heading.text) else _FARTHEST
        if end - heading.page <= reach or _REACHES_FAR.fullmatch(heading.text):
            yield heading


def _in_sequence(headings: Iterable[Heading]) -> list[Heading]:
    """Without "M. Smith" and other letters that begin no sequence: A. is followed by B., I. by II."""
    found = list(headings)
    signs = [match.group(3) if (match := _LETTERED.fullmatch(one.text)) else None for one in found]
    letters = [sign for sign in signs if sign]
    kept = {
        sign
        for order in (tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), _ROMAN)
        if order[0] in letters and order[1] in letters
        for sign in itertools.takewhile(letters.__contains__, order)
    }
    romans = "II" in kept and "A" in kept
    return [
        replace(one, level=2) if sign and romans and sign not in _ROMAN else one
        for one, sign in zip(found, signs, strict=True)
        if sign is None or sign in kept
    ]


def _repeated(pages: Sequence[str]) -> set[str]:
    """The lines, folded, that stand on so many pages that they are links ("Table of Contents") or running heads."""
    counts = Counter(line for page in pages for line in {_folded(line) for _, line in _lines(page)})
    return {line for line, count in counts.items() if count > max(_FEW_PAGES, _MANY_PAGES * len(pages))}


def _from_bookmarks(pages: Sequence[str], bookmarks: Sequence[tuple[int, str, int]]) -> Iterator[Heading]:
    taken: set[tuple[int, int]] = set()
    for level, title, index in bookmarks:
        wanted = _names_of(title)
        for page in (index, index + 1):
            place = _place_of(wanted, pages[page], page, taken) if wanted and page < len(pages) else None
            if place is not None:
                taken.add((page, place[0]))
                yield Heading(page + 1, place[0], level, place[1])
                break


def _place_of(wanted: set[str], text: str, page: int, taken: set[tuple[int, int]]) -> tuple[int, str] | None:
    """(offset, text) of the line, or of two lines, that say what the bookmark says."""
    lines = list(_lines(text))
    for number, (offset, line) in enumerate(lines):
        if (page, offset) in taken or len(line) > _LONGEST_HEADING:
            continue
        if wanted & _names_of(line):
            return offset, line
        if number + 1 < len(lines) and wanted & _names_of(line + lines[number + 1][1]):
            return offset, f"{line} {lines[number + 1][1]}"
    return None


def _from_lines(pages: Sequence[str]) -> Iterator[Heading]:
    last: tuple[int, ...] = (0,)
    for number, page in enumerate(pages, start=1):
        if is_contents(page):
            continue
        for offset, line in _lines(page):
            if len(line) > _LONGEST_HEADING:
                continue
            if _NAMED.fullmatch(line):
                yield Heading(number, offset, 1, line)
            elif _is_cut(page, offset, line):
                continue
            elif numbers := _follows(line, last):
                last = numbers
                yield Heading(number, offset, len(numbers), line)
            elif level := _lettered_level(line):
                yield Heading(number, offset, level, line)


def _is_cut(page: str, offset: int, line: str) -> bool:
    """Whether a numbered line is only the first of a paragraph, which goes on in small letters."""
    match = _NUMBERED.fullmatch(line)
    if _GOES_ON.search(line):
        return True
    following = page[offset + len(line) : offset + len(line) + 2].lstrip(" ").removeprefix("\n")
    return (match is None or "." not in match.group(1)) and following[:1].islower()


def _follows(line: str, last: tuple[int, ...]) -> tuple[int, ...] | None:
    """The number of a heading that may come after the last one: 2.1 → 2.2, 2.1.1 or 3. Lists do not count on."""
    match = _NUMBERED.fullmatch(line)
    if match is None or not _is_title(match.group(2)):
        return None
    numbers = tuple(int(part) for part in match.group(1).split("."))
    for depth in range(len(last)):
        if numbers == (*last[:depth], last[depth] + 1):
            return numbers
    return numbers if numbers == (*last, 1) else None


def _lettered_level(line: str) -> int:
    if (match := _LETTERED.fullmatch(line)) and _is_title(match.group(4)):
        return (match.group(2) or "").count(".") + 1
    if (match := _CHINESE.match(line)) and not _SENTENCE_END.search(line) and len(line) <= 40:
        return 1 if match.group(1).startswith("第") else 2 if match.group(1).endswith("、") else 3
    return 0


def _is_title(text: str) -> bool:
    begins = text[0].isupper() or "\u4e00" <= text[0] <= "\u9fff"
    letters = sum(character.isalpha() for character in text)
    return begins and not _SENTENCE_END.search(text) and letters > 2 and letters > len(text) * 0.6


def _lines(text: str) -> Iterator[tuple[int, str]]:
    offset = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            yield offset + line.index(stripped[0]), stripped
        offset += len(line) + 1


def _folded(text: str) -> str:
    return _NOT_WORDS.sub("", text).casefold()


def _names_of(text: str) -> set[str]:
    """What a heading may be called: without its number, and without the letter of an appendix."""
    bare = _LETTER.sub("", text)
    return {name for each in (text, bare) if (name := re.sub(r"^\d+", "", _folded(each)))}
