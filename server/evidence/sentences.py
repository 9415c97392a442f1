"""The sentences of a passage, with their places in it. Pure.

A passage comes from a page: a line end may be anywhere in a sentence, a table's rows and formulas have no full stops.
What ends a sentence and what a line is, is said in `storage.words`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from storage.words.lines import CAPTION, is_heading, is_row
from storage.words.scripts import HAN
from storage.words.sentences import sentence_spans

_MONTH = (
    "Jan(?:uar|uary|vier)|Feb(?:ruar|ruary)|Février|Mär[zc]|March|Mars|April|Avril|Ma[iy]|Jun[ie]|Juin|Jul[iy]|Juillet"
    "|Aug(?:ust)?|Août|Sept(?:ember|embre)|O[kc]tob(?:er|re)|Nov(?:ember|embre)|D[eé][zc]emb(?:er|re)"
)
_BULLET = re.compile(
    rf"\n(?=[ \t]*(?:[•●▪◦‣∙·*+-]|\(?\d{{1,3}}[.)](?!\s+(?:{_MONTH})\b)|[（(][a-z\d][)）])\s+\S"
    r"|[ \t]*[（(][a-z\d一二三四五六七八九十]{1,2}[)）])"
)
_CLAUSE = re.compile(rf"\n(?=[ \t]*(?:第[\d一二三四五六七八九十百]{{1,5}}条|\d+(?:\.\d+)+[ \t]+[A-ZÀ-Þ¿{HAN}]))")
_LETTERED = re.compile(
    r"\b(?i:annexe?|appendix|area|bay|block|building|category|class|exhibit|flat|gate|grade|group|hall|house|level|line"
    r"|option|part|phase|plan|platform|room|route|schedule|section|stage|terminal|tower|type|unit|variant|wing|zone"
    r"|gebäude|haus|halle|gruppe|klasse|anlage|anhang|teil|tarif|stufe|linie|trakt|flügel|bâtiment|bloc|groupe|classe"
    r"|salle|edificio|bloque|grupo|clase|anexo|sala|zona) [A-Z]\.\s+(?=[A-ZÀ-Þ])",
)
"""A letter that tells things apart is no initial: "the roof of Block A." may end a sentence."""
_MAY_BE_LETTERED = re.compile(r" [A-Z]\.\s")  # looked for first: the words before it take half of all the time
_INTRODUCTION = re.compile(r"(?<=[:：])\n")
_HEADING = re.compile(rf"[ \t]*\d+(?:\.\d+)+\.?[ \t]+[A-Z{HAN}].{{0,100}}$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`passage[start:end]`, no white space around it. `is_row`: a line of a table; `is_heading`: names what follows."""

    start: int
    end: int
    text: str
    is_row: bool = False
    is_heading: bool = False


def split_sentences(text: str) -> list[Sentence]:
    """The sentences, list items, headings and table rows of a passage in order; together they hold all its words."""
    return [piece for start, end, heading in _blocks(text) for piece in _trimmed(text, start, end, heading)]


def _blocks(text: str) -> Iterator[tuple[int, int, bool]]:
    """Rows of tables and headings one by one; what is between them cut at sentence ends and bullets."""
    lines = text.splitlines(keepends=True)
    following = _following(lines)
    start, position = 0, 0
    for line, after in zip(lines, following, strict=True):
        heading = is_heading(line, after)
        if heading or is_row(line.strip()):
            yield from _sentences(text, start, position)
            yield position, position + len(line), heading
            start = position + len(line)
        position += len(line)
    yield from _sentences(text, start, len(text))


def _following(lines: list[str]) -> list[str]:
    """For each line the next one that is not blank; empty where there is none."""
    found, after = [], ""
    for line in reversed(lines):
        found.append(after)
        after = line.strip() or after
    return found[::-1]


def _sentences(text: str, start: int, stop: int) -> Iterator[tuple[int, int, bool]]:
    cuts = [end for _, end in sentence_spans(text, start, stop)]
    is_lettered = _MAY_BE_LETTERED.search(text, start, stop) is not None
    at_line_ends = (_BULLET, _CLAUSE, _INTRODUCTION) if text.find("\n", start, stop) >= 0 else ()
    for pattern in (*at_line_ends, *((_LETTERED,) if is_lettered else ())):
        cuts += [match.end() for match in pattern.finditer(text, start, stop)]
    for line in _line_starts(text, start, stop):
        if CAPTION.match(text, line, stop):
            cuts.append(line)
        if heading := _HEADING.match(text, line, stop):
            cuts += heading.span()
    for cut in sorted(set(cuts)):
        yield start, cut, False
        start = cut
    yield start, stop, False


def _line_starts(text: str, start: int, stop: int) -> Iterator[int]:
    if start == 0 or text[start - 1] == "\n":
        yield start
    while (start := text.find("\n", start, stop) + 1) > 0:
        yield start


def _trimmed(text: str, start: int, end: int, heading: bool) -> Iterator[Sentence]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    piece = piece.strip()
    if piece:
        row = not heading and "\n" not in piece and is_row("".join(piece.splitlines()))
        yield Sentence(start, start + len(piece), piece, row, heading)
