"""What a line of a page is: a row of a table, a caption, a list item, a heading. The one place that says so. Pure."""

import re

from storage.words.scripts import HAN

CAPTION = re.compile(
    r"[ \t]*(?:Table|Figure|Fig\.|Algorithm|Listing|Tabelle|Abbildung|Abb\.|Tableau|Tabla|图|圖|表)"
    r"[ \t]*[A-Z]?\.?\d+(?:\.\d+)*[ \t]*[|:.：—–][ \t]*\S",
    re.MULTILINE,
)
"""The beginning of what is written below or above a table or a picture."""

BULLET = re.compile(r"[ \t]*(?:[•●▪◦‣∙·*+-]|\(?\d{1,3}[.)]|[（(]?[a-z\d][)）])\s+\S")
"""The beginning of a list's item."""

_IN_A_VALUE = re.compile(r"[-\d–—✓✗×/|]")
VALUE = re.compile(r"[-–—+±~<>≤≥]?[$€¥£]?\d[\d.,:/×x]*[%‰]?[A-Za-z]{0,2}|[-–—✓✗×/|]")
"""A word that is the content of a table's cell."""

_ROW_VALUES = 0.4

_MARKED = re.compile(r"#{1,6}\s+\S|=+\s+\S.*=*$")
_NUMBERED = re.compile(
    rf"(?:\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}\.?|[一二三四五六七八九十]{{1,3}}、|[（(][一二三四五六七八九十]{{1,3}}[)）]"
    rf"|第[\d一二三四五六七八九十百]{{1,4}}[章节節编編部篇](?!\w?条)|§+\s*\d+[a-z]?|[IVX]{{1,5}}\.)\s*(?=[A-ZÀ-Þ„“«¿\"{HAN}])"
)
_PLAIN_NUMBER = re.compile(rf"(?:\d{{1,2}}\.?|[A-Z][.)])[ \t]+(?=[A-ZÀ-Þ{HAN}])")
_NAMED = re.compile(
    r"(?:chapter|section|part|article|appendix|annex|kapitel|abschnitt|artikel|anhang|teil|chapitre|article|annexe"
    r"|capítulo|artículo|anexo|cláusula|capitolo|articolo|allegato|hoofdstuk|bijlage)\s+(?:\d+(?:\.\d+)*|[A-Z]|[IVX]+)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?。！？;；,，、…][\"'”’»)\]）」』]*$")
_CONTENTS_ENTRY = re.compile(r"(?:\.{3,}|…|\. \.)[\s.]*\d{1,4}$")
_LONGEST_HEADING = 90  # characters
_LONGEST_MARKED = 200
_LONGEST_CHINESE = 30


def is_row(line: str) -> bool:
    """Whether a line is a row of a table: cells with signs between, or mostly numbers."""
    if line.startswith("|") or line.count(" | ") > 1 or line.count("\t") > 1:
        return True
    if _IN_A_VALUE.search(line) is None:
        return False
    words = line.split()
    values = sum(VALUE.fullmatch(word) is not None for word in words if not word[0].isalpha())
    return len(words) > 2 and values >= len(words) * _ROW_VALUES


def is_heading(line: str, following: str = "") -> bool:
    """Whether a line is surely a heading: marked, or numbered and short without a full stop.

    `following` is the next line: of two lines that both begin with a number neither is a heading.
    """
    line = line.strip()
    if _MARKED.match(line):
        return len(line) <= _LONGEST_MARKED
    if len(line) > _LONGEST_HEADING or _SENTENCE_END.search(line) or _CONTENTS_ENTRY.search(line):
        return False
    if _NUMBERED.match(line) or _NAMED.match(line):
        return line.isascii() or _chinese_length(line) <= _LONGEST_CHINESE
    return _PLAIN_NUMBER.match(line) is not None and not (BULLET.match(following) or _PLAIN_NUMBER.match(following))


def ends_a_sentence(text: str) -> bool:
    """Whether the text ends as sentences do."""
    return re.search(r"[.!?:。！？：；][\"'”’)\]]*$", text) is not None


def _chinese_length(line: str) -> int:
    return len(re.findall(f"[{HAN}]", line))
