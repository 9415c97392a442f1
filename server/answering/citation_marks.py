"""The grammar of citations: every way in which models write which passage a statement comes from. Pure.

One grammar for the check, the page, `/v1` and the stream. A mark is brackets with numbers ([1], [1-3],
【1†source】, [citation:1], [片段1]), parentheses with a word for "passage" ((Document 1), （文档1）), or a
raised number (^1^). Values of a list, indices, intervals, code, formulas and dates are none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.answering.prose import is_inside, merged, spans_outside_prose

_S = r"\s{0,4}"  # a bounded gap: any number of spaces would take quadratic time
_WORD = (
    r"(?:(?:documents?|documentos?|dokumente?n?|do[ck]s?|sources?|passages?|passagen?|contexts?|kontexte?"
    r"|excerpts?|snippets?|citations?|cite|"
    r"references?|refs?|chunks?|quellen?|textstellen?|fundstellen?|fuentes?|pasajes?|extraits?|fontes?|trechos?"
    r"|extracts?|fragment(?:os?|en|s)?|frammenti?|bron(?:nen)?|font[ei]|estratt[oi]|document[oi]|passagg\w{1,2}"
    r"|auszug|auszüge|ausschnitte?"
    r"|excertos?|passage(?:m|ns)|documenten)\b\.?"
    r"|(?:docs?|documents?|sources?|passages?|refs?|cite|cit\.|chunks?)(?=[\s_-]{0,4}\d)"
    r"|(?:文档|文件|文檔)?(?:片段|段落)|文档|文檔|文件|来源|來源|出处|出處|资料|資料|引用|引文|参考(?:资料|文献)?|參考|"
    r"ドキュメント|文書|出典|문서|출처)"
)
_SEEN = (
    r"(?:see|cfr?\.?|s\.|zie|vedi|siehe|vgl\.?|laut|lt\.|gemäß|selon|d['’]après|según|conforme|as\s+per|voir|véase|ver|from"
    r"|aus|nach|according to|per|参见|参阅|參見|见|見|根据|依据)"
)
_NUMBER = r"\d{1,3}"
_TO = rf"(?:{_S}[–—~-]{_S}|\s{{1,4}}(?:to|through|bis|à|a)\s{{1,4}}|{_S}[至到]{_S})"
_PLACE = (
    rf"(?:{_S}[,，:：;|]?{_S}[(（]?(?:pp?\.|pages?|pg\.?|S\.|Seiten?|págs?\.|páginas?|lines?|§+|section|"
    rf"Abschnitt|第){_S}"
    rf"\d{{1,4}}(?:{_S}(?:[–-]|to|and|bis|und|à|et|a|y){_S}\d{{1,4}})?{_S}(?:页|頁|段|节|行)?[)）]?"
    r"|(?::\d{1,3})?†[^\]】\n]{0,60}"
    rf"|{_S}[,，:：|–-]{_S}`?[\w./ -]{{1,80}}\.(?:pdf|md|txt|html?|docx?|xlsx?|pptx?|csv|rst|eml)`?)"
)
_ITEM = (
    rf"(?:{_WORD}[\s_:：#-]{{0,4}})?(?:#|№|no\.{_S}|nr\.{_S})?{_NUMBER}"
    rf"(?:{_TO}(?:{_WORD}{_S})?{_NUMBER})?(?:号|號)?{_PLACE}{{0,3}}"
)
_NAMED_ITEM = (
    rf"(?:{_WORD}[\s_:：#-]{{0,4}}){{1,2}}(?:#|№|no\.{_S}|nr\.{_S})?(?:{_NUMBER})(?:{_TO}{_NUMBER})?{_PLACE}{{0,3}}"
)
_AND = (
    rf"(?:{_S}[,，、;；&+](?:{_S}(?:and|und|et|y|e)\s)?{_S}|"
    rf"\s{{1,4}}(?:and|und|u\.|et|y|e|or|oder|ou|o)\s{{1,4}}|{_S}[和及与與跟]{_S})"
)
_LEAD = rf"(?:{_SEEN}{_S}[:：]?{_S}(?:(?:the|les?|los|las|el|la|die|das|den|der|dem|os|as|o)\s{{1,4}})?)?"
_PLACE_FIRST = (
    rf"(?:(?:pp?\.|pages?|S\.|Seite){_S}\d{{1,4}}{_S}[,;]{_S}(?={_WORD})"
    rf"|[A-Za-z_./ -]{{1,60}}\.(?:pdf|md|txt|html?|docx?|xlsx?|pptx?|csv){_S}[,:;|]{_S})?"
)
_ID = rf"(?:ids?{_S}[:：]{_S})?"  # RAGFlow's [ID:3]
_BRACKETED = (
    rf"\\?[\[［【〔]{_S}{_LEAD}{_PLACE_FIRST}(?:{_WORD}{_S}[:：]{_S})?"
    rf"\*{{0,2}}\^?{_ID}{_ITEM}(?:(?:{_AND}|{_S}[/|]{_S})\^?{_ID}{_ITEM}){{0,20}}\^?\*{{0,2}}{_S}\\?[\]］】〕]"
)
_PARENTHESISED = rf"[(（]{_S}{_LEAD}{_NAMED_ITEM}(?:{_AND}{_ITEM}){{0,20}}{_S}[)）]"
_PLAIN_LIST = rf"{_NUMBER}(?:{_S}[,–-]{_S}{_NUMBER}){{0,20}}"
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_FOOTNOTES = (  # at the end of a sentence or its part: "30 euros.¹ ²", "30 euros¹,"; "30 m²" is none
    rf"(?:(?<=[.,;:!?。，；：！？)\]”\"’])[{SUPERSCRIPTS}]{{1,4}}+"
    rf"|(?<![{SUPERSCRIPTS}])(?<=[^\W\d_]{{4}})[{SUPERSCRIPTS}]{{1,4}}+(?=[.,;:!?。，；：！？]))"
    rf"(?:[, ’]?[{SUPERSCRIPTS}]{{1,4}}+){{0,9}}"
)
_RAISED = rf"\^\[?{_PLAIN_LIST}\]?\^|<sup>{_S}\[?{_PLAIN_LIST}\]?{_S}</sup>|(?P<footnotes>{_FOOTNOTES})"
_LINKED = r"(?:\(#[^)\s]{0,100}\)|\(\))?(?!\([^)\s/.:]{0,300}[/.:][^)\s]{0,300}\))"
_HAS_NUMBER = r"(?=[\[［【〔\\(（<]\D{0,140}+\d)"  # most brackets have none: they are passed at once
_MARK = re.compile(
    rf"(?<![ \t])[ \t]*(?:{_HAS_NUMBER}(?:(?P<doubled>\[{_S}{_BRACKETED}{_S}\])(?:\([^)\s]{{0,300}}\))?"
    rf"|<sup>{_S}(?P<sup>{_BRACKETED}){_S}</sup>"
    rf"|(?P<plain>{_BRACKETED}){_LINKED}(?P<upto>\s?[–-]\s?[\[【]\d{{1,2}}[\]】])?"
    rf"|(?P<paren>{_PARENTHESISED}))|(?P<raised>{_RAISED}))",
    re.IGNORECASE,
)
_ITEM_NUMBERS = re.compile(rf"(\d{{1,3}})(?:{_TO}(?:{_WORD}{_S})?(\d{{1,3}}))?", re.IGNORECASE)
_PLACES = re.compile(_PLACE, re.IGNORECASE)
_HAS_WORD = re.compile(rf"{_WORD}|{_SEEN}|[†^#【〔]", re.IGNORECASE)

_HIGHEST_OF_RANGE = 30
"""More than a model is ever given: [12-31] is no range of passages."""

# ---- what only looks like a mark

_IDENTIFIER = re.compile(
    r"(?:(?<![A-Za-z0-9_-])[A-Za-z]|\b\w*[A-Za-z]\w*_\w*|\b_\w+|\b[a-z]+[A-Z]\w*|\b[a-z]{1,3}\d+|\b[A-Za-z_]\w*\(\w*\)"
    r"|\b(?:arr|argv|args|vec|lst|buf|mat|idx|tup|ptr|xs|ys|arrays?|lists?|matrix|tensor|vector|tuple|dict|grid)"
    r"|\w\.[a-z]+|\])$"
)
_INDICES = re.compile(r"(?:\[\d{1,3}\])+$")  # m[2][3]
_ASSIGNED = re.compile(r"^\s*(?:[-+*/]?=[^=]|[*×·+]\s*\w|[⊂⊆∈∪∩→]|\.[a-z_]|\[[a-z])")
_NAME_GOES_ON = re.compile(r"^[a-z]|^-[a-z]")
_OPERATOR = re.compile(r"(?:[=∈∉+×·<≤≥⊂]|\s[*>](?=\s)|\"\s*:|\w\()\s*$")
_SOURCES_NAMED = re.compile(rf"{_WORD}[^.!?。]{{0,20}}$", re.IGNORECASE)
_GIVES = re.compile(
    r"(?:\b(?:index|indices|(?:outputs?|results?)\s+is|offset|position|slot|element|returns?|returned|yields?"
    r"|outputs?|prints?|(?:get|obtain|produce|sort|reverse|append|push|pick|choose|enter|type)s?"
    r"|(?:set|setting|sets|change|changed|reset|initiali[sz]ed?|setze|stelle|setzen)\b[^.]{0,30}\s(?:to|auf|zu)"
    r"|(?:maps?|mapped|equal|converts?|expands?|resolves?)\s+to|for\s+\w{1,12}\s+in"
    r"|evaluates\s+to|ergibt|renvoie|devuelve|retorna)|返回|输出|索引|下标)\s*:?\s*$",
    re.IGNORECASE,
)
_GIVES_AS_NOUN = re.compile(
    r"\b(?:(?:the|an?|its|their|our|with|for|from|into|by|no)\s+"
    r"|(?:of|these|those|all|both|many|several|such|more|other)\s+(?:[\w-]{1,20}\s+)?)(?:outputs?|prints?|returns?|yields?|types?|picks?|sorts?|choices?|changes?|sets?)\s*$",
    re.IGNORECASE,
)
"""What a verb gives is a value; "a group of outputs [1]" is a statement with its source."""
_COPULA = re.compile(
    r"(?:\b(?:is|are|was|were|be|equals?|returns?|returned|yields?|outputs?|prints?|gives|contains?|becomes|"
    r"such\s+as|e\.g\.|ist|sind|war|waren|ergibt|lautet|lauten|est|sont|vaut|es|son|é|são)|[是为為]|等于|返回"
    r"|输出|例如|比如)"
    r"\s*:?\s*$",
    re.IGNORECASE,
)
_VALUES = re.compile(
    r"(?:\b(?:vectors?|lists?|arrays?|sets?|tuples?|matri(?:x|ces)|values?|scores?|weights?|coordinates?|sequences?|"
    r"numbers|ids|indices|indexes|shapes?|sizes?|dimensions?|intervals?|ranges?|inputs?|outputs?|"
    r"(?:on|at|for|in|see|of|after|since|between|from|[.:!?]|\n)\s{1,3}(?:the\s)?(?:pages?|lines?|years?"
    r"|steps?)|\A\W*(?:pages?|lines?|years?|steps?)|"
    r"options?|choices|vektor(?:en)?|optionen|feld|menge|tableaux?|matrices?|matriz|vettor[ei]|vetor(?:es)?"
    r"|arreglos?|conjuntos?|ensembles?"
    r"|insiemi?|tuplas?|listen?|werten?|intervall|bereich|zahlen|seiten|vecteurs?|listes?|valeurs?|intervalles?|"
    r"listas?|valores|values?\s+(?:is|are|lies?|falls?)\s+in|between|within|outside|zwischen|innerhalb"
    r"|außerhalb|entre|介于|intervalo|rango"
    r"|sorted)(?:\s+(?:of|from|in|to|into|von|de|like|as))?"
    r"|∈|向量|列表|数组|數組|序列|坐标|取值|数值|区间|區間|范围|範圍|属于|集合|形状|リスト|ベクトル|配列|区間)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|many|several|few"
    r"|all|both|"
    r"more|most|other|no|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|mehrere|viele|alle|deux|trois|quatre|"
    r"cinq|six|sept|huit|neuf|dix|douze|plusieurs|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|varios|varias|dois|"
    r"duas|três|quatro|oito|nove|dez|vários|várias)\b|[一二两三四五六七八九十百千万]|个)[\s-]{0,4}(?:[^\W\d_]{1,20}\s)?$",
    re.IGNORECASE,
)
"""A number before a noun: "two years [1, 2]" counts years, it does not list them."""
_INTERVAL_FOLLOWS = re.compile(
    r"^\s*(?:interval|range|stars?|points?\b|Sterne|étoiles|estrellas|区间|范围|Intervall)", re.IGNORECASE
)
_ROW = r"\[[\d\s.,+-]{0,300}+\]\s{0,20}+,?\s{0,20}+"
_MATRIX = re.compile(
    rf"\[\s{{0,20}}+(?:{_ROW}){{2,40}}+\]"
    rf"|\[\s{{0,20}}\[\d{{1,9}}+(?:\s{{0,4}},\s{{0,4}}\d{{1,9}}+){{1,99}}+\]\s{{0,20}}\]"
)
_QUANTITY_BEFORE = re.compile(r"(?:[\d)\]^}]|(?<![A-Za-zÀ-ɏ])[A-Za-z]{1,2})$")
_RAISED_BEFORE = re.compile(r"\^\d{1,3}\^$")
_TEXT_BEFORE = 60  # characters that are looked at


@dataclass(frozen=True, slots=True)
class Mark:
    """`text[start:end]`, with the white space before it, cites the passages of these numbers, counted from 1."""

    start: int
    end: int
    numbers: tuple[int, ...]
    text: str

    @property
    def space(self) -> str:
        """The white space before it."""
        return self.text[: len(self.text) - len(self.text.lstrip())]

    @property
    def is_plain(self) -> bool:
        """Whether it is written as we show it: [1] or [1, 2] or [1,2]."""
        return re.fullmatch(r"\s*\[\d{1,3}(?:,\s?\d{1,3})*\]", self.text) is not None


def marks_of(text: str) -> Iterator[Mark]:
    """The citation marks in order."""
    closed = merged([*spans_outside_prose(text), *(match.span() for match in _MATRIX.finditer(text))])
    for found in _MARK.finditer(text):
        start = found.end() - len(found.group().lstrip())
        numbers = _numbers_of(found)
        if numbers and not is_inside(start, closed) and not _only_looks_like_one(text, start, found, numbers):
            yield Mark(found.start(), found.end(), numbers, found.group())


def cited_numbers(text: str) -> tuple[int, ...]:
    """The numbers that a text cites, in order, each once."""
    return tuple(dict.fromkeys(number for mark in marks_of(text) for number in mark.numbers))


def without_marks(text: str) -> str:
    """The text without its marks; the space before them stays."""
    position, kept = 0, ""
    for mark in marks_of(text):
        kept += text[position : mark.start]
        position = mark.end
    return kept + text[position:]


def with_plain_marks(text: str, passages: int) -> str:
    """The text with every mark of passages up to this number written as [1, 2]."""
    parts: list[str] = []
    end = 0
    for mark in marks_of(text):
        if not mark.is_plain and all(1 <= number <= passages for number in mark.numbers):
            parts.append(f"{text[end : mark.start]}{mark.space}[{', '.join(map(str, mark.numbers))}]")
            end = mark.end
    return "".join([*parts, text[end:]])


def _numbers_of(found: re.Match[str]) -> tuple[int, ...]:
    """Empty where it can be no list of passages: a leading zero, a 0 among others, one twice, a range backwards."""
    if found["footnotes"]:
        return tuple(dict.fromkeys(SUPERSCRIPTS.index(sign) for sign in found["footnotes"] if sign in SUPERSCRIPTS))
    content = re.sub(r"(?<=[\]］】])\([^)]*\)$", "", found.group())
    numbers: list[int] = []
    items = _ITEM_NUMBERS.findall(_PLACES.sub(" ", content.replace(found["upto"] or "\0", "")))
    if found["upto"]:
        items[-1] = (items[-1][0], re.sub(r"\D", "", found["upto"]))
    for first, last in items:
        if any(len(number) > 1 and number.startswith("0") for number in (first, last)):
            return ()
        if last and not int(first) < int(last) <= _HIGHEST_OF_RANGE:
            return ()
        numbers.extend(range(int(first), int(last or first) + 1))
    is_odd = len(numbers) > 1 and (0 in numbers or len(set(numbers)) < len(numbers))
    return () if is_odd and not _HAS_WORD.search(content) else tuple(dict.fromkeys(numbers))


def _only_looks_like_one(text: str, start: int, found: re.Match[str], numbers: tuple[int, ...]) -> bool:
    before, after = text[max(0, start - _TEXT_BEFORE) : start], text[found.end() : found.end() + 12]
    if found["raised"]:
        return _QUANTITY_BEFORE.search(before) is not None and not _RAISED_BEFORE.search(before)
    if found["paren"] or _HAS_WORD.search(found.group()):
        return False
    if start > 0 and (_is_index(before, after) or (numbers == (0,) and before[-1:].isalnum())):
        return True
    if _OPERATOR.search(before) or _ASSIGNED.search(after):
        return True
    return _is_value(before, after, len(numbers))


def _is_index(before: str, after: str) -> bool:
    """x[9], my_list[2], [60]fullerene; a word before it is only a word: "60 euros[1]"."""
    chain = _INDICES.search(before)
    if chain and "[0]" in chain.group():  # no passage has the number 0
        return True
    attached = _IDENTIFIER.search(_INDICES.sub("", before)) is not None
    return attached or _NAME_GOES_ON.search(after) is not None


def _is_value(before: str, after: str, count: int) -> bool:
    """The vector is [4, 5, 9]; the value is [4] [1]. But: the sources are [1, 2]."""
    is_copula = _COPULA.search(before) is not None
    if count == 1:
        return (bool(_GIVES.search(before)) and not _GIVES_AS_NOUN.search(before)) or (
            is_copula and re.match(r"\s*[\[【]\s*\d", after) is not None
        )
    if _SOURCES_NAMED.search(before):
        return False
    if _GIVES.search(before):
        return True
    listed = _VALUES.search(before)
    if listed and _COUNTED.search(before, 0, listed.start()):
        listed = None
    return is_copula or listed is not None or _INTERVAL_FOLLOWS.search(after) is not None
