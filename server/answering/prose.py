r"""Where an answer is prose, and where it is code, a formula or a link. Pure.

One place decides it for the check of citations and numbers, for the stream and for the page: `'$HOME' and '$PATH'` and
two prices in a sentence are no formula anywhere.
"""

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n(?:.*?^ {0,3}\1[`~]*[ \t]*$|.*\Z)", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(?<![`\\])(`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
_DISPLAY = re.compile(
    r"\$\$(?:(?!\n\s*\n).)+?\$\$|\\\[(?!\s*\^?\d{1,2}(?:\s*[,;–-]\s*\d{1,2})*\s*\\\])(?:(?!\n\s*\n).)+?\\\]"
    r"|\\\((?:(?!\n\s*\n).)+?\\\)|\\begin\{(\w+\*?)\}(?:(?!\n\s*\n).)+?\\end\{\1\}",
    re.DOTALL,
)
_DOLLAR = re.compile(r"(?<![\\$\w])\$(?![\s$])((?:[^$\n\\]|\\.)+?)(?<!\s)\$(?![\w$])")
_LINK = re.compile(r"https?://[^\s<>\"'\])】]+|\[[^\]\n]*\]\([^)\s]*[/.:][^)\s]*\)")

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


def spans_of_code_and_formulas(text: str) -> list[tuple[int, int]]:
    """Where code and formulas stand, as character ranges in order; a fence that never closes reaches to the end."""
    taken = [match.span() for match in _FENCE.finditer(text)]
    for pattern in (_CODE, _DISPLAY):
        taken += [span for span in _found(pattern, text) if not is_inside(span[0], taken)]
    position = 0
    while (start := text.find("$", position)) >= 0:
        formula = dollar_formula_at(text, start)
        position = formula.end() if formula else start + 1
        if formula and not is_inside(start, taken):
            taken.append(formula.span())
    return sorted(taken)


def spans_outside_prose(text: str) -> list[tuple[int, int]]:
    """Code, formulas and links."""
    taken = spans_of_code_and_formulas(text)
    return sorted([*taken, *(span for span in _found(_LINK, text) if not is_inside(span[0], taken))])


def without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with these ranges turned to spaces, so that places stay."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def is_inside(place: int, spans: list[tuple[int, int]]) -> bool:
    """Whether the place lies in one of the ranges."""
    return any(start <= place < end for start, end in spans)


def _found(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in pattern.finditer(text))
