"""Where sentences end: in Chinese, English, German, French, Spanish, Italian, Portuguese and Dutch. Pure.

The one place that knows abbreviations. Chunks are cut here, and so is what an answer quotes.
"""

import re
from collections.abc import Iterator

_END = re.compile(
    r"[。！？；…]+[”’」』）】》\"']*\s*"  # Chinese: no space follows
    r"|[.!?]+[\"'”’)\]»]*(?:\s+|$)"
    r"|\n[ \t]*\n\s*"
)
_MAY_END = re.compile(r"[。！？；….!?\n]")  # what _END begins with: looked for first, which is five times quicker
_WORD_BEFORE = re.compile(r"[^\s(\[„“\"«‹]+$")
_BEFORE_A_WORD = re.compile(r"[(\[„“\"«‹'’]")

_WRITTEN_NEVER_ENDS = """
    al approx bzgl bzw bspw ca cca cf cfr dept dhr dipl doc dott dr dra drs einschl entspr evtl exma exmo frl geb gen
    gest ggf hon hr hrsg inkl ing insb jr lt ltda max mevr mgr mlle mm mme mr mrs ms prof prov resp rev sen sig sigg sog
    sr sra sres srta st ste vgl viz vs zgl zgn zzgl zzt bijv blz incl excl exkl enth gem jährl mtl tgl urspr verst vorm
    bsp wg z.b d.h u.a u.ä o.ä i.d.r s.o s.u m.e i.e e.g p.ex p.ej d.w.z i.p.v m.b.t t.a.v t.o.v n.b p.s v.chr n.chr
    s.a s.l s.p.a b.v n.v e.v u.s u.k j.-c c.-à-d a.c d.c a.d b.c v.a z.t z.zt
    """
_NEVER_ENDS = frozenset(_WRITTEN_NEVER_ENDS.split())
"""Abbreviations that stand before what they belong to."""

_WRITTEN_NEVER_BEFORE_NUMBERS = """
    abb abs abschn anm anl apr art arts artt aufl aug bd bde cap ch chap chaps co col dec def dez eq eqs fasc feb fig
    figs fol hft int jan jul jun kap lem lfd lib lit mar mär mo mrd mio n nov no nos nr nrs núm num oct okt op p pág
    pag págs pagg par pos pp ref refs rn rz s sec secs sect sep sept ss str suppl tab tav tel thm tit tom vol vols z
    ziff § nº lfg av avda ed eds apt ext
    """
_NEVER_BEFORE_NUMBERS = frozenset(_WRITTEN_NEVER_BEFORE_NUMBERS.split())
"""Abbreviations that stand before a number; before another word they are words, as "no" and "art", and may end it."""

_COMPANY = frozenset(("inc", "ltd", "corp", "univ", "bros"))

_WRITTEN_BEFORE_ORDINAL = """
    am zum vom bis dem der den des im ab ein eine einen einem einer eines jede jeder jeden jedem jedes und oder seit
    nach vor die das zur beim spätestens frühestens ihr ihre ihrem ihren ihrer sein seine seinem seinen seiner
    """
_BEFORE_ORDINAL = frozenset(_WRITTEN_BEFORE_ORDINAL.split())
_AFTER_ORDINAL = re.compile(
    r"(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Jan|Feb|Apr|Jun|Jul"
    r"|Aug|Sep|Okt|Nov|Dez|Jahrhundert|Jahrtausend|Quartal|Halbjahr|Trimester|Stock|Stockwerk|Etage|Obergeschoss|OG|UG"
    r"|Untergeschoss|Geburtstag|Lebensjahr|Lebensmonat|Werktag|Tag|Monat|Woche|Klasse|Auflage|Abschnitt|Absatz|Kapitel"
    r"|Mal|Platz|Rate|Mahnung|Semester|Schuljahr|Kalenderwoche)"
)
_DOTTED = re.compile(r"[^\W\d_]{1,3}(?:\.-?[^\W\d_]{1,3})+")
_SECOND_PART = re.compile(r"\bp\. e[xj]$")
_CLOCK = frozenset(("a.m", "p.m"))


def sentence_spans(text: str, start: int = 0, stop: int | None = None) -> list[tuple[int, int]]:
    """The places of the sentences of `text[start:stop]`, each with the white space behind it; together they are it."""
    stop = len(text) if stop is None else stop
    spans = []
    for end in _ends(text, start, stop):
        if start < end < stop:
            spans.append((start, end))
            start = end
    if start < stop:
        spans.append((start, stop))
    return spans


def _ends(text: str, start: int, stop: int) -> Iterator[int]:
    begin = start
    while may_end := _MAY_END.search(text, start, stop):
        end = _END.match(text, may_end.start(), stop)
        start = end.end() if end else may_end.end()
        if end and _is_end(text, begin, end, stop):
            yield end.end()
            begin = end.end()


def _is_end(text: str, begin: int, match: re.Match[str], stop: int) -> bool:
    mark = match.group()
    following = text[match.end() : match.end() + 1] if match.end() < stop else ""
    if mark[0] not in ".…":
        return not ((mark[0] in "!?" and following.islower()) or (following and following in "）)】"))
    if following.islower() or (following and following in ",;:)"):
        return False
    if len(mark.rstrip()) > 1 or "\n\n" in mark:  # quoted or bracketed to the end: no abbreviation
        return True
    return _is_full_stop(text, begin, match.start(), match.end())


def _is_full_stop(text: str, begin: int, dot: int, after: int) -> bool:
    """Whether this single dot is more than the sign of an abbreviation, an initial or an ordinal number."""
    before = text[max(begin, dot - 24) : dot]
    word = _last_word(before)
    lower = word.lower()
    if word.isdigit():
        return not _is_ordinal(text, begin, dot, after, word)
    if len(word) == 1 and word.isalpha():  # an initial, or a part of "z. B.", or a unit: "5 m."
        return word.islower() and before[-3:-2].isdigit()
    if word in ("ex", "ej") and _SECOND_PART.search(before):
        return False
    if lower in _NEVER_ENDS or lower in _COMPANY:
        return False
    if lower in _NEVER_BEFORE_NUMBERS:
        return (
            not text[after : after + 1].isdigit() and re.match(r"[IVXLC]+\b|[A-Z]\d", text[after : after + 6]) is None
        )
    return "." not in word or _DOTTED.fullmatch(word) is None or lower in _CLOCK


def _last_word(text: str) -> str:
    """What stands at its end without a space, without what opens a bracket or a quotation; perhaps nothing."""
    if text[-1:].isalnum():  # nearly always, and a pattern looks at every sign before the word
        return _BEFORE_A_WORD.split(text.split()[-1])[-1]
    found = _WORD_BEFORE.search(text)
    return re.split("['’]", found.group())[-1] if found else ""


def _is_ordinal(text: str, begin: int, dot: int, after: int, number: str) -> bool:
    """Whether a number with a dot is "the first" ("zum 1. Mai") or numbers a line ("2. Approach")."""
    line = text[max(begin, text.rfind("\n", 0, dot) + 1) : dot]
    if line.strip() == number:
        return True
    if len(number) > 2:
        return False
    words = line.split()
    said_before = words[-2].strip("(„“,").lower() if len(words) > 1 else ""
    return said_before in _BEFORE_ORDINAL or _AFTER_ORDINAL.match(text, after) is not None
