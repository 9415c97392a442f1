"""The sentences of a passage, with their places in it. Pure.

A passage comes from a page: a line end may be anywhere in a sentence, a table's rows and formulas have no full stops.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(
    r"[。！？；]+[”’」』）】》\"']*"  # Chinese: no space follows
    r"|[.!?]+[\"'”’)\]»]*(?=\s|$)"
    r"|\n[ \t]*\n"
    r"|(?<=[:：])\n"
)
_MAY_END = re.compile(r"[。！？；.!?\n]")  # what _END begins with: looked for first, which is five times quicker
_WRITTEN_SHORT = """
al approx apr aug ca cf ch co corp dec def dept dr ed eds eq eqs etc feb fig figs inc jan jr jul jun ltd mar mr mrs ms
no nov oct p pp prof ref refs resp sec secs sep sept sr st tab thm univ vol vs
"""
_SHORT_FORMS = frozenset(_WRITTEN_SHORT.split())
_ABBREVIATION = re.compile(
    rf"(?:\b(?:e\.g|i\.e|{'|'.join(sorted(_SHORT_FORMS))})|^\s*\d+)\.\Z", re.IGNORECASE | re.MULTILINE
)
_INITIAL = re.compile(r"\b[A-Z]\.$")
_BULLET = re.compile(r"\n(?=[ \t]*(?:[•●▪◦‣∙·*+-]|\(?\d{1,3}[.)]|[（(][a-z\d][)）])\s+\S)")
_HEADING = re.compile(
    r"[ \t]*(?:#{1,6} .+|\d+(?:\.\d+)+\.?[ \t]+[A-Z\u4e00-\u9fff].{0,100}|第.{1,4}[章节節].{0,40})$", re.MULTILINE
)
CAPTION = re.compile(
    r"[ \t]*(?:Table|Figure|Fig\.|Algorithm|图|圖|表)[ \t]*\d+(?:\.\d+)*[ \t]*[|:.：—–][ \t]*\S", re.MULTILINE
)
"""The beginning of what is written below or above a table or a picture."""

_IN_A_VALUE = re.compile(r"[-\d–—✓✗×/|]")
_VALUE = re.compile(r"[-–—+±~<>≤≥]?[$€¥£]?\d[\d.,:/×x]*[%‰]?[A-Za-z]{0,2}|[-–—✓✗×/|]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`passage[start:end]`, no white space around it. `is_row`: a line of a table."""

    start: int
    end: int
    text: str
    is_row: bool = False


def split_sentences(text: str) -> list[Sentence]:
    """The sentences, list items and table rows of a passage in order; together they hold all its words."""
    return [piece for start, end in _blocks(text) for piece in _trimmed(text, start, end)]


def is_row(line: str) -> bool:
    """Whether a line is a row of a table: cells with signs between, or mostly numbers."""
    if line.startswith("|") or line.count(" | ") > 1 or line.count("\t") > 1:
        return True
    if _IN_A_VALUE.search(line) is None:
        return False
    words = line.split()
    values = sum(_VALUE.fullmatch(word) is not None for word in words if not word[0].isalpha())
    return len(words) > 2 and values >= len(words) * 0.4


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Rows of tables one by one; what is between them cut at sentence ends and bullets."""
    start, position = 0, 0
    for line in text.splitlines(keepends=True):
        if is_row(line.strip()):
            yield from _sentences(text, start, position)
            yield position, position + len(line)
            start = position + len(line)
        position += len(line)
    yield from _sentences(text, start, len(text))


def _sentences(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    cuts = [match.end() for match in _ends(text, start, stop) if _is_end(text, start, match)]
    cuts += [match.end() for match in _BULLET.finditer(text, start, stop)]
    for line in _line_starts(text, start, stop):
        if CAPTION.match(text, line, stop):
            cuts.append(line)
        if heading := _HEADING.match(text, line, stop):
            cuts += heading.span()
    for cut in sorted(set(cuts)):
        yield start, cut
        start = cut
    yield start, stop


def _ends(text: str, start: int, stop: int) -> Iterator[re.Match[str]]:
    while may_end := _MAY_END.search(text, start, stop):
        end = _END.match(text, may_end.start(), stop)
        start = end.end() if end else may_end.end()
        if end:
            yield end


def _line_starts(text: str, start: int, stop: int) -> Iterator[int]:
    if start == 0 or text[start - 1] == "\n":
        yield start
    while (start := text.find("\n", start, stop) + 1) > 0:
        yield start


def _is_end(text: str, start: int, match: re.Match[str]) -> bool:
    dot = match.start()
    if text[dot] != ".":
        return True
    following = text[match.end() :].lstrip()[:1]
    if following.islower() or following in (",", ";", ":"):
        return False
    before = text[max(start, dot - 12) : dot + 1]
    word = before[before.rfind(" ") + 1 : -1]
    if word.isalpha():  # nearly always; the expressions below cost ten times as much
        is_initial = len(word) == 1 and "A" <= word <= "Z"
        return not is_initial and word.lower() not in _SHORT_FORMS
    return _ABBREVIATION.search(before) is None and _INITIAL.search(before) is None


def _trimmed(text: str, start: int, end: int) -> Iterator[Sentence]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    piece = piece.strip()
    if piece:
        yield Sentence(start, start + len(piece), piece, "\n" not in piece and is_row("".join(piece.splitlines())))
