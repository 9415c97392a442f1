r"""Where an answer is prose, and where it is code, a formula or a link. Pure.

One place decides it for the check of citations and numbers, for the stream and for the page: `'$HOME' and '$PATH'` and
two prices in a sentence are no formula anywhere.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

Span = tuple[int, int]

# Every scan takes linear time, also of 20,000 brackets that never close: where something ends is looked up, not
# searched for from every place where something may begin.
_FENCE = re.compile(r"^ {0,3}(`{3,}+|~{3,}+)[^\n]*+\n(?:.*?^ {0,3}\1[`~]*+[ \t]*+$|.*\Z)", re.DOTALL | re.MULTILINE)
_TICKS = re.compile(r"`++")
_SPACE_WITH_LINES = re.compile(r"\s++")
_DELIMITER = re.compile(r"\$\$|\\[\[\]()]|\\(?:begin|end)\{\w{1,40}\*?\}")
_CITED_AFTER = re.compile(r"\s{0,4}\^?\d{1,2}(?:\s{0,4}[,;–-]\s{0,4}\d{1,2}){0,20}\s{0,4}\\\]")
_CLOSING = {"\\[": "\\]", "\\(": "\\)", "$$": "$$"}
_DOLLAR = re.compile(r"(?<![\\$\w])\$(?![\s$])((?:[^$\n\\]|\\.)+?)(?<!\s)\$(?![\w$])")
_LINK = re.compile(r"https?://[^\s<>\"'\])】]+|\[[^\[\]\n]*+\]\((?=[^)\s\[/.:]*[/.:])[^)\s\[]*+\)")

_COMMAND = re.compile(r"\\[A-Za-z]+\*?(?:\s*\{[^{}]*\})*|\{[^{}]*\}")
_TWO_WORDS = re.compile(r"(?<![\w\\])[A-Za-zÀ-ɏ]{2,}[ ,.;:'\"’()\[\]\d-]{1,6}(?<![\d-])[A-Za-zÀ-ɏ]{2,}(?!\w)")
_PRICE = re.compile(r"\d[\d.,]*\s.*(?<![\w\\])[A-Za-zÀ-ɏ]{2,}(?!\w)")  # "$5 [1] or 6$"
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af，。；：]")


def is_formula(content: str) -> bool:
    """Whether what stands between two dollar signs is TeX: prose between two prices or names of variables is not."""
    bare = _COMMAND.sub(" 0 ", content)
    return not (_TWO_WORDS.search(bare) or _EAST_ASIAN.search(bare) or _PRICE.match(bare))


def dollar_formula_at(text: str, start: int, end: int | None = None) -> re.Match[str] | None:
    """The formula `$…$` that begins at this place of the text; None where there is none."""
    found = _DOLLAR.match(text, start, len(text) if end is None else end)
    return found if found and is_formula(found[1]) else None


def spans_of_code_and_formulas(text: str) -> list[Span]:
    """Where code and formulas stand, as character ranges in order; a fence that never closes reaches to the end."""
    taken = [match.span() for match in _FENCE.finditer(text)]
    breaks = _paragraph_ends(text)
    for found in (_code(text, breaks), _displayed(text, breaks)):
        taken = merged([*taken, *(span for span in found if not is_inside(span[0], taken))])
    return merged([*taken, *(span for span in _in_dollars(text) if not is_inside(span[0], taken))])


def spans_outside_prose(text: str) -> list[Span]:
    """Code, formulas and links."""
    taken = spans_of_code_and_formulas(text)
    links = (match.span() for match in _LINK.finditer(text))
    return merged([*taken, *(span for span in links if not is_inside(span[0], taken))])


def without(text: str, spans: Sequence[Span]) -> str:
    """The text with these ranges, in order, turned to spaces, so that places stay."""
    parts: list[str] = []
    place = 0
    for start, end in spans:
        parts += [text[place:start], " " * (end - max(start, place))]
        place = max(end, place)
    return "".join([*parts, text[place:]])


def merged(spans: Sequence[Span]) -> list[Span]:
    """The same places as ranges in order that do not overlap."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def is_inside(place: int, spans: Sequence[Span]) -> bool:
    """Whether the place lies in one of the ranges, which are in order and do not overlap."""
    found = bisect_right(spans, (place, len(spans) and spans[-1][1] + 1)) - 1
    return found >= 0 and place < spans[found][1]


def _paragraph_ends(text: str) -> list[int]:
    """The line ends that another one follows, with nothing but white space between."""
    ends: list[int] = []
    for match in _SPACE_WITH_LINES.finditer(text):
        lines = [match.start() + place for place, sign in enumerate(match.group()) if sign == "\n"]
        ends += lines[:-1]
    return ends


def _next(places: Sequence[int], place: int) -> int | None:
    """The first of these places from this one on."""
    found = bisect_left(places, place)
    return places[found] if found < len(places) else None


def _is_in_one_paragraph(begin: int, end: int, breaks: Sequence[int]) -> bool:
    next_break = _next(breaks, begin)
    return next_break is None or next_break >= end


def _code(text: str, breaks: Sequence[int]) -> Iterator[Span]:
    """Between two runs of as many backticks, in one paragraph."""
    runs = [match.span() for match in _TICKS.finditer(text)]
    by_length: dict[int, list[int]] = {}
    for start, end in runs:
        by_length.setdefault(end - start, []).append(start)
    after = 0
    for start, end in runs:
        if start < after or text[start - 1 : start] == "\\":
            continue
        closing = _next(by_length[end - start], end)
        if closing is not None and _is_in_one_paragraph(end, closing, breaks):
            after = closing + end - start
            yield start, after


def _displayed(text: str, breaks: Sequence[int]) -> Iterator[Span]:
    r"""`$$…$$`, `\[…\]`, `\(…\)` and environments, in one paragraph; `\[1\]` is a citation that was escaped."""
    delimiters = list(_DELIMITER.finditer(text))
    places: dict[str, list[int]] = {}
    for match in delimiters:
        places.setdefault(match.group(), []).append(match.start())
    after = 0
    for match in delimiters:
        opening = match.group()
        closing = _CLOSING.get(opening) or (opening.startswith("\\begin") and opening.replace("begin", "end", 1))
        if match.start() < after or not closing or (opening == "\\[" and _CITED_AFTER.match(text, match.end())):
            continue
        end = _next(places.get(closing, ()), match.end() + 1)
        if end is not None and _is_in_one_paragraph(match.end(), end, breaks):
            after = end + len(closing)
            yield match.start(), after


def _in_dollars(text: str) -> Iterator[Span]:
    position = 0
    while (start := text.find("$", position)) >= 0:
        formula = dollar_formula_at(text, start)
        position = formula.end() if formula else start + 1
        if formula:
            yield formula.span()
